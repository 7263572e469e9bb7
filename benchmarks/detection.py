"""Evaluate detection in all worlds, in comparison with published methods and trivial rankings.

    python benchmarks/detection.py [--worlds rival-none originals cib-tactics ...] [--seeds 5] [--first-seed 501]
                                   [--methods cib polio ...] [--cache FOLDER] [--json FILE] [--labelled FILE LABELS]

The worlds are the rival takedown if available (see ``worlds.py``), those of ``other_worlds``, and those of the
package's simulator (``cib-...``); all are synthetic. Prints one row per kind of world and method with the mean over the
seeds, and one with the worst value of each measure; all worlds are written to --json. Precision, recall and crowds
refer to the accounts that a method flags with its own defaults; no method uses labels.

Labelled data are evaluated unchanged, and grafted: three actions of random background accounts are added for each
action of the operation on objects that three of its accounts share, with delays of the background's own cascades.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from judging import Judgement, detected, judge
from tables import print_judgements
from worlds import WORLDS, write_json

import cib
from cib import presets
from cib.evaluation import evaluate, trivial_scores
from cib.evaluation.trivial import TRIVIAL

#: Maximum number of accounts of an object in the published methods, to bound their cost.
MOST = 1_000
#: Share of accounts that are pruned; Luceri et al. leave it to the analyst.
PRUNED = 0.9
#: Actions grafted per action of the operation, minimum number of its accounts that share the object, and seed.
GRAFTED, SHARED, GRAFT_SEED = 3, 3, 14


def by_one_kind(activity: cib.Activity) -> pl.DataFrame:
    """Return the detection of the package with a rule that accepts one kind of evidence."""
    return cib.detect(activity, settings=cib.Settings(rule=cib.Rule(min_single=0.3)), progress=False).table


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
    """Flag all accounts of a graph, scored by their largest edge weight, with modularity clusters as networks."""
    ends = pl.concat([graph.edge_table.select(score, account_id=end) for end in ("source", "target")])
    clusters = presets.modularity_clusters(graph).with_columns(network_id=pl.col("cluster").cast(pl.String))
    best = ends.group_by("account_id").agg(coordination=pl.col(score).max().cast(pl.Float64))
    return best.join(clusters, on="account_id").with_columns(verdict=pl.lit("candidate"))


def by_trivial(score: str) -> Callable[[cib.Activity], pl.DataFrame]:
    """Return a method that ranks accounts by a trivial score and flags none."""

    def ranked(activity: cib.Activity) -> pl.DataFrame:
        nobody = pl.lit(None, pl.String)
        return trivial_scores(activity).select("account_id", pl.col(score).alias("coordination"), verdict=nobody)

    return ranked


METHODS: dict[str, Callable[[cib.Activity], pl.DataFrame]] = {
    "cib": detected,
    "cib-one-kind": by_one_kind,
    "count": by_count,
    "pacheco2021": by_pacheco,
    "luceri2024": by_luceri,
    "polio": by_polio,
    "nizzoli2021": by_nizzoli,
    "iannucci2025": by_iannucci,
    **{score: by_trivial(score) for score in TRIVIAL},
}


def compared(kinds: list[str], seeds: range, methods: list[str], cache: Path) -> list[Judgement]:
    """Judge each method in each world, one world at a time."""
    found = []
    for kind in kinds:
        for seed in seeds:
            world = WORLDS[kind](seed, cache)
            if world is not None:
                found += [judge(world, METHODS[method], method) for method in methods]
                print(f"{world.name} judged", file=sys.stderr, flush=True)
    return found


def real(path: str, labels: str, methods: list[str]) -> None:
    """Print the evaluation of each method on labelled data, and on the same data grafted."""
    activity, truth = cib.read(path), pl.read_parquet(labels)
    variants = {"": activity, "grafted, ": grafted(activity, truth.filter(label="coordinated")["account_id"])}
    flags = [None, *(name for name, dtype in truth.schema.items() if dtype == pl.Boolean)]
    for method in (method for method in methods if method not in TRIVIAL):
        recall = []
        for variant, data in variants.items():
            try:
                table = trivial_scores(data).join(METHODS[method](data), on="account_id", how="left")
            except cib.CibError as error:
                print(f"\nreal: {path}: {method} cannot be used: {error}")
                break
            for flag in flags:
                result = evaluate(table, truth, set_apart=flag)
                print(f"\nreal: {path}: {variant}{method}{f', leaving out {flag}' if flag else ''}\n{result}")
            recall.append(result.recall)
        if recall:
            print(f"\nrecall of {method} as it is and grafted: {recall[0]:.3f}, {recall[-1]:.3f}")


def grafted(activity: cib.Activity, operation: pl.Series, acts: int = GRAFTED, seed: int = GRAFT_SEED) -> cib.Activity:
    """Add actions of random background accounts on the objects that operation accounts share.

    For each action of the operation on an object with at least `SHARED` of its accounts, `acts` actions of random
    background accounts on the object are added. Their delays after the first action on it are drawn from those of
    background accounts.
    """
    rng = np.random.default_rng(seed)
    posts = activity.posts_table.with_columns(member=pl.col("account_id").is_in(operation.implode()))
    posts = posts.with_columns(first=pl.col("created_at").min().over("target_post_id"))
    delay = (pl.col("created_at") - pl.col("first")).alias("delay")
    delays = posts.filter(~pl.col("member")).select(delay).filter(pl.col("delay") > pl.duration(seconds=0))["delay"]
    n = pl.col("account_id").filter("member").n_unique().over("target_post_id")
    shared = posts.filter(n >= SHARED).filter("member")
    shared = shared.select(pl.all().repeat_by(acts).explode())
    background = posts.filter(~pl.col("member"))["account_id"].unique().sort()
    added = shared.with_columns(
        background.gather(rng.integers(0, len(background), shared.height)).alias("account_id"),
        created_at=pl.col("first") + delays.gather(rng.integers(0, len(delays), shared.height)),
        post_id=pl.format("graft-{}", pl.int_range(pl.len())),
    )
    columns = activity.posts_table.columns
    frame = pl.concat([activity.posts_table, added.select(columns)]).sort("created_at", "post_id")
    frame = frame.unique(["account_id", "target_post_id"], keep="first", maintain_order=True)
    return cib.read(frame, format="canonical", progress=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", nargs="*", choices=WORLDS, default=list(WORLDS), metavar="KIND")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=501)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=["cib"])
    parser.add_argument("--cache", type=Path, help="where generated worlds are kept")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--labelled", nargs=2, metavar=("FILE", "LABELS"))
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    with tempfile.TemporaryDirectory() as temporary:
        judgements = compared(options.worlds, seeds, options.methods, options.cache or Path(temporary))
    if judgements:
        print(f"seeds {seeds[0]} to {seeds[-1]}\n")
        print_judgements(judgements, each=False)
    if options.json:
        write_json(options.json, judgements)
    if options.labelled:
        real(*options.labelled, options.methods)


if __name__ == "__main__":
    main()
