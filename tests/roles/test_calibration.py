"""Scores become probabilities with labels, judged on what they were not learned from."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.special import expit

import cib
from cib.errors import InputError
from cib.roles import AMPLIFIER, Role, RoleScorer
from cib.roles.calibration import calibrate

ONE = Role("one", "A role of one feature.", {"f": 1.0}, bias=0.0)


def drawn(n, slope=2.0, start=-1.0, seed=0):
    """A feature and a truth of which the logit is known."""
    rng = np.random.default_rng(seed)
    f = rng.normal(size=n)
    return {"f": f}, rng.random(n) < expit(slope * f + start)


@pytest.mark.parametrize(("n", "method"), [(1_500, "platt"), (6_000, "isotonic")])
def test_known_probabilities_are_found(n, method):
    evidence, truth = drawn(n)
    role, calibration = calibrate(ONE, evidence, truth, None)
    assert calibration.method == method
    assert calibration.held_out.ece < 0.05
    found = calibration.probability(role.weights["f"] * evidence["f"] + role.bias)
    np.testing.assert_allclose(found, expit(2 * evidence["f"] - 1), atol=0.12)


def test_the_brier_score_is_that_of_fresh_accounts():
    role, calibration = calibrate(ONE, *drawn(3_000), None)
    evidence, truth = drawn(50_000, seed=1)
    fresh = calibration.probability(role.weights["f"] * evidence["f"] + role.bias)
    assert calibration.held_out.brier == pytest.approx(np.mean((fresh - truth) ** 2), abs=0.01)


def test_campaigns_are_judged_whole():
    """A feature that tells campaigns apart is worth nothing on the next one."""
    campaign = np.repeat(np.arange(20), 50)
    truth = campaign % 2 == 0
    evidence = {"f": np.random.default_rng(0).permutation(20)[campaign].astype(float)}
    apart, together = (calibrate(ONE, evidence, truth, groups)[1] for groups in (campaign, None))
    assert apart.held_out.brier > together.held_out.brier


def test_without_evidence_the_weights_stay():
    truth = np.arange(100) % 2 == 0
    role, _ = calibrate(ONE, {"f": np.zeros(100)}, truth, None)
    assert role.weights == {"f": 1.0}


@pytest.fixture(scope="module")
def labelled():
    activity, truth = cib.simulate(scale=0.002, seed=4)
    return cib.extract(activity), truth["role"]


def test_labels_make_probabilities_with_the_same_reasons(labelled):
    features, roles = labelled
    scorer = RoleScorer().fit(features, roles)
    scores = scorer.score(features)
    assert set(scorer.calibrations_) == {"highly_engaged", "amplifier"}
    assert all(each.held_out.ece <= 0.05 for each in scorer.calibrations_.values())
    shares = scores.table.with_columns(true=roles == "amplifier").select("amplifier", "true").fill_null(False).mean()
    assert shares["amplifier"].item() == pytest.approx(shares["true"].item(), abs=0.01)
    role = scorer.roles_[1]
    logits = role.bias + scores.contributions("amplifier").values.sum(axis=1)
    np.testing.assert_allclose(scores.table["amplifier"], scorer.calibrations_["amplifier"].probability(logits))
    assert role.weights != AMPLIFIER.weights


def test_a_role_without_labels_stays_as_it_is(labelled):
    features, roles = labelled
    some = RoleScorer().fit(features, roles.replace("amplifier", None))
    assert set(some.calibrations_) == {"highly_engaged"}
    assert some.roles_[1] == AMPLIFIER


def test_labels_that_are_no_role_are_refused(labelled):
    features, roles = labelled
    with pytest.raises(InputError, match=r"'amplifyer' that there is not\. Did you mean 'amplifier'"):
        RoleScorer().fit(features, roles.replace("amplifier", "amplifyer"))


@pytest.mark.parametrize("name", ["y", "groups"])
def test_labels_of_another_length_are_refused(labelled, name):
    features, roles = labelled
    given = {"y": roles, "groups": roles, name: roles.head(7)}
    with pytest.raises(
        InputError, match=rf"{name} must have a value for each account.*Got 7 for {len(roles):,} accounts"
    ):
        RoleScorer().fit(features, **given)


def test_one_campaign_is_too_few(labelled):
    features, roles = labelled
    groups = pl.select(pl.when(roles.is_not_null()).then(pl.lit("june"))).to_series()
    with pytest.raises(InputError, match="needs two groups with it, and two without"):
        RoleScorer().fit(features, roles, groups)


def test_a_calibration_shows_itself(labelled):
    assert repr(RoleScorer().fit(*labelled).calibrations_["amplifier"]).startswith("RoleCalibration(platt, 3")
