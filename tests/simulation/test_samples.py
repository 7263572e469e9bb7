"""The sample that comes with the package is what docs/sample.py makes, and what it says of itself."""

from __future__ import annotations

import polars as pl
import pytest

import cib
from docs.sample import SCALE, SEED, TEAM, chosen, text


def test_the_sample_is_made_again_byte_for_byte():
    assert cib.sample().read_text("utf-8") == text()


@pytest.fixture(scope="module")
def activity():
    return cib.read(cib.sample(), progress=False)


def test_the_sample_is_read_whole_as_an_export_of_x(activity):
    assert activity.imported.format.startswith("x-v2")
    assert activity.imported.rows_read == activity.imported.rows_kept
    assert activity.imported.dropped == {}
    made, truth = cib.simulate("takedown-2020", scale=SCALE, seed=SEED)
    taken = made.posts_table.join(chosen(truth).to_frame(), on="account_id", how="semi")
    by = ["account_id", "created_at", "action"]
    read = activity.posts_table.select(*by, "target_account_id").sort(by)
    assert read.equals(taken.select(*by, "target_account_id").sort(by))


def test_the_planted_operation_is_a_candidate(activity):
    found = cib.detect(activity, progress=False).networks
    truth = cib.simulate("takedown-2020", scale=SCALE, seed=SEED).truth
    team = chosen(truth).to_frame().join(truth.filter(team=TEAM), on="account_id")["account_id"]
    flagged = found.with_verdict("candidate").members.filter(pl.col("joined") != "boosted")["account_id"]
    assert len(team) == 14
    assert set(flagged) <= set(team)
    assert len(flagged) >= 10
