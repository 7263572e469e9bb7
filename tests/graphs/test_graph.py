"""A graph is a matrix for algorithms and tables for people."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import cib
from cib.errors import InputError
from tests.toys import activity, retweets

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
