"""Define a format: how it is recognised, and how its columns or records are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from cib.sources.columns import Columns, stated_columns
from cib.sources.rows import Rows

__all__ = ["Format"]

#: Earliest valid time: earlier ones are errors of unit or clock, since the platforms studied are younger.
FIRST_TIME = datetime(2005, 1, 1, tzinfo=UTC)


def _no_name(_: str) -> bool:
    return False


def _same(table: pl.DataFrame) -> pl.DataFrame:
    return table


@dataclass(frozen=True, eq=False)
class Format:
    """Describe how one data format is recognised and read.

    Parameters
    ----------
    name : str
        Its unique name.
    match : mapping of str to str, or callable
        Canonical column to the source's column; for records, the path of each canonical column, for the report. Or a
        function of the source's columns, the user's :class:`cib.Columns` and a name for messages that returns it.
    why : str
        What the format is recognised by, for the report.
    tells : callable, optional
        Returns whether a table with these column names is of this format.
    fits : callable, optional
        Returns whether a JSON record is of this format.
    read : callable, optional
        Adds the content of a JSON record with :meth:`Rows.post` and :meth:`Rows.profile`.
    platform : str, optional
        Platform of the ids; their prefix if several platforms are read together.
    whole : bool
        Whether all columns are loaded, because they are identified by position.
    also : tuple of str
        Further columns of the source that `translate` uses if they exist.
    wants : callable, optional
        Returns whether `translate` uses a column of this name, if names are not fixed.
    translate : callable, optional
        Converts the source's table to canonical columns (values unparsed) if renaming is not enough; takes the table
        and a name for messages.
    refine : callable
        Improves parsed columns (such as times recovered from ids) before rows are dropped.
    accounts : callable, optional
        Extracts an accounts table from the source's table if posts carry the profiles of their accounts.
    names : callable, optional
        Extracts a frame of ``local_id`` and ``account_id``: the names by which other rows refer to accounts, which
        `translate` writes to ``account_local_id`` and ``named_ids``.
    known : callable, optional
        The same for posts: ``local_id`` and ``post_id``; `translate` writes ``target_local_id``.
    key : tuple of str
        Rows that are equal in these columns are duplicates.
    first : datetime or None
        Earlier times are out of range; None accepts all times.
    zone : str or None
        Time zone of naive times, if the documentation of the format states it.
    needs_object : bool
        Whether rows without a target post are dropped.

    Examples
    --------
    >>> import cib
    >>> stars = Format("stars", {"account_id": "who", "created_at": "when", "target_post_id": "repository"})
    >>> frame = pl.DataFrame({"who": ["a"], "when": [1_600_000_000], "repository": ["r"]})
    >>> cib.read(frame, format=stars, progress=False).posts_table["target_post_id"][0]
    'r'
    """

    name: str
    match: Callable[[Sequence[str], Columns, str], dict[str, str]] | Mapping[str, str]
    why: str = ""
    tells: Callable[[Sequence[str]], bool] | None = None
    fits: Callable[[dict[str, Any]], bool] | None = None
    read: Callable[[dict[str, Any], Rows], None] | None = None
    platform: str | None = None
    whole: bool = False
    also: tuple[str, ...] = ()
    wants: Callable[[str], bool] = _no_name
    translate: Callable[[pl.DataFrame, str], pl.DataFrame] | None = None
    refine: Callable[[pl.DataFrame], pl.DataFrame] = _same
    accounts: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    names: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    known: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    key: tuple[str, ...] = ("post_id",)
    first: datetime | None = FIRST_TIME
    zone: str | None = None
    needs_object: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.match, Mapping):
            object.__setattr__(self, "match", stated_columns(**self.match))

    def columns(self, names: Sequence[str], given: Columns, where: str) -> dict[str, str]:
        """Return the mapping of canonical columns to those of a table with these names."""
        return self.match(names, given, where)  # type: ignore[operator]  # a mapping became a function
