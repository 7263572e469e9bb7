"""What is particular to one format: how it is recognised, and what its names mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from cib.sources.columns import Columns, stated_columns
from cib.sources.rows import Rows

__all__ = ["Format"]

#: No social platform that people study is older; a time before it is an error of unit or clock.
FIRST_TIME = datetime(2005, 1, 1, tzinfo=UTC)


def _no_name(_: str) -> bool:
    return False


def _same(table: pl.DataFrame) -> pl.DataFrame:
    return table


@dataclass(frozen=True, eq=False)
class Format:
    """What is particular to one format.

    Parameters
    ----------
    name : str
    match : mapping of str to str, or callable
        Our column to theirs; for records, where ours is found, for the report. Or a function from the source's
        columns, what the user said (:class:`cib.Columns`) and a name for messages, to such a mapping.
    why : str
        What it is recognised by, for the report.
    tells : callable, optional
        Whether columns of these names are a table of this format.
    fits : callable, optional
        Whether a JSON record is of this format.
    read : callable, optional
        Puts down what a JSON record says, with :meth:`Rows.post` and :meth:`Rows.profile`.
    platform : str, optional
        Whose ids they are. Ids carry it where several platforms are read together.
    whole : bool
        Whether all columns are loaded, for they are known by their order.
    also : tuple of str
        Further columns of the source that `translate` needs, where they are there.
    wants : callable, optional
        Whether `translate` needs a column of this name, where names are not settled.
    translate : callable, optional
        From the source's columns to ours (types as they came), for more than renaming; takes the table
        and a name for messages.
    refine : callable
        From clean columns to better ones (times recovered from ids); runs before rows are judged.
    accounts : callable, optional
        From the source's columns to an accounts table, where posts carry their account's profile.
    names : callable, optional
        From the source's columns to a frame of ``local_id`` and ``account_id``: what other rows call accounts, which
        `translate` puts into ``account_local_id`` and ``named_ids``.
    known : callable, optional
        The same for posts, ``local_id`` and ``post_id``, which `translate` puts into ``target_local_id``.
    key : tuple of str
        Rows that agree in these columns are one row delivered twice.
    first : datetime or None
        Earlier times are out of range; None takes times as they are.
    zone : str or None
        The zone of naive times, where the format's documentation settles it.
    needs_object : bool
        Whether a row without a target post says nothing.

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
        """Our column to theirs, of a table with these names."""
        return self.match(names, given, where)  # type: ignore[operator]  # a mapping became a function
