"""Rank accounts by trivial baselines: most posts, most active days, newest account."""

from __future__ import annotations

import polars as pl

from cib.activity import Activity
from cib.domains import ACTIVITY, takes

__all__ = ["TRIVIAL", "trivial_scores"]

#: Labels of the trivial scores.
TRIVIAL = {
    "events": "trivial: number of posts",
    "active_days": "trivial: days with a post",
    "newness": "trivial: newest account",
}


@takes(activity=ACTIVITY)
def trivial_scores(activity: Activity) -> pl.DataFrame:
    """Compute baseline scores that every method should outperform.

    Parameters
    ----------
    activity : Activity

    Returns
    -------
    polars.DataFrame
        ``account_id``, ``events`` (number of posts and retweets), ``active_days`` (number of days, UTC), and, if
        creation times are known, ``newness`` (creation in days since 1970).

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> trivial_scores(activity).columns
    ['account_id', 'events', 'active_days', 'newness']
    """
    days = pl.col("created_at").dt.date()
    counts = activity.posts_table.group_by("account_id").agg(events=pl.len(), active_days=days.n_unique())
    table = activity.account_ids.to_frame("account_id").join(counts, on="account_id", how="left")
    table = table.with_columns(pl.col("events", "active_days").fill_null(0))
    known = activity.accounts_table
    if "created_at" in known.columns and known["created_at"].null_count() < known.height:
        newness = known.select("account_id", newness=days.cast(pl.Int32))
        table = table.join(newness, on="account_id", how="left")
    return table.sort("account_id")
