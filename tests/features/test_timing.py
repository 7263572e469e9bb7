"""Timing features against definitions written as plainly as they can be."""

from __future__ import annotations

import math
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
    return dict(extract(made, [name]).table.iter_rows())


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
        known = len(gaps) > 1 and gaps.mean() > 0
        assert bursts[account] == near(kim_jo(gaps.std() / gaps.mean(), len(gaps)) if known else None)


def kim_jo(r, n):
    """Burstiness of n intervals with the coefficient of variation r: equation 22 of Kim and Jo (2016)."""
    return ((n + 1) ** 0.5 * r - (n - 1) ** 0.5) / (((n + 1) ** 0.5 - 2) * r + (n - 1) ** 0.5)


@given(ACTS)
def test_hours_and_days_by_definition(acts):
    made = acted(acts)
    entropy, days, weekdays = (values(made, name) for name in ("hour_entropy", "active_days", "weekday_share"))
    for account, times in by_account(acts).items():
        counts = np.array(list(Counter((START + t) // 3600 % 24 for t in times).values()))
        assert entropy[account] == near(chao_shen(counts) if len(times) > 1 else None)
        days_seen = [(START + t) // 86400 for t in times]
        assert days[account] == len(set(days_seen))
        assert weekdays[account] == near(statistics.mean((day + 3) % 7 < 5 for day in days_seen))


def chao_shen(counts):
    n = counts.sum()
    p = (1 - min((counts == 1).sum(), n - 1) / n) * counts / n
    return min(-(p * np.log2(p) / (1 - (1 - p) ** n)).sum(), np.log2(24))


@pytest.mark.parametrize("n", [5, 10, 20])
def test_random_accounts_with_few_actions_look_random(n):
    """The plain estimators give -0.19 to -0.04 and 2.2 to 3.6 bits; what is left is the curvature of the formula."""
    times = np.random.default_rng(n).integers(0, 28 * 86_400, (2_000, n))
    table = extract(
        acted([(f"a{k}", int(t)) for k, own in enumerate(times) for t in own]), ["burstiness", "hour_entropy"]
    )
    assert table["burstiness"].mean() == pytest.approx(0, abs=0.45 / n)
    assert np.median(table["hour_entropy"]) == pytest.approx(np.log2(24), abs=0.1)
    assert table["hour_entropy"].mean() > 4


def test_one_hour_of_the_day_is_no_entropy():
    assert values(acted([("a", 86_400 * k) for k in range(9)]), "hour_entropy")["a"] == 0


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


def test_quantiles_of_latency_are_interpolated():
    made = retweeted([("a", f"p{k}", lag) for k, lag in enumerate([0, 10, 20, 30, 40])])
    assert (values(made, "latency_p10")["a"], values(made, "latency_p90")["a"]) == (pytest.approx(4), pytest.approx(36))


@given(ACTS)
def test_pace_by_definition(acts):
    made = acted(acts)
    cvs, memories = values(made, "interval_cv"), values(made, "memory")
    for account, times in by_account(acts).items():
        gaps = np.diff(times)
        assert cvs[account] == near(gaps.std() / gaps.mean() if len(gaps) > 1 and gaps.mean() > 0 else None)
        before, after = gaps[:-1], gaps[1:]
        varies = len(gaps) > 2 and before.std() > 0 and after.std() > 0
        assert memories[account] == (pytest.approx(np.corrcoef(before, after)[0, 1], abs=1e-6) if varies else None)


def test_bursts_are_runs_of_three_and_more():
    runs = [0, 60, 120, 180, 1_000, 1_010, 5_000, 5_001, 5_002]  # four, two, three
    assert values(acted([("a", t) for t in runs] + [("b", 0), ("b", 200)]), "bursts") == {"a": 1 + 1, "b": 0}


def test_a_week_of_its_own_is_far_from_that_of_all():
    """a acts in one hour of the week, b in another: each is half of all."""
    made = acted([("a", k) for k in range(10)] + [("b", 86_400 + k) for k in range(10)])
    # Jensen-Shannon divergence of (1, 0) and (1/2, 1/2), whose middle is (3/4, 1/4)
    divergence = (math.log2(4 / 3) + (math.log2(2 / 3) + 1) / 2) / 2
    assert values(made, "weekly_distance") == {"a": near(divergence**0.5), "b": near(divergence**0.5)}
    assert values(acted([("a", k) for k in range(10)]), "weekly_distance") == {"a": 0}
    assert values(acted([("a", k) for k in range(9)]), "weekly_distance") == {"a": None}


def test_small_hours_and_full_minutes():
    midnight = 86_400 - START % 86_400
    made = acted([("a", midnight), ("a", midnight + 3_601), ("a", midnight + 6 * 3_600), ("a", midnight - 1)])
    assert values(made, "small_hours_share") == {"a": 0.5}
    assert values(made, "round_second_share") == {"a": 0.5}


def test_span_is_in_days():
    assert values(acted([("a", 0), ("a", 86_400 * 1.5), ("b", 3)]), "span") == {"a": 1.5, "b": 0}
