"""Create an EngineActivity from a lazy frame: the engine maps the columns and filters the rows.

The rules are those of :mod:`cib.sources.cleaning` that apply to single rows. One query counts the rows by reason for
dropping and by action word, so that the import report adds up and an unknown word is an error, as in memory. Steps that
need all rows at once are not done, and the report states this: duplicates, rounded ids, generated post ids.

Columns that would have to be guessed are refused: the user casts text to times or lists in the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import narwhals as nw
import polars as pl

from cib.activity import ACTIONS, ALWAYS, POST_COLUMNS, PSEUDO_ACCOUNTS, TIME, Activity
from cib.engine import EngineActivity, engine_of, fetch, with_microseconds
from cib.errors import InputError
from cib.import_report import ImportReport
from cib.sources import values
from cib.sources.assembly import STEPS, nothing_left
from cib.sources.cleaning import NO_ACTION
from cib.sources.columns import MENTION
from cib.sources.format import Format

__all__ = ["on_engine"]

Frame = nw.LazyFrame[Any]

_NOT_LOOKED_FOR = "on an engine, repeated rows and rounded ids are not looked for, and no post ids are made up"
_SPILLS_HERE = "DuckDB spills into .tmp in the working directory; SET temp_directory to another folder"

#: Smallest unix times in milli-, micro- and nanoseconds, as in :func:`cib.sources.values.times`.
_MILLI, _MICRO, _NANO = 10**11, 10**14, 10**17


def on_engine(
    source: Any,
    mapping: Mapping[str, str],
    format: Format,
    why: str,
    *,
    synonyms: Mapping[str, str | None],
    zone: str | None,
    take_over: Callable[[], Activity],
    accounts: pl.DataFrame,
) -> EngineActivity:
    """Create an activity whose rows stay on their engine.

    Parameters
    ----------
    source : polars.LazyFrame, duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
    mapping : mapping of str to str
        Canonical column to the source's column.
    format : Format
    why : str
        How the format was recognised, for the report.
    synonyms : mapping of str to str or None
        The source's word for an action to ours, see :class:`cib.Columns`.
    zone : str or None
        Time zone of naive times; only UTC is supported here.
    take_over : callable
        Function that reads the same source into memory.
    accounts : polars.DataFrame
        Table of what is known about the accounts.

    Returns
    -------
    EngineActivity

    Raises
    ------
    InputError
        If the type of a column would require guessing, or no row is kept.
    """
    where = f"{engine_of(source)} frame"
    if format.translate or format.read or format.whole or format.refine is not Format.refine:
        raise _refused(f"format {format.name!r}", "is more than a mapping of columns", where)
    typed = _typed(nw.from_native(source), mapping, zone or format.zone, where)
    judged = typed.with_columns(_reason(format))
    counted = _counted(judged)
    meaning = values.meanings(counted["action"].drop_nulls().unique().sort().to_list(), synonyms, lambda _: where)
    if MENTION in meaning.values():
        raise _refused("an action 'mention'", "would have to become a list of mentions", where)
    if "action" in mapping:
        judged = judged.with_columns(action=_translated(meaning))
        read_as = counted["action"].replace_strict(meaning, default=None, return_dtype=pl.String)
        counted = counted.with_columns(reason=pl.coalesce("reason", _action_reason(read_as)))
    judged = judged.filter(nw.col("reason").is_null(), ~nw.col("action").is_null())
    if format.needs_object:
        judged = judged.filter(~nw.col("target_post_id").is_null())
        counted = counted.with_columns(reason=pl.coalesce("reason", pl.when("aimless").then(pl.lit("no object"))))
    notes = [_NOT_LOOKED_FOR]
    if "action" not in mapping and not format.needs_object:
        notes.insert(0, NO_ACTION)
    if engine_of(source) == "duckdb" and _spills_here(source):
        notes.append(_SPILLS_HERE)
    posts = judged.select(*(name for name in POST_COLUMNS if name in (*ALWAYS, *mapping)))
    report = _report(counted, where, f"{format.name}: {why}", mapping, notes)
    return EngineActivity(posts, report, take_over, accounts_table=accounts)


def _refused(what: str, why: str, where: str, got: object = None) -> InputError:
    return InputError(
        f"{what} cannot be read on an engine: it {why}",
        where=where,
        got=got,
        remedy="Cast it in the engine, leave it out with columns={...: None}, or read the rows into memory.",
    )


def _spills_here(relation: Any) -> bool:
    return bool(relation.query("_", "SELECT current_setting('temp_directory') = '.tmp'").fetchall()[0][0])


def _typed(raw: Frame, mapping: Mapping[str, str], zone: str | None, where: str) -> Frame:
    """Select the canonical columns with canonical types; null where nothing is stated."""
    schema = raw.collect_schema()
    posts = raw.select(**{ours: nw.col(theirs) for ours, theirs in mapping.items()})
    for ours, theirs in mapping.items():
        label, kind = f"column {theirs!r}", schema[theirs]
        if POST_COLUMNS[ours] == TIME:
            posts = _times(posts, ours, kind, zone, label, where)
        elif isinstance(POST_COLUMNS[ours], pl.List):
            if not (isinstance(kind, nw.List) and kind.inner == nw.String):
                raise _refused(label, "holds no lists of text", where, kind)
        elif kind.is_float() or not (kind.is_integer() or kind in (nw.String, nw.Categorical, nw.Enum, nw.Unknown)):
            raise _refused(label, "holds neither text nor whole numbers", where, kind)
        else:
            nothing = ["", *PSEUDO_ACCOUNTS] if ours.endswith("account_id") else [""]
            text = nw.col(ours).cast(nw.String)
            posts = posts.with_columns(nw.when(~text.is_in(nothing)).then(text).alias(ours))
    absent = {name: nw.Int64() if POST_COLUMNS[name] == TIME else nw.String() for name in ALWAYS if name not in mapping}
    if absent:  # narwhals raises if no column is added
        posts = posts.with_columns(**{name: nw.lit(None, dtype=kind) for name, kind in absent.items()})
    if "action" in mapping:
        return posts
    aimed = ~(nw.col("target_post_id").is_null() & nw.col("target_account_id").is_null())
    return posts.with_columns(action=nw.when(aimed).then(nw.lit("retweet")).otherwise(nw.lit("post")))


def _times(posts: Frame, name: str, kind: Any, zone: str | None, label: str, where: str) -> Frame:
    if kind.is_integer():
        return posts.with_columns(_unix(nw.col(name).cast(nw.Int64)).alias(name))
    if not isinstance(kind, nw.Datetime | nw.Date):
        raise _refused(label, "holds no times", where, kind)
    zoned = isinstance(kind, nw.Datetime) and kind.time_zone is not None
    if not zoned and zone != "UTC":
        raise InputError(
            f"the times of {label} state no zone" if zone is None else f"times in {zone} cannot be read on an engine",
            where=where,
            remedy='If they are UTC, say zone="UTC"; if not, convert them in the engine.',
        )
    return with_microseconds(posts, name, zoned=zoned)


def _unix(number: nw.Expr) -> nw.Expr:
    """Convert a unix time to microseconds; its magnitude determines its unit."""
    size = number.abs()
    # engines may use float division: exact here, since the quotient is an integer below 2^53
    nano = ((number - number % 1_000) / 1_000).round().cast(nw.Int64)
    finer = nw.when(size < _NANO).then(number).otherwise(nano)
    milli = nw.when(size < _MICRO).then(number * 1_000).otherwise(finer)
    return nw.when(size < _MILLI).then(number * 1_000_000).otherwise(milli)


def _reason(format: Format) -> nw.Expr:
    """Return the first reason to drop a row that does not depend on its action."""
    late = datetime.now(UTC) + timedelta(days=1)
    time = nw.col("created_at")
    out = time > round(late.timestamp() * 1e6)
    if format.first:
        out |= time < round(format.first.timestamp() * 1e6)
    reason = nw.when(out).then(nw.lit("time out of range")).otherwise(nw.lit(None, dtype=nw.String))
    reason = nw.when(time.is_null()).then(nw.lit("no time")).otherwise(reason)
    return nw.when(nw.col("account_id").is_null()).then(nw.lit("no account")).otherwise(reason).alias("reason")


def _counted(judged: Frame) -> pl.DataFrame:
    """Count the rows by action word, reason and missing target, with time range and resolution, in one query."""
    time = nw.col("created_at")
    rough = {f"finer{k}": (time % round(step * 1e6) != 0).cast(nw.Int64) for k, step in enumerate(STEPS[:-1])}
    unstated = ~nw.col("target_post_id").is_null() & nw.col("target_account_id").is_null()
    rows = judged.select(
        "action", "reason", "created_at", unstated=unstated.cast(nw.Int64),
        aimless=nw.col("target_post_id").is_null(), **rough,
    )  # fmt: skip
    sums = (nw.col(name).sum().alias(name) for name in ("unstated", *rough))
    groups = rows.group_by("action", "reason", "aimless").agg(
        nw.len().alias("rows"), time.min().alias("first"), time.max().alias("last"), *sums
    )
    whole = ("rows", "first", "last", "unstated", *rough)
    return fetch(groups).with_columns(pl.col(whole).cast(pl.Int64))


def _translated(meaning: Mapping[str, str]) -> nw.Expr:
    """Return the canonical action of each word, null for those that are dropped."""
    action = nw.lit(None, dtype=nw.String)
    for ours in ACTIONS:
        words = [word for word, said in meaning.items() if said == ours]
        action = nw.when(nw.col("action").is_in(words)).then(nw.lit(ours)).otherwise(action) if words else action
    return action


def _action_reason(action: pl.Series) -> pl.Expr:
    left_out = pl.when(pl.lit(action) == values.LEFT_OUT).then(pl.lit("action left out"))
    return pl.when(pl.lit(action).is_null()).then(pl.lit("no action")).otherwise(left_out)


def _report(
    counted: pl.DataFrame, where: str, format: str, mapping: Mapping[str, str], notes: list[str]
) -> ImportReport:
    total = int(counted["rows"].sum())
    left_out = counted.drop_nulls("reason").group_by("reason").agg(pl.col("rows").sum()).sort("reason")
    dropped = dict(left_out.iter_rows())
    kept = counted.filter(pl.col("reason").is_null())
    if kept.is_empty():
        raise nothing_left(where, total, dropped)
    first, last = kept.select(pl.col("first").min().cast(TIME), pl.col("last").max().cast(TIME)).row(0)
    return ImportReport(
        where,
        format,
        rows_read=total,
        rows_kept=int(kept["rows"].sum()),
        dropped=dropped,
        columns=dict(mapping),
        first=first,
        last=last,
        precision=next((step for k, step in enumerate(STEPS[:-1]) if not kept[f"finer{k}"].sum()), STEPS[-1]),
        targets_unknown=int(kept["unstated"].sum()),
        notes=tuple(notes),
    )
