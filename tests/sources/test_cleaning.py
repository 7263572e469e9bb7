"""What becomes of rows: kept, dropped for a reason, removed as repeated; in whatever order they come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal, assert_series_equal

import cib
from cib.errors import InputError

NOON = 1_577_880_000
SCHEMA = {
    "account_id": pl.String,
    "post_id": pl.String,
    "action": pl.String,
    "created_at": pl.Int64,
    "target_post_id": pl.String,
    "target_account_id": pl.String,
    "text": pl.String,
    "hashtags": pl.List(pl.String),
}


def frame(rows):
    """Rows with any of our columns; what is missing is null, but for a post by `a` at noon."""
    usual = {"account_id": "a", "action": "post", "created_at": NOON}
    return pl.DataFrame([{**dict.fromkeys(SCHEMA), **usual, **row} for row in rows], schema=SCHEMA)


def read(rows, **options):
    return cib.read(rows if isinstance(rows, pl.DataFrame) else frame(rows), progress=False, **options)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "account_id": st.sampled_from(["a", "b", "c", "[deleted]", "", None]),
            "post_id": st.sampled_from(["1", "2", "3", "4", "5", None]),
            "action": st.sampled_from(["post", "RT", "mention", "reply", None]),
            "created_at": st.sampled_from([NOON, NOON + 1, NOON + 60, 17, None]),
            "target_post_id": st.sampled_from(["1", "2", "9", None]),
            "target_account_id": st.sampled_from(["a", "d", "[deleted]", None]),
            "text": st.sampled_from(["x", "y", "", None]),
            "hashtags": st.sampled_from([None, [], ["x"], ["x", "y"]]),
        }
    ),
    min_size=1,
    max_size=12,
).map(lambda rows: [*rows, {"post_id": "good"}])


@given(ROWS)
def test_every_row_is_accounted_for(rows):
    activity = read(rows)
    assert activity.imported.rows_read == len(rows)
    assert activity.imported.rows_kept == len(activity)
    assert (
        activity.posts_table.select("account_id", "post_id", "action", "created_at").null_count().sum_horizontal()[0]
        == 0
    )
    assert activity.posts_table["post_id"].is_unique().all()


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_has_no_effect(rows, chance):
    shuffled = chance.sample(rows, len(rows))
    first, second = read(rows), read(shuffled)
    assert_frame_equal(first.posts_table, second.posts_table)
    assert first.imported == second.imported


@given(ROWS, st.integers(0, 12))
def test_rows_delivered_twice_have_no_effect(rows, again):
    assert_frame_equal(read(rows).posts_table, read([*rows, *rows[:again]]).posts_table)


@given(ROWS)
def test_reading_what_was_read_changes_nothing(rows):
    activity = read(rows)
    assert_frame_equal(read(activity.posts_table).posts_table, activity.posts_table)


@given(ROWS)
def test_accounts_are_numbered_as_an_activity_made_by_hand_numbers_them(rows):
    activity = read(rows)
    by_hand = cib.Activity(activity.posts_table, activity.accounts_table, activity.imported)
    assert_series_equal(activity.account_ids, by_hand.account_ids)
    assert_series_equal(activity.account_codes, by_hand.account_codes)
    few = activity.keep_posts(activity.posts_table["action"] == "post")
    assert few.account_ids.gather(few.account_codes).equals(few.posts_table["account_id"])


def test_an_original_is_found_by_its_id_and_not_by_a_hash_it_shares(monkeypatch):
    rows = [
        {"account_id": "b", "post_id": "1"},
        {"account_id": "c", "post_id": "2"},
        {"account_id": "d", "post_id": "3", "action": "retweet", "target_post_id": "2"},
        {"account_id": "e", "post_id": "4", "action": "retweet", "target_post_id": "9"},
    ]
    monkeypatch.setattr(pl.Expr, "hash", lambda text: text.str.len_bytes())
    assert read(rows).posts_table["target_account_id"].to_list() == [None, None, "c", None]


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


def test_of_rows_in_conflict_the_one_that_says_more_is_kept():
    rows = [{"post_id": "1", "text": text} for text in (None, "b", "a")]
    assert read(rows).posts_table["text"].to_list() == ["a"]


def test_one_unreadable_time_in_many_is_dropped_and_more_are_an_error():
    good = [f"2020-01-01T12:{k // 60:02}:{k % 60:02}Z" for k in range(2_000)]
    table = pl.DataFrame({"account_id": "a", "created_at": [*good, "01/02/2020"]})
    assert read(table).imported.dropped == {"unreadable time": 1}
    with pytest.raises(InputError, match=r"column 'created_at', row 500: 1 of 500 times.* Got '01/02/2020'"):
        read(table.tail(500))


@pytest.mark.parametrize("rows", [[], [{"account_id": ""}], [{"created_at": 17}]])
def test_a_source_of_which_nothing_is_left_is_an_error(rows):
    with pytest.raises(InputError, match=r"there are no rows|none of 1 rows can be kept\. Got"):
        read(rows)


def test_a_mention_becomes_a_post_with_one_mention():
    posts = read([{"action": "mention", "target_account_id": "b"}]).posts_table
    assert posts.select("action", "target_account_id", "mentions").rows() == [("post", None, ["b"])]


def test_without_actions_rows_with_a_target_are_retweets():
    rows = frame([{"target_post_id": "9"}, {"target_account_id": "b"}, {}]).drop("action")
    activity = read(rows)
    assert sorted(activity.posts_table["action"].cast(str)) == ["post", "retweet", "retweet"]
    assert "no column states the action" in activity.imported.notes[-2]


def test_targets_in_the_data_get_their_author_and_time():
    rows = [
        {"account_id": "b", "post_id": "1"},
        {"action": "retweet", "post_id": "2", "target_post_id": "1", "created_at": NOON + 5},
        {"action": "retweet", "post_id": "3", "target_post_id": "1", "target_account_id": "c", "created_at": NOON + 6},
        {"action": "quote", "post_id": "4", "target_post_id": "elsewhere", "created_at": NOON + 7},
    ]
    activity = read(rows)
    noon = datetime.fromtimestamp(NOON, UTC)
    assert activity.posts_table["target_account_id"].to_list() == [None, "b", "c", None]
    assert activity.posts_table["target_created_at"].to_list() == [None, noon, noon, None]
    assert activity.imported.targets_unknown == 1


def test_missing_post_ids_are_numbers_in_the_order_of_content():
    activity = read([{"account_id": "b"}, {"account_id": "a"}, {"created_at": NOON - 1}])
    assert activity.posts_table.select("account_id", "post_id").rows() == [
        ("a", "row-000000001"),
        ("a", "row-000000002"),
        ("b", "row-000000003"),
    ]
    assert "the source has no post ids; they were made up" in activity.imported.notes


def test_pseudo_accounts_are_no_mention_and_no_target():
    table = frame([{"action": "retweet", "target_post_id": "9", "target_account_id": "[deleted]"}])
    posts = read(table.with_columns(mentions=pl.Series([["unknown", "b", "[deleted]"]]))).posts_table
    assert posts.select("target_account_id", "mentions").rows() == [(None, ["b"])]


def test_rows_that_act_on_nothing_are_kept_and_counted():
    assert "1 retweets, quotes and replies name neither" in read([{"action": "reply"}]).imported.notes[-1]


@pytest.mark.parametrize(
    ("step", "precision"),
    [
        (timedelta(days=2), 86_400),
        (timedelta(hours=5), 3_600),
        (timedelta(minutes=7), 60),
        (timedelta(seconds=7), 1),
        (timedelta(milliseconds=7), 0.001),
        (timedelta(microseconds=7), 1e-6),
    ],
)
def test_the_precision_of_times_is_seen(step, precision):
    times = [datetime(2020, 1, 1, tzinfo=UTC) + k * step for k in range(3)]
    assert read(pl.DataFrame({"account_id": "a", "created_at": times})).imported.precision == precision


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
