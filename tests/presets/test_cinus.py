"""Dismantling: a planted clique, every cell of the grid by hand, and what bounds the core."""

from __future__ import annotations

import networkx as nx
import numpy as np
import polars as pl
import pytest

from cib.errors import SettingsError
from cib.presets import cinus2025
from cib.presets.cinus import _centrality, dismantle
from tests.toys import activity


def planted(seed=0, n=200, clique=8):
    """A sparse random network of weak edges with one clique of strong ones."""
    rng = np.random.default_rng(seed)
    graph = nx.gnm_random_graph(n, 2 * n, seed=seed)
    weights = {tuple(sorted(edge)): float(rng.uniform(0.05, 0.4)) for edge in graph.edges}
    for i in range(clique):
        for j in range(i):
            weights[j, i] = float(rng.uniform(0.8, 1.0))
    rows = [(a, b, w) for (a, b), w in sorted(weights.items())]
    return pl.DataFrame(rows, schema={"source": pl.UInt32, "target": pl.UInt32, "weight": pl.Float64}, orient="row")


def test_a_planted_clique_is_the_core():
    edges = planted()
    kept, component, chosen = dismantle(edges)
    core = edges.filter(pl.Series(kept))
    accounts = set(core["source"]) | set(core["target"])
    assert len(accounts & set(range(8))) >= 7
    assert len(accounts) <= 9
    assert set(component) == {0}
    assert None not in chosen


def test_centrality_is_that_of_networkx_in_each_component():
    graph = nx.disjoint_union(nx.gnm_random_graph(30, 80, seed=1), nx.complete_graph(5))
    graph = graph.subgraph([node for node, degree in graph.degree if degree])
    graph = nx.convert_node_labels_to_integers(graph)
    rng = np.random.default_rng(2)
    nx.set_edge_attributes(graph, {edge: float(rng.uniform(0.1, 1)) for edge in graph.edges}, "weight")
    source, target, weight = (np.array(column) for column in zip(*graph.edges(data="weight"), strict=True))
    got = _centrality(source, target, weight, len(graph))
    for part in nx.connected_components(graph):
        expected = nx.eigenvector_centrality_numpy(graph.subgraph(part), weight="weight")
        largest = max(expected.values())
        assert got[list(part)] == pytest.approx([expected[node] / largest for node in part], abs=1e-6)


@pytest.mark.parametrize(
    "bounds", [{"max_flagged": 0.01}, {"min_size": 150}, {"max_accounts": 2}], ids=lambda bounds: next(iter(bounds))
)
def test_a_core_of_another_size_is_none(bounds):
    kept, component, chosen = dismantle(planted(), **bounds)
    assert (kept.any(), len(component), chosen) == (False, 0, (None, None))


def test_no_component_is_less_dense_than_asked():
    for seed in range(5):
        edges = planted(seed)
        kept, component, _ = dismantle(edges, min_density=0.7, max_flagged=1.0)
        for label in np.unique(component):
            rows = edges.filter(pl.Series(kept)).filter(pl.Series(component == label))
            part = nx.Graph(rows.select("source", "target").rows())
            assert nx.density(part) >= 0.7


def test_accounts_that_share_the_same_links_are_found():
    rng = np.random.default_rng(1)
    rows = [
        {"account_id": f"a{k % 60:02}", "action": "post", "at": float(k), "urls": [f"u{rng.integers(150)}"]}
        for k in range(1200)
    ]
    rows += [
        {"account_id": f"x{k % 6}", "action": "post", "at": 5000.0 + k, "urls": [f"v{k // 6}"]} for k in range(6 * 15)
    ]
    graph = cinus2025(activity(rows), max_flagged=0.2)
    assert set(graph.ids) == {f"x{k}" for k in range(6)}
    assert graph.table["weight"].to_list() == pytest.approx([1.0] * 15)
    assert cinus2025(activity(rows), min_objects=16, max_flagged=0.05).n_edges == 0


@pytest.mark.parametrize("argument", ["max_share", "min_density", "max_flagged"])
def test_shares_are_shares(argument):
    with pytest.raises(SettingsError, match=argument):
        cinus2025(activity([{"account_id": "a", "action": "post", "at": 0.0, "urls": ["u"]}]), **{argument: 1.5})


def test_quantiles_ascend():
    with pytest.raises(SettingsError, match="ascend"):
        dismantle(planted(), quantiles=(0.9, 0.5))
