"""polio: shares of a period, counted one by one."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest

from cib.errors import SettingsError
from cib.graphs.coaction import coaction_graph
from cib.presets import polio
from tests.toys import activity, retweets

HOUR = 3_600.0


def some(seed, accounts=8, posts=10, acts=400):
    """Retweets over two days, most of them near the end of a period."""
    rng = np.random.default_rng(seed)
    when = rng.choice([5, 17, 29], acts) * HOUR + rng.integers(-400, 400, acts)
    who, what = rng.integers(0, accounts, acts), rng.integers(0, posts, acts)
    return [(f"a{a}", f"x{p}", float(t)) for a, p, t in zip(who, what, when, strict=True)]


def test_weights_are_those_of_the_definition():
    """The toys begin at midnight, so periods end at 5 and 17 o'clock."""
    rows = some(0)
    in_period, in_all = defaultdict(int), defaultdict(int)
    for _, post, at in rows:
        in_period[post, (at - 5 * HOUR) // (12 * HOUR)] += 1
        in_all[post] += 1
    seen, weights = set(), defaultdict(float)
    for (a, p, s), (b, q, t) in combinations(rows, 2):
        periods = tuple(sorted((at - 5 * HOUR) // (12 * HOUR) for at in (s, t)))
        key = (min(a, b), max(a, b), p, periods)
        if p == q and a != b and abs(s - t) <= 60 and key not in seen:
            seen.add(key)
            weights[key[:2]] += sum(in_period[p, period] for period in periods) / 2 / in_all[p]
    graph = polio(retweets(*rows))
    assert {(u, v): w for u, v, w, _ in graph.edge_table.iter_rows()} == pytest.approx(dict(weights))
    assert any(len(set(periods)) == 2 for *_, periods in seen)


def test_posts_are_the_plain_count():
    rows = some(1)
    plain = coaction_graph(retweets(*rows), "post", "60s", 2)
    assert (
        polio(retweets(*rows), min_posts=2)
        .edge_table.select("source", "target", weight="posts")
        .equals(plain.edge_table.select("source", "target", "weight"))
    )


def test_a_post_of_one_burst_counts_one_and_one_of_many_days_less():
    rows = [("a", "x", 0.0), ("b", "x", 1.0), ("a", "y", 0.0), ("b", "y", 1.0)]
    late = [("c", "y", 50 * HOUR), ("d", "y", 80 * HOUR)]
    assert polio(retweets(*rows, *late)).table["weight"].to_list() == [1.5]


def test_a_period_has_a_length():
    with pytest.raises(SettingsError, match="period must have a length"):
        polio(activity([{"account_id": "a", "target_post_id": "x", "at": 0}]), period=0)
