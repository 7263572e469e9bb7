"""Expected weights and tails against their definitions."""

from __future__ import annotations

from math import comb

import pytest

from cib.graphs.coaction import coaction_graph
from cib.graphs.nulls.registry import with_significance
from tests.graphs.nulls.test_registry import crowd
from tests.oracles import poisson_tail


@pytest.fixture(scope="module")
def graph():
    return coaction_graph(crowd(0), "post", "1h", 1)


def first_edge(graph, null):
    """The first edge, and the positions of its ends in the incidence."""
    row = with_significance(graph, null).edge_table.row(0, named=True)
    code = {account: k for k, account in enumerate(graph.incidence.account_ids.to_list())}
    return row, code[row["source"]], code[row["target"]]


def test_configuration(graph):
    row, u, v = first_edge(graph, "configuration")
    assert row["expected"] == pytest.approx(graph.strength[u] * graph.strength[v] / graph.strength.sum())
    assert row["p"] == pytest.approx(poisson_tail(row["weight"], row["expected"]))


def test_chung_lu(graph):
    row, u, v = first_edge(graph, "chung-lu")
    n, k = graph.incidence.degree, graph.incidence.popularity
    assert row["expected"] == pytest.approx(n[u] * n[v] * (k * (k - 1)).sum() / k.sum() ** 2)
    assert row["p"] == pytest.approx(poisson_tail(row["weight"], row["expected"]))


def test_hypergeometric(graph):
    row, u, v = first_edge(graph, "hypergeometric")
    objects, n, m = (graph.incidence.popularity > 0).sum(), graph.incidence.degree[u], graph.incidence.degree[v]
    ways = sum(comb(n, x) * comb(objects - n, m - x) for x in range(row["weight"], min(n, m) + 1))
    assert row["p"] == pytest.approx(ways / comb(objects, m))
    assert row["expected"] == pytest.approx(n * m / objects)


def test_strengths_sum_to_twice_the_co_actions(graph):
    assert graph.strength.sum() == 2 * graph.table["weight"].sum()
