"""Load and clean the parts of a source one after the other, and collect what applies to all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import polars as pl

from cib.errors import InputError
from cib.sources.assembly import with_platform
from cib.sources.cleaning import AccountsTable, Clean, clean_posts
from cib.sources.columns import NEEDED, Columns
from cib.sources.format import Format
from cib.sources.frames import Loaded, Part
from cib.sources.signals import action_columns, are_accounts, are_counts, signal_columns
from cib.sources.tidying import MISSING, tidied
from cib.sources.values import are_actions, stated, times

__all__ = ["Gathering", "with_platforms"]

#: Maximum nesting depth of a column that may hold a target.
_DEEPEST_SIGNAL = 2

#: Maximum number of rows of small files that are cleaned together.
_ROWS_AT_ONCE = 500_000


class _Waiting(NamedTuple):
    """A part that is loaded and not cleaned yet."""

    part: Part
    format: Format
    mapping: Mapping[str, str]
    loaded: Loaded

    def is_like(self, loaded: Loaded, format: Format) -> bool:
        same_lines = not self.loaded.bad and not loaded.bad and self.loaded.has_null == loaded.has_null
        return same_lines and self.format is format and self.loaded.table.schema == loaded.table.schema


class Gathering:
    """Loads and cleans the parts of a source one after the other, and collects profiles, names and notes."""

    def __init__(
        self,
        given: Columns,
        zone: str | None,
        max_bad: float,
        missing: Collection[str] | None = None,
        *,
        wants_profiles: bool,
    ) -> None:
        self.given, self.zone, self.max_bad, self.wants_profiles = given, zone, max_bad, wants_profiles
        self.missing = missing
        self.parts: list[Clean] = []
        self.profiles: list[AccountsTable] = []
        self.known: list[pl.DataFrame] = []
        self.names: list[pl.DataFrame] = []
        self.columns: dict[str, str] = {}
        self.formats: dict[str, None] = {}
        self.signals: dict[str, None] = {}  #: unread, non-empty columns whose names suggest a target or text
        self.whose: set[str] = set()  #: those of them that hold accounts
        self.actions: dict[str, bool] = {}  #: unread columns, and whether all their values are words for actions
        self.unread: dict[str, None] = {}
        self._noted: dict[str, list[str]] = {}
        self._waiting: list[_Waiting] = []

    def take(self, part: Part, format: Format, names: Sequence[str]) -> None:
        """Load one part, and clean it together with preceding parts of the same format and schema."""
        mapping = format.columns(names, self.given, part.where)
        _refuse_lack(part, mapping, names)
        signals = _signals(part, mapping, format)
        kinds = [] if "action" in self.given.posts else _kinds(part, mapping, format)
        loaded = _load(part, mapping, format, {*signals, *kinds})
        self._judge(loaded.table, signals, kinds, mapping)
        self.unread |= dict.fromkeys(_unread_names(part, mapping, format))
        if signals or kinds:
            loaded = loaded._replace(table=loaded.table.drop({*signals, *kinds}))
        if not part.format:
            loaded = self._tidied(loaded, mapping, part.where)
        loaded = loaded._replace(table=loaded.table.rechunk())  # selecting rows from chunks is several times slower
        for seen in (format, *loaded.formats):
            self.formats[seen.name] = None
            self._remember(mapping if seen is format else seen.columns(names, self.given, part.where))
        _refuse_bad_lines(loaded, self.max_bad, part.where)
        _refuse_mixed_ids(loaded, mapping, part.where)
        for note in (*_unread(part, mapping, format), *loaded.notes):
            self._noted.setdefault(note, []).append(part.where)
        self._take_profiles(loaded, format, part.where)
        self._take_beside(loaded, format, part.where)
        if self._waiting and not self._waiting[-1].is_like(loaded, format):
            self.finish()
        self._waiting.append(_Waiting(part, format, mapping, loaded))
        if sum(waiting.loaded.table.height for waiting in self._waiting) > _ROWS_AT_ONCE:
            self.finish()

    def _judge(
        self, table: pl.DataFrame, signals: Sequence[str], kinds: Sequence[str], mapping: Mapping[str, str]
    ) -> None:
        """Keep what the values of unread columns say about them."""
        for name in signals:
            values = table[name].filter(stated(table[name]))
            if len(values) and not are_counts(name, values):
                self.signals[name] = None
                self.whose |= {name} if are_accounts(name, values, table[mapping["account_id"]]) else set()
        for name in kinds:
            values = table[name].filter(stated(table[name]))
            self.actions[name] = self.actions.get(name, True) and are_actions(values)

    def finish(self) -> None:
        """Clean the loaded parts in one go, since small files cost more than their rows; on an error one by one."""
        waiting, self._waiting = self._waiting, []
        if len(waiting) < 2:
            self.parts += [self._clean(one.part, one.format, one.mapping, one.loaded) for one in waiting]
            return
        first, lost, repaired, missing = waiting[0], Counter[str](), Counter[str](), Counter[str]()
        for one in waiting:
            lost.update(one.loaded.lost)
            repaired.update(one.loaded.repaired)
            missing.update(one.loaded.missing)
        table = pl.concat([one.loaded.table for one in waiting], rechunk=True)
        try:
            digits = frozenset.intersection(*(one.loaded.digits for one in waiting))
            together = Loaded(table, lost, repaired, missing=missing, has_null=first.loaded.has_null, digits=digits)
            self.parts.append(self._clean(first.part, first.format, first.mapping, together))
        except InputError:
            for one in waiting:
                self._clean(one.part, one.format, one.mapping, one.loaded)
            raise

    @property
    def notes(self) -> list[str]:
        """Return the notes on the files, each with the first file and the number of others."""
        return [
            f"{where[0]}{f' and {len(where) - 1:,} more files' if len(where) > 1 else ''}: {note}"
            for note, where in self._noted.items()
        ]

    def _clean(self, part: Part, format: Format, mapping: Mapping[str, str], loaded: Loaded) -> Clean:
        clean = clean_posts(
            loaded.table if part.format else _ours(loaded.table, mapping, format, part.where),
            mapping,
            format,
            synonyms=self.given.actions,
            zone=self.zone,
            where=part.where,
            max_bad=self.max_bad,
            words=self._words(loaded),
            digits=None if part.format or format.translate else _digits(loaded, mapping),
        )
        return _with_lost(clean, loaded)

    def _words(self, loaded: Loaded) -> Collection[str]:
        """Return the words for a missing value in a source."""
        return (() if loaded.has_null else MISSING) if self.missing is None else self.missing

    def _tidied(self, loaded: Loaded, mapping: Mapping[str, str], where: str) -> Loaded:
        tidy = tidied(loaded.table, mapping, self._words(loaded), where)
        return loaded._replace(
            table=tidy.table,
            repaired=Counter(loaded.repaired) + Counter(tidy.repaired),
            missing=tidy.missing,
            notes=(*loaded.notes, *tidy.notes),
            digits=tidy.digits,
        )

    def _take_profiles(self, loaded: Loaded, format: Format, where: str) -> None:
        if self.wants_profiles and loaded.accounts is not None:
            self.profiles.append((loaded.accounts, {}, where))
        elif self.wants_profiles and format.accounts:
            carried = format.accounts(loaded.table).with_columns(platform=pl.lit(format.platform))
            self.profiles.append((carried, {}, where))

    def _take_beside(self, loaded: Loaded, format: Format, where: str) -> None:
        """Keep the posts and account names that rows of other parts may refer to."""
        whose = pl.lit(format.platform, dtype=pl.String).alias("platform")
        if loaded.known is not None and loaded.names is not None:
            moments = times(loaded.known["created_at"], "UTC", where).values
            self.known.append(loaded.known.with_columns(created_at=moments))
            self.names.append(loaded.names)
        self.known += [format.known(loaded.table).with_columns(whose)] if format.known else []
        self.names += [format.names(loaded.table).with_columns(whose)] if format.names else []

    def _remember(self, mapping: Mapping[str, str]) -> None:
        for ours, theirs in mapping.items():
            known = self.columns.setdefault(ours, theirs)
            if theirs not in known.split(" | "):
                self.columns[ours] = f"{known} | {theirs}"


def _signals(part: Part, mapping: Mapping[str, str], format: Format) -> list[str]:
    """Return the unread columns of a table whose names suggest targets or text."""
    if format.translate:
        return []
    unread = _unread_names(part, mapping, format)
    parents = {name.rpartition(".")[0] for name in part.names}
    leaves = [name for name in unread if name not in parents and name.count(".") <= _DEEPEST_SIGNAL]
    return signal_columns(leaves, text="text" not in mapping)


def _kinds(part: Part, mapping: Mapping[str, str], format: Format) -> list[str]:
    """Return the unread columns of a table without actions whose names suggest words for actions."""
    if format.translate or "action" in mapping:
        return []
    return [name for name in action_columns(_unread_names(part, mapping, format)) if "." not in name]


def _refuse_lack(part: Part, mapping: Mapping[str, str], names: Sequence[str]) -> None:
    """Raise if a file lacks a required column that other files of the source have."""
    for ours in NEEDED:
        if not part.format and mapping[ours] in names and mapping[ours] not in part.names:
            raise InputError(
                f"the column {mapping[ours]!r} is missing",
                where=part.where,
                got=f"columns {', '.join(part.names)}",
                remedy="All files of a source need it.",
            )


def _load(part: Part, mapping: Mapping[str, str], format: Format, more: Collection[str] = ()) -> Loaded:
    if part.format:
        return part.load(())
    wanted = {*mapping.values(), *format.also, *more}
    return part.load([name for name in part.names if format.whole or name in wanted or format.wants(name)])


def _unread_names(part: Part, mapping: Mapping[str, str], format: Format) -> list[str]:
    """Return the columns of a table that are not read."""
    read = {*mapping.values(), *format.also}
    return [] if format.whole else [name for name in part.names if name and name not in read and not format.wants(name)]


def _unread(part: Part, mapping: Mapping[str, str], format: Format, most: int = 12) -> list[str]:
    """Return a note that lists the columns that are not read."""
    unread = _unread_names(part, mapping, format)
    if not unread:
        return []
    more = f" and {len(unread) - most:,} more" if len(unread) > most else ""
    return [f"columns not read: {', '.join(unread[:most])}{more}"]


def _refuse_bad_lines(loaded: Loaded, max_bad: float, where: str) -> None:
    if len(loaded.bad) > max_bad * (loaded.table.height + len(loaded.bad)):
        raise InputError(
            f"{len(loaded.bad):,} lines cannot be read as JSON objects",
            where=f"{where}, line {loaded.bad[0]:,}",
            remedy=f"Write one object a line, or allow more than {max_bad:.1%} of bad lines: max_bad=0.05.",
        )


def _refuse_mixed_ids(loaded: Loaded, mapping: Mapping[str, str], where: str) -> None:
    for ours, theirs in mapping.items():
        if ours.endswith("_id") and theirs in loaded.mixed:
            raise InputError(
                "some ids are floats, which cannot hold ids above 2^53 exactly",
                where=f"{where}, column {theirs!r}",
                remedy="Write all of them as text, in quotes.",
            )


def _ours(raw: pl.DataFrame, mapping: Mapping[str, str], format: Format, where: str) -> pl.DataFrame:
    if format.translate:
        return format.translate(raw, where)
    return raw.select(**{ours: theirs for ours, theirs in mapping.items() if theirs in raw.columns})


def _digits(loaded: Loaded, mapping: Mapping[str, str]) -> set[str]:
    """Return our names of the columns that are digits only."""
    return {ours for ours, theirs in mapping.items() if theirs in loaded.digits}


def _with_lost(clean: Clean, loaded: Loaded) -> Clean:
    """Add the counts of rows that were lost or repaired when the file was loaded."""
    lines = f" (line{'s' * (len(loaded.bad) > 1)} {', '.join(map(str, loaded.bad[:10]))})" if loaded.bad else ""
    notes = (f"unreadable lines were left out{lines}",) if loaded.bad else ()
    return replace(
        clean,
        rows_read=clean.rows_read + sum(loaded.lost.values()),
        dropped=Counter(clean.dropped) + Counter(loaded.lost),
        repaired=Counter(clean.repaired) + Counter(loaded.repaired),
        missing=Counter(clean.missing) + Counter(loaded.missing),
        notes=clean.notes + notes,
    )


def with_platforms(gathered: Gathering, profiles: list[AccountsTable]) -> list[AccountsTable]:
    """Prefix ids with their platform if there are several platforms."""
    parts = gathered.parts
    tables = [part.table for part in parts]
    platforms = {name for table in tables if "platform" in table.columns for name in table["platform"].unique()}
    if len(platforms) < 2:
        return profiles
    gathered.parts = [
        replace(part, table=with_platform(part.table), withdrawn=with_platform(part.withdrawn)) for part in parts
    ]
    gathered.known, gathered.names = (
        [with_platform(table) for table in kind] for kind in (gathered.known, gathered.names)
    )
    return [
        (with_platform(table) if "platform" in table.columns else table, columns, where)
        for table, columns, where in profiles
    ]
