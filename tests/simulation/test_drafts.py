"""All actions together: ids tell nothing, targets exist, and nobody changes because of others."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import ACCOUNT_COLUMNS, POST_COLUMNS
from cib.simulation import Simulation, simulate
from tests.simulation.conftest import acts


def auc(ids: pl.Series, positive: NDArray[np.bool_]) -> float:
    """How often a positive id is the larger one, of a positive and a negative."""
    rank = ids.cast(pl.UInt64).rank().to_numpy()
    n = int(positive.sum())
    return float((rank[positive].sum() - n * (n + 1) / 2) / (n * (len(rank) - n)))


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


def organic_ids(simulation: Simulation) -> set[str]:
    return set(simulation.truth.filter(pl.col("operation").is_null())["account_id"])


def test_organic_accounts_keep_their_ids_whoever_is_beside_them(
    takedowns: list[Simulation], organic: Simulation
) -> None:
    prior = simulate("takedown-2019", seed=0)
    assert organic_ids(takedowns[0]) == organic_ids(organic) == organic_ids(prior)
    operation = [set(s.truth.drop_nulls("operation")["account_id"]) for s in (takedowns[0], prior)]
    assert not operation[0] & operation[1]
