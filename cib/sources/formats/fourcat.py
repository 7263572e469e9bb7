"""4CAT and Zeeschuimer: posts of X as they captured them (NDJSON), and the CSV that 4CAT makes of any platform.

Captured posts of Bluesky and Telegram are in the shape of these platforms, and read as such.

What it hides, and how it is mended here:

* The CSV of X states neither the id of a retweeted post nor of its author, only a name: retweets of one text of one
  name count as retweets of one post. The NDJSON states both: prefer it.
* In the CSV of X, mentions are names where accounts are ids, and the conversation is stated, not the post that is
  answered: both are left out.
* In the CSV of Telegram, ids count within a chat: a post is ``chat/number``. Forwards name whom they are from.
* In the CSV of Bluesky, posts that are answered or quoted stand there as links to a name: they are found if an account
  of that name is in the table.
* Lists are joined with commas, which links may contain: a comma parts links only where another one follows.
* ``timestamp`` is UTC; ``unix_timestamp`` is read where it is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from cib.sources import clocks
from cib.sources.cleaning import Format
from cib.sources.columns import Columns, match_columns, stated_columns
from cib.sources.rows import Rows, chosen, digest
from cib.sources.values import decided
from cib.sources.x_posts import put_post

__all__ = ["FOURCAT", "FOURCAT_CSV"]

_SIGNS = {"thread_id", "body", "timestamp", "author"}
_NAMES = {
    "account_id": ("author_id", "author"),
    "post_id": ("id",),
    "created_at": ("unix_timestamp", "created_at", "timestamp"),
    "text": ("body",),
    "lang": ("language_guess", "languages"),
    "client": ("source",),
    "urls": ("urls", "links", "all_links"),
    "hashtags": ("hashtags", "tags"),
}
_NOTED = (
    *("is_retweet", "retweeted_user", "is_quote_tweet", "quote_tweet_id", "quoted_user", "is_reply", "replied_user"),
    *("chat", "author_forwarded_from_username", "author_forwarded_from_name", "reply_to"),
    *("quoted_post", "replied_to_post", "replied_to_user"),
)


def _fits(record: dict[str, Any]) -> bool:
    post = record.get("data") if "source_platform" in record else record
    if not isinstance(post, dict) or not isinstance(post.get("legacy"), dict):
        return False
    return "rest_id" in post or post.get("type") == "adaptive"


def _read(record: dict[str, Any], rows: Rows) -> None:
    post = _as_v1(record["data"] if "source_platform" in record else record)
    put_post(post, post["user"], rows)


def _as_v1(result: dict[str, Any]) -> dict[str, Any]:
    """A post as the site of X delivers it, in the shape of the API v1.1."""
    post = result.get("tweet") or result
    if "legacy" not in post:  # deleted or withheld: only a tombstone is left
        return {"user": {}}
    legacy = post["legacy"]
    author = ((post.get("core") or {}).get("user_results") or {}).get("result") or {}
    known = post.get("user") or author.get("legacy") or {}  # captures of 2022 have the account beside the post
    user = {**known, **(author.get("core") or {}), "id_str": legacy["user_id_str"]}
    note = ((post.get("note_tweet") or {}).get("note_tweet_results") or {}).get("result") or {}
    retweeted = (legacy.get("retweeted_status_result") or {}).get("result")
    quoted = (post.get("quoted_status_result") or {}).get("result")
    return {
        **legacy,
        "id_str": chosen(post.get("rest_id"), legacy.get("id_str")),
        "full_text": chosen(note.get("text"), legacy.get("full_text")),
        "source": chosen(post.get("source"), legacy.get("source")),
        "user": user,
        "retweeted_status": _as_v1(retweeted) if retweeted else None,
        "quoted_status": _as_v1(quoted) if quoted else None,
    }


#: How captured posts of X are read.
FOURCAT = Format(
    "4cat",
    match=stated_columns(
        account_id="legacy.user_id_str",
        post_id="rest_id",
        action="legacy.retweeted_status_result, quoted_status_id_str, in_reply_to_*",
        created_at="legacy.created_at",
        target_post_id="rest_id of the original, quoted_status_id_str or in_reply_to_status_id_str",
        target_account_id="user_id_str of the original, or in_reply_to_user_id_str",
        text="legacy.full_text",
        urls="legacy.entities.urls[].expanded_url",
        hashtags="legacy.entities.hashtags[].text",
        mentions="legacy.entities.user_mentions[].id_str",
    ),
    why="its records are posts of X as Zeeschuimer captures them",
    fits=_fits,
    read=_read,
    platform="x",
    refine=clocks.prefer_id,
)


def _tells(names: Sequence[str]) -> bool:
    return set(names) >= _SIGNS


def _match(names: Sequence[str], columns: Columns, where: str) -> dict[str, str]:
    own = {ours: next((name for name in theirs if name in names), None) for ours, theirs in _NAMES.items()}
    unread = dict.fromkeys(("action", "target_post_id", "target_account_id", "mentions"))
    given = {**own, **unread, **columns.of("posts")}
    return match_columns(names, given, required=("account_id", "post_id", "created_at"), where=where)


def _translate(raw: pl.DataFrame, where: str) -> pl.DataFrame:
    mapping = _match(raw.columns, Columns(), where)
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in _NOTED if name not in raw.columns]
    noted = (pl.col(name).cast(pl.String) for name in _NOTED)
    table = raw.with_columns(absent).with_columns(pl.when(column != "").then(column) for column in noted)
    origin = pl.coalesce("retweeted_user", "author_forwarded_from_username", "author_forwarded_from_name")
    answered = pl.coalesce("replied_user", "replied_to_user")
    forwarded = pl.col("is_retweet").is_null() & origin.is_not_null()
    is_kind = {
        "retweet": (pl.col("is_retweet") == "yes") | forwarded,
        "quote": (pl.col("is_quote_tweet") == "yes") | pl.col("quoted_post").is_not_null(),
        "reply": (pl.col("is_reply") == "yes") | pl.any_horizontal(pl.col("reply_to", "replied_to_post").is_not_null()),
    }
    texts = raw["body"].drop_nulls().unique()
    words = pl.col("body").replace_strict(texts, texts.map_elements(digest, pl.String), default="")
    names = _ids_of_names(raw)
    targets = {
        "retweet": pl.format("retweet/{}/{}", origin.fill_null(""), words),
        "quote": pl.coalesce("quote_tweet_id", _linked("quoted_post", names)),
        "reply": pl.coalesce(pl.format("{}/{}", "chat", "reply_to"), _linked("replied_to_post", names)),
    }
    authors = {"retweet": origin, "quote": pl.col("quoted_user"), "reply": answered}
    ours = {ours: pl.col(theirs) for ours, theirs in mapping.items()}
    if "chat" in raw.columns:  # of Telegram, where accounts have numbers, and forwards name names
        ours["post_id"] = pl.format("{}/{}", "chat", mapping["post_id"])
        authors["retweet"] = pl.lit(None)
    for name, separator in (("urls", r",(?=https?://)"), ("hashtags", ",")):
        if name in ours:
            ours[name] = _split(ours[name], separator)
    return table.select(
        **ours,
        action=decided(is_kind, {kind: pl.lit(kind) for kind in is_kind}, pl.lit("post")),
        target_post_id=decided(is_kind, targets),
        target_account_id=decided(is_kind, {kind: _account(name, names) for kind, name in authors.items()}),
    )


def _account(name: pl.Expr, names: Mapping[str, str] | None) -> pl.Expr:
    """The id of an account that goes by this name, if accounts have ids."""
    return name if names is None else name.replace_strict(names, default=None, return_dtype=pl.String)


def _linked(column: str, names: Mapping[str, str] | None) -> pl.Expr:
    """The address of the post of Bluesky that a link leads to."""
    name = pl.col(column).str.extract(r"/profile/([^/]+)/post/")
    did = pl.when(name.str.starts_with("did:")).then(name).otherwise(_account(name, names))
    return pl.format("at://{}/app.bsky.feed.post/{}", did, pl.col(column).str.extract(r"/post/([^/]+)$"))


def _split(column: pl.Expr, separator: str) -> pl.Expr:
    marked = column.str.replace_all(",(https?://)", "\n${1}") if "http" in separator else column
    return marked.str.split("\n" if "http" in separator else separator)


def _ids_of_names(raw: pl.DataFrame) -> dict[str, str] | None:
    """From the names of the table's accounts to their ids; None if accounts have no other id than their name."""
    if not {"author", "author_id"} <= set(raw.columns):
        return None
    named = raw.select("author", "author_id").drop_nulls().unique(subset="author", keep="any", maintain_order=False)
    return dict(named.sort("author").iter_rows())


#: How the CSV of 4CAT is read.
FOURCAT_CSV = Format(
    "4cat-csv",
    match=_match,
    why="it has the columns thread_id, author, body and timestamp",
    tells=_tells,
    also=(*_NOTED, "author", "body"),
    translate=_translate,
    refine=clocks.prefer_id,
    zone="UTC",
)
