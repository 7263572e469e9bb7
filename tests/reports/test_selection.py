"""What of a result is shown."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from cib.networks.network import stacked
from cib.reports.selection import LINES, MAX_OTHERS, accounts_of, edges_among, lines, shown_members


@pytest.fixture(scope="module")
def members(detection):
    return shown_members(accounts_of(detection.networks, ["amplifier"]), detection.networks)


def test_members_are_those_of_networks_in_their_order_each_before_whom_it_boosts(detection, monkeypatch):
    expected = [
        (n.id, account) for n in detection.networks for part in (n.members, n.boosted) for account in part["account_id"]
    ]
    accounts = accounts_of(detection.networks, ["amplifier"])
    assert accounts.select("network_id", "account_id").rows() == expected
    assert accounts.height == detection.networks.members.height + detection.networks.boosted.height
    monkeypatch.setattr("cib.reports.selection.MAX_ACCOUNTS", 5)
    assert accounts_of(detection.networks, ["amplifier"]).equals(accounts.head(5))


def test_candidates_are_shown_whole_and_of_others_the_first(detection, members):
    assert members["place"].to_list() == list(range(members.height))
    cut = set()
    for network in detection.networks:
        most = max(len(network), network.boosted.height) if network.verdict == "candidate" else MAX_OTHERS
        shown = [account for part in (network.members, network.boosted) for account in part["account_id"].head(most)]
        assert members.filter(network_id=network.id)["account_id"].to_list() == shown
        cut.add((network.verdict == "candidate", len(network) > most))
    assert cut == {(True, False), (False, False), (False, True)}


def test_a_pair_stands_once_in_its_most_significant_layer(detection, members):
    edges = edges_among(detection.networks, members)
    for network in detection.networks:
        least = {}
        for pair in network.evidence.edges.select("source", "target", "q").rows():
            least[pair[:2]] = min(pair[2], least.get(pair[:2], 1))
        mine = edges.filter(network_id=network.id)
        assert mine["q"].is_sorted()
        assert sorted(mine.select("a", "b", "q").rows()) == sorted((*pair, q) for pair, q in least.items())
    known = set(members["account_id"])
    for end in ("a", "b"):
        shown = [account if account in known else None for account in edges[end]]
        assert members["account_id"].gather(edges[f"place_{end}"]).to_list() == shown


def test_a_line_is_among_the_strongest_of_one_of_its_ends(detection, members):
    edges = edges_among(detection.networks, members).drop_nulls()
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
    assert shown_members(accounts_of([]), []).is_empty()
    assert edges_among([], shown_members(accounts_of([]), [])).is_empty()
