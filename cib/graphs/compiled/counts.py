"""Pairs of accounts with new co-actions, and statistics of given pairs over all events."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cib.compiled import (
    BYTES,
    CODES,
    INT,
    INTS,
    WRITE_BYTES,
    WRITE_CODES,
    WRITE_HASHES,
    WRITE_INTS,
    Codes,
    Hashes,
    Ints,
    compiled,
    grouped,
    inlined,
    taken,
)
from cib.content.near_duplicates import count_bits
from cib.graphs.compiled.windows import ALWAYS

Bytes = NDArray[np.uint8]

__all__ = ["Together", "changed_pairs", "done_together", "inserted", "merged", "shared_objects"]


class Together(NamedTuple):
    """Co-actions of pairs of accounts; one array entry per pair."""

    pairs: Ints  #: pairs of events
    led: Ints  #: twice the pairs in which the first account was earlier, and once those at equal times
    lag: Ints  #: sum of absolute lags, microseconds
    first: Ints  #: earliest time of any pair
    last: Ints  #: latest time of any pair


@compiled(INTS, CODES, CODES, CODES, BYTES, WRITE_INTS)
def _write_pairs(events: Ints, account: Codes, low: Codes, high: Codes, able: Bytes, keys: Ints) -> int:
    """Write the pair of each event and each event within its window to `keys`; return the number of pairs."""
    n = 0
    for k in range(len(events)):
        u = account[events[k]]
        if able[u]:
            for j in range(low[events[k]], high[events[k]]):
                v = account[j]
                keys[n] = min(u, v) * len(able) + max(u, v)
                n += able[v] != 0 and u != v
    return n


def changed_pairs(events: Ints, account: Codes, low: Codes, high: Codes, able: NDArray[np.bool_]) -> Ints:
    """Return the pairs of accounts of which one has one of some events within the window of an event of the other.

    Parameters
    ----------
    events : ndarray of int64
        Positions of the events.
    account, low, high : ndarray of int32, shape (n_events,)
        Arguments of :func:`cib.graphs.compiled.coaction.coactions`.
    able : ndarray of bool, shape (n_accounts,)
        Accounts to be considered; pairs with any other account are left out.

    Returns
    -------
    ndarray of int64
        ``u * n_accounts + v`` of each pair once, u < v, ascending.
    """
    keys = np.empty(int((high[events] - low[events]).sum()) + 1, np.int64)
    found = keys[: _write_pairs(events, account, low, high, able.view(np.uint8), keys)]
    found.sort()
    return found[np.diff(found, prepend=-1) > 0]


def shared_objects(
    keys: Ints, account: Codes, objects: Codes, time: Ints, n_accounts: int, window: int, least: int = 1
) -> Codes:
    """Count the objects on which each of some pairs acted within a window.

    Parameters
    ----------
    keys : ndarray of int64, shape (n_pairs,)
        Pairs as returned by :func:`changed_pairs`.
    account, objects : ndarray of int32, shape (n_events,)
        Codes, sorted by object and time.
    time : ndarray of int64, shape (n_events,)
        Microseconds.
    n_accounts : int
    window : int
        Microseconds.
    least : int
        Pairs that have fewer objects in common may be counted as having none.

    Returns
    -------
    ndarray of int32, shape (n_pairs,)
    """
    starts, order = grouped(account, n_accounts)
    objects, time = taken(objects, order), taken(time, order)
    bits, hidden = np.zeros(n_accounts, np.uint64), np.zeros(n_accounts, np.int64)
    enough, own = np.empty(len(keys), np.uint8), np.full(objects.max(initial=-1) + 1, -1, np.int32)
    _bound_objects(keys, starts, objects, least, bits, hidden, enough)
    counted = np.flatnonzero(enough)
    found, weight = np.empty(len(counted), np.int32), np.zeros(len(keys), np.int32)
    _count_objects(keys[counted], starts, objects, time, n_accounts, window, own, found)
    weight[counted] = found
    return weight


def done_together(keys: Ints, account: Codes, objects: Codes, time: Ints, n_accounts: int, window: int) -> Together:
    """Sum the co-actions of each of some pairs within a window; arguments as for :func:`shared_objects`."""
    starts, order = grouped(account, n_accounts)
    found = Together(*(np.empty(len(keys), np.int64) for _ in Together._fields))
    own = np.full(objects.max(initial=-1) + 1, -1, np.int32)
    _add_up(keys, starts, taken(objects, order), taken(time, order), n_accounts, window, own, *found)
    return found


@compiled(INTS, INTS, CODES, INT, WRITE_CODES)
def _merge(key: Ints, changed: Ints, weight: Codes, least: int, order: Codes) -> int:
    """Write the positions of merged edges to `order`, see :func:`merged`; return their number."""
    k, n = 0, 0
    for j in range(len(changed) + 1):
        while k < len(key) and (j == len(changed) or key[k] < changed[j]):
            order[n] = k
            k, n = k + 1, n + 1
        if j < len(changed):
            k += k < len(key) and key[k] == changed[j]
            order[n] = len(key) + j
            n += weight[j] >= least
    return n


def merged(key: Ints, changed: Ints, weight: Codes, least: int) -> Codes:
    """Replace the weight of some edges.

    Parameters
    ----------
    key : ndarray of int64, shape (n_edges,)
        Pairs of accounts, ascending.
    changed : ndarray of int64, shape (n_pairs,)
        Pairs, ascending, whose weight is another; those that are no edges are added.
    weight : ndarray of int32, shape (n_pairs,)
        Their weight.
    least : int
        Least weight of an edge; others are left out.

    Returns
    -------
    ndarray of int32
        Positions in `key` followed by `changed`, in ascending order of pairs.
    """
    order = np.empty(len(key) + len(changed) + 1, np.int32)
    return order[: _merge(key, changed, weight, least, order)]


def inserted(
    objects: Codes, rows: Codes, object_of: Codes, row_of: Codes, new_objects: Codes, new_rows: Codes
) -> tuple[Codes, Codes, NDArray[np.bool_]]:
    """Merge events with new ones.

    Parameters
    ----------
    objects, rows : ndarray of int32, shape (n_events,)
        Object and row of each event.
    object_of : ndarray of int32
        New code of each object, ascending.
    row_of : ndarray of int32
        New position of each row, ascending.
    new_objects, new_rows : ndarray of int32, shape (n_new,)
        New events. Both events and new events are sorted by object and row.

    Returns
    -------
    objects, rows : ndarray of int32, shape (n_events + n_new,)
    new : ndarray of bool
        Which of the events are new.
    """
    n = len(objects) + len(new_objects)
    found = np.empty(n, np.int32), np.empty(n, np.int32)
    new = np.zeros(n, np.uint8)
    _insert(objects, rows, object_of, row_of, new_objects, new_rows, *found, new)
    return *found, new.view(bool)


@compiled(CODES, CODES, CODES, CODES, CODES, CODES, WRITE_CODES, WRITE_CODES, WRITE_BYTES)
def _insert(
    objects: Codes,
    rows: Codes,
    object_of: Codes,
    row_of: Codes,
    new_objects: Codes,
    new_rows: Codes,
    all_objects: Codes,
    all_rows: Codes,
    new: Bytes,
) -> None:
    """Write the events in order."""
    j = 0
    for k in range(len(objects)):
        one, row = object_of[objects[k]], row_of[rows[k]]
        while j < len(new_objects) and (new_objects[j] < one or (new_objects[j] == one and new_rows[j] < row)):
            all_objects[k + j], all_rows[k + j], new[k + j] = new_objects[j], new_rows[j], 1
            j += 1
        all_objects[k + j], all_rows[k + j] = one, row
    for m in range(j, len(new_objects)):
        k = len(objects) + m
        all_objects[k], all_rows[k], new[k] = new_objects[m], new_rows[m], 1


@inlined
def _reach(objects: Codes, begin: int, end: int, mark: int) -> int:
    """Find by bisection the position of the first of ascending objects in [begin, end) that is at least `mark`."""
    while begin < end:
        middle = (begin + end) // 2
        if objects[middle] < mark:
            begin = middle + 1
        else:
            end = middle
    return begin


@compiled(INTS, INTS, CODES, INT, WRITE_HASHES, WRITE_INTS, WRITE_BYTES)
def _bound_objects(
    keys: Ints, starts: Ints, objects: Codes, least: int, bits: Hashes, hidden: Ints, enough: Bytes
) -> None:
    """Mark the pairs that may have `least` objects in common.

    Each object of an account has one of 64 bits. Of the objects that two accounts have in common, each has its bit in
    both, or that of another object of both accounts; of these there are `hidden` ones.
    """
    for u in range(len(bits)):
        mark = -1
        for k in range(starts[u], starts[u + 1]):
            if objects[k] != mark:
                mark = objects[k]
                bit = np.uint64(1) << (np.uint64(mark) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(58))
                hidden[u] += bits[u] & bit != 0
                bits[u] |= bit
    for k in range(len(keys)):
        u, v = keys[k] // len(bits), keys[k] % len(bits)
        enough[k] = count_bits(bits[u] & bits[v]) + min(hidden[u], hidden[v]) >= least


#: Ratio of numbers of events from which on the objects of one account are found by bisection.
_MANY = 16


@inlined
def _looked_up(
    key: int, starts: Ints, objects: Codes, n_accounts: int, own: Codes, written: int
) -> tuple[int, int, bool, int]:
    """Write the first event on each object of the first account of a pair to `own`, unless the second has many more.

    Returns the account whose objects are looked up, the other one, whether they are found by bisection instead (the
    accounts are then exchanged), and the account of which `own` was written last.
    """
    a, b = key // n_accounts, key % n_accounts
    many = starts[b + 1] - starts[b] > _MANY * (starts[a + 1] - starts[a])
    if many:
        a, b = b, a
    elif written != a:
        written = a
        for i in range(starts[a + 1] - 1, starts[a] - 1, -1):
            own[objects[i]] = i
    return a, b, many, written


@compiled(INTS, INTS, CODES, INTS, INT, INT, WRITE_CODES, WRITE_CODES)
def _count_objects(
    keys: Ints, starts: Ints, objects: Codes, time: Ints, n_accounts: int, window: int, own: Codes, weight: Codes
) -> None:
    """Look up each object of the second account among those of the first one, unless it has many more.

    `own` is the first event on each object of the account of which it was written last, and of others before.
    """
    written = -1
    for k in range(len(keys)):
        a, b, many, written = _looked_up(keys[k], starts, objects, n_accounts, own, written)
        i, stop, mark, met, n = starts[a], starts[a + 1], -1, False, 0
        for j in range(starts[b], starts[b + 1]):
            if objects[j] != mark:
                mark, met = objects[j], False
                i = _reach(objects, i, stop, mark) if many else own[mark]
                if i < starts[a]:
                    i = stop
            if not met and i < stop:
                while i < stop and objects[i] == mark and time[j] - time[i] > window:
                    i += 1
                met = i < stop and objects[i] == mark and time[i] - time[j] <= window
                n += met
        weight[k] = n


@compiled(INTS, INTS, CODES, INTS, INT, INT, WRITE_CODES, *[WRITE_INTS] * 5)
def _add_up(
    keys: Ints,
    starts: Ints,
    objects: Codes,
    time: Ints,
    n_accounts: int,
    window: int,
    own: Codes,
    pairs: Ints,
    led: Ints,
    lag: Ints,
    first: Ints,
    last: Ints,
) -> None:
    """Compare the events of both accounts on each object; look these up as :func:`_count_objects` does."""
    written = -1
    for k in range(len(keys)):
        a, b, many, written = _looked_up(keys[k], starts, objects, n_accounts, own, written)
        i, stop, mark = starts[a], starts[a + 1], -1
        n, ahead, total, earliest, latest = 0, 0, 0, ALWAYS, -ALWAYS
        for j in range(starts[b], starts[b + 1]):
            if objects[j] != mark:
                mark = objects[j]
                i = _reach(objects, i, stop, mark) if many else own[mark]
                if i < starts[a]:
                    i = stop
            while i < stop and objects[i] == mark and time[j] - time[i] > window:
                i += 1
            m = i
            while m < stop and objects[m] == mark and time[m] - time[j] <= window:
                n += 1
                ahead += (time[m] < time[j]) + (time[m] <= time[j])
                total += abs(time[m] - time[j])
                earliest = min(earliest, time[m], time[j])
                latest = max(latest, time[m], time[j])
                m += 1
        pairs[k], lag[k], first[k], last[k] = n, total, earliest, latest
        led[k] = 2 * n - ahead if many else ahead
