"""What becomes of rows: kept, dropped for a reason, removed as repeated; in whatever order they come."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from polars.testing import assert_frame_equal

import cib
from cib.errors import InputError
from tests.sources.samples import ANY_ROWS, NOON, frame
from tests.sources.samples import read_rows as read


@given(ANY_ROWS)
def test_every_row_is_accounted_for(rows):
    activity = read(rows)
    assert activity.imported.rows_read == len(rows)
    assert activity.imported.rows_kept == len(activity)
    assert (
        activity.posts_table.select("account_id", "post_id", "action", "created_at").null_count().sum_horizontal()[0]
        == 0
    )
    assert activity.posts_table["post_id"].is_unique().all()


def test_the_frame_that_came_in_is_not_changed():
    rows = frame([{"account_id": ""}, {"text": ""}])
    before = rows.clone()
    read(rows)
    assert_frame_equal(rows, before)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"account_id": "[deleted]"}, "no account"),
        ({"account_id": ""}, "no account"),
        ({"account_id": "unknown"}, "no account"),
        ({"created_at": None}, "no time"),
        ({"created_at": NOON - 16 * 365 * 86_400}, "time out of range"),
        ({"created_at": round(datetime.now(UTC).timestamp()) + 3 * 86_400}, "time out of range"),
        ({"action": None}, "no action"),
        ({"post_id": "1"}, "duplicate"),
        ({"post_id": "1", "text": "edited"}, "conflicting duplicate"),
    ],
)
def test_a_row_is_dropped_for_a_reason(row, reason):
    activity = read([{"post_id": "1"}, row])
    assert activity.imported.dropped == {reason: 1}
    assert activity.posts_table["post_id"].to_list() == ["1"]


def test_an_action_can_be_left_out():
    activity = read([{"action": "like"}, {}], columns=cib.Columns(actions={"like": None}))
    assert activity.imported.dropped == {"action left out": 1}


def test_one_unreadable_time_in_many_is_dropped_and_more_are_an_error():
    good = [f"2020-01-01T12:{k // 60:02}:{k % 60:02}Z" for k in range(2_000)]
    table = pl.DataFrame({"account_id": "a", "created_at": [*good, "01/02/2020"]})
    assert read(table).imported.dropped == {"unreadable time": 1}
    with pytest.raises(InputError, match=r"column 'created_at', row 500: 1 of 500 times.* Got '01/02/2020'"):
        read(table.tail(500))


def test_a_mention_becomes_a_post_with_one_mention():
    posts = read([{"action": "mention", "target_account_id": "b"}]).posts_table
    assert posts.select("action", "target_account_id", "mentions").rows() == [("post", None, ["b"])]


def test_without_actions_rows_with_a_target_are_retweets():
    rows = frame([{"target_post_id": "9"}, {"target_account_id": "b"}, {}]).drop("action")
    activity = read(rows)
    assert sorted(activity.posts_table["action"].cast(str)) == ["post", "retweet", "retweet"]
    assert "no column states the action" in activity.imported.notes[-2]


def test_pseudo_accounts_are_no_mention_and_no_target():
    table = frame([{"action": "retweet", "target_post_id": "9", "target_account_id": "[deleted]"}])
    posts = read(table.with_columns(mentions=pl.Series([["unknown", "b", "[deleted]"]]))).posts_table
    assert posts.select("target_account_id", "mentions").rows() == [(None, ["b"])]


@pytest.mark.parametrize("first", range(5))
def test_accounts_have_one_row_each(first):
    rows = [("b", "12.0", None), ("a", "5", "x"), ("a", "7", None), ("[deleted]", "1", "y"), ("a", "7", "z")]
    table = pl.DataFrame(rows[first:] + rows[:first], schema=["user_id", "followers_count", "bio"], orient="row")
    activity = read([{}], accounts=table)
    assert activity.accounts_table.rows() == [("a", 7, "z"), ("b", 12, None)]
    assert activity.accounts_table.columns == ["account_id", "followers", "description"]
    assert activity.imported.notes[-2:] == (
        "1 rows of the accounts table name no account",
        "2 rows of the accounts table repeat an account; one was kept",
    )


@pytest.mark.parametrize("stated", ["1970-01-01 00:00:00+00:00", "1970-01-01", "1970-12-31T23:59:59Z"])
def test_the_zero_of_a_clock_is_no_creation_time(stated):
    times = [stated, "2006-03-21 20:50:14+00:00", None]
    table = pl.DataFrame({"user_id": ["a", "b", "c"], "account_created_at": times})
    activity = read([{}], accounts=table)
    known = datetime(2006, 3, 21, 20, 50, 14, tzinfo=UTC)
    assert activity.accounts_table["created_at"].to_list() == [None, known, None]
    assert activity.imported.notes[-1] == "1 accounts state a creation time before 1971; it was read as unknown"
