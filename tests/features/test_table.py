"""FeatureTable: labelled numbers, in any library."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from cib.errors import InputError
from cib.features.table import FeatureTable


@pytest.fixture
def table():
    frame = pl.DataFrame({"account_id": ["a", "b"], "x": [1.0, None], "y": [3.0, 4.0]})
    return FeatureTable(frame, labels={"x": "The <x>."}, units={"x": "s"})


def test_values_are_a_matrix_with_nan_for_null(table):
    np.testing.assert_array_equal(table.values, [[1, 3], [np.nan, 4]])
    np.testing.assert_array_equal(table["x"], [1, np.nan])
    assert table.accounts.tolist() == ["a", "b"]
    assert table.names == ("x", "y")
    assert len(table) == 2


def test_select_takes_some_in_the_order_asked_for(table):
    assert table.select(["y", "x"]).names == ("y", "x")
    assert table.select([]).values.shape == (2, 0)
    assert table.select(["x"]).labels == table.labels


@pytest.mark.parametrize(
    ("library", "kind"), [("polars", pl.DataFrame), ("pandas", pd.DataFrame), ("pyarrow", pa.Table)]
)
def test_it_comes_back_in_the_library_that_came_in(table, library, kind):
    assert isinstance(FeatureTable(table.table, library=library).frame, kind)
    assert isinstance(table.table, pl.DataFrame)
    assert table.to_pandas()["y"].tolist() == [3, 4]


def test_an_unknown_feature_suggests_the_near_one(table):
    wide = FeatureTable(table.table.rename({"x": "speed"}))
    for ask in (lambda: wide["sped"], lambda: wide.select(["sped"])):
        with pytest.raises(InputError, match="Did you mean 'speed'"):
            ask()


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pl.DataFrame({"x": [1.0]}), "needs the column 'account_id'"),
        (pl.DataFrame({"account_id": ["a"], "x": ["1"]}), "'x' is not a number"),
    ],
)
def test_what_is_no_table_is_refused(frame, message):
    with pytest.raises(InputError, match=message):
        FeatureTable(frame)


def test_it_shows_itself_safely(table):
    assert repr(table) == "FeatureTable(2 accounts x 2 features: x, y)"
    assert "The &lt;x&gt;." in table._repr_html_()
