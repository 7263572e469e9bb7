"""Read the tables of rtweet (R, before version 1): posts of the X API v1.1 as CSV.

Peculiarities of the format, and how they are handled:

* Ids may begin with an ``x``, which keeps spreadsheets from converting them; empty cells contain NA.
* Lists are words separated by blanks; times are UTC and naive.
* The text of a retweet is truncated: ``retweet_text`` is used instead.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cib.sources import clocks
from cib.sources.columns import stated_columns
from cib.sources.deciding import decide, present, stated_text
from cib.sources.format import Format

__all__ = ["RTWEET"]

_PLAIN = {
    "account_id": "user_id",
    "post_id": "status_id",
    "created_at": "created_at",
    "text": "text",
    "lang": "lang",
    "client": "source",
    "urls": "urls_expanded_url",
    "hashtags": "hashtags",
    "mentions": "mentions_user_id",
}
_POSTS = {"retweet": "retweet_status_id", "quote": "quoted_status_id", "reply": "reply_to_status_id"}
_ACCOUNTS = {"retweet": "retweet_user_id", "quote": "quoted_user_id", "reply": "reply_to_user_id"}
_PROFILE = {
    "account_id": "user_id",
    "name": "screen_name",
    "created_at": "account_created_at",
    "followers": "followers_count",
    "following": "friends_count",
    "posts": "statuses_count",
    "description": "description",
}


def _tells(names: Sequence[str]) -> bool:
    return set(names) >= {"user_id", "status_id", "created_at", "retweet_status_id", "reply_to_status_id"}


def _translate(raw: pl.DataFrame, _: str) -> pl.DataFrame:
    whole = stated_text("retweet_text", raw.select(name for name in ("retweet_text",) if name in raw.columns))
    text = {"text": pl.coalesce(whole, "text")} if "text" in raw.columns else {}
    return decide(raw, _PLAIN, _POSTS, _ACCOUNTS, **text)


def _accounts(raw: pl.DataFrame) -> pl.DataFrame:
    return raw.select(**present(_PROFILE, raw), seen_at="created_at")


#: Format of the tables of rtweet.
RTWEET = Format(
    "rtweet",
    match=stated_columns(
        **_PLAIN,
        action="retweet_status_id, quoted_status_id, reply_to_*",
        target_post_id="retweet_status_id, quoted_status_id or reply_to_status_id",
        target_account_id="retweet_user_id, quoted_user_id or reply_to_user_id",
    ),
    why="it has the columns status_id, retweet_status_id and reply_to_status_id of rtweet",
    tells=_tells,
    platform="x",
    also=(*_PLAIN.values(), *_POSTS.values(), *_ACCOUNTS.values(), *_PROFILE.values(), "retweet_text"),
    translate=_translate,
    accounts=_accounts,
    refine=clocks.prefer_id,
    zone="UTC",
)
