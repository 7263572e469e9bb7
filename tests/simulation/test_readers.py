"""Organic crowds that share the same words, links and friends."""

from __future__ import annotations

import polars as pl
import pytest

from cib.simulation import Simulation, simulate
from tests.simulation.conftest import acts


@pytest.fixture(scope="module", params=range(2))
def readers(request: pytest.FixtureRequest) -> Simulation:
    return simulate("readers", scale=0.2, seed=request.param)


def test_nobody_runs_an_operation(readers: Simulation) -> None:
    assert readers.truth["operation"].null_count() == readers.truth.height
    assert {"outlet", "reader", "friends", "retweet-pod", "activist"} <= set(readers.truth["community"])


def test_a_house_posts_one_headline_on_one_domain(readers: Simulation) -> None:
    posts = acts(readers).filter(community="outlet", action="post").explode("urls")
    assert posts["urls"].null_count() == 0
    site = posts["urls"].str.extract(r"//(\w+)\.example")
    assert posts.with_columns(site=site).group_by("account_id").agg(pl.col("site").n_unique())["site"].max() == 1
    assert posts.group_by("urls").agg(pl.col("text").n_unique())["text"].max() == 1
    days = readers.activity.accounts_table.join(readers.truth.filter(community="outlet"), on="account_id")
    assert days["created_at"].dt.date().n_unique() < days.height


def test_readers_share_the_headline_as_the_button_writes_it(readers: Simulation) -> None:
    posts = acts(readers).filter(action="post")
    articles = set(posts.filter(community="outlet")["text"])
    shared = posts.filter(pl.col("text").is_in(articles), community="reader")
    assert shared.height > 100
    per_reader = shared["account_id"].value_counts()["count"]
    assert per_reader.median() <= 3
    assert per_reader.max() > 10


def test_friends_answer_each_other_both_ways(readers: Simulation) -> None:
    talk = acts(readers).filter(community="friends", target_community="friends", action="reply")
    pairs = set(talk.select("account_id", "target_account_id").iter_rows())
    assert sum((b, a) in pairs for a, b in pairs) > 0.2 * len(pairs)


def test_the_same_crowds_stand_beside_an_operation() -> None:
    organic, beside = (simulate(scenario, scale=0.1, seed=3).truth for scenario in ("readers", "originals"))
    assert set(beside.filter(pl.col("operation").is_null())["account_id"]) == set(organic["account_id"])
