"""Rings, cross-posters, and accounts that boost the popular."""

from __future__ import annotations

import polars as pl

from cib.simulation import Simulation
from tests.simulation.conftest import acts, lags


def test_ring_retweets_itself(takedowns: list[Simulation]) -> None:
    ring = acts(takedowns[0]).filter(operation="retweet-ring")
    inside = ring.filter(action="retweet", target_operation="retweet-ring")
    assert 0.6 < inside.height / ring.height < 0.8
    pairs = set(inside.select("account_id", "target_account_id").iter_rows())
    assert sum((b, a) in pairs for a, b in pairs) > 0.2 * len(pairs)


def test_cross_posters_share_text_and_links(takedowns: list[Simulation]) -> None:
    posts = acts(takedowns[0]).filter(pl.col("urls").is_not_null(), operation="cross-posters", action="post")
    stories = posts.group_by("text", "urls").agg(accounts=pl.col("account_id").n_unique())
    assert stories.filter(pl.col("accounts") >= 3).height >= 30


def test_the_popular_are_boosted_within_ninety_seconds(tactics: Simulation) -> None:
    boosts = acts(tactics).filter(operation="tactic-E", action="retweet", target_community="celebrity")
    fast = boosts.filter(pl.Series(lags(boosts) <= 90))
    assert fast["target_account_id"].value_counts(sort=True)["count"].head(3).sum() > 0.99 * fast.height
    assert fast.height > 0.95 * boosts.height
