"""Who did the same thing, when, how unlikely: what stands behind a candidate network.

Everything here is computed for all networks at once, by joining tables, so that a thousand networks
cost hardly more than one. ``membership`` is always a table of ``account_id`` and ``network``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import gammainc
from scipy.stats import binom

from cib.activity import encode, to_library
from cib.graphs.graph import Graph
from cib.graphs.significance import adjust

__all__ = [
    "Evidence",
    "boosted_accounts",
    "coordination",
    "decades",
    "group_statistics",
    "internal_edges",
    "log_evidence",
    "shared_objects",
]

#: Evidence of one edge is counted up to this many decades, so that one pair cannot carry a network.
MOST_DECADES = 50.0

#: Smaller probabilities and expectations are not told apart.
_LEAST = 1e-300

#: An object belongs to what a group does if at least this share of its members acted on it, and three.
_COMMON = 0.25


@dataclass(frozen=True, eq=False, repr=False)
class Evidence:
    """The edges and the shared objects of one network.

    Parameters
    ----------
    edges : polars.DataFrame
        ``layer, source, target, weight, expected, p, q, lag, led, first, last``, strongest first.
    objects : polars.DataFrame
        ``layer, object_id, members, accounts, first, last``: how many members and how many accounts in
        all acted on each object that two members share; most members first.
    library : str
    """

    edges: pl.DataFrame
    objects: pl.DataFrame
    library: str = "polars"

    def to_frame(self) -> Any:
        """The edges, in the library that the activity came in."""
        return to_library(self.edges, self.library)

    def __repr__(self) -> str:
        return f"Evidence({self.edges.height:,} edges, {self.objects.height:,} shared objects)"

    def _repr_html_(self) -> str:
        return self.edges.head(10)._repr_html_() + self.objects.head(10)._repr_html_()


def log_evidence(graph: Graph) -> pl.Series:
    """Decades of evidence of each edge: ``-log10 p``, at most :data:`MOST_DECADES`."""
    p = graph.table["p"].to_numpy()
    return pl.Series("evidence", np.minimum(-np.log10(np.maximum(p, _LEAST)), MOST_DECADES))


def decades(graphs: Sequence[Graph]) -> pl.DataFrame:
    """``-log10 q`` of each account's most significant edge: ``account_id, layer, decades``, layer by number."""
    parts = []
    for k, graph in enumerate(graphs):
        edge = -np.log10(np.maximum(graph.table["q"].to_numpy(), _LEAST))
        best = np.zeros(graph.n_accounts)
        for end in graph.endpoints:
            np.maximum.at(best, end, edge)
        parts.append(pl.DataFrame({"account_id": graph.ids, "decades": best, "layer": np.full(len(best), k)}))
    return pl.concat(parts)


def coordination(graphs: Sequence[Graph]) -> pl.DataFrame:
    """Coordination of each account with a significant edge: ``account_id, coordination``.

    With d the decades of its most significant edge in any layer, ``d / (d + 10)``, in [0, 1): it orders
    accounts by evidence and saturates slowly, so that strong evidence does not tie.
    """
    best = decades(graphs).group_by("account_id").agg(pl.col("decades").max())
    return best.select("account_id", coordination=pl.col("decades") / (pl.col("decades") + 10.0))


def internal_edges(graphs: Sequence[Graph], membership: pl.DataFrame) -> pl.DataFrame:
    """Edges with both ends in one network: ``network``, ``layer``, and the columns of the edge."""
    parts = []
    for graph in graphs:
        inside = _with_networks(graph, membership)
        columns = ("weight", "expected", "p", "q", "lag", "led", "first", "last")
        parts.append(inside.select("network", pl.lit(graph.name).alias("layer"), "source", "target", *columns))
    edges = pl.concat(parts)
    return edges.sort("network", "q", "p", "layer", "source", "target")


