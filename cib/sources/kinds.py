"""Classify the values behind a key of JSON objects, as far as this affects the type of a column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["DECIMAL", "DEEPEST", "OTHER", "kinds_of_objects"]

#: Kinds of values, as bits: a number with a decimal point or exponent; anything other than a number or null.
DECIMAL, OTHER = 1, 2

#: Maximum depth to which nested values become columns.
DEEPEST = 6


def kinds_of_objects(objects: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Return the kind of value of each key of flat objects: :data:`DECIMAL`, :data:`OTHER`, both or neither.

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
