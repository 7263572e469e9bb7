"""Ties of co-action, by hand and against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cib
from cib.features.extract import extract
from cib.features.ties import triangles
from tests.toys import retweets

#: a, b and c retweet p and q within a minute, in this order; d retweets them with c only, and before her.
TIES = retweets(
    *((account, post, at) for post in ("p", "q") for account, at in (("a", 0), ("b", 10), ("c", 20))),
    *((account, post, at) for post in ("r", "s") for account, at in (("d", 500), ("c", 505))),
)


def test_ties_by_hand():
    table = extract(TIES, cib.FeatureSet.by_family("coordination"))
    assert table.table.rows() == [
        ("a", 4, 2, 1, 1),  # two posts with b, two with c; always first
        ("b", 4, 2, 1, pytest.approx(0.5)),  # before c, after a
        ("c", 6, 3, pytest.approx(1 / 3), 0),  # of ab, ad, bd only ab is tied
        ("d", 2, 1, None, 1),
    ]


def test_nobody_leads_at_equal_times():
    activity = retweets(*((account, post, 0) for post in ("p", "q") for account in ("a", "b")))
    assert extract(activity, "coaction_lead").table.rows() == [("a", 0.5), ("b", 0.5)]


def test_without_company_there_are_no_ties():
    assert extract(retweets(("a", "p", 0)), "coaction_strength").table.rows() == [("a", 0)]


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda edge: edge[0] < edge[1])))
def test_triangles_are_those_of_networkx(edges):
    graph = nx.Graph(edges)
    graph.add_nodes_from(range(10))
    source, target = np.array(sorted(edges), dtype=np.int64).reshape(-1, 2).T
    assert triangles(source, target, 10).tolist() == [nx.triangles(graph, node) for node in range(10)]
