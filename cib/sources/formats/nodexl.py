"""Read NodeXL: edges of a network of X, one row per account that a post names.

Peculiarities of the format, and how they are handled:

* Accounts are names. A post that names nobody is a self-loop of its account (``Tweet``).
* A post has one row per account that it names (``Mentions``, ``MentionsInRetweet``): these rows are combined.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cib.sources import clocks
from cib.sources.columns import stated_columns
from cib.sources.deciding import one_row_a_post, stated_text
from cib.sources.format import Format

__all__ = ["NODEXL"]

_SIGNS = ("Vertex 1", "Vertex 2", "Relationship", "Imported ID")
_TIMES = ("Relationship Date (UTC)", "Tweet Date (UTC)")
_TEXT = {"text": "Tweet", "urls": "URLs in Tweet", "hashtags": "Hashtags in Tweet", "lang": "Language"}
_POSTS = {"retweet": "Retweet ID", "quote": "Quoted Status ID", "reply": "In-Reply-To Tweet ID"}
_ACTIONS = {"tweet": "post", "retweet": "retweet", "replies to": "reply", "quote": "quote"}


def _tells(names: Sequence[str]) -> bool:
    return set(_SIGNS) <= set(names) and not set(names).isdisjoint(_TIMES)


def _translate(raw: pl.DataFrame, _: str) -> pl.DataFrame:
    relation = pl.col("Relationship").str.to_lowercase()
    mention = relation.str.starts_with("mentions")
    action = (
        pl.when(relation.str.contains("inretweet")).then(pl.lit("retweet"))
        .when(relation.str.contains("inreplyto")).then(pl.lit("reply"))
        .when(relation.str.contains("inquote")).then(pl.lit("quote"))
        .when(mention).then(pl.lit("post"))
        .otherwise(relation.replace(_ACTIONS))
    )  # fmt: skip
    target = pl.lit(None, dtype=pl.String)
    for kind, name in _POSTS.items():
        target = pl.when(action == kind).then(stated_text(name, raw)).otherwise(target)
    times = [pl.col(name).cast(pl.String) for name in _TIMES if name in raw.columns]
    acts = raw.select(
        account_id="Vertex 1",
        post_id="Imported ID",
        action=action,
        created_at=pl.coalesce(times),
        target_post_id=target,
        target_account_id=pl.when(~mention & (action != "post")).then("Vertex 2"),
        named=pl.when(mention).then("Vertex 2"),
        **{ours: theirs for ours, theirs in _TEXT.items() if theirs in raw.columns},
    )
    return one_row_a_post(acts)


#: Format of the edges of NodeXL.
NODEXL = Format(
    "nodexl",
    match=stated_columns(
        account_id="Vertex 1",
        post_id="Imported ID",
        action="Relationship",
        created_at="Relationship Date (UTC)",
        target_post_id="Retweet ID, Quoted Status ID or In-Reply-To Tweet ID",
        target_account_id="Vertex 2",
        **_TEXT,
        mentions="Vertex 2 of Mentions",
    ),
    why="it has the columns Vertex 1, Vertex 2 and Relationship of NodeXL",
    tells=_tells,
    platform="x",
    also=(*_SIGNS, *_TIMES, *_TEXT.values(), *_POSTS.values()),
    translate=_translate,
    refine=clocks.prefer_id,
    zone="UTC",
)
