"""A core that is boosted, and the accounts that boost it."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from cib.simulation import Simulation, simulate
from tests.simulation.conftest import acts, lags, pooled, share


def test_core_is_that_of_the_takedown(takedowns: list[Simulation]) -> None:
    core = pooled(takedowns).filter(role="highly_engaged")
    posted = pl.concat(acts(simulation).filter(role="highly_engaged", action="post") for simulation in takedowns)
    assert posted.height / core.height == pytest.approx(14.7, abs=2)
    assert share(core["followers"] == 0) == pytest.approx(0.785, abs=0.05)
    assert share(core["followers"] < 8) == pytest.approx(0.95, abs=0.03)
    assert core["description"].null_count() > 0.9 * core.height


def test_core_keeps_beijing_office_hours(takedowns: list[Simulation]) -> None:
    beijing = pl.col("created_at").dt.convert_time_zone("Asia/Shanghai")
    office = beijing.dt.weekday().le(5) & beijing.dt.hour().is_between(8, 18)
    posts = acts(takedowns[0]).filter(action="post").with_columns(office=office)
    assert share(posts.filter(role="highly_engaged")["office"]) > 0.85
    assert share(posts.filter(pl.col("operation").is_null())["office"]) < 0.5


def test_amplifiers_boost_the_core(takedowns: list[Simulation]) -> None:
    for simulation in takedowns:
        retweets = acts(simulation).filter(operation="takedown-2020", role="amplifier", action="retweet")
        boosts = retweets.filter(target_role="highly_engaged")
        per_amplifier = retweets["account_id"].value_counts()["count"].to_numpy()
        assert np.quantile(per_amplifier, 0.01) >= 5
        assert 0.7 < boosts.height / retweets.height < 0.95
        assert 0.1 < (lags(boosts) <= 120).mean() < 0.5


def test_core_finds_hardly_any_organic_traction(takedowns: list[Simulation]) -> None:
    received = acts(takedowns[0]).filter(action="retweet", target_role="highly_engaged")
    assert 0 < received["operation"].null_count() < 0.05 * received.height


@pytest.mark.parametrize(
    ("tactic", "boosts_an_amplifier", "median_lag"),
    [("A", 0.3 * 180, 43), ("B", 0.15 * 180, 3_600), ("C", 0.4 * 180 / 6, 210), ("D", 0.05 * 180, 2_400)],
)
def test_a_tactic_does_what_its_name_stands_for(
    tactics: Simulation, tactic: str, boosts_an_amplifier: float, median_lag: float
) -> None:
    boosts = acts(tactics).filter(
        operation=f"tactic-{tactic}", role="amplifier", action="retweet", target_role="highly_engaged"
    )
    per_account = boosts["account_id"].value_counts()["count"].to_numpy()
    assert per_account.mean() == pytest.approx(boosts_an_amplifier, rel=0.2)
    assert np.median(lags(boosts)) == pytest.approx(median_lag, rel=0.2)


def test_cells_share_authors_and_no_post(tactics: Simulation) -> None:
    boosts = acts(tactics).filter(operation="tactic-C", action="retweet", target_role="highly_engaged")
    assert boosts.group_by("target_post_id").len()["len"].max() <= 10
    assert boosts.group_by("target_account_id").agg(pl.col("account_id").n_unique())["account_id"].min() > 40


def test_camouflage_is_forty_organic_retweets_from_accounts_of_any_age(tactics: Simulation) -> None:
    retweets = acts(tactics).filter(operation="tactic-D", role="amplifier", action="retweet")
    elsewhere = retweets.filter(pl.col("target_operation").is_null())
    assert elsewhere.height / retweets["account_id"].n_unique() == pytest.approx(40, rel=0.15)
    profiles = pooled([tactics])
    bought, new = (profiles.filter(operation=f"tactic-{tactic}", role="amplifier") for tactic in "DA")
    assert share(bought["followers"] == 0) < 0.1
    assert share(new["followers"] == 0) > 0.7
    assert bought["created_at"].dt.date().n_unique() > 60


def test_a_fifth_of_the_core_amplifies_too() -> None:
    mixed = simulate("takedown-2020-mixed-roles", seed=0)
    sizes = dict(mixed.truth.filter(operation="takedown-2020").group_by("role").len().iter_rows())
    assert sizes == {"both": 48, "highly_engaged": 190, "amplifier": 1_500}
    retweets = acts(mixed).filter(action="retweet", operation="takedown-2020", target_role="highly_engaged")
    per_account = {role: retweets.filter(role=role).height / sizes[role] for role in sizes}
    assert per_account["both"] == pytest.approx(per_account["amplifier"], rel=0.25)
    assert per_account["highly_engaged"] < 1
