"""When an account acts: how soon after the original, at which pace, at which hours and on which days.

All times are UTC. Latency is the time from the original to its retweet; it is known where the source tells
the original's time, and left out where it would be negative.

>>> import cib
>>> activity, _ = cib.simulate(scale=0.002, seed=1)
>>> cib.extract(activity, ["latency_median", "hour_entropy"])
FeatureTable(... accounts x 2 features: latency_median, hour_entropy)
"""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import betainc

from cib.features.feature import feature

__all__ = ["hours", "intervals", "latencies", "presence", "speed"]

Frame = nw.DataFrame[Any]

#: A retweet within so many seconds of the original is fast.
FAST = 60.0

#: Evidence beyond a chance of 1 in 10^20 is not told apart.
CAP = 20.0

#: Retweets at 0.5 that a mean of ranks starts from.
PRIOR = 5

TIME = nw.col("created_at")

#: In microseconds.
SECOND, MINUTE, HOUR, DAY = 10**6, 60 * 10**6, 3600 * 10**6, 86_400 * 10**6

#: Hours of a week, which begins on Monday; 1970 began on a Thursday.
WEEK, THURSDAY = 168, 3 * 24


@feature(
    outputs={
        "latency_median": "Median seconds from the original to the account's retweet.",
        "latency_p10": "Seconds from the original within which it makes a tenth of its retweets.",
        "latency_p90": "Seconds from the original within which it makes nine tenths of its retweets.",
        "fast_share": "Share of its retweets that came within 60 s of the original.",
        "fast_excess": "How unlikely so many retweets within 60 s are at everyone's rate, in powers of ten.",
    },
    unit={"latency_median": "s", "latency_p10": "s", "latency_p90": "s"},
    relative=True,
)
def latencies(posts: Frame) -> Frame:
    """How soon after the original the account retweets; RTbust (Mazza et al. 2019), Luceri et al. (2024).

    - ``latency_median``, ``latency_p10``, ``latency_p90``: quantiles, interpolated linearly.
    - ``fast_share``: share within 60 s, inclusive.
    - ``fast_excess``: ``-log10`` of the binomial chance of at least f fast retweets among n, at the rate of all
      other accounts, ``(F - f + 1) / (N - n + 2)``; at most 20.

    Unknown without a retweet of known latency.
    """
    latency = nw.col("latency")
    of = (
        _latencies(posts)
        .group_by("account_row")
        .agg(
            n=nw.len(),
            f=(latency <= FAST).sum(),
            latency_median=latency.median(),
            latency_p10=latency.quantile(0.1, "linear"),
            latency_p90=latency.quantile(0.9, "linear"),
        )
    )
    n, f = (of[name].to_numpy().astype(float) for name in ("n", "f"))
    rate = (f.sum() - f + 1) / (n.sum() - n + 2)
    chance = np.where(f > 0, betainc(np.maximum(f, 1), n - f + 1, rate), 1.0)  # binom.sf(f - 1, n, rate)
    excess = np.abs(np.log10(np.maximum(chance, 10.0**-CAP)))
    return of.with_columns(
        nw.new_series("fast_excess", excess, backend=of.implementation), fast_share=nw.col("f") / nw.col("n")
    )


@feature(relative=True)
def speed(posts: Frame) -> Frame:
    """How soon the account retweets, from 0 (last) to 1 (first), among retweets of equally popular posts.

    Mean over its retweets of one minus the percentile rank of the latency, among retweets of posts in the
    same decile of retweets received, together with five retweets at 0.5. Popular posts are seen sooner, so
    latency alone would measure taste.
    """
    acts = _latencies(posts).with_columns(popularity=nw.len().over("target_post_id"))
    decile = (10 * nw.col("popularity").rank() / (len(acts) + 1)).floor().cast(nw.Int8)
    acts = acts.with_columns(decile=decile)
    rank = (nw.col("latency").rank().over("decile") - 0.5) / nw.len().over("decile")
    of = acts.with_columns(ahead=1 - rank).group_by("account_row").agg(n=nw.len(), ahead=nw.col("ahead").sum())
    return of.select("account_row", speed=(nw.col("ahead") + PRIOR / 2) / (nw.col("n") + PRIOR))


