"""How good the role scores are: `python benchmarks/roles.py [--seeds 5] [--first-seed 100] [--scale 0.01]`.

Simulated takedowns, clean and with a fifth of the core amplifying as well; figures are synthetic. Weights were
frozen on seeds 0 to 9.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
import polars as pl
from scipy.stats import spearmanr
from sklearn.metrics import f1_score, roc_auc_score

import cib
from cib.roles.calibration import expected_calibration_error

ROLES = ["highly_engaged", "amplifier"]
CROWDS = ["celebrity", "newsroom", "fandom", "multi-idol-fandom", "organic"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--scale", type=float, default=0.01)
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    clean = [cib.simulate(scale=options.scale, seed=seed) for seed in seeds]
    print(f"synthetic, scale {options.scale:g}, seeds {seeds[0]} to {seeds[-1]}\n")
    print(
        f"{'core':<8} {'seed':>5} {'macro-F1':>9} {'F1 core':>8} {'F1 ampl.':>9} {'AUC':>6}  with the shipped reference"
    )
    for name, made in (
        ("clean", clean),
        ("mixed", [mixed_roles(one, seed=k) for k, one in zip(seeds, clean, strict=True)]),
    ):
        for seed, one in zip(seeds, made, strict=True):
            print(f"{name:<8} {seed:>5} {accuracy(one)}  {accuracy(one, 'simulated')}")
    print("\nhalf of the rows left out: Spearman of scores, accounts with ten actions and more")
    for seed, one in zip(seeds, clean, strict=True):
        print(f"{seed:>5} {stability(one)}")
    print("\ncalibrated on the seeds before, judged on the last: Brier, ECE")
    for line in calibration(clean):
        print(f"  {line}")
    print("\ncalled highly engaged / the core of a network (score times coordination 0.5 and more), all seeds")
    for line in crowds(clean):
        print(f"  {line}")


def mixed_roles(simulation: cib.simulation.Simulation, share: float = 0.2, seed: int = 0) -> cib.simulation.Simulation:
    """The same with a share of the core doing the work of an amplifier each, who is gone; their role stays."""
    rng = np.random.default_rng(seed)
    takedown = simulation.truth.filter(operation="takedown-2020")
    core, amplifiers = (takedown.filter(role=role)["account_id"] for role in ROLES)
    n = round(share * len(core))
    into, gone = (ids.gather(rng.choice(len(ids), n, replace=False)) for ids in (core, amplifiers))
    moved = pl.col("account_id", "target_account_id").replace(gone, into)
    posts = simulation.activity.posts_table.with_columns(moved).sort("created_at", "account_id", "post_id")
    stays = ~pl.col("account_id").is_in(gone.implode())
    activity = replace(
        simulation.activity, posts_table=posts, accounts_table=simulation.activity.accounts_table.filter(stays)
    )
    return type(simulation)(activity, simulation.truth.filter(stays), simulation.costs)


def scored(activity: cib.Activity, truth: pl.DataFrame, reference: str | None = None) -> pl.DataFrame:
    features = cib.extract(activity)
    scores = cib.RoleScorer(reference=reference).fit(features).score(features).frame
    return truth.join(scores.rename({"role": "named"}), on="account_id")


def role_macro_f1(table: pl.DataFrame) -> tuple[float, float, float]:
    """Mean of the F1 of both roles, and each, over the accounts that truly have one.

    An account named neither, both or low_support is missed; those without a true role, organic ones and
    cross-posters, are not asked.
    """
    known = table.drop_nulls("role")
    core, amplifier = f1_score(known["role"].to_list(), known["named"].to_list(), labels=ROLES, average=None)
    return (core + amplifier) / 2, core, amplifier


def core_auc(table: pl.DataFrame) -> float:
    """How often a core account has a higher score of highly engaged than an amplifier."""
    known = table.drop_nulls("role")
    return float(roc_auc_score(known["role"] == "highly_engaged", known["highly_engaged"]))


def accuracy(simulation: cib.simulation.Simulation, reference: str | None = None) -> str:
    table = scored(*simulation, reference)
    macro, core, amplifier = role_macro_f1(table)
    return f"{macro:>9.3f} {core:>8.3f} {amplifier:>9.3f} {core_auc(table):>6.3f}"


def stability(simulation: cib.simulation.Simulation) -> str:
    activity, truth = simulation
    posts = activity.posts_table.sample(fraction=0.5, seed=1).sort("created_at", "account_id", "post_id")
    whole, half = scored(activity, truth), scored(replace(activity, posts_table=posts), truth)
    both = whole.filter(pl.col("support") >= 10).join(half, on="account_id")
    return "  ".join(f"{role} {spearmanr(both[role], both[f'{role}_right']).statistic:.3f}" for role in ROLES)


def calibration(simulations: list[cib.simulation.Simulation]) -> list[str]:
    """Each simulation is a campaign: operations and crowds of one seed are alike."""
    *learn, last = [(cib.extract(activity), truth) for activity, truth in simulations]
    table = cib.FeatureTable(
        pl.concat(features.frame.with_columns(pl.col("account_id") + f"-{k}") for k, (features, _) in enumerate(learn))
    )
    roles = [role for _, truth in learn for role in truth["role"]]
    groups = [k for k, (features, _) in enumerate(learn) for _ in range(len(features))]
    scorer = cib.RoleScorer().fit(table, roles, groups)
    features, truth = last
    fresh = truth.select("account_id", "role").join(
        scorer.score(features).frame.rename({"role": "named"}), on="account_id"
    )
    lines = []
    for role in ROLES:
        true = (fresh["role"] == role).fill_null(False).to_numpy()
        p = fresh[role].to_numpy()
        lines.append(
            f"{role:<15} {scorer.calibrations_[role]!r}; last seed: Brier {np.mean((p - true) ** 2):.3f}, "
            f"ECE {expected_calibration_error(p, true):.3f}"
        )
    return lines


def crowds(simulations: list[cib.simulation.Simulation]) -> list[str]:
    parts = []
    for activity, truth in simulations:
        found = cib.detect(activity, progress=False)
        gated = found.roles.in_network(found.table).rename({"highly_engaged": "core"})
        named = found.table.select("account_id", pl.col("role").alias("named"), "verdict")
        parts.append(truth.join(named, on="account_id").join(gated.select("account_id", "core"), on="account_id"))
    of = (
        pl.concat(parts)
        .group_by("community", "role")
        .agg(
            pl.len(),
            engaged=(pl.col("named") == "highly_engaged").mean(),
            core=(pl.col("core") >= 0.5).mean(),
            candidate=(
                (pl.col("named") == "highly_engaged") & (pl.col("verdict") == "candidate").fill_null(False)
            ).mean(),
        )
    )
    return [
        f"{community:<18} {role or '':<15} {n:>7,} accounts {engaged:>7.1%} {core:>7.2%}; candidate {candidate:.2%}"
        for community, role, n, engaged, core, candidate in of.sort("community", "role").iter_rows()
    ]


if __name__ == "__main__":
    main()
