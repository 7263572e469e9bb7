"""Which role is named, and what scoring promises."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import cib
from cib.features.table import FeatureTable
from cib.roles import RoleScorer
from cib.roles.scoring import Scoring, score_roles, support


@pytest.mark.parametrize(
    ("engaged", "amplifies", "role"),
    [
        (0.75, 0.5, "highly_engaged"),
        (0.75, 0.6, "peripheral"),
        (0.69, 0.1, "peripheral"),
        (0.75, 0.72, "both"),
        (0.95, 0.72, "highly_engaged"),
        (0.3, 0.8, "amplifier"),
    ],
)
def test_roles_are_named_with_a_margin(engaged, amplifies, role):
    named = Scoring().named(np.array([[engaged, amplifies]]), np.array([9.0]))
    assert named.tolist() == [role]


def test_scoring_in_one_step_is_fitting_and_scoring():
    features = cib.extract(cib.simulate(scale=0.001, seed=2).activity)
    found, expected = score_roles(features), RoleScorer().fit(features).score(features)
    assert found.table.equals(expected.table)
    assert found.evidence.table.equals(expected.evidence.table)


def test_without_counts_of_actions_no_account_lacks_support():
    table = FeatureTable(pl.DataFrame({"account_id": ["a", "b"], "h_index": [1.0, 2.0]}))
    assert (support(table) > 1e17).all()
