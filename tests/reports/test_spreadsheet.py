"""Spreadsheets can be read back, and nothing in them comes alive."""

from __future__ import annotations

import re
import zipfile
from xml.etree import ElementTree

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cib.reports.spreadsheet import write_spreadsheet

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


FORMULAS = (
    "=1+1",
    '=HYPERLINK("http://evil.example")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "http://a.example",
    "00123",
    "1e5",
)


def sheets(path):
    """The texts and numbers of each sheet, cell by cell as the file has them."""
    with zipfile.ZipFile(path) as file:
        names = [
            sheet.get("name") for sheet in ElementTree.fromstring(file.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
        ]
        for k, name in enumerate(names, 1):
            root = ElementTree.fromstring(file.read(f"xl/worksheets/sheet{k}.xml"))
            assert [*root.iter(f"{MAIN}f"), *root.iter(f"{MAIN}hyperlink")] == []
            yield name, [[cell_value(cell) for cell in row] for row in root.iter(f"{MAIN}row")]


def cell_value(cell):
    if cell.get("t") != "inlineStr":
        value = cell.find(f"{MAIN}v")
        return None if value is None else float(value.text)
    text = "".join(part.text or "" for part in cell.iter(f"{MAIN}t"))
    return re.sub("_x([0-9A-F]{4})_", lambda match: chr(int(match[1], 16)), text)


@settings(max_examples=50)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
@example([*FORMULAS, "_x0041_", "\x00\x0b\ufffe\uffff\r\n", " a "])
def test_a_spreadsheet_keeps_any_text_as_text(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("xlsx") / "toy.xlsx"
    table = pl.DataFrame({"account_id": texts, "weight": range(len(texts))})
    write_spreadsheet({"toy": table}, {"limits": "none"}, path)
    (_, told), (name, rows) = sheets(path)
    assert name == "toy"
    assert told[1] == ["limits", "none"]
    assert rows == [["account_id", "weight"], *[[text, float(k)] for k, text in enumerate(texts)]]


def test_a_spreadsheet_holds_the_detection(detection, tmp_path):
    found = dict(sheets(detection.save_spreadsheet(tmp_path / "all.xlsx", reveal_ids=True)))
    assert [row[0] for row in found["accounts"][1:]] == detection.table["account_id"].to_list()
    assert len(found["evidence"]) == 1 + sum(n.evidence.edges.height for n in detection.networks)
    assert "Coordination is not inauthenticity" in dict(row for row in found["about"] if len(row) == 2)["limits"]


def test_a_spreadsheet_for_others_holds_as_much_under_pseudonyms(detection, tmp_path):
    shown, hidden = (
        dict(sheets(detection.save_spreadsheet(tmp_path / "all.xlsx", reveal_ids=reveal))) for reveal in (True, False)
    )
    assert {name: len(rows) for name, rows in shown.items() if name != "about"} == {
        name: len(rows) for name, rows in hidden.items() if name != "about"
    }
    accounts = {row[0] for row in hidden["accounts"][1:]}
    assert {cell for row in hidden["evidence"][1:] for cell in row[2:4]} <= accounts
    weights = [sorted(row[4] for row in each["evidence"][1:]) for each in (shown, hidden)]
    assert weights[0] == weights[1]


def test_equal_tables_give_equal_bytes(tmp_path):
    for name in "ab":
        write_spreadsheet({"toy": pl.DataFrame({"account_id": ["+1"]})}, {}, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_texts_too_long_for_a_cell_are_cut_and_it_says_so(tmp_path):
    write_spreadsheet({"toy": pl.DataFrame({"text": ["x" * 40_000]})}, {}, tmp_path / "toy.xlsx")
    found = dict(sheets(tmp_path / "toy.xlsx"))
    assert found["toy"][1] == ["x" * 32_766 + "…"]
    assert ["cut texts", "end in … after 32,767 characters"] in found["about"]
