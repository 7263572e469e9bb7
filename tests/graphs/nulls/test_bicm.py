"""The bipartite configuration model meets its margins, and its tail the exact one."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.errors import CibWarning
from cib.graphs.nulls import bicm as module
from cib.graphs.nulls.bicm import Bicm, poisson_binomial_tail

seeds = st.integers(0, 10_000)


def margins(seed, accounts=60, objects=40, acts=600):
    """Degrees of a random table with heavy tails on both sides, in which some accounts do nothing."""
    rng = np.random.default_rng(seed)
    active, popular = rng.pareto(1.2, accounts) + 0.01, rng.pareto(1.2, objects) + 0.01
    table = np.zeros((accounts, objects), bool)
    table[
        rng.choice(accounts, acts, p=active / active.sum()),
        rng.choice(objects, acts, p=popular / popular.sum()),
    ] = True
    return SimpleNamespace(degree=table.sum(axis=1), popularity=table.sum(axis=0))


@given(seeds)
def test_both_margins_are_met(seed):
    wanted = margins(seed)
    model = Bicm.fit(wanted)
    accounts = np.bincount(model.row)
    assert (model.cells @ model.objects)[model.row] == pytest.approx(wanted.degree, abs=1e-4)
    popularity = np.sort(wanted.popularity[wanted.popularity > 0])
    assert np.repeat(accounts @ model.cells, model.objects) == pytest.approx(popularity, abs=1e-4)


def test_an_account_that_acted_on_everything_surely_did():
    model = Bicm.fit(SimpleNamespace(degree=np.array([3, 1, 1, 1]), popularity=np.array([2, 2, 2])))
    assert model.cells[model.row[0]] == pytest.approx(1.0)
    assert model.expected(np.array([0, 1]), np.array([1, 2])) == pytest.approx([1.0, 1 / 3])


def test_a_fit_that_has_not_settled_is_warned_of(monkeypatch):
    monkeypatch.setattr(module, "_ROUNDS", 1)
    with pytest.warns(CibWarning, match="not settled after 1 rounds"):
        Bicm.fit(margins(0))


def exact_tails(chances):
    """P(at least x) for each x, by adding one trial after another."""
    mass = np.array([1.0])
    for p in chances:
        mass = np.convolve(mass, [1 - p, p])
    return np.cumsum(mass[::-1])[::-1]


@given(seeds, st.sampled_from(["rare", "skewed", "even"]))
def test_the_tail_is_within_five_percent_of_the_exact_one(seed, kind):
    rng = np.random.default_rng(seed)
    chances = {
        "rare": rng.uniform(0, 0.02, 150),
        "skewed": rng.beta(0.3, 3, 80),
        "even": rng.uniform(0, 1, 40) ** 2,
    }[kind]
    exact = exact_tails(chances)
    # where nearly all trials succeed it is too large, as its docstring says
    weight = np.flatnonzero((exact <= 0.1) & (exact >= 1e-12) & (np.arange(len(exact)) <= 0.75 * len(chances)))
    tail = poisson_binomial_tail(weight, np.tile(chances, (len(weight), 1)), np.ones(len(chances), int))
    assert tail == pytest.approx(exact[weight], rel=0.05)


@given(seeds)
def test_equal_chances_can_be_counted_and_the_tail_never_rises(seed):
    chance, times = np.random.default_rng(seed).uniform(0, 0.5, 4), np.array([3, 1, 40, 7])
    weight = np.arange(1, times.sum() + 1)
    counted = poisson_binomial_tail(weight, np.tile(chance, (len(weight), 1)), times)
    spread = np.tile(np.repeat(chance, times), (len(weight), 1))
    assert counted == pytest.approx(poisson_binomial_tail(weight, spread, np.ones(times.sum(), int)))
    assert (np.diff(counted) <= 0).all()
    assert counted[-1] == pytest.approx(np.prod(chance**times))
