"""Passes over rows dealt out by account, in compiled code of its own, so that other features need not wait for it.

Each takes ``starts`` and the values of all accounts one after another: those of account ``a`` are
``values[starts[a] : starts[a + 1]]``.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.compiled import compiled, grouped, taken

__all__ = ["account_times", "dealt", "pace", "quantiles", "weeks"]

Ints = NDArray[np.int64]
Numbers = NDArray[np.float64]

#: In microseconds.
SECOND, MINUTE, HOUR = 10**6, 60 * 10**6, 3600 * 10**6

#: Hours of a week, which begins on Monday; 1970 began on a Thursday.
WEEK, THURSDAY = 168, 3 * 24


def dealt(account: NDArray[Any], values: NDArray[Any]) -> tuple[Ints, NDArray[Any]]:
    """Values dealt out by account, in their present order.

    >>> dealt(np.array([1, 0, 1]), np.array([7, 8, 9]))
    (array([0, 1, 3]), array([8, 7, 9]))
    """
    codes = account.astype(np.int32)
    starts, positions = grouped(codes, int(codes.max(initial=-1)) + 1)
    return starts, taken(values, positions)


def account_times(posts: nw.DataFrame[Any]) -> tuple[Ints, Ints]:
    """Deal the times of posts out by account.

    Parameters
    ----------
    posts : narwhals.DataFrame
        With the column ``account_row``.

    Returns
    -------
    starts : ndarray of int64, shape (n + 1,)
        Where the times of each account begin; accounts after the last that acted are left out.
    times : ndarray of int64, shape (n_posts,)
        Microseconds since 1970, ascending within an account.
    """
    account, time = posts["account_row"].to_numpy(), posts["created_at"].to_polars().cast(pl.Int64).to_numpy()
    if np.any(time[1:] < time[:-1]):  # posts of an activity come by time
        order = np.argsort(time, kind="stable")
        account, time = account[order], time[order]
    return dealt(account, time)


@compiled
def quantiles(starts: Ints, values: Numbers, shares: Numbers) -> Numbers:
    """Quantiles of the values of each account, interpolated linearly; shape (n_accounts, n_shares)."""
    found = np.full((len(starts) - 1, len(shares)), np.nan)
    for a in range(len(starts) - 1):
        own = np.sort(values[starts[a] : starts[a + 1]])
        for k in range(len(shares) if len(own) else 0):
            place = shares[k] * (len(own) - 1)
            low = int(place)
            found[a, k] = own[low] + (own[min(low + 1, len(own) - 1)] - own[low]) * (place - low)
    return found


@compiled
def pace(starts: Ints, times: Ints, fast: float) -> Numbers:
    """What is said of the seconds between ascending times, a row an account.

    Median, coefficient of variation, burstiness, memory, and how often two and more in a row are `fast`. Not a number
    below one interval, the next two below two, and memory below three and where they do not vary.
    """
    found = np.full((len(starts) - 1, 5), np.nan)
    for a in range(len(starts) - 1):
        own = times[starts[a] : starts[a + 1]]
        n = len(own) - 1
        if n < 1:
            continue
        gaps = np.empty(n)
        run, bursts = 0, 0
        for k in range(n):
            gaps[k] = (own[k + 1] - own[k]) / SECOND
            run = run + 1 if gaps[k] <= fast else 0
            bursts += run == 2
        m, s = gaps.mean(), gaps.std()
        if n > 1 and m > 0:
            r, more, less = s / m, np.sqrt(n + 1), np.sqrt(n - 1)
            found[a, 1], found[a, 2] = r, (more * r - less) / ((more - 2) * r + less)
        found[a, 4] = bursts
        if n > 2:
            found[a, 3] = _correlation(gaps[:-1], gaps[1:])
        gaps.sort()
        found[a, 0] = (gaps[(n - 1) // 2] + gaps[n // 2]) / 2
    return found


@compiled
def _correlation(x: Numbers, y: Numbers) -> float:
    if x.min() == x.max() or y.min() == y.max():
        return np.nan
    x, y = x - x.mean(), y - y.mean()
    return float((x * y).sum() / np.sqrt((x * x).sum() * (y * y).sum()))


@compiled
def _entropy(counts: Numbers, n: int) -> float:
    """The Chao-Shen estimate of the entropy in bits of what counts that add up to n were drawn from."""
    seen = 1 - min((counts == 1).sum(), n - 1) / n  # estimated share of what can happen that has happened
    spread = 0.0
    for count in counts:
        p = seen * count / n
        spread -= p * np.log2(p) / (1 - (1 - p) ** n)
    return spread


@compiled
def weeks(starts: Ints, times: Ints) -> Numbers:
    """What is said of the hours in UTC, a row an account.

    Entropy of the hour of day, distance of the week from that of all, and the shares of weekdays, of the hours before
    six, and of the first seconds of a minute. Not a number without a time.
    """
    everyone = np.zeros(WEEK)
    for time in times:
        everyone[(time // HOUR + THURSDAY) % WEEK] += 1
    everyone /= max(len(times), 1)
    found = np.full((len(starts) - 1, 5), np.nan)
    for a in range(len(starts) - 1):
        own = times[starts[a] : starts[a + 1]]
        n = len(own)
        if n == 0:
            continue
        week, day = np.zeros(WEEK), np.zeros(24)
        full = 0
        for time in own:
            week[(time // HOUR + THURSDAY) % WEEK] += 1
            day[time // HOUR % 24] += 1
            full += time % MINUTE < SECOND
        apart = 0.0
        for hour in np.flatnonzero(week):
            p, q = week[hour] / n, everyone[hour]
            apart += p * np.log2(2 * p / (p + q)) + q * np.log2(2 * q / (p + q)) - q  # other hours add q each
        found[a, 0] = min(_entropy(day[day > 0], n), np.log2(24))
        found[a, 1] = np.sqrt(max((1 + apart) / 2, 0))
        found[a, 2], found[a, 3], found[a, 4] = week[: 5 * 24].sum() / n, day[:6].sum() / n, full / n
    return found
