"""Confirmation of networks on held-out halves of the acts.

The edges of a network were selected for their weight, so that this weight cannot confirm it. Each layer is
therefore split into two halves of its objects (without a window: of its events). Clusters are searched for
in one half only, and the other half, which was not used in the search, tests whether their pairs co-act
beyond the null. Both directions are tested.
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

#: False discovery rate in the searched half; false discoveries are not confirmed by the other half.
_ALPHA = 0.05
#: Factor of the resolution in a half: half the acts give about half the evidence.
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
    """Compute p-values of networks on acts that were not used to find them.

    Parameters
    ----------
    graphs : sequence of Graph
        Significant co-actions, one graph per layer, from :func:`cib.backbone`.
    membership : polars.DataFrame
        ``account_id, network``.
    resolution, set_resolution, min_size, seed
        Settings of the search; see :func:`cib.networks.communities.clusters_of` and
        :func:`cib.networks.object_sets.audiences`.

    Returns
    -------
    polars.DataFrame
        ``network, p_confirm``: the smallest p over layers and directions times the number of tests, at most 1.
        Networks without a cluster in either half have no row.

    Notes
    -----
    A network is confirmed by a cluster if they share half of the members of the smaller one. The test is
    Poisson: the co-actions, in the other half, of the pairs that were edges in the searched half, against
    their expectation under the null of the layer. It guards against chance, not against a common audience:
    shared taste is present in both halves.
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
    # the last digits of sums of floats depend on their order, which depends on the threads
    return best.sort("network").with_columns(pl.col("p_confirm").round_sig_figs(9))


def _halves(graph: Graph) -> Iterator[Graph]:
    """Yield both halves of a layer with their significant edges; without a window, with their events only."""
    for side in (0, 1):
        # Without a window objects are few and have many acts each, as authors do: the events are split instead.
        half = graph.events.half(side, of_events=is_timeless(graph))
        if is_timeless(graph):
            yield replace(graph, incidence=half)
        else:
            yield backbone(project(half, graph.construction.window_s, 2), graph.significance.null, _ALPHA)


def _clusters(
    searched: Graph, held_out: Graph, membership: pl.DataFrame, resolution: float, min_size: int, seed: int
) -> pl.DataFrame:
    """Test the co-actions in one half of the pairs that were edges in the other: ``network, cluster, p``."""
    clusters = clusters_of(searched, resolution=resolution, min_size=min_size, seed=seed)
    stand = _stand_for(clusters, membership)
    clusters = clusters.join(stand, on="cluster", how="semi")  # clusters of no network need no test
    ((_, of),) = networks_in([searched], clusters.rename({"cluster": "network"}))
    rows, cluster = rows_inside(searched, of)
    codes = searched.codes_in(held_out.events.account_ids)
    ends = {end: codes.gather(searched.table[end].gather(rows)) for end in ("source", "target")}
    pairs = pl.DataFrame({**ends, "cluster": cluster})
    return stand.join(_poisson(pairs.with_columns(_weights(held_out, pairs))), on="cluster")


def _audience(
    searched: Graph, held_out: Graph, membership: pl.DataFrame, resolution: float, min_size: int, seed: int
) -> pl.DataFrame:
    """Test the acts in one half of the accounts drawn to a set of objects in the other; see `_clusters`."""
    groups, sets = audiences(searched.events, alpha=_ALPHA, resolution=resolution, min_size=min_size, seed=seed)
    stand = _stand_for(groups, membership)
    groups, sets = (table.join(stand, on="cluster", how="semi") for table in (groups, sets))
    return stand.join(_poisson(_acts_on(held_out.events, sets, groups)), on="cluster")


def _poisson(table: pl.DataFrame) -> pl.DataFrame:
    """Compute the Poisson probability of at least ``observed`` if ``expected`` is the mean: ``cluster, p``."""
    table = table.group_by("cluster").agg(pl.col("observed").sum(), pl.col("expected").sum())
    observed, expected = (table[name].to_numpy().astype(float) for name in ("observed", "expected"))
    p = np.where(observed > 0, gammainc(np.maximum(observed, 1), np.maximum(expected, LEAST)), 1.0)
    return table.select("cluster", p=pl.Series(p))


def _acts_on(incidence: Incidence, sets: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Count the acts of accounts on their set, and those expected at its share: ``cluster, observed, expected``."""
    acts = incidence.acts
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
    """Count the co-actions in a half of pairs inside clusters (by code), and compute their expectation."""
    from cib.graphs.compiled.counts import shared_objects
    from cib.graphs.compiled.windows import window_span

    incidence = graph.events
    cluster = np.full(len(incidence.account_ids), -1, dtype=np.int64)
    for end in ("source", "target"):
        cluster[pairs[end].to_numpy()] = pairs["cluster"].to_numpy()
    inside, n = incidence.within(cluster), len(incidence.account_ids)
    keys = pairs.select(pl.col("source").cast(pl.Int64) * n + pl.col("target")).to_series().to_numpy()
    window = window_span(graph.construction.window_s)
    observed = shared_objects(keys, inside.account, inside.object, inside.time, n, window)
    asked = replace(graph, ids=incidence.account_ids, table=pairs.with_columns(weight=pl.lit(0)))
    expected, _ = chance(asked, graph.significance.null)
    return [pl.Series("observed", observed.astype(float)), pl.Series("expected", expected)]


def _stand_for(clusters: pl.DataFrame, membership: pl.DataFrame) -> pl.DataFrame:
    """Match networks and clusters that share half of the members of the smaller one: ``network, cluster``."""
    sizes = membership.group_by("network").agg(size=pl.len())
    shared = clusters.join(membership, on="account_id").group_by("network", "cluster").agg(shared=pl.len())
    shared = shared.join(sizes, on="network").join(clusters.group_by("cluster").agg(found=pl.len()), on="cluster")
    same = pl.col("shared") >= 0.5 * pl.min_horizontal("size", "found")
    return shared.filter(same).select("network", "cluster")