def shared_objects(graphs: Sequence[Graph], membership: pl.DataFrame) -> pl.DataFrame:
    """Objects that at least two members of a network acted on.

    Columns ``network, layer, object_id, members, accounts, first, last``; ``members`` counts those of the
    network, ``accounts`` all accounts on the object.
    """
    parts = []
    for graph in graphs:
        if graph.incidence is None:
            continue
        events = _member_events(graph, membership)
        objects = events.group_by("network", "object").agg(
            members=pl.col("account").n_unique(),
            first=pl.col("time").min().cast(pl.Datetime("us", "UTC")),
            last=pl.col("time").max().cast(pl.Datetime("us", "UTC")),
        )
        objects = objects.filter(pl.col("members") >= 2)
        codes = objects["object"]
        parts.append(
            objects.select(
                "network",
                layer=pl.lit(graph.name),
                object_id=graph.incidence.object_ids.gather(codes),
                members="members",
                accounts=pl.Series(graph.incidence.popularity[codes.to_numpy()]),
                first="first",
                last="last",
            )
        )
    return pl.concat(parts).sort("network", "members", "layer", "object_id", descending=[False, True, False, False])


def group_statistics(graphs: Sequence[Graph], membership: pl.DataFrame) -> pl.DataFrame:
    """What a group does as a group, one row per network and layer.

    Returns
    -------
    polars.DataFrame
        ``network, layer`` and

        * ``pairs``: significant pairs inside;
        * ``observed``, ``expected``: co-actions of those pairs, and by chance under the layer's null;
        * ``p``: Poisson probability of as many as observed;
        * ``objects``: objects that two or more members share;
        * ``top_share``: share of the members' common acts that is due to the busiest object;
        * ``targets``: objects that a quarter of the members acted on, at least three;
        * ``capture``: share of all acts on the targets that members made;
        * ``exclusivity``: share of the members' acts that went to the targets;
        * ``dispersion``: variance over mean of the members' acts on the targets. About 1 if members are
          tasked alike, 10 and more in a crowd of casual and ardent fans.

        The last three are null without targets.
    """
    sizes = membership.group_by("network").agg(size=pl.len())
    return pl.concat([_layer_statistics(graph, membership, sizes) for graph in graphs]).sort("network", "layer")


def _layer_statistics(graph: Graph, membership: pl.DataFrame, sizes: pl.DataFrame) -> pl.DataFrame:
    acts = _member_events(graph, membership)
    objects = acts.group_by("network", "object").agg(members=pl.col("account").n_unique(), acts=pl.len())
    objects = objects.filter(pl.col("members") >= 2)
    common = pl.col("members") * (pl.col("members") - 1)
    shares = objects.group_by("network").agg(objects=pl.len(), top_share=common.max() / common.sum())
    wide = pl.max_horizontal(pl.lit(3.0), _COMMON * pl.col("size"))
    targets = objects.join(sizes, on="network").filter(pl.col("members") >= wide)
    return (
        _pair_statistics(graph, membership)
        .join(shares, on="network", how="left")
        .join(_behaviour(graph, acts, targets), on="network", how="left")
        .with_columns(pl.lit(graph.name).alias("layer"), pl.col("targets").fill_null(0))
    )


def _pair_statistics(graph: Graph, membership: pl.DataFrame) -> pl.DataFrame:
    """Significant pairs inside each network, their co-actions, and how many chance explains."""
    pairs = (
        _with_networks(graph, membership)
        .group_by("network")
        .agg(pairs=pl.len(), observed=pl.col("weight").sum(), expected=pl.col("expected").sum())
    )
    p = gammainc(pairs["observed"].to_numpy().astype(float), np.maximum(pairs["expected"].to_numpy(), _LEAST))
    return pairs.with_columns(p=pl.Series(p))


def _behaviour(graph: Graph, acts: pl.DataFrame, targets: pl.DataFrame) -> pl.DataFrame:
    """How the acts of members are spread over the group's targets and over its members."""
    all_acts = np.bincount(graph.incidence.object) if graph.incidence is not None else np.zeros(0, dtype=np.int64)
    targets = targets.with_columns(all_acts=pl.Series(all_acts[targets["object"].to_numpy()]))
    on_target = acts.join(targets.select("network", "object", hit=pl.lit(1)), on=["network", "object"], how="left")
    # members without any act in this layer (another layer found them) are no part of its spread
    by_member = on_target.group_by("network", "account").agg(acts=pl.len(), hits=pl.col("hit").sum())
    spread = by_member.group_by("network").agg(
        exclusivity=pl.col("hits").sum() / pl.col("acts").sum(),
        dispersion=pl.col("hits").var(ddof=1) / pl.col("hits").mean(),
    )
    aimed = targets.group_by("network").agg(targets=pl.len(), capture=pl.col("acts").sum() / pl.col("all_acts").sum())
    return aimed.join(spread, on="network", how="left")


