"""Crowds that resemble operations: fans, newsrooms, a viral post."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from cib.simulation import Simulation
from tests.simulation.conftest import acts, dispersion, lags


def test_one_post_goes_viral(takedowns: list[Simulation], organic: Simulation) -> None:
    for simulation in (*takedowns, organic):
        everything = acts(simulation)
        retweets = everything.filter(action="retweet")
        top = retweets["target_post_id"].value_counts(sort=True).row(0)
        audience = retweets.filter(target_post_id=top[0])
        assert 0.005 * everything.height < top[1] < 0.02 * everything.height
        assert audience["operation"].null_count() == audience.height
        assert (lags(audience) < 12 * 3600).mean() > 0.95
        assert audience.filter(community="viral-post").height == simulation.truth.filter(community="viral-post").height


@pytest.mark.parametrize("community", ["fandom", "multi-idol-fandom"])
def test_fans_are_quick_and_unequal(organic: Simulation, community: str) -> None:
    cheers = acts(organic).filter(community=community, target_community="celebrity", action="retweet")
    fans = organic.truth.filter(community=community).height
    per_fan = cheers.group_by("account_id").len()["len"].to_numpy()
    per_fan = np.pad(per_fan, (0, fans - len(per_fan)))
    assert dispersion(per_fan) > 8
    assert 180 < np.median(lags(cheers)) < 900


def test_newsrooms_post_the_same_links(organic: Simulation) -> None:
    posts = acts(organic).filter(community="newsroom", action="post").explode("urls").drop_nulls("urls")
    links = posts.group_by("urls").agg(accounts=pl.col("account_id").n_unique())
    assert links.filter(pl.col("accounts") >= 2).height > 200


def test_the_even_take_part_as_a_campaign_does_and_others_do_not(tactics: Simulation) -> None:
    """Dispersion of participation: near 1 for accounts with a quota."""
    cheers = acts(tactics).filter(action="retweet", target_community="celebrity")
    for community, least, most in (("multi-idol-fandom-even", 0.5, 1.5), ("multi-idol-fandom", 10, 100)):
        per_fan = cheers.filter(community=community).group_by("account_id").len()["len"].to_numpy()
        assert least < dispersion(per_fan) < most
