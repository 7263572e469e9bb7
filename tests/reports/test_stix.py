"""Bundles of STIX."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import stix2


def test_stix_groups_candidates_with_low_confidence(detection, tmp_path):
    text = detection.save_stix(tmp_path / "bundle.json", reveal_ids=True).read_text(encoding="utf-8")
    bundle = stix2.parse(text)
    kinds = {thing.type for thing in bundle.objects}
    assert kinds == {"user-account", "grouping", "note"}
    groupings = {thing.name: thing for thing in bundle.objects if thing.type == "grouping"}
    accounts = {thing.id: thing.user_id for thing in bundle.objects if thing.type == "user-account"}
    candidates = detection.networks.with_verdict("candidate")
    assert len(groupings) == len(candidates) > 0
    for network in candidates:
        grouping = groupings[f"Candidate network {network.id}"]
        assert {accounts[each] for each in grouping.object_refs} == set(network.members["account_id"])
        assert grouping.confidence < 30
        assert all(each.source_name == "DISARM" for each in grouping.external_references)
    assert detection.save_stix(tmp_path / "again.json", reveal_ids=True).read_text(encoding="utf-8") == text


def test_stix_without_ids_names_nobody(detection, tmp_path):
    text = detection.save_stix(tmp_path / "bundle.json").read_text(encoding="utf-8")
    named = {thing["user_id"] for thing in json.loads(text)["objects"] if thing["type"] == "user-account"}
    assert len(named) == detection.networks.with_verdict("candidate").members.height
    assert named.isdisjoint(detection.table["account_id"])


@pytest.mark.parametrize(
    ("format", "kind"), [("x-v2: tweets", "twitter"), ("telegram", "telegram"), ("canonical", None)]
)
def test_stix_tells_equal_ids_of_two_platforms_apart(detection, tmp_path, format, kind):
    there = replace(detection, imported=replace(detection.imported, format=format))
    bundle = stix2.parse(there.save_stix(tmp_path / "b.json", reveal_ids=True).read_text(encoding="utf-8"))
    accounts = {thing.user_id: thing for thing in bundle.objects if thing.type == "user-account"}
    assert accounts
    for name, account in accounts.items():
        expected = stix2.UserAccount(user_id=name, account_type=kind) if kind else stix2.UserAccount(user_id=name)
        assert (account.id, account.get("account_type")) == (expected.id, kind)


def test_stix_survives_hostile_ids(hostile_detection, tmp_path):
    bundle = stix2.parse(hostile_detection.save_stix(tmp_path / "b.json", reveal_ids=True).read_text(encoding="utf-8"))
    named = {thing.user_id for thing in bundle.objects if thing.type == "user-account"}
    assert named == set(hostile_detection.networks.with_verdict("candidate").members["account_id"])
