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
    """Integer-coded events; times in microseconds."""

    account: NDArray[np.int32]
    object: NDArray[np.int32]
    time: NDArray[np.int64]


def events(n: int, seed: int = 0) -> Events:
    """Made-up reposts: heavy-tailed accounts and objects, ten minutes or so to the median repost, 1 % on a viral one.

    Accounts are n / 10, objects n / 8. At 60 s there are some five pairs an event.
    """
    rng = np.random.default_rng(seed)
    account = heavy_tailed(rng, n, n // 10, 0.8)
    objects = heavy_tailed(rng, n, n // 8, 0.9)
    born = rng.integers(0, 30 * 86_400, n // 8)
    lag = rng.lognormal(np.log(600), 1.8, n)
    seconds = np.floor(born[objects] + lag).astype(np.int64)
    viral = rng.choice(n, n // 100, replace=False)
    objects[viral] = n // 8
    seconds[viral] = rng.integers(0, 86_400, len(viral))
    return Events(account.astype(np.int32), objects.astype(np.int32), seconds * 1_000_000)


def heavy_tailed(rng: np.random.Generator, n: int, kinds: int, exponent: float) -> NDArray[np.int64]:
    """Draws from `kinds` ranks with a weight of (rank + shift) ** -exponent, the same shape at every size."""
    weights = np.cumsum((np.arange(kinds) + kinds / 2_000) ** -exponent)
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
