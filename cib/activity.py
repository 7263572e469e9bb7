"""Activity: the posts and accounts that all stages take as input.

An :class:`Activity` holds two tables. ``posts`` has one row per action of an account; ``accounts`` has
the data of the accounts themselves. It is made by :func:`cib.read` (or :func:`cib.simulate`), which
clean, deduplicate and sort the rows, so that results do not depend on the order of the input rows.

Ids are strings. A missing value is null, never 0 and never "". *Retweet* means every verbatim
re-share (repost, boost, reblog, forward).

In-memory frames of any library are converted to Polars once. ``posts_table`` and ``accounts_table`` are
Polars frames; ``posts``, ``accounts`` and every table that a method returns are in the library of the user.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import InitVar, dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from html import escape
from typing import Any

import narwhals as nw
import polars as pl

from cib.errors import InputError, MissingDependencyError, SettingsError
from cib.import_report import ImportReport
from cib.mapped import release_pages

__all__ = ["ACCOUNT_COLUMNS", "ACTIONS", "POST_COLUMNS", "PSEUDO_ACCOUNTS", "Activity"]

#: Actions of an account. A mention is not an action: it is a property of a post.
ACTIONS = ("post", "retweet", "quote", "reply")

TIME = pl.Datetime("us", "UTC")

#: Placeholders for "no account": as account ids they would link all accounts that acted on them.
PSEUDO_ACCOUNTS = ("[deleted]", "[removed]", "unknown")

#: Columns of ``posts``. The first seven are required; the others are present if the source has them.
POST_COLUMNS: dict[str, pl.DataType] = {
    "account_id": pl.String(),
    "post_id": pl.String(),
    "action": pl.Enum(ACTIONS),
    "created_at": TIME,
    "target_post_id": pl.String(),
    "target_account_id": pl.String(),
    "target_created_at": TIME,
    "text": pl.String(),
    "lang": pl.String(),
    "client": pl.String(),
    "urls": pl.List(pl.String()),
    "hashtags": pl.List(pl.String()),
    "mentions": pl.List(pl.String()),
    "media": pl.List(pl.String()),
}
ALWAYS = tuple(POST_COLUMNS)[:7]

#: Columns of ``accounts``; the first is required, the others are present if the source has them.
ACCOUNT_COLUMNS: dict[str, pl.DataType] = {
    "account_id": pl.String(),
    "name": pl.String(),
    "created_at": TIME,
    "followers": pl.Int64(),
    "following": pl.Int64(),
    "posts": pl.Int64(),
    "description": pl.String(),
}

#: Number of rows hashed or compared at a time, so that memory is bounded.
_ROWS_PER_PART = 500_000

#: Number of ids from which on they are numbered by compiled code: if it is loaded, and if not, as that takes a second.
_MANY, _MOST = 2_000, 5_000_000


@dataclass(frozen=True, eq=False, repr=False)
class Activity:
    """Posts and accounts, cleaned and sorted.

    Parameters
    ----------
    posts_table : polars.DataFrame
        Columns of :data:`POST_COLUMNS`, sorted by time, then account, then post.
    accounts_table : polars.DataFrame
        Columns of :data:`ACCOUNT_COLUMNS`, sorted by ``account_id``, one row per account.
    imported : ImportReport
        Number of rows read, kept, and dropped by reason.
    library : {'polars', 'pandas', 'pyarrow'}
        Library of the tables that are returned.
    numbered : tuple of two polars.Series, optional
        :attr:`account_ids` and :attr:`account_codes`, if the caller has computed them.

    Examples
    --------
    >>> import cib
    >>> activity = cib.simulate(scale=0.002, seed=1).activity
    >>> activity.imported.rows_read == activity.imported.rows_kept
    True
    >>> activity.posts.columns[:4]
    ['account_id', 'post_id', 'action', 'created_at']
    >>> activity.between("2020-04-01", "2020-04-08").filter(pl.col("action") == "retweet")
    Activity(... rows: ... retweet; ... accounts, 2020-04-01 to 2020-04-07)
    """

    posts_table: pl.DataFrame
    accounts_table: pl.DataFrame
    imported: ImportReport
    library: str = "polars"
    numbered: InitVar[tuple[pl.Series, pl.Series] | None] = None

    def __post_init__(self, numbered: tuple[pl.Series, pl.Series] | None) -> None:
        if numbered is not None:
            for name, values in zip(("account_ids", "account_codes"), numbered, strict=True):
                object.__setattr__(self, name, values)
        _check_schema("posts", self.posts_table, POST_COLUMNS, ALWAYS)
        _check_schema("accounts", self.accounts_table, ACCOUNT_COLUMNS, ("account_id",))

    @cached_property
    def posts(self) -> Any:
        """One row per action of an account, in the library of the activity's input."""
        return self.native(self.posts_table)

    @cached_property
    def accounts(self) -> Any:
        """Data of the accounts, in the library of the activity's input; may have no rows."""
        return self.native(self.accounts_table)

    @cached_property
    def account_ids(self) -> pl.Series:
        """Every account that acted, was acted on or was mentioned, sorted, each once."""
        return accounts_in(self.posts_table)

    @cached_property
    def account_codes(self) -> pl.Series:
        """Position in :attr:`account_ids` of the account of each post."""
        return encode(self.posts_table["account_id"], self.account_ids)

    @cached_property
    def target_codes(self) -> pl.Series:
        """Position in :attr:`account_ids` of the account that each post acts on, null for none."""
        return encode(self.posts_table["target_account_id"], self.account_ids)

    @cached_property
    def mention_codes(self) -> pl.DataFrame:
        """Mentions in posts that are no retweets: ``row``, and ``target``, the position in :attr:`account_ids`."""
        rows = self.posts_table.lazy().with_row_index("row")
        if "mentions" not in self.posts_table.columns:
            return rows.head(0).select("row", target=pl.lit(0, pl.UInt32)).collect()
        named = rows.filter(pl.col("action") != "retweet", pl.col("mentions").list.len() > 0)
        rows_and_ids = named.select("row", target=pl.col("mentions")).explode("target").collect()
        return rows_and_ids.with_columns(target=encode(rows_and_ids["target"], self.account_ids))

    @cached_property
    def fingerprint(self) -> str:
        """Hexadecimal BLAKE2b digest of both tables; the same for the same content in any row order."""
        digest = hashlib.blake2b(digest_size=16)
        for table in (self.posts_table, self.accounts_table):
            for name in sorted(table.columns):
                digest.update(f"\x1e{name}\x1e{table.height}".encode())
                for start in range(0, table.height, _ROWS_PER_PART):
                    digest.update(_column_bytes(table[name].slice(start, _ROWS_PER_PART)))
                release_pages()
        return digest.hexdigest()

    def keep_posts(self, keep: pl.Series) -> Activity:
        """Keep the posts where `keep` is true; accounts and import report are unchanged."""
        kept = []
        for column in self.posts_table.iter_columns():
            kept.append(column.filter(keep))
            release_pages()  # a column at a time
        return replace(self, posts_table=pl.DataFrame(kept))

    def filter(self, predicate: Any) -> Activity:
        """Filter the rows by a predicate.

        Parameters
        ----------
        predicate : expression, function or sequence of bool
            A Polars or narwhals expression over the columns of :attr:`posts`, a function of :attr:`posts`, or one
            truth value per row. Missing truth values count as false.

        Returns
        -------
        Activity
            Its import report counts the other rows as dropped. The accounts are unchanged.

        Raises
        ------
        InputError
            If the predicate does not give one truth value per row.

        Examples
        --------
        >>> import cib
        >>> activity = cib.simulate(scale=0.002, seed=1).activity
        >>> retweets = activity.filter(pl.col("action") == "retweet")
        >>> retweets.imported.dropped["filtered by the user"] == len(activity) - len(retweets)
        True
        """
        keep = _truth_values(predicate, self)
        rest = self.keep_posts(keep)
        return replace(rest, imported=self.imported.without(len(self) - len(rest), rest.posts_table["created_at"]))

    def between(self, start: datetime | date | str, end: datetime | date | str) -> Activity:
        """Filter the rows to a time interval.

        Parameters
        ----------
        start, end : datetime, date or str
            Start, inclusive, and end, exclusive; strings in ISO 8601. Without a time zone they are in UTC.

        Returns
        -------
        Activity
            See :meth:`filter`.

        Examples
        --------
        >>> import cib
        >>> activity = cib.simulate(scale=0.002, seed=1).activity
        >>> week = activity.between("2020-04-01", "2020-04-08")
        >>> (week.imported.first.day, week.imported.last.day)
        (1, 7)
        """
        begin, stop = _moment("start", start), _moment("end", end)
        if begin >= stop:
            raise SettingsError("start must lie before end", got=f"{begin.isoformat()} and {stop.isoformat()}")
        return self.filter(self.posts_table["created_at"].is_between(begin, stop, "left"))

    def native(self, frame: pl.DataFrame) -> Any:
        """Convert a result to the library of the activity's input.

        Parameters
        ----------
        frame : polars.DataFrame

        Returns
        -------
        polars.DataFrame, pandas.DataFrame or pyarrow.Table
        """
        return to_library(frame, self.library)

    def __len__(self) -> int:
        return self.posts_table.height

    def __repr__(self) -> str:
        actions = dict(self.posts_table["action"].value_counts(sort=True).iter_rows())
        counts = ", ".join(f"{count:,} {action}" for action, count in sorted(actions.items(), key=lambda a: -a[1]))
        span = ""
        if self.imported.first and self.imported.last:
            span = f", {self.imported.first:%Y-%m-%d} to {self.imported.last:%Y-%m-%d}"
        rows, accounts = (
            f"{n:,} {what}{'s' * (n != 1)}" for n, what in ((len(self), "row"), (len(self.account_ids), "account"))
        )
        return f"Activity({rows}: {counts or 'none'}; {accounts}{span})"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}<br>{escape(str(self.imported))}</p>{self.posts_table.head(5)._repr_html_()}"


