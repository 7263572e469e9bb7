r"""Read posts of the X API v2 in the CSV of twarc-csv, by column names, of which older files have fewer.

Peculiarities of the format, and how they are handled:

* A retweet has text, links and hashtags of the original, as required; its counts are also those of the original, and
  are not read.
* Mentions are names, not ids; older files have JSON objects with both. Names are looked up among the authors.
* Line ends are written as the two characters ``\n``; links to the post's own pictures (``pic.twitter.com/...``) are
  left out.
* Some files state the targets of a post in one JSON cell ``referenced_tweets`` instead of three columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cib.sources import clocks
from cib.sources.columns import stated_columns
from cib.sources.deciding import as_names, decide, names_of, present
from cib.sources.format import Format
from cib.sources.lists import lists

__all__ = ["TWARC_CSV"]

_PLAIN = {
    "account_id": "author_id",
    "post_id": "id",
    "created_at": "created_at",
    "text": "text",
    "lang": "lang",
    "client": "source",
}
_REFERENCES = {"retweet": "retweeted", "quote": "quoted", "reply": "replied_to"}
_TARGETS = {kind: f"referenced_tweets.{theirs}.id" for kind, theirs in _REFERENCES.items()}
_AUTHORS = {"retweet": "retweeted_user_id", "quote": "quoted_user_id", "reply": "in_reply_to_user_id"}
_PROFILE = {
    "account_id": "author.id",
    "name": "author.username",
    "created_at": "author.created_at",
    "followers": "author.public_metrics.followers_count",
    "following": "author.public_metrics.following_count",
    "posts": "author.public_metrics.tweet_count",
    "description": "author.description",
}


def _tells(names: Sequence[str]) -> bool:
    return {"id", "author_id", "created_at", "author.id"} <= set(names)


def _translate(raw: pl.DataFrame, where: str) -> pl.DataFrame:
    if "referenced_tweets" in raw.columns:
        told = pl.col("referenced_tweets").str
        raw = raw.with_columns(
            told.extract(rf'"type": "{theirs}", "id": "([^"]+)"').alias(_TARGETS[kind])
            for kind, theirs in _REFERENCES.items()
            if _TARGETS[kind] not in raw.columns
        )
    entities = {ours: f"entities.{ours}" for ours in ("urls", "hashtags")}
    lines = {"text": pl.col("text").str.replace_all(r"\n", "\n", literal=True)} if "text" in raw.columns else {}
    return decide(raw, {**_PLAIN, **entities}, _TARGETS, _AUTHORS, **lines, **_mentions(raw, where))


def _mentions(raw: pl.DataFrame, where: str) -> dict[str, pl.Expr]:
    """Return the mentioned accounts: ids from the JSON objects of older files, or names."""
    if "entities.mentions" not in raw.columns:
        return {}
    cells = raw["entities.mentions"]
    listed = pl.lit(lists(cells, "mentions", where).values)
    are_ids = pl.lit(cells).str.contains("{", literal=True)
    return {"mentions": pl.when(are_ids).then(listed), "named_ids": pl.when(~are_ids).then(as_names(listed))}


def _names(raw: pl.DataFrame) -> pl.DataFrame:
    return names_of(raw, "author.username", "author.id")


def _accounts(raw: pl.DataFrame) -> pl.DataFrame:
    seen = "__twarc.retrieved_at" if "__twarc.retrieved_at" in raw.columns else "created_at"
    return raw.select(**present(_PROFILE, raw), seen_at=seen)


#: Format of the tables of twarc-csv.
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
    names=_names,
    platform="x",
    refine=clocks.prefer_id,
)
