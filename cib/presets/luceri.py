"""Fused similarity networks, pruned by centrality (Luceri et al. 2024)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity
from cib.domains import ACTIVITY, GRAPH, IDS, LIMIT, SHARE, several, takes
from cib.errors import SettingsError, warn
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.graphs.objects import object_events
from cib.presets.cosine import cosine_edges
from cib.presets.inputs import check_choices, check_quantile, listed, tagged
from cib.presets.results import named_objects, objects_named, preset_graph, union_of_layers

__all__ = ["LUCERI_NETWORKS", "eigenvector_centrality", "luceri2024"]

#: Least number of retweets of an account, least length of a sequence of hashtags, largest latency of a fast retweet in
#: seconds, least number of fast retweets.
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
    """Fuse several similarity networks and prune accounts by eigenvector centrality.

    Parameters
    ----------
    activity : Activity
    networks : sequence of str
        ``'co_retweet'`` (posts retweeted, by accounts with 20 retweets or more), ``'co_url'`` (URLs of
        posts and retweets, as written), ``'fast_retweet'`` (accounts retweeted within 10 seconds of the
        post, at least twice), ``'hashtag_sequence'`` (the sequence of five or more hashtags of one post, without
        retweets).
    also : sequence of Graph
        Further undirected graphs of accounts of the activity to be fused with these. The paper's fifth
        network, similar texts, needs a language model: it is left out unless it is built from your own
        embeddings and passed here.
    quantile : float
        Quantile of the centralities; accounts below it are left out. 0 keeps all: the authors leave the choice to
        the analyst.
    max_accounts : int, optional
        Objects that more accounts acted on are left out. None, as published, keeps all.

    Returns
    -------
    Graph
        Undirected. ``weight`` is 1 (the union is unweighted), ``networks`` the number of networks with the
        edge, and one column per network holds its cosine, null where it lacks the edge. Objects of
        ``.incidence`` are prefixed with their network.

    Raises
    ------
    SettingsError
        If there is no such network, a graph in `also` is directed, or there are too many pairs to hold; set
        `max_accounts`.
    InputError
        If the posts lack a column that a network needs; leave that network out.

    Notes
    -----
    After Luceri, Pantè, Burghardt & Ferrara (2024), Unmasking the Web of Deceit, WWW, and the authors'
    scripts. Each network is the cosine of TF-IDF rows (``ln((1 + n) / (1 + k)) + 1``); only ``fast_retweet``
    uses counts, the others are binary. As the paper recommends, accounts are pruned, not edges; its supervised part
    is not included. A retweet of a post of unknown time is not fast.

    Not repeated: whole days were dropped from the lag of a retweet, so that a retweet a day and 3 seconds
    later counted as fast, as did one before its post; self-similarity kept accounts that are similar to no other;
    dense matrices of all pairs of accounts; empty sequences of hashtags counted as one.

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
    present = pl.sum_horizontal(pl.col(name).is_not_null() for name in layers)
    edges = union_of_layers(layers).with_columns(pl.lit(1).alias("weight"))
    fused = preset_graph(
        "luceri2024",
        " + ".join(layers),
        activity,
        edges.select("source", "target", "weight", present.alias("networks"), *layers),
        incidence,
        networks={network: table.height for network, table in layers.items()},
        quantile=quantile,
        max_accounts=max_accounts,
    )
    return _pruned(fused, quantile) if quantile and fused.n_edges else fused


@takes(graph=GRAPH)
def eigenvector_centrality(graph: Graph) -> NDArray[np.float64]:
    """Compute the eigenvector centrality of each account, ignoring edge weights.

    Parameters
    ----------
    graph : Graph
        Undirected.

    Returns
    -------
    ndarray of float, shape (n_accounts,)
        A vector of unit length, in the order of ``graph.ids``. High for accounts whose neighbours have many
        neighbours; near 0 outside the densest component.

    Warns
    -----
    CibWarning
        If the iteration has not converged after 500 rounds.

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
    # rounding errors must not separate accounts in equivalent positions
    centrality = np.round(eigenvector_centrality(graph), 12)
    kept = centrality >= np.quantile(centrality, quantile)
    source, target = graph.endpoints
    return graph.keep_edges(kept[source] & kept[target])


def _events(activity: Activity, networks: Sequence[str]) -> pl.DataFrame:
    """Concatenate the events of all networks, with the network as a prefix of each object."""
    return pl.concat([named_objects(LUCERI_NETWORKS[network](activity).drop_nulls(), network) for network in networks])


def _similar(incidence: Incidence, network: str) -> pl.DataFrame:
    own = objects_named(incidence, network)
    if network == "fast_retweet":
        return cosine_edges(own)
    return cosine_edges(own.keep_objects(own.popularity > 1), binary=True)


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


#: Values of ``networks=``, with the function that extracts the events.
LUCERI_NETWORKS: dict[str, Callable[[Activity], pl.DataFrame]] = {
    "co_retweet": _retweeted,
    "co_url": _linked,
    "fast_retweet": _fast,
    "hashtag_sequence": _sequenced,
}
