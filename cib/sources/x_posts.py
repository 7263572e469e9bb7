"""Read one post of X in the structure of API v1.1, shared by the API, its archives and captures of the site."""

from __future__ import annotations

from typing import Any

from cib.sources.links import plain_text, post_links
from cib.sources.rows import Rows, chosen, identity

__all__ = ["put_post"]


def put_post(post: dict[str, Any], user: dict[str, Any], rows: Rows) -> None:
    """Add one post in the structure of API v1.1, and the profile of its account."""
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
        client=plain_text(post.get("source") or "") or None,
        urls=post_links(_link(url) for url in entities.get("urls") or ()),
        hashtags=[hashtag["text"] for hashtag in entities.get("hashtags") or ()],
        mentions=[_id(mention, "id") for mention in entities.get("user_mentions") or ()],
    )
    for person, seen_at in ((user, post_id), (target.get("user"), post_id)):
        if person:
            _put_profile(person, rows, (seen_at or "").zfill(20))


def _link(url: dict[str, Any]) -> str | None:
    unwound = url.get("unwound_url") or (url.get("unwound") or {}).get("url")
    link: str | None = chosen(unwound, url.get("expanded_url"), url.get("url"))
    return link


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
