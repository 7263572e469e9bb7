"""Who retweeted, mentioned, answered and quoted whom: directed, weighted, timed.

An edge runs from the account that acted to the account acted on. Its weight is the number of posts
that did so. Acting on oneself is kept, on the diagonal, as the public data sets count it. Rows whose
target account is unknown make no edge; the import report counts them.
"""

from __future__ import annotations

import polars as pl

from cib.activity import Activity, encode
from cib.graphs.graph import Graph, graph_from_codes

__all__ = ["mention_graph", "quote_graph", "reply_graph", "retweet_graph"]


def retweet_graph(activity: Activity) -> Graph:
    """Who retweeted whom.

    Parameters
    ----------
    activity : Activity

    Returns
    -------
    Graph
        Directed; edges have ``weight`` (retweets), ``first`` and ``last`` (UTC), and ``lag``, the median
        of seconds from the original to the retweet, null where no original's time is known.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> cib.retweet_graph(activity).table.columns
    ['source', 'target', 'weight', 'first', 'last', 'lag']
    """
    return _targeted(activity, "retweet")


def reply_graph(activity: Activity) -> Graph:
    """Who replied to whom; as :func:`retweet_graph`."""
    return _targeted(activity, "reply")


def quote_graph(activity: Activity) -> Graph:
    """Who quoted whom; as :func:`retweet_graph`."""
    return _targeted(activity, "quote")


def mention_graph(activity: Activity) -> Graph:
    """Who mentioned whom in posts of their own; as :func:`retweet_graph`, with no lag.

    The names inside a retweeted text are the original author's doing, so retweets do not count. A post
    that mentions an account twice counts once.
    """
    posts = activity.posts_table
    if "mentions" not in posts.columns:
        return _grouped(activity, "mention", _no_rows())
    rows = _coded(activity).filter(pl.col("action") != "retweet", pl.col("mentions").list.len() > 0)
    mentions = rows.select(
        "source",
        target=pl.col("mentions").list.unique(),
        time="created_at",
        lag=pl.lit(None, dtype=pl.Float64),
    ).explode("target")
    return _grouped(activity, "mention", mentions.collect())


def _targeted(activity: Activity, action: str) -> Graph:
    rows = _coded(activity).filter(pl.col("action") == action, pl.col("target_account_id").is_not_null())
    lag = (pl.col("created_at") - pl.col("target_created_at")).dt.total_microseconds() / 1e6
    return _grouped(
        activity,
        action,
        rows.select("source", target="target_account_id", time="created_at", lag=lag).collect(),
    )


def _coded(activity: Activity) -> pl.LazyFrame:
    """The posts with the code of their account as ``source``."""
    return activity.posts_table.lazy().with_columns(activity.account_codes.alias("source"))


def _grouped(activity: Activity, name: str, rows: pl.DataFrame) -> Graph:
    ids = activity.account_ids
    coded = rows.with_columns(target=encode(rows["target"], ids))
    table = coded.group_by("source", "target").agg(
        weight=pl.len().cast(pl.Int64),
        first=pl.col("time").min(),
        last=pl.col("time").max(),
        lag=pl.col("lag").median(),
    )
    return graph_from_codes(name, ids, table, directed=True, library=activity.library)


def _no_rows() -> pl.DataFrame:
    return pl.DataFrame(
        schema={"source": pl.UInt32, "target": pl.String, "time": pl.Datetime("us", "UTC"), "lag": pl.Float64}
    )
