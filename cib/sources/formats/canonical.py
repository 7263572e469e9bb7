"""Read any table with one action per row, by canonical column names, their aliases, or a mapping."""

from __future__ import annotations

from collections.abc import Sequence

from cib.sources.columns import NEEDED, Columns, match_columns
from cib.sources.format import Format

__all__ = ["CANONICAL"]


def _match(names: Sequence[str], columns: Columns, where: str) -> dict[str, str]:
    return match_columns(names, columns.of("posts"), required=NEEDED, where=where)


#: Format of tables that no other format recognises.
CANONICAL = Format("canonical", match=_match, why="its columns are known by name")
