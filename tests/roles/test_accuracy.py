"""The roles of the simulator are found on seeds that no weight was chosen on."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import cib
from benchmarks.judging import core_auc, has, role_f1, scored, simulated_world, told_apart


@pytest.fixture(scope="module")
def clean():
    return simulated_world("clean", 110, "takedown-2020", scale=0.004)


@pytest.mark.parametrize("reference", [None, "simulated"])
def test_core_and_amplifiers_are_told_apart(clean, reference):
    table = told_apart(clean, scored(clean.activity, reference))
    assert np.mean(list(role_f1(table).values())) >= 0.95
    assert core_auc(table) >= 0.98


def test_so_they_are_when_a_fifth_of_the_core_amplifies_too():
    mixed = simulated_world("mixed", 110, "takedown-2020-mixed-roles", scale=0.004)
    assert (mixed.truth["role"] == "both").sum() == 19  # a fifth of 95
    table = told_apart(mixed, scored(mixed.activity))
    assert np.mean(list(role_f1(table).values())) >= 0.85
    assert core_auc(table) >= 0.98


def test_a_celebrity_is_highly_engaged_and_the_core_of_no_network(clean):
    detection = cib.detect(clean.activity, progress=False)
    core = detection.roles.in_network(detection.table).select("account_id", core="highly_engaged")
    joined = clean.truth.join(core, on="account_id").join(detection.table, on="account_id", suffix="_found")
    crowds = joined.filter(pl.col("operation").is_null())
    assert (crowds["core"] >= 0.5).mean() <= 0.001
    for crowd in ("newsroom", "fandom"):  # their idols among them
        assert (crowds.filter(community=crowd)["core"] >= 0.5).mean() <= 0.01
    celebrities = crowds.filter(community="celebrity")
    assert set(celebrities["role_found"]) == {"highly_engaged"}
    assert celebrities["core"].max() == 0
    boosted = joined.filter(has(joined["role"], "core"), operation="takedown-2020")
    assert (boosted["core"] >= 0.5).mean() > 0.8
