"""Drawing: who takes part, how much, and which values are left out. Every draw takes its generator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

__all__ = [
    "Bools",
    "Floats",
    "Ints",
    "by_group",
    "masked",
    "pareto",
    "pick",
    "sometimes",
    "takes_part",
    "varied",
    "zipf_ranks",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def pareto(rng: np.random.Generator, n: int, least: float, shape: float, most: int = 1_000) -> Ints:
    """Heavy-tailed whole numbers, the mean near ``least * shape / (shape - 1)``."""
    return np.minimum(least * (1 + rng.pareto(shape, n)), most).astype(np.int64)


def zipf_ranks(rng: np.random.Generator, sizes: Ints, exponent: float) -> Ints:
    """A rank below each size, from 0, by the inverse of the continuous Zipf distribution."""
    power = 1 - exponent
    rank = (1 + rng.random(len(sizes)) * ((sizes + 1.0) ** power - 1)) ** (1 / power)
    return np.minimum(rank.astype(np.int64), sizes) - 1


def varied(rng: np.random.Generator, n: int, sigma: float) -> Floats:
    """Lognormal factors of mean one."""
    return rng.lognormal(-(sigma**2) / 2, sigma, n)


def takes_part(rng: np.random.Generator, chance: Floats) -> tuple[Ints, Ints]:
    """Which member (row) acts on which post (column), given the chance of each pair."""
    member, post = np.nonzero(rng.random(chance.shape) < chance)
    return member, post


def by_group(group: Ints, n_groups: int) -> Iterator[Ints]:
    """The positions of each group, in order, from group 0 on; a group may have none."""
    order = np.argsort(group, kind="stable")
    yield from np.split(order, np.searchsorted(group[order], np.arange(1, n_groups)))


def pick(choices: Sequence[str], index: Ints) -> pl.Series:
    """The choices at some positions."""
    return pl.Series(choices, dtype=pl.String).gather(index)


def sometimes(rng: np.random.Generator, values: pl.Series, share: float) -> pl.Series:
    """A share of the values, the others null."""
    return masked(values, rng.random(len(values)) >= share)


def masked(values: pl.Series, hidden: Bools) -> pl.Series:
    """The values, null where they are hidden."""
    return pl.select(pl.when(~pl.Series(hidden)).then(values)).to_series().alias(values.name)
