"""Acts by code, against plain Python; and the tail of the binomial distribution."""

from __future__ import annotations

from collections import Counter

import numpy as np
import polars as pl
from scipy.stats import binom

import cib
from cib.networks.acts import Acts, binomial_tail, in_chosen


def test_who_is_in_a_chosen_group():
    assert in_chosen(np.array([-1, 0, 1, 1]), np.array([False, True])).tolist() == [False, False, True, True]
    assert in_chosen(np.array([-1, -1]), np.array([], dtype=bool)).tolist() == [False, False]


def test_the_binomial_tail_is_that_of_scipy():
    rng = np.random.default_rng(0)
    n = rng.integers(0, 500, 5_000)
    hits, p = (rng.random(5_000) ** 3 * (n + 1)).astype(np.int64), rng.random(5_000) ** 4
    assert np.array_equal(binomial_tail(hits, n, p), binom.sf(hits - 1, n, p))


def test_acts_aim_at_targets_and_at_whom_posts_mention_each_once():
    activity = cib.simulate(scale=0.001, seed=2).activity
    expected = set()
    code = {account: k for k, account in enumerate(activity.account_ids)}
    for row, post in enumerate(activity.posts_table.iter_rows(named=True)):
        named = [] if post["action"] == "retweet" else post["mentions"] or []
        for target in {post["target_account_id"], *named} - {None, post["account_id"]}:
            expected.add((row, code[post["account_id"]], code[target]))
    aimed = list(zip(*(part.tolist() for part in Acts(activity).pairs), strict=True))
    assert set(aimed) == expected
    assert aimed == sorted(aimed, key=lambda row: (row[0], row[2]))
    assert len(aimed) == len(expected)


def test_the_language_of_an_account_is_that_of_most_acts():
    activity = cib.simulate(scale=0.001, seed=2).activity
    counts: dict[str, Counter[str]] = {}
    for account, lang in activity.posts_table.select("account_id", "lang").drop_nulls().iter_rows():
        counts.setdefault(account, Counter())[lang] += 1
    code, names = Acts(activity).language
    best = {account: min(of, key=lambda lang, of=of: (-of[lang], lang)) for account, of in counts.items()}
    assert [names[k] for k in code] == [best.get(account, "") for account in activity.account_ids]
    assert names == ["", *sorted(set(best.values()))]


def test_posts_acted_on_are_those_in_the_data_or_have_the_time_of_the_first_act():
    activity = cib.simulate(scale=0.001, seed=2).activity
    posts = activity.posts_table
    missing = posts["target_post_id"].drop_nulls().unique().sort().gather_every(2)
    activity = activity.keep_posts(~posts["post_id"].is_in(missing.implode()))
    rows: dict[str, int] = {}
    first: dict[str, int] = {}
    table = activity.posts_table.select("post_id", "target_post_id", time=pl.col("created_at").to_physical()).rows()
    for row, (post, target, time) in enumerate(table):
        rows.setdefault(post, row)
        first[target] = min(first.get(target, time), time)
    targets = [target for _, target, _ in table]
    acts = Acts(activity)
    assert acts.target_row.tolist() == [-1 if target is None else rows.get(target, -1) for target in targets]
    assert acts.reacts_to.to_list() == [
        None if target is None else table[rows[target]][2] if target in rows else first[target] for target in targets
    ]
    assert len({target in rows for target in targets if target is not None}) == 2
