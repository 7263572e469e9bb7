"""Triangles and cores of a graph, in compiled code of its own, so that other features need not wait for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cib.compiled import compiled

__all__ = ["core_numbers", "triangles"]

Ints = NDArray[np.int64]


def triangles(source: Ints, target: Ints, n: int) -> NDArray[np.float64]:
    """How many triangles each account is in.

    Each edge is walked from the end with fewer ties to that with more, so that no account has more than
    ``sqrt(2 m)`` edges to walk, and all takes O(m ** 1.5) for m edges; Chiba and Nishizeki (1985).

    Parameters
    ----------
    source, target : ndarray of int, shape (m,)
        Each pair once, no loops.
    n : int
        Accounts.

    Returns
    -------
    ndarray of float, shape (n,)

    Examples
    --------
    >>> triangles(np.array([0, 0, 1, 2]), np.array([1, 2, 2, 3]), 4).tolist()
    [1.0, 1.0, 1.0, 0.0]
    """
    degree = np.bincount(np.concatenate([source, target]), minlength=n)
    rank = np.empty(n, np.int64)
    rank[np.argsort(degree, kind="stable")] = np.arange(n)
    low, high = np.minimum(rank[source], rank[target]), np.maximum(rank[source], rank[target])
    starts = np.concatenate([[0], np.cumsum(np.bincount(low, minlength=n))])
    counted: Ints = _counted(starts, high[np.argsort(low, kind="stable")])
    return counted[rank].astype(np.float64)


@compiled
def _counted(starts: Ints, ends: Ints) -> Ints:
    n = len(starts) - 1
    found, seen_by = np.zeros(n, np.int64), np.full(n, -1, np.int64)
    for u in range(n):
        for v in ends[starts[u] : starts[u + 1]]:
            seen_by[v] = u
        for v in ends[starts[u] : starts[u + 1]]:
            for w in ends[starts[v] : starts[v + 1]]:
                if seen_by[w] == u:
                    found[u] += 1
                    found[v] += 1
                    found[w] += 1
    return found


@compiled
def core_numbers(starts: Ints, ends: NDArray[np.int32]) -> Ints:
    """The core number of each account, from the ties of each to others; every tie is there both ways.

    Level by level, accounts with no more ties than the level are taken off, and then those that this leaves with no
    more; Matula and Beck (1983), O(ties) and a look at who is left a level.
    """
    core = (starts[1:] - starts[:-1]).astype(np.int32)  # ties to those who are left, until it is taken off itself
    left, taken_off = np.arange(len(core)), np.empty(len(core), np.int64)
    level = 0
    while len(left):
        off = 0
        for a in left[core[left] == level]:
            taken_off[off] = a
            off += 1
        while off:
            off -= 1
            a = taken_off[off]
            for b in ends[starts[a] : starts[a + 1]]:
                if core[b] > level:
                    core[b] -= 1
                    if core[b] == level:
                        taken_off[off] = b
                        off += 1
        left = left[core[left] > level]
        level += 1
    return core.astype(np.int64)
