"""A graph as a file, and as a graph of networkx and igraph."""

from __future__ import annotations

import sys
from dataclasses import replace

import networkx as nx
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import cib
from cib.activity import encode
from cib.errors import InputError, MissingDependencyError
from tests.toys import activity, retweets


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


ROWS = [("a", "x", 0.0), ("b", "x", 1.0), ("b", "x", 2.0), ("c", "y", 3.0), ("a", "y", 4.0)]


def test_accounts_of_a_directed_graph_are_counted_at_both_ends():
    rows = [{"account_id": who, "target_account_id": whom, "at": at} for who, whom, at in ROWS]
    graph = cib.retweet_graph(activity(rows))
    table = graph.accounts
    assert table["account_id"].to_list() == graph.ids.to_list()
    assert table["out_weight"].sum() == table["in_weight"].sum() == graph.table["weight"].sum() == 5
    assert dict(table.select("account_id", "out_degree").iter_rows()) == {
        "a": 2,
        "b": 1,
        "c": 1,
        "x": 0,
        "y": 0,
    }


def test_accounts_of_an_undirected_graph_have_row_sums_of_the_matrix():
    graph = cib.coaction_graph(retweets(*ROWS), window="1min", min_weight=1)
    assert graph.accounts["weight"].to_list() == graph.matrix.sum(axis=1).tolist()
    assert graph.accounts["degree"].to_list() == (graph.matrix > 0).sum(axis=1).tolist()


@pytest.mark.parametrize(
    ("library", "kind"), [("polars", pl.DataFrame), ("pandas", pd.DataFrame), ("pyarrow", pa.Table)]
)
def test_tables_are_in_the_library_of_the_user(library, kind):
    graph = replace(cib.coaction_graph(retweets(*ROWS), window="1min", min_weight=1), library=library)
    for table in (graph.accounts, graph.edges, graph.evidence("a", "b")):
        assert isinstance(table, kind)
    assert isinstance(graph.table, pl.DataFrame)


def test_an_untested_graph_has_no_significance():
    graph = cib.coaction_graph(retweets(*ROWS), window="1min", min_weight=1)
    with pytest.raises(InputError, match="backbone"):
        assert graph.significance
    assert cib.backbone(graph, "configuration", 0.5).significance.alpha == 0.5


def test_accounts_without_an_edge_leave_even_if_all_edges_stay():
    made = cib.simulate(scale=0.001, seed=1).activity
    graph = cib.coaction_graph(made, window="1h")
    every = (graph.table["weight"] > 0).to_numpy()
    assert graph.keep_edges(every) is graph
    wider = graph.spread(made.account_ids)
    assert wider.n_accounts > graph.n_accounts
    assert wider.keep_edges(every).ids.equals(graph.ids)
    assert wider.keep_edges(every).table.equals(graph.table)


def test_accounts_know_their_place_in_any_list():
    made = cib.simulate(scale=0.001, seed=1).activity
    graph = cib.coaction_graph(made, window="1h")
    some = graph.keep_edges((graph.table["weight"] > 2).to_numpy())
    other = replace(some, ids=some.ids.head(3).reverse())  # an origin that is out of date does no harm
    for each in (graph, some, other):
        for ids in (made.account_ids, each.ids, made.account_ids.clone(), some.ids.tail(5)):
            assert each.codes_in(ids).equals(encode(each.ids, ids))
