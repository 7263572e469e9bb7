"""Activity that stays where it is: on the engine that the user already runs.

A table of a billion rows is not read; it is asked. An :class:`EngineActivity` is made by :func:`cib.read` of a
Polars LazyFrame, a DuckDB relation or a PySpark DataFrame. It holds a plan and no rows: columns are mapped and
rows judged by the engine, and :func:`cib.detect`, the co-action graph, the interaction graphs and counts by account
are run there, too. Edges, and counts by account and object, come back; of a detection also the posts of members
(:func:`brought_back` counts them). Everything else asks for :meth:`EngineActivity.collect`.

It is a type of its own, and no :class:`cib.Activity` with another kind of table inside, because it promises
less: no repeated row is looked for, no post id made up, no order of rows exists.

Times are whole microseconds since 1970, UTC, in ``posts``. DuckDB and Spark keep the time zone in the session,
where it would change what a query means; whole numbers mean the same everywhere.

A DuckDB connection is used as it is. To bound it, and to let it spill outside of your own folders (by default it
spills into ``.tmp`` in the working directory, and leaves the files there if it is killed)::

    con = duckdb.connect(config={"memory_limit": "2GB", "temp_directory": tempfile.mkdtemp()})
    con.execute("SET preserve_insertion_order = false")  # the order of rows has no effect here; less memory
    activity = cib.read(con.read_parquet("posts/*.parquet"))

Tables that are needed more than once are held while a graph or a detection is made, in DuckDB as a temporary table, in
Spark as a local checkpoint, in Polars as a Parquet file in a temporary folder, and let go at the end.
"""

from __future__ import annotations

import re
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from cib.activity import ACTIONS, TIME, Activity
from cib.errors import InputError
from cib.import_report import ImportReport

__all__ = [
    "BroughtBack",
    "EngineActivity",
    "brought_back",
    "engine_of",
    "fetch",
    "settle",
    "with_microseconds",
    "with_near",
    "with_rows",
]

Frame = nw.LazyFrame[Any]

#: What an :class:`Activity` has and this has not, because it would take the rows over.
_IN_MEMORY = {"posts_table", "accounts", "account_ids", "account_codes", "fingerprint", "native"}


