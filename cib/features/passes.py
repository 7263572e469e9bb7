"""Compiled computations over values grouped by account, in a module that is imported only where it is used.

Each takes ``starts`` and the concatenated values of all accounts: those of account ``a`` are
``values[starts[a] : starts[a + 1]]``.
"""

from __future__ import annotations

import math
import weakref
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.compiled import FLOAT, FLOATS, INTS, WRITE_FLOATS, Ints, compiled, grouped, inlined, taken

__all__ = ["account_times", "dealt", "pace", "quantiles", "weeks"]

Numbers = NDArray[np.float64]

#: In microseconds.
SECOND, MINUTE, HOUR = 10**6, 60 * 10**6, 3600 * 10**6

#: Hours of a week, which begins on Monday; 1970 began on a Thursday.
WEEK, THURSDAY = 168, 3 * 24


def dealt(account: NDArray[Any], values: NDArray[Any]) -> tuple[Ints, NDArray[Any]]:
    """Group values by account, keeping their order; return the offset of each account and the values.

    >>> dealt(np.array([1, 0, 1]), np.array([7, 8, 9]))
    (array([0, 1, 3]), array([8, 7, 9]))
    """
    codes = account.astype(np.int32)
    starts, positions = grouped(codes, int(codes.max(initial=-1)) + 1)
    return starts, taken(values, positions)


def account_times(posts: nw.DataFrame[Any]) -> tuple[Ints, Ints]:
    """Group the times of posts by account, once for all features of the same posts.

    Parameters
    ----------
    posts : narwhals.DataFrame
        With the column ``account_row``.

    Returns
    -------
    starts : ndarray of int64, shape (n + 1,)
        Offset of the times of each account; accounts after the last one with posts are left out.
    times : ndarray of int64, shape (n_posts,)
        Microseconds since 1970, ascending within an account.
    """
    for of, known in _TIMES:
        if of() is posts:
            return known
    account, time = posts["account_row"].to_numpy(), posts["created_at"].to_polars().cast(pl.Int64).to_numpy()
    if np.any(time[1:] < time[:-1]):  # posts of an activity are already sorted by time
        order = np.argsort(time, kind="stable")
        account, time = account[order], time[order]
    found = dealt(account, time)
    _TIMES[:] = [(weakref.ref(posts, lambda _: _TIMES.clear()), found)]
    return found


#: The times of the posts for which they were asked last, while these exist.
_TIMES: list[tuple[weakref.ref[Any], tuple[Ints, Ints]]] = []


def quantiles(starts: Ints, values: Numbers, shares: Numbers) -> Numbers:
    """Compute quantiles of the values of each account by linear interpolation; shape (n_accounts, n_shares)."""
    found = np.full((len(starts) - 1, len(shares)), np.nan)
    begins, n = _of_those_with_any(starts)
    own = values.copy()
    _sort_each(begins, begins + n, own)
    for k, share in enumerate(shares.tolist()):
        place = share * (n - 1)
        low = place.astype(np.int64)
        first, second = own[begins + low], own[begins + np.minimum(low + 1, n - 1)]
        found[np.diff(starts) > 0, k] = first + (second - first) * (place - low)
    return found


def _of_those_with_any(starts: Ints) -> tuple[Ints, Ints]:
    """Return offset and number of the values of each account that has any."""
    n = np.diff(starts)
    return starts[:-1][n > 0], n[n > 0]


@compiled(INTS, INTS, WRITE_FLOATS)
def _sort_each(begins: Ints, ends: Ints, values: Numbers) -> None:
    """Sort each range of values by heapsort, because ``np.sort`` takes seconds to compile."""
    for s in range(len(begins)):
        first, left = begins[s], ends[s] - begins[s]
        root = left // 2  # build the heap from this node down to 0, then move the largest value to the end repeatedly
        while left > 1:
            if root > 0:
                root -= 1
                value = values[first + root]
            else:
                left -= 1
                value = values[first + left]
                values[first + left] = values[first]
            parent, child = root, 2 * root + 1
            while child < left:
                if child + 1 < left and values[first + child + 1] > values[first + child]:
                    child += 1
                if values[first + child] <= value:
                    break
                values[first + parent] = values[first + child]
                parent, child = child, 2 * child + 1
            values[first + parent] = value


