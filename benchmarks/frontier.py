"""Measure the costs of evasion to the operation, and its effect on detection.

    python benchmarks/frontier.py [--scenario takedown-2020] [--scale 0.01] [--seeds 2] [--first-seed 601]

Prints one row per evasion and strength, means over the seeds: average precision, recall and precision of `cib.detect`,
then the worst seed of each, and the costs to the largest operation: the share of lost boosts, the increase of the
median delay of boosts, and the number of actions per boost. The precision of a seed on which nobody is flagged is nan,
and in no mean. An operation can evade detection by fewer, later, or many more actions. All data are simulated.
"""

from __future__ import annotations

import argparse

import polars as pl

import cib
from cib.evaluation import evaluate
from cib.simulation import STRENGTHS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="takedown-2020")
    parser.add_argument("--scale", type=float, default=0.01)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=601)
    options = parser.parse_args()
    columns = ("AP", "recall", "precision", "lost", "delay s", "acts")
    told = (*columns[:3], *(f"{name}, worst" for name in columns[:3]), *columns[3:])
    print(f"{'evasion':<24}" + "".join(f"{name:>18}" for name in told))
    evasions = [{}, *({name: strength} for name in STRENGTHS for strength in (1, 2, 3)), "moderate"]
    for evasion in evasions:
        rows = pl.DataFrame([one(options, seed, evasion) for seed in seeds(options)], schema=columns, orient="row")
        label = " ".join(f"{k}={v}" for k, v in evasion.items()) or "none" if isinstance(evasion, dict) else evasion
        means, worst = rows.mean().row(0), rows.min().row(0)[:3]
        values = (float("nan") if value is None else value for value in (*means[:3], *worst, *means[3:]))
        print(f"{label:<24}" + "".join(f"{value:>18.3g}" for value in values), flush=True)


def seeds(options: argparse.Namespace) -> range:
    return range(options.first_seed, options.first_seed + options.seeds)


def one(options: argparse.Namespace, seed: int, evasion: dict[str, int] | str) -> tuple[float | None, ...]:
    simulation = cib.simulate(options.scenario, scale=options.scale, seed=seed, evasion=evasion)
    result = evaluate(cib.detect(simulation.activity, progress=False), simulation.truth)
    cost = simulation.costs.sort("planned", descending=True).row(0, named=True)
    paid = (cost["amplification_lost"], cost["delay_added"], cost["effort"])
    flagged = result.flags.filter(flagged_if="verdict candidate")["flagged"].item()
    return (result.average_precision, result.recall, result.precision if flagged else None, *paid)


if __name__ == "__main__":
    main()
