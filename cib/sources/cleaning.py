"""Clean a raw table: parse its values and decide which rows are kept.

Tables of every format pass through the same steps. Values are parsed column by column (:mod:`cib.sources.values`); each
row is then kept, or dropped for a stated reason. Steps that need all rows at once are in :mod:`cib.sources.assembly`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import polars as pl

from cib.activity import ACCOUNT_COLUMNS, ALWAYS, POST_COLUMNS, PSEUDO_ACCOUNTS, TIME
from cib.errors import InputError
from cib.mapped import release_pages
from cib.sources import clocks, values
from cib.sources.columns import MENTION
from cib.sources.format import Format
from cib.sources.lists import lists
from cib.sources.rows import JOINED

__all__ = [
    "MAX_BAD",
    "NO_ACTION",
    "AccountsTable",
    "Clean",
    "clean_accounts",
    "clean_posts",
    "read_accounts",
]

#: Maximum share of unreadable rows that are dropped; a larger share is an error.
MAX_BAD = 1e-3

#: Note for a source without an action column.
NO_ACTION = "no column states the action: rows with a target were read as retweets, others as posts"
_WITHDRAWN = {"post_id": pl.String(), "platform": pl.String()}

#: No account is older; tools write the zero of a clock where no creation time is known (twscrape does).
_OLDEST_ACCOUNT = datetime(1971, 1, 1, tzinfo=UTC)

#: An accounts table with canonical column names, their names in the source, and the table's name for messages.
AccountsTable = tuple[pl.DataFrame, Mapping[str, str], str]


@dataclass(frozen=True)
class Clean:
    """Kept rows of one part of a source, with counts of dropped, repaired and missing values."""

    table: pl.DataFrame
    rows_read: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    repaired: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)
    withdrawn: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_WITHDRAWN))


def clean_posts(
    raw: pl.DataFrame,
    columns: Mapping[str, str],
    format: Format,
    *,
    synonyms: Mapping[str, str | None],
    zone: str | None,
    where: str,
    max_bad: float = MAX_BAD,
    words: Collection[str] = (),
    digits: Collection[str] | None = None,
) -> Clean:
    """Parse the values of one table of posts, and keep or drop its rows.

    Parameters
    ----------
    raw : polars.DataFrame
        Canonical column names, unparsed values.
    columns : mapping of str to str
        Canonical column name to the source's, for messages.
    format : Format
    synonyms : mapping of str to str or None
        The source's word for an action to ours, see :class:`Columns`.
    zone : str or None
        Time zone of naive times.
    where : str
        Name of the table, for messages.
    max_bad : float
        Maximum share of rows whose time is unreadable, in [0, 1].
    words : collection of str
        Words for a missing value inside lists.
    digits : collection of str, optional
        Columns that are digits only, which need no search for other characters, if this is known.

    Returns
    -------
    Clean

    Raises
    ------
    InputError
        If a column cannot be parsed exactly, or too many times cannot be parsed.
    """
    if digits is None:
        digits = {column.name for column in raw if column.name.endswith("_id") and values.are_digits(column)}
    raw, nulls = _without_nul(raw, digits)
    release_pages()
    table, notes, missing = _read_columns(raw, columns, synonyms, zone or format.zone, where, words, digits)
    label = f"{where}, column {columns.get('created_at', 'created_at')!r}"
    unreadable = _unreadable(raw["created_at"], table["created_at"], label, max_bad)
    if "action" not in raw.columns:
        notes += [] if format.needs_object else [NO_ACTION]
        table = table.with_columns(action=_action_by_target())
    extra = [raw[name] for name in ("platform", "withdrawn", *JOINED) if name in raw.columns]
    if "server_at" in raw.columns:
        extra.append(values.times(raw["server_at"], None, where).values.alias("server_at"))
    table = clocks.prefer_server(format.refine(_mentions(table.with_columns(extra))))
    if format.platform and "platform" not in table.columns:
        table = table.with_columns(platform=pl.lit(format.platform))
    kept, dropped, withdrawn = _judge(table, unreadable, format)
    repaired = {"NUL removed": nulls} if nulls else {}
    return Clean(kept, raw.height, dropped, tuple(notes), repaired, missing, withdrawn)


def _without_nul(raw: pl.DataFrame, digits: Collection[str]) -> tuple[pl.DataFrame, int]:
    """Remove NUL characters, which later writers cannot store, and return the number of values repaired."""
    texts = (column for column in raw if column.dtype == pl.String and column.name not in digits)
    bad = {
        column.name: int(column.str.contains("\0", literal=True).sum())
        for column in texts
        if values.holds(column.unique() if column.name == "action" else column, "\0")
    }
    if not bad:
        return raw, 0
    return raw.with_columns(pl.col(list(bad)).str.replace_all("\0", "", literal=True)), sum(bad.values())


def _read_columns(
    raw: pl.DataFrame,
    columns: Mapping[str, str],
    synonyms: Mapping[str, str | None],
    zone: str | None,
    where: str,
    words: Collection[str],
    digits: Collection[str],
) -> tuple[pl.DataFrame, list[str], dict[str, int]]:
    read: dict[str, pl.Series] = {}
    notes: list[str] = []
    missing: dict[str, int] = {}
    for name in POST_COLUMNS:
        if name in raw.columns:
            theirs = columns.get(name, name)
            label = f"{where}, column {theirs!r}"
            column = _read_column(raw[name], name, synonyms, zone, label, words, name in digits)
            release_pages()
            read[name] = column.values
            missing |= {theirs: column.missing} if column.missing else {}
            notes += [f"{theirs if theirs.isidentifier() else repr(theirs)} {note}" for note in column.notes]
    absent = [pl.lit(None, dtype=POST_COLUMNS[name]).alias(name) for name in ALWAYS if name not in read]
    return pl.DataFrame(read).with_columns(absent), notes, missing


def _read_column(
    column: pl.Series,
    name: str,
    synonyms: Mapping[str, str | None],
    zone: str | None,
    label: str,
    words: Collection[str],
    digits: bool,
) -> values.Column:
    kind = POST_COLUMNS[name]
    if kind == TIME:
        return values.times(column, zone, label)
    if name == "action":
        return values.Column(values.actions(column, synonyms, label))
    if isinstance(kind, pl.List):
        listed = lists(column, name, label, words)
        return listed._replace(values=_real_mentions(listed.values)) if name == "mentions" else listed
    if name.endswith("account_id"):
        return values.Column(values.real_accounts(values.ids(column, label, digits=digits)))
    return values.Column(values.ids(column, label, digits=digits) if name.endswith("_id") else values.text(column))


def _real_mentions(mentions: pl.Series) -> pl.Series:
    real = ~pl.element().is_in(PSEUDO_ACCOUNTS)
    return mentions.list.eval(pl.element().filter(real))


def _unreadable(raw: pl.Series, read: pl.Series, label: str, max_bad: float) -> pl.Series:
    """Mark the rows whose time is stated but unreadable; raise if their share exceeds `max_bad`."""
    bad = read.is_null() & values.stated(raw) if read.null_count() else read.is_null()
    count = int(bad.sum())
    if count > max_bad * len(raw):
        raise InputError(
            f"{count:,} of {len(raw):,} times cannot be read",
            where=values.row_of(bad, label),
            got=repr(raw.filter(bad)[0]),
            remedy="Write times as ISO 8601 (2020-09-13T12:26:40Z) or unix seconds.",
        )
    return bad


def _action_by_target() -> pl.Expr:
    aimed = pl.any_horizontal(pl.col("target_post_id", "target_account_id").is_not_null())
    return pl.when(aimed).then(pl.lit("retweet")).otherwise(pl.lit("post")).cast(values.ANY_ACTION)


def _mentions(table: pl.DataFrame) -> pl.DataFrame:
    """Convert rows whose action is a mention into posts that mention the target account."""
    mention = pl.col("action") == MENTION
    if not table.select(mention.any()).item():
        return table
    target = pl.concat_list("target_account_id").list.drop_nulls()
    before = pl.col("mentions") if "mentions" in table.columns else pl.lit(None, dtype=pl.List(pl.String))
    return table.with_columns(
        mentions=pl.when(mention).then(target).otherwise(before),
        action=pl.when(mention).then(pl.lit("post", dtype=values.ANY_ACTION)).otherwise("action"),
        target_account_id=pl.when(~mention).then("target_account_id"),
    )


def _judge(
    table: pl.DataFrame, unreadable: pl.Series, format: Format
) -> tuple[pl.DataFrame, dict[str, int], pl.DataFrame]:
    """Drop each row for the first reason that applies; return kept rows, counts by reason, and withdrawn posts."""
    time = pl.col("created_at")
    late = datetime.now(UTC) + timedelta(days=1)
    withdrawn, has_withdrawn = pl.DataFrame(schema=_WITHDRAWN), "withdrawn" in table.columns
    if has_withdrawn:
        if "platform" not in table.columns:
            table = table.with_columns(platform=pl.lit(None, dtype=pl.String))
        withdrawn = table.filter("withdrawn").select(list(_WITHDRAWN))
    applies = {
        "withdrawal of a post": pl.col("withdrawn") if has_withdrawn else pl.lit(False),
        "no account": pl.col("account_id").is_null(),
        "unreadable time": pl.lit(unreadable),
        "no time": time.is_null(),
        "time out of range": (time > late) | ((time < format.first) if format.first else False),
        "no action": pl.col("action").is_null(),
        "action left out": pl.col("action") == values.LEFT_OUT,
        "no object": pl.col("target_post_id").is_null() & format.needs_object,
    }
    kept, dropped = table, {}
    if table.select(pl.any_horizontal(applies.values()).any()).item():
        reasons = pl.Enum(list(applies))
        reason = pl.coalesce(pl.when(test).then(pl.lit(name, dtype=reasons)) for name, test in applies.items())
        why = table.select(reason=reason)["reason"]
        dropped = dict(why.drop_nulls().cast(pl.String).value_counts().sort("reason").iter_rows())
        kept = table.filter(why.is_null())
    if has_withdrawn:
        kept = kept.drop("withdrawn")
    if "platform" in kept.columns and kept["platform"].null_count() == kept.height:
        kept = kept.drop("platform")
    return kept.with_columns(pl.col("action").cast(POST_COLUMNS["action"])), dropped, withdrawn


def clean_accounts(tables: Sequence[AccountsTable], zone: str | None) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Parse accounts tables and keep one row per account.

    Parameters
    ----------
    tables : sequence of AccountsTable
        The row with the latest ``seen_at`` (time of observation) is kept.
    zone : str or None
        Time zone of naive times; UTC if None, since a resolution of days is enough here.

    Returns
    -------
    polars.DataFrame, tuple of str
        The accounts sorted by id, and notes for the import report.
    """
    if not tables:
        return read_accounts(tables, zone), ()
    table = read_accounts(tables, zone)
    known = table.filter(pl.col("account_id").is_not_null())
    order = [*(name for name in ("account_id", "seen_at") if name in known.columns), *known.columns]
    single = known.sort(list(dict.fromkeys(order))).unique(subset="account_id", keep="last", maintain_order=True)
    counted = {
        "rows of the accounts table name no account": table.height - known.height,
        "rows of the accounts table repeat an account; one was kept": known.height - single.height,
    }
    remarks = [f"{count:,} {what}" for what, count in counted.items() if count and "seen_at" not in known.columns]
    single, unset = _without_placeholders(single)
    if unset:
        remarks.append(f"{unset:,} accounts state a creation time before 1971; it was read as unknown")
    return single.select(name for name in ACCOUNT_COLUMNS if name in single.columns), tuple(remarks)


