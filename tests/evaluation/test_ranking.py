"""Measures of a ranking against a second implementation, and against all orders of the ties."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from cib.evaluation import Ranking, average_precision

rows = st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=40).filter(
    lambda rows: len({truth for truth, _ in rows}) == 2
)


def columns(rows):
    truth, scores = (np.array(column) for column in zip(*rows, strict=True))
    return truth, scores.astype(float)


@given(rows)
def test_average_precision_and_auc_equal_scikit_learns(rows):
    truth, scores = columns(rows)
    assert average_precision(truth, scores) == pytest.approx(average_precision_score(truth, scores))
    assert Ranking.of(truth, scores).roc_auc == pytest.approx(roc_auc_score(truth, scores))


@given(rows, st.sampled_from([0.0, 0.1, 0.5, 1.0]))
def test_recall_at_a_false_positive_rate_is_read_off_the_curve(rows, rate):
    truth, scores = columns(rows)
    false, true, _ = roc_curve(truth, scores, drop_intermediate=False)
    assert Ranking.of(truth, scores).recall_at(rate) == pytest.approx(true[false <= rate + 1e-12].max())


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 2)), min_size=1, max_size=6), st.integers(1, 6))
def test_precision_at_k_is_the_mean_over_all_orders_of_the_ties(rows, k):
    truth, scores = columns(rows)
    found = Ranking.of(truth, scores).precision_at(k)
    if k > len(rows):
        assert np.isnan(found)
        return
    orders = [order for order in permutations(range(len(rows))) if (np.diff(scores[list(order)]) <= 0).all()]
    assert found == pytest.approx(np.mean([truth[list(order[:k])].mean() for order in orders]))


@given(rows, st.integers(0, 1_000))
def test_a_weight_of_two_is_an_account_that_is_there_twice(rows, seed):
    truth, scores = columns(rows)
    times = np.random.default_rng(seed).integers(1, 3, len(truth))
    weighted = Ranking.of(truth, scores, times.astype(float))
    repeated = Ranking.of(np.repeat(truth, times), np.repeat(scores, times))
    assert weighted.average_precision == pytest.approx(repeated.average_precision)
    assert weighted.roc_auc == pytest.approx(repeated.roc_auc)


def test_without_a_true_account_there_is_nothing_to_say():
    ranking = Ranking.of(np.array([False, False]), np.array([1.0, 0.0]))
    assert np.isnan([ranking.average_precision, ranking.roc_auc, ranking.recall_at(0.1)]).all()
