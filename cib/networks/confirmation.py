"""Found on one half of the acts, tested on the other: what says that a cluster is no product of the search.

The edges of a network were chosen because they are heavy, so their weight proves nothing a second time.
Here each layer is cut in two by a hash of what was acted on; clusters are searched for in one half alone,
and the other half, which had no part in that, says whether their pairs co-act beyond the null. Then the
same the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from scipy.special import gammainc

from cib.activity import encode
from cib.graphs.coaction import project
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.graphs.nulls.registry import backbone, chance
from cib.networks.communities import clusters_of
from cib.networks.evidence import LEAST, networks_in, rows_inside
from cib.networks.object_sets import audiences, is_timeless

__all__ = ["confirm"]

#: Discovery may be generous: what it finds too much, the other half does not confirm.
_ALPHA = 0.05
#: A pair of half the acts has about half the evidence.
_HALF = 0.5


def confirm(
    graphs: Sequence[Graph],
    membership: pl.DataFrame,
    *,
    resolution: float,
    set_resolution: float,
    min_size: int,
    seed: int = 0,
) -> pl.DataFrame:
    """p-values of networks on acts that had no part in finding them.

    Parameters
    ----------
    graphs : sequence of Graph
        Significant co-actions, a layer each, from :func:`cib.backbone`.
    membership : polars.DataFrame
        ``account_id, network``.
    resolution, set_resolution, min_size, seed
        Of the search; see :func:`cib.networks.communities.clusters_of` and
        :func:`cib.networks.object_sets.audiences`.

    Returns
    -------
    polars.DataFrame
        ``network, p_confirm``: the smallest p over layers and directions times their number, at most 1. Networks
        of which neither half alone shows a cluster have no row.

    Notes
    -----
    A network is confirmed by a cluster that shares half of the smaller's members with it. The test is
    Poisson: the co-actions, in the other half, of the pairs that were edges in this one, against what the
    layer's null expects there. It guards against chance, not against an audience: shared taste is there in
    both halves.
    """
    tests = []
    for graph in graphs:
        test, level = (_audience, set_resolution) if is_timeless(graph) else (_clusters, resolution)
        one, other = _halves(graph)
        for searched, held_out in ((one, other), (other, one)):
            tests.append(test(searched, held_out, membership, _HALF * level, min_size, seed).select("network", "p"))
    if not tests:
        return pl.DataFrame(schema={"network": pl.Int64, "p_confirm": pl.Float64})
    best = pl.concat(tests).group_by("network").agg(p_confirm=(pl.col("p").min() * len(tests)).clip(upper_bound=1.0))
    return best.sort("network")


def _halves(graph: Graph) -> Iterator[Graph]:
    """Both halves of a layer, with what stands out in each; those of one without a window have the events alone."""
    for side in (0, 1):
        # Without a window objects are few and collect many acts each, as authors do: halves of them show nothing.
        half = graph.events.half(side, of_events=is_timeless(graph))
        if is_timeless(graph):
            yield replace(graph, incidence=half)
        else:
            yield backbone(project(half, graph.construction.window_s, 2), graph.significance.null, _ALPHA)


def _clusters(
    searched: Graph, held_out: Graph, membership: pl.DataFrame, resolution: float, min_size: int, seed: int
) -> pl.DataFrame:
    """Pairs that were edges in one half: their co-actions in the other. ``network, cluster, p``."""
    clusters = clusters_of(searched, resolution=resolution, min_size=min_size, seed=seed)
    stand = _stand_for(clusters, membership)
    clusters = clusters.join(stand, on="cluster", how="semi")  # what stands for no network need not be tested
    ((_, of),) = networks_in([searched], clusters.rename({"cluster": "network"}))
    rows, cluster = rows_inside(searched, of)
    codes = searched.codes_in(held_out.events.account_ids)
    ends = {end: codes.gather(searched.table[end].gather(rows)) for end in ("source", "target")}
    pairs = pl.DataFrame({**ends, "cluster": cluster})
    return stand.join(_poisson(pairs.with_columns(_weights(held_out, pairs))), on="cluster")


def _audience(
    searched: Graph, held_out: Graph, membership: pl.DataFrame, resolution: float, min_size: int, seed: int
) -> pl.DataFrame:
    """Accounts that were drawn to a set of objects in one half: their acts on it in the other. As `_clusters`."""
    groups, sets = audiences(searched.events, alpha=_ALPHA, resolution=resolution, min_size=min_size, seed=seed)
    stand = _stand_for(groups, membership)
    groups, sets = (table.join(stand, on="cluster", how="semi") for table in (groups, sets))
    return stand.join(_poisson(_acts_on(held_out.events, sets, groups)), on="cluster")


def _poisson(table: pl.DataFrame) -> pl.DataFrame:
    """``cluster, p``: chance of so many as ``observed`` where so many are ``expected``."""
    table = table.group_by("cluster").agg(pl.col("observed").sum(), pl.col("expected").sum())
    observed, expected = (table[name].to_numpy().astype(float) for name in ("observed", "expected"))
    p = np.where(observed > 0, gammainc(np.maximum(observed, 1), np.maximum(expected, LEAST)), 1.0)
    return table.select("cluster", p=pl.Series(p))


def _acts_on(incidence: Incidence, sets: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """``cluster, observed, expected``: acts of the accounts drawn to a set on it, and at everybody's share."""
    acts = incidence.totals[0]
    events = incidence.acts_on(sets["object"]).join(sets, on="object")
    share = events.group_by("cluster").agg(share=pl.col("acts").sum() / max(len(incidence), 1))
    drawn = groups.select("cluster", account=encode(groups["account_id"], incidence.account_ids).cast(pl.Int32))
    hits = drawn.join(events, on=["account", "cluster"]).group_by("cluster").agg(observed=pl.col("acts").sum())
    mine = (
        drawn.with_columns(acts=pl.Series(acts[drawn["account"].to_numpy()]))
        .group_by("cluster")
        .agg(pl.col("acts").sum())
    )
    table = mine.join(share, on="cluster", how="left").join(hits, on="cluster", how="left").fill_null(0)
    return table.select("cluster", "observed", expected=pl.col("acts") * pl.col("share"))


