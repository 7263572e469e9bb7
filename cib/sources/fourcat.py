"""4CAT and Zeeschuimer: posts of X as they captured them (NDJSON), and the CSV that 4CAT makes of any platform.

Captured posts of Bluesky and Telegram are in the shape of these platforms, and read as such.

What it hides, and how it is mended here:

* The CSV of X states neither the id of a retweeted post nor of its author, only a name: retweets of one text of one
  name count as retweets of one post. The NDJSON states both: prefer it.
* In the CSV, mentions are names where accounts are ids, and the conversation is stated, not the post that is
  answered: both are left out.
* Lists are joined with commas, which links may contain: a comma parts links only where another one follows.
* ``timestamp`` is UTC; ``unix_timestamp`` is read where it is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from cib.sources import clocks
from cib.sources.cleaning import Format
from cib.sources.columns import Columns, match_columns, stated_columns
from cib.sources.rows import Rows, chosen, digest
from cib.sources.x_v1 import put_post

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
_NOTED = ("is_retweet", "retweeted_user", "is_quote_tweet", "quote_tweet_id", "is_reply", "reply_to")


def _fits(record: dict[str, Any]) -> bool:
    post = record.get("data") if "source_platform" in record else record
    return isinstance(post, dict) and "rest_id" in post and isinstance(post.get("legacy"), dict)


def _read(record: dict[str, Any], rows: Rows) -> None:
    post = _as_v1(record["data"] if "source_platform" in record else record)
    put_post(post, post["user"], rows)


def _as_v1(result: dict[str, Any]) -> dict[str, Any]:
    """A post as the site of X delivers it, in the shape of the API v1.1."""
    post = result.get("tweet") or result
    if "legacy" not in post:  # deleted or withheld: only a tombstone is left
        return {}
    legacy = post["legacy"]
    author = ((post.get("core") or {}).get("user_results") or {}).get("result") or {}
    user = {**(author.get("legacy") or {}), **(author.get("core") or {}), "id_str": legacy["user_id_str"]}
    note = ((post.get("note_tweet") or {}).get("note_tweet_results") or {}).get("result") or {}
    retweeted = (legacy.get("retweeted_status_result") or {}).get("result")
    quoted = (post.get("quoted_status_result") or {}).get("result")
    return {
        **legacy,
        "id_str": post["rest_id"],
        "full_text": chosen(note.get("text"), legacy.get("full_text")),
        "source": post.get("source"),
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
    table = raw.with_columns(absent)
    retweet, quote = pl.col("is_retweet") == "yes", pl.col("is_quote_tweet") == "yes"
    reply = (pl.col("is_reply") == "yes") | (pl.col("reply_to").fill_null("") != "")
    texts = raw["body"].drop_nulls().unique()
    words = pl.col("body").replace_strict(texts, texts.map_elements(digest, pl.String), default="")
    same_text = pl.format("retweet/{}/{}", pl.col("retweeted_user").fill_null(""), words)
    ours = {ours: pl.col(theirs) for ours, theirs in mapping.items()}
    for name, separator in (("urls", r",(?=https?://)"), ("hashtags", ",")):
        if name in ours:
            ours[name] = _split(ours[name], separator)
    handles = {"author", "author_id"} <= set(raw.columns)
    return table.select(
        **ours,
        action=pl.when(retweet).then(pl.lit("retweet")).when(quote).then(pl.lit("quote"))
        .when(reply).then(pl.lit("reply")).otherwise(pl.lit("post")),
        target_post_id=pl.when(retweet).then(same_text).when(quote).then("quote_tweet_id"),
        target_account_id=pl.when(retweet).then(
            pl.col("retweeted_user").replace_strict(_ids_of_names(raw), default=None, return_dtype=pl.String)
            if handles else pl.col("retweeted_user")),
    )  # fmt: skip


def _split(column: pl.Expr, separator: str) -> pl.Expr:
    marked = column.str.replace_all(",(https?://)", "\n${1}") if "http" in separator else column
    return marked.str.split("\n" if "http" in separator else separator)


def _ids_of_names(raw: pl.DataFrame) -> dict[str, str]:
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
