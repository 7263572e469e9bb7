"""Read files and data frames into an Activity.

A source is a path, a folder, a glob, a list of paths, or a frame. It is opened as parts; the format of each part is
recognised by its column names or records; each part is cleaned on its own, and all parts are assembled together. If
they are from several platforms, ids are prefixed: ``x:17``, ``bluesky:did:plc:...``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import polars as pl

from cib.activity import Activity
from cib.domains import ANY_TEXT, FLAG, MAPPING, SHARE, TEXT, either, instance, several, takes, whole
from cib.engine import EngineActivity, engine_of, settle
from cib.errors import InputError, warn
from cib.progress import SILENT, Watch, say
from cib.sources.assembly import assemble
from cib.sources.cleaning import MAX_BAD, AccountsTable, clean_accounts
from cib.sources.columns import Columns, columns_of, match_columns
from cib.sources.engines import on_engine
from cib.sources.format import Format
from cib.sources.formats.canonical import CANONICAL
from cib.sources.formats.shares import SHARES, is_share_table
from cib.sources.frames import NoRowsError, Part, frame_part, library_of
from cib.sources.gathering import Gathering, with_platforms
from cib.sources.paths import files_of
from cib.sources.registry import known_formats, named_format
from cib.sources.signals import mapping_to_write
from cib.sources.streams import MOST_UNPACKED
from cib.sources.tables import SUFFIXES, file_part
from cib.sources.values import check_zone

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

__all__ = ["Opened", "Reading", "assembled", "check_signals", "read"]


@overload
def read(
    source: pl.LazyFrame | DuckDBPyRelation,
    *,
    accounts: Any = None,
    columns: Mapping[str, str | None] | Columns | None = None,
    format: str | Format | None = None,
    zone: str | None = None,
    strict: bool = False,
    max_bad: float = MAX_BAD,
    missing: Collection[str] | None = None,
    max_bytes: int = MOST_UNPACKED,
    progress: bool = True,
) -> EngineActivity: ...
@overload
def read(
    source: Any,
    *,
    accounts: Any = None,
    columns: Mapping[str, str | None] | Columns | None = None,
    format: str | Format | None = None,
    zone: str | None = None,
    strict: bool = False,
    max_bad: float = MAX_BAD,
    missing: Collection[str] | None = None,
    max_bytes: int = MOST_UNPACKED,
    progress: bool = True,
) -> Activity: ...
@takes(
    columns=either(instance("Columns"), MAPPING, None),
    format=either(TEXT, instance("Format"), None),
    missing=either(several(ANY_TEXT, "['NULL']"), None),
    zone=either(TEXT, None),
    strict=FLAG,
    max_bad=SHARE,
    max_bytes=whole(1, 2**62),
    progress=FLAG,
)
def read(
    source: Any,
    *,
    accounts: Any = None,
    columns: Mapping[str, str | None] | Columns | None = None,
    format: str | Format | None = None,
    zone: str | None = None,
    strict: bool = False,
    max_bad: float = MAX_BAD,
    missing: Collection[str] | None = None,
    max_bytes: int = MOST_UNPACKED,
    progress: bool = True,
) -> Activity | EngineActivity:
    """Read the actions of accounts from files or data frames.

    Parameters
    ----------
    source : path, list of paths, or frame
        A file (.csv, .tsv, .json, .jsonl, .ndjson, .parquet; also .gz, .bz2, .xz, .zst and .zip), a folder of
        such files, a glob, or a pandas, Polars or PyArrow frame. Several files are read as one table. A Polars
        LazyFrame, a DuckDB relation or a PySpark DataFrame is not loaded; its rows stay on its engine.
    accounts : path, list of paths, or frame, optional
        Profiles of the accounts.
    columns : dict or Columns, optional
        Canonical column to the source's column, for names that are not recognised; a :class:`Columns` also maps the
        source's words for actions and the columns of `accounts`.
    format : str or Format, optional
        The format, if it is not recognised: 'canonical' (canonical columns), 'shares' (CooRTweet), 'x-release',
        'x-v2', 'twarc-csv', 'x-v1', 'bluesky', '4cat', ...; or a :class:`Format` of your own.
    zone : str, optional
        IANA name of the time zone of naive times, such as ``'UTC'``.
    strict : bool
        Whether to raise if any row is dropped.
    max_bad : float
        Maximum share of unreadable lines, and of unreadable times, in [0, 1]; they are dropped and counted.
    missing : collection of str, optional
        Words for a missing value. By default the usual ones (NA, nan, None, NULL, ...) in text tables (CSV, TSV), and
        none in sources that have null; ``()`` keeps every word.
    max_bytes : int
        Size in bytes up to which any compressed file is unpacked; beyond it, up to 200 times its compressed size.
    progress : bool
        Whether to print one line of the import report to standard error, and the progress of long reads.

    Returns
    -------
    Activity, or EngineActivity of a lazy frame
        Its ``imported`` report accounts for every row. Rows are dropped if they have no account or no time, a time
        before 2005 or more than one day in the future, or if they duplicate another row. If the source has no post
        ids, they are generated in the sort order of the rows.

    Raises
    ------
    InputError
        If the source cannot be read without loss or guessing; the message names the place and the remedy.
    SettingsError
        If an argument is invalid.

    Examples
    --------
    >>> import cib
    >>> frame = pl.DataFrame({
    ...     "user_id": ["7", "8", "8"],
    ...     "tweet_id": ["1", "2", "2"],
    ...     "action": ["tweet", "retweet", "retweet"],
    ...     "retweeted_id": [None, "1", "1"],
    ...     "created_at": ["2020-09-13T12:26:40Z", "2020-09-13T12:27:00Z", "2020-09-13T12:27:00Z"],
    ... })
    >>> activity = cib.read(frame, progress=False)
    >>> activity.imported.dropped, activity.imported.columns["account_id"]
    ({'duplicate': 1}, 'user_id')
    >>> activity.posts["target_account_id"].to_list()
    [None, '7']
    """
    reading = Reading.of(
        source,
        accounts=accounts,
        columns=columns,
        format=format,
        zone=zone,
        max_bad=max_bad,
        missing=missing,
        max_bytes=max_bytes,
        watch=Watch(progress),
    )
    opened, formats = reading.opened, reading.formats

    def in_memory() -> Activity:
        gathering, tables = reading.gather()
        activity = assembled(opened, formats, gathering, with_platforms(gathering, tables), reading.why)
        check_signals(activity.posts_table, gathering, opened.name, strict=strict)
        return activity

    activity: Activity | EngineActivity
    if engine_of(reading.source):
        known, _ = clean_accounts([] if accounts is None else _accounts_tables(accounts, reading.given), zone)
        mapping = formats[0].columns(opened.names, reading.given, opened.name)
        activity = on_engine(
            reading.source,
            mapping,
            formats[0],
            reading.why,
            synonyms=reading.given.actions,
            zone=zone,
            take_over=in_memory,
            accounts=known,
        )
    else:
        activity = in_memory()
    if strict and activity.imported.dropped:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in activity.imported.dropped.items())
        raise InputError("rows were dropped, and strict=True allows none", where=opened.name, got=reasons)
    say(str(activity.imported), progress)
    return activity


def check_signals(posts: pl.DataFrame, gathered: Gathering, where: str, *, strict: bool = False) -> None:
    """Warn, or raise if strict, if no action or no target was read although unread columns seem to hold one."""
    for name in (name for name, are_actions in gathered.actions.items() if are_actions):
        what = f"the column {name!r} holds words for actions and is not read, so that reposts may count as own posts"
        _object(what, f"Map it: columns={{'action': {name!r}}}.", where, strict)
    if not gathered.signals or any(posts[name].count() for name in ("target_post_id", "target_account_id")):
        return
    what = (
        f"no row has a target, though unread columns speak of what posts act on or say: {', '.join(gathered.signals)}"
    )
    written = mapping_to_write(gathered.signals, gathered.columns, gathered.whose)
    _object(what, f"Map what they hold: {written}.", where, strict)


def _object(what: str, remedy: str, where: str, strict: bool) -> None:
    if strict:
        raise InputError(what, where=where, remedy=remedy)
    warn(f"{where}: {what}. {remedy}")


def assembled(
    opened: Opened, formats: Sequence[Format], gathered: Gathering, profiles: list[AccountsTable], why: str
) -> Activity:
    """Assemble the gathered parts and profiles into one activity."""
    table, remarks = clean_accounts(profiles, gathered.zone)
    return assemble(
        gathered.parts,
        table,
        replace(formats[0], name=" + ".join(gathered.formats)),
        known=gathered.known,
        names=gathered.names,
        source=opened.name,
        why=why,
        columns=gathered.columns,
        unread=tuple(gathered.unread),
        notes=[*gathered.notes, *remarks, *opened.notes],
        files=opened.files,
        library=opened.library,
    )


@dataclass(frozen=True, eq=False)
class Opened:
    """Opened source: its columns are known, its rows are not loaded yet."""

    name: str
    parts: tuple[Part, ...]
    library: str = "polars"
    files: int = 0
    notes: tuple[str, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Distinct columns of all parts, in order of first occurrence."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.names))


@dataclass(frozen=True, eq=False)
class Reading:
    """Opened source with the options of reading it."""

    source: Any
    opened: Opened
    formats: list[Format]
    given: Columns
    accounts: Any
    why: str
    zone: str | None
    max_bad: float
    missing: Collection[str] | None
    watch: Watch

    @classmethod
    def of(
        cls,
        source: Any,
        *,
        accounts: Any = None,
        columns: Mapping[str, str | None] | Columns | None = None,
        format: str | Format | None = None,
        zone: str | None = None,
        max_bad: float = MAX_BAD,
        missing: Collection[str] | None = None,
        max_bytes: int = MOST_UNPACKED,
        watch: Watch = SILENT,
    ) -> Reading:
        """Open a source; the arguments are those of :func:`read`."""
        check_zone(zone)
        given = columns_of(columns)
        source = settle(source)
        opened = _open(source, given.of("posts"), watch, max_bytes, _forced(format))
        formats = _recognised(opened, given, format)
        why = "as asked" if format else _why(formats[0], given)
        return cls(source, opened, formats, given, accounts, why, zone, max_bad, missing, watch)

    def gather(self) -> tuple[Gathering, list[AccountsTable]]:
        """Load and clean all parts, and load the account tables."""
        gathering = Gathering(self.given, self.zone, self.max_bad, self.missing, wants_profiles=self.accounts is None)
        for number, (part, chosen) in enumerate(zip(self.opened.parts, self.formats, strict=True)):
            gathering.take(part, chosen, self.opened.names)
            self.watch.see(part.where, number + 1, len(self.opened.parts), "files")
        gathering.finish()
        return gathering, (gathering.profiles if self.accounts is None else _accounts_tables(self.accounts, self.given))


def _open(
    source: Any,
    given: Mapping[str, str | None],
    watch: Watch = SILENT,
    max_bytes: int = MOST_UNPACKED,
    forced: Format | None = None,
) -> Opened:
    library = library_of(source)
    if library or not isinstance(source, str | Path | list | tuple):
        where = f"{engine_of(source) or library} frame" if library else "source"
        return Opened(where, (frame_part(source, where),), library or "")
    paths, notes = [], []
    for item in [source] if isinstance(source, str | Path) else source:
        found, passed_over = files_of(item, max_bytes, watch)
        paths += found
        notes += [f"{item}: {passed_over} files of other kinds were passed over"] if passed_over else []
    name = str(source) if isinstance(source, str | Path) else f"{len(paths)} files"
    if not paths:
        raise InputError("there is no file to read", where=name, remedy=f"Known are {', '.join(SUFFIXES)}.")
    named = frozenset(theirs for theirs in given.values() if theirs is not None)
    records = [format for format in known_formats().values() if format.read]
    parts, empty = [], []
    for path in paths:
        try:
            parts.append(file_part(path, records, forced, named))
        except NoRowsError as error:
            empty.append(error)
    if not parts:
        raise empty[0]
    if empty:
        more = f" and {len(empty) - 1:,} more files" if len(empty) > 1 else ""
        notes.append(f"{empty[0].where}{more}: empty, 0 rows")
    return Opened(name, tuple(parts), files=len(paths), notes=tuple(notes))


def _forced(format: str | Format | None) -> Format | None:
    return named_format(format) if isinstance(format, str) else format


def _recognised(opened: Opened, given: Columns, format: str | Format | None) -> list[Format]:
    """Return the format of each part; several formats are allowed only if the platform of each is known."""
    formats = [_forced(format) or part.format or _kind(part.names, given) for part in opened.parts]
    for chosen, part in zip(formats, opened.parts, strict=True):
        if chosen.read and not part.format:
            raise InputError(
                f"a table holds no records of the format {chosen.name!r}",
                where=part.where,
                remedy="Records stand in files of JSON (.json, .jsonl, .ndjson).",
            )
    kinds = dict(zip((chosen.name for chosen in formats), opened.parts, strict=True))
    if len(kinds) > 1 and any(chosen.platform is None for chosen in formats):
        raise InputError(
            "the files are of different formats",
            where=opened.name,
            got=", ".join(f"{part.where}: {name}" for name, part in kinds.items()),
            remedy="Read them one by one; a table of accounts goes to accounts=.",
        )
    return formats


def _kind(names: Sequence[str], given: Columns) -> Format:
    if given.posts:
        return SHARES if is_share_table(given.posts) else CANONICAL
    return next((format for format in known_formats().values() if format.tells and format.tells(names)), CANONICAL)


def _why(format: Format, given: Columns) -> str:
    return "its columns are mapped" if given.posts and format is CANONICAL else format.why


def _accounts_tables(source: Any, given: Columns) -> list[AccountsTable]:
    opened = _open(source, given.of("accounts"))
    mapping = match_columns(opened.names, given.of("accounts"), table="accounts", where=opened.name)
    tables: list[AccountsTable] = []
    for part in opened.parts:
        present = {ours: theirs for ours, theirs in mapping.items() if theirs in part.names}
        raw = part.load(list(dict.fromkeys(present.values()))).table
        tables.append((raw.select(**present), mapping, part.where))
    return tables
