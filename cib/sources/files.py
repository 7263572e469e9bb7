"""read(): whatever holds the data -> Activity.

A source is a path, a folder, a glob, a list of paths, or a frame. It is opened as parts; the format is
told by the names of the columns; each part is cleaned by itself, and all are assembled together.
"""

from __future__ import annotations

import glob
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import polars as pl

from cib.activity import Activity
from cib.engine import EngineActivity, engine_of
from cib.errors import InputError, SettingsError, did_you_mean
from cib.progress import say
from cib.sources.cleaning import AccountsTable, Clean, Format, assemble, clean_accounts, clean_posts
from cib.sources.columns import Columns, columns_of, match_columns
from cib.sources.engines import on_engine
from cib.sources.frames import Part, frame_part, library_of
from cib.sources.shares import SHARES, is_share_table
from cib.sources.tables import SUFFIXES, file_part, suffix_of
from cib.sources.values import check_zone
from cib.sources.x_release import X_RELEASE, is_x_release

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

__all__ = ["CANONICAL", "FORMATS", "read"]


def _match(names: Sequence[str], columns: Columns, where: str) -> dict[str, str]:
    return match_columns(names, columns.of("posts"), required=_NEEDED, where=where)


_NEEDED = ("account_id", "created_at")

#: One row is one thing an account did; columns by our names, their aliases, or a mapping.
CANONICAL = Format("canonical", match=_match)

#: What ``format=`` takes.
FORMATS = {format.name: format for format in (CANONICAL, SHARES, X_RELEASE)}