def _weights(graph: Graph, pairs: pl.DataFrame) -> list[pl.Series]:
    """Co-actions in a half, down to one, of pairs inside clusters (by code), and their expectation."""
    incidence = graph.events
    cluster = np.full(len(incidence.account_ids), -1, dtype=np.int64)
    for end in ("source", "target"):
        cluster[pairs[end].to_numpy()] = pairs["cluster"].to_numpy()
    inside = project(incidence.within(cluster), graph.construction.window_s, 1).spread(incidence.account_ids)
    # one whole number a pair: to join on two columns takes several times as long
    pair = pl.col("source").cast(pl.Int64) * len(incidence.account_ids) + pl.col("target")
    weights = inside.table.select(pair=pair, observed=pl.col("weight").cast(pl.Float64))
    observed = pairs.select(pair=pair).join(weights, on="pair", how="left", maintain_order="left")["observed"]
    asked = replace(graph, ids=incidence.account_ids, table=pairs.with_columns(weight=pl.lit(0)))
    expected, _ = chance(asked, graph.significance.null)
    return [observed.fill_null(0.0), pl.Series("expected", expected)]


def _stand_for(clusters: pl.DataFrame, membership: pl.DataFrame) -> pl.DataFrame:
    """``network, cluster`` where both share half of the smaller's members."""
    sizes = membership.group_by("network").agg(size=pl.len())
    shared = clusters.join(membership, on="account_id").group_by("network", "cluster").agg(shared=pl.len())
    shared = shared.join(sizes, on="network").join(clusters.group_by("cluster").agg(found=pl.len()), on="cluster")
    same = pl.col("shared") >= 0.5 * pl.min_horizontal("size", "found")
    return shared.filter(same).select("network", "cluster")
