"""CooRTweet: its published numbers, those computed with it, and the defects that are not repeated."""

from __future__ import annotations

import json

import pytest

from cib.errors import SettingsError
from cib.presets import pairs
from cib.presets.righetti import coortweet
from cib.sources.files import read
from tests.toys import activity, retweets


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
        "pairs": graph.construction.options["pairs"],
        "nodes": graph.n_accounts,
        "edges": graph.n_edges,
        "max_weight": graph.table["weight"].max(),
        "threshold": graph.construction.options["threshold"],
        "edges_above_threshold": above.n_edges,
        "nodes_above_threshold": above.n_accounts,
    }.items() <= expected.items()
    assert dict(graph.table["weight"].value_counts().iter_rows()) == {
        int(weight): count for weight, count in expected["weight_counts"].items()
    }


@pytest.mark.parametrize(
    ("window", "participation", "symmetry", "lag"),
    [(10, 2, 0.9977, 5.2237), (60, 2, 0.9966, 30.3991), (300, 10, 0.9975, 147.1696)],
)
def test_coortweet_reproduces_symmetry_and_lag_of_the_package(russian, window, participation, symmetry, lag):
    table = coortweet(russian, window, participation).table
    assert round(table["symmetry_published"].mean(), 4) == symmetry
    assert round((table["lag"] * table["weight"]).sum() / table["weight"].sum(), 4) == lag


@pytest.mark.parametrize("remove_loops", [True, False])
def test_one_account_is_there_with_loops_only(russian, remove_loops):
    """Published: tests/testthat/test-sample_data.R."""
    there = "9fa51ef17278c01d13d313741eddfc0b" in coortweet(russian, 10, 5, remove_loops=remove_loops).ids
    assert there is not remove_loops


def test_a_second_window_marks_the_fast_pairs_of_each_edge(russian):
    graph = coortweet(russian, 60, 2, fast_window=10)
    fast = graph.table.drop_nulls("weight_fast")
    assert (graph.construction.options["pairs"], graph.construction.options["pairs_fast"]) == (3791, 447)
    assert (graph.n_edges, fast.height) == (3721, 442)
    assert (graph.table["above_threshold"].sum(), fast["above_threshold_fast"].sum()) == (60, 4)


def test_blocks_of_any_size_make_the_same_graph(russian, monkeypatch):
    whole = coortweet(russian, 60, 2).table
    monkeypatch.setattr(pairs, "_BLOCK", 50)
    assert coortweet(russian, 60, 2).table.equals(whole)


def test_weight_counts_pairs_of_posts_and_symmetry_their_balance():
    """Five posts against one: the published defect gives .75, the documented meaning .2."""
    graph = coortweet(retweets(*[("a", "x", float(t)) for t in range(5)], ("b", "x", 2.0)), "10s", 1)
    columns = ("weight", "n_source", "n_target", "symmetry", "symmetry_published")
    assert graph.table.select(columns).rows() == [(5, 5, 1, 0.2, 0.75)]


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


def test_a_post_with_two_objects_is_one_post():
    """Duplicate content ids: both rows are shares, on either side there is one post."""
    rows = [
        {"account_id": account, "post_id": f"p{account}", "target_post_id": target, "at": 0.0}
        for account in "ab"
        for target in "xy"
    ]
    graph = coortweet(activity(rows), "10s")
    assert graph.table.select("weight", "n_source", "n_target").rows() == [(2, 1, 1)]


def test_no_pair_no_edge():
    graph = coortweet(retweets(("a", "x", 0.0), ("b", "x", 60.0)), "10s", 1, fast_window="5s")
    assert (graph.n_edges, graph.construction.options["pairs"], graph.construction.options["pairs_fast"]) == (0, 0, 0)


def test_settings_out_of_range_are_refused():
    with pytest.raises(SettingsError, match="edge_weight must be a number from 0 to 1"):
        coortweet(retweets(("a", "x", 0.0)), edge_weight=1.5)
    with pytest.raises(SettingsError, match="fast_window must not be longer"):
        coortweet(retweets(("a", "x", 0.0)), "10s", fast_window="1min")
