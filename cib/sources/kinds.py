"""What stands behind a key of JSON objects, as far as it matters for a column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["DECIMAL", "DEEPEST", "OTHER", "kinds_of_objects"]

#: What stands behind a key, as bits: a number with a decimal point or exponent, or what is no number.
DECIMAL, OTHER = 1, 2

#: Values inside values get columns of their own down to this depth.
DEEPEST = 6


def kinds_of_objects(objects: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Say what stands behind each key of flat objects: :data:`DECIMAL`, :data:`OTHER`, both or neither.

    Examples
    --------
    >>> kinds_of_objects([{"id": 7, "who": "a"}, {"id": 7.5, "who": None}])
    {'id': 1, 'who': 2}
    """
    found: dict[str, int] = {}
    for item in objects:
        for name, value in item.items():
            found[name] = found.get(name, 0) | _kind(value)
    return found


def _kind(value: object) -> int:
    if isinstance(value, float):
        return DECIMAL
    return 0 if value is None or type(value) is int else OTHER
