"""Data of the map: a summary at once, and the rest by network."""

from __future__ import annotations

import json
import re

from cib.reports.explorer_data import ACT, explorer_data, explorer_details
from tests.reports.conftest import posts_of


def test_summary_and_details_are_together_what_the_report_holds(findings):
    data, details = explorer_data(findings, []), explorer_details(findings)
    tables = {name: posts_of(findings, name) for name in findings["posts"]}
    of_members = {name: table for name, table in tables.items() if name not in ("pair_acts", "retweets")}
    for place, member in enumerate(findings["members"]):
        posts = {name: table[place] for name, table in of_members.items() if place in table}
        told = data["members"][place] | details[member["network_id"]]["members"][place]
        assert told == member | {name: [without_open(act) for act in acts] for name, acts in posts.items()}
    for k, edge in enumerate(findings["edges"]):
        assert data["edges"][k] == [edge["place_a"], edge["place_b"]]
        told = details[findings["members"][edge["place_a"]]["network_id"]]["edges"][k]
        if edge["layer"] == "retweet":
            acts = tables["retweets"][k]
        else:
            acts = [[act[name] for name in ACT] for act in tables["pair_acts"][k]]
        assert (told["layer"], told["weight"], told["acts"]) == (edge["layer"], edge["weight"], acts)
    for kind in ("members", "edges"):
        assert sum(len(network[kind]) for network in details.values()) == len(findings[kind])
    assert len(data["places"]) == len(findings["members"])


def without_open(act):
    return {name: value for name, value in act.items() if name != "open"}


def test_each_network_comes_with_what_its_posts_say(findings):
    said, shown = findings["said"], 0
    for network in explorer_details(findings).values():
        words = re.findall('"([^"]*)"', json.dumps([network["members"], network["edges"]]))
        assert set(network["said"]["of_post"]) == set(words) & set(said["of_post"])
        for post, place in network["said"]["of_post"].items():
            assert network["said"]["texts"][place] == said["texts"][said["of_post"][post]]
            shown += 1
    assert shown > 50