def _truth_values(predicate: Any, activity: Activity) -> pl.Series:
    posts = activity.posts_table
    try:
        if isinstance(predicate, pl.Expr):
            keep = posts.select(predicate).to_series()
        elif isinstance(predicate, nw.Expr):
            keep = nw.from_native(posts, eager_only=True).select(predicate).to_native().to_series()
        else:
            given = predicate(activity.posts) if callable(predicate) else predicate
            keep = pl.Series(given, dtype=pl.Boolean)
    except (pl.exceptions.PolarsError, TypeError, ValueError) as error:
        raise InputError("the rows to keep cannot be told", got=str(error).splitlines()[0]) from error
    if keep.dtype != pl.Boolean or len(keep) != len(posts):
        raise InputError(
            f"filter needs one truth value for each of {len(posts):,} rows",
            got=f"{len(keep):,} of type {keep.dtype}",
            remedy="Write a comparison, such as polars.col('lang') == 'en'.",
        )
    return keep.fill_null(False)


def _moment(argument: str, value: datetime | date | str) -> datetime:
    """Parse a moment and convert it to UTC."""
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else value.isoformat())
    except (AttributeError, ValueError):
        raise SettingsError(
            f"{argument}={value!r} is not a moment", remedy="Write '2020-06-12' or '2020-06-12T08:00+00:00'."
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def to_library(frame: pl.DataFrame, library: str) -> Any:
    """Convert a Polars frame to `library`, one of 'polars', 'pandas' and 'pyarrow'."""
    if library == "polars":
        return frame
    try:
        return frame.to_pandas() if library == "pandas" else frame.to_arrow()
    except ImportError as error:
        raise MissingDependencyError(
            f"{library} results need pandas and pyarrow",
            remedy="Install them: pip install 'cib-detect[pandas]'.",
        ) from error


def accounts_in(posts: pl.DataFrame) -> pl.Series:
    """List every account that acted, was acted on or was mentioned, sorted, each once.

    >>> accounts_in(pl.DataFrame({"account_id": ["b", "a"], "target_account_id": [None, "c"]})).to_list()
    ['a', 'b', 'c']
    """
    seen = [distinct(posts[name]) for name in ("account_id", "target_account_id")]
    if "mentions" in posts.columns:
        seen.append(distinct(posts["mentions"].explode()))
    return pl.concat(ids.alias("account_id") for ids in seen).unique().sort()


def distinct(column: pl.Series) -> pl.Series:
    """Return the distinct ids of a column, in any order, without null."""
    if column.null_count() == len(column):
        return pl.Series(column.name, [], pl.String)
    if _are_many(column) and (numbers := numbered_ids(column)):
        return numbers[0].drop_nulls()
    # the streaming engine takes a third of the time
    return column.to_frame("id").lazy().drop_nulls().unique().collect(engine="streaming")["id"]


def coded(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the distinct ids of a column without nulls, sorted, and the position of each of its ids in them.

    >>> [part.to_list() for part in coded(pl.Series(["b", "a", "b"]))]
    [['a', 'b'], [1, 0, 1]]
    """
    if _are_many(column) and (numbers := numbered_ids(column)):
        import numpy as np  # takes a tenth of a second to import

        from cib.compiled import found

        ids = numbers[0].sort()
        rank = np.empty(len(ids), np.uint32)
        rank[found(ids.hash().to_numpy(), *numbers[2:])] = np.arange(len(ids), dtype=np.uint32)
        return ids, pl.Series(rank[numbers[1]])
    ids = distinct(column).sort()
    return ids, encode(column, ids)


def _are_many(column: pl.Series) -> bool:
    """Return whether to number ids by compiled code is faster."""
    return len(column) >= (_MANY if "cib.compiled" in sys.modules else _MOST)


def numbered_ids(column: pl.Series) -> tuple[pl.Series, Any, Any, Any] | None:
    """Number the ids by hash; return the id of each number, the numbers, and a table of hashes; None if any collide."""
    from cib.compiled import numbered

    codes, firsts, known, table = numbered(column.hash().to_numpy())
    ids = column.gather(pl.Series(firsts))
    for start in range(0, len(column), _ROWS_PER_PART):  # in parts, so that no second column of texts is in memory
        part = column.slice(start, _ROWS_PER_PART)
        if ids.gather(pl.Series(codes[start : start + _ROWS_PER_PART])).ne_missing(part).any():
            return None
    return ids, codes, known, table


def are_among(column: pl.Series, others: pl.Series) -> pl.Series:
    """Return whether each id of a column is among others; ids whose hashes collide may count as well."""
    if not _are_many(column):
        return column.hash().is_in(others.drop_nulls().hash().unique().implode())
    from cib.compiled import found, numbered

    *_, known, table = numbered(others.hash().to_numpy())
    return pl.Series(found(column.hash().to_numpy(), known, table) >= 0)


def encode(column: pl.Series, ids: pl.Series) -> pl.Series:
    """Replace ids by their position in `ids`; null where the id is missing or not among them.

    Parameters
    ----------
    column : polars.Series of str, shape (n,)
    ids : polars.Series of str
        Distinct ids.

    Returns
    -------
    polars.Series of uint32, shape (n,)

    Examples
    --------
    >>> encode(pl.Series(["b", None, "x", "a"]), pl.Series(["a", "b"])).to_list()
    [1, None, None, 0]
    """
    # looking up hashes takes half the time, or a sixth if compiled; collisions are found by comparing the ids
    if _are_many(column):
        from cib.compiled import found, numbered

        *_, known, table = numbered(ids.hash().to_numpy())
        codes = pl.Series("code", found(column.hash().to_numpy(), known, table))
        if column.null_count() or (codes == -1).any():
            codes = codes.set((codes == -1) | column.is_null(), None)
        if len(known) == len(ids) and not (ids.gather(codes) != column).any():
            return codes.cast(pl.UInt32)
    else:
        hashed = pl.when(pl.col("id").is_not_null()).then(pl.col("id").hash())
        codes = _positions(column.to_frame("id").select(hash=hashed), ids.to_frame("id").select(hash=hashed))
        if len(codes) == len(column) and not (ids.gather(codes) != column).any():
            return codes
    return _positions(column.to_frame("id"), ids.to_frame("id"))


def _positions(wanted: pl.DataFrame, known: pl.DataFrame) -> pl.Series:
    """Find the row of `known` equal to each of `wanted` by a join, three times as fast as a cast to Enum."""
    return wanted.join(known.with_row_index("code"), on=known.columns, how="left", maintain_order="left")["code"]


def _check_schema(which: str, table: pl.DataFrame, schema: dict[str, pl.DataType], required: tuple[str, ...]) -> None:
    missing = [name for name in required if name not in table.columns]
    if missing:
        raise InputError(
            f"{which} lack the column {missing[0]!r}",
            got=f"columns {', '.join(table.columns)}",
            remedy="Make an Activity with cib.read(frame), which maps and cleans the columns.",
        )
    for name, dtype in table.schema.items():
        if schema.get(name) != dtype:
            raise InputError(
                f"{which} have a column {name!r} of type {dtype}",
                got=f"{dtype} where {schema.get(name, 'no such column')} is expected",
                remedy="Make an Activity with cib.read(frame), which maps and cleans the columns.",
            )


def _column_bytes(column: pl.Series) -> bytes:
    if column.dtype == pl.List(pl.String()):
        column = _joined(column)
    if not column.dtype.is_numeric():
        column = column.cast(pl.Int64) if column.dtype.is_temporal() else column.cast(pl.String)
    text: bytes = column.cast(pl.String).fill_null("\x00").str.join("\x1f").cast(pl.Binary).item()
    return text


def _joined(lists: pl.Series) -> pl.Series:
    """Join the texts of each list; most lists are empty, which need no joining."""
    several = (lists.list.len() > 0).cast(pl.UInt32)  # null for null
    texts = lists.filter(several == 1).list.join("\x1d")
    return pl.concat([pl.Series(texts.name, [""]), texts]).gather(several.cum_sum() * several)
