"""How good detection is, beside published methods and trivial rankings.

    python benchmarks/detection.py [--scenarios takedown-2020 organic] [--seeds 5] [--first-seed 100] [--scale S]
                                   [--evasion moderate | jitter=2 ...] [--methods cib polio ...]
                                   [--labelled FILE LABELS] [--out FILE.csv]

One row a method, means over the seeds with their 95 % interval (Student's t); a row a seed goes to --out. What a
method flags by its own defaults is what F1 and false alarms are about; none saw a label. Simulated figures are
synthetic and say so.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from scipy.stats import t as student

import cib
from cib import presets
from cib.evaluation import evaluate, trivial_scores
from cib.evaluation.trivial import TRIVIAL

#: Objects of more accounts are left out of the published methods, so that all of them can be afforded.
MOST = 1_000
#: Luceri et al. leave the share of accounts to be pruned to the analyst.
PRUNED = 0.9
MEASURES = ("AP", "P@200", "precision", "recall", "F1", "WP", "ARI", "team ARI", "roles", "flagged", "seconds")


def by_cib(activity: cib.Activity) -> pl.DataFrame:
    return cib.detect(activity, progress=False).table


def by_count(activity: cib.Activity) -> pl.DataFrame:
    return flagged(cib.coaction_graph(activity, "post", "60s", max_accounts=MOST))


def by_pacheco(activity: cib.Activity) -> pl.DataFrame:
    return flagged(presets.pacheco2021(activity, max_accounts=MOST))


def by_luceri(activity: cib.Activity) -> pl.DataFrame:
    columns = {"co_url": "urls", "hashtag_sequence": "hashtags"}
    known = [network for network, column in columns.items() if column in activity.posts_table.columns]
    graph = presets.luceri2024(activity, ["co_retweet", "fast_retweet", *known], max_accounts=MOST)
    central = pl.DataFrame({"account_id": graph.ids, "coordination": presets.eigenvector_centrality(graph)})
    kept = pl.col("coordination") >= pl.col("coordination").quantile(PRUNED)
    return (
        flagged(graph)
        .drop("coordination", "verdict")
        .join(central.with_columns(verdict=pl.when(kept).then(pl.lit("candidate"))), on="account_id")
    )


def by_polio(activity: cib.Activity) -> pl.DataFrame:
    return flagged(presets.polio(activity, min_posts=2, max_accounts=MOST))


def by_nizzoli(activity: cib.Activity) -> pl.DataFrame:
    return flagged(presets.nizzoli2021(activity, max_accounts=MOST), "coordination")


def by_iannucci(activity: cib.Activity) -> pl.DataFrame:
    return flagged(presets.iannucci2025(activity, max_accounts=MOST))


def flagged(graph: cib.Graph, score: str = "weight") -> pl.DataFrame:
    """Accounts of a graph, all of them flagged, by their largest edge, in clusters of largest modularity."""
    ends = pl.concat([graph.edge_table.select(score, account_id=end) for end in ("source", "target")])
    clusters = presets.modularity_clusters(graph).with_columns(network_id=pl.col("cluster").cast(pl.String))
    best = ends.group_by("account_id").agg(coordination=pl.col(score).max().cast(pl.Float64))
    return best.join(clusters, on="account_id").with_columns(verdict=pl.lit("candidate"))


def by_trivial(score: str) -> Callable[[cib.Activity], pl.DataFrame]:
    """A ranking that flags nobody."""

    def ranked(activity: cib.Activity) -> pl.DataFrame:
        nobody = pl.lit(None, pl.String)
        return trivial_scores(activity).select("account_id", pl.col(score).alias("coordination"), verdict=nobody)

    return ranked


METHODS: dict[str, Callable[[cib.Activity], pl.DataFrame]] = {
    "cib": by_cib,
    "count": by_count,
    "pacheco2021": by_pacheco,
    "luceri2024": by_luceri,
    "polio": by_polio,
    "nizzoli2021": by_nizzoli,
    "iannucci2025": by_iannucci,
    **{score: by_trivial(score) for score in TRIVIAL},
}


def measured(method: str, activity: cib.Activity, truth: pl.DataFrame) -> dict[str, Any]:
    """What does not apply is None: thresholds of a mere ranking, precision where there is no operation."""
    start = time.perf_counter()
    table = METHODS[method](activity)
    seconds = time.perf_counter() - start
    result = evaluate(table, truth, repeats=0)
    row: dict[str, Any] = {"method": method, **dict.fromkeys(MEASURES), "seconds": seconds}
    if result.positives:
        row |= {"AP": result.average_precision, "P@200": result.rankings["precision_at_200"][0]}
    if result.positives and method not in TRIVIAL:
        row |= {"precision": result.precision, "recall": result.recall, "F1": result.f1}
        row |= {"WP": result.weighted_precision, "ARI": result.ari, "team ARI": result.team_ari}
        row["roles"] = result.role_f1
    if method not in TRIVIAL:
        organic = result.accounts - result.positives
        row["flagged"] = (result.flags["flagged"][-1] - result.flags["true_positives"][-1]) / organic
        row |= {f"FPR {name}": share for name, _, share, _ in result.communities.iter_rows()}
    return row


def interval(values: pl.Series) -> str:
    """Mean and half the width of its 95 % interval."""
    known = values.cast(pl.Float64).drop_nulls().to_numpy()
    if not len(known):
        return "-"
    if len(known) == 1:
        return f"{known[0]:.3f}"
    half = student.ppf(0.975, len(known) - 1) * known.std(ddof=1) / np.sqrt(len(known))
    return f"{known.mean():.3f} ±{half:.3f}"


def printed(title: str, rows: pl.DataFrame) -> None:
    """One table of measures, and one of false alarms by community. ``flagged`` is of all organic accounts."""
    alarms = [name for name in rows.columns if name.startswith("FPR ")]
    for heading, columns in ((title, MEASURES), ("share of each community that is flagged", alarms)):
        names = [name.removeprefix("FPR ") for name in columns]
        print(f"\n{heading}\n{'method':<13}" + "".join(f" {name:>17.17}" for name in names))
        for (method,), group in rows.drop_nulls(columns[-1]).group_by("method", maintain_order=True):
            print(f"{method:<13}" + "".join(f" {interval(group[name]):>17}" for name in columns))


def simulated(options: argparse.Namespace) -> pl.DataFrame:
    """One row a scenario, seed and method."""
    more: dict[str, Any] = {"scale": options.scale} if options.scale else {}
    if options.evasion:
        named = dict(pair.split("=") for pair in options.evasion if "=" in pair)
        more["evasion"] = {name: int(strength) for name, strength in named.items()} or options.evasion[0]
    rows = []
    for scenario in options.scenarios:
        seeds = range(options.first_seed, options.first_seed + options.seeds)
        for seed in seeds:
            activity, truth = cib.simulate(scenario, seed=seed, **more)[:2]
            found = [measured(method, activity, truth) for method in options.methods]
            rows += [{"scenario": scenario, "seed": seed, **row} for row in found]
        table = pl.DataFrame([row for row in rows if row["scenario"] == scenario], infer_schema_length=None)
        settings = "".join(f", {name} {value}" for name, value in more.items())
        printed(f"synthetic: {scenario}{settings}, seeds {seeds[0]} to {seeds[-1]}", table)
    return pl.DataFrame(rows, infer_schema_length=None)


def real(path: str, labels: str, methods: list[str]) -> None:
    activity, truth = cib.read(path), pl.read_parquet(labels)
    trivial = trivial_scores(activity)
    flags = [None, *(name for name, dtype in truth.schema.items() if dtype == pl.Boolean)]
    for method in (method for method in methods if method not in TRIVIAL):
        try:
            table = trivial.join(METHODS[method](activity), on="account_id", how="left")
        except cib.CibError as error:
            print(f"\nreal: {path}: {method} cannot be used: {error}")
            continue
        for flag in flags:
            print(f"\nreal: {path}: {method}{f', leaving out {flag}' if flag else ''}")
            print(evaluate(table, truth, set_apart=flag))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenarios", nargs="*", default=["takedown-2020", "organic"])
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--scale", type=float)
    parser.add_argument("--evasion", nargs="+", metavar="NAME[=STRENGTH]")
    parser.add_argument("--labelled", nargs=2, metavar=("FILE", "LABELS"))
    parser.add_argument("--out", metavar="FILE.csv")
    options = parser.parse_args()
    table = simulated(options)
    if options.out:
        table.write_csv(options.out)
    if options.labelled:
        real(*options.labelled, options.methods)


if __name__ == "__main__":
    main()
