"""Read Hoaxy: tables of the spread of a story, one edge per row.

Peculiarities of the format, and how they are handled:

* Edges follow the spread: for retweets and quotes, from the author of the original to the account that shared it; for
  replies and mentions, from the account that posted to the account named.
* A post has one row per account that it names: these rows are combined.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cib.sources import clocks
from cib.sources.columns import stated_columns
from cib.sources.deciding import one_row_a_post
from cib.sources.format import Format

__all__ = ["HOAXY"]

_SIGNS = ("from_user_id", "to_user_id", "tweet_id", "tweet_type", "tweet_created_at")
_ALSO = (*_SIGNS, "is_mention", "canonical_url")


def _tells(names: Sequence[str]) -> bool:
    return set(_SIGNS) <= set(names)


def _translate(raw: pl.DataFrame, _: str) -> pl.DataFrame:
    kind = pl.col("tweet_type").str.to_lowercase().replace({"origin": "post"})
    passed_on = kind.is_in(["retweet", "quote"])
    mention = pl.lit(False)
    if "is_mention" in raw.columns:
        mention = pl.col("is_mention").cast(pl.String).str.to_lowercase().is_in(["1", "1.0", "true"]) & ~passed_on
    other = pl.when(passed_on).then("from_user_id").otherwise("to_user_id")
    acts = raw.select(
        account_id=pl.when(passed_on).then("to_user_id").otherwise("from_user_id"),
        post_id="tweet_id",
        action=kind,
        created_at="tweet_created_at",
        target_account_id=pl.when(~mention & (kind != "post")).then(other),
        named=pl.when(mention).then(other),
        urls=pl.col("canonical_url") if "canonical_url" in raw.columns else pl.lit(None, dtype=pl.String),
    )
    return one_row_a_post(acts)


#: Format of the tables of Hoaxy.
HOAXY = Format(
    "hoaxy",
    match=stated_columns(
        account_id="to_user_id of a retweet or quote, else from_user_id",
        post_id="tweet_id",
        action="tweet_type",
        created_at="tweet_created_at",
        target_account_id="from_user_id of a retweet or quote, else to_user_id",
        urls="canonical_url",
        mentions="to_user_id of a mention",
    ),
    why="it has the columns from_user_id, to_user_id and tweet_type of Hoaxy",
    tells=_tells,
    platform="x",
    also=_ALSO,
    translate=_translate,
    refine=clocks.prefer_id,
    zone="UTC",
)
