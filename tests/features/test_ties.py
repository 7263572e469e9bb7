"""Triangles and cores, against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cib.compiled import grouped
from cib.features.ties import core_numbers, triangles

graphs = st.builds(
    lambda n, p, seed: nx.gnp_random_graph(n, p, seed=seed), st.integers(1, 30), st.floats(0, 0.6), st.integers(0, 99)
)


def ends(graph):
    pairs = np.array(sorted(graph.edges), np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


@given(graphs)
def test_triangles_are_those_of_networkx(graph):
    expected = nx.triangles(graph)
    assert triangles(*ends(graph), len(graph)).tolist() == [expected[node] for node in range(len(graph))]


@given(graphs)
def test_core_numbers_are_those_of_networkx(graph):
    low, high = (end.astype(np.int32) for end in ends(graph))
    starts, order = grouped(np.concatenate([low, high]), len(graph))
    expected = nx.core_number(graph)
    found = core_numbers(starts, np.concatenate([high, low])[order])
    assert found.tolist() == [expected[node] for node in range(len(graph))]
