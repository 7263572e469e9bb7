"""The measures of the benchmarks, on a world that is small enough to count by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import cib
from benchmarks.judging import (
    World,
    aims,
    crowds,
    judged_accounts,
    matched_auc,
    measures,
    read_world,
    recalls,
    renamed_roles,
    role_f1,
)

START = datetime(2024, 1, 1, tzinfo=UTC)
#: Who acts on whom, None for a post of one's own.
ACTS = [
    *[("c1", None)] * 3, *[("c2", None)] * 2,
    ("a1", "c1"), ("a1", "c2"), ("a1", None),
    ("a2", "c1"), *[("a2", "o3")] * 20,
    *[("r1", "r2")] * 3, *[("r2", "r1")] * 3,
    ("o1", "c1"), ("o1", "c2"), *[("o1", None)] * 2,
    ("o2", "c1"), ("o2", "c1"), ("c1", "o2"),
    ("o3", None),
]  # fmt: skip
TRUTH = pl.DataFrame(
    [
        ("c1", "boost", "core", "operation"),
        ("c2", "boost", "core", "operation"),
        ("a1", "boost", "amplifier", "operation"),
        ("a2", "boost", "amplifier", "operation"),
        ("r1", "ring", "amplifier", "operation"),
        ("r2", "ring", "amplifier", "operation"),
        ("o1", None, "organic", "fans"),
        ("o2", None, "organic", "fans"),
        ("o3", None, "organic", "general"),
        ("silent", "boost", "amplifier", "operation"),
    ],
    schema=["account_id", "operation", "role", "community"],
    orient="row",
)


def rows() -> Iterator[dict[str, object]]:
    """Acts on others are mentions by turns, so that both ends of an act are read."""
    for k, (who, whom) in enumerate(ACTS):
        action = "post" if whom is None else ("retweet", "mention")[k % 2]
        on = None if action != "retweet" else f"p-{whom}-{k}"
        yield {
            "post_id": str(k),
            "account_id": who,
            "action": action,
            "object_id": on,
            "target_account_id": whom,
            "created_at": START + timedelta(minutes=k),
            "text_hash": None if action == "retweet" else 1_000 + k,
        }


@pytest.fixture
def world(tmp_path: Path) -> World:
    folder = tmp_path / "toy-7"
    folder.mkdir()
    pl.DataFrame(list(rows())).write_parquet(folder / "actions.parquet")
    profiles = TRUTH.select("account_id", created_at=pl.lit(START), followers=pl.lit(1))
    profiles.write_parquet(folder / "accounts.parquet")
    TRUTH.write_parquet(folder / "truth.parquet")
    return read_world(folder)


#: c2 is merely boosted, o1 is flagged falsely, nothing is said of o3.
FOUND = pl.DataFrame(
    [
        ("c1", 0.9, "candidate", "core", "N1", "highly_engaged", 0.9, 0.1),
        ("c2", 0.8, "candidate", "boosted", "N1", "highly_engaged", 0.8, 0.1),
        ("a1", 0.7, "candidate", "core", "N1", "highly_engaged", 0.6, 0.7),
        ("a2", 0.1, "coordinated", "core", "N3", "amplifier", 0.1, 0.9),
        ("r1", 0.9, "candidate", "core", "N2", "highly_engaged", 0.5, 0.2),
        ("r2", 0.9, "candidate", "core", "N2", "both", 0.5, 0.9),
        ("o1", 0.75, "candidate", "core", "N1", "both", 0.7, 0.8),
        ("o2", 0.0, None, None, None, None, 0.2, 0.1),
    ],
    schema=["account_id", "coordination", "verdict", "joined", "network_id", "role", "highly_engaged", "amplifier"],
    orient="row",
)


def test_a_folder_is_read_with_hashes_for_texts_and_mentions_as_posts(world: World) -> None:
    posts = world.activity.posts_table
    assert (world.kind, world.seed, world.name) == ("toy", 7, "toy-7")
    assert set(posts["action"]) == {"post", "retweet"}
    assert posts["mentions"].list.len().fill_null(0).sum() == sum(1 for row in rows() if row["action"] == "mention")
    assert posts["text"].drop_nulls().str.starts_with("10").all()
    assert world.activity.accounts_table.height == TRUTH.height


def test_aims_count_acts_on_the_core_and_those_that_are_never_returned(world: World) -> None:
    counted = aims(world.activity, pl.Series(["c1", "c2"])).sort("account_id")
    assert counted.rows() == [("a1", 2, 2), ("a2", 1, 1), ("o1", 2, 2), ("o2", 2, None)]


def test_measures_by_hand(world: World) -> None:
    table = judged_accounts(world, FOUND)
    assert table["account_id"].to_list() == ["a1", "a2", "c1", "c2", "o1", "o2", "o3", "r1", "r2"]
    found = measures(table)
    assert found["precision"] == 4 / 5  # c1, a1, r1, r2; and o1
    assert found["recall"] == 4 / 6
    assert found["reachable"] == 4 / 4  # c2 posts twice, a2 acts once on the core
    assert found["active"] == 0  # a2, and c1 has four acts
    assert found["organic"] == 1 / 3
    assert found["ARI"] == 1
    # all of the core, the ring, a1; and o1 falsely: o2 is answered, a2 acts once on the core
    assert found["oracle recall"] == 5 / 6
    assert found["oracle precision"] == 5 / 6
    # 0.9: three of three; 0.8, c2; 0.75, o1; 0.7, a1; 0.1, a2
    assert found["AP"] == pytest.approx((3 * 1 + 1 + 5 / 6 + 6 / 7) / 6)


def test_roles_of_single_role_operations_are_right_as_either(world: World) -> None:
    members = judged_accounts(world, FOUND).filter(pl.col("operation").is_not_null(), "flagged")
    # core: c1, r1, r2 right, a1 wrong; amplifier: r2 right, a1 missed
    assert role_f1(members) == {"core": 2 * 3 / (3 + 4), "amplifier": 2 * 1 / (2 + 1)}
    assert measures(judged_accounts(world, FOUND))["roles"] == pytest.approx((6 / 7 + 2 / 3) / 2)


def test_a_role_that_no_flagged_member_has_counts_nothing(world: World) -> None:
    ring_only = FOUND.with_columns(
        verdict=pl.when(pl.col("account_id") == "r1").then(pl.lit("candidate")).otherwise(None)
    )
    assert measures(judged_accounts(world, ring_only))["roles"] == 0.5  # core 1, amplifier 0


def test_a_mere_ranking_flags_nobody_and_names_no_role(world: World) -> None:
    found = measures(judged_accounts(world, FOUND.select("account_id", "coordination")))
    assert found["AP"] == pytest.approx((3 * 1 + 1 + 5 / 6 + 6 / 7) / 6)
    assert found["recall"] == found["organic"] == 0
    nothing = ("precision", "ARI", "roles", "core AP", "amplifier AUC")
    assert {found[name] for name in nothing} == {None}


def test_recalls_and_crowds(world: World) -> None:
    table = judged_accounts(world, FOUND)
    assert recalls(table).rows() == [
        ("boost", "amplifier", 2, 0.5, 1, 1.0),
        ("boost", "core", 2, 0.5, 1, 1.0),
        ("ring", "amplifier", 2, 1.0, 2, 1.0),
    ]
    assert crowds(table).rows() == [("fans", 2, 1, 1, 1), ("general", 1, 0, 0, 0)]


def test_matched_auc_compares_accounts_of_like_activity_only() -> None:
    acts = np.array([1, 1, 2, 3, 8, 15, 15])
    positive = np.array([True, False, True, False, True, True, False])
    score = np.array([1.0, 0.0, 0.0, 1.0, 2.0, 1.0, 1.0])
    # 1; 0; two positives against one, won and tied
    assert matched_auc(positive, score, acts) == pytest.approx((1 * 1 + 1 * 0 + 2 * 0.75) / 4)
    assert matched_auc(positive, acts.astype(float), np.ones(7)) < 1
    assert matched_auc(np.zeros(7, dtype=bool), score, acts) is None


def test_activity_alone_makes_no_matched_auc() -> None:
    rng = np.random.default_rng(3)
    acts = np.minimum(rng.zipf(1.7, 40_000), 1_000)
    positive = rng.random(len(acts)) < np.minimum(acts / 200, 0.5)
    assert matched_auc(positive, rng.random(len(acts)), acts) == pytest.approx(0.5, abs=0.02)


def test_roles_of_the_simulator_are_renamed() -> None:
    truth = pl.DataFrame(
        {
            "operation": ["x", "x", "x", "x", None],
            "role": ["highly_engaged", "amplifier", "both", None, None],
        }
    )
    assert renamed_roles(truth)["role"].to_list() == ["core", "amplifier", "both", "core", "organic"]


def test_the_detection_of_the_package_can_be_judged() -> None:
    activity, truth = cib.simulate(scale=0.001, seed=4)
    table = judged_accounts(
        World("small", 4, activity, renamed_roles(truth)), cib.detect(activity, progress=False).table
    )
    assert table.height == activity.posts_table["account_id"].n_unique()
    assert 0.5 < measures(table)["AP"] <= 1
