"""Buffers of the edges of the kernel, from which they are sorted.

Memory may not hold all edges twice. So they are distributed over buffers ("shelves") as they are found, each for a
range of account codes, and one buffer after the other is sorted into the columns of the result and released.
"""

from __future__ import annotations

import mmap
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from cib.compiled import Codes, Ints, grouped, in_threads, taken

__all__ = ["EDGE", "CoActions", "shelve", "taken_down"]

#: Record of an edge before sorting.
EDGE = np.dtype(
    [(name, np.int32) for name in ("u", "v", "weight", "pairs", "led", "first", "last")] + [("lag", np.int64)]
)


class CoActions(NamedTuple):
    """Edges of the co-action graph, sorted by (u, v), u < v; arrays of shape (n_edges,)."""

    u: Codes
    v: Codes
    weight: Codes  #: number of distinct objects
    pairs: Codes  #: number of pairs of events
    led: Codes  #: twice the pairs in which u was earlier, and once those at equal times
    first: Codes  #: earliest event of any pair
    last: Codes  #: latest event of any pair
    lag: Ints  #: sum of absolute lags, microseconds


def shelve(edges: Any, shelf: Codes, shelves: list[list[Any]]) -> None:
    """Distribute edges over the shelves by u, each lot in a memory map that is released when no longer used."""
    if len(shelves) == 1:
        bounds = np.array([0, len(edges)])
    else:
        bounds, order = grouped(shelf[edges["u"]], len(shelves))
        edges = taken(edges, order)
    for lots, (begin, end) in zip(shelves, pairwise(bounds.tolist()), strict=True):
        if begin < end:
            lot = mmap.mmap(-1, (end - begin) * EDGE.itemsize)
            lot.write(edges[begin:end].data)
            lots.append(np.frombuffer(lot, EDGE))


def taken_down(
    shelves: list[list[Any]], limits: list[int], threads: int, names: tuple[str, ...] = CoActions._fields
) -> CoActions:
    """Sort the edges into the columns named, one shelf at a time, so that little is held twice; others are empty."""
    bounds = np.cumsum([0, *(sum(map(len, lots)) for lots in shelves)]).tolist()
    columns = CoActions(*(np.empty(bounds[-1] if name in names else 0, EDGE[name]) for name in CoActions._fields))

    def clear(k: int) -> None:
        lots, shelves[k] = shelves[k], []
        if lots:
            u, v = (np.concatenate([lot[name] for lot in lots]) for name in "uv")
            order = grouped(v, limits[-1])[1]
            order = taken(order, grouped(taken(u, order) - np.int32(limits[k]), limits[k + 1] - limits[k])[1])
            for name in names:
                getattr(columns, name)[bounds[k] : bounds[k + 1]] = np.concatenate([lot[name] for lot in lots])[order]

    in_threads(clear, list(range(len(shelves))), threads)
    return columns
