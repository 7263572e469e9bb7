"""Simulations that several tests look at, and how they look at them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from cib.simulation import Simulation, simulate

SEEDS = range(3)


@pytest.fixture(scope="session")
def takedowns() -> list[Simulation]:
    return [simulate("takedown-2020", seed=seed) for seed in SEEDS]


@pytest.fixture(scope="session")
def organic() -> Simulation:
    return simulate("organic", seed=0)


@pytest.fixture(scope="session")
def tactics() -> Simulation:
    return simulate("tactics", seed=0)


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


def share(mask: pl.Series) -> float:
    return float(mask.to_numpy().mean())


def lags(posts: pl.DataFrame) -> NDArray[np.float64]:
    """Seconds from the original to each act on it."""
    lag: pl.Series = (posts["created_at"] - posts["target_created_at"]).dt.total_seconds()
    return lag.cast(pl.Float64).to_numpy()


def dispersion(counts: NDArray[np.int64]) -> float:
    return float(counts.var() / counts.mean())
