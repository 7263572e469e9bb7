"""The compiled kernel: who acted on the same object within a window of whom.

Events are sorted by object and time, so the events within a window of one event are a slice of the
array. The kernel walks the accounts one by one, and the slices around the events of an account twice:
first it counts the objects shared with each partner, in a small hash table; then, if any partner reaches
the minimum weight, it adds up what the two did together, for those partners only. Most pairs of accounts
meet once and never again, and cost no more than a count. The count itself is owed to all: strengths are
sums over all pairs. So nothing would be won by leaving out accounts that share too few objects to reach
the weight; on heavy-tailed data they have a tenth of the pairs at weight 2, a fifth at 3.

A pair is the business of the one of the two that has less company: so busy accounts, whose partners are
many, keep only those who are busier still, and the hash table stays in the processor's cache. No list of
pairs ever exists: memory is the events, the partners of one account per thread, and the edges that stay.
A viral object is spread over all its accounts, so no core is left alone with it.

Everything is integer arithmetic on sorted input, hence the same on any number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from cib.errors import SettingsError

__all__ = ["ALWAYS", "CoActions", "coactions", "grouped", "longest_window", "taken", "window_bounds", "window_pairs"]

#: A window longer than any span of time: every two events on an object are a pair.
ALWAYS = np.iinfo(np.int64).max // 4

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
_F = TypeVar("_F", bound=Callable[..., Any])

#: Spreads account codes over hash slots (Knuth's multiplicative hashing, 64 bits).
_SCATTER = np.uint64(0x9E3779B97F4A7C15)

# What is known of an event of the account in hand, of a partner in the hash table, of an edge.
_EVENT, _OBJECT, _LOW, _HIGH = range(4)
_ACCOUNT, _WEIGHT, _MARK, _PLACE = range(4)
_U, _V, _SHARED, _PAIRS, _LED = range(5)
_LAG, _FIRST, _LAST = range(3)

#: Events looked at in one go.
_BLOCK = 1024

#: Parts of the work per thread: many, so that no thread waits long for the last.
_PARTS = 32


def _compiled(function: _F) -> _F:
    return cast(_F, numba.njit(cache=True, nogil=True)(function))


class CoActions(NamedTuple):
    """Edges of the co-action graph, sorted by (u, v), u < v; one array entry an edge."""

    u: Codes
    v: Codes
    weight: Codes  #: distinct objects
    pairs: Codes  #: pairs of events
    led: Codes  #: pairs in which u was strictly earlier
    lag: Ints  #: sum of absolute lags, microseconds
    first: Ints  #: earliest event of any pair
    last: Ints  #: latest event of any pair


@_compiled
def window_bounds(starts: NDArray[np.int64], time: NDArray[np.int64], window: int) -> tuple[Codes, Codes]:
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


def window_pairs(starts: Ints, high: Codes) -> Ints:
    """Exact number of pairs of events within the window, per object, before any pair is looked at.

    Pairs of an account with itself are counted too.
    """
    later = high.astype(np.int64) - np.arange(1, len(high) + 1)
    total = np.concatenate([[0], np.cumsum(later)])
    counts: Ints = total[starts[1:]] - total[starts[:-1]]
    return counts


def longest_window(time: Ints, window: int, max_pairs: int) -> int:
    """The longest window, up to `window`, in which the events of one object have no more than so many pairs.

    -1 if events at equal times alone have more. `time` is ascending.
    """
    starts = np.array([0, len(time)])
    shortest, longest = -1, min(window, int(time[-1] - time[0]))
    while shortest < longest:
        middle = (shortest + longest + 1) // 2
        if window_pairs(starts, window_bounds(starts, time, middle)[1])[0] > max_pairs:
            longest = middle - 1
        else:
            shortest = middle
    return shortest


@_compiled
def grouped(codes: Codes, n_codes: int) -> tuple[Ints, Codes]:
    """Where the positions of each code begin, and the positions, in their present order: a stable counting sort."""
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
def taken(column: Any, order: Codes) -> Any:
    """`column[order]`, without the wider copy of `order` that NumPy makes."""
    result = np.empty(len(order), column.dtype)
    for k in range(len(order)):
        result[k] = column[order[k]]
    return result


@_compiled
def _company(account: Codes, low: Codes, high: Codes, n_accounts: int) -> Ints:
    """Events within the window of any event of each account, where there are others than itself."""
    visits = np.zeros(n_accounts, np.int64)
    for e in range(len(account)):
        if high[e] - low[e] > 1:
            visits[account[e]] += high[e] - low[e]
    return visits


@_compiled
def _dealt(rank: Codes, objects: Codes, low: Codes, high: Codes, n_accounts: int) -> tuple[Ints, Codes]:
    """Events with company, account by account: what the kernel reads together lies together.

    Returns
    -------
    starts : shape (n_accounts + 1,)
        Where the events of each account begin in `mine`.
    mine : shape (n, 4)
        Event, object, and the first and one past the last event within the window.
    """
    starts = np.zeros(n_accounts + 1, np.int64)
    for e in range(len(rank)):
        starts[rank[e] + 1] += high[e] - low[e] > 1
    starts = np.cumsum(starts)
    filled = starts[:-1].copy()
    mine = np.empty((starts[-1], 4), np.int32)
    for e in range(len(rank)):
        if high[e] - low[e] > 1:
            k = filled[rank[e]]
            mine[k, 0], mine[k, 1], mine[k, 2], mine[k, 3] = e, objects[e], low[e], high[e]
            filled[rank[e]] = k + 1
    return starts, mine


@_compiled
def _after(rank: Codes, begin: int, end: int, u: int, found: Codes) -> int:
    """Write down the events from `begin` to `end` of accounts above `u`; how many there are."""
    n = 0
    for j in range(begin, end):
        found[n] = j
        n += rank[j] > u  # no branch: which account comes next is anybody's guess
    return n


@_compiled
def _slot(partners: NDArray[np.int32], v: int, mask: np.uint64) -> np.uint64:
    """The slot that holds `v`, or the free one where it belongs."""
    slot = (np.uint64(v) * _SCATTER >> np.uint64(32)) & mask
    while partners[slot, _ACCOUNT] != v and partners[slot, _ACCOUNT] >= 0:
        slot = (slot + np.uint64(1)) & mask
    return slot


@_compiled
def _room(most: int) -> int:
    """Slots for `most` partners: a power of two, at least half of it free."""
    room = 2
    while room < 2 * most:
        room *= 2
    return room


@_compiled
def _count(u: int, mine: Codes, rank: Codes, partners: Codes, used: Ints, found: Codes, mask: np.uint64) -> int:
    """Count the objects that `u` shares with each account above it; how many those are."""
    n = 0
    for k in range(len(mine)):
        mark = mine[k, _OBJECT]
        for begin in range(mine[k, _LOW], mine[k, _HIGH], len(found)):
            for i in range(_after(rank, begin, min(begin + len(found), mine[k, _HIGH]), u, found)):
                v = rank[found[i]]
                slot = _slot(partners, v, mask)
                if partners[slot, _ACCOUNT] < 0:
                    partners[slot, _ACCOUNT], partners[slot, _WEIGHT], partners[slot, _MARK] = v, 1, mark
                    used[n] = slot
                    n += 1
                elif partners[slot, _MARK] != mark:
                    partners[slot, _MARK] = mark
                    partners[slot, _WEIGHT] += 1
    return n


@_compiled
def _describe(
    u: int,
    mine: Codes,
    rank: Codes,
    time: Ints,
    partners: Codes,
    found: Codes,
    mask: np.uint64,
    counts: Codes,
    times: Ints,
) -> None:
    """Add up what `u` did together with those of its partners that have an edge."""
    for k in range(len(mine)):
        at = time[mine[k, _EVENT]]
        for begin in range(mine[k, _LOW], mine[k, _HIGH], len(found)):
            for i in range(_after(rank, begin, min(begin + len(found), mine[k, _HIGH]), u, found)):
                slot = _slot(partners, rank[found[i]], mask)
                place = partners[slot, _PLACE]
                if place >= 0:
                    then = time[found[i]]
                    count, span = counts[place >> 1], times[place >> 1]
                    count[_PAIRS] += 1
                    count[_LED] += then < at if place & 1 else at < then
                    span[_LAG] += abs(then - at)
                    span[_FIRST] = min(span[_FIRST], at, then)
                    span[_LAST] = max(span[_LAST], at, then)


@_compiled
def _longer(rows: Any, n: int, room: int) -> Any:
    """The first `n` rows, with room for more."""
    grown = np.empty((room, rows.shape[1]), rows.dtype)
    grown[:n] = rows[:n]
    return grown


@_compiled
def _rows(
    begin: int,
    end: int,
    starts: Ints,
    visits: Ints,
    mine: Codes,
    rank: Codes,
    code: Codes,
    time: Ints,
    min_weight: int,
    strength: Ints,
) -> tuple[Codes, Ints]:
    """Edges of the accounts of ranks `begin` to `end`: their two codes and weight, and the other attributes.

    Co-actions are added to `strength`, whatever their weight.
    """
    most = 1
    for u in range(begin, end):
        most = max(most, min(visits[u], len(code) - u))
    partners = np.full((_room(most), 4), -1, np.int32)
    used = np.empty(most, np.int64)
    stay = np.empty(most, np.int64)
    found = np.empty(_BLOCK, np.int32)
    counts, times, n_out = np.empty((_BLOCK, 5), np.int32), np.empty((_BLOCK, 3), np.int64), 0
    for u in range(begin, end):
        own = mine[starts[u] : starts[u + 1]]
        mask = np.uint64(_room(min(visits[u], len(code) - u)) - 1)
        n = _count(u, own, rank, partners, used, found, mask)
        n_stay = 0
        for slot in used[:n]:
            weight = partners[slot, _WEIGHT]
            strength[u] += weight
            strength[partners[slot, _ACCOUNT]] += weight
            if weight >= min_weight:
                stay[n_stay] = slot
                n_stay += 1
        if n_stay:
            if n_out + n_stay > len(counts):
                room = 2 * (n_out + n_stay)
                counts, times = _longer(counts, n_out, room), _longer(times, n_out, room)
            for slot in stay[:n_stay]:
                a, b = code[u], code[partners[slot, _ACCOUNT]]
                counts[n_out, _U], counts[n_out, _V] = min(a, b), max(a, b)
                counts[n_out, _SHARED], counts[n_out, _PAIRS], counts[n_out, _LED] = partners[slot, _WEIGHT], 0, 0
                times[n_out, _LAG], times[n_out, _FIRST], times[n_out, _LAST] = 0, ALWAYS, -ALWAYS
                partners[slot, _PLACE] = n_out << 1 | (a > b)
                n_out += 1
            _describe(u, own, rank, time, partners, found, mask, counts, times)
        for slot in used[:n]:
            partners[slot, _ACCOUNT] = partners[slot, _PLACE] = -1
    return counts[:n_out].copy(), times[:n_out].copy()


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
    visits = _company(account, low, high, n_accounts)
    code = np.argsort(visits, kind="stable").astype(np.int32)
    rank, visits = np.argsort(code).astype(np.int32)[account], visits[code]
    if n_accounts > 1 and visits[-2] > np.iinfo(np.int32).max:
        raise SettingsError(
            "two accounts have more than 2,147,483,647 events within the window of theirs",
            got=int(visits[-2]),
            remedy="Take a shorter window, or a lower max_pairs.",
        )
    starts, mine = _dealt(rank, objects, low, high, n_accounts)
    shares = np.linspace(0, visits.sum(), _PARTS * threads + 1)[1:-1]
    bounds = [0, *np.searchsorted(np.cumsum(visits), shares).tolist(), n_accounts]
    todo = iter([(begin, end) for begin, end in pairwise(bounds) if begin < end])  # shared by the threads
    parts = {}

    def work(strength: Ints) -> None:
        for begin, end in todo:
            parts[begin] = _rows(begin, end, starts, visits, mine, rank, code, time, min_weight, strength)

    strengths = [np.zeros(n_accounts, np.int64) for _ in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, strengths))
    strength = np.empty(n_accounts, np.int64)
    strength[code] = np.sum(strengths, axis=0)
    return _sorted([parts.pop(begin) for begin in sorted(parts)], n_accounts, threads), strength


def _sorted(parts: list[tuple[Codes, Ints]], n_accounts: int, threads: int) -> CoActions:
    """The columns of all parts, by account; nothing is held twice for longer than it must be."""
    n = sum(len(counts) for counts, _ in parts)
    columns = [np.empty(n, np.int32) for _ in range(5)] + [np.empty(n, np.int64) for _ in range(3)]
    parts.reverse()
    done = 0
    while parts:
        counts, times = parts.pop()
        for column, values in zip(columns, [*counts.T, *times.T], strict=True):
            column[done : done + len(counts)] = values
        done += len(counts)
    order = grouped(columns[_V], n_accounts)[1]
    order = taken(order, grouped(taken(columns[_U], order), n_accounts)[1])

    def arrange(k: int) -> None:
        columns[k] = taken(columns[k], order)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(arrange, range(len(columns))))
    return CoActions._make(columns)
