"""Interaction graphs (retweets, mentions, replies and quotes): directed, weighted, with times.

An edge runs from the account that acted to the account acted on. Its weight is the number of posts
that did so. Actions on oneself are kept as self-loops, as in the public data sets. Rows whose
target account is unknown make no edge; the import report counts them.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw
import polars as pl

from cib.activity import PSEUDO_ACCOUNTS, TIME, Activity, encode
from cib.domains import ANY_ACTIVITY, takes
from cib.engine import EngineActivity, fetch
from cib.graphs.graph import Graph, graph_from_codes

__all__ = ["engine_mentions", "mention_graph", "quote_graph", "reply_graph", "retweet_graph"]


@takes(activity=ANY_ACTIVITY)
def retweet_graph(activity: Activity | EngineActivity) -> Graph:
    """Build the graph of who retweeted whom.

    Parameters
    ----------
    activity : Activity or EngineActivity
        For an engine, the edges are counted there.

    Returns
    -------
    Graph
        Directed; edges have ``weight`` (number of retweets), ``first`` and ``last`` (UTC), and ``lag``, the median
        time from the original to the retweet in seconds, null where no original's time is known.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> cib.retweet_graph(activity).table.columns
    ['source', 'target', 'weight', 'first', 'last', 'lag']
    """
    return _targeted(activity, "retweet")


@takes(activity=ANY_ACTIVITY)
def reply_graph(activity: Activity | EngineActivity) -> Graph:
    """Build the graph of who replied to whom; see :func:`retweet_graph`."""
    return _targeted(activity, "reply")


@takes(activity=ANY_ACTIVITY)
def quote_graph(activity: Activity | EngineActivity) -> Graph:
    """Build the graph of who quoted whom; see :func:`retweet_graph`."""
    return _targeted(activity, "quote")


@takes(activity=ANY_ACTIVITY)
def mention_graph(activity: Activity | EngineActivity) -> Graph:
    """Build the graph of who mentioned whom in their own posts; see :func:`retweet_graph`; ``lag`` is null.

    Mentions in a retweeted text are made by the original author, so retweets do not count. A post
    that mentions an account twice counts once.
    """
    if isinstance(activity, EngineActivity):
        if activity.numbered is not None:
            return _numbered_graph(activity, "mention")
        return _engine_mention_graph(activity)
    posts = activity.posts_table
    if "mentions" not in posts.columns:
        return _grouped(activity, "mention", _no_rows())
    named = activity.mention_codes.drop_nulls().unique()  # a post may mention an account twice
    source, time = (part.gather(named["row"]) for part in (activity.account_codes, posts["created_at"]))
    lag = pl.lit(None, dtype=pl.Int64)
    return _grouped(activity, "mention", named.select("target", source=source, time=time, lag=lag))


def _targeted(activity: Activity | EngineActivity, action: str) -> Graph:
    if isinstance(activity, EngineActivity):
        if activity.numbered is not None:
            return _numbered_graph(activity, action)
        acts = activity.with_targets().filter(nw.col("action") == action, ~nw.col("target_account_id").is_null())
        since = nw.col("created_at") - nw.col("target_created_at")
        return _engine_graph(
            action, acts.select("account_id", "created_at", target=nw.col("target_account_id"), lag=since)
        )
    ends = {"source": activity.account_codes, "target": activity.target_codes}
    rows = activity.posts_table.lazy().select("action", "created_at", "target_created_at").with_columns(**ends)
    rows = rows.filter(pl.col("action") == action, pl.col("target").is_not_null())
    lag = (pl.col("created_at") - pl.col("target_created_at")).dt.total_microseconds()
    return _grouped(activity, action, rows.select("source", "target", time="created_at", lag=lag).collect())


def _grouped(activity: Activity, name: str, rows: pl.DataFrame) -> Graph:
    pair = pl.col("source").cast(pl.UInt64) * 2**32 + pl.col("target")
    by_pair = rows.with_columns(pair=pair).sort("pair")  # grouping sorted rows takes a quarter of the time
    table = by_pair.group_by("pair", maintain_order=True).agg(
        pl.col("source", "target").first(),
        weight=pl.len().cast(pl.Int64),
        first=pl.col("time").min(),
        last=pl.col("time").max(),
        lag=pl.col("lag").median() / 1e6,
    )
    return graph_from_codes(name, activity.account_ids, table.drop("pair"), directed=True, library=activity.library)


def _no_rows() -> pl.DataFrame:
    return pl.DataFrame(
        schema={"source": pl.UInt32, "target": pl.UInt32, "time": pl.Datetime("us", "UTC"), "lag": pl.Int64}
    )


def engine_mentions(activity: EngineActivity) -> nw.LazyFrame[Any]:
    """Return the posts on an engine other than retweets, one row for each account mentioned, as ``mentions``."""
    own = activity.posts.filter(nw.col("action") != "retweet").with_columns(nw.col("mentions").list.unique())
    return own.explode("mentions").filter(~nw.col("mentions").is_in(["", *PSEUDO_ACCOUNTS]))


def _engine_mention_graph(activity: EngineActivity) -> Graph:
    if "mentions" not in activity.posts.collect_schema():
        nobody = pl.LazyFrame(schema={"account_id": pl.String, "created_at": pl.Int64, "target": pl.String})
        return _engine_graph("mention", nw.from_native(nobody).with_columns(lag=nw.lit(None, dtype=nw.Int64)))
    rows = engine_mentions(activity).select("account_id", "created_at", target=nw.col("mentions"))
    return _engine_graph("mention", rows.with_columns(lag=nw.lit(None, dtype=nw.Int64)))


def _numbered_graph(activity: EngineActivity, action: str) -> Graph:
    """Count acts on accounts that are numbered; the edges come back as codes."""
    numbered = activity.numbered
    if action != "mention":
        acts = numbered.posts.filter(nw.col("action") == action, ~nw.col("target").is_null())
        rows = acts.with_columns(lag=nw.col("created_at") - nw.col("target_created_at"))
    elif "mentions" in numbered.columns:
        rows = numbered.mentions.with_columns(lag=nw.lit(None, dtype=nw.Int64))
    else:  # nobody
        rows = numbered.aimed.filter(nw.col("row") < 0).select("target", account="source", created_at="row", lag="row")
    time = nw.col("created_at")
    edges = rows.select("target", "created_at", "lag", source="account").group_by("source", "target").agg(
        weight=nw.len(), first=time.min(), last=time.max(), lag=nw.col("lag").median()
    )  # fmt: skip
    coded = fetch(edges, "interaction edges").select(
        pl.col("source", "target").cast(pl.UInt32),
        pl.col("weight").cast(pl.Int64),
        pl.col("first", "last").cast(TIME),
        pl.col("lag").cast(pl.Float64) / 1e6,
    )
    return graph_from_codes(action, numbered.account_ids, coded, directed=True, library=activity.library)


def _engine_graph(name: str, rows: nw.LazyFrame[Any]) -> Graph:
    """Aggregate rows of ``account_id, target, created_at, lag`` to edges on their engine, and fetch the edges."""
    time = nw.col("created_at")
    edges = rows.group_by("account_id", "target").agg(
        nw.len().alias("weight"), time.min().alias("first"), time.max().alias("last"), nw.col("lag").median()
    )
    table = fetch(edges)
    ids = pl.concat([table["account_id"], table["target"]]).unique().sort().alias("account_id")
    coded = table.select(
        encode(table["account_id"], ids).alias("source"),
        encode(table["target"], ids).alias("target"),
        pl.col("weight").cast(pl.Int64),
        pl.col("first", "last").cast(TIME),
        pl.col("lag").cast(pl.Float64) / 1e6,
    )
    return graph_from_codes(name, ids, coded, directed=True)
