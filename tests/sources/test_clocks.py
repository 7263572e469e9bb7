"""Stated, seen by the server, or in the id: which time a row has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from cib.activity import TIME
from cib.sources.clocks import prefer_id, settle, sources
from tests.sources import samples
from tests.sources.samples import ANA, NOON, TIMES, read


def test_a_back_dated_record_counts_when_the_server_saw_it(write):
    old = {**samples.SKY_REPOST, "createdAt": "2019-01-01T12:00:00Z"}
    activity = read(write("b.jsonl", samples.BLUESKY + samples.lines(samples.sky_event(ANA, 3, "repost", "3x", old))))
    assert activity.imported.first == TIMES[0]
    assert activity.imported.time_source == {"server": 4}
    assert activity.imported.clock_skew["rows above 60 s"] == 1


def test_an_imported_stream_keeps_the_stated_times(write):
    late = samples.BLUESKY.replace(b'"time_us": 15', b'"time_us": 16')  # three years on
    activity = read(write("b.jsonl", late))
    assert activity.posts_table["created_at"][0] == datetime.fromtimestamp(NOON, UTC) + timedelta(milliseconds=100)
    assert activity.imported.time_source == {"stated by the client": 3}


@given(st.integers(NOON * 1000, NOON * 1000 + 10**9), st.integers(0, 2**22 - 1), st.integers(-120_000, 120_000))
@example(NOON * 1000, 5, 61_000)
@example(NOON * 1000, 5, 61_001)
def test_the_time_of_an_id_counts_where_it_agrees_with_the_stated_one(made, number, apart):
    snowflake = str(((made - 1_288_834_974_657) << 22) + number)
    row = {"post_id": snowflake, "target_post_id": None, "created_at": 1000 * (made + apart), "target_created_at": None}
    table = pl.DataFrame([row], schema_overrides={"created_at": TIME, "target_created_at": TIME})
    read = prefer_id(table)
    assert read["created_at"].to_physical()[0] == 1000 * (made if abs(apart) <= 61_000 else made + apart)
    assert sources(read) == {"id" if abs(apart) <= 61_000 else "stated": 1}


def test_no_target_is_younger_than_what_acts_on_it():
    own, older, younger = (str(((NOON + k) * 1000 - 1_288_834_974_657) << 22) for k in (0, -60, 60))
    row = {"post_id": own, "created_at": NOON * 10**6, "target_created_at": None}
    table = pl.DataFrame(
        [row | {"target_post_id": each} for each in (older, younger, "7")],
        schema_overrides={"created_at": TIME, "target_created_at": TIME},
    )
    assert prefer_id(table)["target_created_at"].to_list() == [datetime.fromtimestamp(NOON - 60, UTC), None, None]


def test_ids_of_another_site_do_not_date_the_target():
    stated, weibo = {"created_at": NOON * 10**6, "target_created_at": (NOON - 60) * 10**6}, "5160000000000001"
    rows = [stated | {"post_id": own, "target_post_id": weibo} for own in ("5162345678901234", "p1")]
    table = pl.DataFrame(rows, schema_overrides={"created_at": TIME, "target_created_at": TIME})
    minute_before, of_the_id = datetime.fromtimestamp(NOON - 60, UTC), (int(weibo) >> 22) + 1_288_834_974_657
    times = prefer_id(table)["target_created_at"].to_list()
    assert times == [minute_before, datetime.fromtimestamp(of_the_id / 1000, UTC)]


def test_rows_that_no_server_saw_keep_their_time():
    table = pl.DataFrame(
        {"created_at": [10, 20, 30], "stated_at": [9, None, 30]}, schema={"created_at": TIME, "stated_at": TIME}
    )
    settled, skew = settle(table)
    assert settled["created_at"].to_physical().to_list() == [10, 20, 30]
    assert sources(settled) == {"server": 2, "stated": 1}
    assert skew["median, s"] == 0.5e-6
