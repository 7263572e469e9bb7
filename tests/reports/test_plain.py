"""Plain values."""

from __future__ import annotations

import gc
import json
from datetime import UTC, datetime

import polars as pl
import pytest

from cib.reports.plain import as_columns, as_plain, as_rows, grouped, uncollected, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("名前 héllo 👍", "名前 héllo 👍"),
        ("a\u202eb", "aU+202Eb"),
        ("a\u200bb\n", "aU+200BbU+000A"),
        ("x" * 300, "x" * 280 + "…"),
        (["\x00"], ["U+0000"]),
    ],
)
def test_characters_that_hide_are_spelled_out(text, shown):
    assert visible(text) == shown


def test_values_are_those_of_json_in_tables_as_alone():
    time = datetime(2020, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    values = {"time": time, "long": 0.0123456789, "nan": float("nan"), "whole": 7, "no": None}
    (row,) = as_rows(pl.DataFrame([values]))
    assert as_columns(pl.DataFrame([values])) == {name: [value] for name, value in row.items()}
    shown = {"time": "2020-01-02 03:04:05", "long": 0.01235, "nan": None, "whole": 7}
    assert row == {**shown, "no": None}
    assert json.loads(json.dumps(row)) == row
    assert all(as_plain(values[name]) == row[name] for name in values if name != "nan")


def test_the_rows_of_each_owner_are_kept_in_their_order():
    rows = pl.DataFrame({"owner": list("baab"), "n": [3, 1, 2, 4]}).to_dicts()
    assert grouped(rows, "owner") == {"b": [{"n": 3}, {"n": 4}], "a": [{"n": 1}, {"n": 2}]}


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_afterwards_as_it_was_even_after_an_error(enabled):
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with uncollected(), pytest.raises(ZeroDivisionError), uncollected():
            [] if gc.isenabled() else 1 / 0
        assert gc.isenabled() == enabled
    finally:
        (gc.enable if before else gc.disable)()
