"""Features of the co-action graph.

They use the co-action graph that :func:`cib.extract` is given or builds: in :func:`cib.detect` the significant
edges of the first layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cib.features.feature import feature
from cib.graphs.graph import Graph

__all__ = ["coactions"]

Numbers = NDArray[np.float64]


@feature(
    outputs={
        "coaction_strength": "Things that it did within the window with another, summed over these others.",
        "coaction_partners": "Accounts that it is tied to by co-actions.",
        "coaction_clustering": "Share of the pairs of its partners that are tied to each other, too.",
        "coaction_lead": "Share of its co-actions in which it acted first; 0.5 if it leads as often as it follows.",
    },
    unit={"coaction_strength": "co-actions", "coaction_partners": "accounts"},
)
def coactions(coactions: Graph) -> Mapping[str, Numbers]:
    """Compute strength, degree, clustering coefficient and share of leading acts in the co-action graph.

    - ``coaction_strength``, ``coaction_partners``: strength and degree in the co-action graph.
    - ``coaction_clustering``: ``T / (k (k - 1) / 2)`` for T triangles through the account and k partners; Watts and
      Strogatz (1998). Unknown below two partners.
    - ``coaction_lead``: mean over pairs of posts of 1 where the account acted first, 0 where the other did, and 0.5 at
      equal times (``led`` of the edges). Unknown without partners.
    """
    from cib.features.ties import triangles  # numba takes half a second to import

    n, (source, target) = coactions.n_accounts, coactions.endpoints
    weight, pairs, led = (_column(coactions, name) for name in ("weight", "pairs", "led"))
    ends = np.concatenate([source, target])
    degree = np.bincount(ends, minlength=n).astype(np.float64)
    possible = degree * (degree - 1) / 2
    first = np.bincount(source, weights=led * pairs, minlength=n) + np.bincount(target, (1 - led) * pairs, minlength=n)
    of = np.bincount(ends, weights=np.tile(pairs, 2), minlength=n)
    return {
        "coaction_strength": np.bincount(ends, weights=np.tile(weight, 2), minlength=n).astype(np.float64),
        "coaction_partners": degree,
        "coaction_clustering": _ratio(triangles(source, target, n), possible),
        "coaction_lead": _ratio(first, of),
    }


def _column(graph: Graph, name: str) -> Numbers:
    return graph.table[name].to_numpy().astype(np.float64)


def _ratio(part: NDArray[Any], whole: NDArray[Any]) -> Numbers:
    ratio: Numbers = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return ratio
