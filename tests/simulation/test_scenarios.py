"""The simulation is what it says: counts, hours, profiles, crowds; and its ids tell nothing."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from cib.activity import ACCOUNT_COLUMNS, POST_COLUMNS
from cib.errors import SettingsError
from cib.simulation import SCENARIOS, Simulation, simulate

SEEDS = range(3)


@pytest.fixture(scope="module")
def takedowns() -> list[Simulation]:
    return [simulate("takedown-2020", seed=seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def organic() -> Simulation:
    return simulate("organic", seed=0)


def acts(simulation: Simulation) -> pl.DataFrame:
    """Every act with the truth about who acted and about the author it acts on."""
    activity, truth = simulation
    author = truth.select(pl.all().name.prefix("target_"))
    posts = activity.posts_table.join(truth, on="account_id", how="left")
    return posts.join(author, on="target_account_id", how="left")


def pooled(takedowns: list[Simulation]) -> pl.DataFrame:
    """The accounts of all seeds, with the truth about them."""
    return pl.concat(
        truth.join(activity.accounts_table, on="account_id").with_columns(seed=pl.lit(seed))
        for seed, (activity, truth) in enumerate(takedowns)
    )


def auc(ids: pl.Series, positive: NDArray[np.bool_]) -> float:
    """How often a positive id is the larger one, of a positive and a negative."""
    rank = ids.cast(pl.UInt64).rank().to_numpy()
    n = int(positive.sum())
    return float((rank[positive].sum() - n * (n + 1) / 2) / (n * (len(rank) - n)))


def share(mask: pl.Series) -> float:
    return float(mask.to_numpy().mean())


def lags(posts: pl.DataFrame) -> NDArray[np.float64]:
    """Seconds from the original to each act on it."""
    lag: pl.Series = (posts["created_at"] - posts["target_created_at"]).dt.total_seconds()
    return lag.cast(pl.Float64).to_numpy()


def dispersion(counts: NDArray[np.int64]) -> float:
    return float(counts.var() / counts.mean())


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


def test_organic_accounts_behave_alike_beside_an_operation(takedowns: list[Simulation], organic: Simulation) -> None:
    alone, beside = (
        acts(simulation)
        .filter(pl.col("operation").is_null() & pl.col("target_operation").is_null(), action="retweet")
        .select("created_at", "target_created_at")
        .sort(pl.all())
        for simulation in (organic, takedowns[0])
    )
    assert alone.height > 50_000
    assert alone.equals(beside)


def test_tables_are_canonical(takedowns: list[Simulation]) -> None:
    activity, truth = takedowns[0]
    posts, accounts = activity.posts_table, activity.accounts_table
    assert dict(posts.schema) == POST_COLUMNS
    assert dict(accounts.schema) == ACCOUNT_COLUMNS
    assert posts.equals(posts.sort("created_at", "account_id", "post_id"))
    assert posts["post_id"].n_unique() == posts.height == activity.imported.rows_kept
    assert accounts["account_id"].equals(activity.account_ids)
    assert truth["account_id"].equals(activity.account_ids)
    missing = [(pl.col(name).list.len() == 0).sum() for name in ("urls", "hashtags", "mentions")]
    assert posts.select(*missing, (pl.col("text") == "").sum()).row(0) == (0, 0, 0, 0)


def test_every_target_is_there_and_earlier(takedowns: list[Simulation]) -> None:
    posts = takedowns[0].activity.posts_table
    reactions = posts.filter(pl.col("action") != "post")
    original = posts.filter(action="post").select(target_post_id="post_id", author="account_id", posted="created_at")
    found = reactions.join(original, on="target_post_id")
    assert found.height == reactions.height
    assert (found["author"] == found["target_account_id"]).all()
    assert (found["posted"] == found["target_created_at"]).all()
    assert (found["posted"] < found["created_at"]).all()
    assert (found["author"] != found["account_id"]).all()
    assert posts.filter(action="post")["target_post_id"].null_count() == posts.height - reactions.height


def test_an_account_retweets_a_post_once(takedowns: list[Simulation]) -> None:
    retweets = takedowns[0].activity.posts_table.filter(action="retweet")
    assert not retweets.select("account_id", "target_post_id").is_duplicated().any()


def test_ids_tell_nothing(takedowns: list[Simulation]) -> None:
    for simulation in takedowns:
        everything = acts(simulation)
        truth = simulation.truth
        assert 0.45 < auc(truth["account_id"], truth["operation"].is_not_null().to_numpy()) < 0.55
        assert 0.45 < auc(everything["post_id"], everything["operation"].is_not_null().to_numpy()) < 0.55
        assert set(everything["post_id"].str.len_chars()) == set(truth["account_id"].str.len_chars()) == {19}
        core = truth.filter(operation="takedown-2020").with_row_index()
        assert 0.45 < auc(core["account_id"], (core["role"] == "highly_engaged").to_numpy()) < 0.55


def test_core_is_that_of_the_takedown(takedowns: list[Simulation]) -> None:
    core = pooled(takedowns).filter(role="highly_engaged")
    posted = pl.concat(acts(simulation).filter(role="highly_engaged", action="post") for simulation in takedowns)
    assert posted.height / core.height == pytest.approx(14.7, abs=2)
    assert share(core["followers"] == 0) == pytest.approx(0.785, abs=0.05)
    assert share(core["followers"] < 8) == pytest.approx(0.95, abs=0.03)
    assert core["description"].null_count() > 0.9 * core.height


def test_accounts_of_the_takedown_come_in_batches(takedowns: list[Simulation]) -> None:
    created = pooled(takedowns).filter(operation="takedown-2020").with_columns(pl.col("created_at").dt.date())
    days = created.group_by("seed", "created_at").len()
    assert days.filter(pl.col("len") >= 25)["len"].sum() == pytest.approx(0.9 * created.height, rel=0.05)


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


def test_texts_of_the_core_repeat(takedowns: list[Simulation]) -> None:
    posts = acts(takedowns[0]).filter(action="post")
    core, organic = posts.filter(role="highly_engaged")["text"], posts.filter(community="organic")["text"]
    assert core.n_unique() < 0.8 * len(core)
    assert organic.n_unique() > 0.99 * len(organic)


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


def test_a_simulation_shows_itself(takedowns: list[Simulation]) -> None:
    assert repr(takedowns[0]).startswith("Simulation(simulate('takedown-2020', scale=0.01, seed=0): ")
    assert "1,738 takedown-2020" in repr(takedowns[0])
    assert "highly_engaged" in takedowns[0]._repr_html_()


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


@pytest.fixture(scope="module")
def tactics() -> Simulation:
    return simulate("tactics", seed=0)


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


def test_the_popular_are_boosted_within_ninety_seconds(tactics: Simulation) -> None:
    boosts = acts(tactics).filter(operation="tactic-E", action="retweet", target_community="celebrity")
    fast = boosts.filter(pl.Series(lags(boosts) <= 90))
    assert fast["target_account_id"].value_counts(sort=True)["count"].head(3).sum() > 0.99 * fast.height
    assert fast.height > 0.95 * boosts.height


def test_the_even_take_part_as_a_campaign_does_and_others_do_not(tactics: Simulation) -> None:
    """Dispersion of participation: near 1 for accounts with a quota."""
    cheers = acts(tactics).filter(action="retweet", target_community="celebrity")
    for community, least, most in (("multi-idol-fandom-even", 0.5, 1.5), ("multi-idol-fandom", 10, 100)):
        per_fan = cheers.filter(community=community).group_by("account_id").len()["len"].to_numpy()
        assert least < dispersion(per_fan) < most


def test_activists_copy_texts_and_pods_return_favours(tactics: Simulation) -> None:
    everything = acts(tactics)
    texts = (
        everything.filter(community="activist", action="post").group_by("text").agg(n=pl.col("account_id").n_unique())
    )
    assert texts.filter(pl.col("n") >= 3).height > 10
    favours = everything.filter(community="retweet-pod", target_community="retweet-pod", action="retweet")
    pairs = set(favours.select("account_id", "target_account_id").iter_rows())
    assert sum((b, a) in pairs for a, b in pairs) > 0.3 * len(pairs)


def test_automatic_accounts_say_so_and_new_ones_are_new(tactics: Simulation) -> None:
    profiles = pooled([tactics])
    assert profiles.filter(community="scheduled")["description"].str.contains("Automatic").all()
    relays = acts(tactics).filter(community="scheduled", action="retweet")
    assert np.median(lags(relays)) < 15
    days = profiles.filter(community="new-wave")["created_at"].dt.date()
    assert days.n_unique() <= 4
    assert (days <= profiles["created_at"].max().date()).all()


def test_at_another_scale_the_tactics_keep_their_size() -> None:
    truth = simulate("tactics", scale=0.1, seed=0).truth
    assert truth["operation"].drop_nulls().len() == 340
    assert truth.height == pytest.approx(2_200 + 340, rel=0.1)


# Generations of operations, for linkage.


def organic_ids(simulation: Simulation) -> set[str]:
    return set(simulation.truth.filter(pl.col("operation").is_null())["account_id"])


def test_organic_accounts_keep_their_ids_whoever_is_beside_them(
    takedowns: list[Simulation], organic: Simulation
) -> None:
    prior = simulate("takedown-2019", seed=0)
    assert organic_ids(takedowns[0]) == organic_ids(organic) == organic_ids(prior)
    operation = [set(s.truth.drop_nulls("operation")["account_id"]) for s in (takedowns[0], prior)]
    assert not operation[0] & operation[1]


def test_the_prior_generation_was_there_in_the_summer_before() -> None:
    activity, truth = simulate("takedown-2019", scale=0.03, seed=0)
    assert truth["operation"].drop_nulls().len() == 28
    assert set(activity.posts_table["created_at"].dt.year()) == {2019}


def test_a_fifth_of_the_core_amplifies_too() -> None:
    mixed = simulate("takedown-2020-mixed-roles", seed=0)
    sizes = dict(mixed.truth.filter(operation="takedown-2020").group_by("role").len().iter_rows())
    assert sizes == {"both": 48, "highly_engaged": 190, "amplifier": 1_500}
    retweets = acts(mixed).filter(action="retweet", operation="takedown-2020", target_role="highly_engaged")
    per_account = {role: retweets.filter(role=role).height / sizes[role] for role in sizes}
    assert per_account["both"] == pytest.approx(per_account["amplifier"], rel=0.25)
    assert per_account["highly_engaged"] < 1


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
