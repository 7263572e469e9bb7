"""Signals: fingerprints are the same everywhere, habits add up, and groups are sums of accounts."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cib
from cib.linkage.signals import HABITS, SIGNALS, Signals, fingerprints, group_matrix
from tests import toys


@pytest.fixture(scope="module")
def simulated():
    return cib.simulate(scale=0.001, seed=3).activity


@given(st.lists(st.text(max_size=12), max_size=6))
def test_pieces_are_equal_where_the_characters_are(texts):
    row, hashed = fingerprints(pl.Series(texts, dtype=pl.String), piece=3)
    pieces = [(k, text[i : i + 3]) for k, text in enumerate(texts) for i in range(len(text) - 2)]
    assert row.tolist() == [k for k, _ in pieces]
    words = [word for _, word in pieces]
    for i, word in enumerate(words):
        assert (hashed == hashed[i]).tolist() == [word == other for other in words]


def test_fingerprints_are_those_of_every_machine():
    """The same polynomial in Python's own whole numbers."""
    _, hashed = fingerprints(pl.Series(["harbour", "harbour", "城"]))
    for word, found in zip(["harbour", "harbour", "城"], hashed.tolist(), strict=True):
        plain = sum((ord(letter) + 1) * 0x100000001B3**k for k, letter in enumerate(word)) * 0x9E3779B97F4A7C15 % 2**64
        assert found == plain ^ plain >> 29


def test_values_of_a_small_activity_by_hand():
    activity = toys.activity(
        [
            {"account_id": "a", "at": 0, "target_account_id": "x", "client": "web"},
            {"account_id": "b", "at": 60, "target_account_id": "x", "client": "web"},
            {"account_id": "b", "at": 3600, "target_account_id": "y", "client": "app"},
        ]
    )
    signals = Signals.of(activity, pl.Series(["a", "b"]))
    both = group_matrix([np.array([0, 1])], 2)
    targets = signals.weights("targets", both, pl.Series(["author x", "author y", "author z"]))
    assert targets.toarray().tolist() == [[2, 0, 0]]  # y is one account's own
    client = signals.weights("client", both, pl.Series(["app", "web"]))
    assert client.toarray().tolist() == [[0.25, 0.75]]  # each account weighs the same
    hours = signals.weights("hours", both, pl.Series(["workday 00", "workday 01"]))
    assert hours.toarray().tolist() == [[0.75, 0.25]]
    # of two accounts both have x: (2 + 1) / (2 + 2)
    assert signals.background("targets", np.array([0, 1]), pl.Series(["author x"])).tolist() == [0.75]


def test_habits_of_each_group_add_up_to_one(simulated):
    signals = Signals.of(simulated, simulated.account_ids)
    groups = group_matrix([np.arange(40), np.arange(100, 103)], len(signals.accounts))
    assert set(signals.tables) == set(SIGNALS)
    for habit in HABITS:
        weights = signals.weights(habit, groups, signals.vocabulary(habit)).sum(axis=1)
        assert np.allclose(weights, 1), habit