@dataclass(frozen=True, eq=False, repr=False)
class EngineActivity:
    """Posts on an engine, mapped and cleaned by it.

    Parameters
    ----------
    posts : narwhals.LazyFrame
        The columns of :data:`cib.activity.POST_COLUMNS`; ``created_at`` and ``target_created_at`` as
        microseconds since 1970, UTC.
    imported : ImportReport
        How many rows there are, and were left out for which reason, as one query counted them.
        ``targets_unknown`` counts the rows that name a post without its author.
    take_over : callable
        Reads the same source into memory.
    library : str
        What edges come back in.
    accounts_table : polars.DataFrame
        What is known about the accounts, from ``accounts=``.
    numbered : NumberedActivity, optional
        The same posts with codes of accounts, while a detection runs.

    Examples
    --------
    >>> import cib
    >>> frame = pl.LazyFrame({"account_id": ["a", "b", ""], "target_post_id": ["x", "x", "x"],
    ...                       "created_at": [1_591_920_001] * 3})
    >>> activity = cib.read(frame, progress=False)
    >>> activity
    EngineActivity(polars, 2 rows, 2020-06-12 to 2020-06-12)
    >>> activity.imported.dropped
    {'no account': 1}
    >>> cib.coaction_graph(activity, min_weight=1).edges["weight"].to_list()
    [1]
    >>> activity.collect()
    Activity(2 rows: 2 retweet; 2 accounts, 2020-06-12 to 2020-06-12)
    """

    posts: Frame
    imported: ImportReport
    take_over: Callable[[], Activity] = field(repr=False)
    library: str = "polars"
    accounts_table: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"account_id": pl.String}))
    numbered: Any = field(default=None, repr=False)

    def collect(self) -> Activity:
        """Take the rows over into memory: an ordinary Activity, cleaned as one."""
        return self.take_over()

    def with_targets(self) -> Frame:
        """The posts, with author and time of a target filled in where it is itself among the posts."""
        aimed_at = self.posts.filter(~nw.col("target_post_id").is_null()).select(post_id="target_post_id").unique()
        originals = self.posts.join(aimed_at, on="post_id", how="semi")  # few of all posts
        known = originals.group_by("post_id").agg(author=nw.col("account_id").min(), made_at=nw.col("created_at").min())
        joined = self.posts.join(known, left_on="target_post_id", right_on="post_id", how="left")
        return joined.with_columns(
            target_account_id=nw.coalesce("target_account_id", "author"),
            target_created_at=nw.coalesce("target_created_at", "made_at"),
        ).drop("author", "made_at")

    def counts(self) -> pl.DataFrame:
        """How often each account did what, counted by the engine.

        Returns
        -------
        polars.DataFrame
            ``account_id``, ``posts, retweets, quotes, replies``, and ``first`` and ``last`` (UTC), by account.
        """
        names = dict(zip(ACTIONS, ("posts", "retweets", "quotes", "replies"), strict=True))
        did = {name: (nw.col("action") == action).cast(nw.Int64) for action, name in names.items()}
        time = nw.col("created_at")
        sums = [nw.col(name).sum() for name in did]
        grouped = self.posts.select("account_id", "created_at", **did).group_by("account_id")
        table = fetch(grouped.agg(*sums, time.min().alias("first"), time.max().alias("last")))
        return table.with_columns(pl.col(*did).cast(pl.Int64), pl.col("first", "last").cast(TIME)).sort("account_id")

    @cached_property
    def _connection(self) -> Any:
        """A relation on the connection of the posts, which is planned in no time and outlives all that is held."""
        posts: Any = self.posts.to_native()
        return posts.query("posts", "SELECT 1 AS one")

    @contextmanager
    def held(self, frame: Frame) -> Iterator[Frame]:
        """The rows of a query, kept by the engine for several queries, and let go at the end."""
        native, engine = frame.to_native(), engine_of(frame)
        if engine == "polars":
            with tempfile.TemporaryDirectory(prefix="cib-") as folder:
                native.sink_parquet(Path(folder) / "held.parquet", compression="lz4")
                yield nw.from_native(pl.scan_parquet(Path(folder) / "held.parquet"))
        elif engine == "duckdb":
            name = f"cib_{uuid.uuid4().hex}"
            native.query("plan", f"CREATE TEMPORARY TABLE {name} AS FROM plan")
            try:
                yield nw.from_native(self._connection.query("one", f"FROM temp.{name}"))
            finally:
                self._connection.query("one", f"DROP TABLE temp.{name}")
        else:  # Spark lets a checkpoint go with its frame; it cuts the plan, which would double with each step
            yield nw.from_native(native.localCheckpoint())

    @contextmanager
    def lent(self, table: pl.DataFrame) -> Iterator[Frame]:
        """A small table in memory, given to the engine, and taken back at the end."""
        posts: Any = self.posts.to_native()
        if engine_of(posts) == "polars":
            yield nw.from_native(table.lazy())
        elif engine_of(posts) == "duckdb":
            lent_rows = table  # noqa: F841 - DuckDB finds it by its name
            name = f"cib_{uuid.uuid4().hex}"
            self._connection.query("one", f"CREATE TEMPORARY TABLE {name} AS FROM lent_rows")
            try:
                yield nw.from_native(self._connection.query("one", f"FROM temp.{name}"))
            finally:
                self._connection.query("one", f"DROP TABLE temp.{name}")
        else:
            yield nw.from_native(posts.sparkSession.createDataFrame(table.to_arrow()))

    @contextmanager
    def mapped(self, frame: Frame, column: str, function: Callable[[pl.Series], pl.Series]) -> Iterator[Frame]:
        """A query with a column of text replaced by a function of it, computed a part of the rows at a time.

        Polars and Spark run the function where the rows are. From DuckDB the rows pass through Python in parts, and
        back into a temporary table; `frame` has whole numbers ``row`` that tell the parts.
        """
        native: Any = frame.to_native()
        if engine_of(native) == "polars":
            text = pl.col(column).map_batches(function, return_dtype=pl.String, is_elementwise=True)
            yield nw.from_native(native.with_columns(text))
        elif engine_of(native) == "duckdb":
            name = f"cib_{uuid.uuid4().hex}"
            first, end = fetch(frame.select(first=nw.col("row").min(), end=nw.col("row").max())).row(0)
            native.query("plan", f"CREATE TEMPORARY TABLE {name} AS FROM plan LIMIT 0")
            try:
                for begin in range(first or 0, -1 if end is None else end + 1, _ROWS_AT_ONCE):
                    row = nw.col("row")
                    part = fetch(frame.filter(row >= begin, row < begin + _ROWS_AT_ONCE), "passed through")
                    lent_rows = part.with_columns(function(part[column]).alias(column))  # noqa: F841
                    self._connection.query("one", f"INSERT INTO temp.{name} FROM lent_rows")
                yield nw.from_native(self._connection.query("one", f"FROM temp.{name}"))
            finally:
                self._connection.query("one", f"DROP TABLE temp.{name}")
        else:

            def map_batches(batches: Iterator[Any]) -> Iterator[Any]:
                for batch in batches:
                    rows = pl.DataFrame(pl.from_arrow(batch))
                    done = rows.with_columns(function(rows[column]).alias(column))
                    yield from done.to_arrow(compat_level=pl.CompatLevel.oldest()).to_batches()

            yield nw.from_native(native.mapInArrow(map_batches, native.schema))

    def __getattr__(self, name: str) -> Any:
        if name in _IN_MEMORY:
            raise InputError(
                "this stage needs the posts in memory",
                got=f"an activity on {engine_of(self.posts)}",
                remedy="Take them over first: activity.collect().",
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __len__(self) -> int:
        return self.imported.rows_kept

    def __repr__(self) -> str:
        span = f"{self.imported.first:%Y-%m-%d} to {self.imported.last:%Y-%m-%d}"
        return f"EngineActivity({engine_of(self.posts)}, {len(self):,} rows, {span})"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}<br>{escape(str(self.imported))}</p>"


