"""Read the tidy tables of academictwitteR (R): one post per row, with its target in ``sourcetweet_*``."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cib.sources import clocks
from cib.sources.columns import stated_columns
from cib.sources.deciding import present, stated_text
from cib.sources.format import Format

__all__ = ["ACADEMICTWITTER"]

_PLAIN = {
    "account_id": "author_id",
    "post_id": "tweet_id",
    "created_at": "created_at",
    "lang": "lang",
    "client": "source",
}
_PROFILE = {
    "account_id": "author_id",
    "name": "user_username",
    "created_at": "user_created_at",
    "followers": "user_followers_count",
    "following": "user_following_count",
    "posts": "user_tweet_count",
    "description": "user_description",
}
_SOURCE = ("sourcetweet_type", "sourcetweet_id", "sourcetweet_author_id", "sourcetweet_text", "in_reply_to_user_id")


def _tells(names: Sequence[str]) -> bool:
    return set(names) >= {"tweet_id", "author_id", "created_at", "sourcetweet_type", "sourcetweet_id"}


def _translate(raw: pl.DataFrame, _: str) -> pl.DataFrame:
    table = raw.with_columns(stated_text(name, raw) for name in (*_SOURCE, "text"))
    answers = pl.col("sourcetweet_type").is_null() & pl.col("in_reply_to_user_id").is_not_null()
    own = pl.when(pl.col("sourcetweet_type") == "retweeted").then("sourcetweet_text")
    return table.select(
        **present(_PLAIN, raw),
        action=pl.when(answers).then(pl.lit("reply")).otherwise(pl.col("sourcetweet_type").fill_null("post")),
        target_post_id="sourcetweet_id",
        target_account_id=pl.coalesce("sourcetweet_author_id", pl.when(answers).then("in_reply_to_user_id")),
        text=pl.coalesce(own, "text"),
    )


def _accounts(raw: pl.DataFrame) -> pl.DataFrame:
    return raw.select(**present(_PROFILE, raw), seen_at="created_at")


#: Format of the tidy tables of academictwitteR.
ACADEMICTWITTER = Format(
    "academictwitter",
    match=stated_columns(
        **_PLAIN,
        action="sourcetweet_type",
        target_post_id="sourcetweet_id",
        target_account_id="sourcetweet_author_id or in_reply_to_user_id",
        text="sourcetweet_text of a retweet, else text",
    ),
    why="it has the columns sourcetweet_* of academictwitteR",
    tells=_tells,
    platform="x",
    also=(*_PLAIN.values(), *_PROFILE.values(), *_SOURCE, "text"),
    translate=_translate,
    accounts=_accounts,
    refine=clocks.prefer_id,
)
