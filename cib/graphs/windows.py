"""The compiled kernel: who acted on the same object within a window of whom.

Events are sorted by object and time, so the events within a window of one event are a slice of the
array. The kernel walks the accounts one by one. For account u it visits the slice around each of u's
events and adds up, in one accumulator per partner v > u, what the two did together; a hash table no
larger than the account needs finds the accumulator, so that most of the work stays in the processor's
cache. Then it writes the partners that reach the minimum weight. No list of pairs ever exists: memory is
the events, the accumulators of one account per thread, and the edges that stay. A viral object is spread
over all its accounts, so no core is left alone with it.

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

__all__ = ["ALWAYS", "CoActions", "by_object", "coactions", "window_bounds", "window_pairs"]

#: A window longer than any span of time: every two events on an object are a pair.
ALWAYS = np.iinfo(np.int64).max // 4

Ints = NDArray[np.int64]
_F = TypeVar("_F", bound=Callable[..., Any])

#: Spreads account codes over hash slots (Knuth's multiplicative hashing, 64 bits).
_SCATTER = np.uint64(0x9E3779B97F4A7C15)

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
def _grouped(codes: NDArray[np.int32], n_codes: int) -> tuple[Ints, NDArray[np.int32]]:
    """Positions of each code, in their present order, and where each begins: a stable counting sort."""
    starts = np.zeros(n_codes + 1, np.int64)
    for code in codes:
        starts[code + 1] += 1
    starts = np.cumsum(starts)
    filled = starts[:-1].copy()
    positions = np.empty(len(codes), np.int32)
    for k in range(len(codes)):
        positions[filled[codes[k]]] = k
        filled[codes[k]] += 1
    return starts, positions


@_compiled
def _sort_by_time(starts: Ints, positions: NDArray[np.int32], time: Ints) -> None:
    """Sort the positions of each group by time, in place; equal times keep their order."""
    for k in range(len(starts) - 1):
        group = positions[starts[k] : starts[k + 1]]
        for m in range(1, len(group)):
            if time[group[m]] < time[group[m - 1]]:
                group[:] = group[np.argsort(time[group], kind="mergesort")]
                break


def by_object(objects: NDArray[np.int32], time: Ints, n_objects: int) -> tuple[Ints, NDArray[np.int32]]:
    """Order of events by object and time, and where each object begins.

    Events that come sorted by time, as those of an activity do, are only counted and dealt out.
    """
    starts, order = _grouped(objects, n_objects)
    _sort_by_time(starts, order, time)
    return starts, order


@_compiled
def _dealt(
    account: NDArray[np.int32],
    objects: NDArray[np.int32],
    time: Ints,
    low: NDArray[np.int32],
    high: NDArray[np.int32],
    n_accounts: int,
) -> tuple[Ints, Ints, Ints, Ints]:
    """Events with company, account by account, beside all events in their order.

    What the kernel reads together lies together: random access to memory is what it would wait for.

    Returns
    -------
    starts : shape (n_accounts + 1,)
        Where the events of each account begin in `mine`.
    visits : shape (n_accounts,)
        Events within the window of any of the account's.
    mine : shape (n, 3)
        Time, object, and the slice of `near` within the window, its two ends in one number.
    near : shape (n_events, 2)
        Time and account of each event.
    """
    starts = np.zeros(n_accounts + 1, np.int64)
    visits = np.zeros(n_accounts, np.int64)
    near = np.empty((len(account), 2), np.int64)
    for e in range(len(account)):
        near[e, 0], near[e, 1] = time[e], account[e]
        if high[e] - low[e] > 1:
            starts[account[e] + 1] += 1
            visits[account[e]] += high[e] - low[e]
    starts = np.cumsum(starts)
    filled = starts[:-1].copy()
    mine = np.empty((starts[-1], 3), np.int64)
    for e in range(len(account)):
        if high[e] - low[e] > 1:
            k = filled[account[e]]
            mine[k, 0], mine[k, 1], mine[k, 2] = time[e], objects[e], (np.int64(low[e]) << 32) | high[e]
            filled[account[e]] += 1
    return starts, visits, mine, near


@_compiled
def _slot(slots: NDArray[np.int32], partners: NDArray[np.int32], v: int, mask: np.uint64) -> np.uint64:
    """The slot that holds `v`, or the free one where it belongs."""
    slot = (np.uint64(v) * _SCATTER >> np.uint64(32)) & mask
    while slots[slot] >= 0 and partners[slots[slot]] != v:
        slot = (slot + np.uint64(1)) & mask
    return slot


@_compiled
def _add(row: Ints, at: int, lag: int, mark: int) -> None:
    """Add one pair of events to an accumulator; `mark` tells objects apart, which come one after another."""
    row[_PAIRS] += 1
    row[_LAG] += abs(lag)
    row[_LED] += lag > 0
    row[_FIRST] = min(row[_FIRST], at, at + lag)
    row[_LAST] = max(row[_LAST], at, at + lag)
    if row[_OBJECT] != mark:
        row[_OBJECT] = mark
        row[_WEIGHT] += 1


@_compiled
def _room(most: int) -> int:
    """Slots for `most` partners: a power of two, at least half of it free."""
    room = 2
    while room < 2 * most:
        room *= 2
    return room


@_compiled
def _write(out: Ints, n_out: int, u: int, partners: NDArray[np.int32], acc: Ints, min_weight: int) -> tuple[Ints, int]:
    """Append the edges of account `u` that reach the weight, by partner; `out` grows as it must."""
    for k in np.argsort(partners):
        if acc[k, _WEIGHT] < min_weight:
            continue
        if n_out == len(out):
            grown = np.empty((2 * len(out), 8), np.int64)
            grown[:n_out] = out
            out = grown
        out[n_out, 0], out[n_out, 1] = u, partners[k]
        out[n_out, 2], out[n_out, 3] = acc[k, _WEIGHT], acc[k, _PAIRS]
        out[n_out, 4], out[n_out, 5] = acc[k, _LAG], acc[k, _FIRST]
        out[n_out, 6], out[n_out, 7] = acc[k, _LAST], acc[k, _LED]
        n_out += 1
    return out, n_out


@_compiled
def _rows(
    begin: int, end: int, starts: Ints, visits: Ints, mine: Ints, near: Ints, min_weight: int
) -> tuple[Ints, Ints]:
    """Edges of accounts `begin` to `end`, and each account's co-actions in those rows."""
    n_accounts = len(starts) - 1
    strength = np.zeros(n_accounts, np.int64)
    most = 1
    for u in range(begin, end):
        most = max(most, min(visits[u], n_accounts))
    slots = np.full(_room(most), -1, np.int32)  # where in the table -> which accumulator
    used = np.empty(most, np.int64)
    partners = np.empty(most, np.int32)
    acc = np.empty((most, 7), np.int64)
    out, n_out = np.empty((1024, 8), np.int64), 0
    for u in range(begin, end):
        mask = np.uint64(_room(min(visits[u], n_accounts)) - 1)
        n, heaviest = 0, 0
        for k in range(starts[u], starts[u + 1]):
            at, mark = mine[k, 0], mine[k, 1] + 1
            for j in range(mine[k, 2] >> 32, mine[k, 2] & 0xFFFFFFFF):
                v = near[j, 1]
                if v <= u:
                    continue
                slot = _slot(slots, partners, v, mask)
                if slots[slot] < 0:
                    slots[slot], used[n], partners[n] = n, slot, v
                    acc[n] = 0
                    acc[n, _FIRST], acc[n, _LAST] = at, at
                    n += 1
                _add(acc[slots[slot]], at, near[j, 0] - at, mark)
        for k in range(n):
            slots[used[k]] = -1
            strength[u] += acc[k, _WEIGHT]
            strength[partners[k]] += acc[k, _WEIGHT]
            heaviest = max(heaviest, acc[k, _WEIGHT])
        if heaviest >= min_weight:
            out, n_out = _write(out, n_out, u, partners[:n], acc, min_weight)
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
    starts, visits, mine, near = _dealt(account, objects, time, low, high, n_accounts)
    shares = np.linspace(0, visits.sum(), 8 * threads + 1)[1:-1]
    bounds = [0, *np.searchsorted(np.cumsum(visits), shares).tolist(), n_accounts]

    def rows(begin: int, end: int) -> tuple[Ints, Ints]:
        return _rows(begin, end, starts, visits, mine, near, min_weight)

    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(rows, bounds[:-1], bounds[1:]))
    edges = np.concatenate([part for part, _ in parts])
    strength = np.zeros(n_accounts, np.int64)
    for _, part in parts:
        strength += part
    u, v = edges[:, 0].astype(np.int32), edges[:, 1].astype(np.int32)
    return CoActions(u, v, *(edges[:, k].copy() for k in range(2, 8))), strength
