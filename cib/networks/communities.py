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

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from cib.errors import SettingsError
from cib.graphs.graph import Graph
from cib.networks.evidence import log_evidence

__all__ = ["cluster_labels", "clusters_of", "communities", "interaction_communities"]

Labels = NDArray[np.int64]

#: Minimum gain, as a share of the objective; the optimiser stops below it.
_TOLERANCE = 1e-6


def communities(matrix: sp.csr_array, *, resolution: float = 0.05, seed: int = 0) -> Labels:
    """Cluster an undirected weighted graph under the constant Potts model.

    Parameters
    ----------
    matrix : csr_array, shape (n, n)
        Symmetric, non-negative.
    resolution : float
        Mean weight per pair of accounts above which a group holds together, in the unit of the weights.
    seed : int
        Seed of the optimiser; the same seed gives the same clusters.

    Returns
    -------
    ndarray of int, shape (n,)
        Cluster of each account, numbered by first member.

    Examples
    --------
    >>> two_triangles = sp.csr_array(np.kron(np.eye(2), np.ones((3, 3)) - np.eye(3)))
    >>> communities(two_triangles).tolist()
    [0, 0, 0, 1, 1, 1]
    """
    if resolution <= 0:
        raise SettingsError("resolution must be positive", got=resolution, remedy="Take 0.05, say.")
    total = matrix.sum()
    if not total:
        return np.arange(matrix.shape[0])
    active = np.flatnonzero(np.diff(matrix.indptr))
    # scikit-network scales the Potts penalty by total weight over n squared
    scaled = resolution * len(active) ** 2 / total
    labels = np.zeros(matrix.shape[0], dtype=np.int64)
    labels[active] = _louvain(matrix[active][:, active], "potts", scaled, seed)
    return _connected(matrix, labels)


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
    weighted = graph.table.with_columns(log_evidence(graph.table))
    matrix = Graph(graph.name, False, graph.ids, weighted).matrix_of("evidence")
    order = _order(graph)
    labels = np.empty(graph.n_accounts, dtype=np.int64)
    labels[order] = communities(matrix[order][:, order], resolution=resolution, seed=seed)
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
    shape = (graph.n_accounts, graph.n_accounts)
    one_way = sp.coo_array((weight, (source, target)), shape=shape).tocsr()
    if not one_way.nnz:
        return np.arange(graph.n_accounts)
    matrix = sp.csr_array(one_way + one_way.T)
    return _connected(matrix, _louvain(matrix, "dugue", resolution, seed))


def _louvain(matrix: sp.csr_array, objective: str, resolution: float, seed: int) -> Labels:
    # scikit-network and scikit-learn, on which it depends, take a second to import
    from sknetwork.clustering import Louvain

    louvain = Louvain(
        modularity=objective,
        resolution=resolution,
        tol_optimization=_TOLERANCE,
        tol_aggregation=_TOLERANCE,
        shuffle_nodes=True,
        sort_clusters=False,
        return_probs=False,
        return_aggregate=False,
        random_state=seed,
    )
    labels: Labels = louvain.fit_predict(sp.csr_matrix(matrix))
    return labels


def _connected(matrix: sp.csr_array, labels: Labels) -> Labels:
    """Split clusters into connected components, numbered by first member."""
    edges = matrix.tocoo()
    inside = labels[edges.row] == labels[edges.col]
    kept = sp.coo_array((edges.data[inside], (edges.row[inside], edges.col[inside])), shape=matrix.shape)
    n, parts = connected_components(kept, directed=False)
    first = np.empty(n, dtype=np.int64)
    first[parts[::-1]] = np.arange(len(parts))[::-1]
    order: Labels = np.argsort(np.argsort(first))[parts].astype(np.int64)
    return order
