"""Texts, links and hashtags of the posts in a report, for users with access to the data."""

from __future__ import annotations

from typing import Any

import polars as pl

from cib.activity import Activity
from cib.reports.anonymity import WHOLE
from cib.reports.plain import as_rows

__all__ = ["post_texts"]

#: Fields that contain post ids.
_POSTS = ("post", "post_a", "post_b", "target_post")

#: Kinds of objects that are posts.
_KINDS = ("post", "quoted", "replied")

_WORDS = {"text": pl.String(), "urls": pl.List(pl.String()), "hashtags": pl.List(pl.String())}


def post_texts(activity: Activity, found: Any) -> dict[str, Any]:
    """Return the texts, links and hashtags of the posts in findings.

    Parameters
    ----------
    activity : Activity
    found : dict, list
        Values as of :func:`cib.reports.data.gather`, with post ids at any depth.

    Returns
    -------
    dict
        ``texts``: distinct rows of ``text, urls, hashtags``, and ``of_post``: position of each post in them. A repost
        has the content of its original if that is in the data. Posts without any content are absent.
    """
    named = pl.Series("post_id", sorted(_named(found)), dtype=pl.String)
    posts = activity.posts_table.select("post_id", "action", "target_post_id", pl.col(f"^{'|'.join(_WORDS)}$"))
    posts = posts.with_columns(
        pl.lit(None, kind).alias(name) for name, kind in _WORDS.items() if name not in posts.columns
    )
    mine = posts.filter(pl.col("post_id").is_in(named.implode()))
    passed_on = pl.when(pl.col("action") == "retweet").then("target_post_id")
    mine = mine.with_columns(origin=pl.coalesce(passed_on, "post_id"))
    own = (
        posts.filter(pl.col("post_id").is_in(mine["origin"].implode()))
        .select("post_id", *_WORDS)
        .unique("post_id", keep="first", maintain_order=True)
    )
    said = mine.select("post_id", "origin", *_WORDS).join(
        own, left_on="origin", right_on="post_id", how="left", suffix="_original", maintain_order="left"
    )
    said = said.select("post_id", *(pl.coalesce(f"{name}_original", name).alias(name) for name in _WORDS))
    listed = [pl.col(name).list.len().fill_null(0) > 0 for name in ("urls", "hashtags")]
    said = said.filter(pl.any_horizontal(pl.col("text").fill_null("") != "", *listed))
    said = said.unique("post_id", keep="first").sort("post_id")
    texts = said.group_by(*_WORDS, maintain_order=True).agg("post_id").with_row_index("place")
    of_post = texts.select("post_id", "place").explode("post_id").sort("post_id")
    return {"texts": as_rows(texts.select(*_WORDS)), "of_post": dict(of_post.iter_rows())}


def _named(value: Any) -> set[str]:
    """Return the ids of all posts that occur in a value."""
    found: set[str] = set()
    left = [value]
    while left:
        each = left.pop()
        if type(each) is list:
            left.extend(part for part in each if type(part) in _NESTED)
            continue
        for name, part in each.items():
            if type(part) is list and name in _POSTS:  # a column
                found.update(post for post in part if post is not None)
            elif type(part) is list and name == "object":
                found.update(value for kind, value in zip(each["kind"], part, strict=True) if kind in _KINDS)
            elif type(part) is str:
                if name in _POSTS or (name == "object" and each.get("kind") in _KINDS):
                    found.add(part)
            elif type(part) in _NESTED and name not in WHOLE:
                left.append(part)
    return found


_NESTED = frozenset((dict, list))
