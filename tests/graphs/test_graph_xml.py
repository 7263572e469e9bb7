"""GEXF and GraphML: the rows of both."""

from __future__ import annotations

from datetime import UTC, datetime

import networkx as nx
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.graphs import graph_xml
from cib.graphs.graph_xml import write_gexf, write_graphml, xml_text

WRITERS = [(write_gexf, nx.read_gexf), (write_graphml, nx.read_graphml)]
EDGES = pl.DataFrame({"source": [0], "target": [1], "weight": [3]})
IDS = pl.Series(["a", "b"])


def test_a_lone_surrogate_is_spelled_out():
    """No table can hold one, but a text may come from elsewhere."""
    assert xml_text("a\ud800b") == "aU+D800b"


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(["U+0041", "U+00", "\U0010ffff\ufffe\x7f"]))
def test_polars_escapes_as_python_does(text):
    escaped = xml_text(text)
    for sign, entity in graph_xml._ESCAPES.items():
        escaped = escaped.replace(sign, entity)
    assert graph_xml._escaped(pl.Series([text])).item() == escaped


@pytest.mark.parametrize(("write", "read"), WRITERS)
@given(st.floats(allow_nan=False))
def test_numbers_come_back_exactly(tmp_path_factory, write, read, number):
    path = tmp_path_factory.mktemp("xml") / "graph"
    nodes = pl.DataFrame({"score": [number, None], "count": [2**63 - 1, None], "flag": [True, None]})
    write(path, IDS, EDGES, nodes, directed=False)
    back = read(path)
    assert {name: back.nodes["a"][name] for name in nodes.columns} == nodes.row(0, named=True)
    assert nodes.columns[0] not in back.nodes["b"]


@pytest.mark.parametrize(("write", "read"), WRITERS)
def test_times_and_lists_are_texts(tmp_path, write, read):
    time = datetime(2020, 6, 12, 1, 2, 3, tzinfo=UTC)
    edges = EDGES.with_columns(first=pl.lit(time), day=pl.lit(time.date()), words=pl.lit(["x", "y"]))
    write(tmp_path / "graph", IDS, edges, directed=True)
    edge = read(tmp_path / "graph").edges["a", "b"]
    assert [edge[name] for name in ("first", "day", "words")] == ["2020-06-12T01:02:03+00:00", "2020-06-12", "x y"]


@pytest.mark.parametrize(("write", "read"), WRITERS)
@pytest.mark.parametrize("directed", [True, False])
def test_more_rows_than_are_text_at_a_time(tmp_path, monkeypatch, write, read, directed):
    monkeypatch.setattr(graph_xml, "_ROWS", 3)
    ids = pl.Series([f"account {k}" for k in range(10)])
    edges = pl.DataFrame({"source": range(9), "target": range(1, 10), "weight": range(1, 10)})
    write(tmp_path / "graph", ids, edges, directed=directed)
    back = read(tmp_path / "graph")
    assert back.is_directed() is directed
    assert list(back) == ids.to_list()
    assert [weight for *_, weight in back.edges(data="weight")] == edges["weight"].to_list()


@pytest.mark.parametrize(("write", "read"), WRITERS)
def test_names_of_attributes_are_escaped(tmp_path, write, read):
    write(tmp_path / "graph", IDS, EDGES, pl.DataFrame({'<a "b" & c>': ["x", "y"]}), directed=False)
    assert read(tmp_path / "graph").nodes["a"]['<a "b" & c>'] == "x"


@pytest.mark.parametrize(("write", "read"), WRITERS)
def test_a_graph_without_edges_or_nodes_is_a_file(tmp_path, write, read):
    write(tmp_path / "graph", IDS.head(0), EDGES.head(0), directed=False)
    assert len(read(tmp_path / "graph")) == 0
