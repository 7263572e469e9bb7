"""Operations that write: many accounts say the same, and nobody is boosted."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from cib.simulation import Simulation, simulate
from tests.simulation.conftest import acts, lags

SEEDS = range(3)


@pytest.fixture(scope="module", params=SEEDS)
def originals(request: pytest.FixtureRequest) -> Simulation:
    return simulate("originals", scale=0.1, seed=request.param)


@pytest.fixture(scope="module", params=SEEDS)
def brigade(request: pytest.FixtureRequest) -> Simulation:
    return simulate("reply-brigade", scale=0.1, seed=request.param)


def test_lines_are_posted_by_several_and_reworded_ones_end_alike(originals: Simulation) -> None:
    posts = acts(originals).drop_nulls("operation").filter(action="post")
    same = posts.group_by("operation", "text").agg(pl.col("account_id").n_unique().alias("n")).filter(pl.col("n") >= 2)
    line = pl.col("text").str.replace(r"^\S+ ", "").alias("line")
    alike = posts.group_by("operation", line).agg(pl.col("account_id").n_unique().alias("n"), pl.col("text").n_unique())
    for operation in posts["operation"].unique():
        assert same.filter(operation=operation).height >= 1
        assert alike.filter(pl.col("n") >= 3, pl.col("text") >= 2, operation=operation).height >= 3


def test_originals_boost_nobody_and_are_not_boosted(originals: Simulation) -> None:
    everything = acts(originals)
    assert everything.filter(pl.col("target_operation").is_not_null()).is_empty()
    assert originals.costs["boosts"].to_list() == [0] * originals.costs.height
    assert originals.costs["effort"].null_count() == originals.costs.height
    assert originals.truth.drop_nulls("operation")["role"].null_count() > 0


def test_the_brigade_answers_few_authors_and_each_post_with_several_accounts(brigade: Simulation) -> None:
    replies = acts(brigade).filter(pl.col("mentions").is_not_null(), operation="reply-brigade", action="reply")
    per_post = replies.group_by("target_post_id").agg(pl.col("account_id").n_unique())["account_id"].to_numpy()
    members = brigade.truth["operation"].count()
    assert np.mean(per_post) > 0.05 * members
    called = replies.filter(pl.len().over("target_post_id") >= 4)
    assert called["target_account_id"].n_unique() <= 30
    assert (called["mentions"].list.first() == called["target_account_id"]).all()
    assert np.median(lags(called)) >= 300
    assert called["text"].n_unique() < called.height


def test_other_seeds_draw_other_operations() -> None:
    sizes = {
        tuple(
            sorted(simulate("originals", scale=0.05, seed=seed).truth["operation"].drop_nulls().value_counts().rows())
        )
        for seed in SEEDS
    }
    assert len(sizes) == len(SEEDS)
