"""Data of the map: a summary at once, and the rest by network."""

from __future__ import annotations

import json
import re

from cib.reports.explorer_data import explorer_data, explorer_details


def test_summary_and_details_are_together_what_the_report_holds(findings):
    data, details = explorer_data(findings, []), explorer_details(findings)
    for place, member in enumerate(findings["members"]):
        assert data["members"][place] | details[member["network_id"]]["members"][place] == member
    for k, edge in enumerate(findings["edges"]):
        assert data["edges"][k] == [edge["place_a"], edge["place_b"]]
        told = details[findings["members"][edge["place_a"]]["network_id"]]["edges"][k]
        shown = edge["acts"] if edge["layer"] == "retweet" else [list(act.values()) for act in edge["acts"]]
        assert (told["layer"], told["weight"], [sorted(map(str, act)) for act in told["acts"]]) == (
            edge["layer"],
            edge["weight"],
            [sorted(map(str, act)) for act in shown],
        )
    for kind in ("members", "edges"):
        assert sum(len(network[kind]) for network in details.values()) == len(findings[kind])
    assert len(data["places"]) == len(findings["members"])


def test_each_network_comes_with_what_its_posts_say(findings):
    said, shown = findings["said"], 0
    for network in explorer_details(findings).values():
        words = re.findall('"([^"]*)"', json.dumps([network["members"], network["edges"]]))
        assert set(network["said"]["of_post"]) == set(words) & set(said["of_post"])
        for post, place in network["said"]["of_post"].items():
            assert network["said"]["texts"][place] == said["texts"][said["of_post"][post]]
            shown += 1
    assert shown > 50
