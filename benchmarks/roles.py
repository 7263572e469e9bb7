"""How good the role scores of all accounts are.

    python benchmarks/roles.py [--seeds 5] [--first-seed 200] [--scale 0.01] [--rival none:501 ...]
                               [--others election:501 ...] [--cache FOLDER]

No network is looked for. For each world: average precision and activity-matched AUC (within doublings of the number of
acts) of `highly_engaged` for the core and of `amplifier` for amplifiers, among all accounts that act, and how many
accounts of each organic crowd get a role name. In simulated takedowns, clean and with a fifth of the core amplifying as
well, also the macro-F1 of the names, the stability when half of the rows are left out, and the calibration. All figures
are synthetic. Weights were chosen on seeds below 100.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
from judging import World, has, read_world, score_measures, simulated_world
from scipy.stats import spearmanr
from sklearn.metrics import f1_score, roc_auc_score
from worlds import EVASIONS, OTHERS, other, pairs, rival

import cib
from cib.evaluation import calibration
from cib.simulation import Simulation

ROLES = ["highly_engaged", "amplifier"]
HEADS = ("core AP", "core AUC", "amplifier AP", "amplifier AUC")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=200)
    parser.add_argument("--scale", type=float, default=0.01)
    parser.add_argument("--rival", nargs="+", default=[], metavar="EVASION:SEED")
    parser.add_argument("--others", nargs="+", default=[], metavar="NAME:SEED")
    parser.add_argument("--cache", type=Path, help="where generated worlds are kept")
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    clean = [cib.simulate(scale=options.scale, seed=seed) for seed in seeds]
    mixed = [cib.simulate("takedown-2020-mixed-roles", scale=options.scale, seed=seed) for seed in seeds]
    takedowns = [simulated_world("takedown", seed, "takedown-2020", scale=options.scale) for seed in seeds]
    print("AP and activity-matched AUC of each score, all acting accounts\n")
    print(f"{'world':<24} " + " ".join(f"{name:>13}" for name in HEADS))
    with tempfile.TemporaryDirectory() as temporary:
        cache = options.cache or Path(temporary)
        tables = [measured(world) for world in [*takedowns, *written(options, cache)]]
    print_crowds(tables)
    print(f"\ntakedown, {'macro-F1':>9} {'F1 core':>8} {'F1 ampl.':>9} {'AUC':>6}  with the shipped reference")
    for name, made in (("clean", clean), ("mixed", mixed)):
        for seed, one in zip(seeds, made, strict=True):
            print(f"{name:<6} {seed:>5} {accuracy(one)}   {accuracy(one, 'simulated')}", flush=True)
    print("\nhalf of the rows left out: Spearman of scores, accounts with ten actions and more")
    for seed, one in zip(seeds, clean, strict=True):
        print(f"{seed:>5} {stability(one)}", flush=True)
    if len(clean) > 1:
        print("\ncalibrated on the seeds before, judged on the last")
        for line in calibrated(clean):
            print(f"  {line}")


def written(options: argparse.Namespace, cache: Path) -> Iterator[World]:
    """The worlds that others wrote."""
    for evasion, seed in pairs(options.rival, EVASIONS):
        if folder := rival(evasion, seed, cache):
            yield read_world(folder)
    for name, seed in pairs(options.others, OTHERS):
        yield read_world(other(name, seed, cache))


def measured(world: World) -> tuple[str, pl.DataFrame]:
    """Score a world, print its measures, and return its acting accounts with the roles named for them."""
    acts = world.activity.posts_table.group_by("account_id").agg(acts=pl.len())
    table = scored(world.activity, world.truth).join(acts, on="account_id")
    found = score_measures(table)
    values = " ".join(f"{'-' if found[head] is None else format(found[head], '.3f'):>13}" for head in HEADS)
    print(f"{world.name:<24} {values}", flush=True)
    return world.kind, table


def print_crowds(tables: Iterable[tuple[str, pl.DataFrame]]) -> None:
    """Print the share of the acting accounts of each crowd that gets each role name."""
    parts = [
        table.select("community", "operation", kind=pl.lit(kind), **{name: has(table["named"], name) for name in ROLES})
        for kind, table in tables
    ]
    counts = (
        pl.concat(parts)
        .filter(pl.col("operation").is_null())
        .group_by("kind", "community", maintain_order=True)
        .agg(pl.len(), *(pl.col(name).mean() for name in ROLES))
        .sort("kind", "community")
    )
    print(f"\n{'organic crowd':<44} {'accounts':>9} " + " ".join(f"{name:>14}" for name in ROLES))
    for kind, community, n, *shares in counts.iter_rows():
        print(f"{f'{kind}: {community}':<44} {n:>9,} " + " ".join(f"{share:>14.2%}" for share in shares))


def scored(activity: cib.Activity, truth: pl.DataFrame, reference: str | None = None) -> pl.DataFrame:
    features = cib.extract(activity)
    scores = cib.RoleScorer(reference=reference).fit(features).score(features).table
    return truth.join(scores.rename({"role": "named"}), on="account_id")


def told_apart(table: pl.DataFrame) -> pl.DataFrame:
    """Accounts of operations with several roles; those of a ring, all alike, are right as either."""
    several = pl.col("role").n_unique().over("operation") > 1
    return table.filter(pl.col("operation").is_not_null() & several)


def role_macro_f1(table: pl.DataFrame) -> tuple[float, float, float]:
    """Mean of the F1 of both roles, and each, over the accounts of operations with both; unnamed ones are missed."""
    known = told_apart(table)
    core, amplifier = (f1_score(has(known["role"], role), has(known["named"], role)) for role in ROLES)
    return (core + amplifier) / 2, core, amplifier


def core_auc(table: pl.DataFrame) -> float:
    """How often a core account, amplifying or not, has a higher score of highly engaged than an amplifier."""
    known = told_apart(table)
    return float(roc_auc_score(has(known["role"], "highly_engaged"), known["highly_engaged"]))


def accuracy(simulation: Simulation, reference: str | None = None) -> str:
    table = scored(simulation.activity, simulation.truth, reference)
    macro, core, amplifier = role_macro_f1(table)
    return f"{macro:>9.3f} {core:>8.3f} {amplifier:>9.3f} {core_auc(table):>6.3f}"


def stability(simulation: Simulation) -> str:
    activity, truth = simulation.activity, simulation.truth
    posts = activity.posts_table.sample(fraction=0.5, seed=1).sort("created_at", "account_id", "post_id")
    whole, half = scored(activity, truth), scored(replace(activity, posts_table=posts), truth)
    both = whole.filter(pl.col("support") >= 10).join(half, on="account_id")
    return "  ".join(f"{role} {spearmanr(both[role], both[f'{role}_right']).statistic:.3f}" for role in ROLES)


def calibrated(simulations: Sequence[Simulation]) -> list[str]:
    """Each simulation is a campaign: operations and crowds of one seed are alike."""
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
    for role in ROLES:
        judged = calibration(has(fresh["role"], role).to_numpy(), fresh[role].to_numpy())
        lines.append(f"{role:<15} {scorer.calibrations_[role]!r}; last seed: {judged!r}")
    return lines


if __name__ == "__main__":
    main()
