"""What a report holds: everything in it leads to posts."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from cib.networks.network import Networks
from cib.reports.data import MAX_NETWORKS, gather
from cib.reports.page import render
from tests.reports.conftest import elements, posts_of


def test_every_network_account_and_pair_leads_to_posts(detection, findings):
    posts = set(detection.activity.posts_table["post_id"])
    assert [network["network_id"] for network in findings["networks"]] == [n.id for n in detection.networks]
    assert len(findings["networks"]) > MAX_NETWORKS
    for network, found in zip(findings["networks"][:MAX_NETWORKS], detection.networks, strict=False):
        pairs = network.get("pairs", [])
        assert bool(pairs) == (found.evidence.edges.height > 0)
        for pair in pairs:
            assert pair["acts"]
            assert {act[end] for act in pair["acts"] for end in ("post_a", "post_b")} <= posts
        assert ("objects" in network) == (found.evidence.objects.height > 0)
        assert "objects" in network or set(found.members["joined"]) <= {"served", "amplifier", "boosted"}
        for each in network.get("objects", []):
            assert each["acts"]
            assert {act["post"] for act in each["acts"]} <= posts
    author, alone = dict(detection.activity.posts_table.select("post_id", "account_id").iter_rows()), set()
    drawn = {place for edge in findings["edges"] for place in (edge["place_a"], edge["place_b"])}
    boosted, *own = (posts_of(findings, name) for name in ("boosted_by", "own", "copied", "aimed_at"))
    for place, member in enumerate(findings["members"]):
        if member["joined"] in ("boosted", "served"):
            assert boosted[place]
            assert {act["post"] for act in boosted[place]} <= posts
        elif place not in drawn:
            alone.add(member["joined"])
            acts = [act for table in own for act in table.get(place, [])]
            assert acts
            assert all(author[act["post"]] == member["account"] for act in acts)
    assert {"co-action", "boosted"} <= {member["joined"] for member in findings["members"]}
    assert alone


def test_what_a_network_talks_about_leads_to_posts_of_members(detection, findings):
    posts = detection.activity.posts_table
    behind = 0
    for network in findings["networks"][:MAX_NETWORKS]:
        for value in network["profile"]["narratives"]:
            assert 1 <= len(value["acts"]) <= value["inside"]
            behind += len(value["acts"])
            for act in value["acts"]:
                row = posts.row(by_predicate=pl.col("post_id") == act["post"], named=True)
                assert act["account"] == row["account_id"] in detection.networks[network["network_id"]]
                said = row["hashtags"] if value["kind"] == "hashtag" else row["urls"]
                assert any(value["object"] in each.lower() for each in said)
    assert behind


def test_a_network_without_pairs_leads_to_posts_by_its_objects(detection):
    first = detection.networks[0]
    bare = replace(first, evidence=replace(first.evidence, rows=tuple(rows[:0] for rows in first.evidence.rows)))
    found = replace(detection, networks=Networks((bare,)))
    findings = gather(found)
    assert "pairs" not in findings["networks"][0]
    assert all(each["acts"] for each in findings["networks"][0]["objects"])
    own = posts_of(findings, "own")
    assert all(own[place] for place, each in enumerate(findings["members"]) if each["joined"] == "co-action")
    text = " ".join("".join(elements(render(findings, pseudonymous=False)).text).split())
    assert "No two of its members stand out as a pair" in text


def test_pairs_are_counted_once_over_all_layers(detection, findings):
    shown = detection.networks[:MAX_NETWORKS]
    counted = [network["linked"] for network in findings["networks"] if "linked" in network]
    assert counted == [network.evidence.edges.select("source", "target").n_unique() for network in shown]
    assert sum(counted) < sum(network.evidence.edges.height for network in shown)
