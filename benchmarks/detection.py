"""How good detection is: `python benchmarks/detection.py [--seeds 5] [--scale 0.01] [--labelled FILE LABELS]`.

Simulated takedowns and campaign-free controls on fresh seeds, then labelled real data if given. One row a
run; flagged means verdict `candidate` unless said. Simulated figures are synthetic and say so.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np
import polars as pl

import cib


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--scale", type=float, default=0.01)
    parser.add_argument("--labelled", nargs=2, metavar=("FILE", "LABELS"))
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)

    print(f"synthetic, scale {options.scale:g}, seeds {seeds[0]} to {seeds[-1]}")
    print(
        f"{'scenario':<15} {'seed':>5} {'AP':>6} {'AP count':>9} {'precision':>10} {'recall':>7} {'core':>6} {'s':>6}"
    )
    for scenario in ("takedown-2020", "organic"):
        rows = [takedown(scenario, seed, options.scale) for seed in seeds]
        for seed, row in zip(seeds, rows, strict=True):
            print(f"{scenario:<15} {seed:>5} {row}")
    print("\nfalse alarms by community, share of accounts with verdict candidate (any network), all seeds")
    for community, accounts, flagged, inside in false_alarms(seeds, options.scale):
        print(f"{community:<24} {accounts:>9,} {flagged:>8.3%} {inside:>8.3%}")
    if options.labelled:
        real(*options.labelled)


def takedown(scenario: str, seed: int, scale: float) -> str:
    activity, truth = cib.simulate(scenario, scale=scale, seed=seed)
    start = time.perf_counter()
    detection = cib.detect(activity, progress=False)
    seconds = time.perf_counter() - start
    if scenario == "organic":
        flagged = int((detection.table["verdict"] == "candidate").sum())
        return f"{flagged:>6,} of {detection.table.height:,} accounts flagged {seconds:>6.1f}"
    any_network, _, candidate = cib.evaluation.evaluate(detection.table, truth)
    joined = truth.join(detection.table.select("account_id", "verdict"), on="account_id", how="left")
    core = joined.filter(pl.col("role") == "highly_engaged")
    found = (core["verdict"] == "candidate").fill_null(False).mean()
    return (
        f"{any_network.average_precision:>6.3f} {count_baseline(activity, truth):>9.3f} {candidate.precision:>10.3f} "
        f"{candidate.recall:>7.3f} {found:>6.3f} {seconds:>6.1f}"
    )


def count_baseline(activity: cib.Activity, truth: pl.DataFrame) -> float:
    """Average precision of the trivial rule: rank accounts by their number of posts."""
    counts = activity.posts_table.group_by("account_id").agg(pl.len())
    joined = truth.join(counts, on="account_id", how="left")
    return cib.evaluation.average_precision(
        joined["operation"].is_not_null().to_numpy(), joined["len"].fill_null(0).to_numpy().astype(np.float64)
    )


def false_alarms(seeds: range, scale: float) -> Iterator[tuple[str, int, float, float]]:
    parts = []
    for seed in seeds:
        for scenario in ("takedown-2020", "organic"):
            activity, truth = cib.simulate(scenario, scale=scale, seed=seed)
            table = cib.detect(activity, progress=False).table
            organic = truth.filter(pl.col("operation").is_null())
            parts.append(organic.join(table.select("account_id", "verdict"), on="account_id", how="left"))
    flagged = (pl.col("verdict") == "candidate").fill_null(False).mean()
    communities = (
        pl.concat(parts).group_by("community").agg(pl.len(), flagged, inside=pl.col("verdict").is_not_null().mean())
    )
    yield from communities.sort("community").iter_rows()


def real(path: str, labels: str) -> None:
    activity = cib.read(path)
    table = cib.detect(activity).table
    truth = pl.read_parquet(labels)
    print(f"\nreal: {path}")
    for flag in (None, *(name for name, dtype in truth.schema.items() if dtype == pl.Boolean)):
        print(f"leaving out {flag}" if flag else "all labelled accounts")
        for row in cib.evaluation.evaluate(table, truth, set_apart=flag):
            print(f"  {row}")


if __name__ == "__main__":
    main()
