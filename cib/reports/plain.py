"""Conversion of tables to plain, JSON-compatible values: times as text, floats to four significant digits, no NaN."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl

from cib.progress import printable

__all__ = ["Columns", "Rows", "as_columns", "as_plain", "as_rows", "grouped", "uncollected", "visible"]

_TIME = "%Y-%m-%d %H:%M:%S"

#: Maximum length of displayed texts, in characters.
_LONGEST = 280

Rows = list[dict[str, Any]]

#: A table as one list per column, which takes a fraction of the memory and time of rows.
Columns = dict[str, list[Any]]


@contextmanager
def uncollected() -> Iterator[None]:
    """Pause garbage collection: a report allocates a million plain values, which have no reference cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def grouped(values: Rows, name: str) -> dict[str, Rows]:
    """Group rows by the value of a field, which is removed from them."""
    found: dict[str, Rows] = {}
    for row in values:
        found.setdefault(row.pop(name), []).append(row)
    return found


def as_rows(table: pl.DataFrame) -> Rows:
    """Convert the rows to plain values: times as text, floats to four significant digits, NaN as None."""
    return _plain(table).to_dicts()


def as_columns(table: pl.DataFrame) -> Columns:
    """Convert the columns to plain values as :func:`as_rows` does."""
    return _plain(table).to_dict(as_series=False)


def _plain(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(
        pl.selectors.temporal().dt.strftime(_TIME), pl.selectors.float().fill_nan(None).round_sig_figs(4)
    )


def as_plain(value: Any) -> Any:
    """Convert a time or float as :func:`as_rows` does; return other values unchanged."""
    if hasattr(value, "strftime"):
        return value.strftime(_TIME)
    return float(f"{value:.4g}") if isinstance(value, float) else value


def visible(value: Any) -> Any:
    r"""Write invisible and bidirectional control characters as code points, and truncate long texts.

    >>> visible("evil\u202etxt")
    'evilU+202Etxt'
    """
    kind = type(value)
    if kind is str:
        text = value if len(value) <= _LONGEST else value[:_LONGEST] + "…"
        return text if text.isprintable() else printable(text).replace("\n", "U+000A")
    if kind is dict:
        return {name if name.isprintable() else visible(name): visible(each) for name, each in value.items()}
    if kind is list or kind is tuple:
        if _SEEN.isdisjoint(map(type, value)):  # numbers
            return value
        return [visible(each) if type(each) in _SEEN else each for each in value]
    return value


#: Types of values that are changed for display, or may contain such values.
_SEEN = frozenset((str, dict, list, tuple))
