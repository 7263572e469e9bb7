"""Layout of the map: one disc per network, the discs packed closely, the first in the centre.

The layout is computed in Python and not in the browser, so that pages open immediately and are reproducible.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["positions"]

Points = NDArray[np.float64]

#: Maximum size of networks with a spring layout, whose time is quadratic; larger ones get a sunflower layout.
MAX_SPRINGS = 600

#: Iterations of the spring layout.
ITERATIONS = 40

#: Maximum number of pairs of accounts processed at a time.
MAX_TOGETHER = 500_000

#: Maximum number of networks that are packed around the centre, in quadratic time; more are laid out in rows.
MAX_PACKED = 500

#: Scale of the axes: the map is wider than high.
_WIDE = np.array([1.35, 0.75])

_GOLDEN = np.pi * (3 - 5**0.5)


def positions(networks: Sequence[str], edges: ArrayLike) -> Points:
    """Compute coordinates of accounts in the plane.

    Parameters
    ----------
    networks : sequence of str, shape (n,)
        The network of each account; members of one network are contiguous.
    edges : array_like of int, shape (m, 2)
        Positions in `networks`.

    Returns
    -------
    ndarray, shape (n, 2)

    Examples
    --------
    >>> positions(["N1", "N1", "N2"], [(0, 1)]).shape
    (3, 2)
    """
    names = np.array(networks, dtype=object)
    starts = np.flatnonzero(np.r_[True, names[1:] != names[:-1]]) if len(names) else np.zeros(0, dtype=int)
    sizes = np.diff(np.r_[starts, len(names)])
    network = np.repeat(np.arange(len(sizes)), sizes)
    ends = np.array(edges, dtype=np.int64).reshape(-1, 2)
    ends = ends[network[ends[:, 0]] == network[ends[:, 1]]]
    centres = _packed(sizes**0.5) if len(sizes) <= MAX_PACKED else _shelved(sizes**0.5)
    places = np.repeat(centres, sizes, axis=0)
    for size in np.unique(sizes).tolist():  # networks of equal size are laid out together
        drawn = np.flatnonzero(sizes == size)
        most = max(MAX_TOGETHER // size**2, 1)
        for some in (drawn[k : k + most] for k in range(0, len(drawn), most)):
            accounts = starts[some, None] + np.arange(size)
            inside = ends[np.isin(network[ends[:, 0]], some)]
            # the same edges between positions in `accounts`, flattened
            inside = np.searchsorted(some, network[inside]) * size + inside - starts[network[inside]]
            places[accounts] += size**0.5 * _discs(len(some), size, inside)
    return places.round(3)


def _discs(count: int, size: int, edges: NDArray[np.int64]) -> Points:
    """Compute the layouts of networks of equal size, each in the unit disc; shape (count, size, 2)."""
    start = np.tile(_sunflower(size), (count, 1, 1))
    if size > MAX_SPRINGS or size < 3:
        return start
    points = _drawn_by_springs(start, edges)
    points -= points.mean(axis=1, keepdims=True)
    distance = np.hypot(points[..., 0], points[..., 1])
    # radii are partly determined by rank, as springs push a few accounts far out and crowd the others
    rank = np.argsort(np.argsort(distance, axis=1, kind="stable"), axis=1, kind="stable")
    radius = 0.5 * np.sqrt((rank + 0.5) / size) + 0.5 * distance / distance.max(axis=1, keepdims=True)
    ranked: Points = points * (radius / np.maximum(distance, 1e-9))[..., None]
    return ranked


def _drawn_by_springs(places: Points, edges: NDArray[np.int64]) -> Points:
    """Compute a force-directed layout: accounts repel each other, edges attract; Fruchterman and Reingold (1991)."""
    count, size, _ = places.shape
    x, y = places[..., 0].copy(), places[..., 1].copy()
    k = size**-0.5
    source, target = np.concatenate([edges, edges[:, ::-1]]).T
    for step in np.linspace(0.2, 0, ITERATIONS, endpoint=False):
        apart_x, apart_y = (v[:, :, None] - v[:, None, :] for v in (x, y))
        push = k * k / np.maximum(apart_x * apart_x + apart_y * apart_y, 1e-4)
        along_x, along_y = (v.ravel()[source] - v.ravel()[target] for v in (x, y))
        pull = np.hypot(along_x, along_y) / k
        move_x, move_y = (
            np.einsum("gij,gij->gi", apart, push) - np.bincount(source, along * pull, count * size).reshape(count, size)
            for apart, along in ((apart_x, along_x), (apart_y, along_y))
        )
        scale = step / np.maximum(np.hypot(move_x, move_y), 0.01)
        x, y = x + move_x * scale, y + move_y * scale
    return np.stack([x, y], axis=-1)


def _sunflower(count: int) -> Points:
    k = np.arange(count)
    return np.column_stack([np.cos(k * _GOLDEN), np.sin(k * _GOLDEN)]) * np.sqrt(k / max(count, 1))[:, None]


def _packed(radii: Points, gap: float = 1.2) -> Points:
    """Compute centres of disjoint circles, each placed greedily as close to the centre as possible."""
    spiral = _sunflower(60 * len(radii) + 1) * _WIDE * 1.6 * np.sqrt(((radii + gap) ** 2).sum())
    room = np.full(len(spiral), np.inf)  # distance of each position to the nearest circle
    centres = np.zeros((len(radii), 2))
    for k, radius in enumerate(radii):
        centres[k] = spiral[np.argmax(room >= radius + gap)]
        room = np.minimum(room, np.hypot(*(spiral - centres[k]).T) - radius)
    return centres


def _shelved(radii: Points, gap: float = 1.2) -> Points:
    """Compute centres of disjoint circles in rows from the top left."""
    sides = 2 * radii + gap
    width = 1.5 * np.sqrt((sides**2).sum())
    row = (np.cumsum(sides) // width).astype(np.int64)
    heights = np.zeros(row[-1] + 1)
    np.maximum.at(heights, row, sides)
    tops = np.cumsum(heights) - heights
    left = np.cumsum(sides) - sides
    first = np.searchsorted(row, row)  # of the circles of each row
    return np.column_stack([left - left[first] + sides / 2, -(tops[row] + heights[row] / 2)])
