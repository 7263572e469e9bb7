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
from scipy.special import betainc

from cib.features.feature import feature

__all__ = [
    "active_days",
    "burstiness",
    "fast_excess",
    "fast_share",
    "first_seen",
    "hour_entropy",
    "interval_median",
    "last_seen",
    "latency_median",
    "speed",
    "weekday_share",
]

Frame = nw.DataFrame[Any]

#: A retweet within so many seconds of the original is fast.
FAST = 60.0

#: Evidence beyond a chance of 1 in 10^20 is not told apart.
CAP = 20.0

#: Retweets at 0.5 that a mean of ranks starts from.
PRIOR = 5

TIME = nw.col("created_at")


@feature(unit="s")
def latency_median(posts: Frame) -> Frame:
    """Median seconds from the original to the account's retweet."""
    return _latencies(posts).group_by("account_row").agg(nw.col("latency").median())


@feature
def fast_share(posts: Frame) -> Frame:
    """Share of its retweets that came within 60 s of the original."""
    return _latencies(posts).group_by("account_row").agg((nw.col("latency") <= FAST).mean())


@feature
def fast_excess(posts: Frame) -> Frame:
    """How unlikely so many retweets within 60 s are at everyone's rate, in powers of ten.

    ``-log10`` of the binomial chance of at least f fast retweets among n, at the rate of all other accounts,
    ``(F - f + 1) / (N - n + 2)``; at most 20.
    """
    acts = _latencies(posts).group_by("account_row").agg(n=nw.len(), f=(nw.col("latency") <= FAST).sum())
    n, f = acts["n"].to_numpy().astype(float), acts["f"].to_numpy().astype(float)
    rate = (f.sum() - f + 1) / (n.sum() - n + 2)
    chance = np.where(f > 0, betainc(np.maximum(f, 1), n - f + 1, rate), 1.0)  # binom.sf(f - 1, n, rate)
    excess = np.abs(np.log10(np.maximum(chance, 10.0**-CAP)))
    return acts.select("account_row").with_columns(nw.new_series("excess", excess, backend=acts.implementation))


@feature
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


@feature(unit="s")
def interval_median(posts: Frame) -> Frame:
    """Median seconds between one action of the account and the next."""
    return _intervals(posts).group_by("account_row").agg(nw.col("interval").median())


@feature
def burstiness(posts: Frame) -> Frame:
    """Whether actions come at even times (-1), at random (0) or in bursts (1).

    ``(s - m) / (s + m)`` of the mean m and standard deviation s of the intervals; Goh and Barabási (2008).
    Unknown below two intervals.
    """
    interval = nw.col("interval")
    of = _intervals(posts).group_by("account_row").agg(n=nw.len(), m=interval.mean(), s=interval.std(ddof=0))
    ratio = (nw.col("s") - nw.col("m")) / (nw.col("s") + nw.col("m"))
    return of.filter(nw.col("n") > 1).select("account_row", ratio.alias("ratio"))


@feature(unit="bits")
def hour_entropy(posts: Frame) -> Frame:
    """How evenly its actions spread over the hours of the day, from 0 (one hour) to 4.58 (all alike).

    Shannon entropy of the hour of day, in bits; unknown for a single action.
    """
    counts = posts.group_by("account_row", TIME.dt.hour().alias("hour")).agg(c=nw.len().cast(nw.Float64))
    counts = counts.sort("account_row", "hour")  # sums of floats depend on their order
    of = counts.with_columns(e=nw.col("c") * nw.col("c").log(2)).group_by("account_row").agg(nw.col("c", "e").sum())
    entropy = nw.col("c").log(2) - nw.col("e") / nw.col("c")
    return of.filter(nw.col("c") > 1).select("account_row", entropy.alias("entropy"))


@feature(unit="days", missing=0)
def active_days(posts: Frame) -> Frame:
    """Days on which the account did anything."""
    return posts.group_by("account_row").agg(TIME.dt.date().n_unique())


@feature
def weekday_share(posts: Frame) -> Frame:
    """Share of its actions from Monday to Friday; 0.71 if all days are alike."""
    return posts.group_by("account_row").agg((TIME.dt.weekday() <= 5).mean())


@feature(unit="days since 1970")
def first_seen(posts: Frame) -> Frame:
    """When the account first did something in these data."""
    return posts.group_by("account_row").agg(TIME.min()).select("account_row", _days())


@feature(unit="days since 1970")
def last_seen(posts: Frame) -> Frame:
    """When the account last did something in these data."""
    return posts.group_by("account_row").agg(TIME.max()).select("account_row", _days())


def _days() -> nw.Expr:
    return TIME.dt.timestamp("us") / (86_400 * 1e6)


def _latencies(posts: Frame) -> Frame:
    """Retweets whose latency is known, with it in seconds."""
    latency = (TIME - nw.col("target_created_at")).dt.total_microseconds() / 1e6
    acts = posts.filter(nw.col("action") == "retweet").select("account_row", "target_post_id", latency=latency)
    return acts.filter(nw.col("latency") >= 0)


def _intervals(posts: Frame) -> Frame:
    """Seconds since the account's action before, a row for each but the first."""
    acts = posts.select("account_row", "created_at").sort("account_row", "created_at")
    same = nw.col("account_row") == nw.col("account_row").shift(1)
    interval = TIME.diff().dt.total_microseconds() / 1e6
    return acts.select("account_row", interval=interval, same=same).filter(nw.col("same"))
