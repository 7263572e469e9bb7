"""How values that are settings show in a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

__all__ = ["html_rows"]


def html_rows(values: Mapping[str, object]) -> str:
    """A table with a row a value.

    >>> html_rows({"alpha": "<0.01"})
    '<table><tr><th>alpha<td>&lt;0.01</table>'
    """
    rows = "".join(f"<tr><th>{escape(name)}<td>{escape(str(value))}" for name, value in values.items())
    return f"<table>{rows}</table>"
