"""CooRnet: its definition by brute force, worked examples, and the defects that are not repeated."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.errors import InputError, SettingsError
from cib.graphs.coaction import coaction_graph
from cib.presets.giglietto import coornet, estimate_coord_interval
from tests.toys import retweets

shares = st.lists(
    st.tuples(
        st.sampled_from("abcde"),
        st.sampled_from("xyz"),
        st.sampled_from([0, 0, 1, 9, 10, 11, 19, 20, 300]).map(float),
    ),
    min_size=1,
    max_size=25,
)


def coordinated(rows, interval):
    """Accounts by object and bin, of bins with two accounts or more."""
    first = {}
    for _, link, second in rows:
        first[link] = min(second, first.get(link, second))
    bins = defaultdict(set)
    for account, link, second in rows:
        bins[link, (second - first[link]) // interval].add(account)
    return {key: accounts for key, accounts in bins.items() if len(accounts) > 1}


def by_brute_force(rows, interval, quantile, across_bins):
    links = defaultdict(set)
    found = coordinated(rows, interval)
    for (link, k), (other, m) in product(found, found):
        if link == other and (across_bins or k == m):
            for a, b in product(found[link, k], found[other, m]):
                if a < b:
                    links[a, b].add(link)
    weights = {pair: len(common) for pair, common in links.items()}
    threshold = np.quantile(list(weights.values()), quantile) if weights else 0
    return {pair: weight for pair, weight in weights.items() if weight >= threshold}


def edges(graph):
    return {(a, b): weight for a, b, weight in graph.edge_table.select("source", "target", "weight").iter_rows()}


@given(shares, st.sampled_from([1.0, 10.0, 1000.0]), st.sampled_from([0.0, 0.5, 0.9]), st.booleans())
def test_equals_cutting_and_comparing_by_hand(rows, interval, quantile, across_bins):
    graph = coornet(retweets(*rows), interval, edge_quantile=quantile, objects="post", across_bins=across_bins)
    assert edges(graph) == by_brute_force(rows, interval, quantile, across_bins)


def interval_by_hand(rows, q, p):
    times = defaultdict(list)
    for _, link, second in sorted(rows, key=lambda row: row[2]):
        times[link].append(second)
    lags = [[second - found[0] for second in found] for found in times.values() if len(found) > 1]
    limit = np.quantile([found[1] for found in lags], q)
    reached = [
        next(lag for rank, lag in enumerate(found, 1) if rank / len(found) > p) for found in lags if found[1] <= limit
    ]
    return np.median(reached) or 1.0


@given(shares, st.sampled_from([0.0, 0.1, 0.5, 1.0]), st.sampled_from([0.0, 0.3, 0.5, 0.9]))
def test_interval_equals_ranking_by_hand(rows, q, p):
    try:
        expected = interval_by_hand(rows, q, p)
    except IndexError:  # nothing was shared twice
        with pytest.raises(InputError, match="shared twice"):
            estimate_coord_interval(retweets(*rows), q, p, objects="post")
        return
    assert estimate_coord_interval(retweets(*rows), q, p, objects="post") == pytest.approx(expected)


def test_interval_is_the_median_of_the_fastest_links():
    """x gets its second share after 4 s and more than half of its shares with the third, after 6 s."""
    rows = [("a", "x", 0.0), ("b", "x", 4.0), ("c", "x", 6.0), ("d", "x", 500.0)]
    slow = [("a", "y", 0.0), ("b", "y", 90.0), ("a", "z", 0.0), ("b", "z", 900.0)]
    toy = retweets(*rows, *slow)
    assert estimate_coord_interval(toy, objects="post") == 6.0
    graph = coornet(toy, objects="post", edge_quantile=0.0)
    assert (graph.construction.options["interval_s"], graph.construction.options["estimated"]) == (6.0, True)
    assert edges(graph) == {("a", "b"): 1}


def test_shares_a_second_apart_in_different_bins_make_no_edge():
    """The published binning, which is the method; a sliding window links them."""
    rows = [("z", "x", 0.0), ("y", "x", 1.0), ("a", "x", 9.0), ("b", "x", 10.0)]
    toy = retweets(*rows)
    assert ("a", "b") not in edges(coornet(toy, "10s", objects="post", edge_quantile=0.0))
    assert coaction_graph(toy, window="10s", min_weight=1).evidence("a", "b")["lag"].to_list() == [1.0]


def test_a_share_is_coordinated_only_by_its_own_bin():
    """c shares x alone at 100 s. There its object, its time (on y) and its account (on z) each occur in some
    coordinated share, so the published rule marks it."""
    rows = [("a", "x", 0.0), ("b", "x", 0.0), ("c", "x", 100.0)]
    elsewhere = [("a", "y", 100.0), ("b", "y", 100.0), ("c", "z", 500.0), ("d", "z", 500.0)]
    graph = coornet(retweets(*rows, *elsewhere), "10s", objects="post", edge_quantile=0.0)
    events = graph.incidence.of_accounts(["c"])
    assert events["object_id"].to_list() == ["z"]


def test_two_shares_of_one_account_are_not_coordinated():
    toy = retweets(("a", "x", 0.0), ("a", "x", 1.0), ("b", "x", 100.0), ("c", "x", 101.0))
    graph = coornet(toy, "10s", objects="post", edge_quantile=0.0, across_bins=True)
    assert edges(graph) == {("b", "c"): 1}


def test_bins_are_not_forgotten_unless_asked():
    toy = retweets(("a", "x", 0.0), ("b", "x", 1.0), ("c", "x", 100.0), ("d", "x", 101.0))
    within = coornet(toy, "10s", objects="post", edge_quantile=0.0)
    assert edges(within) == {("a", "b"): 1, ("c", "d"): 1}
    across = coornet(toy, "10s", objects="post", edge_quantile=0.0, across_bins=True)
    assert edges(across) == dict.fromkeys(combinations("abcd", 2), 1)


def test_edges_below_the_quantile_go():
    rows = [(account, link, 0.0) for link in "xyz" for account in "ab"] + [("c", "w", 0.0), ("d", "w", 0.0)]
    graph = coornet(retweets(*rows), "10s", objects="post")
    assert edges(graph) == {("a", "b"): 3}
    assert graph.construction.options["threshold"] == pytest.approx(2.8)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"interval": 0}, "interval must have a length"),
        ({"p": 1.0}, "p is a share"),
        ({"q": 2.0}, "q must be a number from 0 to 1"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(SettingsError, match=message):
        coornet(retweets(("a", "x", 0.0), ("b", "x", 1.0)), objects="post", **settings)
