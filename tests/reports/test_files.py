"""What is written can be read back, over all of Unicode."""

from __future__ import annotations

import csv

import networkx as nx
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cib.graphs.graph import graph_from_codes
from cib.reports.files import ensure_folder, write_graph, write_json, write_table

anything = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def graph_of(ids):
    edges = pl.DataFrame(
        {"source": [0], "target": [1], "weight": [2], "lag": [None]}, schema_overrides={"lag": pl.Float64}
    )
    edges = edges.with_columns(pl.col("source", "target").cast(pl.UInt32))
    return graph_from_codes("toy", pl.Series("account_id", sorted(ids)), edges, directed=False)


@settings(max_examples=200)
@given(st.sets(anything, min_size=2, max_size=2), anything)
def test_graphs_survive_any_text(tmp_path_factory, ids, name):
    folder = tmp_path_factory.mktemp("graphs")
    graph = graph_of(ids)
    write_graph(
        graph,
        pl.DataFrame({"account_id": graph.ids, "name": [name, None], "score": [0.5, None]}),
        folder,
        "toy",
    )
    for read, suffix in ((nx.read_graphml, "graphml"), (nx.read_gexf, "gexf")):
        back = read(folder / f"toy.{suffix}")
        assert back.number_of_nodes() == 2
        assert [data["weight"] for *_, data in back.edges(data=True)] == [2]


def test_ids_that_xml_allows_stay_as_they_are(tmp_path):
    graph = graph_of(["+abc/=", "名前"])
    write_graph(graph, pl.DataFrame({"account_id": graph.ids}), tmp_path, "toy")
    assert set(nx.read_graphml(tmp_path / "toy.graphml")) == {"+abc/=", "名前"}


@given(st.lists(anything, min_size=1, unique=True))
def test_tables_come_back_exactly(tmp_path_factory, ids):
    folder = tmp_path_factory.mktemp("tables")
    table = pl.DataFrame({"account_id": ids, "weight": range(len(ids))})
    write_table(table, folder, "toy")
    assert pl.read_parquet(folder / "toy.parquet").equals(table)
    with (folder / "toy.csv").open(encoding="utf-8", newline="") as file:
        assert [row["account_id"] for row in csv.DictReader(file)] == ids


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
    with pytest.raises(InputError, match="--out"):
        ensure_folder(tmp_path / "file" / "below")
