"""Triangles and cores of a graph, in compiled code of its own, so that other features need not wait for it."""

from __future__ import annotations

from typing import TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["core_numbers", "triangles"]

Ints = NDArray[np.int64]
_F = TypeVar("_F")


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


def _compiled(function: _F) -> _F:
    return cast(_F, numba.njit(cache=True, nogil=True)(function))


@_compiled
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


@_compiled
def core_numbers(starts: Ints, ends: Ints) -> Ints:
    """The core number of each account, from the ties of each to others; every tie is there both ways.

    Accounts are taken off by degree, in buckets; Batagelj and Zaversnik (2003), O(ties).
    """
    n = len(starts) - 1
    degree = starts[1:] - starts[:-1]
    first = np.zeros(degree.max() + 2 if n else 2, np.int64)  # where each degree begins among those by degree
    for d in degree:
        first[d + 1] += 1
    first = np.cumsum(first)
    filled = first.copy()
    place, by_degree = np.empty(n, np.int64), np.empty(n, np.int64)
    for a in range(n):
        place[a] = filled[degree[a]]
        by_degree[place[a]] = a
        filled[degree[a]] += 1
    for k in range(n):
        a = by_degree[k]
        for b in ends[starts[a] : starts[a + 1]]:
            if degree[b] > degree[a]:  # b moves to the front of its degree, which then begins behind it
                d = degree[b]
                front = first[d]
                other = by_degree[front]
                by_degree[place[b]], by_degree[front] = other, b
                place[other], place[b] = place[b], front
                first[d] = front + 1
                degree[b] -= 1
    return degree
