"""Where the kernel's edges wait until all are found, and are sorted from.

There may be more of them than memory holds twice. So they are put on shelves as they come, each for the
accounts of a stretch of codes, and one shelf after the other is sorted into the columns of the result and
given back.
"""

from __future__ import annotations

import mmap
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from cib.compiled import Codes, Ints, grouped, taken

__all__ = ["EDGE", "CoActions", "shelve", "taken_down"]

#: An edge, until all are sorted.
EDGE = np.dtype(
    [(name, np.int32) for name in ("u", "v", "weight", "pairs", "led", "first", "last")] + [("lag", np.int64)]
)


class CoActions(NamedTuple):
    """Edges of the co-action graph, sorted by (u, v), u < v; one array entry an edge."""

    u: Codes
    v: Codes
    weight: Codes  #: distinct objects
    pairs: Codes  #: pairs of events
    led: Codes  #: pairs in which u was strictly earlier
    first: Codes  #: earliest event of any pair
    last: Codes  #: latest event of any pair
    lag: Ints  #: sum of absolute lags, microseconds


def shelve(edges: Any, shelf: Codes, shelves: list[list[Any]]) -> None:
    """Put edges where others of about the same u are; each lot in memory that goes back as soon as it is not needed."""
    bounds, order = grouped(shelf[edges["u"]], len(shelves))
    edges = taken(edges, order)
    for lots, (begin, end) in zip(shelves, pairwise(bounds.tolist()), strict=True):
        if begin < end:
            lot = mmap.mmap(-1, (end - begin) * EDGE.itemsize)
            lot.write(edges[begin:end].data)
            lots.append(np.frombuffer(lot, EDGE))


def taken_down(shelves: list[list[Any]], limits: list[int], threads: int) -> CoActions:
    """The columns of all edges, by account, shelf by shelf: little is held twice."""
    bounds = np.cumsum([0, *(sum(map(len, lots)) for lots in shelves)]).tolist()
    columns = CoActions(*(np.empty(bounds[-1], EDGE[name]) for name in CoActions._fields))

    def clear(k: int) -> None:
        lots, shelves[k] = shelves[k], []
        if lots:
            u, v = (np.concatenate([lot[name] for lot in lots]) for name in "uv")
            order = grouped(v, limits[-1])[1]
            order = taken(order, grouped(taken(u, order) - np.int32(limits[k]), limits[k + 1] - limits[k])[1])
            for name, column in columns._asdict().items():
                column[bounds[k] : bounds[k + 1]] = np.concatenate([lot[name] for lot in lots])[order]

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(clear, range(len(shelves))))
    return columns
