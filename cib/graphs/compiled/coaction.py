"""The compiled kernel: pairs of accounts that acted on the same objects within a window.

Events are sorted by object and time, so the events within a window of one event are a slice of the
array. The kernel walks the accounts one by one, and the slices around the events of an account twice.
First it counts how often each partner is met, in one byte each, in a table that fits the processor's cache:
partners may share a byte, so the count is never too low. Then it adds up what the account did together with
those partners whose count reaches the minimum weight, and keeps those that do reach it. Most pairs of
accounts meet once and never again, and cost no more than two glances.

A pair is the business of the one of the two that has less company: so busy accounts, whose partners are
many, look only at those who are busier still. No list of pairs ever exists: memory is the events, the
partners of one account per thread, and the edges that stay. A viral object is spread over all its accounts,
so no core is left alone with it.

Everything is integer arithmetic on sorted input, hence the same on any number of threads.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cib.compiled import Codes, Ints, compiled
from cib.errors import SettingsError
from cib.graphs.compiled.edge_buffers import EDGE, CoActions, shelve, taken_down
from cib.graphs.compiled.windows import ALWAYS

__all__ = ["coactions"]

Bytes = NDArray[np.uint8]

# What is known of an event of the account in hand.
_EVENT, _OBJECT, _LOW, _HIGH, _MET = range(5)

#: What an account and one of its partners did together, while it is added up.
_PARTNER = np.dtype(
    [(name, np.int64) for name in ("lag", "earliest", "latest")]
    + [(name, np.int32) for name in ("rank", "weight", "mark", "pairs", "ahead", "behind", "first", "last")]
)

#: Events looked at in one go.
_BLOCK = 1024

#: Bytes to count partners in, at most: a quarter of a usual second-level cache.
_BYTES = 1 << 18

#: Parts of the work, at most: many, so that no thread waits long for the last. And the visits that make one worth it.
_PARTS, _PART = 256, 1 << 18

#: Parts in which edges are sorted, at most: many, so that little is held twice meanwhile. And the visits, again.
_SHELVES, _SHELF = 64, 1 << 24


@compiled
def _company(account: Codes, low: Codes, high: Codes, n_accounts: int) -> Ints:
    """Events within the window of any event of each account, where there are others than itself."""
    visits = np.zeros(n_accounts, np.int64)
    for e in range(len(account)):
        if high[e] - low[e] > 1:
            visits[account[e]] += high[e] - low[e]
    return visits


@compiled
def _met(begin: int, end: int, rank: Codes, low: Codes, high: Codes, n_accounts: int, met: Codes) -> None:
    """Accounts that have events within the window of each event from `begin` to `end`."""
    inside = np.zeros(n_accounts, np.int32)  # events of each account within the window, which moves on
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


@compiled
def _deal(
    begin: int, end: int, rank: Codes, objects: Codes, low: Codes, high: Codes, met: Codes, starts: Ints, mine: Codes
) -> None:
    """Give the accounts of ranks `begin` to `end` their events that have company."""
    filled = starts[begin:end].copy()
    for e in range(len(rank)):
        if begin <= rank[e] < end and high[e] - low[e] > 1:
            k = filled[rank[e] - begin]
            mine[k, 0], mine[k, 1], mine[k, 2], mine[k, 3], mine[k, 4] = e, objects[e], low[e], high[e], met[e]
            filled[rank[e] - begin] = k + 1


def _dealt(rank: Codes, objects: Codes, low: Codes, high: Codes, n_accounts: int, threads: int) -> tuple[Ints, Codes]:
    """Events with company, account by account: what the kernel reads together lies together.

    Returns
    -------
    starts : shape (n_accounts + 1,)
        Where the events of each account begin in `mine`.
    mine : shape (n, 5)
        Event, object, the first and one past the last event within the window, and how many accounts those are of.
    """
    starts = np.concatenate([[0], np.cumsum(np.bincount(rank[high - low > 1], minlength=n_accounts))])
    mine, met = np.empty((starts[-1], 5), np.int32), np.empty(len(rank), np.int32)
    middles = np.arange(1, threads if len(rank) else 1)
    firsts = np.searchsorted(objects, objects[middles * len(rank) // threads])
    shares = np.searchsorted(starts, middles * starts[-1] // threads)

    def count(part: tuple[int, int]) -> None:
        _met(part[0], part[1], rank, low, high, n_accounts, met)

    def deal(part: tuple[int, int]) -> None:
        _deal(part[0], part[1], rank, objects, low, high, met, starts, mine)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(count, pairwise([0, *firsts.tolist(), len(rank)])))
        list(pool.map(deal, pairwise([0, *shares.tolist(), n_accounts])))
    return starts, mine


@compiled
def _strength(u: int, mine: Codes, rank: Codes, seen: Codes) -> int:
    """Co-actions of `u`: the accounts met on each object, summed over objects."""
    total = 0
    begin = end = mark = -1
    for k in range(len(mine)):
        again = mine[k, _OBJECT] == mark
        mark = mine[k, _OBJECT]
        if not again and (k + 1 == len(mine) or mine[k + 1, _OBJECT] != mark):
            total += mine[k, _MET] - 1
            continue
        if not again:
            begin, end = mine[k, _EVENT], 0  # no other account has this one, so it marks what is seen
        for j in range(max(end, mine[k, _LOW]), mine[k, _HIGH]):
            total += rank[j] != u and seen[rank[j]] != begin
            seen[rank[j]] = begin
        end = mine[k, _HIGH]
    return total


@compiled
def _met_often(u: int, mine: Codes, rank: Codes, met: Bytes, enough: int) -> bool:
    """Count the events of each account above `u` in the byte of its last digits; whether any has enough."""
    mask = len(met) - 1
    met[:] = 0
    any_often = False
    for k in range(len(mine)):
        for v in rank[mine[k, _LOW] : mine[k, _HIGH]]:
            count = met[v & mask] + (v > u)
            met[v & mask] = min(count, enough)
            any_often |= count >= enough
    return any_often


@compiled
def _after(rank: Codes, begin: int, end: int, u: int, met: Bytes, enough: int, found: Codes) -> int:
    """Write down the events from `begin` to `end` of accounts above `u` met often enough; how many there are."""
    n = 0
    mask = len(met) - 1
    for j in range(begin, end):
        found[n] = j
        # no branch: which account comes next is anybody's guess
        n += (rank[j] > u) & (met[rank[j] & mask] >= enough)
    return n


@compiled
def _longer(rows: Any, n: int) -> Any:
    """The first `n` rows, with room for as many again."""
    grown = np.empty(2 * n, rows.dtype)
    grown[:n] = rows[:n]
    return grown


@compiled
def _together(
    u: int,
    mine: Codes,
    rank: Codes,
    time: Ints,
    met: Bytes,
    enough: int,
    place: Codes,
    found: Codes,
    partners: Any,
) -> tuple[int, Any]:
    """Add up what `u` did together with the accounts above it that were met often enough; how many those are.

    Each is at its `place` in `partners`, which are handed back because there may be more than had room.
    """
    n = 0
    for k in range(len(mine)):
        event, mark = mine[k, _EVENT], mine[k, _OBJECT]
        at = time[event]
        for begin in range(mine[k, _LOW], mine[k, _HIGH], len(found)):
            end = min(begin + len(found), mine[k, _HIGH])
            for j in found[: _after(rank, begin, end, u, met, enough, found)]:
                then, v = time[j], rank[j]
                if place[v] < 0:
                    if n == len(partners):
                        partners = _longer(partners, n)
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
                if min(at, then) < partner.earliest:
                    partner.earliest, partner.first = min(at, then), event if at < then else j
                if max(at, then) > partner.latest:
                    partner.latest, partner.last = max(at, then), event if at > then else j
    return n, partners


@compiled
def _edges(
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
    seen: Codes,
    place: Codes,
    partners: Any,
    edges: Any,
) -> Any:
    """Edges of the accounts of ranks `begin` to `end`; their co-actions of any weight are written to `strength`.

    `seen` and `place` (-1) have an entry an account; `partners` and `edges` are room to begin with.
    """
    enough = min(min_weight, 255) if min_weight > 1 else 0
    table, found = np.zeros(_BYTES, np.uint8), np.empty(_BLOCK, np.int32)
    n = 0
    for u in range(begin, end):
        own = mine[starts[u] : starts[u + 1]]
        strength[u] = _strength(u, own, rank, seen)
        room = 64
        while room < 4 * visits[u] and room < len(table):
            room *= 2
        met = table[:room]
        if enough and not _met_often(u, own, rank, met, enough):
            continue
        n_partners, partners = _together(u, own, rank, time, met, enough, place, found, partners)
        for partner in partners[:n_partners]:
            place[partner.rank] = -1
            if partner.weight >= min_weight:
                if n == len(edges):
                    edges = _longer(edges, n)
                edge, a, b = edges[n], code[u], code[partner.rank]
                edge.u, edge.v, edge.led = (a, b, partner.ahead) if a < b else (b, a, partner.behind)
                edge.weight, edge.pairs, edge.lag = partner.weight, partner.pairs, partner.lag
                edge.first, edge.last = partner.first, partner.last
                n += 1
    return edges[:n]


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
    company = _company(account, low, high, n_accounts)
    code = np.argsort(company, kind="stable").astype(np.int32)
    if n_accounts > 1 and company[code[-2]] > np.iinfo(np.int32).max:
        raise SettingsError(
            "two accounts have more than 2,147,483,647 events within the window of theirs",
            got=int(company[code[-2]]),
            remedy="Take a shorter window, or a lower max_pairs.",
        )
    limits = _cuts(company, _SHELVES, _SHELF)
    shelves, strength = _found(account, objects, time, low, high, company, code, limits, min_weight, threads)
    return taken_down(shelves, limits, threads), strength


def _found(
    account: Codes,
    objects: Codes,
    time: Ints,
    low: Codes,
    high: Codes,
    company: Ints,
    code: Codes,
    limits: list[int],
    min_weight: int,
    threads: int,
) -> tuple[list[list[Any]], Ints]:
    """The edges, on shelves, and the strengths; `code` is of each rank."""
    ranks, visits = np.argsort(code).astype(np.int32), company[code]
    rank = ranks[account]
    starts, mine = _dealt(rank, objects, low, high, len(code), threads)
    todo = iter(list(pairwise(_cuts(visits, _PARTS, _PART))))  # shared by the threads
    shelf = np.repeat(np.arange(len(limits) - 1, dtype=np.int32), np.diff(limits))
    shelves: list[list[Any]] = [[] for _ in limits[1:]]
    strength = np.empty(len(code), np.int64)

    def work(_: int) -> None:
        seen, place = np.full(len(code), -1, np.int32), np.full(len(code), -1, np.int32)
        room = np.empty(_BLOCK, _PARTNER), np.empty(_BLOCK, EDGE)
        for part in todo:
            edges = _edges(*part, starts, visits, mine, rank, code, time, min_weight, strength, seen, place, *room)
            shelve(edges, shelf, shelves)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
    return shelves, strength[ranks]


def _cuts(work: Ints, most: int, least: int) -> list[int]:
    """Bounds between which there is about as much work, and no less than `least`, in up to so many parts."""
    n = int(np.clip(work.sum() // least, 1, most))
    shares = np.linspace(0, work.sum(), n + 1)[1:-1]
    return [0, *np.searchsorted(np.cumsum(work), shares).tolist(), len(work)]
