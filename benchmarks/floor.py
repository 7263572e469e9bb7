"""The floor under co-action: read the columns, sort by object and time, copy the list of pairs.

`python benchmarks/floor.py [--events 10000000]` prints it alone; `benchmarks/coaction.py` measures it in the same
run as the kernel. Nothing that compares events can be faster than having sorted them.
"""

from __future__ import annotations

import argparse
import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Events(NamedTuple):
    """Integer-coded events, by time as those of an activity; times in microseconds."""

    account: NDArray[np.int32]
    object: NDArray[np.int32]
    time: NDArray[np.int64]


def events(n: int, seed: int = 0) -> Events:
    """The reposts among `n` made-up actions, which are 75 % of them; 1 % of all are on one viral object.

    Accounts are n / 10, of which one in a hundred makes two thirds of the reposts; objects are n / 14; ten minutes
    or so to the median repost, a day on the viral object. At 60 s there are some five pairs an action, and more the
    larger the viral object.
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
    """Draws from `kinds` ranks with a weight of (rank + kinds / steps) ** -exponent, the same shape at every size."""
    weights = np.cumsum((np.arange(kinds) + kinds / steps) ** -exponent)
    order = rng.permutation(kinds)
    drawn: NDArray[np.int64] = order[np.searchsorted(weights, rng.random(n) * weights[-1])]
    return drawn


def floor_seconds(data: Events, pairs: int) -> float:
    """Seconds to scan the columns, argsort (object, time), and copy a list of so many pairs."""
    listed = np.zeros((min(pairs, 400_000_000), 2), np.int32)
    start = time.perf_counter()
    scanned = int(data.account.max()) + int(data.object.max()) + int(data.time.max())
    order = np.argsort(data.object.astype(np.int64) * (1 << 40) + data.time // 1_000_000)
    copied = listed.copy()
    seconds = time.perf_counter() - start
    if len(order) + len(copied) + scanned < 0:
        raise AssertionError  # keeps the work from being left out
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    options = parser.parse_args()
    data = events(options.events)
    print(f"{options.events:,} events: {floor_seconds(data, 5 * options.events):.2f} s")


if __name__ == "__main__":
    main()
