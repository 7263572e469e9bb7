"""Edges come out of their buffers sorted and whole."""

from __future__ import annotations

import numpy as np
import pytest

from cib.graphs.compiled.edge_buffers import EDGE, CoActions, shelve, taken_down


@pytest.mark.parametrize("limits", [[0, 60], [0, 0, 7, 30, 60]])
def test_edges_are_sorted_by_source_and_target_whatever_the_lots(limits):
    rng = np.random.default_rng(0)
    key = rng.permutation(60 * 60)[:500]
    edges = np.zeros(500, EDGE)
    for name in CoActions._fields:
        edges[name] = rng.integers(0, 10**6, 500)
    edges["u"], edges["v"] = key // 60, key % 60
    shelf = np.repeat(np.arange(len(limits) - 1, dtype=np.int32), np.diff(limits))
    shelves = [[] for _ in limits[1:]]
    for lot in np.split(edges, [3, 3, 290]):
        shelve(lot, shelf, shelves)
    found = taken_down(shelves, limits, 2)
    expected = edges[np.lexsort((edges["v"], edges["u"]))]
    assert all(np.array_equal(column, expected[name]) for name, column in found._asdict().items())
    assert shelves == [[] for _ in limits[1:]]  # released
