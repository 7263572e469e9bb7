"""Pairs of events in blocks, against comparing every two events."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.errors import SettingsError
from cib.graphs.coaction import coaction_graph
from cib.presets import pairs
from cib.presets.pairs import check_affordable, check_pairs, common_objects, pair_blocks, post_codes, weight_quantile
from tests.oracles import coactions
from tests.toys import activity, retweets

ACTS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz"), st.integers(0, 9)), min_size=1, max_size=25)


def incidence_of(rows):
    return coaction_graph(retweets(*rows), "post", None, 1).incidence


@given(ACTS, st.sampled_from([0, 3, None]), st.sampled_from([1, 10, 2_000_000]))
def test_blocks_hold_every_ordered_pair_once_and_all_of_an_account(rows, seconds, size):
    incidence = incidence_of(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "_BLOCK", size)
        blocks = [(own.tolist(), other.tolist()) for own, other in pair_blocks(incidence, seconds)]
    seconds_of, n = incidence.time / 1e6, len(incidence)
    expected = [
        (i, j)
        for i in range(n)
        for j in range(n)
        if i != j
        and incidence.object[i] == incidence.object[j]
        and (seconds is None or abs(seconds_of[i] - seconds_of[j]) <= seconds)
    ]
    assert sorted(pair for own, other in blocks for pair in zip(own, other, strict=True)) == expected
    accounts = [set(incidence.account[own].tolist()) for own, _ in blocks if own]
    assert sum(map(len, accounts)) == len(set().union(*accounts))


@given(ACTS)
def test_events_in_one_group_are_those_on_one_object(rows):
    incidence = incidence_of(rows)
    found = common_objects(incidence, incidence.object.astype(np.int64))
    ids = incidence.account_ids
    got = {(ids[a], ids[b]): (weight, n, lag) for a, b, weight, n, lag in found.iter_rows()}
    expected = coactions([(a, o, float(t)) for a, o, t in rows], None, 1)
    assert got == {pair: (e["weight"], e["pairs"], pytest.approx(e["lag"])) for pair, e in expected.items()}


def test_rows_of_one_post_have_one_code():
    rows = [{"account_id": "a", "post_id": "p", "target_post_id": target, "at": 0} for target in "xy"]
    rows.append({"account_id": "b", "post_id": "q", "target_post_id": "x", "at": 0})
    code = post_codes(coaction_graph(activity(rows), "post", None, 1).incidence)
    assert sorted(np.unique(code, return_counts=True)[1].tolist()) == [1, 2]


def test_a_quantile_is_interpolated_and_0_of_nothing():
    edges = pl.DataFrame({"weight": [1, 2, 4]})
    assert (weight_quantile(edges, 0.75), weight_quantile(edges.head(0), 0.75)) == (3.0, 0.0)


def test_too_many_pairs_are_refused_before_they_are_made(monkeypatch):
    incidence = incidence_of([(account, "x", 0) for account in "abcd"])
    monkeypatch.setattr(pairs, "MOST_PAIRS", 6)
    check_pairs(incidence, 0)
    with pytest.raises(SettingsError, match="max_accounts"):
        check_affordable(7)
