"""The co-action kernel against the floor: `python benchmarks/coaction.py [--events N ...] [--windows W ...]`.

Integer-coded events are made in memory; each measurement runs in a process of its own, twice (the first run
compiles), and prints the second. The ratio is to the floor of the same process (see benchmarks/floor.py).
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time

import numpy as np
from floor import Events, events, floor_seconds

from cib.graphs.windows import ALWAYS, by_object, coactions, window_bounds, window_pairs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[100_000, 1_000_000, 10_000_000])
    parser.add_argument("--windows", nargs="+", default=["10", "60", "3600"], help="seconds, or 'none'")
    parser.add_argument("--min-weight", type=int, default=2)
    parser.add_argument("--max-pairs", type=int, default=5_000_000, help="of one object; above, it is left out")
    parser.add_argument("--one", action="store_true", help="measure in this process")
    options = parser.parse_args()
    if options.one:
        measure(options.events[0], options.windows[0], options.min_weight, options.max_pairs)
        return
    print(
        f"{'events':>11} {'window':>7} {'pairs':>13} {'edges':>11} {'kernel s':>9} {'floor s':>8} ratio   +GB  ns/pair"
    )
    for n in options.events:
        for window in options.windows:
            arguments = ["--one", "--events", n, "--windows", window, "--min-weight", options.min_weight]
            arguments += ["--max-pairs", options.max_pairs]
            subprocess.run([sys.executable, __file__, *map(str, arguments)], check=True)


def measure(n: int, window: str, min_weight: int, max_pairs: int) -> None:
    span = ALWAYS if window == "none" else round(float(window) * 1e6)
    run(events(1_000), span, min_weight, max_pairs)  # compiles
    data = events(n)
    before = peak_gb()
    start = time.perf_counter()
    pairs, edges = run(data, span, min_weight, max_pairs)
    seconds = time.perf_counter() - start
    memory = peak_gb() - before
    floor = floor_seconds(data, pairs)
    print(
        f"{n:>11,} {window:>7} {pairs:>13,} {edges:>11,} {seconds:>9.2f} {floor:>8.2f} {seconds / floor:>5.1f} "
        f"{memory:>5.1f} {1e9 * seconds / max(pairs, 1):>8.1f}",
        flush=True,
    )


def run(data: Events, span: int, min_weight: int, max_pairs: int) -> tuple[int, int]:
    """Sort, bound, count, leave out what is over budget, and project; pairs and edges."""
    starts, order = by_object(data.object, data.time, int(data.object.max()) + 1)
    account, objects, times = data.account[order], data.object[order], data.time[order]
    _, high = window_bounds(starts, times, span)
    counts = window_pairs(starts, high)
    if (counts > max_pairs).any():
        keep = (counts <= max_pairs)[objects]
        account, objects, times = account[keep], objects[keep], times[keep]
        starts = np.searchsorted(objects, np.arange(len(starts)))
    low, high = window_bounds(starts, times, span)
    edges, _ = coactions(account, objects, times, low, high, int(data.account.max()) + 1, min_weight=min_weight)
    return int(window_pairs(starts, high).sum()), len(edges.u)


def peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    main()
