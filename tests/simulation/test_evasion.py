"""Evasions do what they say and no more, and their price is told."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from cib.errors import SettingsError
from cib.simulation import EVASIONS, STRENGTHS, Simulation, simulate


@pytest.fixture(scope="module")
def plain() -> Simulation:
    return simulate("tactics", scale=0.1, seed=3)


def evading(**evasion: int) -> Simulation:
    return simulate("tactics", scale=0.1, seed=3, evasion=evasion)


def boosts(simulation: Simulation, tactic: str = "A") -> pl.DataFrame:
    """Acts of the amplifiers of an operation on posts of the highly engaged, with their delay."""
    activity, truth = simulation
    core = truth.filter(role="highly_engaged").select(target_account_id="account_id")
    members = truth.filter(operation=f"tactic-{tactic}", role="amplifier")
    aimed = activity.posts_table.join(core, on="target_account_id", how="semi")
    delay = (pl.col("created_at") - pl.col("target_created_at")).dt.total_seconds()
    return aimed.join(members, on="account_id").with_columns(delay=delay)


def cost(simulation: Simulation, name: str, tactic: str = "A") -> float:
    return float(simulation.costs.filter(operation=f"tactic-{tactic}")[name].item())


def test_as_planned_costs_nothing(plain: Simulation) -> None:
    assert plain.costs.height == 5
    assert (plain.costs["amplification_lost"] == 0).all()
    assert (plain.costs["delay_added"] == 0).all()
    assert (plain.costs["bought"] == 0).all()
    assert cost(plain, "boosts") == boosts(plain).height


@pytest.mark.parametrize("name", STRENGTHS)
def test_strength_0_changes_nothing(plain: Simulation, name: str) -> None:
    assert evading(**{name: 0}).activity.fingerprint == plain.activity.fingerprint


@pytest.mark.parametrize("evasion", ["moderate", {"aged_metadata": 3}])
def test_others_do_what_they_did(plain: Simulation, evasion: str | dict[str, int]) -> None:
    sly = simulate("tactics", scale=0.1, seed=3, evasion=evasion)
    seen = []
    for activity, truth in (plain, sly):
        organic = truth.filter(pl.col("operation").is_null())
        rows = activity.posts_table.join(organic, on="account_id", how="semi").filter(action="retweet")
        rows = rows.join(organic.select(target_account_id="account_id"), on="target_account_id", how="semi")
        seen.append(rows.select("account_id", "target_account_id", "created_at").sort(pl.all()))
    assert seen[0].height > 5_000
    assert seen[0].equals(seen[1])


def test_jitter_is_added_to_each_delay() -> None:
    for strength, median in ((1, 600), (3, 43_200)):
        sly = evading(jitter=strength)
        assert np.median(boosts(sly)["delay"]) == pytest.approx(median + 43, rel=0.15)
        assert cost(sly, "delay_added") == pytest.approx(median, rel=0.15)
        assert cost(sly, "amplification_lost") < 0.05  # some come after the end


def test_camouflage_is_everyday_acts_for_each_boost(plain: Simulation) -> None:
    for strength, ratio in ((1, 1), (3, 10)):
        sly = evading(camouflage=strength)
        assert cost(sly, "effort") == pytest.approx(cost(plain, "effort") + ratio, rel=0.12)
        assert cost(sly, "amplification_lost") == pytest.approx(0, abs=0.01)


def test_a_post_is_touched_by_one_cell_only() -> None:
    sly = boosts(evading(cells=3))
    assert sly.group_by("target_post_id").agg(n=pl.col("account_id").n_unique())["n"].max() <= 4  # 66 in 20 cells
    assert sly.group_by("target_account_id").agg(n=pl.col("account_id").n_unique())["n"].min() > 20
    assert not sly.filter(action="retweet").select("account_id", "target_post_id").is_duplicated().any()


def test_rates_are_capped(plain: Simulation) -> None:
    assert boosts(plain)["account_id"].value_counts()["count"].min() > 30
    sly = evading(rate_matching=3)
    assert boosts(sly)["account_id"].value_counts()["count"].max() == 10
    assert cost(sly, "amplification_lost") > 0.5


def test_diluted_boosts_go_elsewhere_as_quickly(plain: Simulation) -> None:
    sly = evading(dilution=3)
    assert cost(sly, "amplification_lost") == pytest.approx(0.6, abs=0.05)
    assert boosts(sly).height == pytest.approx(0.4 * boosts(plain).height, rel=0.1)
    assert np.median(boosts(sly)["delay"]) == pytest.approx(44, abs=8)


def test_skewed_quotas_hide_that_all_do_the_same(plain: Simulation) -> None:
    """Tactic B: participation of 15 % leaves room above it."""
    for simulation, least, most in ((plain, 0, 2), (evading(quota_skew=3), 8, 200)):
        counts = boosts(simulation, "B")["account_id"].value_counts()["count"].to_numpy()
        counts = np.pad(counts, (0, 70 - len(counts)))
        assert least <= counts.var() / counts.mean() < most


def test_bought_accounts_look_like_anybodys(plain: Simulation) -> None:
    shares = []
    for simulation in (plain, evading(aged_metadata=3)):
        profiles = simulation.activity.accounts_table.join(simulation.truth, on="account_id")
        shares.append((profiles.filter(operation="tactic-A")["followers"] == 0).mean())
    assert shares[0] > 0.7
    assert shares[1] < 0.1
    assert cost(simulation, "bought") == 1


def test_of_all_acts_a_share_is_seen(plain: Simulation) -> None:
    sly = evading(partial_observation=2)
    assert len(sly.activity) == pytest.approx(0.1 * len(plain.activity), rel=0.05)
    assert sly.truth["account_id"].equals(sly.activity.account_ids)
    assert sly.activity.accounts_table["account_id"].equals(sly.activity.account_ids)
    assert set(sly.activity.posts_table["post_id"]) < set(plain.activity.posts_table["post_id"])


def test_moderate_is_strength_2_of_behaviour() -> None:
    named = simulate("tactics", scale=0.1, seed=3, evasion="moderate")
    assert named.activity.fingerprint == evading(**EVASIONS["moderate"]).activity.fingerprint
    assert set(EVASIONS["moderate"]) == set(STRENGTHS) - {"aged_metadata", "partial_observation"}
    assert (named.costs["amplification_lost"] > 0.3).all()


@pytest.mark.parametrize(
    ("evasion", "message"),
    [
        ({"jiter": 1}, "Did you mean 'jitter'"),
        ("modest", "moderate"),
        ({"jitter": 4}, "strengths 0 to 3"),
        (["jitter"], "Got a list"),
    ],
)
def test_an_unknown_evasion_is_an_error(evasion: str | dict[str, int] | list[str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        simulate("tactics", scale=0.1, evasion=evasion)
