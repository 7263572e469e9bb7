"""Scenarios hold what they say, at every scale."""

from __future__ import annotations

import polars as pl
import pytest

from cib.errors import SettingsError
from cib.simulation import SCENARIOS, Simulation, simulate
from tests.simulation.conftest import acts, pooled


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_seed_makes_the_same_activity(scenario: str) -> None:
    scale = 2 * SCENARIOS[scenario].smallest
    first, again, other = (simulate(scenario, scale=scale, seed=seed) for seed in (5, 5, 6))
    assert first.activity.posts_table.equals(again.activity.posts_table)
    assert first.activity.accounts_table.equals(again.activity.accounts_table)
    assert first.truth.equals(again.truth)
    assert first.activity.fingerprint != other.activity.fingerprint


@pytest.mark.parametrize("scale", [0.0005, 0.002, 0.01])
def test_operations_have_the_size_of_the_scale(scale: float) -> None:
    truth = simulate(scale=scale, seed=1).truth
    sizes = dict(truth.drop_nulls("operation").group_by("operation", "role").len().select(
        pl.concat_str("operation", "role", separator=" ", ignore_nulls=True), "len").iter_rows())  # fmt: skip
    whole = {"takedown-2020 highly_engaged": 23_750, "takedown-2020 amplifier": 150_000,
             "retweet-ring amplifier": 7_340, "cross-posters": 1_152}  # fmt: skip
    expected = {name: round(size * scale) for name, size in whole.items()}
    assert sizes == {name: size for name, size in expected.items() if size >= 8}


def test_most_accounts_are_organic(takedowns: list[Simulation]) -> None:
    activity, truth = takedowns[0]
    operation = truth["operation"].drop_nulls().len()
    assert 10 * operation < truth.height - operation < 12 * operation
    assert 150_000 < len(activity) < 250_000


def test_organic_scenario_has_no_operation(organic: Simulation) -> None:
    assert organic.truth["operation"].null_count() == organic.truth.height
    assert organic.truth["role"].null_count() == organic.truth.height


def test_an_unknown_scenario_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"Got 'takedown2020'. Did you mean 'takedown-2020'\?"):
        simulate("takedown2020")


def test_a_scale_must_hold_the_scenario() -> None:
    with pytest.raises(SettingsError, match=r"Take 0\.0005 or more"):
        simulate(scale=0.0001)


@pytest.mark.parametrize("scale", [0, -1.0, float("nan"), float("inf")])
def test_a_scale_is_a_number_above_0(scale: float) -> None:
    with pytest.raises(SettingsError, match="scale must be a number above 0"):
        simulate(scale=scale)


def test_a_seed_is_not_negative() -> None:
    with pytest.raises(SettingsError, match="seed must be a whole number"):
        simulate(seed=-1)


# The mix of tactics.


def test_tactics_are_small_operations_among_sixteen_thousand_active_accounts(tactics: Simulation) -> None:
    sizes = dict(tactics.truth.drop_nulls("operation").group_by("operation").len().iter_rows())
    assert sizes == {"tactic-A": 66, "tactic-B": 76, "tactic-C": 66, "tactic-D": 76, "tactic-E": 56}
    acted = tactics.activity.posts_table.group_by("account_id").len().filter(pl.col("len") >= 3)
    organic = tactics.truth.filter(pl.col("operation").is_null()).join(acted, on="account_id", how="semi")
    assert 15_000 < organic.height < 17_000


def test_every_lookalike_has_its_name(tactics: Simulation) -> None:
    organic = simulate("tactics-organic", seed=0).truth
    assert set(organic["community"]) == {
        "activist", "breaking-burst", "celebrity", "fandom", "multi-idol-fandom", "multi-idol-fandom-even", "new-wave",
        "news-crowd", "newsroom", "organic", "retweet-pod", "scheduled", "viral-post",
    }  # fmt: skip
    assert organic["operation"].null_count() == organic.height
    same = tactics.truth.filter(pl.col("operation").is_null())
    assert sorted(same["community"]) == sorted(organic["community"])


def test_at_another_scale_the_tactics_keep_their_size() -> None:
    truth = simulate("tactics", scale=0.1, seed=0).truth
    assert truth["operation"].drop_nulls().len() == 340
    assert truth.height == pytest.approx(2_200 + 340, rel=0.1)


# Generations of operations, for linkage.


def test_the_prior_generation_was_there_in_the_summer_before() -> None:
    activity, truth = simulate("takedown-2019", scale=0.03, seed=0)
    assert truth["operation"].drop_nulls().len() == 28
    assert set(activity.posts_table["created_at"].dt.year()) == {2019}


@pytest.fixture(scope="module")
def operations() -> Simulation:
    return simulate("operations", scale=0.15, seed=0)


def test_many_operations_share_language_and_topics_and_some_begin_again(operations: Simulation) -> None:
    names = set(operations.truth["operation"].drop_nulls())
    assert len([name for name in names if not name.endswith("again")]) == 30
    assert len([name for name in names if name.endswith("again")]) == 8
    slogans = acts(operations).filter(role="highly_engaged", action="post").explode("hashtags").drop_nulls("hashtags")
    assert slogans["hashtags"].n_unique() < 20


def test_the_next_generation_keeps_targets_sites_and_hours_and_changes_its_names(operations: Simulation) -> None:
    everything = acts(operations)
    first, again, other = (everything.filter(operation=f"operation-{name}") for name in ("020", "020-again", "021"))

    def sites(posts: pl.DataFrame) -> set[str]:
        links = posts.filter(role="highly_engaged")["urls"].explode().drop_nulls()
        return set(links.str.extract(r"//(\w+\.example)").to_list())

    def most_aimed_at(posts: pl.DataFrame) -> set[str]:
        outside = posts.filter(pl.col("target_community") != pl.col("operation"), role="amplifier")
        return set(outside["target_account_id"].value_counts(sort=True)["target_account_id"].head(10))

    assert sites(first) & sites(again)
    assert len(most_aimed_at(first) & most_aimed_at(again)) > len(most_aimed_at(first) & most_aimed_at(other))
    shape = pl.col("name").str.replace_all("[a-z]+", "a").str.replace_all("[0-9]", "0")
    names = pooled([operations]).with_columns(shape)
    shapes = [set(names.filter(operation=f"operation-{name}")["name"]) for name in ("020", "020-again")]
    assert not shapes[0] & shapes[1]
