"""Accounts on which mostly one network acts are listed with it, and are not its members."""

from __future__ import annotations

import json

import polars as pl
import pytest

import cib
from cib.evaluation import evaluate
from cib.networks.verdict import Rule


@pytest.fixture(scope="module")
def world():
    """Amplifiers hide among ordinary retweets of accounts that nobody else retweets."""
    return cib.simulate("takedown-2020", scale=0.003, seed=5, evasion={"camouflage": 2})


@pytest.fixture(scope="module")
def detection(world):
    return cib.detect(world.activity, progress=False)


def test_who_is_boosted_is_no_member_and_has_no_verdict(world, detection):
    boosted, members = detection.networks.boosted, detection.networks.members
    assert boosted.height > 100
    assert not set(boosted["account_id"]) & set(members["account_id"])
    assert boosted.height == detection.networks.table["boosted"].sum()
    table = detection.table.join(boosted.select("account_id", of="network_id"), on="account_id")
    assert table["verdict"].null_count() == table.height == boosted.height
    assert (table["network_id"] == table["of"]).all()
    assert detection.table.drop_nulls("verdict").height == members.height
    planted = world.truth.drop_nulls("operation")["account_id"]
    assert boosted["account_id"].is_in(planted.implode()).mean() < 0.05
    assert members.filter(verdict="candidate")["account_id"].is_in(planted.implode()).mean() > 0.9


def test_candidates_make_most_of_the_acts_on_whom_they_boost(detection):
    boosted, members = detection.networks.boosted, detection.networks.members.filter(verdict="candidate")
    posts = detection.activity.posts_table.filter(pl.col("target_account_id") != pl.col("account_id"))
    acts = posts.select("account_id", target="target_account_id")
    acts = acts.join(boosted.select(target="account_id"), on="target")
    share = acts.group_by("target").agg(pl.col("account_id").is_in(members["account_id"].implode()).mean())
    assert share.height == boosted.height
    assert share["account_id"].quantile(0.05) >= Rule().boosted_share  # mentions count as well
    assert share["account_id"].min() > 0.5


def test_nobody_is_told_of_as_coordinated_for_being_boosted(world, detection, tmp_path):
    candidates = detection.networks.with_verdict("candidate").members
    found = evaluate(detection, world.truth).flags
    assert dict(found.select("flagged_if", "flagged").iter_rows())["verdict candidate"] == candidates.height
    detection.save_stix(tmp_path / "bundle.json", reveal_ids=True)
    bundle = json.loads((tmp_path / "bundle.json").read_text(encoding="utf-8"))
    told = {each["user_id"] for each in bundle["objects"] if each["type"] == "user-account"}
    assert told == set(candidates["account_id"])
    detection.save_release(tmp_path / "release")
    assert pl.read_parquet(tmp_path / "release" / "accounts.parquet").height == candidates.height


def test_a_saved_result_keeps_them_apart(detection, tmp_path):
    loaded = cib.load(detection.save(tmp_path / "saved", write=["tables"]), detection.activity)
    assert loaded.networks.boosted.equals(detection.networks.boosted)
    assert loaded.networks.members.equals(detection.networks.members)
    assert loaded.table.equals(detection.table)
