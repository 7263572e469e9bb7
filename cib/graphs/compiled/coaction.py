"""Compiled kernel: find the pairs of accounts that acted on the same objects within a window.

Events are sorted by object and time, so the events within a window of one event are a slice of the array. The kernel
iterates over the accounts, and scans the slices around the events of an account twice. The first scan counts how
often each partner occurs, in a hash table of one byte per entry that fits into the processor's cache: partners may
share an entry, so a count is never too low. The second scan accumulates the co-actions with the partners whose count
reaches the minimum weight, and keeps those whose weight does reach it. Most pairs of accounts coincide once only, and
cost two memory accesses.

A pair is processed with the account that has fewer events nearby ("company"), so an active account, which has many
partners, processes only partners that are still more active. Pairs are never listed: memory is needed for the events,
the partners of one account per thread, and the edges kept. The work on a viral object is distributed over all its
accounts, and so over all cores.

All computations are integer arithmetic on sorted input, so the result does not depend on the number of threads.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cib.compiled import (
    CODES,
    INT,
    INTS,
    TABLE,
    WRITE_BYTES,
    WRITE_CODES,
    WRITE_INTS,
    WRITE_TABLE,
    Codes,
    Ints,
    compiled,
    in_threads,
    inlined,
    record_array,
)
from cib.errors import SettingsError
from cib.graphs.compiled.edge_buffers import EDGE, CoActions, shelve, taken_down
from cib.graphs.compiled.windows import ALWAYS
from cib.resources import n_threads

__all__ = ["coactions", "strengths"]

Bytes = NDArray[np.uint8]

# Columns of the table of events sorted by account.
_EVENT, _OBJECT, _LOW, _HIGH, _MET = range(5)

#: Accumulators of the co-actions of an account with one partner.
_PARTNER = np.dtype(
    [(name, np.int64) for name in ("lag", "earliest", "latest")]
    + [(name, np.int32) for name in ("rank", "weight", "mark", "pairs", "ahead", "behind", "first", "last")]
)

#: Number of events scanned at a time.
_BLOCK = 1024

#: Largest size of the table of counts, in bytes: a quarter of a typical second-level cache.
_BYTES = 1 << 18

#: Largest number of parts of the work, many so that threads finish at about the same time, and least visits per part.
_PARTS, _PART = 256, 1 << 18

#: Largest number of parts in which edges are sorted, many so that little is held twice, and least visits per part.
_SHELVES, _SHELF = 64, 1 << 24


@compiled(CODES, CODES, CODES, WRITE_INTS)
def _count_company(account: Codes, low: Codes, high: Codes, visits: Ints) -> None:
    """Count the events within the windows of each account's events, except windows that hold the event only."""
    for e in range(len(account)):
        if high[e] - low[e] > 1:
            visits[account[e]] += high[e] - low[e]


@compiled(INT, INT, CODES, CODES, CODES, WRITE_CODES, WRITE_CODES)
def _met(begin: int, end: int, rank: Codes, low: Codes, high: Codes, inside: Codes, met: Codes) -> None:
    """Count the distinct accounts with events within the window of each event from `begin` to `end`.

    `inside` is zero for each account; it holds its number of events within the moving window.
    """
    n, i, j = 0, begin, begin
    for e in range(begin, end):
        if high[e] - low[e] > 1:
            while j < high[e]:
                n += inside[rank[j]] == 0
                inside[rank[j]] += 1
                j += 1
            while i < low[e]:
                inside[rank[i]] -= 1
                n -= inside[rank[i]] == 0
                i += 1
            met[e] = n


@compiled(INT, INT, CODES, CODES, CODES, CODES, CODES, WRITE_INTS, WRITE_TABLE)
def _deal(
    begin: int, end: int, rank: Codes, objects: Codes, low: Codes, high: Codes, met: Codes, filled: Ints, mine: Codes
) -> None:
    """Copy the events with company of ranks `begin` to `end` to `mine`, from the offsets in `filled` on."""
    for e in range(len(rank)):
        if begin <= rank[e] < end and high[e] - low[e] > 1:
            k = filled[rank[e]]
            mine[k, _EVENT], mine[k, _OBJECT], mine[k, _LOW], mine[k, _HIGH], mine[k, _MET] = (
                e,
                objects[e],
                low[e],
                high[e],
                met[e],
            )
            filled[rank[e]] = k + 1


