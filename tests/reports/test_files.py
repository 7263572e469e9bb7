"""What is written can be read back, over all of Unicode."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

import networkx as nx
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cib.graphs.graph import graph_from_codes
from cib.reports.files import MAX_CSV_ROWS, safe_for_spreadsheets, write_graph, write_json, write_table, xml_text

anything = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def graph_of(ids):
    edges = pl.DataFrame(
        {"source": [0], "target": [1], "weight": [2], "lag": [None]}, schema_overrides={"lag": pl.Float64}
    )
    edges = edges.with_columns(pl.col("source", "target").cast(pl.UInt32))
    return graph_from_codes("toy", pl.Series("account_id", sorted(ids)), edges, directed=False)


def spelled_back(text):
    return re.sub(r"U\+([0-9A-F]{4})", lambda match: chr(int(match[1], 16)), text)


@settings(max_examples=200)
@given(st.sets(anything | st.just("U+0000") | st.just("\x00"), min_size=2, max_size=2), anything)
@example({"U+0000", "\x00"}, "\r\n\t ")
def test_graphs_survive_any_text(tmp_path_factory, ids, name):
    folder = tmp_path_factory.mktemp("graphs")
    graph = graph_of(ids)
    nodes = pl.DataFrame({"account_id": graph.ids, "name": [name, None], "score": [0.5, None]})
    write_graph(graph, nodes, folder, "toy")
    for read, suffix in ((nx.read_graphml, "graphml"), (nx.read_gexf, "gexf")):
        back = read(folder / f"toy.{suffix}")
        assert {spelled_back(node) for node in back} == ids
        assert {spelled_back(data["name"]) for _, data in back.nodes(data=True) if "name" in data} == {name}
        assert [data["weight"] for *_, data in back.edges(data=True)] == [2]


def test_a_lone_surrogate_is_spelled_out():
    """No table can hold one, but the labels of a graph may come from elsewhere."""
    assert xml_text("a\ud800b") == "aU+D800b"


def test_gephi_finds_colours_weights_and_times(tmp_path):
    graph = graph_of(["a", "b"])
    times = [datetime(2020, 6, 12, tzinfo=UTC), datetime(2020, 6, 13, 0, 0, 1, tzinfo=UTC)]
    graph = replace(graph, table=graph.table.with_columns(first=times[0], last=times[1]))
    write_graph(graph, pl.DataFrame({"account_id": ["a", "b"], "role": ["amplifier", None]}), tmp_path, "toy")
    text = (tmp_path / "toy.gexf").read_text(encoding="utf-8")
    assert "lastmodifieddate" not in text
    assert 'start="2020-06-12T00:00:00+00:00" end="2020-06-13T00:00:01+00:00"' in text
    assert '<viz:color r="43" g="108" b="163" a="1.0" />' in text
    nodes = nx.read_graphml(tmp_path / "toy.graphml").nodes
    assert {name: nodes["a"][name] for name in ("r", "g", "b", "role")} == {
        "r": 43,
        "g": 108,
        "b": 163,
        "role": "amplifier",
    }


GEXF, VIZ = "{http://www.gexf.net/1.2draft}", "{http://www.gexf.net/1.2draft/viz}"


def test_gexf_declares_what_it_holds_and_is_the_same_each_time(detection, tmp_path):
    graph = detection.graphs["co-action post 60 s"].strongest(200)
    for name in "ab":
        write_graph(graph, detection.table, tmp_path, name)
    assert (tmp_path / "a.gexf").read_bytes() == (tmp_path / "b.gexf").read_bytes()
    root = ElementTree.parse(tmp_path / "a.gexf").getroot()
    assert root.get("version") == "1.2"
    assert not root.find(f"{GEXF}meta").attrib
    drawn = root.find(f"{GEXF}graph")
    assert drawn.attrib["mode"] == "dynamic"
    declared = {
        kind.get("class"): {each.get("id"): each.get("type") for each in kind}
        for kind in drawn.iter(f"{GEXF}attributes")
    }
    parse = {"long": int, "double": float, "string": str}
    assert {kind for types in declared.values() for kind in types.values()} <= set(parse)
    for tag in ("node", "edge"):
        found = list(drawn.iter(f"{GEXF}{tag}"))
        assert len({each.get("id") for each in found}) == len(found) > 0
        for each in found:
            values = {value.get("for"): value.get("value") for value in each.iter(f"{GEXF}attvalue")}
            assert set(values) <= set(declared[tag])
            for key, value in values.items():
                parse[declared[tag][key]](value)
    nodes = {node.get("id") for node in drawn.iter(f"{GEXF}node")}
    assert len(list(drawn.iter(f"{VIZ}color"))) == len(nodes)
    for edge in drawn.iter(f"{GEXF}edge"):
        assert {edge.get("source"), edge.get("target")} <= nodes
        assert float(edge.get("weight")) > 0
        first, last = (datetime.fromisoformat(edge.get(end)) for end in ("start", "end"))
        assert first <= last
        assert first.tzinfo


def test_graphml_declares_each_key_with_a_type_that_gephi_knows(detection, tmp_path):
    write_graph(detection.graphs["co-action post 60 s"].strongest(200), detection.table, tmp_path, "a")
    root = ElementTree.parse(tmp_path / "a.graphml").getroot()
    space = "{http://graphml.graphdrawing.org/xmlns}"
    keys = {key.get("id"): key for key in root.iter(f"{space}key")}
    assert len(keys) == len(list(root.iter(f"{space}key")))
    assert {key.get("attr.type") for key in keys.values()} <= {"boolean", "int", "long", "float", "double", "string"}
    for tag in ("node", "edge"):
        used = {data.get("key") for each in root.iter(f"{space}{tag}") for data in each}
        assert used
        assert all(keys[key].get("for") == tag for key in used)


def test_ids_that_xml_allows_stay_as_they_are(tmp_path):
    graph = graph_of(["+abc/=", "名前"])
    write_graph(graph, pl.DataFrame({"account_id": graph.ids}), tmp_path, "toy")
    assert set(nx.read_graphml(tmp_path / "toy.graphml")) == {"+abc/=", "名前"}


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
