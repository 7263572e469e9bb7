"""The local moves are those of scikit-network, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from sknetwork.clustering.louvain_core import optimize_core

from cib.networks.louvain import moved


def random_graph(n: int, per_node: int, whole: bool, loops: bool, seed: int) -> sp.csr_array:
    """A symmetric matrix with sum 1; equal weights give clusters of equal gain."""
    rng = np.random.default_rng(seed)
    upper = sp.random_array((n, n), density=per_node / n, rng=rng, format="csr")
    if whole:
        upper.data[:] = np.ceil(2 * upper.data)
    matrix = sp.csr_array(upper + upper.T)
    if not loops:
        matrix.setdiag(0)
        matrix.eliminate_zeros()
    matrix.data /= matrix.data.sum()
    return matrix


@pytest.mark.parametrize("resolution", [0.3, 1.0, 40.0])
@pytest.mark.parametrize("loops", [True, False])
@pytest.mark.parametrize("whole", [True, False])
def test_clusters_and_gain_are_those_of_scikit_network(whole, loops, resolution):
    for seed, (n, per_node) in enumerate([(1, 1), (2, 2), (30, 3), (300, 2), (2_000, 8)]):
        matrix = random_graph(n, per_node, whole, loops, seed)
        weights = np.random.default_rng(seed).dirichlet(np.ones(n)).astype(np.float32)
        links, own = matrix.data.astype(np.float32), matrix.diagonal().astype(np.float32)
        starts, ends = (each.astype(np.int64) for each in (matrix.indptr, matrix.indices))
        totals = weights.copy(), weights.copy(), np.zeros_like(weights)
        expected, gain = optimize_core(
            np.arange(n), ends, starts, links, weights, weights, *totals, own, resolution, 1e-6
        )
        codes = starts.astype(np.int32), ends.astype(np.int32)
        labels, gained = moved(*codes, links, own, weights, resolution, 1e-6)
        assert labels.tolist() == np.asarray(expected).tolist()
        assert gained == gain


def test_equal_gains_go_to_the_first_cluster():
    """The middle of a path of three: both ends are equally near."""
    matrix = sp.csr_array(np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]) / 4)
    single = np.full(3, 1 / 3, np.float32)
    codes = matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32)
    labels, _ = moved(*codes, matrix.data.astype(np.float32), np.zeros(3, np.float32), single, 0.1, 1e-6)
    assert len(set(labels.tolist())) == 1
