"""What a report says of each account."""

from __future__ import annotations

import polars as pl
import pytest

from tests.reports.conftest import posts_of


def test_a_member_without_a_pair_shows_its_own_acts_on_what_its_network_shares(detection, findings):
    acts = detection.activity.posts_table
    alone = posts_of(findings, "own")
    assert alone
    for place, own in alone.items():
        member = findings["members"][place]
        shared = set(detection.networks[member["network_id"]].evidence.objects["object_id"])
        mine = acts.filter(account_id=member["account"])
        for act in own:
            row = mine.row(by_predicate=pl.col("post_id") == act["post"], named=True)
            assert act["object"] in shared
            assert f"{row['created_at']:%Y-%m-%d %H:%M:%S}" == act["time"]


def test_contributions_add_up_to_the_score(findings):
    for role in findings["roles"]:
        for member in findings["members"]:
            total = role["bias"] + sum(member["reasons"][role["name"]][2])
            assert 1 / (1 + 2.718281828**-total) == pytest.approx(member[role["name"]], abs=0.005)
