"""Draws have the shape that they are named after."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.simulation.draws import by_group, masked, pareto, sometimes, takes_part, varied, zipf_ranks


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@given(st.lists(st.integers(0, 3), max_size=20))
def test_groups_hold_their_positions_in_order_and_may_be_empty(group):
    found = [positions.tolist() for positions in by_group(np.array(group, np.int64), 4)]
    assert found == [[k for k, each in enumerate(group) if each == number] for number in range(4)]


def test_who_surely_acts_does_and_who_never_does_not(rng):
    member, post = takes_part(rng, np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]]))
    assert (member.tolist(), post.tolist()) == ([0, 0, 1], [0, 2, 2])


def test_low_ranks_are_drawn_more_often_and_none_beyond_the_size(rng):
    assert set(zipf_ranks(rng, np.ones(100, np.int64), 1.1)) == {0}
    counts = np.bincount(zipf_ranks(rng, np.full(20_000, 5), 1.1), minlength=5)
    assert len(counts) == 5
    assert (np.diff(counts) < 0).all()


def test_means_are_as_said(rng):
    assert varied(rng, 50_000, 0.5).mean() == pytest.approx(1, abs=0.02)
    drawn = pareto(rng, 100_000, 10, 2.5)
    assert drawn.mean() == pytest.approx(10 * 2.5 / 1.5, rel=0.05)
    assert (drawn.min(), pareto(rng, 10_000, 10, 0.1).max()) == (10, 1_000)


def test_what_is_hidden_is_null(rng):
    values = pl.Series("tag", ["a", "b"])
    assert masked(values, np.array([True, False])).to_list() == [None, "b"]
    assert sometimes(rng, values, 1.0).equals(values)
    assert sometimes(rng, values, 0.0).null_count() == 2
