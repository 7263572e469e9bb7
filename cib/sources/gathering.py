"""The parts of a source -> clean rows: loaded and cleaned one after the other, and what is learned on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import polars as pl

from cib.errors import InputError
from cib.sources.assembly import with_platform
from cib.sources.cleaning import AccountsTable, Clean, Format, clean_posts
from cib.sources.columns import Columns
from cib.sources.frames import Loaded, Part

__all__ = ["NEEDED", "Gathering", "with_platforms"]

#: Without these a table says nothing.
NEEDED = ("account_id", "created_at")

#: Small files are cleaned together up to so many rows.
_ROWS_AT_ONCE = 500_000


class _Waiting(NamedTuple):
    """A part that is loaded and not yet cleaned."""

    part: Part
    format: Format
    mapping: Mapping[str, str]
    loaded: Loaded

    def is_like(self, loaded: Loaded, format: Format) -> bool:
        same_lines = not self.loaded.bad and not loaded.bad
        return same_lines and self.format is format and self.loaded.table.schema == loaded.table.schema


class Gathering:
    """The parts of a source, cleaned one after the other, and what is learned on the way."""

    def __init__(self, given: Columns, zone: str | None, max_bad: float, *, wants_profiles: bool) -> None:
        self.given, self.zone, self.max_bad, self.wants_profiles = given, zone, max_bad, wants_profiles
        self.parts: list[Clean] = []
        self.profiles: list[AccountsTable] = []
        self.columns: dict[str, str] = {}
        self.formats: dict[str, None] = {}
        self._noted: dict[str, list[str]] = {}
        self._waiting: list[_Waiting] = []

    def take(self, part: Part, format: Format, names: Sequence[str]) -> None:
        """Load one part, and clean it with its like."""
        mapping = format.match(names, self.given, part.where)
        loaded = _load(part, mapping, format)
        loaded = loaded._replace(table=loaded.table.rechunk())  # to pick rows from pieces takes several times as long
        for seen in (format, *loaded.formats):
            self.formats[seen.name] = None
            self._remember(mapping if seen is format else seen.match(names, self.given, part.where))
        _refuse_bad_lines(loaded, self.max_bad, part.where)
        _refuse_mixed_ids(loaded, mapping, part.where)
        for note in (*_unread(part, mapping, format), *loaded.notes):
            self._noted.setdefault(note, []).append(part.where)
        self._take_profiles(loaded, format, part.where)
        if self._waiting and not self._waiting[-1].is_like(loaded, format):
            self.finish()
        self._waiting.append(_Waiting(part, format, mapping, loaded))
        if sum(waiting.loaded.table.height for waiting in self._waiting) > _ROWS_AT_ONCE:
            self.finish()

    def finish(self) -> None:
        """Clean what was loaded: in one go, for small files cost more than their rows; in trouble one by one."""
        waiting, self._waiting = self._waiting, []
        if len(waiting) < 2:
            self.parts += [self._clean(one.part, one.format, one.mapping, one.loaded) for one in waiting]
            return
        first, lost, repaired = waiting[0], Counter[str](), Counter[str]()
        for one in waiting:
            lost.update(one.loaded.lost)
            repaired.update(one.loaded.repaired)
        table = pl.concat([one.loaded.table for one in waiting], rechunk=True)
        try:
            self.parts.append(self._clean(first.part, first.format, first.mapping, Loaded(table, lost, repaired)))
        except InputError:
            for one in waiting:
                self._clean(one.part, one.format, one.mapping, one.loaded)
            raise

    @property
    def notes(self) -> list[str]:
        """What the files had to say, and how many of them."""
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
        )
        return _with_lost(clean, loaded)

    def _take_profiles(self, loaded: Loaded, format: Format, where: str) -> None:
        if self.wants_profiles and loaded.accounts is not None:
            self.profiles.append((loaded.accounts, {}, where))
        elif self.wants_profiles and format.accounts:
            carried = format.accounts(loaded.table).with_columns(platform=pl.lit(format.platform))
            self.profiles.append((carried, {}, where))

    def _remember(self, mapping: Mapping[str, str]) -> None:
        for ours, theirs in mapping.items():
            known = self.columns.setdefault(ours, theirs)
            if theirs not in known.split(" | "):
                self.columns[ours] = f"{known} | {theirs}"


def _load(part: Part, mapping: Mapping[str, str], format: Format) -> Loaded:
    if part.format:
        return part.load(())
    for ours in NEEDED:
        if mapping[ours] not in part.names:
            raise InputError(
                f"the column {mapping[ours]!r} is missing",
                where=part.where,
                got=f"columns {', '.join(part.names)}",
                remedy="All files of a source need it.",
            )
    wanted = {*mapping.values(), *format.also}
    return part.load([name for name in part.names if format.whole or name in wanted])


def _unread(part: Part, mapping: Mapping[str, str], format: Format, most: int = 12) -> list[str]:
    """A note of the columns of a table that nothing is read from."""
    unread = [name for name in part.names if name and name not in {*mapping.values(), *format.also}]
    if format.whole or not unread:
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


def _with_lost(clean: Clean, loaded: Loaded) -> Clean:
    """Add what the file itself did not give, or gave broken."""
    lines = f" (line{'s' * (len(loaded.bad) > 1)} {', '.join(map(str, loaded.bad[:10]))})" if loaded.bad else ""
    notes = (f"unreadable lines were left out{lines}",) if loaded.bad else ()
    return replace(
        clean,
        rows_read=clean.rows_read + sum(loaded.lost.values()),
        dropped=Counter(clean.dropped) + Counter(loaded.lost),
        repaired=Counter(clean.repaired) + Counter(loaded.repaired),
        notes=clean.notes + notes,
    )


def with_platforms(parts: list[Clean], profiles: list[AccountsTable]) -> tuple[list[Clean], list[AccountsTable]]:
    """Let ids carry their platform, if there are several."""
    tables = [part.table for part in parts]
    platforms = {name for table in tables if "platform" in table.columns for name in table["platform"].unique()}
    if len(platforms) < 2:
        return parts, profiles
    named = [replace(part, table=with_platform(part.table), withdrawn=with_platform(part.withdrawn)) for part in parts]
    carried = [
        (with_platform(table) if "platform" in table.columns else table, columns, where)
        for table, columns, where in profiles
    ]
    return named, carried