def engine_of(source: object) -> str | None:
    """The engine of a lazy frame, 'polars', 'duckdb' or 'pyspark'; None for anything else.

    Examples
    --------
    >>> engine_of(pl.LazyFrame()), engine_of(pl.DataFrame())
    ('polars', None)
    """
    native = nw.to_native(source, pass_through=True)
    if nw.dependencies.is_polars_lazyframe(native):
        return "polars"
    if nw.dependencies.is_duckdb_relation(native):
        return "duckdb"
    return "pyspark" if nw.dependencies.is_pyspark_dataframe(native) else None


#: Steps and functions of a DuckDB plan that can give other rows each time it is run.
_UNREPEATABLE = re.compile(r"SAMPLE|LIMIT|TOP_N|random\(|uuid|nextval\(", re.IGNORECASE)


def settle(source: Any) -> Any:
    """Make a source give the same plain rows however often it is asked; what is none of an engine comes back as it is.

    A reader of Arrow batches, which can be read once, becomes a table. JSON scalars in DuckDB lose their quotes, so
    that ``"11"`` and ``11`` are one id. A DuckDB relation that samples, or takes some rows or random numbers, is run
    anew at each question: its rows are held in a temporary table, until the connection is closed.

    Examples
    --------
    >>> import duckdb
    >>> some = settle(duckdb.sql("SELECT * FROM range(1000) USING SAMPLE 50%"))
    >>> some.fetchall() == some.fetchall()
    True
    """
    native = nw.to_native(source, pass_through=True)
    if type(native).__name__ == "RecordBatchReader":
        return native.read_all()
    if engine_of(native) != "duckdb":
        return source
    columns = [_unquoted(name, str(kind)) for name, kind in zip(native.columns, native.types, strict=True)]
    if any(column.startswith("json") for column in columns):
        native = native.project(", ".join(columns))
    if _UNREPEATABLE.search(native.explain()):
        name = f"cib_{uuid.uuid4().hex}"
        native.query("plan", f"CREATE TEMPORARY TABLE {name} AS FROM plan")
        native = native.query("plan", f"FROM temp.{name}")
    return native


def _unquoted(column: str, kind: str) -> str:
    name = '"' + column.replace('"', '""') + '"'
    return f"json_extract_string({name}, '$') AS {name}" if kind == "JSON" else name


#: Rows that are looked at in memory at once.
_ROWS_AT_ONCE = 262_144


