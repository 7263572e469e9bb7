"""Measures against a second implementation, and the ways labels can be wrong."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from cib.errors import InputError
from cib.evaluation import average_precision, evaluate

ACCOUNTS = pl.DataFrame(
    {
        "account_id": ["a", "b", "c", "d"],
        "coordination": [0.9, 0.8, 0.0, 0.7],
        "verdict": ["candidate", "insufficient", None, "coordinated"],
    }
)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1).filter(lambda rows: any(t for t, _ in rows)))
def test_average_precision_equals_scikit_learns(rows):
    truth, scores = (np.array(column) for column in zip(*rows, strict=True))
    assert average_precision(truth, scores.astype(float)) == pytest.approx(average_precision_score(truth, scores))


def test_flagged_means_what_it_says():
    labels = pl.DataFrame(
        {"account_id": list("abcde"), "label": ["coordinated", "x", "x", "coordinated", "coordinated"]}
    )
    rows = {row.flagged_if: (row.flagged, row.true_positives, row.positives) for row in evaluate(ACCOUNTS, labels)}
    assert rows == {
        "in any network": (3, 2, 3),
        "verdict candidate or coordinated": (2, 2, 3),
        "verdict candidate": (1, 1, 3),
    }


def test_an_operation_is_a_label_too_and_accounts_can_be_set_apart():
    labels = pl.DataFrame(
        {"account_id": list("abcd"), "operation": ["x", None, None, "x"], "ring": [False, True, None, False]}
    )
    row = evaluate(ACCOUNTS, labels, set_apart="ring")[0]
    assert (row.accounts, row.flagged, row.precision, row.recall, row.average_precision) == (
        3,
        2,
        1.0,
        1.0,
        1.0,
    )


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"id": ["a"]}, "'account_id' and 'label'"),
        ({"account_id": ["z"], "label": ["coordinated"]}, "no account in common"),
    ],
)
def test_labels_that_cannot_be_used_are_refused(labels, message):
    with pytest.raises(InputError, match=message):
        evaluate(ACCOUNTS, pl.DataFrame(labels))
