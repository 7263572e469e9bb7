"""Posts of the X API v2 as the CSV of twarc-csv: read by column name, of which older files have fewer.

What it hides, and how it is mended here:

* A retweet carries text, links and hashtags of the original, which is what is wanted; its counts are the
  original's, too, and are not read.
* Mentions are names, not ids; older files hold JSON objects with both. Names are left out.
* Some files state what a post refers to in one JSON cell ``referenced_tweets`` instead of three columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cib.sources import clocks
from cib.sources.cleaning import Format
from cib.sources.columns import stated_columns
from cib.sources.values import decided

__all__ = ["TWARC_CSV"]

_PLAIN = {
    "account_id": "author_id",
    "post_id": "id",
    "created_at": "created_at",
    "text": "text",
    "lang": "lang",
    "client": "source",
}
_REFERENCES = ("retweeted", "quoted", "replied_to")
_TARGETS = {kind: f"referenced_tweets.{kind}.id" for kind in _REFERENCES}
_AUTHORS = {"retweeted": "retweeted_user_id", "quoted": "quoted_user_id", "replied_to": "in_reply_to_user_id"}
_PROFILE = {
    "account_id": "author.id",
    "name": "author.username",
    "created_at": "author.created_at",
    "followers": "author.public_metrics.followers_count",
    "following": "author.public_metrics.following_count",
    "posts": "author.public_metrics.tweet_count",
    "description": "author.description",
}
_ENTITIES = {"urls": "expanded_url", "hashtags": "tag", "mentions": "id"}


def _tells(names: Sequence[str]) -> bool:
    return {"id", "author_id", "created_at", "author.id"} <= set(names)


def _translate(raw: pl.DataFrame, _: str) -> pl.DataFrame:
    wanted = (*_PLAIN.values(), *_TARGETS.values(), *_AUTHORS.values(), "referenced_tweets")
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in wanted if name not in raw.columns]
    told = raw.with_columns(absent).with_columns(
        pl.coalesce(name, pl.col("referenced_tweets").str.extract(rf'"type": "{kind}", "id": "([^"]+)"')).alias(name)
        for kind, name in _TARGETS.items()
    )
    is_kind = {kind: pl.col(name).is_not_null() for kind, name in _TARGETS.items()}
    is_kind["replied_to"] |= pl.col("in_reply_to_user_id").is_not_null()
    words = {kind: pl.lit(kind) for kind in _REFERENCES}
    targets, authors = ({kind: pl.col(names[kind]) for kind in _REFERENCES} for names in (_TARGETS, _AUTHORS))
    return told.select(
        **_PLAIN,
        action=decided(is_kind, words, pl.lit("post")),
        target_post_id=decided(is_kind, targets),
        target_account_id=decided(is_kind, authors),
        **{ours: _entity(ours) for ours in _ENTITIES if f"entities.{ours}" in raw.columns},
    )


def _entity(ours: str) -> pl.Expr:
    """Plain words, or one field of the JSON objects of older files."""
    cell = pl.col(f"entities.{ours}")
    sign = {"hashtags": "#", "mentions": "@"}.get(ours, "")
    objects = cell.str.extract_all(rf'"{_ENTITIES[ours]}": "(?:[^"\\]|\\.)*"')
    fields = objects.list.eval(pl.element().str.extract(r'": "(.*)"$'))
    words = cell.str.extract_all(r'"(?:[^"\\]|\\.)*"').list.eval(
        pl.element().str.strip_chars('"').str.strip_prefix(sign)
    )
    names = pl.lit([], dtype=pl.List(pl.String)) if ours == "mentions" else words
    return pl.when(cell.str.contains("{", literal=True)).then(fields).when(cell != "").then(names)


def _accounts(raw: pl.DataFrame) -> pl.DataFrame:
    seen = "__twarc.retrieved_at" if "__twarc.retrieved_at" in raw.columns else "created_at"
    return raw.select(**{ours: theirs for ours, theirs in _PROFILE.items() if theirs in raw.columns}, seen_at=seen)


#: How a table of twarc-csv is read.
TWARC_CSV = Format(
    "twarc-csv",
    match=stated_columns(
        **_PLAIN,
        action="referenced_tweets.*.id",
        target_post_id="referenced_tweets.*.id",
        target_account_id="retweeted_user_id, quoted_user_id or in_reply_to_user_id",
        urls="entities.urls",
        hashtags="entities.hashtags",
        mentions="entities.mentions",
    ),
    why="it has columns of twarc-csv, such as author.id",
    tells=_tells,
    also=(
        *(*_PLAIN.values(), *_TARGETS.values(), *_AUTHORS.values(), *_PROFILE.values()),
        *("referenced_tweets", "entities.urls", "entities.hashtags", "entities.mentions", "__twarc.retrieved_at"),
    ),
    translate=_translate,
    accounts=_accounts,
    platform="x",
    refine=clocks.prefer_id,
)
