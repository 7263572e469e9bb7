"""Choose the source of each time: stated, observed by the server, or encoded in an id.

* Post ids of X since late 2010 encode the time to the millisecond, while tables state the minute or the second. The
  time of the id is used wherever it agrees with the stated time.
* A client can state any time. If the time at which the server first saw the record is also known, it is used, unless
  the median delay shows that the records were imported long after their stated times: then the stated times are used.
"""

from __future__ import annotations

import polars as pl

from cib.activity import TIME

__all__ = ["prefer_id", "prefer_server", "settle", "sources"]

#: Smallest snowflake id (late 2010), epoch in unix ms, and divisor: id = (ms since the epoch) * 2^22 + sequence bits.
_FIRST_SNOWFLAKE, _EPOCH, _NUMBERING = 29_700_859_247, 1_288_834_974_657, 2**22

#: Maximum difference of id time and stated time, which may be truncated to the minute.
_AGREE = pl.duration(seconds=61)

#: Median delay in seconds of server time after stated time above which the records were imported.
_IMPORTED = 3600.0


def prefer_id(table: pl.DataFrame) -> pl.DataFrame:
    """Replace the times of posts and of their targets by those of their ids where these agree.

    Where the id of a post could be one of X and its time disagrees, the ids are those of another site (Weibo), and that
    of the target states no time either.
    """
    own, target = _time_of_id("post_id"), _time_of_id("target_post_id")
    agree = ((own - pl.col("created_at")).abs() <= _AGREE).fill_null(False)
    timed = table.with_columns(
        pl.when(agree).then(own).otherwise("created_at").alias("created_at"),
        time_source=pl.when(agree).then(pl.lit("id")).otherwise(pl.lit("stated")),
    )
    return timed.with_columns(
        target_created_at=pl.when((agree | own.is_null()) & (target <= pl.col("created_at")))
        .then(target)
        .otherwise("target_created_at")
    )


def _time_of_id(column: str) -> pl.Expr:
    number = pl.col(column).cast(pl.Int64, strict=False)
    microseconds = (number // _NUMBERING + _EPOCH) * 1_000
    return pl.when(number >= _FIRST_SNOWFLAKE).then(microseconds.cast(TIME))


def prefer_server(table: pl.DataFrame) -> pl.DataFrame:
    """Replace the time by the server's where it is known, and keep the stated time in ``stated_at``."""
    if "server_at" not in table.columns:
        return table
    if table["server_at"].null_count() == table.height:
        return table.drop("server_at")
    return table.with_columns(
        created_at=pl.coalesce("server_at", "created_at"),
        stated_at=pl.when(pl.col("server_at").is_not_null()).then("created_at"),
    ).drop("server_at")


def settle(table: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, float]]:
    """Choose between stated and server times over all rows of a source, and return statistics of the difference."""
    if "stated_at" not in table.columns:
        return table, {}
    seconds = (table["created_at"] - table["stated_at"]).dt.total_microseconds() / 1e6
    if seconds.null_count() == len(seconds):
        return table.drop("stated_at"), {}
    apart = seconds.abs()
    skew = {
        "median, s": float(seconds.median()),  # type: ignore[arg-type]  # floats have one
        "99 % within, s": float(apart.quantile(0.99) or 0),
        "rows above 60 s": float((apart > 60).sum()),
    }
    seen = pl.col("stated_at").is_not_null()
    if skew["median, s"] > _IMPORTED:
        when, source = pl.coalesce("stated_at", "created_at"), "stated by the client"
    else:
        when, source = pl.col("created_at"), "server"
    known = pl.col("time_source") if "time_source" in table.columns else pl.lit("stated")
    return table.with_columns(created_at=when, time_source=pl.when(seen).then(pl.lit(source)).otherwise(known)).drop(
        "stated_at"
    ), skew


def sources(table: pl.DataFrame) -> dict[str, int]:
    """Count the rows by the source of their time."""
    if "time_source" not in table.columns:
        return {"stated": table.height}
    return dict(table["time_source"].fill_null("stated").value_counts().sort("time_source").iter_rows())
