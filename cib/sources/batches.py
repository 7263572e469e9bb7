"""Batches: cleaned rows of separate sources that are assembled into one activity later.

A batch contains the cleaned rows of one source before the steps that need all rows together: post ids may be missing,
targets are unresolved and duplicates are kept. Batches are assembled like the parts of one source, so that the result
does not depend on how the rows are split, nor on the order of the batches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from cib.activity import ACCOUNT_COLUMNS, POST_COLUMNS, Activity
from cib.sources.assembly import without_made_up_ids
from cib.sources.cleaning import AccountsTable, Clean, read_accounts
from cib.sources.columns import Columns
from cib.sources.files import Opened, Reading, assembled, check_signals
from cib.sources.format import Format
from cib.sources.formats.canonical import CANONICAL
from cib.sources.gathering import Gathering, with_platforms
from cib.sources.registry import known_formats

__all__ = ["TABLES", "Batch", "assemble_batches", "batch_of_activity", "read_batch"]

#: The tables of a batch.
TABLES = ("posts", "accounts", "withdrawn", "known", "names")

#: Reason for dropping duplicate rows, as in import reports.
_REPEATED = "duplicate"


@dataclass(frozen=True, eq=False)
class Batch:
    """Cleaned rows of one source.

    Parameters
    ----------
    tables : dict of str to polars.DataFrame
        ``posts``; ``accounts``; ``withdrawn``, the withdrawn posts; ``known`` and ``names``, the posts and
        account names that other rows may refer to (see :mod:`cib.sources.joining`).
    source : str
    formats : dict of str to (str or None)
        Names of the formats, and the platform of each.
    key : tuple of str
        Columns that identify duplicates: rows that are equal in them are the same row.
    rows_read : int
    dropped, repaired, missing : mapping of str to int
    columns : mapping of str to str
    unread, notes : tuple of str
    files : int
    library : str
    """

    tables: dict[str, pl.DataFrame]
    source: str
    formats: dict[str, str | None]
    key: tuple[str, ...]
    rows_read: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    repaired: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    files: int = 0
    library: str = "polars"

    @property
    def posts(self) -> pl.DataFrame:
        """Cleaned rows."""
        return self.tables["posts"]

    def without_rows_of(self, others: pl.DataFrame) -> Batch:
        """Drop and count rows that equal an earlier row or a row of `others` in every column."""
        both = _ordered([others.with_columns(_new=False), self.posts.with_columns(_new=True)])
        columns = [name for name in both.columns if name != "_new"]
        new = both.unique(columns, keep="first", maintain_order=True).filter("_new").drop("_new")
        again = self.posts.height - new.height
        if not again:
            return self
        dropped = Counter(self.dropped) + Counter({_REPEATED: again})
        return replace(self, tables={**self.tables, "posts": new.select(self.posts.columns)}, dropped=dropped)


def read_batch(source: Any, **options: Any) -> Batch:
    """Read and clean a source like :func:`cib.read`, without the steps that need all rows together."""
    reading = Reading.of(source, **options)
    gathered, profiles = reading.gather()
    posts = _ordered([part.table for part in gathered.parts])
    check_signals(posts, gathered, reading.opened.name)
    platforms = {each.name: each.platform for each in reading.formats}
    return Batch(
        {
            "posts": posts,
            "accounts": read_accounts(profiles, reading.zone),
            "withdrawn": pl.concat([part.withdrawn for part in gathered.parts]),
            "known": pl.concat(gathered.known or [pl.DataFrame()], how="diagonal"),
            "names": pl.concat(gathered.names or [pl.DataFrame()], how="diagonal"),
        },
        reading.opened.name,
        {name: platforms.get(name) for name in gathered.formats},
        reading.formats[0].key,
        sum(part.rows_read for part in gathered.parts),
        _sum(part.dropped for part in gathered.parts),
        _sum(part.repaired for part in gathered.parts),
        _sum(part.missing for part in gathered.parts),
        columns=gathered.columns,
        unread=tuple(gathered.unread),
        notes=(*gathered.notes, *(note for part in gathered.parts for note in part.notes), *reading.opened.notes),
        files=reading.opened.files,
        library=reading.opened.library or "polars",
    )


def batch_of_activity(activity: Activity) -> Batch:
    """Create a batch from the rows of an activity, without generated post ids."""
    told, nothing = activity.imported, pl.DataFrame()
    name = told.format.split(":")[0]
    return Batch(
        {
            "posts": without_made_up_ids(activity.posts_table),
            "accounts": activity.accounts_table,
            "withdrawn": Clean(nothing, 0).withdrawn,
            "known": nothing,
            "names": nothing,
        },
        told.source,
        {name: None},
        known_formats().get(name, CANONICAL).key,
        activity.posts_table.height + sum(told.dropped.values()),  # a sample has the report of the whole activity
        told.dropped,
        told.repaired,
        told.missing,
        told.columns,
        told.unread,
        told.notes,
        told.files,
        activity.library,
    )


def assemble_batches(batches: Sequence[Batch], source: str) -> Activity:
    """Assemble batches into one activity, as if all had been read together.

    Parameters
    ----------
    batches : sequence of Batch
        In any order.
    source : str
        Name of the source in the import report.

    Returns
    -------
    Activity

    Raises
    ------
    InputError
        If no row is left.
    """
    gathered = Gathering(Columns(), None, 0.0, wants_profiles=False)
    gathered.parts = [
        Clean(
            _ordered([each.posts for each in batches]),
            sum(each.rows_read for each in batches),
            _sum(each.dropped for each in batches),
            repaired=_sum(each.repaired for each in batches),
            missing=_sum(each.missing for each in batches),
            withdrawn=pl.concat([each.tables["withdrawn"] for each in batches]),
        )
    ]
    gathered.known, gathered.names = ([each.tables[name] for each in batches] for name in ("known", "names"))
    gathered.formats = dict.fromkeys(sorted({name for each in batches for name in each.formats}))
    gathered.columns = _joined([each.columns for each in batches])
    gathered.unread = dict.fromkeys(sorted({name for each in batches for name in each.unread}))
    tables = [each.tables["accounts"] for each in batches if each.tables["accounts"].width]
    profiles: list[AccountsTable] = []
    if tables:
        profiles = [(_ordered(tables, (*ACCOUNT_COLUMNS, "seen_at", "platform")).unique(), {}, source)]
    opened = Opened(
        source,
        (),
        batches[0].library,
        sum(each.files for each in batches),
        tuple(sorted({note for each in batches for note in each.notes})),
    )
    # only name and key of the format are used from here on
    formats = [Format(name="", match={}, key=each.key) for each in batches[:1]]
    why = f"a collection, {len(batches)} parts"
    return assembled(opened, formats, gathered, with_platforms(gathered, profiles), why)


def _ordered(tables: Sequence[pl.DataFrame], columns: Sequence[str] = tuple(POST_COLUMNS)) -> pl.DataFrame:
    """Concatenate tables, with columns in an order that does not depend on the order of the tables."""
    table = pl.concat(tables, how="diagonal")
    known = [name for name in columns if name in table.columns]
    return table.select(*known, *sorted(set(table.columns) - set(known)))


def _sum(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return total


def _joined(mappings: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Merge column mappings: map each of our columns to all source columns that it was read from."""
    read: dict[str, set[str]] = {}
    for mapping in mappings:
        for ours, theirs in mapping.items():
            read.setdefault(ours, set()).update(theirs.split(" | "))
    known = [name for name in POST_COLUMNS if name in read]
    return {ours: " | ".join(sorted(read[ours])) for ours in (*known, *sorted(set(read) - set(known)))}
