"""Edges drawn on the map, with the posts they are based on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from cib.activity import Activity
from cib.graphs.graph import Graph
from cib.reports.evidence_posts import with_acts
from cib.reports.plain import Rows, as_rows

__all__ = ["drawn_edges"]

#: Maximum number of acts shown per line.
ACTS = 3


def drawn_edges(
    activity: Activity,
    drawn: Sequence[Sequence[int]],
    members: pl.DataFrame,
    edges: pl.DataFrame,
    layers: Mapping[str, Graph],
) -> Rows:
    """Return rows of the drawn lines: co-actions with the acts of smallest lag, retweets with the earliest acts.

    Parameters
    ----------
    activity : Activity
    drawn : sequence of (int, int)
        Positions in `members`, from :func:`cib.reports.selection.lines`.
    members, edges : polars.DataFrame
        From :func:`cib.reports.selection.shown_members` and :func:`~cib.reports.selection.edges_among`.
    layers : mapping of str to Graph

    Returns
    -------
    list of dict
        In the order of `drawn`: ``place_a, place_b, layer, weight, expected, q, acts``. For layer ``'retweet'`` the
        first account retweeted the second `weight` times, and its acts are ``post, target_post, time``.
    """
    wanted = pl.DataFrame(drawn, schema={"place_a": pl.UInt32, "place_b": pl.UInt32}, orient="row")
    pairs = edges.join(wanted, on=["place_a", "place_b"], how="semi", maintain_order="left")
    places = pairs.select("place_a", "place_b").iter_rows()
    rows: dict[tuple[int, ...], dict[str, Any]] = dict(zip(places, with_acts(pairs, layers, ACTS), strict=True))
    for row in _retweets(activity, wanted.join(pairs, on=["place_a", "place_b"], how="anti"), members):
        rows[row["place_a"], row["place_b"]] = row
    dropped = ("a", "b", "network_id")
    told = ((a, b, rows[a, b]) for a, b in wanted.iter_rows())
    return [{"place_a": a, "place_b": b} | {k: v for k, v in row.items() if k not in dropped} for a, b, row in told]


def _retweets(activity: Activity, wanted: pl.DataFrame, members: pl.DataFrame) -> Rows:
    """Return rows of the lines to boosted accounts."""
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
    acts = posts.sort("place_a", "place_b", "time", "post").collect()
    rows = as_rows(acts.group_by("place_a", "place_b", maintain_order=True).agg(weight=pl.len()))
    first = acts.group_by("place_a", "place_b", maintain_order=True).head(ACTS)
    told: dict[tuple[int, int], Rows] = {}
    for act in as_rows(first.select("place_a", "place_b", "post", "target_post", "time")):
        told.setdefault((act.pop("place_a"), act.pop("place_b")), []).append(act)
    more = {"layer": "retweet", "expected": None, "q": None}
    return [{**row, **more, "acts": told[row["place_a"], row["place_b"]]} for row in rows]