def _dealt(rank: Codes, objects: Codes, low: Codes, high: Codes, n_accounts: int, threads: int) -> tuple[Ints, Codes]:
    """Sort the events with company by account, so that the kernel reads contiguous memory.

    Returns
    -------
    starts : shape (n_accounts + 1,)
        Offset of the events of each account in `mine`.
    mine : shape (n, 5)
        Event, object, first event within the window and one past the last, and their number of distinct accounts.
    """
    starts = np.concatenate([[0], np.cumsum(np.bincount(rank[high - low > 1], minlength=n_accounts))])
    mine, met = np.empty((starts[-1], 5), np.int32), np.empty(len(rank), np.int32)
    filled = starts[:-1].copy()
    middles = np.arange(1, threads if len(rank) else 1)
    firsts = np.searchsorted(objects, objects[middles * len(rank) // threads])
    shares = np.searchsorted(starts, middles * starts[-1] // threads)

    def count(part: tuple[int, int]) -> None:
        _met(*part, rank, low, high, np.zeros(n_accounts, np.int32), met)

    def deal(part: tuple[int, int]) -> None:
        _deal(*part, rank, objects, low, high, met, filled, mine)

    in_threads(count, list(pairwise([0, *firsts.tolist(), len(rank)])), threads)
    in_threads(deal, list(pairwise([0, *shares.tolist(), n_accounts])), threads)
    return starts, mine


@compiled(INT, INT, INTS, TABLE, CODES, WRITE_CODES, WRITE_INTS)
def _add_strengths(begin: int, end: int, starts: Ints, mine: Codes, rank: Codes, seen: Codes, strength: Ints) -> None:
    """Compute the strengths of ranks `begin` to `end`: the number of partners on each object, summed over objects.

    `seen` is -1 for each account.
    """
    for u in range(begin, end):
        total = 0
        first = stop = mark = -1
        for k in range(starts[u], starts[u + 1]):
            again = mine[k, _OBJECT] == mark
            mark = mine[k, _OBJECT]
            if not again and (k + 1 == starts[u + 1] or mine[k + 1, _OBJECT] != mark):
                total += mine[k, _MET] - 1
                continue
            if not again:
                first, stop = mine[k, _EVENT], 0  # unique to this account and object, so it marks the partners seen
            for j in range(max(mine[k, _LOW], stop), mine[k, _HIGH]):
                total += rank[j] != u and seen[rank[j]] != first
                seen[rank[j]] = first
            stop = mine[k, _HIGH]
        strength[u] = total


@inlined
def _met_often(
    u: int, begin: int, end: int, mine: Codes, rank: Codes, ascending: int, met: Bytes, mask: int, enough: int
) -> bool:
    """Count the events of each account above `u`, hashed to its last bits; return whether any count is `enough`.

    No count can be if `u` has company on fewer objects than that.
    """
    kinds, mark = 0, -1
    for k in range(begin, end):
        if mine[k, _MET] > 1 and mine[k, _OBJECT] != mark:
            kinds, mark = kinds + 1, mine[k, _OBJECT]
    if kinds < enough:
        return False
    for byte in range(mask + 1):
        met[byte] = 0
    any_often = False
    for k in range(begin, end):
        for j in range(mine[k, _EVENT] + 1 if ascending else mine[k, _LOW], mine[k, _HIGH]):
            v = rank[j]
            count = met[v & mask] + (v > u)
            met[v & mask] = min(enough, count)
            any_often |= count >= enough
    return any_often


@inlined
def _find(rank: Codes, begin: int, end: int, u: int, met: Bytes, mask: int, enough: int, found: Codes) -> int:
    """Collect the events from `begin` to `end` of accounts above `u` with `enough` counts; return their number."""
    n = 0
    for j in range(begin, end):
        found[n] = j
        # branch-free, because the order of the accounts is unpredictable
        n += (rank[j] > u) & (met[rank[j] & mask] >= enough)
    return n


@compiled(
    *(INT, INT, INTS, INTS, TABLE, CODES, CODES, INTS, INT, INT),
    *(WRITE_BYTES, WRITE_CODES, WRITE_CODES, record_array(_PARTNER), record_array(EDGE), WRITE_INTS),
)
def _find_edges(  # noqa: PLR0912 - one pass: each call to another function would be compiled, too
    begin: int,
    end: int,
    starts: Ints,
    visits: Ints,
    mine: Codes,
    rank: Codes,
    code: Codes,
    time: Ints,
    min_weight: int,
    ascending: int,
    table: Bytes,
    found: Codes,
    place: Codes,
    partners: Any,
    edges: Any,
    n_edges: Ints,
) -> int:
    """Append the edges of the accounts of ranks `begin` to `end` to the first ``n_edges[0]`` of `edges`.

    For each account, accumulate its co-actions with the accounts above it whose count is large enough. The position
    of each of these in `partners` is its `place`; `place` is -1 for each account before and after. If the events of
    each object are `ascending` by rank, only those after each event are scanned.

    Returns
    -------
    int
        The first account for which `partners` or `edges` had no room, or `end`.
    """
    enough = 0 if min_weight == 1 else min(255, min_weight)
    for u in range(begin, end):
        room = 64
        while room < 4 * visits[u] and room < len(table):
            room *= 2
        mask = room - 1
        if enough and not _met_often(u, starts[u], starts[u + 1], mine, rank, ascending, table, mask, enough):
            continue
        n = 0
        full = False
        for k in range(starts[u], starts[u + 1]):
            event, mark = mine[k, _EVENT], mine[k, _OBJECT]
            at = time[event]
            low = event + 1 if ascending else mine[k, _LOW]
            for first in range(low, mine[k, _HIGH], len(found)):
                last = min(mine[k, _HIGH], first + len(found))
                for i in range(_find(rank, first, last, u, table, mask, enough, found)):
                    j = found[i]
                    then, v = time[j], rank[j]
                    if place[v] < 0:
                        if n == len(partners):
                            full = True
                            break
                        new = partners[n]
                        new.rank, new.weight, new.mark, new.pairs, new.ahead, new.behind = v, 0, -1, 0, 0, 0
                        new.lag, new.earliest, new.latest = 0, ALWAYS, -ALWAYS
                        place[v] = n
                        n += 1
                    partner = partners[place[v]]
                    partner.weight += partner.mark != mark
                    partner.mark = mark
                    partner.pairs += 1
                    partner.ahead += at < then
                    partner.behind += then < at
                    partner.lag += abs(then - at)
                    if (min(then, at)) < partner.earliest:
                        partner.earliest, partner.first = (at, event) if at < then else (then, j)
                    if (max(then, at)) > partner.latest:
                        partner.latest, partner.last = (at, event) if at > then else (then, j)
        for i in range(n):
            place[partners[i].rank] = -1
        if full or n_edges[0] + n > len(edges):
            return u
        for i in range(n):
            partner = partners[i]
            if partner.weight >= min_weight:
                edge, a, b = edges[n_edges[0]], code[u], code[partner.rank]
                ahead = partner.pairs + partner.ahead - partner.behind
                edge.u, edge.v, edge.led = (a, b, ahead) if a < b else (b, a, 2 * partner.pairs - ahead)
                edge.weight, edge.pairs, edge.lag = partner.weight, partner.pairs, partner.lag
                edge.first, edge.last = partner.first, partner.last
                n_edges[0] += 1
    return end


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
    weights_only: bool = False,
) -> tuple[CoActions, Ints]:
    """Find the pairs of accounts that acted on the same objects within the window.

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
    weights_only : bool
        Whether the columns of the edges besides their ends and weights are left empty.

    Returns
    -------
    edges : CoActions
    strength : ndarray of int64, shape (n_accounts,)
        Sum of weights over all partners, before `min_weight`.
    """
    company = np.zeros(n_accounts, np.int64)
    _count_company(account, low, high, company)
    threads = min(n_threads(threads), max(int(company.sum() // _PART), 1))
    code = np.argsort(company, kind="stable").astype(np.int32)
    if n_accounts > 1 and company[code[-2]] > np.iinfo(np.int32).max:
        raise SettingsError(
            "two accounts have more than 2,147,483,647 events within the window of theirs",
            got=int(company[code[-2]]),
            remedy="Take a shorter window, or a lower max_pairs.",
        )
    limits = _cuts(company, _SHELVES, _SHELF)
    ranks = np.empty_like(code)
    ranks[code] = np.arange(len(code), dtype=np.int32)
    rank, order = ranks[account], None
    if ((high - low == np.bincount(objects)[objects]) | (high == 0)).all():  # no window: time does not matter
        order, met = np.arange(len(rank)), np.flatnonzero(high - low > 1)
        order[met] = met[np.argsort(objects[met].astype(np.int64) << 32 | rank[met])]
        rank, time = rank[order], time[order]
    ascending = order is not None
    shelves, strength = _found(
        rank, objects, time, low, high, company[code], code, limits, min_weight, ascending, threads
    )
    edges = taken_down(shelves, limits, threads, CoActions._fields[:3] if weights_only else CoActions._fields)
    if order is not None:
        edges = edges._replace(first=order[edges.first].astype(np.int32), last=order[edges.last].astype(np.int32))
    return edges, strength[ranks]


def _found(
    rank: Codes,
    objects: Codes,
    time: Ints,
    low: Codes,
    high: Codes,
    visits: Ints,
    code: Codes,
    limits: list[int],
    min_weight: int,
    ascending: bool,
    threads: int,
) -> tuple[list[list[Any]], Ints]:
    """Find the edges, in buffers by source, and the strengths, by rank; `code` is the account of each rank."""
    starts, mine = _dealt(rank, objects, low, high, len(code), threads)
    parts = list(pairwise(_cuts(visits, _PARTS, _PART)))
    todo = iter(parts)  # shared by the threads
    shelf = np.repeat(np.arange(len(limits) - 1, dtype=np.int32), np.diff(limits))
    shelves: list[list[Any]] = [[] for _ in limits[1:]]
    strength = np.empty(len(code), np.int64)

    def work(_: int) -> None:
        seen, place = np.full(len(code), -1, np.int32), np.full(len(code), -1, np.int32)
        table, found = np.zeros(_BYTES, np.uint8), np.empty(_BLOCK, np.int32)
        partners, edges, n_edges = np.empty(_BLOCK, _PARTNER), np.empty(_BLOCK, EDGE), np.zeros(1, np.int64)
        for begin, end in todo:
            _add_strengths(begin, end, starts, mine, rank, seen, strength)
            n_edges[0], done = 0, begin
            while done < end:
                done = _find_edges(
                    *(done, end, starts, visits, mine, rank, code, time, min_weight, ascending),
                    *(table, found, place, partners, edges, n_edges),
                )
                if done < end:
                    partners, written = np.empty(2 * len(partners), _PARTNER), edges[: n_edges[0]]
                    edges = np.empty(2 * len(edges), EDGE)
                    edges[: len(written)] = written
            shelve(edges[: n_edges[0]], shelf, shelves)

    in_threads(work, list(range(min(threads, len(parts)))), threads)
    return shelves, strength


def strengths(
    account: NDArray[np.int32],
    objects: NDArray[np.int32],
    low: NDArray[np.int32],
    high: NDArray[np.int32],
    n_accounts: int,
) -> Ints:
    """Count the co-actions of each account with anyone, without the pairs; see :func:`coactions`."""
    starts, mine = _dealt(account, objects, low, high, n_accounts, 1)
    strength = np.empty(n_accounts, np.int64)
    _add_strengths(0, n_accounts, starts, mine, account, np.full(n_accounts, -1, np.int32), strength)
    return strength


def _cuts(work: Ints, most: int, least: int) -> list[int]:
    """Compute the bounds of at most `most` parts of about equal work, of `least` or more on average."""
    n = int(np.clip(work.sum() // least, 1, most))
    shares = np.linspace(0, work.sum(), n + 1)[1:-1]
    return [0, *np.searchsorted(np.cumsum(work), shares).tolist(), len(work)]
