"""What is written can be read back, over all of Unicode."""

from __future__ import annotations

import csv
import json
import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.reports.files import MAX_CSV_ROWS, safe_for_spreadsheets, write_json, write_table

anything = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


GEXF, VIZ = "{http://www.gexf.net/1.2draft}", "{http://www.gexf.net/1.2draft/viz}"


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

    with pytest.raises(TypeError, match="Stubborn"):
        write_json({"a": Stubborn()}, tmp_path / "x.json")
    assert list(tmp_path.iterdir()) == []


#: What spreadsheet programs take for a formula, also after what they skip, and where the separator is another.
LIVE = (
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "\x00=1",
    "\u200b=1",
    "a;=1",
    "a;;\t-x",
    "a\n=1",
    "\uff1d1",
)


@pytest.mark.parametrize("text", LIVE)
def test_csv_is_safe_for_spreadsheets_unless_exact_bytes_are_asked_for(tmp_path, text):
    table = pl.DataFrame({"text": [text], "tags": [[text]]})
    for csv_, changed in (("safe", True), ("exact", False)):
        write_table(table, tmp_path, csv_, csv=csv_)
        with (tmp_path / f"{csv_}.csv").open(encoding="utf-8", newline="") as file:
            (row,) = csv.DictReader(file)
        assert (row["text"] != text) == (row["tags"] != text) == changed
        assert row["text"].replace("'", "") == text
        assert pl.read_parquet(tmp_path / f"{csv_}.parquet").equals(table)


@given(anything)
def test_no_cell_begins_like_a_formula_whatever_the_separator(text):
    (safe,) = safe_for_spreadsheets(pl.DataFrame({"text": [text]}))["text"]
    assert safe.replace("'", "") == text.replace("'", "")
    if not re.fullmatch("-[0-9]+", text):
        cells = re.split("[;\t\r\n]", safe)
        assert not [cell for cell in cells if re.match(r"[\s]*[-+=@\uff0b\uff0d\uff1d\uff20]", cell)]


def test_ids_of_channels_stay_as_they_are(tmp_path):
    write_table(pl.DataFrame({"account_id": ["-1001234567890", "a-b"]}), tmp_path, "t")
    assert (tmp_path / "t.csv").read_text("utf-8").split() == ["account_id", "-1001234567890", "a-b"]
