"""What an account posts."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from cib.features.feature import feature

__all__ = ["originality", "posts_made"]

Frame = nw.DataFrame[Any]

OWN = (nw.col("action") != "retweet").sum()


@feature(unit="posts", missing=0)
def posts_made(posts: Frame) -> Frame:
    """Posts of its own, quotes and replies among them."""
    return posts.group_by("account_row").agg(OWN.alias("own"))


@feature
def originality(posts: Frame) -> Frame:
    """Share of its actions that are posts of its own and no retweets.

    ``(P + 1) / (P + R + 2)`` for P posts and R retweets: near one half with few of either.
    """
    of = posts.group_by("account_row").agg(own=OWN, acts=nw.len())
    return of.select("account_row", originality=(nw.col("own") + 1) / (nw.col("acts") + 2))