@dataclass
class BroughtBack:
    """What queries brought back: rows and bytes in all, and the rows of the largest answer, by what it was for."""

    rows: dict[str, int] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)
    largest: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, table: pl.DataFrame) -> None:
        """Count an answer."""
        self.rows[what] = self.rows.get(what, 0) + table.height
        self.bytes[what] = self.bytes.get(what, 0) + int(table.estimated_size())
        self.largest[what] = max(self.largest.get(what, 0), table.height)

    def __str__(self) -> str:
        parts = (f"{what} {rows:,} rows ({self.bytes[what] / 1e6:.1f} MB)" for what, rows in self.rows.items())
        return ", ".join(parts)


_counting: ContextVar[BroughtBack | None] = ContextVar("_counting", default=None)


@contextmanager
def brought_back() -> Iterator[BroughtBack]:
    """Count what queries bring back; inside of another count the same is counted on.

    >>> with brought_back() as counted:
    ...     table = fetch(nw.from_native(pl.LazyFrame({"a": [1, 2]})), "numbers")
    >>> counted.rows
    {'numbers': 2}
    """
    counted = _counting.get() or BroughtBack()
    token = _counting.set(counted)
    try:
        yield counted
    finally:
        _counting.reset(token)


def fetch(frame: Frame, what: str = "sums and counts") -> pl.DataFrame:
    """Run a query and take its result over; `what` it is for is counted by :func:`brought_back`."""
    native = frame.to_native()
    if isinstance(native, pl.LazyFrame):
        table = native.collect(engine="streaming")
    else:
        table = frame.collect("polars").to_native()
    counted = _counting.get()
    if counted is not None:
        counted.add(what, table)
    return table


def with_rows(frame: Frame) -> Frame:
    """Add a number of each row as ``row``: any numbers, each once, and others each time the plan is run."""
    native: Any = frame.to_native()
    if engine_of(native) == "polars":
        native = native.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    elif engine_of(native) == "duckdb":
        import duckdb

        row = duckdb.SQLExpression("row_number() OVER () - 1").alias("row")
        native = native.select(duckdb.StarExpression(), row)
    else:
        from pyspark.sql import functions

        native = native.withColumn("row", functions.monotonically_increasing_id())
    numbered: Frame = nw.from_native(native)
    return numbered


def with_microseconds(frame: Frame, column: str, *, zoned: bool) -> Frame:
    """Replace times by microseconds since 1970; `zoned` says whether they name an instant, or are UTC by word."""
    native: Any = frame.to_native()
    engine = engine_of(native)
    if engine == "polars":
        native = native.with_columns(pl.col(column).dt.timestamp("us"))
    elif engine == "duckdb":
        import duckdb

        micros = duckdb.FunctionExpression("epoch_us", duckdb.ColumnExpression(column)).alias(column)
        native = native.select(duckdb.StarExpression(exclude=[column]), micros)
    else:
        from pyspark.sql import functions

        time, since = functions.col(column), functions.lit("1970-01-01").cast("timestamp_ntz")
        by_word = functions.timestamp_diff("MICROSECOND", since, time)
        native = native.withColumn(column, functions.unix_micros(time) if zoned else by_word)
    microseconds: Frame = nw.from_native(native)
    return microseconds


def with_near(frame: Frame, window: int | None, *group: str) -> Frame:
    """Add how many others of its group each event lies within the window of, by ``time``, as ``near``."""
    native: Any = frame.to_native()
    engine = engine_of(native)
    if window is None:
        native = frame.with_columns(near=nw.len().over(*group).cast(nw.Int64) - 1).to_native()
    elif engine == "polars":
        lying = pl.len().rolling("time", period=f"{2 * window}i", offset=f"{-window}i", closed="both")
        native = native.sort(*group, "time").with_columns(near=lying.over(*group).cast(pl.Int64) - 1)
    elif engine == "duckdb":
        import duckdb

        near = f"RANGE BETWEEN {window} PRECEDING AND {window} FOLLOWING"
        within = f"count(*) OVER (PARTITION BY {', '.join(group)} ORDER BY time {near})"
        native = native.select(duckdb.StarExpression(), duckdb.SQLExpression(f"{within} - 1").alias("near"))
    else:
        from pyspark.sql import Window, functions

        # both frames grow; one that moves is counted anew for each event
        past = Window.partitionBy(*group).orderBy("time")
        reached, passed = (
            functions.count("*").over(past.rangeBetween(Window.unboundedPreceding, end))
            for end in (window, -window - 1)
        )
        native = native.withColumn("near", reached - passed - 1)
    counted: Frame = nw.from_native(native)
    return counted
