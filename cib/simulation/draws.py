"""Draw random variates: participation, heavy-tailed counts, masks. Each function takes a random generator."""

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
    """Draw Pareto-distributed integers with a mean near ``least * shape / (shape - 1)``."""
    return np.minimum(least * (1 + rng.pareto(shape, n)), most).astype(np.int64)


def zipf_ranks(rng: np.random.Generator, sizes: Ints, exponent: float) -> Ints:
    """Draw a rank in [0, size) for each size, by inversion of the continuous Zipf distribution."""
    power = 1 - exponent
    rank = (1 + rng.random(len(sizes)) * ((sizes + 1.0) ** power - 1)) ** (1 / power)
    return np.minimum(rank.astype(np.int64), sizes) - 1


def varied(rng: np.random.Generator, n: int, sigma: float) -> Floats:
    """Draw lognormal factors with mean one."""
    return rng.lognormal(-(sigma**2) / 2, sigma, n)


def takes_part(rng: np.random.Generator, chance: Floats) -> tuple[Ints, Ints]:
    """Draw the pairs of member (row) and post (column) that act, given the probability of each pair."""
    member, post = np.nonzero(rng.random(chance.shape) < chance)
    return member, post


def by_group(group: Ints, n_groups: int) -> Iterator[Ints]:
    """Yield the positions of each group, in order, from group 0 on; a group may be empty."""
    order = np.argsort(group, kind="stable")
    yield from np.split(order, np.searchsorted(group[order], np.arange(1, n_groups)))


def pick(choices: Sequence[str], index: Ints) -> pl.Series:
    """Return the choices at the given positions."""
    return pl.Series(choices, dtype=pl.String).gather(index)


def sometimes(rng: np.random.Generator, values: pl.Series, share: float) -> pl.Series:
    """Keep a random share of the values, and set the others to null."""
    return masked(values, rng.random(len(values)) >= share)


def masked(values: pl.Series, hidden: Bools) -> pl.Series:
    """Set the hidden values to null."""
    return pl.select(pl.when(~pl.Series(hidden)).then(values)).to_series().alias(values.name)
