"""Batches: any split of rows, assembled in any order, is the whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cib.errors import InputError
from cib.sources.batches import assemble_batches, batch_of_activity, read_batch
from tests.sources import samples
from tests.sources.samples import ANY_ROWS, ROWS, frame, read


@settings(max_examples=20)
@given(ANY_ROWS, st.integers(0, 12), st.booleans())
def test_rows_in_two_batches_are_read_as_one_table(rows, cut, swapped):
    good = {"post_id": "good too"}
    batches = [read_batch(frame(part)) for part in ([*rows[:cut], good], [*rows[cut:], good])]
    activity = assemble_batches(batches[::-1] if swapped else batches, "both")
    whole = read(frame([*rows, good, good]))
    assert_frame_equal(activity.posts_table, whole.posts_table)
    assert activity.imported.dropped == whole.imported.dropped
    assert activity.imported.rows_read == len(rows) + 2


def test_an_original_in_another_batch_completes_a_retweet(write):
    posts = samples.X_V2_FLAT.splitlines(keepends=True)
    retweet = samples.lines(samples.V2_RETWEET)
    batches = [read_batch(write(f"{k}.jsonl", text)) for k, text in enumerate((retweet, posts[0]))]
    read_both = assemble_batches(batches, "both").posts_table
    assert read_both["target_account_id"].to_list() == [None, "101"]
    assert read_both["text"].n_unique() == 1


def test_an_activity_comes_back_from_its_batch():
    activity = read(ROWS.drop("post_id"))
    assert batch_of_activity(activity).posts["post_id"].null_count() == len(activity)
    assert_frame_equal(assemble_batches([batch_of_activity(activity)], "it").posts_table, activity.posts_table)


def test_rows_that_another_batch_has_are_dropped_and_counted():
    row = {"post_id": "1"}
    first, second = (read_batch(frame(rows)) for rows in ([row], [row, row, {}]))
    left = second.without_rows_of(first.posts)
    assert (left.posts["post_id"].to_list(), left.dropped) == ([None], {"duplicate": 2})
    assert left.without_rows_of(first.posts) is left


def test_batches_of_which_nothing_is_left_are_an_error(write):
    made = samples.BLUESKY.splitlines(keepends=True)[0]
    gone = samples.lines(samples.sky_event(samples.ANA, 5, "post", "3one", operation="delete"))
    batches = [read_batch(write(f"{k}.jsonl", text)) for k, text in enumerate((made, gone))]
    with pytest.raises(InputError, match="none of 2 rows can be kept"):
        assemble_batches(batches, "both")
