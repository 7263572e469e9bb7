"""The definitions, as slowly and plainly as they can be written."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

Event = tuple[str, str, float]  #: account, object, second


def coactions(
    events: Sequence[Event], window: float | None, min_weight: int
) -> dict[tuple[str, str], dict[str, float]]:
    """Edges of the co-action graph by comparing every two events."""
    found: dict[tuple[str, str], list[tuple[str, float, float, str]]] = defaultdict(list)
    for (a, x, s), (b, y, t) in combinations(events, 2):
        if x == y and a != b and (window is None or abs(s - t) <= window):
            (u, s_u), (v, s_v) = sorted([(a, s), (b, t)])
            found[u, v].append((x, s_u, s_v, u))
    edges = {}
    for pair, rows in found.items():
        objects = {x for x, *_ in rows}
        if len(objects) >= min_weight:
            edges[pair] = {
                "weight": len(objects),
                "pairs": len(rows),
                "lag": sum(abs(s - t) for _, s, t, _ in rows) / len(rows),
                "first": min(min(s, t) for _, s, t, _ in rows),
                "last": max(max(s, t) for _, s, t, _ in rows),
                "led": sum((s < t) + (s <= t) for _, s, t, _ in rows) / (2 * len(rows)),
            }
    return edges


def strengths(events: Sequence[Event], window: float | None) -> dict[str, int]:
    """Co-actions of each account with anyone."""
    total: dict[str, int] = defaultdict(int)
    for (u, v), edge in coactions(events, window, 1).items():
        total[u] += int(edge["weight"])
        total[v] += int(edge["weight"])
    return total


def poisson_tail(weight: int, expected: float) -> float:
    """P(Poisson(expected) >= weight), summed from the far end so that small tails stay exact."""
    terms = (math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(weight, weight + 400))
    return math.fsum(terms)


def benjamini_hochberg(p: Sequence[float], tests: int, alpha: float) -> set[int]:
    """Indices rejected by the step-up procedure, in the words of the paper."""
    order = sorted(range(len(p)), key=lambda k: p[k])
    last = max((r for r, k in enumerate(order, 1) if p[k] <= r * alpha / tests), default=0)
    return set(order[:last])
