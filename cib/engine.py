"""Activity on an engine: Polars (lazy), DuckDB or Spark.

An :class:`EngineActivity` is made by :func:`cib.read` from a Polars LazyFrame, a DuckDB relation or a PySpark
DataFrame. It holds a query plan and no rows: the engine maps columns and filters rows, and runs the queries of
:func:`cib.detect`, the co-action graph, the interaction graphs and the counts by account. Only edges, and counts by
account and object, are fetched; for a detection also the posts of members (counted by :func:`brought_back`). All other
functions require :meth:`EngineActivity.collect`.

It is a separate type and not a :class:`cib.Activity` because it guarantees less: repeated rows are not removed, missing
post ids are not generated, and the rows have no order.

Times in ``posts`` are integers: microseconds since 1970, UTC. The time zone of DuckDB and Spark belongs to the session
and would change the meaning of queries on timestamps; integers are unambiguous.

A DuckDB connection is used unchanged. To limit its memory and to set the folder of its temporary files (by default
``.tmp`` in the working directory, where they remain if the process is killed)::

    con = duckdb.connect(config={"memory_limit": "2GB", "temp_directory": tempfile.mkdtemp()})
    con.execute("SET preserve_insertion_order = false")  # the order of rows has no effect here; less memory
    activity = cib.read(con.read_parquet("posts/*.parquet"))

Tables that are used more than once are materialized while a graph or a detection is computed: in DuckDB as a temporary
table, in Spark as a local checkpoint, in Polars as a Parquet file in a temporary folder. They are dropped at the end.
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

#: Attributes of :class:`Activity` that are not supported, because they need the rows in memory.
_IN_MEMORY = {"posts_table", "accounts", "account_ids", "account_codes", "fingerprint", "native"}


@dataclass(frozen=True, eq=False, repr=False)
class EngineActivity:
    """Posts on an engine, with columns mapped and rows cleaned by its queries.

    Parameters
    ----------
    posts : narwhals.LazyFrame
        The columns of :data:`cib.activity.POST_COLUMNS`; ``created_at`` and ``target_created_at`` as
        microseconds since 1970, UTC.
    imported : ImportReport
        Number of rows, and of rows dropped by reason, counted by one query. ``targets_unknown`` is the number of rows
        that have a target post without its author.
    take_over : callable
        Function that reads the same source into memory.
    library : str
        Library of the tables of edges.
    accounts_table : polars.DataFrame
        Data of the accounts, from ``accounts=``.
    numbered : NumberedActivity, optional
        The same posts with account codes, during a detection.

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
        """Load the rows into memory as an :class:`Activity`, with its full cleaning."""
        return self.take_over()

    def with_targets(self) -> Frame:
        """Fill in the author and time of targets that are themselves among the posts."""
        aimed_at = self.posts.filter(~nw.col("target_post_id").is_null()).select(post_id="target_post_id").unique()
        originals = self.posts.join(aimed_at, on="post_id", how="semi")  # a small share of all posts
        known = originals.group_by("post_id").agg(author=nw.col("account_id").min(), made_at=nw.col("created_at").min())
        joined = self.posts.join(known, left_on="target_post_id", right_on="post_id", how="left")
        return joined.with_columns(
            target_account_id=nw.coalesce("target_account_id", "author"),
            target_created_at=nw.coalesce("target_created_at", "made_at"),
        ).drop("author", "made_at")

    def counts(self) -> pl.DataFrame:
        """Count the acts of each account by action, on the engine.

        Returns
        -------
        polars.DataFrame
            ``account_id``, ``posts, retweets, quotes, replies``, and ``first`` and ``last`` (UTC), sorted by account.
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
        """Trivial DuckDB relation that gives access to the connection of the posts, independent of temporary tables."""
        posts: Any = self.posts.to_native()
        return posts.query("posts", "SELECT 1 AS one")

    @contextmanager
    def held(self, frame: Frame) -> Iterator[Frame]:
        """Materialize the rows of a query on the engine for several queries, and drop them at the end."""
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
        else:  # dropped by Spark with its frame; a checkpoint truncates the plan, which would double with each step
            yield nw.from_native(native.localCheckpoint())

    @contextmanager
    def lent(self, table: pl.DataFrame) -> Iterator[Frame]:
        """Pass a small table from memory to the engine, and drop it at the end."""
        posts: Any = self.posts.to_native()
        if engine_of(posts) == "polars":
            yield nw.from_native(table.lazy())
        elif engine_of(posts) == "duckdb":
            lent_rows = table  # noqa: F841 - referenced by name in the query
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
        """Apply a function to a text column of a query, in batches of rows.

        Polars and Spark run the function on the engine. Rows of DuckDB pass through Python in batches and are inserted
        into a temporary table; `frame` has an integer column ``row`` that defines the batches.
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
    """Return the engine of a lazy frame, 'polars', 'duckdb' or 'pyspark', or None for other objects.

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


#: Operators and functions of a DuckDB plan whose result can differ between runs.
_UNREPEATABLE = re.compile(r"SAMPLE|LIMIT|TOP_N|random\(|uuid|nextval\(", re.IGNORECASE)


def settle(source: Any) -> Any:
    """Make a source return the same plain rows for every query; sources without an engine are returned unchanged.

    A reader of Arrow batches, which can be read only once, is converted to a table. JSON scalars in DuckDB are
    unquoted, so that ``"11"`` and ``11`` are the same id. A DuckDB relation with sampling, a limit or random numbers,
    which would be evaluated again by each query, is stored in a temporary table until the connection is closed.

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


#: Number of rows processed in memory at a time.
_ROWS_AT_ONCE = 262_144


@dataclass
class BroughtBack:
    """Amount of data fetched by queries, by purpose: total rows and bytes, and rows of the largest result."""

    rows: dict[str, int] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)
    largest: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, table: pl.DataFrame) -> None:
        """Add a query result to the counts."""
        self.rows[what] = self.rows.get(what, 0) + table.height
        self.bytes[what] = self.bytes.get(what, 0) + int(table.estimated_size())
        self.largest[what] = max(self.largest.get(what, 0), table.height)

    def __str__(self) -> str:
        parts = (f"{what} {rows:,} rows ({self.bytes[what] / 1e6:.1f} MB)" for what, rows in self.rows.items())
        return ", ".join(parts)


_counting: ContextVar[BroughtBack | None] = ContextVar("_counting", default=None)


@contextmanager
def brought_back() -> Iterator[BroughtBack]:
    """Count the data fetched by queries within the context; a nested context shares the outer counter.

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
    """Run a query and fetch its result; :func:`brought_back` counts it under the purpose `what`."""
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
    """Add unique integers as column ``row``; they are arbitrary and can differ between runs of the plan."""
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
    """Replace times by microseconds since 1970; `zoned` is whether they have a time zone; naive times are UTC."""
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
    """Count for each event the other events of its group within the window around its ``time``, as ``near``."""
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

        # both frames only grow; Spark recounts a sliding frame for each event
        past = Window.partitionBy(*group).orderBy("time")
        reached, passed = (
            functions.count("*").over(past.rangeBetween(Window.unboundedPreceding, end))
            for end in (window, -window - 1)
        )
        native = native.withColumn("near", reached - passed - 1)
    counted: Frame = nw.from_native(native)
    return counted
