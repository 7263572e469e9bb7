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
    WRITE_CODES,
    WRITE_INTS,
    Codes,
    Ints,
    compiled,
    grouped,
    inlined,
    taken,
)
from cib.graphs.compiled.windows import ALWAYS

Bytes = NDArray[np.uint8]

__all__ = ["Together", "changed_pairs", "done_together", "shared_objects"]


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


def shared_objects(keys: Ints, account: Codes, objects: Codes, time: Ints, n_accounts: int, window: int) -> Codes:
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

    Returns
    -------
    ndarray of int32, shape (n_pairs,)
    """
    starts, order = grouped(account, n_accounts)
    weight = np.zeros(len(keys), np.int32)
    _count_objects(keys, starts, taken(objects, order), taken(time, order), n_accounts, window, weight)
    return weight


def done_together(keys: Ints, account: Codes, objects: Codes, time: Ints, n_accounts: int, window: int) -> Together:
    """Sum the co-actions of each of some pairs within a window; arguments as for :func:`shared_objects`."""
    starts, order = grouped(account, n_accounts)
    found = Together(*(np.zeros(len(keys), np.int64) for _ in Together._fields))
    _add_up(keys, starts, taken(objects, order), taken(time, order), n_accounts, window, *found)
    return found


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


@compiled(INTS, INTS, CODES, INTS, INT, INT, WRITE_CODES)
def _count_objects(
    keys: Ints, starts: Ints, objects: Codes, time: Ints, n_accounts: int, window: int, weight: Codes
) -> None:
    """Search each object of the account with fewer events among those of the other account."""
    for k in range(len(keys)):
        a, b = keys[k] // n_accounts, keys[k] % n_accounts
        if starts[a + 1] - starts[a] > starts[b + 1] - starts[b]:
            a, b = b, a
        i, j, stop, end = starts[a], starts[b], starts[a + 1], starts[b + 1]
        while i < stop and j < end:
            mark = objects[i]
            j = _reach(objects, j, end, mark)
            met = False
            while i < stop and objects[i] == mark:
                while j < end and objects[j] == mark and time[i] - time[j] > window:
                    j += 1
                met |= j < end and objects[j] == mark and time[j] - time[i] <= window
                i += 1
            weight[k] += met


@compiled(INTS, INTS, CODES, INTS, INT, INT, *[WRITE_INTS] * 5)
def _add_up(
    keys: Ints,
    starts: Ints,
    objects: Codes,
    time: Ints,
    n_accounts: int,
    window: int,
    pairs: Ints,
    led: Ints,
    lag: Ints,
    first: Ints,
    last: Ints,
) -> None:
    """Compare the events of both accounts on each object."""
    for k in range(len(keys)):
        u, v = keys[k] // n_accounts, keys[k] % n_accounts
        i, j, stop, end = starts[u], starts[v], starts[u + 1], starts[v + 1]
        first[k], last[k] = ALWAYS, -ALWAYS
        while i < stop and j < end:
            j = _reach(objects, j, end, objects[i])
            while j < end and objects[j] == objects[i] and time[i] - time[j] > window:
                j += 1
            m = j
            while m < end and objects[m] == objects[i] and time[m] - time[i] <= window:
                pairs[k] += 1
                led[k] += (time[i] < time[m]) + (time[i] <= time[m])
                lag[k] += abs(time[m] - time[i])
                first[k] = min(first[k], time[i], time[m])
                last[k] = max(last[k], time[i], time[m])
                m += 1
            i += 1
