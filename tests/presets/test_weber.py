"""Focal structures against a plain walk, and the latent network against counting all pairs of each window."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from statistics import mean, stdev

import numpy as np
import polars as pl
import pytest

from cib.errors import SettingsError
from cib.graphs.graph import graph_from_codes
from cib.presets import focal_structures, modularity_clusters, weber2021
from tests.toys import retweets


def walked(edges, labels, theta):
    """The walk as published, on a dictionary of edges; structures of one edge kept."""
    whole, found = mean(edges.values()), set()
    for label in set(labels.values()):
        mine = {edge: w for edge, w in edges.items() if {labels[end] for end in edge} == {label}}
        if not mine:
            continue
        last = min(mine, key=lambda edge: (-mine[edge], edge))
        taken = [last]
        if mine[last] < whole:
            continue
        while near := [edge for edge in mine if edge not in taken and set(edge) & set(last)]:
            last = min(near, key=lambda edge: (-mine[edge], edge))
            weights = [mine[edge] for edge in taken]
            spread = stdev(weights) if len(weights) > 1 else weights[0]
            if mine[last] < whole or mean([*weights, mine[last]]) < mean(weights) - theta * spread:
                break
            taken.append(last)
        found |= set(taken)
    return found


def some_graph(seed, n=40, m=150):
    rng = np.random.default_rng(seed)
    pairs = sorted({tuple(sorted(pair)) for pair in rng.integers(0, n, (m, 2)).tolist() if pair[0] != pair[1]})
    weights = rng.pareto(1.5, len(pairs)).round(2) + 0.01
    table = pl.DataFrame(
        {"source": [a for a, _ in pairs], "target": [b for _, b in pairs], "weight": weights},
        schema_overrides={"source": pl.UInt32, "target": pl.UInt32},
    )
    ids = pl.Series([f"a{k:02}" for k in range(n)])
    return graph_from_codes("some", ids, table, directed=False)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("theta", [0.0, 0.3, 2.0])
def test_structures_are_those_of_the_walk(seed, theta):
    graph = some_graph(seed)
    labels = dict(modularity_clusters(graph).iter_rows())
    edges = {(a, b): w for a, b, w in graph.edge_table.select("source", "target", "weight").iter_rows()}
    found = focal_structures(graph, theta)
    assert set(found.edge_table.select("source", "target").iter_rows()) == walked(edges, labels, theta)
    assert found.n_edges


@pytest.mark.parametrize("seed", range(3))
def test_the_latent_network_counts_pairs_in_each_window(seed):
    rng = np.random.default_rng(seed)
    rows = [(f"a{rng.integers(8)}", f"x{rng.integers(10)}", float(rng.integers(0, 4000))) for _ in range(120)]
    begin, expected = min(at for *_, at in rows), Counter()
    raw = Counter()
    for window in range(10):
        inside = [row for row in rows if (row[2] - begin) // 600 == window]
        acts = Counter(tuple(sorted((a[0], b[0]))) for a, b in combinations(inside, 2) if a[1] == b[1] and a[0] != b[0])
        strength = Counter()
        for (a, b), r in acts.items():
            strength[a] += r
            strength[b] += r
        for (a, b), r in acts.items():
            expected[a, b] += r * r / (strength[a] + strength[b] - r)
            raw[a, b] += r
    graph = weber2021(retweets(*rows), window=600, theta=1e9)
    got = {(a, b): (w, r) for a, b, w, r, _ in graph.edge_table.iter_rows()}
    assert got
    assert got == {pair: (pytest.approx(expected[pair]), raw[pair]) for pair in got}


def test_a_window_has_a_length():
    with pytest.raises(SettingsError, match="window must have a length"):
        weber2021(retweets(("a", "x", 0.0)), window=None)
