"""Nizzoli et al. (2021): cosines and disparities by a dense computation."""

from __future__ import annotations

import numpy as np
import pytest

from cib.errors import SettingsError
from cib.presets import nizzoli2021
from tests.toys import retweets


def dense(rows):
    accounts, posts = (sorted({row[k] for row in rows}) for k in (0, 1))
    counts = np.zeros((len(accounts), len(posts)))
    for account, post in rows:
        counts[accounts.index(account), posts.index(post)] += 1
    tfidf = counts * np.log2(len(accounts) / (counts > 0).sum(axis=0))
    unit = tfidf / np.linalg.norm(tfidf, axis=1, keepdims=True)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, 0)
    degree, total = (cosine > 1e-12).sum(axis=1), cosine.sum(axis=1)
    alpha = (1 - cosine / total[:, None]) ** (degree[:, None] - 1)
    return accounts, cosine, np.minimum(alpha, alpha.T)


def some(seed, accounts=25, posts=60, acts=400):
    rng = np.random.default_rng(seed)
    pairs = zip(rng.integers(0, accounts, acts), rng.integers(0, posts, acts), strict=True)
    return [(f"a{a:02}", f"x{p:02}") for a, p in pairs]


@pytest.mark.parametrize("alpha", [0.15, 1.0])
def test_edges_are_those_of_the_dense_computation(alpha):
    rows = some(0)
    accounts, cosine, disparity = dense(rows)
    graph = nizzoli2021(retweets(*((*row, 0.0) for row in rows)), top=1.0, alpha=alpha)
    expected = {
        (accounts[i], accounts[j]): (pytest.approx(cosine[i, j]), pytest.approx(disparity[i, j]))
        for i, j in zip(*np.triu_indices(len(accounts), 1), strict=True)
        if cosine[i, j] > 1e-12 and disparity[i, j] < alpha
    }
    edges = graph.edge_table.select("source", "target", "weight", "alpha")
    assert {(u, v): values for u, v, *values in edges.iter_rows()} == {k: list(v) for k, v in expected.items()}
    assert graph.n_edges > 0


def test_the_coordination_of_an_edge_is_the_threshold_it_survives():
    graph = nizzoli2021(retweets(*((*row, 0.0) for row in some(1))), top=1.0, alpha=0.5)
    weight, level = (graph.table[name].to_numpy() for name in ("weight", "coordination"))
    assert level == pytest.approx([(weight <= w).mean() for w in weight])


def test_only_the_most_active_are_looked_at_and_ties_are_all_in():
    rows = [(f"a{k}", f"x{p}", 0.0) for k in range(10) for p in range(2 + 3 * (k < 4))]
    rows += [(f"a{k}", f"own{k}", 0.0) for k in range(10)]
    graph = nizzoli2021(retweets(*rows), top=0.2, alpha=1.0)
    assert set(graph.incidence.account_ids.gather(graph.incidence.account)) == {"a0", "a1", "a2", "a3"}


def test_settings_that_make_no_sense_are_refused():
    toy = retweets(("a", "x", 0.0))
    with pytest.raises(SettingsError, match="top must be a number from 0 to 1"):
        nizzoli2021(toy, top=2)
    with pytest.raises(SettingsError, match="alpha must lie above 0"):
        nizzoli2021(toy, alpha=0)
