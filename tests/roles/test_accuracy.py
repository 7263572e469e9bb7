"""The roles of the simulator are found on seeds that no weight was chosen on."""

from __future__ import annotations

import polars as pl
import pytest

import cib
from benchmarks.roles import core_auc, mixed_roles, role_macro_f1, scored


@pytest.fixture(scope="module")
def clean():
    return cib.simulate(scale=0.004, seed=110)


@pytest.mark.parametrize("reference", [None, "simulated"])
def test_core_and_amplifiers_are_told_apart(clean, reference):
    table = scored(*clean, reference)
    assert role_macro_f1(table)[0] >= 0.95
    assert core_auc(table) >= 0.98


def test_so_they_are_when_a_fifth_of_the_core_amplifies_too(clean):
    mixed = mixed_roles(clean)
    assert len(mixed.truth) == len(clean.truth) - 19  # a fifth of 95
    table = scored(*mixed)
    assert role_macro_f1(table)[0] >= 0.85
    assert core_auc(table) >= 0.98


def test_a_celebrity_is_highly_engaged_and_the_core_of_no_network(clean):
    activity, truth = clean
    detection = cib.detect(activity, progress=False)
    joined = truth.join(detection.roles.in_network(detection.table), on="account_id")
    crowds = joined.filter(pl.col("operation").is_null())
    assert (crowds["highly_engaged"] >= 0.5).mean() <= 0.01
    celebrities = truth.filter(community="celebrity").join(detection.table, on="account_id")
    assert set(celebrities["role_right"]) == {"highly_engaged"}
    assert set(celebrities["verdict"]) <= {None, "coordinated"}
