"""Ordinary behaviour, and the popularity that it follows."""

from __future__ import annotations

import numpy as np

from cib.simulation import Simulation
from cib.simulation.everyday import Feed
from tests.simulation.conftest import acts, dispersion


def test_activity_and_popularity_are_heavy_tailed(organic: Simulation) -> None:
    everything = acts(organic).filter(community="organic")
    activity = everything["account_id"].value_counts()["count"].to_numpy()
    popularity = everything["target_account_id"].drop_nulls().value_counts()["count"].to_numpy()
    for counts in (activity, popularity):
        assert dispersion(counts) > 20
        assert np.median(counts) <= 5


def test_all_ways_of_acting_occur(organic: Simulation) -> None:
    posts = organic.activity.posts_table
    assert set(posts["action"].unique()) == {"post", "retweet", "quote", "reply"}
    assert posts["lang"].n_unique() >= 6
    assert posts["client"].n_unique() >= 4
    for column in ("hashtags", "urls", "mentions"):
        assert posts[column].null_count() < posts.height - 1_000


def test_posts_of_those_with_a_name_are_in_the_feed_by_renown() -> None:
    author, renown = np.array([0, 1, 1, 2, 0]), np.array([1.0, 9.0, np.nan])
    feed = Feed.of(np.random.default_rng(0), author, np.array([0, 1, 1]), renown)
    assert sorted(feed.posts_of(np.array([0]))) == [1, 2]
    assert sorted(feed.posts_of(np.array([1]))) == [0, 4]
    at_home = feed.choose(np.random.default_rng(0), np.repeat([0, 1], 200), (0.5, 0.5, 0.0))
    assert [set(part) for part in (at_home[:200], at_home[200:])] == [{0, 4}, {1, 2}]
    anywhere = feed.choose(np.random.default_rng(0), np.zeros(200, np.int64), (0.0, 0.0, 1.0))
    assert set(anywhere) == {0, 1, 2, 4}
