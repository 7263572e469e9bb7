"""Dense core of a similarity network, found by network dismantling (Cinus et al. 2025)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from cib.activity import Activity
from cib.errors import SettingsError
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.graphs.objects import Objects, kind_of, object_events
from cib.presets.cosine import cosine_edges
from cib.presets.inputs import check_quantile
from cib.presets.results import preset_graph

__all__ = ["cinus2025", "dismantle"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Grid of quantiles of similarity and of centrality.
QUANTILES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)

#: Maximum number of rounds of the power iteration, and its tolerance.
_ROUNDS, _TOLERANCE = 5_000, 1e-12


def cinus2025(
    activity: Activity,
    objects: Objects = "url",
    *,
    min_objects: int = 10,
    min_accounts: int = 5,
    max_share: float = 0.9,
    min_similarity: float = 0.05,
    quantiles: Sequence[float] = QUANTILES,
    min_density: float = 0.5,
    max_flagged: float = 0.05,
    min_size: int = 3,
) -> Graph:
    """Find the dense core of a similarity network by removing weak edges and peripheral accounts.

    Parameters
    ----------
    activity : Activity
    objects : str or callable
        What is shared; see :func:`cib.graphs.objects.object_events`.
    min_objects : int
        Accounts with fewer distinct objects are left out.
    min_accounts : int
        Objects of fewer accounts are left out.
    max_share : float
        Objects of a larger share of the accounts are left out.
    min_similarity : float
        Edges with a smaller cosine are left out before the search.
    quantiles : sequence of float
        Grid of thresholds of similarity and of centrality, ascending.
    min_density : float
        Least density of each component of the core.
    max_flagged : float
        Largest share of the connected accounts in the core, which never has more than 750.
    min_size : int
        Least number of accounts of a core.

    Returns
    -------
    Graph
        The core, undirected; without edges if none is dense enough. ``weight`` is the cosine of TF-IDF rows with
        inverse document frequency ``ln(n / k)``; ``component`` numbers the connected components.
        ``construction.options`` holds the selected thresholds.

    Raises
    ------
    SettingsError
        If an argument is out of range, or there are too many pairs to hold.

    Notes
    -----
    After Cinus, Minici, Luceri & Ferrara (2025), Proceedings of the ACM Web Conference. The paper leaves the choice
    of thresholds to the analyst. The rule used here (the largest jump of the density of the sparsest component), the
    defaults and the bounds on size are those of a service that runs the method daily (skywatch-bsky/osprey-
    sidecars, Apache-2.0); the result was compared with that of its code. Different: accounts and objects are
    filtered here, where the service filters in its database.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> graph = cib.presets.cinus2025(activity, "post", min_objects=3, min_accounts=2)
    >>> graph.table.columns
    ['source', 'target', 'weight', 'component']
    """
    for name, value in (("max_share", max_share), ("min_density", min_density), ("max_flagged", max_flagged)):
        check_quantile(name, value)
    incidence = Incidence.from_events(activity, object_events(activity, objects, self_actions=True))
    incidence = _frequent(incidence, min_objects, min_accounts, max_share)
    edges = cosine_edges(incidence, smooth=False).filter(pl.col("weight") >= min_similarity)
    kept, component, chosen = dismantle(
        edges, quantiles=quantiles, min_density=min_density, max_flagged=max_flagged, min_size=min_size
    )
    return preset_graph(
        "cinus2025",
        kind_of(objects),
        activity,
        edges.filter(pl.Series(kept)).with_columns(component=pl.Series(component, dtype=pl.Int64)),
        incidence,
        objects=kind_of(objects),
        min_objects=min_objects,
        min_accounts=min_accounts,
        max_share=max_share,
        min_similarity=min_similarity,
        min_density=min_density,
        max_flagged=max_flagged,
        min_size=min_size,
        similarity_quantile=chosen[0],
        centrality_quantile=chosen[1],
    )


def dismantle(
    edges: pl.DataFrame,
    *,
    quantiles: Sequence[float] = QUANTILES,
    min_density: float = 0.5,
    max_flagged: float = 0.05,
    max_accounts: int = 750,
    min_size: int = 3,
) -> tuple[NDArray[np.bool_], Ints, tuple[float | None, float | None]]:
    """Find the thresholds of similarity and centrality at which the remaining graph becomes dense.

    Parameters
    ----------
    edges : polars.DataFrame
        Columns ``source``, ``target`` (codes) and ``weight``.
    quantiles, min_density, max_flagged, min_size
        See :func:`cinus2025`.
    max_accounts : int
        Largest number of accounts of the core.

    Returns
    -------
    kept : ndarray of bool, shape (n_edges,)
        Edges of the core.
    component : ndarray of int, shape (n_kept,)
        Connected component of each of these edges.
    chosen : tuple of float or None
        Selected quantile of similarity and of centrality; None without a core.
    """
    if list(quantiles) != sorted(set(quantiles)) or not all(0 < q < 1 for q in quantiles):
        raise SettingsError("quantiles must ascend between 0 and 1", got=list(quantiles))
    nothing = np.zeros(edges.height, bool), np.zeros(0, np.int64), (None, None)
    if not edges.height:
        return nothing
    ends = np.concatenate([edges["source"].to_numpy(), edges["target"].to_numpy()])
    accounts, codes = np.unique(ends, return_inverse=True)
    source, target = codes.reshape(2, -1)
    weight = edges["weight"].to_numpy()
    centrality = _centrality(source, target, weight, len(accounts))
    cells = {}
    for i, similar in enumerate(np.quantile(weight, quantiles)):
        for j, central in enumerate(np.quantile(centrality, quantiles)):
            among = centrality >= central - 1e-10
            cells[i, j] = (weight >= similar) & among[source] & among[target]
    density = {at: _sparsest(source[kept], target[kept]) for at, kept in cells.items()}
    largest = min(max_flagged * len(accounts), max_accounts)
    for i, j in sorted(cells, key=lambda at: (_jump(density, *at), density[at], *at), reverse=True):
        size = len(np.unique(np.concatenate([source[cells[i, j]], target[cells[i, j]]])))
        if (i or j) and density[i, j] >= min_density and min_size <= size <= largest:
            kept = cells[i, j]
            return kept, _components(source[kept], target[kept]), (quantiles[i], quantiles[j])
    return nothing


def _frequent(incidence: Incidence, min_objects: int, min_accounts: int, max_share: float) -> Incidence:
    """Keep events of accounts with enough objects on objects with enough accounts, both counted over all events."""
    once = np.unique(np.stack([incidence.account, incidence.object]), axis=1)
    objects = np.bincount(once[0], minlength=len(incidence.account_ids))
    accounts = np.bincount(once[1], minlength=len(incidence.object_ids))
    shared = (accounts >= min_accounts) & (accounts <= max_share * np.count_nonzero(objects))
    return incidence.keep_events((objects[incidence.account] >= min_objects) & shared[incidence.object])


def _centrality(source: Ints, target: Ints, weight: Floats, n: int) -> Floats:
    """Compute the weighted eigenvector centrality within each component, scaled to a maximum of 1."""
    half = sp.coo_array((weight, (source, target)), shape=(n, n))
    matrix = sp.csr_array(half + half.T)
    count, component = sp.csgraph.connected_components(matrix, directed=False)
    now, shift = np.ones(n), np.bincount(component, matrix.sum(axis=1), count) / np.bincount(component, minlength=count)
    for _ in range(_ROUNDS):
        before, now = now, matrix @ now + shift[component] * now
        largest = np.zeros(count)
        np.maximum.at(largest, component, now)
        now /= largest[component]
        if np.abs(now - before).max() < _TOLERANCE:
            break
    return np.round(now, 9)  # rounding errors must not separate accounts in equivalent positions


def _jump(density: dict[tuple[int, int], float], i: int, j: int) -> float:
    """Compute the largest increase in density from a cell with the next lower threshold."""
    return max((density[i, j] - density[at] for at in ((i - 1, j), (i, j - 1)) if at in density), default=0.0)


def _sparsest(source: Ints, target: Ints) -> float:
    """Compute the smallest density of a component."""
    if not len(source):
        return 0.0
    component = _components(source, target)
    edges = np.bincount(component)
    ends = np.unique(np.stack([np.concatenate([source, target]), np.tile(component, 2)]), axis=1)[1]
    size = np.bincount(ends)
    return float((edges / (size * (size - 1) / 2)).min())


def _components(source: Ints, target: Ints) -> Ints:
    """Label the connected component of each edge."""
    _, codes = np.unique(np.concatenate([source, target]), return_inverse=True)
    one, two = codes.reshape(2, -1)
    graph = sp.coo_array((np.ones(len(one)), (one, two)), shape=(codes.max() + 1,) * 2)
    labels: Ints = sp.csgraph.connected_components(graph, directed=False)[1][one].astype(np.int64)
    return labels
