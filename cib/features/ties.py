"""Compiled counting of triangles and core numbers of a graph, in a module that is imported only where it is used."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cib.compiled import CODES, INTS, WRITE_INTS, Codes, Ints, compiled

__all__ = ["core_numbers", "triangles"]


def triangles(source: Ints, target: Ints, n: int) -> NDArray[np.float64]:
    """Count the triangles that each account is in.

    Edges are directed from the end of lower degree to that of higher degree, so that no account has more than
    ``sqrt(2 m)`` outgoing edges, and the time is O(m ** 1.5) for m edges; Chiba and Nishizeki (1985).

    Parameters
    ----------
    source, target : ndarray of int, shape (m,)
        Each pair once, no self-loops.
    n : int
        Number of accounts.

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
    found, seen_by = np.zeros(n, np.int64), np.full(n, -1, np.int64)
    _count_triangles(starts, high[np.argsort(low, kind="stable")], found, seen_by)
    return found[rank].astype(np.float64)


@compiled(INTS, INTS, WRITE_INTS, WRITE_INTS)
def _count_triangles(starts: Ints, ends: Ints, found: Ints, seen_by: Ints) -> None:
    for u in range(len(found)):
        for i in range(starts[u], starts[u + 1]):
            seen_by[ends[i]] = u
        for i in range(starts[u], starts[u + 1]):
            v = ends[i]
            for j in range(starts[v], starts[v + 1]):
                w = ends[j]
                if seen_by[w] == u:
                    found[u] += 1
                    found[v] += 1
                    found[w] += 1


def core_numbers(starts: Ints, ends: Codes) -> Ints:
    """Compute the core number of each account from adjacency lists that hold every edge in both directions.

    Accounts are removed in ascending order of their remaining degree, by bucket sort;
    Matula and Beck (1983), Batagelj and Zaveršnik (2003), O(edges).
    """
    core = np.diff(starts)
    order = np.argsort(core, kind="stable")
    place = np.empty(len(core), np.int64)
    place[order] = np.arange(len(core))
    bucket = np.concatenate([[0], np.cumsum(np.bincount(core))])  # offset of the accounts of each degree in `order`
    _take_off(starts, ends, core, order, place, bucket)
    return core


@compiled(INTS, CODES, WRITE_INTS, WRITE_INTS, WRITE_INTS, WRITE_INTS)
def _take_off(starts: Ints, ends: Codes, core: Ints, order: Ints, place: Ints, bucket: Ints) -> None:
    """Lower `core` from the degree of each account to its core number."""
    for k in range(len(order)):
        a = order[k]
        for i in range(starts[a], starts[a + 1]):
            b = ends[i]
            if core[b] > core[a]:
                # move b to the front of its bucket, which then begins after it
                first = bucket[core[b]]
                other = order[first]
                order[place[b]], order[first] = other, b
                place[other], place[b] = place[b], first
                bucket[core[b]] += 1
                core[b] -= 1
