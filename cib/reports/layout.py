"""Where to draw accounts: each network a disc of its own, the discs packed closely, the first in the middle.

Computed here and not in the browser, so that a page opens at once and always looks the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np
from numpy.typing import NDArray

__all__ = ["positions"]

Points = NDArray[np.float64]

#: Larger networks are laid out as a sunflower: springs take time with the square of the accounts.
MAX_SPRINGS = 600

#: A map is wider than it is high.
_WIDE = np.array([1.35, 0.75])

_GOLDEN = np.pi * (3 - 5**0.5)


def positions(networks: Sequence[str], edges: Sequence[Sequence[int]]) -> Points:
    """Places on a plane.

    Parameters
    ----------
    networks : sequence of str, shape (n,)
        The network of each account; members of one network stand together.
    edges : sequence of pairs of int
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
    groups = np.split(np.arange(len(names)), starts[1:]) if len(names) else []
    graph: nx.Graph[int] = nx.Graph()
    graph.add_edges_from((a, b) for a, b in edges)
    places = np.zeros((len(names), 2))
    radii = np.array([len(group) ** 0.5 for group in groups])
    for group, centre, radius in zip(groups, _packed(radii), radii, strict=True):
        places[group] = centre + radius * _disc(graph, group)
    return places.round(3)


def _disc(graph: nx.Graph[int], group: NDArray[np.int64]) -> Points:
    """Places of one network within a circle of radius 1."""
    if len(group) > MAX_SPRINGS or len(group) < 3:
        return _sunflower(len(group))
    drawn: nx.Graph[int] = nx.Graph()
    drawn.add_nodes_from(group.tolist())
    drawn.add_edges_from(graph.subgraph(group.tolist()).edges)
    start = dict(zip(group.tolist(), _sunflower(len(group)), strict=True))
    found = nx.spring_layout(drawn, pos=start, iterations=60, seed=0, method="force")
    points = np.array([found[node] for node in group.tolist()])
    points = points - points.mean(axis=0)
    distance = np.hypot(*points.T)
    # by rank: springs push a few accounts far out and crowd the rest
    rank = np.sqrt((np.argsort(np.argsort(distance, kind="stable"), kind="stable") + 0.5) / len(group))
    ranked: Points = (
        points / np.maximum(distance, 1e-9)[:, None] * (0.5 * rank + 0.5 * distance / distance.max())[:, None]
    )
    return ranked


def _sunflower(count: int) -> Points:
    k = np.arange(count)
    return np.column_stack([np.cos(k * _GOLDEN), np.sin(k * _GOLDEN)]) * np.sqrt(k / max(count, 1))[:, None]


def _packed(radii: Points, gap: float = 1.2) -> Points:
    """Centres of circles that do not touch: each as near to the middle as the earlier ones leave it room."""
    spiral = _sunflower(60 * len(radii) + 1) * _WIDE * 1.6 * np.sqrt(((radii + gap) ** 2).sum())
    room = np.full(len(spiral), np.inf)  # of each place, to the nearest circle there is
    centres = np.zeros((len(radii), 2))
    for k, radius in enumerate(radii):
        centres[k] = spiral[np.argmax(room >= radius + gap)]
        room = np.minimum(room, np.hypot(*(spiral - centres[k]).T) - radius)
    return centres
