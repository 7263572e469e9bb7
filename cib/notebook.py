"""Format settings as HTML for notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

__all__ = ["html_rows"]


def html_rows(values: Mapping[str, object]) -> str:
    """Format a mapping as an HTML table with one row per value, and nested tables for nested mappings.

    >>> html_rows({"alpha": "<0.01", "features": ["span", "speed"]})
    '<table><tr><th>alpha<td>&lt;0.01<tr><th>features<td>span, speed</table>'
    >>> html_rows({"rule": {"min_size": 5}})
    '<table><tr><th>rule<td><table><tr><th>min_size<td>5</table></table>'
    """
    rows = "".join(f"<tr><th>{escape(name)}<td>{_cell(value)}" for name, value in values.items())
    return f"<table>{rows}</table>"


def _cell(value: object) -> str:
    if isinstance(value, Mapping):
        return html_rows(value)
    if isinstance(value, list):
        return ("" if any(isinstance(each, Mapping) for each in value) else ", ").join(map(_cell, value))
    return escape(str(value))
