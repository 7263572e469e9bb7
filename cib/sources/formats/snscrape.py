"""Read posts of X written by snscrape and twscrape: nested JSON lines.

Peculiarities of the format, and how they are handled:

* A retweeted or quoted post is nested in the record; an answered post is stated by its id and account.
* The text is in ``rawContent`` (``content`` before 2023), links are in ``links`` or ``outlinks``.
* A retweet contains "RT @name:" and truncated text: the text of the original is used.
"""

from __future__ import annotations

from typing import Any

from cib.sources import clocks
from cib.sources.columns import stated_columns
from cib.sources.format import Format
from cib.sources.links import plain_text, post_links
from cib.sources.rows import Rows, chosen, identity

__all__ = ["SNSCRAPE"]

_MARKS = {"rawContent", "renderedContent", "content"}


def _fits(record: dict[str, Any]) -> bool:
    user = record.get("user")
    is_tweet = "twitter" in str(record.get("_type", "twitter")) and "date" in record and not _MARKS.isdisjoint(record)
    return isinstance(user, dict) and "username" in user and is_tweet


def _read(post: dict[str, Any], rows: Rows) -> None:
    original, quoted = post.get("retweetedTweet") or {}, post.get("quotedTweet") or {}
    answered, to = _id(post, "inReplyToTweetId"), post.get("inReplyToUser") or {}
    whole = original or post
    if original or quoted:
        target = original or quoted
        action, target_id, author = "retweet" if original else "quote", _id(target), _account(target.get("user") or {})
    else:
        action, target, target_id, author = "reply" if answered or to else "post", {}, answered, _account(to)
    rows.post(
        _account(post["user"]),
        _id(post),
        action,
        post["date"],
        target_id,
        author,
        target_created_at=target.get("date"),
        text=chosen(whole.get("rawContent"), whole.get("content"), whole.get("renderedContent")),
        lang=post.get("lang"),
        client=plain_text(chosen(post.get("sourceLabel"), post.get("source")) or "") or None,
        urls=post_links(_links(whole)),
        hashtags=whole.get("hashtags") or [],
        mentions=[_account(person) for person in whole.get("mentionedUsers") or ()],
    )
    for person in (post["user"], original.get("user"), quoted.get("user")):
        if person:
            _put_profile(person, rows, (_id(post) or "").zfill(20))


def _id(record: dict[str, Any], name: str = "id") -> str | None:
    return identity(chosen(record.get(f"{name}_str"), record.get(f"{name}Str"), record.get(name)))


def _account(user: dict[str, Any]) -> str | None:
    return chosen(_id(user), user.get("username")) if user else None


def _links(post: dict[str, Any]) -> list[str | None]:
    """Return the links, from the field of newer or older versions."""
    links = post.get("links") or ()
    found = [link.get("url") if isinstance(link, dict) else link for link in links]
    return found or post.get("outlinks") or []


def _put_profile(user: dict[str, Any], rows: Rows, seen_at: str) -> None:
    rows.profile(
        _account(user),
        name=user.get("username"),
        created_at=user.get("created"),
        followers=user.get("followersCount"),
        following=user.get("friendsCount"),
        posts=user.get("statusesCount"),
        description=chosen(user.get("rawDescription"), user.get("description")),
        seen_at=seen_at,
    )


#: Format of posts written by snscrape and twscrape.
SNSCRAPE = Format(
    "snscrape",
    match=stated_columns(
        account_id="user.id",
        post_id="id",
        action="retweetedTweet, quotedTweet, inReplyToTweetId",
        created_at="date",
        target_post_id="id of retweetedTweet or quotedTweet, or inReplyToTweetId",
        target_account_id="user.id of the original, or inReplyToUser.id",
        target_created_at="date of the original",
        text="rawContent or content",
        lang="lang",
        client="sourceLabel",
        urls="links[].url or outlinks",
        hashtags="hashtags",
        mentions="mentionedUsers[].id",
    ),
    why="its records are posts of X as snscrape and twscrape write them",
    fits=_fits,
    read=_read,
    platform="x",
    refine=clocks.prefer_id,
)
