"""Networks against operations, worked out by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from cib.evaluation import agreement, weighted_precision


def test_the_same_groups_agree_whatever_they_are_called():
    operation = pl.Series(["x"] * 3 + ["y"] * 2)
    assert agreement(operation, pl.Series(["N2"] * 3 + ["N1"] * 2)) == pytest.approx((1.0, 1.0))


def test_accounts_in_no_network_are_not_a_group():
    """Nobody found: five groups of one share no pair with the operations."""
    operation = pl.Series(["x"] * 3 + ["y"] * 2)
    assert agreement(operation, pl.Series([None] * 5, dtype=pl.String)) == pytest.approx((0.0, 0.0))


def test_weighted_precision_is_that_of_its_definition():
    """Network A: 4 accounts, 3 true; B: 2, none; C: 1, true. (4 * 0.75 ** 2 + 1) / (4 * 0.75 + 1)."""
    network = pl.Series(["A"] * 4 + ["B"] * 2 + ["C", None])
    positive = pl.Series([True, True, True, False, False, False, True, True])
    assert weighted_precision(positive, network) == pytest.approx(3.25 / 4)
    assert np.isnan(weighted_precision(~positive & False, network))
