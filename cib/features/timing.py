"""Features of timing: latency of retweets, intervals between actions, hours and days of activity.

All times are UTC. Latency is the time from the original to its retweet; it is known where the source has
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
from cib.graphs.incidence import run_starts

__all__ = ["hours", "intervals", "latencies", "presence", "speed"]

Frame = nw.DataFrame[Any]

#: Largest latency of a fast retweet, in seconds.
FAST = 60.0

#: Largest value of ``fast_excess``: smaller probabilities than 1e-20 are not distinguished.
CAP = 20.0

#: Pseudocount of retweets with rank 0.5 in a mean of ranks.
PRIOR = 5

#: In microseconds.
DAY = 86_400 * 10**6


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
def latencies(posts: Frame, counted: tuple[int, int] | None = None) -> pl.DataFrame:
    """Compute statistics of the latency of retweets; RTbust (Mazza et al. 2019), Luceri et al. (2024).

    - ``latency_median``, ``latency_p10``, ``latency_p90``: quantiles, by linear interpolation.
    - ``fast_share``: share within 60 s, inclusive.
    - ``fast_excess``: ``-log10`` of the binomial probability of at least f fast retweets among n, at the rate of all
      other accounts, ``(F - f + 1) / (N - n + 2)`` for F of all N retweets; at most 20.

    Unknown without a retweet of known latency.
    """
    from cib.features.passes import dealt, quantiles  # numba takes half a second to import

    acts = _latencies(posts)
    account, latency = acts["account_row"].to_numpy(), acts["latency"].to_numpy()
    n, f = np.bincount(account), np.bincount(account, weights=latency <= FAST)
    of_all = (f.sum(), n.sum()) if counted is None else counted
    rate = (of_all[0] - f + 1) / (of_all[1] - n + 2)
    chance = np.where(f > 0, betainc(np.maximum(f, 1), n - f + 1, rate), 1.0)  # binom.sf(f - 1, n, rate)
    p10, median, p90 = quantiles(*dealt(account, latency), np.array([0.1, 0.5, 0.9])).T
    return _by_row(
        n,
        latency_median=median,
        latency_p10=p10,
        latency_p90=p90,
        fast_share=f / np.maximum(n, 1),
        fast_excess=np.abs(np.log10(np.maximum(chance, 10.0**-CAP))),
    )


@feature(relative=True)
def speed(posts: Frame, counted: pl.DataFrame | None = None) -> pl.DataFrame:
    """How soon the account retweets, from 0 (last) to 1 (first), among retweets of equally popular posts.

    Mean over its retweets, and five more of 0.5, of one minus the percentile rank of the latency among retweets of
    posts in the same decile of retweets received. Popular posts are seen sooner, so latency alone would measure the
    popularity of the posts.
    """
    places = _places(posts) if counted is None else counted
    size = places.group_by("decile").agg(pl.col("acts").sum()).sort("decile")
    of_decile = np.zeros(11)
    of_decile[size["decile"].to_numpy()] = size["acts"].to_numpy()
    places = places.sort("account_row", "decile")  # sums of floats depend on order
    account, decile, acts, ranks = (places[name].to_numpy() for name in ("account_row", "decile", "acts", "ranks"))
    ahead = acts - (ranks - acts) / (2 * of_decile[decile])
    n = np.bincount(account, acts)
    return _by_row(n, speed=(np.bincount(account, weights=ahead) + PRIOR / 2) / (n + PRIOR))


def _places(posts: Frame) -> pl.DataFrame:
    """Sum twice the ranks of the latencies of an account in a decile: ``account_row, decile, acts, ranks``."""
    since = (pl.col("created_at") - pl.col("target_created_at")).dt.total_microseconds()
    acts = _latencies(posts, post=pl.col("target_post_id").hash(), since=since)
    post = acts["post"].to_numpy()
    order = np.argsort(post)
    post = post[order]
    size = np.diff(run_starts(post), append=len(post))
    popularity = np.empty(len(post), np.int64)
    popularity[order] = np.repeat(size, size)
    decile = deciles(np.bincount(popularity))[popularity]
    key = acts["account_row"].to_numpy().astype(np.int64) * 11 + decile
    count = np.bincount(key)
    ranks = np.bincount(key, _ranks(decile, acts["since"].to_numpy()))  # below 2^53, so that sums are exact
    pairs = np.flatnonzero(count)
    account, of = (pairs // 11).astype(np.uint32), (pairs % 11).astype(np.int8)
    return pl.DataFrame(
        {"acts": count[pairs], "ranks": ranks[pairs].astype(np.int64), "account_row": account, "decile": of}
    )


def _ranks(decile: NDArray[np.int8], since: NDArray[np.int64]) -> NDArray[np.int64]:
    """Compute twice the mean rank of each latency (microseconds) in its decile."""
    key = decile.astype(np.int64) << 58 | since
    order = np.argsort(key)
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    end = np.append(first[1:], len(order))
    before = np.cumsum(np.bincount(decile + 1, minlength=12))[decile[order[first]]]
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.repeat(first + end + 1 - 2 * before, end - first)
    return ranks


def deciles(at: NDArray[np.int64]) -> NDArray[np.int8]:
    """Compute the decile of each popularity from the number of retweets of posts with that popularity."""
    rank = np.cumsum(at) - (at - 1) / 2  # ties get their mean rank
    decile: NDArray[np.int8] = np.floor(10 * rank / (at.sum() + 1)).astype(np.int8)
    return decile


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
    """Compute statistics of the intervals between consecutive actions, with mean m and standard deviation s.

    - ``interval_cv``: ``s / m``; unknown with fewer than two intervals.
    - ``burstiness``: ``(a r - b) / ((a - 2) r + b)`` for r = s / m, a = sqrt(n + 1), b = sqrt(n - 1) and n intervals:
      (s - m) / (s + m) of Goh and Barabási (2008) with the finite-size correction of Kim and Jo (2016), without which
      accounts with few actions appear regular; unknown with fewer than two intervals.
    - ``memory``: correlation of an interval with the preceding one (Goh and Barabási); unknown with fewer than three
      intervals, and where they do not vary.
    """
    from cib.features.passes import account_times, pace  # numba takes half a second to import

    starts, times = account_times(posts)
    median, cv, burstiness, memory, bursts = pace(starts, times, FAST).T
    return _by_row(
        np.diff(starts), interval_median=median, interval_cv=cv, burstiness=burstiness, memory=memory, bursts=bursts
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
def hours(posts: Frame, counted: NDArray[np.int64] | None = None) -> pl.DataFrame:
    """Compute statistics of the hours of the day and days of the week of the actions, in UTC.

    - ``hour_entropy``: Shannon (1948) entropy of the hour of day, by the estimator of Chao and Shen (2003) for small
      samples: ``-sum p log2 p / (1 - (1 - p)^n)`` for ``p = C k / n``, k of n actions in an hour and the coverage
      ``C = 1 - f / n`` for f hours with one action (n - 1 at most); at most log2 24. Unknown for a single action.
    - ``weekly_distance``: Jensen-Shannon distance (Endres and Schindelin 2003), the square root of the divergence in
      bits, between the shares of its 168 hours of the week and those of all actions; unknown with fewer than ten
      actions, for which it is always large.
    - ``round_second_share``: high for scheduled posts on the full minute, and for times rounded down to the minute.
    """
    from cib.features.passes import account_times, weeks  # numba takes half a second to import

    starts, times = account_times(posts)
    n = np.diff(starts)
    entropy, distance, weekdays, small, full = weeks(starts, times, counted).T
    return _by_row(
        n,
        hour_entropy=np.where(n > 1, entropy, np.nan),
        weekly_distance=np.where(n >= 10, distance, np.nan),
        weekday_share=weekdays,
        small_hours_share=small,
        round_second_share=full,
    )


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
def presence(posts: Frame) -> pl.DataFrame:
    """Compute the number of active calendar days (UTC), the first and last time, and their difference, in days."""
    from cib.features.passes import account_times  # numba takes half a second to import

    starts, times = account_times(posts)
    n = np.diff(starts)
    begins = starts[:-1][n > 0]
    new = np.diff(times // DAY, prepend=-1) != 0
    new[begins] = True
    days, first, last = np.zeros(len(n)), np.zeros(len(n)), np.zeros(len(n))
    days[n > 0] = np.add.reduceat(new, begins, dtype=np.int64) if len(begins) else 0
    first[n > 0], last[n > 0] = times[begins] / DAY, times[begins + n[n > 0] - 1] / DAY
    return _by_row(n, active_days=days, first_seen=first, last_seen=last, span=last - first)


def _latencies(posts: Frame, **more: pl.Expr) -> pl.DataFrame:
    """Select retweets of known latency: ``account_row, latency`` in seconds, and further columns."""
    rows: pl.LazyFrame = posts.to_polars().lazy().filter(pl.col("action") == "retweet")
    latency = (pl.col("created_at") - pl.col("target_created_at")).dt.total_microseconds() / 1e6
    return rows.select("account_row", latency=latency, **more).filter(pl.col("latency") >= 0).collect()


def _by_row(n: NDArray[np.int64], **columns: NDArray[np.float64]) -> pl.DataFrame:
    """Make a frame of the accounts with a positive count `n`."""
    rows = np.arange(len(n), dtype=np.uint32)
    return pl.DataFrame({"account_row": rows, **columns}).filter(pl.Series(n > 0))
