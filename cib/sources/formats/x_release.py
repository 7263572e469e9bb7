"""Read the information-operations release of X (Twitter): tweets as CSV, by column names only.

Peculiarities of the format, and how they are handled:

* ``tweet_time`` is truncated to the minute. The tweet id encodes the time to the millisecond, which is used wherever
  both agree. The time of the target tweet is taken from its id, too.
* Account ids are numbers or hashes; both are kept unchanged, and the same hash replaces the name.
* ``hashtags``, ``urls`` and ``user_mentions`` are Python lists as text, in older files without quotes.
* The author of a quoted tweet is not stated; it is known only if the quoted tweet is in the data.
* Each tweet has the profile of its account at the time of the release: the accounts table uses the latest one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

import polars as pl

from cib.errors import SettingsError
from cib.sources import clocks, values
from cib.sources.columns import Columns, match_columns
from cib.sources.format import Format

__all__ = ["X_RELEASE", "is_x_release"]

_SIGNS = {"tweetid", "userid", "tweet_time"}
_PLAIN = {
    "account_id": "userid",
    "post_id": "tweetid",
    "created_at": "tweet_time",
    "text": "tweet_text",
    "lang": "tweet_language",
    "client": "tweet_client_name",
    "urls": "urls",
    "hashtags": "hashtags",
    "mentions": "user_mentions",
}
#: Canonical columns that are derived from several columns, depending on the action.
_DECIDED = {
    "action": ("is_retweet",),
    "target_post_id": ("retweet_tweetid", "quoted_tweet_tweetid", "in_reply_to_tweetid"),
    "target_account_id": ("retweet_userid", "in_reply_to_userid"),
}
_PROFILE = {
    "account_id": "userid",
    "name": "user_screen_name",
    "created_at": "account_creation_date",
    "followers": "follower_count",
    "following": "following_count",
    "description": "user_profile_description",
}


def is_x_release(names: Iterable[str]) -> bool:
    """Return whether these are the columns of tweets of the release."""
    return set(names) >= _SIGNS


def _match(names: Sequence[str], columns: Columns, where: str) -> dict[str, str]:
    if columns.posts or columns.actions:
        raise SettingsError(
            "the X release is read by its own column names",
            where="columns",
            remedy="Leave columns= away, or read the file as another table with format='canonical'.",
        )
    own = {ours: theirs if theirs in names else None for ours, theirs in _PLAIN.items()}
    unread = dict.fromkeys(_DECIDED)
    found = match_columns(names, {**own, **unread}, required=("account_id", "post_id", "created_at"), where=where)
    return found | {ours: " or ".join(theirs) for ours, theirs in _DECIDED.items()}


def _translate(raw: pl.DataFrame, where: str) -> pl.DataFrame:
    retweet = pl.col("is_retweet") | pl.col("retweet_tweetid").is_not_null()
    quote = pl.col("quoted_tweet_tweetid").is_not_null()
    reply = pl.any_horizontal(pl.col("in_reply_to_tweetid", "in_reply_to_userid").is_not_null())
    decided = pl.DataFrame([*_aims(raw, where), _flag(raw)]).select(
        action=pl.when(retweet).then(pl.lit("retweet")).when(quote).then(pl.lit("quote"))
        .when(reply).then(pl.lit("reply")).otherwise(pl.lit("post")),
        target_post_id=pl.when(retweet).then("retweet_tweetid").when(quote).then("quoted_tweet_tweetid")
        .otherwise("in_reply_to_tweetid"),
        target_account_id=pl.when(retweet).then("retweet_userid").when(~quote).then("in_reply_to_userid"),
    )  # fmt: skip
    plain = {ours: theirs for ours, theirs in _PLAIN.items() if theirs in raw.columns}
    return pl.concat([raw.select(**plain), decided], how="horizontal")


def _aims(raw: pl.DataFrame, where: str) -> list[pl.Series]:
    """Return the ids of target posts and accounts; columns that the release lacks are null."""
    nothing = pl.repeat(None, raw.height, dtype=pl.String, eager=True)
    return [
        (values.ids(raw[name], f"{where}, column {name!r}") if name in raw.columns else nothing).alias(name)
        for name in (*_DECIDED["target_post_id"], *_DECIDED["target_account_id"])
    ]


def _flag(raw: pl.DataFrame) -> pl.Series:
    if "is_retweet" not in raw.columns:
        return pl.repeat(False, raw.height, eager=True).alias("is_retweet")
    return (raw["is_retweet"].cast(pl.String).str.to_lowercase() == "true").fill_null(False)


def _accounts(raw: pl.DataFrame) -> pl.DataFrame:
    """Return the profile in the latest tweet of each account."""
    latest = pl.col("tweet_time") == pl.col("tweet_time").max().over("userid")
    profile = {ours: theirs for ours, theirs in _PROFILE.items() if theirs in raw.columns}
    number = pl.col("tweetid").cast(pl.String).str.zfill(20)  # later tweets of one minute have larger ids
    return raw.filter(latest).select(**profile, seen_at=pl.concat_str(pl.col("tweet_time").cast(pl.String), number))


#: Format of the release.
X_RELEASE = Format(
    "x-release",
    match=_match,
    why="it has the columns tweetid, userid and tweet_time",
    tells=is_x_release,
    platform="x",
    also=(*chain(*_DECIDED.values()), *_PROFILE.values()),
    translate=_translate,
    refine=clocks.prefer_id,
    accounts=_accounts,
    zone="UTC",
)
