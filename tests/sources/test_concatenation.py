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


def test_the_later_description_of_an_account_counts():
    known = pl.DataFrame({"account_id": ["a", "b"], "followers": [1, 2]})
    later = known.head(1).with_columns(followers=pl.lit(9, pl.Int64))
    parts = [replace(WHOLE, accounts_table=known), replace(WHOLE, accounts_table=later)]
    assert cib.concat(parts).accounts_table.rows() == [("a", 9), ("b", 2)]


@pytest.mark.parametrize("given", [[], WHOLE, ["posts.csv"], None])
def test_what_is_no_activity_is_refused(given):
    with pytest.raises(CibError):
        cib.concat(given)
