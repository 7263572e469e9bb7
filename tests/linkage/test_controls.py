"""Control groups are like the network, and hold none of its members."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import cib
from cib.linkage.controls import Crowd, usual_size


@pytest.mark.parametrize(("n", "size"), [(2, 2), (9, 8), (50, 48), (5_000, 128)])
def test_groups_are_cut_to_usual_sizes(n, size):
    assert usual_size(n) == size


def test_decoys_are_of_the_size_and_language_and_hold_no_member():
    simulated = cib.simulate(scale=0.001, seed=3).activity
    chinese = simulated.posts_table.filter(pl.col("lang") == "zh")["account_id"].unique().sort()
    members = chinese.head(12)
    crowd = Crowd.of(simulated, {"mine": members}, np.random.default_rng(0), usual_size)
    kind = crowd.kind(crowd.groups["mine"])
    controls = crowd.controls(kind, 50, np.zeros(len(crowd.signals.accounts), dtype=bool))
    drawn = np.concatenate(controls)
    assert {len(control) for control in controls} == {12}
    assert all(len(np.unique(control)) == 12 for control in controls)
    assert not set(crowd.signals.accounts.gather(drawn)) & set(members)
    assert (crowd.signals.languages[drawn] == kind.language).all()
