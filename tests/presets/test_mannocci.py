"""The multiplex against scikit-learn window by window, and its communities against every move and known cases."""

from __future__ import annotations

from collections import defaultdict

import networkx as nx
import numpy as np
import polars as pl
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from cib.errors import SettingsError
from cib.graphs.graph import graph_from_codes
from cib.presets import mannocci2025, multiplex_clusters
from tests.toys import retweets


def window_by_window(rows, length, step):
    """Mean cosine and number of common objects of each pair, by the authors' order of steps."""
    similar, common = defaultdict(list), defaultdict(int)
    begin, last = min(at for *_, at in rows), max(at for *_, at in rows)
    while True:
        sets = defaultdict(set)
        for account, thing, at in rows:
            if begin <= at <= begin + length:
                sets[account].add(thing)
        names = sorted(sets)
        if len(names) > 1:
            words = TfidfVectorizer(analyzer=sorted).fit_transform([sets[name] for name in names])
            cosine = (words @ words.T).toarray()
            for i in range(len(names)):
                for j in range(i):
                    if cosine[i, j] > 0:
                        similar[names[j], names[i]].append(cosine[i, j])
                        common[names[j], names[i]] += len(sets[names[i]] & sets[names[j]])
        if begin + length >= last:
            return {pair: (np.mean(values), common[pair]) for pair, values in similar.items()}
        begin += step


@pytest.mark.parametrize("seed", range(3))
def test_a_layer_is_the_mean_over_windows(seed):
    rng = np.random.default_rng(seed)
    rows = [(f"a{rng.integers(8)}", f"x{rng.integers(12)}", float(rng.integers(0, 20_000))) for _ in range(150)]
    expected = {pair: mean for pair, (mean, n) in window_by_window(rows, 6000, 5000).items() if n >= 3}
    graph = mannocci2025(retweets(*rows), ["post"], 6000, 5000, min_common=3)
    got = {(a, b): w for a, b, w in graph.edge_table.select("source", "target", "post").iter_rows()}
    assert got
    assert got == pytest.approx(expected)


def multiplex(*layers, n=24):
    """A graph with one column of weights a layer, of lists of edges."""
    weights = defaultdict(dict)
    for k, edges in enumerate(layers):
        for a, b in edges:
            weights[min(a, b), max(a, b)][f"l{k}"] = 1.0
    names = [f"l{k}" for k in range(len(layers))]
    rows = [(*pair, *(weights[pair].get(name) for name in names)) for pair in sorted(weights)]
    schema = {"source": pl.UInt32, "target": pl.UInt32, **dict.fromkeys(names, pl.Float64)}
    table = pl.DataFrame(rows, schema=schema, orient="row").with_columns(weight=pl.sum_horizontal(*names))
    return graph_from_codes("toy", pl.Series([f"a{k:02}" for k in range(n)]), table, directed=False)


def cliques(*groups):
    return [(a, b) for group in groups for a in group for b in group if a < b]


def test_one_layer_is_ordinary_modularity():
    plain = nx.connected_caveman_graph(4, 6)
    clusters = multiplex_clusters(multiplex(plain.edges))
    parts = [{int(name[1:]) for name in part["account_id"]} for _, part in clusters.group_by("cluster")]
    best = max(nx.community.modularity(plain, nx.community.louvain_communities(plain, seed=k)) for k in range(5))
    assert nx.community.modularity(plain, parts) == pytest.approx(best)


def test_coupling_joins_layers_that_agree_and_keeps_those_that_do_not():
    one = cliques(range(12), range(12, 24))
    other = cliques(range(0, 24, 2), range(1, 24, 2))
    agreeing = multiplex_clusters(multiplex(one, one), omega=0.5)
    assert agreeing["cluster"].n_unique() == 2
    assert agreeing.group_by("account_id").agg(pl.col("cluster").n_unique())["cluster"].max() == 1
    apart = multiplex_clusters(multiplex(one, other), omega=0.01)
    assert apart.group_by("account_id").agg(pl.col("cluster").n_unique())["cluster"].max() == 2
    assert multiplex_clusters(multiplex(one, one), omega=0.0)["cluster"].n_unique() == 4


def test_the_seed_decides():
    graph = multiplex(nx.gnm_random_graph(24, 60, seed=1).edges, nx.gnm_random_graph(24, 60, seed=2).edges)
    assert multiplex_clusters(graph, seed=3).equals(multiplex_clusters(graph, seed=3))


@pytest.mark.parametrize("wrong", [{"window": None}, {"slide": "1d", "window": "1h"}, {"layers": ["text"]}])
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(SettingsError):
        mannocci2025(retweets(("a", "x", 0.0)), **wrong)
    with pytest.raises(SettingsError, match="omega"):
        multiplex_clusters(multiplex([(0, 1)]), omega=-1.0)
