"""Clusters of a graph, by an objective without a resolution limit.

Modularity merges groups that are small relative to the whole graph (its resolution limit). The constant
Potts model does not: two groups stay apart as long as the mean weight between them is below
``resolution``, whatever the size of the graph. On a planted graph of 3,754 groups in 62,652 accounts
modularity finds 345 (NMI 0.83), the Potts model at 0.05 finds 3,798 (NMI 0.998);
``tests/networks/test_communities.py`` has a smaller example.

The optimiser is Louvain of scikit-network, not its Leiden, which draws from ``rand()`` of the C library,
cannot be seeded and differs from run to run. Connected clusters, which Leiden guarantees, are obtained by
splitting clusters that are not connected.

Sources: Blondel et al. (2008), Louvain; Traag, Van Dooren & Nesterov (2011), the constant Potts model;
Fortunato & Barthelemy (2007), the resolution limit; Traag, Waltman & van Eck (2019), connected clusters.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from cib.errors import SettingsError
from cib.graphs.graph import Graph
from cib.graphs.incidence import run_starts
from cib.networks.evidence import log_evidence

__all__ = ["Edges", "cluster_labels", "clusters_of", "communities", "interaction_communities", "potts"]

Labels = NDArray[np.int64]
Numbers = NDArray[np.float64]


class Edges(NamedTuple):
    """Undirected edges, each once; arrays of shape (n_edges,)."""

    source: NDArray[np.integer[Any]]
    target: NDArray[np.integer[Any]]
    weight: Numbers


#: Minimum gain, as a share of the objective; the optimiser stops below it.
_TOLERANCE = 1e-5


def communities(
    matrix: sp.csr_array, *, resolution: float = 0.05, seed: int = 0, order: Labels | None = None
) -> Labels:
    """Cluster an undirected weighted graph under the constant Potts model.

    Parameters
    ----------
    matrix : csr_array, shape (n, n)
        Symmetric, non-negative.
    resolution : float
        Mean weight per pair of accounts above which a group holds together, in the unit of the weights.
    seed : int
        Seed of the optimiser; the same seed gives the same clusters.
    order : ndarray of int, shape (n,), optional
        The accounts in the order in which they are given to the optimiser; default: as in the matrix.

    Returns
    -------
    ndarray of int, shape (n,)
        Cluster of each account, numbered by its first member in `order`.

    Examples
    --------
    >>> two_triangles = sp.csr_array(np.kron(np.eye(2), np.ones((3, 3)) - np.eye(3)))
    >>> communities(two_triangles).tolist()
    [0, 0, 0, 1, 1, 1]
    """
    upper = sp.triu(matrix).tocoo()
    order = np.arange(matrix.shape[0]) if order is None else order
    return potts(Edges(upper.row, upper.col, upper.data), order, resolution, seed)


def potts(edges: Edges, order: Labels, resolution: float, seed: int) -> Labels:
    """Compute the clusters of :func:`communities` from edges."""
    if resolution <= 0:
        raise SettingsError("resolution must be positive", got=resolution, remedy="Take 0.05, say.")
    total = edges.weight.sum() + edges.weight[edges.source != edges.target].sum()
    if not total:
        return np.argsort(order)
    linked = np.zeros(len(order), dtype=bool)
    linked[edges.source] = linked[edges.target] = True
    active = order[linked[order]]
    # scikit-network scales the Potts penalty by total weight over n squared
    scaled = resolution * len(active) ** 2 / total
    clusters = np.zeros(len(order), dtype=np.int64)
    clusters[active] = _louvain(edges, active, np.full(len(active), 1 / len(active)), scaled, seed)
    return _connected(edges, clusters, order)


def clusters_of(graph: Graph, *, resolution: float, min_size: int, seed: int = 0) -> pl.DataFrame:
    """Cluster significant edges; return ``account_id, cluster`` of clusters of at least `min_size` accounts.

    Parameters
    ----------
    graph : Graph
        From :func:`cib.backbone`.
    resolution : float
        Mean decades of evidence per pair above which accounts form one cluster.
    min_size, seed : int
    """
    labels = cluster_labels(graph, resolution=resolution, min_size=min_size, seed=seed)
    return pl.DataFrame({"account_id": graph.ids, "cluster": labels}).filter(pl.col("cluster") >= 0)


def cluster_labels(graph: Graph, *, resolution: float, min_size: int, seed: int = 0) -> Labels:
    """Return the cluster of each account, -1 for none of at least `min_size` accounts; see :func:`clusters_of`."""
    source, target = (graph.table[end].to_numpy() for end in ("source", "target"))
    edges = Edges(source, target, log_evidence(graph.table).to_numpy())
    labels = potts(edges, _order(graph), resolution, seed)
    return np.where(np.bincount(labels)[labels] >= min_size, labels, -1)


def _order(graph: Graph) -> Labels:
    """Sort the accounts independently of their ids, for the optimiser; return their codes in this order.

    The keys are number, first, last and summed times of events; equal accounts keep the order of their ids.
    """
    if graph.incidence is None:
        return np.arange(graph.n_accounts)
    number, first, last, total = graph.incidence.totals
    keys = (total, last, first, number)
    mine = graph.codes_in(graph.incidence.account_ids).to_numpy()
    return np.lexsort([key[mine] for key in keys])


def interaction_communities(graph: Graph, *, resolution: float = 1.0, seed: int = 0) -> Labels:
    """Cluster a retweet or mention graph: accounts together with those they boost.

    The weight of an edge is ``log(1 + weight) / log(5 + accounts that act on the target)``, so that a celebrity
    whom many accounts retweet does not join them to one cluster (the column weight of FRAUDAR, Hooi et al.
    2016). Clusters maximise modularity, because these groups are large and internally sparse.

    Parameters
    ----------
    graph : Graph
        Directed, from :func:`cib.retweet_graph` and its siblings.
    resolution : float
        Resolution of modularity; values above 1 give smaller groups.
    seed : int

    Returns
    -------
    ndarray of int, shape (n_accounts,)
        Cluster of each account of the graph.
    """
    source, target = graph.endpoints
    apart = source != target
    source, target = source[apart], target[apart]
    acting = np.bincount(target, minlength=graph.n_accounts)
    weight = np.log1p(graph.table["weight"].to_numpy()[apart]) / np.log(5.0 + acting[target])
    if not len(weight):
        return np.arange(graph.n_accounts)
    low, high = np.minimum(source, target), np.maximum(source, target)
    pairs = low * graph.n_accounts + high
    order = np.argsort(pairs)
    starts = run_starts(pairs[order])  # of one edge, or of two in opposite directions
    low, high = np.divmod(pairs[order[starts]], graph.n_accounts)
    edges = Edges(low, high, np.add.reduceat(weight[order], starts))
    degree = np.bincount(low, edges.weight, graph.n_accounts) + np.bincount(high, edges.weight, graph.n_accounts)
    everyone = np.arange(graph.n_accounts)
    clusters = _louvain(edges, everyone, degree / degree.sum(), resolution, seed)
    return _connected(edges, clusters, everyone)


def _louvain(edges: Edges, nodes: Labels, weights: Numbers, resolution: float, seed: int) -> Labels:
    """Return the cluster of each of some nodes, by the optimiser of :class:`sknetwork.clustering.Louvain`.

    That class copies and checks the matrix several times, which takes longer than to optimise the clusters. All edges
    are between `nodes`; `weights` are the weights of these in the objective. Nodes with more edges are visited first,
    equal ones in random order: this takes half the time of a random order of all, and the objective is about as high.
    """
    # scikit-network and scikit-learn, on which it depends, take a second to import
    from sknetwork.clustering.louvain_core import optimize_core

    n_edges = np.bincount(np.concatenate([edges.source, edges.target]), minlength=nodes.max() + 1)[nodes]
    order = np.random.RandomState(seed).permutation(len(nodes))
    order = order[np.argsort(-n_edges[order], kind="stable")]
    adjacency = _matrix_of(edges, nodes[order])
    found, gain, weights = np.arange(len(nodes)), np.inf, weights[order]
    while gain > _TOLERANCE:
        number = adjacency.indices.dtype
        own, values = weights.astype(np.float32), adjacency.data.astype(np.float32)
        moved, gain = optimize_core(
            np.arange(len(own), dtype=number),
            adjacency.indices,
            adjacency.indptr.astype(number),
            values,
            *(own, own, own.copy(), own.copy(), np.zeros_like(own), np.zeros_like(own)),
            resolution,
            _TOLERANCE,
        )
        _, labels = np.unique(moved, return_inverse=True)
        found, weights = labels[found], np.bincount(labels, weights).astype(np.float64)
        adjacency = _between(adjacency, labels)
    clusters = np.empty_like(found)
    clusters[order] = found
    return clusters


def _matrix_of(edges: Edges, nodes: Labels) -> sp.csr_array:
    """Return the weights between some nodes, which include the ends of all edges, as shares of the total weight.

    Symmetric, with sorted rows. The weight of a node's edge to itself is in the total only: it stays in any cluster.
    """
    place = np.empty(nodes.max() + 1, dtype=np.int32)
    place[nodes] = np.arange(len(nodes))
    apart = edges.source != edges.target
    source, target, weight = place[edges.source[apart]], place[edges.target[apart]], edges.weight[apart]
    weight = weight / (edges.weight.sum() + weight.sum())
    ends = np.concatenate([source, target]), np.concatenate([target, source])
    matrix = sp.coo_array((np.concatenate([weight, weight]), ends), shape=(len(nodes), len(nodes)))
    matrix.has_canonical_format = True  # each pair is there once: nothing to sum, for which the rows would be sorted
    columns = matrix.tocsr().tocsc()  # sorted, and equal to the rows
    return sp.csr_array((columns.data, columns.indices, columns.indptr), shape=columns.shape)


def _between(adjacency: sp.csr_array, labels: Labels) -> sp.csr_array:
    """Return the sums of the weights between clusters, without those inside one."""
    n, labels = int(labels.max()) + 1, labels.astype(adjacency.indices.dtype)
    low, high = np.repeat(labels, np.diff(adjacency.indptr)), labels[adjacency.indices]
    apart = low < high
    upper = sp.coo_array((adjacency.data[apart], (low[apart], high[apart])), shape=(n, n)).tocsr()
    return sp.csr_array(upper + upper.T)


def _connected(edges: Edges, labels: Labels, order: Labels) -> Labels:
    """Split clusters into connected components, numbered by their first member in `order`."""
    inside = labels[edges.source] == labels[edges.target]
    ends = edges.source[inside], edges.target[inside]
    links = sp.coo_array((np.ones(len(ends[0])), ends), shape=(len(order), len(order)))
    n, parts = connected_components(links, directed=False)
    first = np.empty(n, dtype=np.int64)
    first[parts[order[::-1]]] = np.arange(len(parts))[::-1]
    number = np.empty(n, dtype=np.int64)
    number[np.argsort(first)] = np.arange(n)
    numbered: Labels = number[parts]
    return numbered
