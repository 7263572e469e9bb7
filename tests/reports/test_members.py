"""What a report says of each account."""

from __future__ import annotations

import polars as pl
import pytest


def test_a_member_without_a_pair_shows_its_own_acts_on_what_its_network_shares(detection, findings):
    acts = detection.activity.posts_table
    alone = [member for member in findings["members"] if "own" in member]
    assert alone
    for member in alone:
        shared = set(detection.networks[member["network_id"]].evidence.objects["object_id"])
        mine = acts.filter(account_id=member["account"])
        for act in member["own"]:
            row = mine.row(by_predicate=pl.col("post_id") == act["post"], named=True)
            assert act["object"] in shared
            assert f"{row['created_at']:%Y-%m-%d %H:%M:%S}" == act["time"]


def test_contributions_add_up_to_the_score(findings):
    for role in findings["roles"]:
        for member in findings["members"]:
            total = role["bias"] + sum(member["reasons"][role["name"]][2])
            assert 1 / (1 + 2.718281828**-total) == pytest.approx(member[role["name"]], abs=0.005)
