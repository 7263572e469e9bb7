"""The compiled kernel: who acted on the same object within a window of whom.

Events are sorted by object and time, so the events within a window of one event are a slice of the
array. The kernel walks the accounts one by one. For account u it visits the slice around each of u's
events and adds up, in one accumulator row per partner v > u, what the two did together. Then it writes
the partners that reach the minimum weight and clears the rows it touched. No list of pairs ever
exists: memory is the events, one accumulator per thread, and the edges that stay. A viral object is
spread over all its accounts, so no core is left alone with it.

Everything is integer arithmetic on sorted input, hence the same on any number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["ALWAYS", "CoActions", "coactions", "window_bounds", "window_pairs"]

#: A window longer than any span of time: every two events on an object are a pair.
ALWAYS = np.iinfo(np.int64).max // 4

Ints = NDArray[np.int64]
_F = TypeVar("_F", bound=Callable[..., Any])

# Accumulator columns of one partner.
_WEIGHT, _OBJECT, _PAIRS, _LAG, _FIRST, _LAST, _LED = range(7)


def _compiled(function: _F) -> _F:
    return cast(_F, numba.njit(cache=True, nogil=True)(function))


class CoActions(NamedTuple):
    """Edges of the co-action graph, sorted by (u, v), u < v; one array entry an edge."""

    u: NDArray[np.int32]
    v: NDArray[np.int32]
    weight: Ints  #: distinct objects
    pairs: Ints  #: pairs of events
    lag: Ints  #: sum of absolute lags, microseconds
    first: Ints  #: earliest event of any pair
    last: Ints  #: latest event of any pair
    led: Ints  #: pairs in which u was strictly earlier


@_compiled
def window_bounds(
    starts: NDArray[np.int64], time: NDArray[np.int64], window: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """First event, and one past the last, that lies within `window` of each event on its object."""
    low = np.empty(len(time), np.int32)
    high = np.empty(len(time), np.int32)
    for k in range(len(starts) - 1):
        begin, end = starts[k], starts[k + 1]
        i, j = begin, begin
        for e in range(begin, end):
            while time[e] - time[i] > window:
                i += 1
            while j < end and time[j] - time[e] <= window:
                j += 1
            low[e], high[e] = i, j
    return low, high


def window_pairs(starts: Ints, high: NDArray[np.int32]) -> Ints:
    """Exact number of pairs of events within the window, per object, before any pair is looked at.

    Pairs of an account with itself are counted too.
    """
    later = high.astype(np.int64) - np.arange(1, len(high) + 1)
    total = np.concatenate([[0], np.cumsum(later)])
    counts: Ints = total[starts[1:]] - total[starts[:-1]]
    return counts


@_compiled
def _by_account(account: NDArray[np.int32], n_accounts: int) -> tuple[Ints, NDArray[np.int32]]:
    """Events of each account in their present order: a stable counting sort."""
    starts = np.zeros(n_accounts + 1, np.int64)
    for a in account:
        starts[a + 1] += 1
    starts = np.cumsum(starts)
    filled = starts[:-1].copy()
    events = np.empty(len(account), np.int32)
    for e in range(len(account)):
        events[filled[account[e]]] = e
        filled[account[e]] += 1
    return starts, events


@_compiled
def _rows(
    begin: int,
    end: int,
    starts: Ints,
    events: NDArray[np.int32],
    account: NDArray[np.int32],
    objects: NDArray[np.int32],
    time: Ints,
    low: NDArray[np.int32],
    high: NDArray[np.int32],
    min_weight: int,
) -> tuple[Ints, Ints]:
    """Edges of accounts `begin` to `end`, and each account's co-actions in those rows."""
    n_accounts = len(starts) - 1
    acc = np.zeros((n_accounts, 7), np.int64)
    strength = np.zeros(n_accounts, np.int64)
    touched = np.empty(n_accounts, np.int32)
    out = np.empty((1024, 8), np.int64)
    n_out = 0
    for u in range(begin, end):
        n_touched = 0
        for k in range(starts[u], starts[u + 1]):
            e = events[k]
            mark = objects[e] + 1
            for j in range(low[e], high[e]):
                v = account[j]
                if v <= u:
                    continue
                row = acc[v]
                lag = time[j] - time[e]
                early, late = (time[e], time[j]) if lag > 0 else (time[j], time[e])
                if row[_PAIRS] == 0:
                    touched[n_touched] = v
                    n_touched += 1
                    row[_FIRST], row[_LAST] = early, late
                row[_PAIRS] += 1
                row[_LAG] += abs(lag)
                row[_LED] += lag > 0
                row[_FIRST] = min(row[_FIRST], early)
                row[_LAST] = max(row[_LAST], late)
                if row[_OBJECT] != mark:  # events of u come object by object
                    row[_OBJECT] = mark
                    row[_WEIGHT] += 1
        partners = np.sort(touched[:n_touched])
        for v in partners:
            row = acc[v]
            strength[u] += row[_WEIGHT]
            strength[v] += row[_WEIGHT]
            if row[_WEIGHT] >= min_weight:
                if n_out == len(out):
                    grown = np.empty((2 * len(out), 8), np.int64)
                    grown[:n_out] = out
                    out = grown
                out[n_out, 0], out[n_out, 1] = u, v
                out[n_out, 2], out[n_out, 3] = row[_WEIGHT], row[_PAIRS]
                out[n_out, 4], out[n_out, 5] = row[_LAG], row[_FIRST]
                out[n_out, 6], out[n_out, 7] = row[_LAST], row[_LED]
                n_out += 1
            row[:] = 0
    return out[:n_out].copy(), strength


def coactions(
    account: NDArray[np.int32],
    objects: NDArray[np.int32],
    time: Ints,
    low: NDArray[np.int32],
    high: NDArray[np.int32],
    n_accounts: int,
    *,
    min_weight: int = 1,
    threads: int | None = None,
) -> tuple[CoActions, Ints]:
    """Pairs of accounts that acted on the same objects within the window.

    Parameters
    ----------
    account, objects : ndarray of int32, shape (n_events,)
        Codes, sorted by object and time.
    time : ndarray of int64, shape (n_events,)
        Microseconds.
    low, high : ndarray of int32, shape (n_events,)
        From :func:`window_bounds`.
    n_accounts : int
    min_weight : int
        Pairs with fewer distinct objects are left out of the edges, not of the strengths.
    threads : int, optional
        Default: all cores. The result does not depend on it.

    Returns
    -------
    edges : CoActions
    strength : ndarray of int64, shape (n_accounts,)
        Sum of weights over all partners, before `min_weight`.
    """
    threads = threads or os.cpu_count() or 1
    starts, events = _by_account(account, n_accounts)
    work = np.concatenate([[0], np.cumsum((high - low)[events], dtype=np.int64)])[starts]
    shares = np.linspace(0, work[-1], 8 * threads + 1)[1:-1]
    bounds = [0, *np.searchsorted(work, shares).tolist(), n_accounts]

    def rows(begin: int, end: int) -> tuple[Ints, Ints]:
        return _rows(begin, end, starts, events, account, objects, time, low, high, min_weight)

    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(rows, bounds[:-1], bounds[1:]))
    edges = np.concatenate([part for part, _ in parts])
    strength = np.zeros(n_accounts, np.int64)
    for _, part in parts:
        strength += part
    u, v = edges[:, 0].astype(np.int32), edges[:, 1].astype(np.int32)
    return CoActions(u, v, *(edges[:, k].copy() for k in range(2, 8))), strength
