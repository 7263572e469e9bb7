"""Tables of actions before ids are assigned: one row per action, accounts and posts as integers.

Posts that can be acted on come first and are numbered by row; other actions follow (retweets, replies, quotes, and
posts made last).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from cib.activity import POST_COLUMNS
from cib.simulation.clock import END
from cib.simulation.draws import Ints

__all__ = ["EVENT_COLUMNS", "acts", "counting", "marked", "shaped", "stacked"]

EVENT_COLUMNS: dict[str, pl.DataType] = {
    "action": POST_COLUMNS["action"],
    "account": pl.UInt32(),
    "time": pl.Int64(),
    "target": pl.UInt32(),
    "mentioned": pl.UInt32(),
    "text": pl.String(),
    "lang": pl.String(),
    "hashtags": pl.List(pl.String()),
    "urls": pl.List(pl.String()),
    "boost": pl.Boolean(),  # whether the action serves an operation
}


def acts(
    action: str | pl.Series,
    account: Ints,
    time: Ints,
    *,
    target: Ints | pl.Series | None = None,
    words: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Create a table of actions.

    Parameters
    ----------
    action : str or Series of str
    account : ndarray of int, shape (n,)
    time : ndarray of int, shape (n,)
        Seconds since the start.
    target : ndarray or Series of int, shape (n,), optional
        Numbers of the target posts.
    words : polars.DataFrame, optional
        Any of the columns ``text, lang, hashtags, urls, mentioned``, n rows.
    """
    known = pl.DataFrame({"account": account, "time": time} | ({} if target is None else {"target": target}))
    known = known.with_columns(action=pl.lit(action))
    if words is not None:
        known = pl.concat([known, words], how="horizontal")
    return shaped(known, EVENT_COLUMNS)


def shaped(table: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Select the columns of a schema, in its order and types; null where the table lacks one."""
    columns = {name: pl.col(name) if name in table.columns else pl.lit(None) for name in schema}
    return table.select(column.cast(schema[name]).alias(name) for name, column in columns.items())


def stacked(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Concatenate tables of actions; return an empty table if there is none."""
    return pl.concat([pl.DataFrame(schema=EVENT_COLUMNS), *tables])


def marked(*tables: pl.DataFrame) -> pl.DataFrame:
    """Concatenate tables of actions, and mark the actions as serving an operation."""
    return stacked(tables).with_columns(boost=pl.lit(True))


def counting(posts: pl.DataFrame, reactions: pl.DataFrame) -> pl.Series:
    """Return a mask of the valid reactions.

    Reactions after the end, to own posts, and repeated retweets of a post by an account are invalid.
    """
    account, time = reactions["account"].to_numpy(), reactions["time"].to_numpy()
    target = reactions["target"].fill_null(posts.height).to_numpy().astype(np.int64)
    author = np.append(posts["account"].to_numpy().astype(np.int64), -1)[target]
    keep = (time < END) & (author != account)
    retweet = np.flatnonzero(keep & (reactions["action"] == "retweet").to_numpy())
    pair = account[retweet].astype(np.int64) * (posts.height + 1) + target[retweet]
    order = np.lexsort((time[retweet], pair))
    again = np.flatnonzero(np.diff(pair[order]) == 0) + 1
    keep[retweet[order[again]]] = False
    return pl.Series(keep)
