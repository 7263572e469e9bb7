"""A graph as a file, and as a graph of networkx and igraph."""

from __future__ import annotations

import sys

import networkx as nx
import polars as pl
import pytest

import cib
from cib.errors import InputError, MissingDependencyError


@pytest.fixture(scope="module")
def graphs():
    activity = cib.simulate(scale=0.002, seed=1).activity
    return {"co-action": cib.coaction_graph(activity, window="60s"), "retweet": cib.retweet_graph(activity)}


def edges_of(graph):
    return {(a, b): weight for a, b, weight in graph.edge_table.select("source", "target", "weight").iter_rows()}


@pytest.mark.parametrize("name", ["co-action", "retweet"])
@pytest.mark.parametrize(("suffix", "read"), [("gexf", nx.read_gexf), ("graphml", nx.read_graphml)])
def test_a_saved_graph_is_read_by_networkx(graphs, tmp_path, name, suffix, read):
    graph = graphs[name]
    back = read(graph.save(tmp_path / "new" / f"x.{suffix.upper()}"))
    assert back.is_directed() is graph.directed
    assert list(back) == graph.ids.to_list()
    assert {tuple(ends): data["weight"] for *ends, data in back.edges(data=True)} == edges_of(graph)


def test_a_saved_table_is_the_edges(graphs, tmp_path):
    graph = graphs["co-action"]
    assert pl.read_parquet(graph.save(tmp_path / "x.parquet")).equals(graph.edge_table)
    assert pl.read_csv(graph.save(str(tmp_path / "x.csv")), infer_schema=False).height == graph.n_edges


def test_another_ending_is_an_error_with_a_remedy(graphs, tmp_path):
    with pytest.raises(InputError, match=r"x\.pdf: .* \.gexf, \.graphml, \.parquet, \.csv"):
        graphs["retweet"].save(tmp_path / "x.pdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("write", "read"), [(nx.write_gexf, nx.read_gexf), (nx.write_graphml, nx.read_graphml)])
@pytest.mark.parametrize("name", ["co-action", "retweet"])
def test_networkx_writes_its_graph(graphs, tmp_path, write, read, name):
    drawn = graphs[name].to_networkx()
    write(drawn, tmp_path / "x")
    assert read(tmp_path / "x").number_of_edges() == graphs[name].n_edges
    first = next(iter(drawn.edges(data=True)))[2]
    assert first["first"].endswith("+00:00")


@pytest.mark.parametrize("name", ["co-action", "retweet"])
def test_igraph_has_ids_weights_and_directions(graphs, name):
    pytest.importorskip("igraph")
    graph = graphs[name]
    found = graph.to_igraph()
    names = found.vs["name"]
    assert names == graph.ids.to_list()
    assert found.is_directed() is graph.directed
    assert {tuple(names[k] for k in e.tuple): e["weight"] for e in found.es} == edges_of(graph)


def test_without_igraph_the_remedy_is_said(graphs, monkeypatch):
    monkeypatch.setitem(sys.modules, "igraph", None)
    with pytest.raises(MissingDependencyError, match="pip install igraph"):
        graphs["retweet"].to_igraph()