@feature(
    outputs={
        "interval_median": "Median seconds between one action of the account and the next.",
        "interval_cv": "How uneven its pace is: 0 for a clock, 1 for chance, more for bursts.",
        "burstiness": "Whether actions come at even times (-1), at random (0) or in bursts (1).",
        "memory": "Whether long pauses follow long ones (towards 1) or short ones (towards -1).",
        "bursts": "Times that it did three or more things with at most 60 s from each to the next.",
    },
    unit={"interval_median": "s", "bursts": "bursts"},
    missing={"bursts": 0},
)
def intervals(posts: Frame) -> pl.DataFrame:
    """The pace of an account: the times from each of its actions to the next, with mean m and standard deviation s.

    - ``interval_cv``: ``s / m``; unknown below two intervals.
    - ``burstiness``: ``(s - m) / (s + m)``, Goh and Barabási (2008); unknown below two intervals.
    - ``memory``: correlation of an interval with the one before (same source); unknown below three intervals, and
      where they do not vary.
    """
    from cib.graphs.windows import grouped  # numba takes half a second to import

    account = posts["account_row"].to_numpy().astype(np.int32)
    time = posts["created_at"].to_polars().cast(pl.Int64).to_numpy()
    order = np.argsort(time, kind="stable")  # posts of an activity come so, and then this is quick
    order = order[grouped(account[order], int(account.max(initial=-1)) + 1)[1]]
    acts = pl.DataFrame({"account_row": account[order].astype(np.uint32), "time": time[order]})
    acts = acts.with_columns(pl.col("account_row").set_sorted())
    interval = pl.col("time").diff() / SECOND
    same = pl.col("account_row") == pl.col("account_row").shift(1)
    gaps = acts.select("account_row", interval=interval, same=same)
    close = (pl.col("same") & (pl.col("interval") <= FAST)).fill_null(False)
    before = close.shift(1, fill_value=False)
    gaps = gaps.with_columns(
        burst=close & before & ~close.shift(2, fill_value=False),
        before=pl.when(pl.col("same").shift(1)).then(pl.col("interval").shift(1)),
    ).filter("same")
    m, s = pl.col("m"), pl.col("s")
    enough = pl.when(pl.col("n") > 1)
    of = gaps.group_by("account_row").agg(
        n=pl.len(),
        m=pl.col("interval").mean(),
        s=pl.col("interval").std(ddof=0),
        interval_median=pl.col("interval").median(),
        memory=pl.corr("before", "interval"),
        bursts=pl.col("burst").sum(),
    )
    return of.with_columns(
        interval_cv=enough.then(s / m),
        burstiness=enough.then((s - m) / (s + m)),
        memory=pl.when(pl.col("n") > 2).then("memory"),
    )


@feature(
    outputs={
        "hour_entropy": "How evenly its actions spread over the day, from 0 (one hour) to 4.58 (all hours alike).",
        "weekly_distance": "How different its week is from that of all accounts, from 0 (the same) to 1.",
        "weekday_share": "Share of its actions from Monday to Friday; 0.71 if all days are alike.",
        "small_hours_share": "Share of its actions between 00:00 and 06:00.",
        "round_second_share": "Share of its actions on a full minute; 0.017 if all seconds are alike.",
    },
    unit={"hour_entropy": "bits"},
    relative=True,
)
def hours(posts: Frame) -> pl.DataFrame:
    """At which hours of the day and days of the week it acts, in UTC.

    - ``hour_entropy``: Shannon (1948) entropy of the hour of day; unknown for a single action.
    - ``weekly_distance``: Jensen-Shannon distance (Endres and Schindelin 2003), the root of the divergence in bits,
      between the shares of its 168 hours of the week and those of all actions; unknown below ten actions, of
      which any week is far.
    - ``round_second_share``: a clock that posts does so on the full minute; so do times cut to the minute.
    """
    account, time = posts["account_row"].to_numpy(), posts["created_at"].to_polars().cast(pl.Int64).to_numpy()
    n = np.bincount(account)
    some = np.maximum(n, 1)
    cell, count = np.unique(account * np.int64(WEEK) + (time // HOUR + THURSDAY) % WEEK, return_counts=True)
    row, hour = cell // WEEK, cell % WEEK
    p, q = count / n[row], np.bincount(hour, weights=count, minlength=WEEK)[hour] / len(time)
    apart = p * np.log2(2 * p / (p + q)) + q * np.log2(2 * q / (p + q)) - q  # other hours add q each
    divergence = np.maximum((1 + _sums(row, apart, n)) / 2, 0)
    by_day, place = np.unique(row * 24 + hour % 24, return_inverse=True)
    acts = np.bincount(place, weights=count)
    entropy = np.log2(some) - _sums(by_day // 24, acts * np.log2(acts), n) / some
    table = pl.DataFrame(
        {
            "account_row": np.arange(len(n), dtype=np.uint32),
            "n": n,
            "hour_entropy": entropy,
            "weekly_distance": np.sqrt(divergence),
            "weekday_share": _sums(row, count * (hour < 5 * 24), n) / some,
            "small_hours_share": _sums(row, count * (hour % 24 < 6), n) / some,
            "round_second_share": np.bincount(account, weights=time % MINUTE < SECOND, minlength=len(n)) / some,
        }
    )
    known = pl.when(pl.col("n") > 1).then("hour_entropy"), pl.when(pl.col("n") >= 10).then("weekly_distance")
    return table.with_columns(known).filter(pl.col("n") > 0)


@feature(
    outputs={
        "active_days": "Days on which the account did anything.",
        "first_seen": "When the account first did something in these data.",
        "last_seen": "When the account last did something in these data.",
        "span": "Days from its first to its last action in these data.",
    },
    unit={"active_days": "days", "first_seen": "days since 1970", "last_seen": "days since 1970", "span": "days"},
    missing={"active_days": 0},
)
def presence(posts: Frame) -> Frame:
    """When it was there: calendar days in UTC, and days and fractions of days for the others."""
    of = posts.group_by("account_row").agg(active_days=TIME.dt.date().n_unique(), first=TIME.min(), last=TIME.max())
    first, last = (nw.col(name).dt.timestamp("us") / DAY for name in ("first", "last"))
    return of.with_columns(first_seen=first, last_seen=last, span=last - first)


def _sums(row: NDArray[np.int64], values: NDArray[Any], n: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sums by account."""
    total: NDArray[np.float64] = np.bincount(row, weights=values, minlength=len(n)).astype(np.float64)
    return total


def _latencies(posts: Frame) -> Frame:
    """Retweets whose latency is known, with it in seconds."""
    latency = (TIME - nw.col("target_created_at")).dt.total_microseconds() / 1e6
    acts = posts.filter(nw.col("action") == "retweet").select("account_row", "target_post_id", latency=latency)
    return acts.filter(nw.col("latency") >= 0)
