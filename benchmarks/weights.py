"""Where the weights of groups come from: `python benchmarks/weights.py [--seeds 10]`.

Groups are found in simulated activity, on tuning seeds (0 and up; those of benchmarks/detection.py are 100 and up), and
a logistic regression tells operations from crowds that look alike. Each kind of group counts by the square root of
its number, operations and crowds as much as each other. The figures in `cib.networks.statistics.WEIGHTS` are rounded.
"""

from __future__ import annotations

import argparse

import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression

import cib
from cib.networks.statistics import WEIGHTS, signs

SCENARIOS = (
    ("tactics", 1.0),
    ("tactics-organic", 1.0),
    ("takedown-2020", 0.01),
    ("organic", 0.01),
    ("takedown-2020", 0.002),
)
NAMES = [name for name in WEIGHTS if name != "one"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    options = parser.parse_args()
    runs = [(scenario, scale, seed) for scenario, scale in SCENARIOS for seed in range(options.seeds)]
    rows = pl.concat([groups(*run).with_columns(run=pl.lit(k)) for k, run in enumerate(runs)])
    rows = rows.with_columns(support=pl.sum_horizontal(pl.col(name) * WEIGHTS[name] for name in NAMES))
    for _ in range(6):  # the layer that says most is the one that counts, and which that is depends on the weights
        best = rows.sort("run", "network", "support", descending=[False, False, True]).unique(
            ["run", "network"], keep="first", maintain_order=True
        )
        model = LogisticRegression().fit(best[NAMES].to_numpy(), best["operation"], sample_weight=shares(best))
        decades = model.decision_function(rows[NAMES].to_numpy()) / np.log(10)
        rows = rows.with_columns(support=pl.Series(decades))
    found = dict(zip(["one", *NAMES], np.append(model.intercept_, model.coef_[0]) / np.log(10), strict=True))
    print("fitted  ", {name: round(float(value), 2) for name, value in found.items()})
    print("in use  ", WEIGHTS)
    print(
        best.group_by("operation", "label")
        .agg(pl.len(), pl.col("support").min(), max=pl.col("support").max())
        .sort("max")
    )


def groups(scenario: str, scale: float, seed: int) -> pl.DataFrame:
    """One row a network and layer: what is weighed, what most members are, and whether that is an operation."""
    activity, truth = cib.simulate(scenario, scale=scale, seed=seed)
    networks = cib.detect(activity, progress=False).networks
    kinds = networks.members.join(truth.select("account_id", "community", "operation"), on="account_id")
    labels = kinds.group_by("network_id").agg(
        label=pl.col("community").mode().sort().first(), operation=pl.col("operation").is_not_null().mean() > 0.8
    )
    statistics = pl.concat(
        [network.statistics.with_columns(network=pl.lit(network.id)) for network in networks], how="diagonal_relaxed"
    )
    weighed = signs(statistics, "co-action post 60 s").drop_nulls()
    return weighed.join(labels, left_on="network", right_on="network_id")


def shares(best: pl.DataFrame) -> np.ndarray:
    weight = best.select(1 / pl.len().over("label").sqrt())["literal"].to_numpy()
    positive = best["operation"].to_numpy()
    return np.where(positive, weight / weight[positive].sum(), weight / weight[~positive].sum()) * len(weight) / 2


if __name__ == "__main__":
    main()
