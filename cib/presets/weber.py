"""Highly coordinating communities: latent networks over windows, and focal structures (Weber & Neumann 2021)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity
from cib.errors import SettingsError
from cib.graphs.coaction import Window, window_seconds
from cib.graphs.graph import Graph, graph_from_codes
from cib.graphs.incidence import Incidence
from cib.graphs.objects import Objects, kind_of, object_events
from cib.presets.iannucci import modularity_clusters
from cib.presets.pairs import common_objects
from cib.presets.results import preset_graph

__all__ = ["focal_structures", "weber2021"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def weber2021(
    activity: Activity,
    objects: Objects = "post",
    window: Window = "15min",
    theta: float = 0.3,
    *,
    max_accounts: int | None = None,
    seed: int = 0,
) -> Graph:
    """Find focal structures in the network of accounts that acted on the same objects in the same windows.

    Parameters
    ----------
    activity : Activity
    objects : str or callable
        What is shared; see :func:`cib.graphs.objects.object_events`.
    window : str, float or timedelta
        Length of the adjacent windows, the first of which begins with the first act.
    theta : float
        Largest number of standard deviations by which an edge may lower the mean weight of a focal structure.
    max_accounts : int, optional
        Objects that more accounts acted on are left out. None, as published, keeps all.
    seed : int
        Seed of the clustering.

    Returns
    -------
    Graph
        The edges of the focal structures (FSA_V), undirected. ``weight`` is the sum over windows of
        ``r * r / (s + t - r)`` with r the number of pairs of acts of the two accounts on the same object, and s and t
        the numbers of such pairs of either account with any other; ``raw_weight`` is the sum of r; ``structure``
        numbers the community of the edge.

    Raises
    ------
    SettingsError
        If an argument is out of range, or there are too many pairs to hold.

    Notes
    -----
    After Weber & Neumann (2021), Amplifying influence through coordinated behaviour in social networks, Social Network
    Analysis and Mining, and the authors' scripts (weberdc/find_hccs, Apache-2.0). Windows are not weighted by decay.

    Not repeated: s and t were read while they were being computed, so that weights depended on the order of edges;
    communities of one edge were always dropped; an isolated account stopped the script. Ties in weight are broken by
    the order of accounts.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> graph = cib.presets.weber2021(activity, window="1h", max_accounts=200)
    >>> graph.table.columns
    ['source', 'target', 'weight', 'raw_weight', 'structure']
    """
    seconds = window_seconds(window)
    if not seconds or theta < 0:
        raise SettingsError("window must have a length and theta must not be negative", got=f"{window}, {theta}")
    incidence = Incidence.from_events(activity, object_events(activity, objects, self_actions=True))
    incidence = incidence.shared_by_at_most(max_accounts)
    latent = preset_graph(
        "weber2021",
        f"{kind_of(objects)} {seconds:g} s",
        activity,
        _latent(incidence, round(seconds * 1e6)),
        incidence,
        kind_of(objects),
        seconds,
        theta=theta,
        max_accounts=max_accounts,
        seed=seed,
    )
    return focal_structures(latent, theta, seed=seed)


def focal_structures(graph: Graph, theta: float = 0.3, *, clusters: Ints | None = None, seed: int = 0) -> Graph:
    """Extract the focal structure of each community (FSA_V), grown from its heaviest edge.

    Adjacent edges are added while they do not lower the mean weight of the structure too much.

    Parameters
    ----------
    graph : Graph
        Undirected.
    theta : float
        See :func:`weber2021`.
    clusters : ndarray of int, shape (n_accounts,), optional
        Community of each account, in the order of ``graph.ids``; by default those of largest modularity.
    seed : int
        Seed of that clustering.

    Returns
    -------
    Graph
        The edges of the structures, each of at least the mean weight of the graph, with ``structure``.
    """
    if clusters is None:
        clusters = modularity_clusters(graph, seed=seed)["cluster"].to_numpy()
    table = graph.table
    source, target, weight = (table[name].to_numpy() for name in ("source", "target", "weight"))
    inside = np.flatnonzero(clusters[source] == clusters[target])
    mean = float(weight.mean()) if len(weight) else 0.0
    structure = np.full(len(weight), -1)
    for label in np.unique(clusters[source[inside]]):
        edges = inside[clusters[source[inside]] == label]
        grown = edges[_grown(source[edges], target[edges], weight[edges], mean, theta)]
        structure[grown] = label
    kept = table.with_columns(structure=pl.Series(structure)).filter(pl.col("structure") >= 0)
    return replace(
        graph_from_codes(graph.name, graph.ids, kept, directed=False, library=graph.library, incidence=graph.incidence),
        construction=graph.construction,
    )


def _grown(source: Ints, target: Ints, weight: Floats, mean: float, theta: float) -> list[int]:
    """Return the edges of the focal structure of one community, in the order of addition."""
    order = np.lexsort((target, source, -weight))  # heaviest first
    touching: dict[int, list[int]] = {}
    for edge in order.tolist():
        for end in (source[edge], target[edge]):
            touching.setdefault(int(end), []).append(edge)
    taken = [int(order[0])]
    if weight[taken[0]] < mean:
        return []
    while True:
        ends = source[taken[-1]], target[taken[-1]]
        near = [edge for end in ends for edge in touching[int(end)] if edge not in taken]
        if not near:
            return taken
        best = min(near, key=lambda edge: (-weight[edge], source[edge], target[edge]))
        weights = weight[taken]
        spread = weights.std(ddof=1) if len(taken) > 1 else weights[0]
        if weight[best] < mean or np.append(weights, weight[best]).mean() < weights.mean() - theta * spread:
            return taken
        taken.append(best)


def _latent(incidence: Incidence, span: int) -> pl.DataFrame:
    """Sum the edges over all windows."""
    window = (incidence.time - incidence.time.min(initial=np.iinfo(np.int64).max)) // max(span, 1)
    n = len(incidence.account_ids)
    pairs, codes = np.unique(window * n + incidence.account, return_inverse=True)
    groups = np.cumsum(np.diff(incidence.object, prepend=-1).astype(bool) | np.diff(window, prepend=-1).astype(bool))
    apart = replace(incidence, account=codes.astype(np.int32), account_ids=pl.Series(pairs.astype(str)))
    found = common_objects(apart, groups)
    source, target, acts = (found[name].to_numpy() for name in ("source", "target", "pairs"))
    strength = np.bincount(np.concatenate([source, target]), np.tile(acts, 2), minlength=len(pairs))
    weight = acts * acts / np.maximum(strength[source] + strength[target] - acts, 1)
    edges = pl.DataFrame(
        {
            "source": (pairs[source] % n).astype(np.uint32),
            "target": (pairs[target] % n).astype(np.uint32),
            "weight": weight.astype(np.float64),
            "raw_weight": acts.astype(np.int64),
        }
    )
    return edges.group_by("source", "target").agg(pl.col("weight").sort().sum(), pl.col("raw_weight").sum())
