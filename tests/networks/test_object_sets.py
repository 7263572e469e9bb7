"""Accounts that hide among ordinary acts are found through what they were given to boost."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import cib
from cib.networks.object_sets import audiences

FOUR_WEEKS = 28 * 86_400


@pytest.fixture(scope="module")
def camouflaged():
    """30 accounts that retweet six unknown authors now and then, each between 30 ordinary retweets."""
    rng = np.random.default_rng(1)
    popular = 1 / np.arange(1, 401) ** 0.8
    who = [f"u{k}" for k in range(1_000) for _ in range(10)] + [f"m{k}" for k in range(30) for _ in range(30)]
    whom = [f"a{k}" for k in rng.choice(400, len(who), p=popular / popular.sum())]
    for k in range(30):
        who += [f"m{k}"] * 9
        whom += [f"core{j}" for j in rng.choice(6, 9)]
    return _retweets(who, whom, rng)


def _retweets(who, whom, rng):
    times = pl.datetime(2020, 3, 1, time_zone="UTC") + pl.duration(
        seconds=pl.Series(rng.integers(0, FOUR_WEEKS, len(who)))
    )
    frame = pl.DataFrame({"account_id": who, "target_account_id": whom}).with_columns(
        created_at=times, action=pl.lit("retweet"), post_id=pl.int_range(len(who)).cast(pl.String)
    )
    return cib.read(frame, progress=False)


def test_accounts_are_found_that_no_pair_betrays(camouflaged):
    coactions = cib.coaction_graph(camouflaged, "author", None, 3)
    pairs = cib.backbone(coactions, "chung-lu")
    groups, sets = audiences(coactions.incidence, alpha=0.01, resolution=10.0, min_size=5)
    found = groups["account_id"].to_list()
    assert sum(a.startswith("m") for a in found) >= 25
    assert not any(a.startswith("u") for a in found)
    assert set(coactions.incidence.object_ids.gather(sets["object"])) == {f"core{j}" for j in range(6)}
    hidden = [a for a in pairs.ids if a.startswith("m")]
    assert len(hidden) < 5  # of the thirty, hardly any has a significant pair


def test_independent_accounts_are_no_audience():
    rng = np.random.default_rng(2)
    popular = 1 / np.arange(1, 401) ** 0.8
    who = [f"u{k}" for k in rng.integers(0, 1_000, 12_000)]
    whom = [f"a{k}" for k in rng.choice(400, len(who), p=popular / popular.sum())]
    incidence = cib.coaction_graph(_retweets(who, whom, rng), "author", None, 3).incidence
    groups, sets = audiences(incidence, alpha=0.01, resolution=10.0, min_size=5)
    assert groups.height == 0
    assert sets.height == 0
