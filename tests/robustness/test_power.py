"""What would have been found: large operations with many acts, small ones not, and the same again."""

from __future__ import annotations

import polars as pl
import pytest

import cib
from cib.errors import InputError
from cib.robustness.power import power_told


@pytest.fixture(scope="module")
def detection():
    return cib.detect(cib.simulate("organic", scale=0.001, seed=4).activity, progress=False)


def test_what_is_too_small_is_never_found_and_what_is_large_always(detection):
    table = detection.power([3, 20], [2, 20], trials=2, progress=False)
    found = {(row["accounts"], row["acts"]): row["found"] for row in table.iter_rows(named=True)}
    assert found == {(3, 2): 0, (3, 20): 0, (20, 2): 0, (20, 20): 2}
    assert table["planted"].unique().to_list() == ["retweets"]
    assert (table["candidate"] <= table["found"]).all()
    assert "An operation of 20 accounts with 20 acts each (retweets) would have been found in 2 of 2 trials" in "".join(
        power_told(table)
    )


def test_a_seed_makes_the_same_operations_and_the_detection_stays(detection):
    before, members = detection.fingerprint, detection.networks.members
    first, again = (detection.power([5], [5], trials=3, seed=7, progress=False) for _ in range(2))
    assert first.equals(again)
    assert detection.activity.fingerprint == before
    assert detection.networks.members.equals(members)


@pytest.mark.parametrize(("column", "planted"), [("text", "texts"), ("urls", "links")])
def test_data_without_retweets_have_other_operations_planted(detection, column, planted):
    posts = detection.activity.posts_table.filter(pl.col("action") == "post")
    activity = cib.read(posts.select("account_id", "post_id", "action", "created_at", column), progress=False)
    table = cib.detect(activity, progress=False).power([10], [20], trials=1, progress=False)
    assert table.row(0)[:5] == (planted, 10, 20, 1, 1)


def test_data_in_which_nothing_is_shared_are_refused(detection):
    posts = detection.activity.posts_table.filter(pl.col("action") == "post").head(50)
    activity = cib.read(posts.select("account_id", "post_id", "action", "created_at"), progress=False)
    found = cib.detect(activity, progress=False)
    assert found.outcome == "nothing to test"
    assert found.notes[0].startswith("Nothing to test")
    with pytest.raises(InputError, match="no operation can be planted here"):
        found.power(progress=False)
