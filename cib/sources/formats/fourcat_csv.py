"""Read the CSV that 4CAT exports for any platform, by column names, which differ between platforms.

Peculiarities of the format, and how they are handled:

* Targets and mentions are names although accounts have ids: names are looked up among the authors of the table. Where
  accounts have no ids (Truth Social, Gab), the name is the account id.
* X: the id of a retweeted post is not stated. It is the post of that name with that text, if it is in the table;
  otherwise retweets of one text of one name count as retweets of one post. Of an answered post, only the account is
  known.
* Telegram: ids are unique within a chat only: a post is ``chat/number``. A forward is identified by its origin, the
  time the original was sent, and its text. A message without author is an action of its chat.
* Bluesky: answered and quoted posts are links that contain a name.
* Lists are joined with commas, which links may contain; ``timestamp`` is UTC, and ``unix_timestamp`` is preferred.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from cib.sources import clocks
from cib.sources.columns import Columns, match_columns
from cib.sources.deciding import KINDS, as_name, as_names, names_of, stated_text
from cib.sources.format import Format
from cib.sources.links import html_links, plain_text
from cib.sources.lists import lists
from cib.sources.rows import digest
from cib.sources.values import decided

__all__ = ["FOURCAT_CSV"]

_NAMES = {
    "account_id": ("author_id", "author", "account_username", "account_id"),
    "post_id": ("id",),
    "created_at": ("unix_timestamp", "created_at", "timestamp"),
    "text": ("body",),
    "lang": ("language_guess", "languages"),
    "client": ("source",),
    "urls": ("urls", "links", "all_links", "link_url", "link_attached"),
    "hashtags": ("hashtags", "tags"),
    "mentions": ("mentions",),
}

#: Columns of the target account by kind of action; the first non-empty one is used.
_AUTHORS = {
    "retweet": ("retweeted_user",),
    "quote": ("quote_author", "quoted_user"),
    "reply": ("replied_author", "replied_user", "replied_to_user"),
}
_FORWARD = tuple(f"author_forwarded_from_{what}" for what in ("id", "username", "name"))
_NOTED = (
    *("is_retweet", "is_quote_tweet", "quote_tweet_id", "is_reply", "quoted_post", "replied_to_post", "body"),
    *("chat", "reply_to", *_FORWARD, "unix_timestamp_forwarded_from", "author", "author_username"),
    *(name for names in _AUTHORS.values() for name in names),
)


def _tells(names: Sequence[str]) -> bool:
    have = set(names)
    return have >= {"thread_id", "body", "timestamp"} and not have.isdisjoint({"author", "account_username"})


def _match(names: Sequence[str], columns: Columns, where: str) -> dict[str, str]:
    own = {ours: next((name for name in theirs if name in names), None) for ours, theirs in _NAMES.items()}
    unread = dict.fromkeys(("action", "target_post_id", "target_account_id"))
    found = match_columns(
        names, {**own, **unread, **columns.of("posts")}, required=("account_id", "post_id", "created_at"), where=where
    )
    stated = {
        "target_account_id": [name for names_ in (*_AUTHORS.values(), _FORWARD) for name in names_ if name in names],
        "target_post_id": [n for n in ("quote_tweet_id", "quoted_post", "replied_to_post", "reply_to") if n in names],
    }
    return found | {ours: " or ".join(theirs) for ours, theirs in stated.items() if theirs}


def _translate(raw: pl.DataFrame, where: str) -> pl.DataFrame:
    mapping = _match(raw.columns, Columns(), where)
    plain = {ours: mapping[ours] for ours in _NAMES if ours in mapping}
    table = raw.with_columns(stated_text(name, raw) for name in _NOTED)
    if "chat" in raw.columns:
        return _telegram(table, plain)
    is_kind = {
        "retweet": pl.col("is_retweet") == "yes",
        "quote": (pl.col("is_quote_tweet") == "yes") | pl.col("quoted_post").is_not_null(),
        "reply": (pl.col("is_reply") == "yes") | pl.col("replied_to_post").is_not_null(),
    }
    copied = pl.format("retweet/{}/{}", pl.col("retweeted_user").fill_null(""), _words(table))
    targets = {
        "retweet": copied,
        "quote": pl.coalesce("quote_tweet_id", _linked("quoted_post")),
        "reply": _linked("replied_to_post"),
    }
    named = "author_id" in raw.columns  # otherwise the name is the only id of an account
    authors = {kind: pl.coalesce(columns) for kind, columns in _AUTHORS.items()}
    acts = _acts(table, plain, is_kind, targets, {} if named else authors)
    mentions = lists(raw["mentions"], "mentions", f"{where}, column 'mentions'").values if "mentions" in plain else None
    if not named:
        acts = acts if mentions is None else acts.with_columns(mentions=mentions)
        return _without_html(acts)
    local = {"retweet": pl.col("body"), "quote": _link_id("quoted_post"), "reply": _link_id("replied_to_post")}
    beside = table.select(
        account_local_id=decided(is_kind, {kind: as_name(name) for kind, name in authors.items()}),
        target_local_id=decided(is_kind, local),
    )
    if mentions is not None:
        beside = beside.with_columns(named_ids=as_names(pl.lit(mentions)))
    return pl.concat([acts.drop("mentions", strict=False), beside], how="horizontal")


def _without_html(acts: pl.DataFrame) -> pl.DataFrame:
    """Convert the HTML texts of Truth Social and Gab to plain text, and extract their links."""
    body = acts["text"]
    if not body.str.contains("<a ", literal=True).any() and not body.str.contains("<p>", literal=True).any():
        return acts
    texts = body.drop_nulls().unique()
    told = pl.DataFrame({"text": texts, "plain": map(plain_text, texts), "urls": map(html_links, texts)})
    read = acts.select("text").join(told, on="text", how="left", maintain_order="left")
    return acts.with_columns(text=read["plain"], urls=acts["urls"] if "urls" in acts.columns else read["urls"])


def _names(raw: pl.DataFrame) -> pl.DataFrame:
    return names_of(raw, "author", "author_id")


def _known(raw: pl.DataFrame) -> pl.DataFrame:
    """Return the local ids of posts: their text, for retweets, and on Bluesky name and number."""
    table = raw.with_columns(stated_text(name, raw) for name in ("author", "body", "id", "is_retweet"))
    own = table.filter(pl.col("is_retweet") == "no")
    copied = own.select(local_id=pl.format("RT @{}: {}", "author", "body"), post_id="id")
    number = pl.col("id").str.extract(r"^at://[^/]+/app\.bsky\.feed\.post/([^/]+)$")
    linked = table.select(local_id=pl.format("{}/{}", pl.col("author").str.to_lowercase(), number), post_id="id")
    return pl.concat([copied, linked]).drop_nulls().unique(maintain_order=True)


def _telegram(table: pl.DataFrame, plain: Mapping[str, str]) -> pl.DataFrame:
    """Read messages of Telegram, whose ids are unique within a chat only."""
    called = names_of(table, _FORWARD[1], _FORWARD[0])
    found = as_name(pl.col(_FORWARD[1])).replace_strict(
        called["local_id"], called["account_id"], default=None, return_dtype=pl.String
    )
    known_id = pl.coalesce(_FORWARD[0], found)
    origin = pl.coalesce(known_id, *_FORWARD)
    sent = pl.coalesce("unix_timestamp_forwarded_from", pl.lit(""))
    forwarded = pl.format("forward/{}/{}/{}", origin, sent, _words(table))
    number = pl.col(plain["post_id"]).cast(pl.String).str.extract(r"(\d+)$")
    chats = table.filter(pl.col("author_username") == pl.col("chat"))
    known = dict(chats.select("chat", "author").drop_nulls().unique().sort("chat", "author").iter_rows())
    acting = pl.coalesce("author", pl.col("chat").replace_strict(known, default=None, return_dtype=pl.String), "chat")
    is_kind = {"retweet": origin.is_not_null(), "reply": pl.col("reply_to").is_not_null()}
    targets = {"retweet": forwarded, "reply": pl.format("{}/{}", "chat", "reply_to")}
    authors = {"retweet": known_id, "reply": pl.lit(None)}
    known_at = pl.when(origin.is_not_null()).then("unix_timestamp_forwarded_from")
    return _acts(table, plain, is_kind, targets, authors).with_columns(
        table.select(account_id=acting, post_id=pl.format("{}/{}", "chat", number), target_created_at=known_at)
    )


def _acts(
    table: pl.DataFrame,
    plain: Mapping[str, str],
    is_kind: Mapping[str, pl.Expr],
    targets: Mapping[str, pl.Expr],
    authors: Mapping[str, pl.Expr],
) -> pl.DataFrame:
    return table.select(
        **{ours: pl.col(theirs) for ours, theirs in plain.items()},
        action=decided(is_kind, {kind: pl.lit(kind) for kind in KINDS}, pl.lit("post")),
        target_post_id=decided(is_kind, targets),
        target_account_id=decided({kind: is_kind[kind] for kind in authors}, authors),
    )


def _words(table: pl.DataFrame) -> pl.Expr:
    """Return a short hash of each text."""
    texts = table["body"].drop_nulls().unique()
    return pl.col("body").replace_strict(texts, texts.map_elements(digest, pl.String), default="")


def _linked(column: str) -> pl.Expr:
    """Return the at:// URI of the Bluesky post that a link by DID refers to."""
    did = pl.col(column).str.extract(r"/profile/(did:[^/]+)/post/")
    return pl.format("at://{}/app.bsky.feed.post/{}", did, pl.col(column).str.extract(r"/post/([^/]+)$"))


def _link_id(column: str) -> pl.Expr:
    """Return the local id of the post that a link by name refers to."""
    name, number = (pl.col(column).str.extract(part) for part in (r"/profile/([^/]+)/post/", r"/post/([^/]+)$"))
    return pl.format("{}/{}", name.str.to_lowercase(), number)


#: Format of the CSV exports of 4CAT.
FOURCAT_CSV = Format(
    "4cat-csv",
    match=_match,
    why="it has the columns thread_id, body and timestamp of 4CAT",
    tells=_tells,
    also=_NOTED,
    translate=_translate,
    names=_names,
    known=_known,
    refine=clocks.prefer_id,
    zone="UTC",
)
