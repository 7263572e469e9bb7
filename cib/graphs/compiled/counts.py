"""Pairs of accounts that new events bring together, and what given pairs did together over all events."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cib.compiled import CODES, INT, INTS, WRITE_INTS, Codes, Ints, compiled, grouped, taken
from cib.graphs.compiled.windows import ALWAYS

__all__ = ["Together", "changed_pairs", "done_together"]


class Together(NamedTuple):
    """What pairs of accounts did together; one array entry a pair."""

    weight: Ints  #: distinct objects
    pairs: Ints  #: pairs of events
    led: Ints  #: pairs in which the first account was strictly earlier
    lag: Ints  #: sum of absolute lags, microseconds
    first: Ints  #: earliest time of any pair
    last: Ints  #: latest time of any pair


@compiled(INTS, CODES, CODES, CODES, INT, WRITE_INTS)
def _write_pairs(events: Ints, account: Codes, low: Codes, high: Codes, n_accounts: int, keys: Ints) -> None:
    """Write down the pair of each event and each event within the window of it; -1 for an account with itself."""
    n = 0
    for k in range(len(events)):
        u = account[events[k]]
        for j in range(low[events[k]], high[events[k]]):
            v = account[j]
            keys[n] = -1 if u == v else min(u, v) * n_accounts + max(u, v)
            n += 1


def changed_pairs(events: Ints, account: Codes, low: Codes, high: Codes, n_accounts: int) -> Ints:
    """Pairs that have one of some events within the window of another event.

    Parameters
    ----------
    events : ndarray of int64
        Positions.
    account, low, high : ndarray of int32, shape (n_events,)
        As :func:`cib.graphs.compiled.coaction.coactions` takes them.
    n_accounts : int

    Returns
    -------
    ndarray of int64
        ``u * n_accounts + v`` of each pair once, u < v, ascending.
    """
    keys = np.empty(int((high[events] - low[events]).sum()), np.int64)
    _write_pairs(events, account, low, high, n_accounts, keys)
    keys.sort()
    return keys[(np.diff(keys, prepend=-1) > 0)]


def done_together(keys: Ints, account: Codes, objects: Codes, time: Ints, n_accounts: int, window: int) -> Together:
    """Count what each of some pairs did together within a window.

    Parameters
    ----------
    keys : ndarray of int64, shape (n_pairs,)
        As :func:`changed_pairs` returns them.
    account, objects : ndarray of int32, shape (n_events,)
        Codes, sorted by object and time.
    time : ndarray of int64, shape (n_events,)
        Microseconds.
    n_accounts : int
    window : int
        Microseconds.

    Returns
    -------
    Together
    """
    starts, order = grouped(account, n_accounts)
    found = Together(*(np.zeros(len(keys), np.int64) for _ in Together._fields))
    _count(keys, starts, taken(objects, order), taken(time, order), n_accounts, window, *found)
    return found


@compiled(INTS, INTS, CODES, INTS, INT, INT, *[WRITE_INTS] * 6)
def _count(
    keys: Ints,
    starts: Ints,
    objects: Codes,
    time: Ints,
    n_accounts: int,
    window: int,
    weight: Ints,
    pairs: Ints,
    led: Ints,
    lag: Ints,
    first: Ints,
    last: Ints,
) -> None:
    """Look for each object of the account with fewer events among those of the other one."""
    for k in range(len(keys)):
        u, v = keys[k] // n_accounts, keys[k] % n_accounts
        turned = starts[u + 1] - starts[u] > starts[v + 1] - starts[v]
        a, b = (v, u) if turned else (u, v)
        i, j, end = starts[a], starts[b], starts[b + 1]
        first[k], last[k] = ALWAYS, -ALWAYS
        while i < starts[a + 1] and j < end:
            mark = objects[i]
            stop = end
            while j < stop:  # the first event of b on the object, or a later one
                middle = (j + stop) // 2
                if objects[middle] < mark:
                    j = middle + 1
                else:
                    stop = middle
            met = False
            while i < starts[a + 1] and objects[i] == mark:
                while j < end and objects[j] == mark and time[i] - time[j] > window:
                    j += 1
                m = j
                while m < end and objects[m] == mark and time[m] - time[i] <= window:
                    met = True
                    pairs[k] += 1
                    led[k] += (time[m] < time[i]) if turned else (time[i] < time[m])
                    lag[k] += abs(time[m] - time[i])
                    first[k] = min(first[k], time[i], time[m])
                    last[k] = max(last[k], time[i], time[m])
                    m += 1
                i += 1
            weight[k] += met
