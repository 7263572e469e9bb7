"""Compare the co-action kernel with the floor: `python benchmarks/coaction.py [--events N ...] [--windows W ...]`.

Integer-coded events are generated once per size and stored in a file. Each measurement reads them in a separate
process, after a first run on few events that compiles the kernel. The ratio is relative to the floor in the same
process (see benchmarks/floor.py); memory is the peak of that process before the floor. With a window there is no
budget of pairs, so the viral object is included; without a window the default budget applies, to bound the run time.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from floor import Events, events, floor_seconds
from memory import peak_gb

import cib
from cib.compiled import grouped, taken
from cib.graphs.coaction import MAX_PAIRS
from cib.graphs.compiled.coaction import coactions
from cib.graphs.compiled.windows import ALWAYS, window_bounds, window_pairs

SIZES = (100_000, 1_000_000, 10_000_000, 40_000_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=SIZES[:3], help=f"such as {SIZES}")
    parser.add_argument("--windows", nargs="+", default=["10", "60", "3600", "none"], help="seconds, or 'none'")
    parser.add_argument("--min-weight", type=int, default=2)
    parser.add_argument("--threads", type=int, help="default: all cores")
    parser.add_argument("--crowd", type=int, help="instead: so many accounts on one object, without a window")
    parser.add_argument("--similarity", type=int, help="instead: TF-IDF cosine of 0.5 and more in so many events")
    parser.add_argument("--file", type=Path, help="measure in this process, the events of this file")
    options = parser.parse_args()
    if options.file:
        measure(options.file, options.windows[0], options.min_weight, options.threads)
        return
    if options.crowd:
        crowd(options.crowd)
        return
    if options.similarity:
        similarity(options.similarity)
        return
    print(
        f"{'events':>11} {'window':>7} {'pairs':>13} {'edges':>11} {'kernel s':>9} {'floor s':>8} ratio    GB  ns/pair"
    )
    for n in options.events:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "events.npz"
            np.savez(file, **events(n)._asdict())
            for window in options.windows:
                arguments = ["--file", file, "--windows", window, "--min-weight", options.min_weight]
                if options.threads:
                    arguments += ["--threads", options.threads]
                subprocess.run([sys.executable, __file__, *map(str, arguments)], check=True)


def measure(file: Path, window: str, min_weight: int, threads: int | None) -> None:
    span = ALWAYS if window == "none" else round(float(window) * 1e6)
    run(events(1_000), span, min_weight, threads)  # compiles
    with np.load(file) as arrays:
        data = Events(**arrays)
    start = time.perf_counter()
    pairs, edges = run(data, span, min_weight, threads)
    seconds = time.perf_counter() - start
    memory = peak_gb()
    floor = floor_seconds(data, pairs)
    print(
        f"{round(len(data.time) / 0.75):>11,} {window:>7} {pairs:>13,} {edges:>11,} {seconds:>9.2f} {floor:>8.2f} "
        f"{seconds / floor:>5.1f} {memory:>5.1f} {1e9 * seconds / max(pairs, 1):>8.1f}",
        flush=True,
    )


def crowd(n: int) -> None:
    """Measure many accounts on one object at any time, which exceeds the budget of pairs."""
    accounts = pl.int_range(n, eager=True).cast(pl.String)
    posts = pl.DataFrame({"account_id": accounts, "post_id": accounts}).with_columns(
        action=pl.lit("retweet"),
        target_post_id=pl.lit("viral"),
        created_at=pl.lit("2020-06-01T00:00:00Z"),
    )
    activity = cib.read(posts, progress=False)
    run(events(1_000), ALWAYS, 2, None)  # compiles
    start = time.perf_counter()
    with warnings.catch_warnings(record=True):
        graph = cib.coaction_graph(activity, window=None)
    print(f"{n:,} accounts on one object: {time.perf_counter() - start:.1f} s, {peak_gb():.1f} GB with the reading")
    print(graph.construction.left_out)


def similarity(n: int) -> None:
    """Measure the similarity of all pairs of accounts by the posts they retweet, at any time."""
    data = events(n)
    activity = cib.read(
        pl.DataFrame(
            {
                "account_id": pl.Series(data.account).cast(pl.String),
                "target_post_id": pl.Series(data.object).cast(pl.String),
                "created_at": data.time // 1_000_000 + 1_577_836_800,
            }
        ),
        progress=False,
    )
    cib.similarity_graph(replace(activity, posts_table=activity.posts_table.head(1_000)))  # compiles
    start = time.perf_counter()
    graph = cib.similarity_graph(activity)
    seconds = time.perf_counter() - start
    print(f"{n:,} events: {graph.n_edges:,} pairs, {seconds:.1f} s, {peak_gb():.1f} GB with the reading")


def run(data: Events, span: int, min_weight: int, threads: int | None) -> tuple[int, int]:
    """Sort events, find windows, drop objects over budget and project; return the numbers of pairs and edges."""
    starts, order = grouped(data.object, int(data.object.max()) + 1)  # sorted by time within an object
    account, objects, times = taken(data.account, order), taken(data.object, order), taken(data.time, order)
    del order
    low, high = window_bounds(starts, times, span)
    counts = window_pairs(starts, high)
    if span == ALWAYS:
        over = (counts > MAX_PAIRS)[objects]
        high[over] = low[over]
        counts = counts[counts <= MAX_PAIRS]
    n_accounts = int(data.account.max()) + 1
    edges, _ = coactions(account, objects, times, low, high, n_accounts, min_weight=min_weight, threads=threads)
    return int(counts.sum()), len(edges.u)


if __name__ == "__main__":
    main()
