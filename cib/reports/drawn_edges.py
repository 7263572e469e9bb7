"""Edges drawn on the map, with the posts they are based on."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cib.activity import Activity
from cib.reports.plain import Columns, Rows, as_columns, as_rows

__all__ = ["drawn_edges"]

#: Maximum number of acts shown per line.
ACTS = 2


def drawn_edges(
    activity: Activity,
    drawn: Sequence[Sequence[int]],
    members: pl.DataFrame,
    edges: pl.DataFrame,
    acts: pl.DataFrame,
) -> tuple[Rows, dict[str, Columns]]:
    """Return the drawn lines, and their acts: of co-actions those of smallest lag, of retweets the earliest.

    Parameters
    ----------
    activity : Activity
    drawn : sequence of (int, int)
        Positions in `members`, from :func:`cib.reports.selection.lines`.
    members, edges : polars.DataFrame
        From :func:`cib.reports.selection.shown_members` and :func:`~cib.reports.selection.edges_among`.
    acts : polars.DataFrame
        From :func:`cib.reports.evidence_posts.acts_of`, of the edges drawn.

    Returns
    -------
    lines : list of dict
        In the order of `drawn`: ``place_a, place_b, layer, weight, expected, q``. For layer ``'retweet'`` the first
        account retweeted the second `weight` times.
    acts : dict of str to dict of str to list
        Tables ``pair_acts`` and ``retweets``, each with the position of its ``line``.
    """
    places = ["place_a", "place_b"]
    wanted = pl.DataFrame(drawn, schema=dict.fromkeys(places, pl.UInt32), orient="row").with_row_index("line")
    pairs = wanted.join(edges, on=places)
    retweets = _retweets(activity, wanted.join(pairs, on="line", how="anti"), members)
    columns = ("line", *places, "layer", "weight", "expected", "q")
    counted = retweets.group_by("line", *places).agg(weight=pl.len().cast(pairs.schema["weight"]))
    counted = counted.with_columns(layer=pl.lit("retweet"), expected=None, q=None)
    lines = pl.concat([pairs.select(columns), counted.select(columns)], how="vertical_relaxed").sort("line")
    first = acts.join(pairs.select("line", "a", "b"), on=["a", "b"], maintain_order="left")
    few = [
        part.group_by("line", maintain_order=True).head(ACTS).sort("line", maintain_order=True)
        for part in (first, retweets)
    ]
    return as_rows(lines.drop("line")), {
        "pair_acts": as_columns(few[0].drop("a", "b")),
        "retweets": as_columns(few[1].select("line", "post", "target_post", "time")),
    }


def _retweets(activity: Activity, wanted: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return the acts of the lines to boosted accounts, by line and time."""
    ids = members.select("place", "account_id")
    ends = wanted.join(ids, left_on="place_a", right_on="place").join(
        ids, left_on="place_b", right_on="place", suffix="_b"
    )
    posts = activity.posts_table.lazy().filter(pl.col("action") == "retweet")
    posts = posts.select(
        "account_id", "target_account_id", time="created_at", post="post_id", target_post="target_post_id"
    )
    both = ["account_id", "target_account_id"]
    posts = posts.join(ends.lazy(), left_on=both, right_on=["account_id", "account_id_b"])
    return posts.sort("line", "time", "post").collect()
