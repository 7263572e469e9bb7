"""Trivial scores are counts that can be made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl

from cib.evaluation.trivial import trivial_scores
from tests.toys import activity

DAY = 86_400
ROWS = [{"account_id": "a", "action": "post", "at": at} for at in (0, 1, DAY)]
ROWS += [{"account_id": "b", "action": "post", "mentions": ["c"], "at": 2 * DAY - 1}]


def test_posts_and_days_are_counted_also_of_accounts_that_did_nothing():
    assert trivial_scores(activity(ROWS)).rows() == [("a", 3, 2), ("b", 1, 1), ("c", 0, 0)]


def test_newness_is_the_day_of_creation_where_it_is_known():
    made = [datetime(1970, 1, 11, tzinfo=UTC), None]
    known = pl.DataFrame(
        {"account_id": ["a", "b"], "created_at": made}, schema_overrides={"created_at": pl.Datetime("us", "UTC")}
    )
    assert trivial_scores(replace(activity(ROWS), accounts_table=known))["newness"].to_list() == [10, None, None]
    unknown = known.with_columns(created_at=pl.lit(None, dtype=pl.Datetime("us", "UTC")))
    assert "newness" not in trivial_scores(replace(activity(ROWS), accounts_table=unknown)).columns
