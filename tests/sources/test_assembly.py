"""What needs all rows at once: repeated rows, numbers, targets, order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal, assert_series_equal

import cib
from cib.errors import InputError
from tests.sources.samples import ANY_ROWS, NOON
from tests.sources.samples import read_rows as read


@given(ANY_ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_has_no_effect(rows, chance):
    shuffled = chance.sample(rows, len(rows))
    first, second = read(rows), read(shuffled)
    assert_frame_equal(first.posts_table, second.posts_table)
    assert first.imported == second.imported


@given(ANY_ROWS, st.integers(0, 12))
def test_rows_delivered_twice_have_no_effect(rows, again):
    assert_frame_equal(read(rows).posts_table, read([*rows, *rows[:again]]).posts_table)


@given(ANY_ROWS)
def test_reading_what_was_read_changes_nothing(rows):
    activity = read(rows)
    assert_frame_equal(read(activity.posts_table).posts_table, activity.posts_table)


@given(ANY_ROWS)
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


def test_of_rows_in_conflict_the_one_that_says_more_is_kept():
    rows = [{"post_id": "1", "text": text} for text in (None, "b", "a")]
    assert read(rows).posts_table["text"].to_list() == ["a"]


@pytest.mark.parametrize("rows", [[], [{"account_id": ""}], [{"created_at": 17}]])
def test_a_source_of_which_nothing_is_left_is_an_error(rows):
    with pytest.raises(InputError, match=r"there are no rows|none of 1 rows can be kept\. Got"):
        read(rows)


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


def test_conflicting_duplicates_are_counted():
    activity = read([{"post_id": "1", "text": text} for text in "xyx"])
    assert activity.imported.dropped == {"conflicting duplicate": 1, "duplicate": 1}
