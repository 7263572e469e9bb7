"""Who acted on whom, on toys and on the public counts of the Higgs data."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from cib.errors import SettingsError
from cib.graphs.interactions import mention_graph, reply_graph, retweet_graph
from cib.sources.files import read
from tests.toys import START, activity


@pytest.fixture
def posts():
    return activity(
        [
            {"account_id": "a", "target_account_id": "c", "at": 10, "target_created_at": START * 1_000_000},
            {"account_id": "a", "target_account_id": "c", "at": 30, "target_created_at": START * 1_000_000},
            {"account_id": "b", "target_account_id": "b", "at": 5},
            {"account_id": "b", "at": 6, "target_post_id": "author unknown"},
            {"account_id": "c", "action": "post", "at": 7, "mentions": ["a", "b", "a"]},
            {"account_id": "c", "action": "reply", "at": 8, "target_account_id": "a", "mentions": ["a"]},
            {"account_id": "a", "at": 9, "target_account_id": "c", "mentions": ["b"]},
        ]
    )


def test_retweets_are_counted_timed_and_kept_on_the_diagonal(posts):
    graph = retweet_graph(posts)
    assert graph.edge_table.select("source", "target", "weight", "lag").rows() == [
        ("a", "c", 3, 20.0),
        ("b", "b", 1, None),
    ]
    assert graph.edge_table["first"][0].timestamp() == START + 9
    assert graph.edge_table["last"][0].timestamp() == START + 30


def test_mentions_of_a_post_count_once_and_retweets_not(posts):
    assert mention_graph(posts).edge_table.select("source", "target", "weight").rows() == [
        ("c", "a", 2),
        ("c", "b", 1),
    ]


def test_replies(posts):
    assert reply_graph(posts).edge_table.select("source", "target", "weight").rows() == [("c", "a", 1)]


def test_networkx_gets_text_and_plain_numbers(posts):
    graph = retweet_graph(posts).to_networkx()
    assert isinstance(graph, nx.DiGraph)
    assert graph.edges["a", "c"]["weight"] == 3
    assert type(graph.edges["a", "c"]["weight"]) is int
    assert "lag" not in graph.edges["b", "b"]


def test_subgraph_and_spread_keep_the_weights(posts):
    graph = retweet_graph(posts)
    assert graph.subgraph(["a", "c", "nobody"]).edge_table.select("source", "target").rows() == [("a", "c")]
    wide = graph.spread(posts.account_ids)
    assert wide.matrix.shape == (3, 3)
    assert wide.matrix.sum() == graph.matrix.sum()


def test_one_account_is_no_list_of_its_letters(posts):
    with pytest.raises(SettingsError, match="accounts must be a list, each a text"):
        retweet_graph(posts).subgraph("ac")


def test_undirected_matrix_is_symmetric(posts):
    from dataclasses import replace

    matrix = replace(retweet_graph(posts), directed=False).matrix.toarray()
    assert (matrix == matrix.T).all()
    assert np.trace(matrix) == 1


def test_higgs_has_the_published_counts(shared):
    """Distinct ordered pairs, self loops included, as SNAP counts them."""
    activity = read(shared / "higgs_actions.parquet", progress=False)
    counts = {
        build.__name__: (graph.n_accounts, graph.n_edges)
        for build in (retweet_graph, mention_graph, reply_graph)
        for graph in [build(activity)]
    }
    assert counts == {
        "retweet_graph": (256_491, 328_132),
        "mention_graph": (116_408, 150_818),
        "reply_graph": (38_918, 32_523),
    }
