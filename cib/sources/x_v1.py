"""X API v1.1 as JSON: posts of the streaming, search and timeline endpoints, a line each.

What it hides, and how it is mended here:

* ``id`` is a number above 2^53; ``id_str`` is read where it is there, and a whole number exactly where not.
* The whole text and its links stand in ``extended_tweet`` or ``full_text``; of a retweet, in the original.
* A retweet names the original, whoever passed it on in between: there are no cascades.
* Each post carries its account's profile as it was then: the latest makes the accounts.
"""

from __future__ import annotations

import re
from typing import Any

from cib.sources import clocks
from cib.sources.cleaning import Format
from cib.sources.columns import stated_columns
from cib.sources.rows import Rows, chosen, identity

__all__ = ["X_V1", "put_post"]

_TAG = re.compile(r"<[^<>]*>")


def _fits(record: dict[str, Any]) -> bool:
    return (
        isinstance(record.get("user"), dict)
        and "created_at" in record
        and ("id_str" in record or "id" in record)
        and ("text" in record or "full_text" in record)
    )


def _read(record: dict[str, Any], rows: Rows) -> None:
    put_post(record, record["user"], rows)


def put_post(post: dict[str, Any], user: dict[str, Any], rows: Rows) -> None:
    """Put down one post in the shape of the API v1.1, and the profile of its account."""
    original, quoted = post.get("retweeted_status") or {}, post.get("quoted_status") or {}
    if original:
        action, target, target_id, author = "retweet", original, _id(original, "id"), _author(original)
    elif chosen(post.get("quoted_status_id_str"), post.get("quoted_status_id")):
        action, target, target_id, author = "quote", quoted, _id(post, "quoted_status_id"), _author(quoted)
    else:
        target, target_id, author = {}, _id(post, "in_reply_to_status_id"), _id(post, "in_reply_to_user_id")
        action = "reply" if target_id or author else "post"
    whole = original or post
    extended = whole.get("extended_tweet") or whole
    entities = extended.get("entities") or {}
    post_id = _id(post, "id")
    rows.post(
        _id(user, "id"),
        post_id,
        action,
        post.get("created_at"),
        target_id,
        author,
        target_created_at=target.get("created_at"),
        text=chosen(extended.get("full_text"), whole.get("full_text"), whole.get("text")),
        lang=post.get("lang"),
        client=_TAG.sub("", post.get("source") or "") or None,
        urls=[
            chosen(url.get("unwound_url"), url.get("expanded_url"), url.get("url"))
            for url in entities.get("urls") or ()
        ],
        hashtags=[hashtag["text"] for hashtag in entities.get("hashtags") or ()],
        mentions=[_id(mention, "id") for mention in entities.get("user_mentions") or ()],
    )
    for person, seen_at in ((user, post_id), (target.get("user"), post_id)):
        if person:
            _put_profile(person, rows, (seen_at or "").zfill(20))


def _id(record: dict[str, Any], name: str) -> str | None:
    return identity(chosen(record.get(f"{name}_str"), record.get(name)))


def _author(post: dict[str, Any]) -> str | None:
    return _id(post.get("user") or {}, "id")


def _put_profile(user: dict[str, Any], rows: Rows, seen_at: str) -> None:
    rows.profile(
        _id(user, "id"),
        name=user.get("screen_name"),
        created_at=user.get("created_at"),
        followers=user.get("followers_count"),
        following=user.get("friends_count"),
        posts=user.get("statuses_count"),
        description=user.get("description"),
        seen_at=seen_at,
    )


#: How posts of the X API v1.1 are read.
X_V1 = Format(
    "x-v1",
    match=stated_columns(
        account_id="user.id_str",
        post_id="id_str",
        action="retweeted_status, quoted_status_id_str, in_reply_to_*",
        created_at="created_at",
        target_post_id="retweeted_status.id_str, quoted_status_id_str or in_reply_to_status_id_str",
        target_account_id="user.id_str of the original, or in_reply_to_user_id_str",
        target_created_at="created_at of the original",
        text="full_text or text",
        lang="lang",
        client="source",
        urls="entities.urls[].expanded_url",
        hashtags="entities.hashtags[].text",
        mentions="entities.user_mentions[].id_str",
    ),
    why="its records are posts of the X API v1.1",
    fits=_fits,
    read=_read,
    platform="x",
    refine=clocks.prefer_id,
)
