"""Read tables of posts of X with columns of the API v1.1: DMI-TCAT, Social Feed Manager, twint, flattened JSON.

Peculiarities of the format, and how they are handled:

* Retweeted, quoted and answered posts are in separate columns, whose names depend on the tool.
* Ids occur twice, as number and as text (``id``, ``id_str``): the text is read. Naive times are UTC.
* twint states a quoted post as a link, and the accounts that a post answers as a list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl

from cib.sources import clocks
from cib.sources.columns import Columns
from cib.sources.deciding import decide, stated_text
from cib.sources.format import Format

__all__ = ["X_TABLE"]

_PLAIN = {
    "account_id": ("user_id_str", "from_user_id", "user_id", "author_id", "userid", "from_user_id_str"),
    "post_id": ("id_str", "tweet_id", "status_id", "twitter_id", "id"),
    "created_at": ("created_at", "parsed_created_at", "timestamp", "time", "date"),
    "text": ("full_text", "extended_tweet_full_text", "text", "tweet"),
    "lang": ("lang", "language"),
    "client": ("source",),
    "urls": ("entities_urls", "urls_expanded_url", "urls"),
    "hashtags": ("entities_hashtags", "hashtags"),
}
_POSTS = {
    "retweet": ("retweeted_status_id_str", "retweeted_status_id", "retweet_status_id", "retweet_id", "retweeted_id"),
    "quote": ("quoted_status_id_str", "quoted_status_id", "quoted_tweet_id", "quote_url"),
    "reply": ("in_reply_to_status_id_str", "in_reply_to_status_id", "in_reply_to_tweet_id", "reply_to_status_id"),
}
_ACCOUNTS = {
    "retweet": ("retweeted_status_user_id_str", "retweeted_status_user_id", "retweeted_user_id", "user_rt_id"),
    "quote": ("quoted_status_user_id_str", "quoted_status_user_id", "quoted_user_id"),
    "reply": ("in_reply_to_user_id_str", "in_reply_to_user_id", "reply_to_user_id", "reply_to"),
}


def _normal(name: str) -> str:
    return name.strip().lower().replace(".", "_").replace(" ", "_")


def _found(wanted: Mapping[str, Sequence[str]], names: Sequence[str]) -> dict[str, str]:
    """Return the first existing column of each list of names."""
    have = {_normal(name): name for name in reversed(names)}
    firsts = {key: next((have[name] for name in known if name in have), None) for key, known in wanted.items()}
    return {key: name for key, name in firsts.items() if name is not None}


def _tells(names: Sequence[str]) -> bool:
    have = {_normal(name) for name in names}
    own = have & {"target_post_id", "object_id", "action", "author_id", "sourcetweet_type", "tweet_time", "status_id"}
    acts = _found(_POSTS, names).keys() & {"quote", "reply"}
    return bool(acts) and not own and _found(_PLAIN, names).keys() >= {"account_id", "post_id", "created_at"}


def _match(names: Sequence[str], _: Columns, where: str) -> dict[str, str]:  # noqa: ARG001 - signature of all formats
    aims = {"target_post_id": _found(_POSTS, names), "target_account_id": _found(_ACCOUNTS, names)}
    told = {ours: ", ".join(theirs.values()) for ours, theirs in aims.items() if theirs}
    return _found(_PLAIN, names) | {"action": told["target_post_id"]} | told


def _translate(raw: pl.DataFrame, _: str) -> pl.DataFrame:
    names = raw.columns
    plain, posts, accounts = _found(_PLAIN, names), _found(_POSTS, names), _found(_ACCOUNTS, names)
    linked = [name for name in posts.values() if _normal(name) == "quote_url"]
    listed = [name for name in accounts.values() if _normal(name) == "reply_to"]
    raw = raw.with_columns(
        *(pl.col(name).cast(pl.String).str.extract(r"/status/(\d+)") for name in linked),
        *(stated_text(name, raw).str.extract(r"""["']id["']: ["']?(\d+)""") for name in listed),
    )
    return decide(raw, plain, posts, accounts)


_ALL = [name for kind in (_PLAIN, _POSTS, _ACCOUNTS) for known in kind.values() for name in known]
_WANTED = re.compile("|".join(map(re.escape, sorted(_ALL, key=len, reverse=True))))

#: Format of tables of posts of X.
X_TABLE = Format(
    "x-table",
    match=_match,
    why="it has columns of posts of X, such as in_reply_to_status_id",
    tells=_tells,
    wants=lambda name: bool(_WANTED.fullmatch(_normal(name))),
    platform="x",
    translate=_translate,
    refine=clocks.prefer_id,
    zone="UTC",
)
