"""Timing features against definitions written as plainly as they can be."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, rankdata

from cib.features.extract import extract
from tests.toys import START, activity

ACTS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 400_000)), min_size=1, max_size=30)
RETWEETS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("pqr"), st.integers(-5, 200)), min_size=1, max_size=40
)


def acted(acts):
    """An activity of (account, second)."""
    return activity([{"account_id": a, "action": "post", "at": t} for a, t in acts])


def retweeted(acts):
    """An activity of (account, post, latency)."""
    return activity(
        [{"account_id": a, "target_post_id": p, "target_created_at": START * 10**6, "at": lag} for a, p, lag in acts]
    )


def values(made, name):
    return dict(extract(made, [name]).frame.iter_rows())


def by_account(acts):
    groups = defaultdict(list)
    for account, *rest in acts:
        groups[account].append(rest[-1])
    return {account: sorted(numbers) for account, numbers in groups.items()}


def near(expected):
    return None if expected is None else pytest.approx(expected, abs=1e-9)


@given(ACTS)
def test_intervals_by_definition(acts):
    medians, bursts = values(acted(acts), "interval_median"), values(acted(acts), "burstiness")
    for account, times in by_account(acts).items():
        gaps = np.diff(times)
        assert medians[account] == near(np.median(gaps) if len(gaps) else None)
        m, s = (gaps.mean(), gaps.std()) if len(gaps) > 1 else (0, 0)
        assert bursts[account] == near((s - m) / (s + m) if s + m > 0 else None)


@given(ACTS)
def test_hours_and_days_by_definition(acts):
    made = acted(acts)
    entropy, days, weekdays = (values(made, name) for name in ("hour_entropy", "active_days", "weekday_share"))
    for account, times in by_account(acts).items():
        shares = np.array(list(Counter((START + t) // 3600 % 24 for t in times).values())) / len(times)
        assert entropy[account] == near(-(shares * np.log2(shares)).sum() if len(times) > 1 else None)
        days_seen = [(START + t) // 86400 for t in times]
        assert days[account] == len(set(days_seen))
        assert weekdays[account] == near(statistics.mean((day + 3) % 7 < 5 for day in days_seen))


def test_twenty_four_hours_alike_are_the_most_entropy():
    around = [("a", 3600 * hour) for hour in range(24)]
    assert values(acted(around), "hour_entropy")["a"] == pytest.approx(np.log2(24))


def test_even_times_are_minus_one_and_one_burst_nears_one():
    even = [("a", 60 * k) for k in range(10)]
    burst = [("b", k) for k in range(200)] + [("b", 10**7)]
    found = values(acted(even + burst), "burstiness")
    assert found["a"] == -1
    assert found["b"] > 0.8


def test_first_and_last_are_days_since_1970():
    made = acted([("a", 43_200), ("a", 0), ("b", 86_400)])
    day = START / 86_400
    assert values(made, "first_seen") == {"a": day, "b": day + 1}
    assert values(made, "last_seen") == {"a": day + 0.5, "b": day + 1}


def known(acts):
    return [(a, p, lag) for a, p, lag in acts if lag >= 0]


@given(RETWEETS)
def test_latency_by_definition(acts):
    medians, shares = values(retweeted(acts), "latency_median"), values(retweeted(acts), "fast_share")
    lags = by_account(known(acts))
    for account in medians:
        assert medians[account] == near(np.median(lags[account]) if account in lags else None)
        assert shares[account] == near(np.mean(np.array(lags[account]) <= 60) if account in lags else None)


@given(RETWEETS)
def test_fast_excess_is_the_binomial_tail(acts):
    lags = by_account(known(acts))
    fast = {account: sum(lag <= 60 for lag in own) for account, own in lags.items()}
    for account, excess in values(retweeted(acts), "fast_excess").items():
        if account not in lags:
            assert excess is None
            continue
        n, f = len(lags[account]), fast[account]
        rate = (sum(fast.values()) - f + 1) / (len(known(acts)) - n + 2)
        assert excess == near(-binom.logsf(f - 1, n, rate) / np.log(10))


def test_fast_excess_is_capped():
    herd = [("a", f"p{k}", 1) for k in range(300)] + [("b", f"p{k}", 9_000) for k in range(300)]
    assert values(retweeted(herd), "fast_excess") == {"a": 20, "b": 0}


@given(RETWEETS)
def test_speed_by_definition(acts):
    rows = known(acts)
    popularity = Counter(p for _, p, _ in rows)
    places = rankdata([popularity[p] for _, p, _ in rows])
    deciles = np.floor(10 * places / (len(rows) + 1)) if rows else []
    ahead = defaultdict(list)
    for (account, _, lag), decile in zip(rows, deciles, strict=True):
        peers = [other for (_, _, other), theirs in zip(rows, deciles, strict=True) if theirs == decile]
        slower = sum(other > lag for other in peers) + sum(other == lag for other in peers) / 2
        ahead[account].append(slower / len(peers))
    for account, speed in values(retweeted(acts), "speed").items():
        expected = (sum(ahead[account]) + 2.5) / (len(ahead[account]) + 5) if ahead[account] else None
        assert speed == near(expected)


def test_latency_is_of_retweets_only():
    rows = [{"account_id": "a", "action": "reply", "target_post_id": "p", "target_created_at": START * 10**6, "at": 5}]
    assert values(activity(rows), "latency_median") == {"a": None}
