"""Measure feature extraction at scale: `python benchmarks/features.py [--rows N ...]`.

Generated activity, ten actions per account, half of them retweets of known latency; no text. Each measurement runs in
a separate process; CPU seconds are summed over all cores. ``STANDARD``: all standard features; ``same``: those that
``pandas`` computes as well, in a typical implementation. Memory is the peak of the process, including the activity and
its generation.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import polars as pl
from memory import peak_gb

import cib
from cib.activity import POST_COLUMNS, Activity
from cib.import_report import ImportReport

SAME = [
    *("posts_made", "retweets_made", "originality", "retweets_received", "retweeters", "retweet_targets"),
    *("latency_median", "latency_p90", "fast_share", "interval_median", "interval_cv", "burstiness"),
    *("hour_entropy", "weekday_share", "active_days", "first_seen", "last_seen"),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--what", nargs="+", default=["STANDARD", "same", "pandas"])
    parser.add_argument("--one", action="store_true", help="measure in this process")
    parser.add_argument("--progress", action="store_true", help="a line a feature")
    options = parser.parse_args()
    if options.one:
        measure(options.rows[0], options.what[0], options.progress)
        return
    print(f"{'rows':>11} {'accounts':>10} {'what':<9} {'features':>8} {'s':>7} {'CPU s':>7} {'GB':>5}")
    for n in options.rows:
        for what in options.what:
            more = ["--progress"] if options.progress else []
            arguments = ["--one", "--rows", str(n), "--what", what, *more]
            subprocess.run([sys.executable, __file__, *arguments], check=True)


def measure(n: int, what: str, progress: bool) -> None:
    if what != "pandas":
        cib.extract(activity(10_000), chosen(what))  # compiles
    made = activity(n)
    accounts = len(made.account_ids)
    frame = made.posts_table.to_pandas() if what == "pandas" else None
    start, cpu = time.perf_counter(), time.process_time()
    features = cib.extract(made, chosen(what), progress=progress).names if frame is None else plain(frame).columns
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(
        f"{n:>11,} {accounts:>10,} {what:<9} {len(features):>8} {seconds:>7.1f} {cpu:>7.1f} {peak_gb():>5.1f}",
        flush=True,
    )


def chosen(what: str) -> cib.FeatureSet:
    return cib.STANDARD if what == "STANDARD" else cib.FeatureSet(SAME)


def activity(n: int, seed: int = 0) -> Activity:
    """Generate an Activity of posts with Zipf-like popularity over four weeks."""
    rng = np.random.default_rng(seed)
    people, written = n // 10, n // 3
    who = (people * rng.random(n) ** 1.5).astype(np.int64)
    action = np.repeat([0, 1, 3], [written, n - written - n // 6, n // 6])  # post, retweet, reply
    target = np.where(action == 0, -1, (written * rng.random(n) ** 4).astype(np.int64))
    posted = np.sort(rng.integers(0, 28 * 86_400, written))
    delay = rng.lognormal(np.log(2_400), 1.8, n).astype(np.int64)
    at = np.where(action == 0, posted[np.maximum(np.arange(n), 0) % written], posted[target] + delay)
    second = pl.lit(1_590_000_000)
    ids = pl.DataFrame({"who": who, "action": action, "target": target, "at": at}).with_row_index("row")
    author = pl.lit(pl.Series(who[:written])).gather(pl.col("target"))
    known = pl.col("target") >= 0
    table = ids.select(
        account_id=pl.format("a{}", "who"),
        post_id=pl.format("p{}", "row"),
        action=pl.lit(pl.Series(["post", "retweet", "quote", "reply"], dtype=POST_COLUMNS["action"])).gather("action"),
        created_at=((second + pl.col("at")) * 1_000_000).cast(POST_COLUMNS["created_at"]),
        target_post_id=pl.when(known).then(pl.format("p{}", "target")),
        target_account_id=pl.when(known).then(pl.format("a{}", author)),
        target_created_at=pl.when(known).then(
            ((second + pl.lit(pl.Series(posted)).gather(pl.col("target"))) * 1_000_000).cast(POST_COLUMNS["created_at"])
        ),
    )
    table = table.sort("created_at", "account_id", "post_id")
    return Activity(table, pl.DataFrame(schema={"account_id": pl.String}), ImportReport("made", "made", n, n))


def plain(posts: pd.DataFrame) -> pd.DataFrame:
    """Compute the same features with pandas."""
    posts = posts.sort_values(["account_id", "created_at"])
    by = posts.groupby("account_id")
    own = (posts["action"] != "retweet").groupby(posts["account_id"]).sum()
    acts = by.size()
    retweets = posts[posts["action"] == "retweet"]
    others = retweets[retweets["account_id"] != retweets["target_account_id"]]
    latency = (retweets["created_at"] - retweets["target_created_at"]).dt.total_seconds()
    latencies = latency.groupby(retweets["account_id"])
    gap = by["created_at"].diff().dt.total_seconds().groupby(posts["account_id"])
    mean, sd = gap.mean(), gap.std(ddof=0)
    hours = posts.groupby(["account_id", posts["created_at"].dt.hour]).size()
    share = hours / hours.groupby("account_id").transform("sum")
    day = posts["created_at"].dt
    return pd.DataFrame(
        {
            "posts_made": own,
            "retweets_made": acts - own,
            "originality": (own + 1) / (acts + 2),
            "retweets_received": others.groupby("target_account_id").size(),
            "retweeters": others.groupby("target_account_id")["account_id"].nunique(),
            "retweet_targets": others.groupby("account_id")["target_account_id"].nunique(),
            "latency_median": latencies.median(),
            "latency_p90": latencies.quantile(0.9),
            "fast_share": (latency <= 60).groupby(retweets["account_id"]).mean(),
            "interval_median": gap.median(),
            "interval_cv": sd / mean,
            "burstiness": (sd - mean) / (sd + mean),  # without correction for few actions, as is common
            "hour_entropy": -(share * np.log2(share)).groupby("account_id").sum(),
            "weekday_share": (day.day_of_week < 5).groupby(posts["account_id"]).mean(),
            "active_days": day.date.groupby(posts["account_id"]).nunique(),
            "first_seen": by["created_at"].min(),
            "last_seen": by["created_at"].max(),
        }
    )


if __name__ == "__main__":
    main()
