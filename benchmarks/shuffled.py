"""Measure false positives without coordination: the accounts of actions are shuffled within each hour.

The shuffle preserves when each account was active, when and how often each object was acted on, and the number of
actions of each account in each hour; it removes joint actions. All accounts are then organic, so each candidate, and
each account in one, is a false positive.

    python benchmarks/shuffled.py             # 20 seeds at 3 sizes
    python benchmarks/shuffled.py 2 0.003     # 2 seeds at one size
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np

import cib

SEEDS, SCALES = 20, (0.003, 0.01, 0.03)


def dealt_anew(activity: cib.Activity, seed: int) -> cib.Activity:
    """Shuffle the accounts of the actions within each hour."""
    posts, rng = activity.posts_table, np.random.default_rng(seed)
    hour = posts["created_at"].dt.truncate("1h").to_physical().to_numpy()
    order = np.lexsort((rng.random(len(hour)), hour))  # the rows of each hour, in random order
    account = np.empty(len(hour), dtype=np.int64)
    account[np.argsort(hour, kind="stable")] = order
    posts = posts.with_columns(posts["account_id"].gather(account))
    return replace(activity, posts_table=posts.sort("created_at", "account_id", "post_id"))


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    print(f"{'scale':>6} {'seeds':>5} {'accounts':>10} {'flagged':>8} {'share':>8} {'worst seed':>10}")
    for scale in map(float, sys.argv[2:] or SCALES):
        flagged, accounts = [], []
        for seed in range(seeds):
            activity = dealt_anew(cib.simulate(scale=scale, seed=100 + seed).activity, seed)
            found = cib.detect(activity, progress=False).networks.with_verdict("candidate")
            flagged.append(found.members.height)
            accounts.append(activity.posts_table["account_id"].n_unique())
        shares = np.array(flagged) / np.array(accounts)
        print(
            f"{scale:>6g} {seeds:>5} {sum(accounts):>10,} {sum(flagged):>8,} "
            f"{sum(flagged) / sum(accounts):>8.3%} {shares.max():>10.3%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
