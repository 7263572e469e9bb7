"""Evaluate the role scores of all accounts in all worlds.

    python benchmarks/roles.py [--worlds rival-none originals cib-tactics ...] [--seeds 5] [--first-seed 501]
                               [--cache FOLDER] [--scale 0.01]

For each kind of world (see ``detection.py``): the average precision of ``highly_engaged`` for the core and of
``amplifier`` for amplifiers, that of the number of actions for comparison, and the *activity-matched* AUC: the mean
within doublings of the number of actions, weighted by positives; then the share of each crowd that is assigned a role.
Finally, on simulated takedowns at `scale`, with separate roles and with a fifth of the core amplifying as well: F1 of
the assigned roles of members, stability and calibration. All data are synthetic; weights were chosen on seeds < 100.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
from judging import CALLED, SCORES, World, core_auc, has, judge, role_f1, scored, simulated_world, told_apart
from scipy.stats import spearmanr
from tables import print_crowds, print_measures
from worlds import WORLDS

import cib
from cib.evaluation import calibration
from cib.simulation import Simulation

SHOWN = {
    f"{role} {measure}": f"{role[:4]} {head}"
    for role in SCORES
    for measure, head in (("AP", "AP"), ("AP by acts", "act"), ("AUC", "AUC"))
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", nargs="*", choices=WORLDS, default=list(WORLDS), metavar="KIND")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=501)
    parser.add_argument("--cache", type=Path, help="where generated worlds are kept")
    parser.add_argument("--scale", type=float, default=0.01, help="of the simulated takedowns at the end")
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    with tempfile.TemporaryDirectory() as temporary:
        cache = options.cache or Path(temporary)
        worlds = (WORLDS[kind](seed, cache) for kind in options.worlds for seed in seeds)
        judgements = [judge(world, scored) for world in worlds if world is not None]
    print(f"synthetic, seeds {seeds[0]} to {seeds[-1]}; act: average precision of the number of acts")
    if judgements:
        print_measures(judgements, SHOWN, each=False)
        print_crowds(judgements, CALLED)
    members(seeds, options.scale)


def members(seeds: range, scale: float) -> None:
    """Print the measures of the members of simulated takedowns."""
    columns = f"{'macro-F1':>9} {'F1 core':>8} {'F1 ampl.':>9} {'AUC':>6}"
    print(f"\nmembers of takedowns at scale {scale:g}")
    print(f"{'core':<6} {'seed':>5} {columns}  with the shipped reference: {columns}")
    clean = [simulated_world("clean", seed, "takedown-2020", scale=scale) for seed in seeds]
    mixed = [simulated_world("mixed", seed, "takedown-2020-mixed-roles", scale=scale) for seed in seeds]
    for world in (*clean, *mixed):
        print(f"{world.kind:<6} {world.seed:>5} {accuracy(world)}  {'':<26} {accuracy(world, 'simulated')}", flush=True)
    print("\nhalf of the rows left out: Spearman of scores, accounts with ten actions and more")
    for world in clean:
        print(f"{world.seed:>5} {stability(world.activity)}", flush=True)
    if len(seeds) >= 3:
        print("\ncalibrated on the seeds before, judged on the last")
        for line in calibrated([cib.simulate(scale=scale, seed=seed) for seed in seeds]):
            print(f"  {line}")


def accuracy(world: World, reference: str | None = None) -> str:
    table = told_apart(world, scored(world.activity, reference))
    core, amplifier = role_f1(table).values()
    return f"{(core + amplifier) / 2:>9.3f} {core:>8.3f} {amplifier:>9.3f} {core_auc(table):>6.3f}"


def stability(activity: cib.Activity) -> str:
    posts = activity.posts_table.sample(fraction=0.5, seed=1).sort("created_at", "account_id", "post_id")
    whole, half = scored(activity), scored(replace(activity, posts_table=posts))
    both = whole.filter(pl.col("support") >= 10).join(half, on="account_id")
    return "  ".join(f"{role} {spearmanr(both[role], both[f'{role}_right']).statistic:.3f}" for role in SCORES.values())


def calibrated(simulations: Sequence[Simulation]) -> list[str]:
    """Calibrate with one group per simulation, since operations and crowds of one seed are not independent."""
    *learn, last = [(cib.extract(one.activity), one.truth) for one in simulations]
    table = cib.FeatureTable(
        pl.concat(features.table.with_columns(pl.col("account_id") + f"-{k}") for k, (features, _) in enumerate(learn))
    )
    roles = [role for _, truth in learn for role in truth["role"]]
    groups = [k for k, (features, _) in enumerate(learn) for _ in range(len(features))]
    scorer = cib.RoleScorer().fit(table, roles, groups)
    features, truth = last
    fresh = truth.join(scorer.score(features).table.drop("role"), on="account_id")
    lines = []
    for role in SCORES.values():
        told = calibration(has(fresh["role"], role).to_numpy(), fresh[role].to_numpy())
        lines.append(f"{role:<15} {scorer.calibrations_[role]!r}; last seed: {told!r}")
    return lines


if __name__ == "__main__":
    main()
