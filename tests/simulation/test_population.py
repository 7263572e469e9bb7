"""Accounts, their homes, names and times of creation."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from cib.simulation import Simulation
from cib.simulation.clock import DAY
from cib.simulation.population import Batches, Homes, People, Profile, accounts, bought, recruits, renamed
from cib.simulation.wording import LANGUAGES
from tests.simulation.conftest import pooled, share


def test_accounts_of_the_takedown_come_in_batches(takedowns: list[Simulation]) -> None:
    created = pooled(takedowns).filter(operation="takedown-2020").with_columns(pl.col("created_at").dt.date())
    days = created.group_by("seed", "created_at").len()
    assert days.filter(pl.col("len") >= 25)["len"].sum() == pytest.approx(0.9 * created.height, rel=0.05)


@pytest.fixture
def members() -> pl.DataFrame:
    rng = np.random.default_rng(0)
    homes = Homes.settle(rng, 100)
    home = homes.draw(rng, 300, "tr")
    return accounts(rng, homes, home, "some", Profile(zero_followers=1.0), activity=np.arange(300))


def test_every_language_has_a_home_and_a_home_one_language(members: pl.DataFrame) -> None:
    homes = Homes.settle(np.random.default_rng(0), 0)
    assert homes.language.tolist() == list(range(len(LANGUAGES)))
    assert members["language"].unique().to_list() == [LANGUAGES.index("tr")]
    assert members["zone"].unique().to_list() == [3]


def test_batches_have_their_size_and_days() -> None:
    times = Batches(size=(20, 30), days=(5, 50), zone=8, older=0.0).draw(np.random.default_rng(0), 500)
    days = times // DAY
    assert ((days >= -51) & (days <= -5)).all()
    runs = np.diff(np.flatnonzero(np.diff(days, prepend=1) != 0))
    assert (runs >= 20).all()


@pytest.mark.parametrize(("bought_share", "without_followers"), [(0, 1.0), (0.5, 0.5), (1, 0.0)])
def test_bought_accounts_have_the_profiles_of_others(
    members: pl.DataFrame, bought_share: float, without_followers: float
) -> None:
    table = bought(np.random.default_rng(1), members, bought_share)
    assert share(table["followers"] == 0) == pytest.approx(without_followers, abs=0.1)
    assert table.select("home", "activity").equals(members.select("home", "activity"))


def test_recruits_are_of_one_language_and_operation_and_as_busy_as_said() -> None:
    rng, batches = np.random.default_rng(0), Batches(size=(5, 9), days=(1, 9), zone=0, older=0.0)
    table = recruits(rng, Homes.settle(rng, 100), 2_000, "tr", Profile(), "ring", 6, batches, role="amplifier")
    named = {
        "operation": "ring",
        "community": "ring",
        "role": "amplifier",
        "language": LANGUAGES.index("tr"),
        "group": 0,
    }
    assert table.select(*named).unique().rows(named=True) == [named]
    assert table["activity"].mean() == pytest.approx(6, rel=0.05)
    assert (table["created"] >= -10 * DAY).all()


def test_names_follow_one_pattern_of_five(members: pl.DataFrame) -> None:
    patterns = (
        "[a-z]+[0-9]{8}",
        "[a-z]+_[a-z]+",
        "[A-Z][a-z]+[A-Z][a-z]+[0-9]{2}",
        "[a-z]+19[0-9]{2}",
        "[a-z]{3}[0-9]{5}[a-z]{2}",
    )
    for grammar, pattern in enumerate(patterns):
        names = renamed(np.random.default_rng(0), members, grammar + len(patterns))["name"]
        assert names.str.contains(f"^{pattern}$").all()
        assert names.n_unique() > 0.99 * len(names)


def test_people_are_taken_repeated_and_split_with_all_that_is_known_of_them(members: pl.DataFrame) -> None:
    people = People.of(members, np.arange(300)).take(np.array([5, 2, 5])).repeat(np.array([1, 0, 2]))
    assert people.number.tolist() == people.activity.tolist() == [5, 5, 5]
    assert [len(part) for part in people.split(1)] == [1, 2]
