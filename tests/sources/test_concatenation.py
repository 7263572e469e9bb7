"""Parts that are joined are the whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cib
from cib.errors import CibError

WHOLE = cib.simulate(scale=0.0005, seed=2).activity


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 25), st.booleans())
def test_parts_of_an_activity_joined_are_the_activity(days, overlapping):
    first = WHOLE.imported.first
    middle, end = first + timedelta(days=days), WHOLE.imported.last + timedelta(seconds=1)
    parts = [WHOLE.between(first, middle), WHOLE.between(first if overlapping else middle, end)]
    joined = cib.concat(parts)
    assert joined.posts_table.equals(WHOLE.posts_table)
    assert joined.accounts_table.equals(WHOLE.accounts_table)
    assert joined.fingerprint == WHOLE.fingerprint
    assert joined.account_codes.equals(WHOLE.account_codes)
    assert joined.imported.dropped.get("duplicate", 0) == (len(parts[0]) if overlapping else 0)


def test_posts_without_ids_of_two_sources_are_all_kept():
    rows = [
        pl.DataFrame({"account_id": [a], "created_at": [f"2020-01-0{k}T00:00:00Z"]}) for k, a in ((1, "a"), (2, "b"))
    ]
    parts = [cib.read(each, progress=False) for each in rows]
    joined, together = cib.concat(parts), cib.read(pl.concat(rows), progress=False)
    assert joined.posts_table.equals(together.posts_table)
    assert (joined.imported.rows_read, joined.imported.rows_kept, joined.imported.dropped) == (2, 2, {})


def test_ids_that_look_made_up_are_kept_where_a_post_acts_on_one():
    rows = {"account_id": ["a", "b"], "created_at": ["2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z"]}
    rows |= {
        "post_id": ["row-000000007", "8"],
        "action": ["post", "retweet"],
        "target_post_id": [None, "row-000000007"],
    }
    assert set(cib.concat([cib.read(pl.DataFrame(rows), progress=False)]).posts_table["post_id"]) == {
        "row-000000007",
        "8",
    }


def test_a_sample_of_posts_can_be_joined():
    sample = WHOLE.keep_posts(pl.Series([k % 2 == 0 for k in range(len(WHOLE.posts_table))]))
    assert cib.concat([sample]).posts_table.select("post_id").equals(sample.posts_table.select("post_id"))


def test_the_later_description_of_an_account_counts():
    known = pl.DataFrame({"account_id": ["a", "b"], "followers": [1, 2]})
    later = known.head(1).with_columns(followers=pl.lit(9, pl.Int64))
    parts = [replace(WHOLE, accounts_table=known), replace(WHOLE, accounts_table=later)]
    assert cib.concat(parts).accounts_table.rows() == [("a", 9), ("b", 2)]


@pytest.mark.parametrize("given", [[], WHOLE, ["posts.csv"], None])
def test_what_is_no_activity_is_refused(given):
    with pytest.raises(CibError):
        cib.concat(given)
