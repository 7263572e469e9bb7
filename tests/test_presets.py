"""Published numbers, and an independent counting of them."""

from __future__ import annotations

import json

import pytest

from cib.presets import coortweet
from cib.sources.files import read
from tests.toys import retweets


@pytest.fixture(scope="module")
def russian(shared):
    return read(shared / "coortweet_russian.parquet", progress=False)


@pytest.mark.parametrize(
    ("window", "participation"), [(10, 2), (60, 2), (10, 5), (30, 2), (60, 5), (300, 2), (300, 10), (3600, 2)]
)
def test_coortweet_reproduces_the_golden_numbers(russian, shared, window, participation):
    golden = json.loads((shared / "coortweet_russian_golden.json").read_text())["settings"]
    (expected,) = [s for s in golden if (s["time_window"], s["min_participation"]) == (window, participation)]
    graph = coortweet(russian, window, participation)
    above = graph.keep_edges(graph.table["above_threshold"].to_numpy())
    assert {
        "pairs": graph.parameters["pairs"],
        "nodes": graph.n_accounts,
        "edges": graph.n_edges,
        "max_weight": graph.table["weight"].max(),
        "threshold": graph.parameters["threshold"],
        "edges_above_threshold": above.n_edges,
        "nodes_above_threshold": above.n_accounts,
    }.items() <= expected.items()
    assert dict(graph.table["weight"].value_counts().iter_rows()) == {
        int(weight): count for weight, count in expected["weight_counts"].items()
    }


def test_weight_counts_pairs_of_posts_and_symmetry_their_balance():
    """Five posts against one: the published defect gives .75, the documented meaning .2."""
    graph = coortweet(retweets(*[("a", "x", float(t)) for t in range(5)], ("b", "x", 2.0)), "10s", 1)
    assert graph.table.select("weight", "n_source", "n_target", "symmetry").rows() == [(5, 5, 1, 0.2)]


def test_nine_pairs_of_three_posts_each():
    rows = [(account, "x", float(t)) for account in "ab" for t in range(3)]
    assert coortweet(retweets(*rows), "10s", 1).table["weight"].to_list() == [9]


def test_an_account_below_participation_survives_as_a_partner():
    """b and c have two rows, but only one of each is in a pair; a has two."""
    together = [("a", "x", 0.0), ("a", "y", 0.0), ("b", "x", 1.0), ("c", "y", 1.0)]
    alone = [("b", "z", 50.0), ("c", "w", 50.0), ("d", "x", 2.0)]
    assert coortweet(retweets(*together, *alone), "10s", 2).ids.to_list() == ["a", "b", "c"]
    assert coortweet(retweets(*together[:3], *alone), "10s", 2).n_edges == 0


def test_a_post_that_is_the_object_makes_no_pair():
    rows = [("a", "p1", 0.0), ("b", "p1", 1.0)]
    assert coortweet(retweets(*rows), "10s", 1).n_edges == 0
    assert coortweet(retweets(*rows), "10s", 1, remove_loops=False).n_edges == 1
