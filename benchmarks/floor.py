"""Measure a lower bound of the time of co-action: read the columns, sort by object and time, copy the list of pairs.

`python benchmarks/floor.py [--events 10000000]` prints it alone; `benchmarks/coaction.py` measures it in the same run
as the kernel. No method that compares events can be faster than sorting them.
"""

from __future__ import annotations

import argparse
import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Events(NamedTuple):
    """Integer-coded events, sorted by time; times in microseconds."""

    account: NDArray[np.int32]
    object: NDArray[np.int32]
    time: NDArray[np.int64]


def events(n: int, seed: int = 0) -> Events:
    """Generate the reposts among `n` actions, which are 75 % of them; 1 % of all actions are on one viral object.

    There are n / 10 accounts, of which one in a hundred makes two thirds of the reposts, and n / 14 objects; the median
    delay of a repost is about ten minutes, on the viral object delays are uniform over a day. With a window of 60 s
    there are about five pairs per action, and more with a larger viral object.
    """
    rng = np.random.default_rng(seed)
    reposts = 3 * n // 4
    account = heavy_tailed(rng, reposts, n // 10, 1.1, 20_000)
    objects = heavy_tailed(rng, reposts, n // 14, 0.9, 2_000)
    born = rng.integers(0, 30 * 86_400, n // 14)
    lag = rng.lognormal(np.log(600), 1.8, reposts)
    seconds = np.floor(born[objects] + lag).astype(np.int64)
    viral = rng.choice(reposts, n // 100, replace=False)
    objects[viral] = n // 14
    seconds[viral] = rng.integers(0, 86_400, len(viral))
    order = np.argsort(seconds, kind="stable")
    return Events(account[order].astype(np.int32), objects[order].astype(np.int32), seconds[order] * 1_000_000)


def heavy_tailed(rng: np.random.Generator, n: int, kinds: int, exponent: float, steps: int) -> NDArray[np.int64]:
    """Draw `n` ranks with weights (rank + kinds / steps) ** -exponent, which have the same shape at every size."""
    weights = np.cumsum((np.arange(kinds) + kinds / steps) ** -exponent)
    order = rng.permutation(kinds)
    drawn: NDArray[np.int64] = order[np.searchsorted(weights, rng.random(n) * weights[-1])]
    return drawn


def floor_seconds(data: Events, pairs: int) -> float:
    """Measure the seconds to scan the columns, argsort by object and time, and copy a list of `pairs` pairs."""
    listed = np.zeros((min(pairs, 400_000_000), 2), np.int32)
    start = time.perf_counter()
    scanned = int(data.account.max()) + int(data.object.max()) + int(data.time.max())
    order = np.argsort(data.object.astype(np.int64) * (1 << 40) + data.time // 1_000_000)
    copied = listed.copy()
    seconds = time.perf_counter() - start
    if len(order) + len(copied) + scanned < 0:
        raise AssertionError  # uses the results, so that the work is not optimised away
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    options = parser.parse_args()
    data = events(options.events)
    print(f"{options.events:,} events: {floor_seconds(data, 5 * options.events):.2f} s")


if __name__ == "__main__":
    main()