def boosted_accounts(
    retweets: Graph,
    membership: pl.DataFrame,
    *,
    min_members: int = 3,
    min_capture: float = 0.5,
    alpha: float = 0.01,
) -> pl.DataFrame:
    """Accounts whose retweets come mostly from one network: those it boosts.

    Parameters
    ----------
    retweets : Graph
        From :func:`cib.retweet_graph`.
    membership : polars.DataFrame
    min_members : int
        Members that retweeted the account, at least.
    min_capture : float
        Share of all its retweeters that are members, at least.
    alpha : float
        Benjamini-Hochberg level of the binomial test that members retweet the account more than their
        share of all retweeting explains.

    Returns
    -------
    polars.DataFrame
        ``account_id, network, members, retweeters, capture, q``; one row an account, not a member
        already.
    """
    network = _networks_of(retweets.ids, membership)
    source, target = retweets.endpoints
    source, target = source[source != target], target[source != target]
    retweeters = np.bincount(target, minlength=retweets.n_accounts)
    edges = pl.DataFrame({"network": network[source], "target": target}).filter(pl.col("network") >= 0)
    share = edges.group_by("network").agg(share=pl.len() / max(len(target), 1))
    tested = edges.group_by("network", "target").agg(members=pl.len()).join(share, on="network")
    tested = tested.filter(pl.Series(network)[tested["target"]] < 0).sort("network", "target")
    tested = tested.with_columns(retweeters=pl.Series(retweeters[tested["target"].to_numpy()]))
    p = np.asarray(
        binom.sf(tested["members"].to_numpy() - 1, tested["retweeters"].to_numpy(), tested["share"].to_numpy())
    )
    tested = tested.with_columns(q=pl.Series(adjust(p, len(p))), capture=pl.col("members") / pl.col("retweeters"))
    kept = tested.filter(pl.col("members") >= min_members, pl.col("capture") >= min_capture, pl.col("q") <= alpha)
    best = kept.sort("target", "members", "network", descending=[False, True, False]).unique(
        "target", keep="first", maintain_order=True
    )
    ids = retweets.ids.gather(best["target"]).alias("account_id")
    return best.select(ids, "network", "members", "retweeters", "capture", "q")


def _networks_of(ids: pl.Series, membership: pl.DataFrame) -> NDArray[np.int64]:
    """The network of each id, -1 outside; shape (n_ids,)."""
    network = np.full(len(ids), -1, dtype=np.int64)
    codes = encode(membership["account_id"], ids)
    known = codes.is_not_null()
    network[codes.filter(known).to_numpy()] = membership["network"].filter(known).to_numpy()
    return network


def _with_networks(graph: Graph, membership: pl.DataFrame) -> pl.DataFrame:
    """Edges inside a network, with account ids and the network."""
    network = _networks_of(graph.ids, membership)
    source, target = graph.endpoints
    inside = (network[source] >= 0) & (network[source] == network[target])
    edges = graph.table.filter(pl.Series(inside))
    return edges.with_columns(
        network=pl.Series(network[source[inside]]),
        source=graph.ids.gather(edges["source"]),
        target=graph.ids.gather(edges["target"]),
    )


def _member_events(graph: Graph, membership: pl.DataFrame) -> pl.DataFrame:
    """Events of members: ``network, account, object, time`` with codes of the incidence."""
    incidence = graph.incidence
    if incidence is None:
        return pl.DataFrame(schema={"network": pl.Int64, "account": pl.Int32, "object": pl.Int32, "time": pl.Int64})
    of_event = _networks_of(incidence.account_ids, membership)[incidence.account]
    mine = of_event >= 0
    return pl.DataFrame(
        {
            "network": of_event[mine],
            "account": incidence.account[mine],
            "object": incidence.object[mine],
            "time": incidence.time[mine],
        }
    )