@overload
def read(
    source: pl.LazyFrame | DuckDBPyRelation,
    *,
    accounts: Any = None,
    columns: Mapping[str, str | None] | Columns | None = None,
    format: str | None = None,
    zone: str | None = None,
    progress: bool = True,
) -> EngineActivity: ...
@overload
def read(
    source: Any,
    *,
    accounts: Any = None,
    columns: Mapping[str, str | None] | Columns | None = None,
    format: str | None = None,
    zone: str | None = None,
    progress: bool = True,
) -> Activity: ...
def read(
    source: Any,
    *,
    accounts: Any = None,
    columns: Mapping[str, str | None] | Columns | None = None,
    format: str | None = None,
    zone: str | None = None,
    progress: bool = True,
) -> Activity | EngineActivity:
    """Read what accounts did.

    Parameters
    ----------
    source : path, list of paths, or frame
        A file (.csv, .tsv, .jsonl, .ndjson, .parquet; text also with .gz or .zst), a folder of such files,
        a glob, or a pandas, Polars or PyArrow frame. Several files are read as one table. A Polars
        LazyFrame, a DuckDB relation or a PySpark DataFrame is not read; it stays on its engine.
    accounts : path, list of paths, or frame, optional
        What is known about the accounts themselves.
    columns : dict or Columns, optional
        Our column to the source's, for names that are not recognised; a :class:`Columns` also says what
        the source calls actions, and how the columns of `accounts` map.
    format : {'canonical', 'shares', 'x-release'}, optional
        The format, where it is not told by the columns. Share tables may have times before 2005.
    zone : str, optional
        IANA name of the time zone of times that state none, such as ``'UTC'``.
    progress : bool
        Whether to print one line of the import report, to standard error.

    Returns
    -------
    Activity, or EngineActivity of a lazy frame
        Its ``imported`` says what became of every row. Rows are dropped without an account, without a
        time (also one before 2005, or more than a day ahead), and if they repeat another row. Where the
        source has no post ids they are made up, in the order of the rows' content.

    Raises
    ------
    InputError
        If the source cannot be read without loss or guesswork; the message says where and what to do.
    SettingsError
        If an argument makes no sense.

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
    check_zone(zone)
    given = columns_of(columns)
    opened = _open(source)
    chosen, why = _recognise(opened, given, format)
    mapping = chosen.match(opened.names, given, opened.name)

    def in_memory() -> Activity:
        cleaned, profiles = _clean_parts(opened, mapping, chosen, given, zone, profiles=accounts is None)
        tables = profiles if accounts is None else _accounts_tables(accounts, given)
        table, remarks = clean_accounts(tables, zone)
        return assemble(
            cleaned,
            table,
            chosen,
            source=opened.name,
            why=why,
            columns=mapping,
            notes=[*remarks, *opened.notes],
            files=opened.files,
            library=opened.library,
        )

    activity = (
        on_engine(source, mapping, chosen, why, synonyms=given.actions, zone=zone, take_over=in_memory)
        if engine_of(source)
        else in_memory()
    )
    say(str(activity.imported), progress)
    return activity


@dataclass(frozen=True)
class _Opened:
    """A source whose columns are known and whose rows are not yet loaded."""

    name: str
    parts: tuple[Part, ...]
    library: str = "polars"
    files: int = 0
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for part in self.parts for name in part.names))


def _open(source: Any) -> _Opened:
    library = library_of(source)
    if library or not isinstance(source, str | Path | list | tuple):
        where = f"{engine_of(source) or library} frame" if library else "source"
        return _Opened(where, (frame_part(source, where),), library or "")
    named = [source] if isinstance(source, str | Path) else list(source)
    paths, notes = [], []
    for item in named:
        found, passed_over = _paths(item)
        paths += found
        notes += [f"{item}: {passed_over} files of other kinds were passed over"] if passed_over else []
    name = str(source) if isinstance(source, str | Path) else f"{len(paths)} files"
    if not paths:
        raise InputError("there is no file to read", where=name, remedy=f"Known are {', '.join(SUFFIXES)}.")
    return _Opened(name, tuple(file_part(path) for path in paths), files=len(paths), notes=tuple(notes))


def _paths(item: Any) -> tuple[list[Path], int]:
    """The files that a path, folder or glob stands for, sorted, and the number of others in a folder."""
    if not isinstance(item, str | Path):
        raise InputError("a list must hold paths", where="source", got=type(item).__name__)
    path = Path(item)
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
        known = [file for file in files if suffix_of(file) in SUFFIXES]
        return known, len(files) - len(known)
    if path.is_file():
        return [path], 0
    if glob.has_magic(str(item)):
        matches = Path(path.anchor).glob(str(path.relative_to(path.anchor)))
        return sorted(match for match in matches if match.is_file()), 0
    siblings = [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []
    hint = did_you_mean(path.name, siblings) or "Check the path."
    raise InputError("there is no such file or folder", where=str(item), remedy=hint)


def _recognise(opened: _Opened, given: Columns, format: str | None) -> tuple[Format, str]:
    if format is not None:
        if format not in FORMATS:
            hint = did_you_mean(format, FORMATS) or f"Take one of {', '.join(FORMATS)}."
            raise SettingsError(f"format={format!r} is not known", remedy=hint)
        return FORMATS[format], "as asked"
    kinds = {part.where: _kind(part.names, given) for part in opened.parts}
    first = opened.parts[0].where
    other = next((where for where in kinds if kinds[where] != kinds[first]), None)
    if other is not None:
        raise InputError(
            "the files are of different formats",
            where=opened.name,
            got=f"{first}: {kinds[first][0].name}, {other}: {kinds[other][0].name}",
            remedy="Read them one by one; a table of accounts goes to accounts=.",
        )
    return kinds[first]


def _kind(names: Sequence[str], given: Columns) -> tuple[Format, str]:
    if is_x_release(names) and not given.posts:
        return X_RELEASE, "it has the columns tweetid, userid and tweet_time"
    if is_share_table(names) or is_share_table(given.posts):
        return SHARES, "it has the columns of a share table"
    return CANONICAL, "its columns are mapped" if given.posts else "its columns are known by name"


def _clean_parts(
    opened: _Opened, mapping: Mapping[str, str], format: Format, given: Columns, zone: str | None, *, profiles: bool
) -> tuple[list[Clean], list[AccountsTable]]:
    """Clean each part by itself, and take the profiles that its posts carry, if wanted."""
    cleaned: list[Clean] = []
    carried: list[AccountsTable] = []
    for part in opened.parts:
        raw, lost = _load(part, mapping, format)
        ours = _ours(raw, mapping, format, part.where)
        clean = clean_posts(ours, mapping, format, synonyms=given.actions, zone=zone, where=part.where)
        cleaned.append(_with_lost(clean, lost))
        if profiles and format.accounts:
            carried.append((format.accounts(raw), {}, part.where))
    return cleaned, carried


def _load(part: Part, mapping: Mapping[str, str], format: Format) -> tuple[pl.DataFrame, Mapping[str, int]]:
    for ours in _NEEDED:
        if mapping[ours] not in part.names:
            raise InputError(
                f"the column {mapping[ours]!r} is missing",
                where=part.where,
                got=f"columns {', '.join(part.names)}",
                remedy="All files of a source need it.",
            )
    wanted = {*mapping.values(), *format.also}
    return part.load([name for name in part.names if name in wanted])


def _ours(raw: pl.DataFrame, mapping: Mapping[str, str], format: Format, where: str) -> pl.DataFrame:
    if format.translate:
        return format.translate(raw, where)
    return raw.select(**{ours: theirs for ours, theirs in mapping.items() if theirs in raw.columns})


def _with_lost(clean: Clean, lost: Mapping[str, int]) -> Clean:
    """Add the rows that the file itself did not give."""
    return replace(clean, rows_read=clean.rows_read + sum(lost.values()), dropped={**clean.dropped, **lost})


def _accounts_tables(source: Any, given: Columns) -> list[AccountsTable]:
    opened = _open(source)
    mapping = match_columns(opened.names, given.of("accounts"), table="accounts", where=opened.name)
    tables: list[AccountsTable] = []
    for part in opened.parts:
        present = {ours: theirs for ours, theirs in mapping.items() if theirs in part.names}
        raw, _ = part.load(list(dict.fromkeys(present.values())))
        tables.append((raw.select(**present), mapping, part.where))
    return tables