def _without_placeholders(accounts: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Remove creation times that no account can have; return their number too."""
    if "created_at" not in accounts.columns:
        return accounts, 0
    unset = pl.col("created_at") < _OLDEST_ACCOUNT
    count = int(accounts.select(unset.sum()).item())
    return accounts.with_columns(created_at=pl.when(~unset).then("created_at")), count


def read_accounts(tables: Sequence[AccountsTable], zone: str | None) -> pl.DataFrame:
    """Read the values of accounts tables, all of their rows; ``seen_at`` and ``platform`` stay as they are."""
    read = [_read_accounts(raw, columns, zone or "UTC", where) for raw, columns, where in tables]
    return pl.concat(read, how="diagonal") if read else pl.DataFrame(schema={"account_id": pl.String})


def _read_accounts(raw: pl.DataFrame, columns: Mapping[str, str], zone: str, where: str) -> pl.DataFrame:
    read = [raw["seen_at"]] if "seen_at" in raw.columns else []
    for name, kind in ACCOUNT_COLUMNS.items():
        if name in raw.columns:
            label = f"{where}, column {columns.get(name, name)!r}"
            read.append(_read_account_column(raw[name], name, kind, zone, label).alias(name))
    return pl.DataFrame([*read, raw["platform"]] if "platform" in raw.columns else read)


def _read_account_column(column: pl.Series, name: str, kind: pl.DataType, zone: str, label: str) -> pl.Series:
    if kind == TIME:
        return values.times(column, zone, label).values
    if name == "account_id":
        return values.real_accounts(values.ids(column, label))
    return values.counts(column) if kind == pl.Int64 else values.text(column)
