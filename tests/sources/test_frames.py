"""Frames of any library read alike, and results go back in it."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

import cib
from cib.errors import InputError

ROWS = {
    "account_id": ["0012", "18446744073709551615", "NA"],
    "post_id": ["1", "2", "3"],
    "action": ["post", "retweet", "quote"],
    "created_at": [datetime(2020, 1, 1, 12, 0, k, tzinfo=UTC) for k in range(3)],
    "target_post_id": [None, "1", "9"],
    "urls": [["http://a.org"], None, []],
}
FRAMES = {
    "polars": pl.DataFrame(ROWS),
    "pandas": pd.DataFrame(ROWS),
    "pandas object": pd.DataFrame(ROWS, dtype=object),
    "pandas arrow": pd.DataFrame(ROWS).convert_dtypes(dtype_backend="pyarrow"),
    "pyarrow": pa.table(ROWS),
    "categories": pl.DataFrame(ROWS).with_columns(pl.col("account_id", "action").cast(pl.Categorical)),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_the_kind_of_frame_has_no_effect(kind):
    activity = cib.read(FRAMES[kind], progress=False)
    assert_frame_equal(activity.posts_table, cib.read(FRAMES["polars"], progress=False).posts_table)
    assert activity.imported.rows_kept == 3


@pytest.mark.parametrize(
    ("kind", "type_"),
    [("pandas", pd.DataFrame), ("pyarrow", pa.Table), ("polars", pl.DataFrame)],
)
def test_results_go_back_in_the_library_that_came_in(kind, type_):
    activity = cib.read(FRAMES[kind], progress=False)
    assert isinstance(activity.native(activity.posts_table), type_)


def test_frames_are_not_changed():
    frame = pd.DataFrame(ROWS)
    before = frame.copy(deep=True)
    cib.read(frame, progress=False)
    pd.testing.assert_frame_equal(frame, before)


def test_whole_numbers_are_ids_in_any_library():
    whole = {"account_id": [2**63 - 1, 7], "created_at": [1_577_880_000, 1_577_880_001]}
    for make in (pl.DataFrame, pd.DataFrame, pa.table):
        assert cib.read(make(whole), progress=False).posts_table["account_id"].to_list() == [str(2**63 - 1), "7"]


def test_ids_that_pandas_made_floats_are_refused():
    frame = pd.DataFrame(ROWS).assign(target_post_id=[None, 1582218195625938947, 3])
    with pytest.raises(
        InputError, match=r"pandas frame, column 'target_post_id', row 2: ids are floats.*dtype='string'"
    ):
        cib.read(frame, progress=False)


def test_a_float_column_of_nothing_is_nothing():
    frame = pd.DataFrame(ROWS).assign(target_post_id=float("nan"))
    assert cib.read(frame, progress=False).posts_table["target_post_id"].to_list() == [None] * 3


def test_a_column_of_mixed_types_is_named():
    frame = pd.DataFrame(ROWS).assign(account_id=pd.Series(["a", 5, None], dtype=object))
    with pytest.raises(InputError, match="pandas frame, column 'account_id': the column mixes types"):
        cib.read(frame, progress=False)


def test_columns_that_are_not_needed_are_not_touched():
    odd = pd.DataFrame(ROWS).assign(odd=[object(), 5, "x"])
    odd[17] = 1
    assert len(cib.read(odd, progress=False)) == 3


@pytest.mark.parametrize(
    "frame",
    [pd.DataFrame([["a", "b"]], columns=["user_id"] * 2), pa.table([pa.array(["a"])] * 2, names=["user_id"] * 2)],
)
def test_two_columns_of_one_name_are_refused(frame):
    with pytest.raises(InputError, match="two columns are called 'user_id'"):
        cib.read(frame, progress=False)


@pytest.mark.parametrize("source", [17, None, {"account_id": ["a"]}, pl.Series(["a"]), [pl.DataFrame(ROWS)]])
def test_what_is_no_source_is_refused(source):
    with pytest.raises(InputError, match=r"source: this cannot be read|source: a list must hold paths"):
        cib.read(source, progress=False)
