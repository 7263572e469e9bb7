"""The local moves of Louvain: each node moves to the neighbouring cluster that raises the objective most.

The results are those of scikit-network's optimiser bit for bit. It keeps the clusters next to a node in a sorted set of
C++, which takes several times as long as a list and a mark for each cluster.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from cib.compiled import CODES, WRITE_CODES, Codes, compiled

__all__ = ["moved"]

Singles = NDArray[np.float32]

_SINGLE = types.float32
_SINGLES, _WRITE_SINGLES = (types.Array(types.float32, 1, "C", readonly=not write) for write in (False, True))


def moved(
    starts: Codes, ends: Codes, links: Singles, loops: Singles, weights: Singles, resolution: float, least: float
) -> tuple[Codes, float]:
    """Move the nodes of a graph between clusters until a pass over all nodes gains at most `least`.

    Parameters
    ----------
    starts : ndarray of int32, shape (n + 1,)
    ends : ndarray of int32, shape (n_links,)
    links : ndarray of float32, shape (n_links,)
        Rows, columns and values of a symmetric matrix with sum 1, in the compressed sparse row format.
    loops : ndarray of float32, shape (n,)
        Its diagonal.
    weights : ndarray of float32, shape (n,)
        Weights of the nodes, with sum 1.
    resolution, least : float

    Returns
    -------
    labels : ndarray of int32, shape (n,)
        Cluster of each node; at first each is its own cluster.
    gain : float
    """
    n = len(weights)
    labels, near, seen = np.arange(n, dtype=np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    totals, linked = weights.copy(), np.empty(n, np.float32)
    gained, gain = np.float32(0), np.float32(np.inf)
    while gain > np.float32(least):
        seen.fill(-1)
        gain = np.float32(
            _move(starts, ends, links, loops, weights, totals, np.float32(resolution), labels, near, seen, linked)
        )
        gained += gain
    return labels, float(gained)


@compiled(
    *(CODES, CODES, _SINGLES, _SINGLES, _SINGLES, _WRITE_SINGLES, _SINGLE),
    *(WRITE_CODES, WRITE_CODES, WRITE_CODES, _WRITE_SINGLES),
)
def _move(
    starts: Codes,
    ends: Codes,
    links: Singles,
    loops: Singles,
    weights: Singles,
    totals: Singles,
    resolution: Any,
    labels: Codes,
    near: Codes,
    seen: Codes,
    linked: Singles,
) -> Any:
    """Move each node once; return the gain. `totals` are the weights of the clusters; `seen` is -1 for each."""
    gain = np.float32(0)
    for i in range(len(labels)):
        label, n = labels[i], 0
        seen[label], linked[label] = i, np.float32(0)
        for k in range(starts[i], starts[i + 1]):
            other = labels[ends[k]]
            if seen[other] != i:
                seen[other], linked[other] = i, np.float32(0)
                near[n] = other
                n += 1
            linked[other] += links[k]
        if n == 0:
            continue
        weight = weights[i]
        price = resolution * weight
        leaving = linked[label] - loops[i]
        leaving += leaving
        paid = price * (totals[label] - weight)
        leaving -= paid
        leaving -= paid
        best, most = label, np.float32(0)
        for m in range(n):
            other = near[m]
            more = linked[other] + linked[other]
            paid = price * totals[other]
            more -= paid
            more -= paid
            more -= leaving
            # of equal gains the first cluster
            if more > most or (more == most and best != label and other < best):
                best, most = other, more
        if best != label:
            gain += most
            labels[i] = best
            totals[label] -= weight
            totals[best] += weight
    return gain
