"""Degree features against definitions written as plainly as they can be."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.features.extract import extract
from cib.testing import toy_activity
from tests.toys import activity

ACCOUNTS = "abcdefg"
RETWEETS = st.lists(st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS), st.integers(0, 2)), max_size=40)


def retweeted(acts):
    """An activity of (account, author, number of the author's post)."""
    return activity(
        [
            {"account_id": a, "target_account_id": b, "target_post_id": f"{b}{post}", "at": k}
            for k, (a, b, post) in enumerate(acts)
        ]
    )


def values(acts, name):
    table = extract(retweeted(acts), [name])
    return dict(table.table.iter_rows())


def others(acts):
    return [(a, b, post) for a, b, post in acts if a != b]


@pytest.mark.parametrize(
    ("name", "ann", "bea", "cat", "fay", "hal"),
    [
        ("retweets_made", 1, 0, 5, 1, 0),
        ("retweets_received", 8, 4, 0, 0, 0),
        ("retweet_targets", 1, 0, 2, 0, 0),
        ("retweeters", 3, 3, 0, 0, 0),
        ("mentions_made", 1, 3, 0, 1, 0),
        ("mentions_received", 4, 2, 0, 0, 1),
        ("mention_targets", 1, 2, 0, 1, 0),
        ("mentioners", 3, 2, 0, 0, 1),
        ("asymmetry", -7 / 14, -4 / 9, 5 / 10, 1 / 6, 0),
        ("mention_balance", np.log(9 / 6), np.log(7 / 8), 0, np.log(5 / 6), np.log(6 / 5)),
        ("h_index", 2, 1, 0, 0, 0),
        ("target_concentration", None, None, (3 * 2 + 2 * 1) / (5 * 4), None, None),
    ],
)
def test_on_the_toy_by_hand(name, ann, bea, cat, fay, hal):
    table = extract(toy_activity(), [name])
    found = dict(table.table.iter_rows())
    for account, expected in {"ann": ann, "bea": bea, "cat": cat, "fay": fay, "hal": hal}.items():
        assert found[account] == (None if expected is None else pytest.approx(expected)), account


@given(RETWEETS)
def test_core_numbers_are_those_of_networkx(acts):
    graph = nx.Graph((a, b) for a, b, _ in others(acts))
    core = nx.core_number(graph)
    assert values(acts, "k_core") == {account: core.get(account, 0) for account in values(acts, "k_core")}


@given(RETWEETS)
def test_h_index_by_definition(acts):
    found = values(acts, "h_index")
    for author, h in found.items():
        audiences = [{a for a, b, p in others(acts) if (b, p) == (author, post)} for post in range(3)]
        expected = max(k for k in range(4) if sum(len(audience) >= k for audience in audiences) >= k)
        assert h == (expected if others(acts) else None)


@given(RETWEETS)
def test_reciprocity_by_definition(acts):
    edges = {(a, b) for a, b, _ in others(acts)}
    for account, share in values(acts, "reciprocity").items():
        back = [(b, a) in edges for a, b in edges if a == account]
        assert share == (pytest.approx(sum(back) / len(back)) if back else None)


@given(RETWEETS)
def test_concentration_is_the_chance_that_two_retweets_have_one_author(acts):
    for account, chance in values(acts, "target_concentration").items():
        authors = [b for a, b, _ in others(acts) if a == account]
        pairs = [x == y for k, x in enumerate(authors) for y in authors[:k]]
        assert chance == (pytest.approx(sum(pairs) / len(pairs)) if pairs else None)


@given(RETWEETS)
def test_in_share_is_where_the_random_walk_of_salsa_stays(acts):
    weights = Counter((a, b) for a, b, _ in others(acts))
    authors = sorted({b for _, b in weights})
    matrix = np.array([[weights[a, b] for b in authors] for a in ACCOUNTS], dtype=float)
    found = values(acts, "in_share")
    assert sum(found.values()) == pytest.approx(len(authors))
    if authors:
        to_hub = matrix.T / matrix.sum(axis=0)[:, None]
        made = matrix.sum(axis=1, keepdims=True)
        to_author = matrix / np.where(made > 0, made, 1)
        walk = np.linalg.matrix_power(to_hub @ to_author, 2**20)  # authorities from a uniform start
        there = len(authors) * walk.mean(axis=0)
        np.testing.assert_allclose([found[author] for author in authors], there, atol=1e-5)


def test_acting_on_oneself_does_not_count():
    acts = [("a", "a", 0), ("a", "a", 1), ("b", "a", 0)]
    for name in ("retweets_received", "retweeters", "k_core", "h_index"):
        assert values(acts, name)["a"] == 1
    assert values(acts, "retweets_made")["a"] == 2


def test_h_index_is_unknown_where_nobody_knows_which_post_was_retweeted():
    rows = [{"account_id": "a", "target_account_id": "b", "at": 0}]
    assert extract(activity(rows), ["h_index"]).table["h_index"].to_list() == [None, None]


def test_asymmetry_does_not_need_to_know_whom_the_retweets_were_of():
    rows = [{"account_id": "a", "target_post_id": "p", "at": k} for k in range(5)]
    table = extract(activity(rows), ["asymmetry", "retweets_made", "retweet_targets"])
    assert table.table.rows() == [("a", 0.5, 5, 0)]


def test_a_chain_is_a_one_core():
    chain = [(a, b, 0) for a, b in pairwise(ACCOUNTS)]
    assert set(values(chain, "k_core").values()) == {1}


@given(RETWEETS)
def test_pagerank_is_that_of_networkx(acts):
    graph = nx.DiGraph()
    found = values(acts, "pagerank")
    graph.add_nodes_from(found)
    for (a, b), weight in Counter((a, b) for a, b, _ in others(acts)).items():
        graph.add_edge(a, b, weight=weight)
    expected = nx.pagerank(graph, tol=1e-9, max_iter=1_000) if found else {}
    assert found == pytest.approx({account: rank * len(found) for account, rank in expected.items()}, abs=1e-4)


def test_replies_both_ways_on_the_toy():
    table = extract(toy_activity(), ["replies_made", "replies_received", "reply_targets", "repliers"])
    eve = dict(zip(table.accounts, table.values.tolist(), strict=True))["eve"]
    assert eve == [1, 0, 1, 0]  # she answers bea; fay answers herself, which does not count


def test_to_core_by_hand():
    """Ten accounts retweet a, who retweets nobody; b and c retweet each other twice."""
    made = [(f"x{k}", "a", 0) for k in range(10)] + [("b", "c", 0), ("b", "c", 1), ("c", "b", 0), ("c", "b", 1)]
    found = values(made, "to_core")
    assert found["x0"] == pytest.approx((10 - 1) / (10 + 0 + 5))
    assert found["b"] == found["c"] == 0  # nobody else retweets them
    assert found["a"] is None
