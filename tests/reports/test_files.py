"""What is written can be read back, over all of Unicode."""

from __future__ import annotations

import csv
import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.reports.files import MAX_CSV_ROWS, write_json, write_table
from cib.reports.folders import ensure_folder

anything = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(st.lists(anything, min_size=1, unique=True))
def test_tables_come_back_exactly(tmp_path_factory, ids):
    folder = tmp_path_factory.mktemp("tables")
    table = pl.DataFrame({"account_id": ids, "weight": range(len(ids))})
    write_table(table, folder, "toy", csv="exact")
    assert pl.read_parquet(folder / "toy.parquet").equals(table)
    with (folder / "toy.csv").open(encoding="utf-8", newline="") as file:
        assert [row["account_id"] for row in csv.DictReader(file)] == ids


def test_a_table_too_long_to_open_has_no_csv_not_even_an_old_one(tmp_path):
    for rows in (3, MAX_CSV_ROWS + 1):
        write_table(pl.DataFrame({"n": pl.int_range(rows, eager=True)}), tmp_path, "t")
    assert [path.name for path in tmp_path.iterdir()] == ["t.parquet"]
    assert pl.read_parquet(tmp_path / "t.parquet").height == rows


@given(st.dictionaries(anything, anything | st.lists(anything)))
def test_json_comes_back_exactly(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("json") / "toy.json"
    write_json(values, path)
    assert json.loads(path.read_text(encoding="utf-8")) == values


def test_json_is_sorted_and_ends_with_a_line(tmp_path):
    write_json({"b": 1, "a": "é"}, tmp_path / "x.json")
    assert (tmp_path / "x.json").read_text(encoding="utf-8") == '{\n  "a": "é",\n  "b": 1\n}\n'


def test_no_half_file_is_left(tmp_path):
    class Stubborn:
        def __str__(self) -> str:
            raise RuntimeError("no text")

    with pytest.raises(RuntimeError):
        write_json({"a": Stubborn()}, tmp_path / "x.json")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_an_error_with_a_remedy(tmp_path):
    from cib.errors import InputError

    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="Choose another folder"):
        ensure_folder(tmp_path / "file" / "below")