def pace(starts: Ints, times: Ints, fast: float) -> Numbers:
    """Compute statistics of the intervals in seconds between ascending times; shape (n_accounts, 5).

    Median, coefficient of variation, burstiness, memory, and the number of runs of two or more intervals of at most
    `fast`. NaN without an interval; coefficient of variation and burstiness are NaN with fewer than two, memory with
    fewer than three and where they do not vary.
    """
    found = np.full((len(starts) - 1, 5), np.nan)
    gaps = np.diff(times) / SECOND  # those between different accounts are ignored below
    _pace(starts, gaps, fast, found.ravel())
    begins, n = _of_those_with_any(starts)
    begins, n = begins[n > 1], n[n > 1] - 1
    _sort_each(begins, begins + n, gaps)
    found[np.diff(starts) > 1, 0] = (gaps[begins + (n - 1) // 2] + gaps[begins + n // 2]) / 2
    return found


@compiled(INTS, FLOATS, FLOAT, WRITE_FLOATS)
def _pace(starts: Ints, gaps: Numbers, fast: float, found: Numbers) -> None:
    """Compute all statistics but the median; five entries per account."""
    for a in range(len(starts) - 1):
        begin, end = starts[a], starts[a + 1] - 1
        n = end - begin
        if n < 1:
            continue
        run, bursts = 0, 0
        total = 0.0
        for k in range(begin, end):
            total += gaps[k]
            run = run + 1 if gaps[k] <= fast else 0
            bursts += run == 2
        found[5 * a + 4] = bursts
        m = total / n
        squares = 0.0
        for k in range(begin, end):
            squares += (gaps[k] - m) * (gaps[k] - m)
        s = math.sqrt(squares / n)
        if n > 1 and m > 0:
            r, more, less = s / m, math.sqrt(n + 1), math.sqrt(n - 1)
            found[5 * a + 1], found[5 * a + 2] = r, (more * r - less) / ((more - 2) * r + less)
        if n > 2:
            # the correlation of all but the last with all but the first
            last, first = gaps[end - 1], gaps[begin]
            x = y = xx = xy = yy = 0.0
            x_varies = y_varies = False
            for k in range(begin, end - 1):
                x += gaps[k]
                y += gaps[k + 1]
                x_varies |= gaps[k] != first
                y_varies |= gaps[k + 1] != last
            x, y = x / (n - 1), y / (n - 1)
            for k in range(begin, end - 1):
                xx += (gaps[k] - x) * (gaps[k] - x)
                xy += (gaps[k] - x) * (gaps[k + 1] - y)
                yy += (gaps[k + 1] - y) * (gaps[k + 1] - y)
            if x_varies and y_varies:
                found[5 * a + 3] = xy / math.sqrt(xx * yy)


def weeks(starts: Ints, times: Ints, everyone: Ints | None = None) -> Numbers:
    """Compute statistics of the hours in UTC; shape (n_accounts, 5).

    Entropy of the hour of day, distance of the distribution over the hours of the week from that of all accounts, and
    the shares of weekdays, of the hours before six, and of the first second of a minute. NaN without a time. `everyone`
    has the number of actions in each hour of the week, by default those of the times given.
    """
    hours = np.bincount((times // HOUR + THURSDAY) % WEEK, minlength=WEEK) if everyone is None else everyone
    found = np.full((len(starts) - 1, 5), np.nan)
    _weeks(starts, times, hours / max(hours.sum(), 1), np.zeros(WEEK + 24), found.ravel())
    return found


@inlined
def _entropy(counts: Numbers, begin: int, end: int, n: int) -> float:
    """Compute the Chao-Shen estimate of the entropy in bits from counts that sum to n.

    The result is at most the binary logarithm of the number of counts.
    """
    once = 0
    for k in range(begin, end):
        once += counts[k] == 1
    seen = 1 - (min(n - 1, once)) / n  # estimated sample coverage
    spread = 0.0
    for k in range(begin, end):
        if counts[k] > 0:
            p = seen * counts[k] / n
            spread -= p * math.log2(p) / (1 - (1 - p) ** n)
    most = math.log2(end - begin)
    return min(most, spread)


@compiled(INTS, INTS, FLOATS, WRITE_FLOATS, WRITE_FLOATS)
def _weeks(starts: Ints, times: Ints, everyone: Numbers, acts: Numbers, found: Numbers) -> None:
    """Fill five entries per account; `acts` is a buffer for the counts of the hours of the week, and of the day."""
    for a in range(len(starts) - 1):
        begin, end = starts[a], starts[a + 1]
        n = end - begin
        if n == 0:
            continue
        for hour in range(WEEK + 24):
            acts[hour] = 0.0
        full = weekdays = small = 0
        for k in range(begin, end):
            hour = (times[k] // HOUR + THURSDAY) % WEEK
            acts[hour] += 1
            acts[WEEK + hour % 24] += 1
            weekdays += hour < 5 * 24
            small += hour % 24 < 6
            full += times[k] % MINUTE < SECOND
        apart = 0.0
        for hour in range(WEEK):
            if acts[hour] > 0:
                p, q = acts[hour] / n, everyone[hour]
                apart += p * math.log2(2 * p / (p + q)) + q * math.log2(2 * q / (p + q)) - q  # other hours add q each
        found[5 * a] = _entropy(acts, WEEK, WEEK + 24, n)
        found[5 * a + 1] = math.sqrt(max((1 + apart) / 2, 0.0))
        found[5 * a + 2], found[5 * a + 3], found[5 * a + 4] = weekdays / n, small / n, full / n
