"""Probabilities against outcomes."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from cib.errors import InputError
from cib.evaluation import calibration


def test_bins_and_brier_equal_scikit_learns():
    rng = np.random.default_rng(0)
    probability = rng.random(500)
    truth = rng.random(500) < probability**2
    result = calibration(truth, probability)
    observed, mean = calibration_curve(truth, probability, n_bins=15)
    assert result.table["observed"].to_numpy() == pytest.approx(observed)
    assert result.table["probability"].to_numpy() == pytest.approx(mean)
    assert result.brier == pytest.approx(brier_score_loss(truth, probability))
    assert result.ece == pytest.approx(np.average(np.abs(observed - mean), weights=result.table["accounts"]))


def test_a_probability_that_is_one_is_calibrated():
    rng = np.random.default_rng(1)
    probability = rng.random(50_000)
    assert calibration(rng.random(50_000) < probability, probability).ece < 0.02


def test_certainty_lies_in_the_last_bin():
    assert calibration(np.array([True]), np.array([1.0])).table["low"].to_list() == pytest.approx([14 / 15])


def test_a_score_is_no_probability():
    with pytest.raises(InputError, match="between 0 and 1"):
        calibration(np.array([True]), np.array([1.5]))
