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

from cib.graphs.coaction import project
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.graphs.nulls.registry import NULLS, backbone, chance
from cib.networks.acts import Numbers
from cib.networks.communities import Labels, cluster_labels
from cib.networks.evidence import LEAST, networks_in, rows_inside
from cib.networks.object_sets import drawn_groups, is_timeless

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
    for graph, network in networks_in(graphs, membership):
        test, level = (_audience, set_resolution) if is_timeless(graph) else (_clusters, resolution)
        one, other = _halves(graph)
        for searched, held_out in ((one, other), (other, one)):
            tests.append(test(searched, held_out, network, _HALF * level, min_size, seed))
    if not tests:
        return pl.DataFrame(schema={"network": pl.Int64, "p_confirm": pl.Float64})
    best = pl.concat(tests).group_by("network").agg(p_confirm=(pl.col("p").min() * len(tests)).clip(upper_bound=1.0))
    # the last digits of sums of floats depend on their order, which depends on the threads
    return best.sort("network").with_columns(pl.col("p_confirm").round_sig_figs(9))


def _halves(graph: Graph) -> Iterator[Graph]:
    """Yield both halves of a layer with their significant edges; without a window, with their events only."""
    # Without a window objects are few and have many acts each, as authors do: the events are split instead.
    for half in graph.events.halves(of_events=is_timeless(graph)):
        if is_timeless(graph):
            yield replace(graph, incidence=half)
        else:
            null = graph.significance.null
            counted = project(half, graph.construction.window_s, 2, weights_only=null in NULLS)
            yield backbone(counted, null, _ALPHA)


def _clusters(
    searched: Graph, held_out: Graph, network: Labels, resolution: float, min_size: int, seed: int
) -> pl.DataFrame:
    """Test the co-actions in one half of the pairs that were edges in the other: ``network, p``.

    `network` holds the network of each account of the events, -1 for none.
    """
    code, cluster = searched.codes_in(held_out.events.account_ids).to_numpy(), np.full(len(network), -1)
    cluster[code] = cluster_labels(searched, resolution=resolution, min_size=min_size, seed=seed)
    stand = _stand_for(cluster, network)
    cluster = np.where(np.isin(cluster, stand["cluster"].to_numpy()), cluster, -1)  # others need no test
    rows, of = rows_inside(searched, cluster)
    source, target = (code[end[rows]].astype(np.int64) for end in searched.endpoints)
    observed, expected = _weights(held_out, cluster, source, target)
    n = int(cluster.max(initial=-1)) + 1
    return _tested(stand, *(np.bincount(of, each, n).astype(float) for each in (observed, expected)))


def _audience(
    searched: Graph, held_out: Graph, network: Labels, resolution: float, min_size: int, seed: int
) -> pl.DataFrame:
    """Test the acts in one half of the accounts drawn to a set of objects in the other; see `_clusters`."""
    groups, sets = drawn_groups(searched.events, alpha=_ALPHA, resolution=resolution, min_size=min_size, seed=seed)
    cluster = np.full(len(network), -1)
    cluster[groups["account"].to_numpy()] = groups["cluster"].to_numpy()
    stand = _stand_for(cluster, network)
    sets = sets.join(stand, on="cluster", how="semi")
    return _tested(stand, *_acts_on(held_out.events, sets, cluster))


def _tested(stand: pl.DataFrame, observed: Numbers, expected: Numbers) -> pl.DataFrame:
    """Compute the Poisson probability of at least `observed` of each cluster if `expected` is the mean."""
    cluster = stand["cluster"].to_numpy()
    observed, expected = observed[cluster], expected[cluster]
    p = np.where(observed > 0, gammainc(np.maximum(observed, 1), np.maximum(expected, LEAST)), 1.0)
    return stand.select("network", p=pl.Series(p))


def _acts_on(incidence: Incidence, sets: pl.DataFrame, cluster: Labels) -> tuple[Numbers, Numbers]:
    """Count the acts of the accounts of each cluster on its set of objects, and those expected at its share."""
    n = int(cluster.max(initial=-1)) + 1
    aims = np.full(len(incidence.popularity), -1)
    aims[sets["object"].to_numpy()] = sets["cluster"].to_numpy()
    acts = incidence.acts_on(sets["object"])
    aim, by, count = aims[acts["object"].to_numpy()], cluster[acts["account"].to_numpy()], acts["acts"].to_numpy()
    share = np.bincount(aim, count, n) / max(len(incidence), 1)
    mine = cluster >= 0
    made = np.bincount(cluster[mine], incidence.acts[mine], n)
    return np.bincount(aim[aim == by], count[aim == by], n).astype(float), made * share


def _weights(graph: Graph, cluster: Labels, source: Labels, target: Labels) -> tuple[Numbers, Numbers]:
    """Count the co-actions in a half of pairs inside clusters (by code), and compute their expectation."""
    from cib.graphs.compiled.counts import shared_objects
    from cib.graphs.compiled.windows import window_span

    incidence = graph.events
    inside, n = incidence.within(cluster), len(incidence.account_ids)
    window = window_span(graph.construction.window_s)
    observed = shared_objects(source * n + target, inside.account, inside.object, inside.time, n, window)
    pairs = pl.DataFrame({"source": source, "target": target, "weight": observed})
    expected, _ = chance(replace(graph, ids=incidence.account_ids, table=pairs), graph.significance.null)
    return observed.astype(float), expected


def _stand_for(cluster: Labels, network: Labels) -> pl.DataFrame:
    """Match networks and clusters that share half of the members of the smaller one: ``network, cluster``."""
    both, width = (cluster >= 0) & (network >= 0), int(network.max(initial=0)) + 1
    pairs, shared = np.unique(cluster[both] * width + network[both], return_counts=True)
    found, of = np.divmod(pairs, width)
    size = np.minimum(np.bincount(cluster[cluster >= 0])[found], np.bincount(network[network >= 0])[of])
    same = shared >= 0.5 * size
    return pl.DataFrame({"network": of[same], "cluster": found[same]})
