"""A lazy frame is judged by its engine as rows in memory are."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import cib
from cib.engine import fetch
from cib.errors import InputError

TIME = datetime(2020, 6, 12, 10, 0, 0, 123_456, tzinfo=UTC)
ROWS = pl.DataFrame(
    {
        "user_id": ["7", "8", "", "unknown", None, "9", "9", "9", "9"],
        "tweet_id": [str(k) for k in range(9)],
        "action": ["tweet", "RT", "RT", "RT", "RT", "star", None, "RT", "reply"],
        "retweeted_id": [None, "0", "0", "0", "0", "0", "0", "0", ""],
        "created_at": [TIME] * 7 + [datetime(1999, 1, 1, tzinfo=UTC), None],
        "hashtags": [["a", "b"]] * 9,
    },
    schema_overrides={"created_at": pl.Datetime("us", "UTC")},
)
STARS = cib.Columns(actions={"star": None})
SAME = ("rows_read", "rows_kept", "dropped", "first", "last", "precision", "columns")


def test_rows_are_dropped_for_the_reasons_that_they_are_in_memory(put):
    ours, memory = (cib.read(frame, columns=STARS, progress=False) for frame in (put(ROWS), ROWS))
    assert [getattr(ours.imported, name) for name in SAME] == [getattr(memory.imported, name) for name in SAME]
    kept = memory.posts_table.with_columns(
        pl.col("created_at", "target_created_at").cast(pl.Int64), pl.col("action").cast(pl.String)
    )
    assert_frame_equal(fetch(ours.with_targets()).sort("post_id"), kept, check_column_order=False)


def test_counts_of_accounts_are_the_engines(put):
    counts = cib.read(put(ROWS), columns=STARS, progress=False).counts()
    assert counts.rows() == [("7", 1, 0, 0, 0, TIME, TIME), ("8", 0, 1, 0, 0, TIME, TIME)]


def test_collecting_reads_it_as_any_frame(put):
    collected = cib.read(put(ROWS), columns=STARS, progress=False).collect()
    assert_frame_equal(collected.posts_table, cib.read(ROWS, columns=STARS, progress=False).posts_table)


def test_a_table_that_has_every_column_of_ours_is_read_as_it_is(put):
    posts = cib.read(ROWS, columns=STARS, progress=False).posts_table.with_columns(pl.col("action").cast(pl.String))
    ours = cib.read(put(posts), progress=False)
    assert len(ours) == len(posts)
    assert_frame_equal(ours.collect().posts_table, cib.read(posts, progress=False).posts_table)


def test_a_share_table_takes_times_as_they_are_and_needs_an_object(put):
    table = pl.DataFrame(
        {"object_id": ["x", "x", None], "id_user": [1, 2, 3], "content_id": [4, 5, 6], "timestamp_share": [0, -5, 9]}
    )
    ours, memory = (cib.read(frame, progress=False).imported for frame in (put(table), table))
    assert [getattr(ours, name) for name in SAME] == [getattr(memory, name) for name in SAME]
    assert ours.dropped == {"no object": 1}


@pytest.mark.parametrize("unit", [1, 10**3, 10**6, 10**9])
def test_unix_times_are_told_by_their_size(put, unit):
    table = pl.DataFrame({"account_id": ["a"], "created_at": [1_600_000_000 * unit + (999 if unit == 10**9 else 0)]})
    assert cib.read(put(table), progress=False).imported.first == datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)


def test_naive_times_are_utc_only_if_one_says_so(put):
    naive = ROWS.with_columns(pl.col("created_at").dt.replace_time_zone(None))
    with pytest.raises(InputError, match=r"column 'created_at' state no zone.*zone=\"UTC\""):
        cib.read(put(naive), columns=STARS, progress=False)
    with pytest.raises(InputError, match="Europe/Berlin cannot be read on an engine"):
        cib.read(put(naive), columns=STARS, zone="Europe/Berlin", progress=False)
    assert cib.read(put(naive), columns=STARS, zone="UTC", progress=False).imported.first == TIME


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tweet_id": pl.lit(1.5)}, "column 'tweet_id' cannot be read on an engine: it holds neither text nor whole"),
        ({"created_at": pl.lit("2020-06-12")}, "column 'created_at'.*holds no times"),
        ({"hashtags": pl.lit("a b")}, "column 'hashtags'.*holds no lists of text.*columns="),
        ({"action": pl.lit("mention")}, "an action 'mention' cannot be read on an engine"),
        ({"action": pl.lit("poke")}, "the action 'poke' is not known"),
        ({"user_id": pl.lit("unknown"), "action": pl.lit("RT")}, "none of 9 rows can be kept. Got no account 9"),
    ],
)
def test_what_would_be_guessed_is_refused(change, message):
    with pytest.raises(InputError, match=message):
        cib.read(ROWS.lazy().with_columns(**change), progress=False)


def test_a_connection_that_would_spill_into_the_working_directory_is_noted(tmp_path):
    for folder, notes in ((".tmp", 1), (str(tmp_path), 0)):
        with duckdb.connect(config={"temp_directory": folder}) as connection:
            imported = cib.read(connection.from_arrow(ROWS.to_arrow()), columns=STARS, progress=False).imported
        assert sum("SET temp_directory" in note for note in imported.notes) == notes


def test_its_repr_says_where_it_is_and_how_large():
    activity = cib.read(ROWS.lazy(), columns=STARS, progress=False)
    assert repr(activity) == "EngineActivity(polars, 2 rows, 2020-06-12 to 2020-06-12)"
    assert len(activity) == 2
