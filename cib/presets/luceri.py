"""Similarity networks fused and pruned by centrality (Luceri et al. 2024)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity
from cib.domains import ACTIVITY, GRAPH, IDS, LIMIT, SHARE, several, takes
from cib.errors import SettingsError, warn
from cib.graphs.construction import Construction
from cib.graphs.graph import Graph, graph_from_codes
from cib.graphs.incidence import Incidence
from cib.graphs.objects import object_events
from cib.presets.cosine import cosine_edges
from cib.presets.inputs import check_choices, check_quantile, listed, tagged

__all__ = ["LUCERI_NETWORKS", "eigenvector_centrality", "luceri2024"]

#: What separates the network from the object in ``incidence.object_ids``.
_MARK = ": "
#: Retweets that an account must have made, hashtags of a sequence, seconds of a fast retweet, times it was fast.
MIN_RETWEETS, MIN_HASHTAGS, FAST_S, MIN_FAST = 20, 5, 10, 2
_ROUNDS, _TOLERANCE = 500, 1e-6


@takes(activity=ACTIVITY, quantile=SHARE, max_accounts=LIMIT, networks=IDS, also=several(GRAPH, "[]"))
def luceri2024(
    activity: Activity,
    networks: Sequence[str] = ("co_retweet", "co_url", "fast_retweet", "hashtag_sequence"),
    *,
    also: Sequence[Graph] = (),
    quantile: float = 0.0,
    max_accounts: int | None = None,
) -> Graph:
    """Accounts that are similar in at least one way, pruned by eigenvector centrality.

    Parameters
    ----------
    activity : Activity
    networks : sequence of str
        ``'co_retweet'`` (posts retweeted, by accounts with 20 retweets or more), ``'co_url'`` (URLs of
        posts and retweets, as written), ``'fast_retweet'`` (accounts retweeted within 10 seconds of the
        post, at least twice), ``'hashtag_sequence'`` (five or more hashtags of one post, in their order,
        retweets apart).
    also : sequence of Graph
        Further undirected graphs of accounts of the activity to be fused with these. The paper's fifth
        network, similar texts, needs a language model, which `cib` does not have: it is left out unless
        you make it from your own embeddings and hand it in here.
    quantile : float
        Of the centralities; accounts below it go. 0 keeps all: the authors leave the choice to the analyst.
    max_accounts : int, optional
        Objects that more accounts acted on are left out. None, as published, keeps all.

    Returns
    -------
    Graph
        Undirected. ``weight`` is 1 (the union is unweighted), ``networks`` the number of networks with the
        edge, and one column a network holds its cosine, null where it lacks the edge. Objects of
        ``.incidence`` begin with their network.

    Raises
    ------
    SettingsError
        If there is no such network, a graph in `also` is directed, or more pairs share something than can
        be held; `max_accounts` helps.
    InputError
        If the posts lack a column that a network needs; leave that network out.

    Notes
    -----
    After Luceri, Pantè, Burghardt & Ferrara (2024), Unmasking the Web of Deceit, WWW, and the authors'
    scripts. Each network is the cosine of TF-IDF rows (``ln((1 + n) / (1 + k)) + 1``); only ``fast_retweet``
    counts how often. Pruning accounts, not edges, is what the paper recommends; their supervised part is
    not here. A post of which the time is not known is not retweeted fast.

    Not repeated: whole days were dropped from the lag of a retweet, so that a retweet a day and 3 seconds
    later counted as fast, as did one before its post; self-similarity kept accounts that are similar to
    nobody; matrices of all accounts with all accounts; sequences of no hashtag counted as one.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> graph = cib.presets.luceri2024(activity, ["co_retweet", "fast_retweet"], quantile=0.5)
    >>> graph.table.columns
    ['source', 'target', 'weight', 'networks', 'co_retweet', 'fast_retweet']
    """
    check_choices("networks", networks, LUCERI_NETWORKS)
    check_quantile("quantile", quantile)
    if directed := [graph.name for graph in also if graph.directed]:
        raise SettingsError("graphs in also= must be undirected", got=", ".join(directed))
    incidence = Incidence.from_events(activity, _events(activity, networks))
    incidence = incidence.shared_by_at_most(max_accounts)
    layers = {network: _similar(incidence, network) for network in networks}
    layers |= {graph.name: graph.spread(activity.account_ids).table for graph in also}
    fused = graph_from_codes(
        f"luceri2024 {' + '.join(layers)}",
        activity.account_ids,
        _union(layers),
        directed=False,
        library=activity.library,
        incidence=incidence,
        construction=Construction(
            counts=False,
            options={
                "preset": "luceri2024",
                "networks": {network: table.height for network, table in layers.items()},
                "quantile": quantile,
                "max_accounts": max_accounts,
            },
        ),
    )
    return _pruned(fused, quantile) if quantile and fused.n_edges else fused


@takes(graph=GRAPH)
def eigenvector_centrality(graph: Graph) -> NDArray[np.float64]:
    """Eigenvector centrality of each account, every edge counting 1.

    Parameters
    ----------
    graph : Graph
        Undirected.

    Returns
    -------
    ndarray of float, shape (n_accounts,)
        Of unit length, in the order of ``graph.ids``. High for accounts whose neighbours have many
        neighbours; near 0 outside the densest component.

    Warns
    -----
    CibWarning
        If the iteration has not settled after 500 rounds.

    Notes
    -----
    Power iteration as in networkx (shifted by the identity, from equal values, until the mean change is
    below 1e-6), on the sparse matrix.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> graph = cib.presets.luceri2024(activity, ["co_retweet"])
    >>> len(cib.presets.eigenvector_centrality(graph)) == graph.n_accounts
    True
    """
    matrix = graph.matrix.astype(bool).astype(np.float64)
    now = np.full(graph.n_accounts, 1 / max(graph.n_accounts, 1))
    for _ in range(_ROUNDS):
        before, now = now, now + matrix @ now
        now /= np.linalg.norm(now) or 1.0
        if np.abs(now - before).sum() < graph.n_accounts * _TOLERANCE or not graph.n_accounts:
            break
    else:
        warn(f"eigenvector centrality has not settled after {_ROUNDS} rounds")
    return now


def _pruned(graph: Graph, quantile: float) -> Graph:
    # accounts in like places must not be parted by rounding
    centrality = np.round(eigenvector_centrality(graph), 12)
    kept = centrality >= np.quantile(centrality, quantile)
    source, target = graph.endpoints
    return graph.keep_edges(kept[source] & kept[target])


def _events(activity: Activity, networks: Sequence[str]) -> pl.DataFrame:
    """The events of all networks, each object named after its network."""
    return pl.concat(
        [
            LUCERI_NETWORKS[network](activity)
            .drop_nulls()
            .with_columns(object=pl.lit(network + _MARK) + pl.col("object"))
            for network in networks
        ]
    )


def _similar(incidence: Incidence, network: str) -> pl.DataFrame:
    mine = incidence.object_ids.str.starts_with(network + _MARK).to_numpy()
    if network == "fast_retweet":
        return cosine_edges(incidence.keep_objects(mine))
    return cosine_edges(incidence.keep_objects(mine & (incidence.popularity > 1)), binary=True)


def _union(layers: dict[str, pl.DataFrame]) -> pl.DataFrame:
    tables = [table.select("source", "target", pl.col("weight").alias(name)) for name, table in layers.items()]
    edges = pl.concat(tables, how="diagonal").group_by("source", "target").agg(pl.col(name).max() for name in layers)
    present = pl.sum_horizontal(pl.col(name).is_not_null() for name in layers)
    return edges.select("source", "target", pl.lit(1).alias("weight"), present.alias("networks"), *layers)


def _retweeted(activity: Activity) -> pl.DataFrame:
    events = object_events(activity, "post", self_actions=True).drop_nulls()
    account = activity.posts_table["account_id"].gather(events["row"])
    return events.filter(
        account.is_in(account.value_counts().filter(pl.col("count") >= MIN_RETWEETS)["account_id"].implode())
    )


def _linked(activity: Activity) -> pl.DataFrame:
    return listed(activity, "urls", retweets=True).select("row", "object").collect()


def _fast(activity: Activity) -> pl.DataFrame:
    lag = pl.col("created_at") - pl.col("target_created_at")
    retweets = activity.posts_table.lazy().with_row_index("row").filter(pl.col("action") == "retweet")
    fast = retweets.filter(lag.is_between(pl.duration(), pl.duration(seconds=FAST_S)))
    often = fast.filter(pl.len().over("account_id", "target_account_id") >= MIN_FAST)
    return often.select("row", object="target_account_id").collect()


def _sequenced(activity: Activity) -> pl.DataFrame:
    long = tagged(activity, retweets=False).filter(pl.col("tags").list.len() >= MIN_HASHTAGS)
    return long.select("row", object=pl.col("tags").list.join("__")).collect()


#: What ``networks=`` takes, with what an account acted on.
LUCERI_NETWORKS: dict[str, Callable[[Activity], pl.DataFrame]] = {
    "co_retweet": _retweeted,
    "co_url": _linked,
    "fast_retweet": _fast,
    "hashtag_sequence": _sequenced,
}
