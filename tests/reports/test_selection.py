"""What of a result is shown."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from cib.networks.network import stacked
from cib.reports.selection import LINES, edges_among, lines, shown_members


@pytest.fixture(scope="module")
def members(detection):
    return shown_members(detection.networks, ["amplifier"])


def test_members_are_those_of_networks_in_their_order_each_before_whom_it_boosts(detection, members, monkeypatch):
    networks = detection.networks
    assert members["place"].to_list() == list(range(networks.members.height + networks.boosted.height))
    expected = [(n.id, account) for n in networks for part in (n.members, n.boosted) for account in part["account_id"]]
    assert members.select("network_id", "account_id").rows() == expected
    monkeypatch.setattr("cib.reports.selection.MAX_ACCOUNTS", 5)
    assert shown_members(detection.networks, ["amplifier"]).equals(members.head(5))


def test_a_pair_stands_once_in_its_most_significant_layer(detection, members):
    edges = edges_among(detection.networks, members)
    for network in detection.networks:
        least = {}
        for pair in network.evidence.edges.select("source", "target", "q").rows():
            least[pair[:2]] = min(pair[2], least.get(pair[:2], 1))
        mine = edges.filter(network_id=network.id)
        assert mine["q"].is_sorted()
        assert sorted(mine.select("a", "b", "q").rows()) == sorted((*pair, q) for pair, q in least.items())
    for end in ("a", "b"):
        assert members["account_id"].gather(edges[f"place_{end}"]).to_list() == edges[end].to_list()


def test_a_line_is_among_the_strongest_of_one_of_its_ends(detection, members):
    edges = edges_among(detection.networks, members)
    seen, strong = Counter(), set()
    for pair in edges.select("place_a", "place_b").rows():
        seen.update(pair)
        if min(seen[place] for place in pair) <= LINES:
            strong.add(pair)
    undirected = {name: graph for name, graph in detection.graphs.items() if name != "retweet"}
    assert lines(undirected, edges, members) == sorted(map(list, strong))
    boosted = set(members.filter(joined="boosted")["place"])
    more = {tuple(pair) for pair in lines(detection.graphs, edges, members)} - strong
    assert {b for _, b in more} <= boosted
    assert max(Counter(b for _, b in more).values()) <= LINES


def test_no_network_is_an_empty_table():
    assert stacked([], {"n": pl.Int64()}).schema == {"n": pl.Int64, "network_id": pl.String}
    assert shown_members([]).is_empty()
    assert edges_among([], shown_members([])).is_empty()
