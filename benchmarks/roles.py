"""How good the role scores are: `python benchmarks/roles.py [--seeds 5] [--first-seed 200] [--scale 0.01]`.

Simulated takedowns, clean and with a fifth of the core amplifying as well; figures are synthetic. Weights come from
`benchmarks/role_weights.py` and other seeds.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from scipy.stats import spearmanr
from sklearn.metrics import f1_score, roc_auc_score

import cib
from cib.roles.calibration import expected_calibration_error
from cib.simulation import Simulation

ROLES = ["highly_engaged", "amplifier"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=200)
    parser.add_argument("--scale", type=float, default=0.01)
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    print(f"synthetic, scale {options.scale:g}, seeds {seeds[0]} to {seeds[-1]}\n")
    columns = f"{'macro-F1':>9} {'F1 core':>8} {'F1 ampl.':>9} {'AUC':>6}"
    print(f"{'core':<6} {'seed':>5} {columns}  with the shipped reference: {columns}")
    clean = [cib.simulate(scale=options.scale, seed=seed) for seed in seeds]
    mixed = [cib.simulate("takedown-2020-mixed-roles", scale=options.scale, seed=seed) for seed in seeds]
    for name, made in (("clean", clean), ("mixed", mixed)):
        for seed, one in zip(seeds, made, strict=True):
            own, shipped = accuracy(one), accuracy(one, "simulated")
            print(f"{name:<6} {seed:>5} {own}  {'':<26} {shipped}", flush=True)
    print("\nhalf of the rows left out: Spearman of scores, accounts with ten actions and more")
    for seed, one in zip(seeds, clean, strict=True):
        print(f"{seed:>5} {stability(one)}", flush=True)
    print("\ncalibrated on the seeds before, judged on the last")
    for line in calibration(clean):
        print(f"  {line}")
    print("\nall seeds: called highly engaged, called amplifier; and the core of a candidate network, of any network")
    for line in crowds(clean):
        print(f"  {line}")


def scored(activity: cib.Activity, truth: pl.DataFrame, reference: str | None = None) -> pl.DataFrame:
    features = cib.extract(activity)
    scores = cib.RoleScorer(reference=reference).fit(features).score(features).table
    return truth.join(scores.rename({"role": "named"}), on="account_id")


def has(roles: pl.Series, role: str) -> pl.Series:
    """Whether accounts have a role; who is 'both' has both."""
    return roles.is_in([role, "both"]).fill_null(value=False)


def role_macro_f1(table: pl.DataFrame) -> tuple[float, float, float]:
    """Mean of the F1 of both roles, and each, over the accounts that truly have one or both.

    An account named neither or low_support is missed; those without a true role, organic ones and cross-posters, are
    not asked.
    """
    known = table.drop_nulls("role")
    core, amplifier = (f1_score(has(known["role"], role), has(known["named"], role)) for role in ROLES)
    return (core + amplifier) / 2, core, amplifier


def core_auc(table: pl.DataFrame) -> float:
    """How often a core account, amplifying or not, has a higher score of highly engaged than an amplifier."""
    known = table.drop_nulls("role")
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


def calibration(simulations: Sequence[Simulation]) -> list[str]:
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
        true, p = has(fresh["role"], role).to_numpy(), fresh[role].to_numpy()
        lines.append(
            f"{role:<15} {scorer.calibrations_[role]!r}; last seed: Brier {np.mean((p - true) ** 2):.3f}, "
            f"ECE {expected_calibration_error(p, true):.3f}"
        )
    return lines


def crowds(simulations: Sequence[Simulation]) -> list[str]:
    parts = []
    for one in simulations:
        found = cib.detect(one.activity, progress=False)
        core = found.roles.in_network(found.table).select("account_id", core="highly_engaged")
        named = found.table.select("account_id", "network_id", named="role")
        parts.append(one.truth.join(named, on="account_id").join(core, on="account_id"))
    engaged = pl.col("named").is_in(["highly_engaged", "both"])
    shares = {
        "highly engaged": engaged,
        "amplifier": pl.col("named").is_in(["amplifier", "both"]),
        "core": pl.col("core") >= cib.RoleScorer().threshold,
        "of any": engaged & pl.col("network_id").is_not_null(),
    }
    of = (
        pl.concat(parts)
        .group_by("community", pl.col("role").fill_null(""))
        .agg(pl.len(), *(share.mean().alias(name) for name, share in shares.items()))
    )
    return [
        f"{'community':<24} {'role':<15} {'accounts':>8} " + " ".join(f"{name:>14}" for name in shares),
        *(
            f"{community:<24} {role:<15} {n:>8,} " + " ".join(f"{share:>14.2%}" for share in rest)
            for community, role, n, *rest in of.sort("community", "role").iter_rows()
        ),
    ]


if __name__ == "__main__":
    main()
