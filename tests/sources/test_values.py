"""Ids, times, actions and lists, however they were written."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.errors import InputError, SettingsError
from cib.sources import values

NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)


def one_time(value, zone=None):
    return values.times(pl.Series([value]), zone, "here").values[0]


@given(st.lists(st.text() | st.integers(0, 2**64 - 1).map(str), min_size=1))
def test_ids_are_the_text_that_they_were(ids):
    assert values.ids(pl.Series(ids), "here").to_list() == [name or None for name in ids]


@pytest.mark.parametrize("text", ["", "a", " 1", "1\0", "-1", "1.0", "1e+5", "1.23E+18", str(2**64)])
def test_a_column_is_not_of_digits_if_one_text_is_not(text):
    column = pl.Series(["1", None, str(2**64 - 1)])
    assert values.are_digits(column)
    assert not values.are_digits(column.extend(pl.Series([text])))


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1))
def test_whole_numbers_are_exact_ids(ids):
    assert values.ids(pl.Series(ids, dtype=pl.UInt64), "here").to_list() == [str(name) for name in ids]


def test_float_ids_are_refused_with_the_remedy():
    column = pl.Series([None, float("nan"), 1.582218195625939e18])
    with pytest.raises(InputError, match=r"here, row 3: ids are floats.* Got 1\.58.*dtype='string'"):
        values.ids(column, "here")
    assert values.ids(column.head(2), "here").to_list() == [None, None]


@pytest.mark.parametrize("rounded", [["1.58E+18"] * 2, [f"1582218195{k}000000" for k in range(10, 30)]])
def test_ids_rounded_before_are_refused(rounded):
    with pytest.raises(InputError, match="row 3: ids were rounded before cib saw them"):
        values.ids(pl.Series(["7", "8", *rounded]), "here")


def test_one_round_id_seen_often_is_no_sign():
    ids = [*["1582218195625938000"] * 50, *(str(1_582_218_195_625_938_001 + k) for k in range(50))]
    assert values.ids(pl.Series(ids), "here").to_list() == ids


@pytest.mark.parametrize("column", [pl.Series([True]), pl.Series([["a"]]), pl.Series([NOON])])
def test_other_types_are_no_ids(column):
    with pytest.raises(InputError, match=r"here: the column cannot hold ids\. Got type"):
        values.ids(column, "here")


def test_what_stands_for_no_account_is_none():
    names = pl.Series(["[deleted]", "0", "unknown", "NA", "null", "None", "[removed]", None])
    assert values.real_accounts(names).drop_nulls().to_list() == ["0", "NA", "null", "None"]


@pytest.mark.parametrize(
    "value",
    [
        "2020-01-01T12:00:00Z",
        "2020-01-01T12:00:00.000Z",
        "2020-01-01 12:00:00+00:00",
        "2020-01-01 12:00:00 UTC",
        "2020-01-01 13:00:00+01",
        "2020-01-01T07:00:00-0500",
        "2020-01-01T12:00Z",
        "Wed Jan 01 12:00:00 +0000 2020",
        "1577880000",
        "1577880000.0",
        "1577880000000",
        "1577880000000000",
        "1577880000000000000",
        1_577_880_000,
        1_577_880_000.0,
        1_577_880_000_000,
        NOON,
    ],
)
def test_times_are_understood(value):
    assert one_time(value) == NOON


@pytest.mark.parametrize(
    "value",
    [
        "2020-01-01 13:00:00",
        "2020-01-01T13:00:00.000000",
        "2020-01-01 13:00",
        "2020-01-01T13:00",
        datetime(2020, 1, 1, 13),  # noqa: DTZ001 the point is that it has no zone
    ],
)
def test_naive_times_need_a_zone(value):
    assert one_time(value, "Europe/Paris") == NOON
    with pytest.raises(InputError, match=r'here, row 1: the times state no zone\. Got 2020-01-01.*zone="UTC"'):
        one_time(value)


@pytest.mark.parametrize(("written", "hour", "noted"), [("00:30", 22, False), ("02:30", 0, True), ("03:30", 2, False)])
def test_times_in_an_hour_that_the_clock_repeats_are_noted(written, hour, noted):
    column = values.times(pl.Series([f"2020-10-25 {written}:00"]), "Europe/Paris", "here")
    assert column.values[0].hour == hour
    assert any("the clock repeats, read as the first of both" in note for note in column.notes) is noted


def test_dates_are_midnights():
    midnight = datetime(2020, 1, 1, tzinfo=UTC)
    assert one_time(date(2020, 1, 1), "UTC") == one_time("2020-01-01", "UTC") == midnight


@pytest.mark.parametrize("value", ["01/02/2020", "2020-02-30 00:00:00", "yesterday", "1e9", ""])
def test_what_is_no_time_is_null(value):
    assert one_time(value, "UTC") is None


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0)])
def test_ways_of_writing_may_be_mixed(order):
    written = ["2020-01-01T12:00:00Z", "1577880000", "2020-01-01 12:00:00", None]
    column = values.times(pl.Series([written[k] for k in order]), "UTC", "here")
    assert column.values.drop_nulls().to_list() == [NOON] * 3
    assert sorted(column.notes) == ["holds unix seconds", "states no zone and was read in UTC"]


def test_clocks_set_forward_and_back():
    assert one_time("2020-10-25 02:30:00", "Europe/Paris") == datetime(2020, 10, 25, 0, 30, tzinfo=UTC)
    assert one_time("2020-03-29 02:30:00", "Europe/Paris") is None


def test_a_zone_is_an_iana_name():
    with pytest.raises(SettingsError, match=r"zone='Europe/Pariss' is no time zone\. Did you mean 'Europe/Paris'"):
        values.check_zone("Europe/Pariss")


def test_an_unknown_action_is_named_with_its_row():
    with pytest.raises(InputError, match=r"here, row 2: the action 'star' is not known\..*actions=\{'star'"):
        values.actions(pl.Series(["retweet", "star"]), {}, "here")
    read = values.actions(pl.Series(["Re-Tweet", "star", "", None]), {"star": None, "re_tweet": "quote"}, "here")
    assert read.to_list() == ["quote", "left out", None, None]


def test_counts_are_whole_numbers_or_unknown():
    assert values.counts(pl.Series(["12.0", "7", "", "many"])).to_list() == [12, 7, None, None]
