"""Read the X API v2 as JSON: pages with ``includes``, single posts of a stream, or flattened posts.

Peculiarities of the format, and how they are handled:

* In a page, the author of the original is stated only in ``includes``; in flattened posts, in the reference. Both are
  read into the same table. A deleted original is in neither: its author is unknown.
* Text, links and hashtags of a retweet are truncated with its "RT @name:" text: those of the original are used.
* Times are truncated to the second; the id encodes the millisecond.
* A text of more than 280 characters is in ``note_tweet``, with its own links and hashtags.
* Folders of academictwitteR store posts in one file, and accounts and originals in another: they are joined.
* A mention may lack the account id: it is looked up among the accounts of the data, or left out and counted.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from cib.sources import clocks
from cib.sources.columns import stated_columns
from cib.sources.format import Format
from cib.sources.links import post_links
from cib.sources.rows import Rows, chosen, identity

__all__ = ["X_V2"]

_ACTIONS = {"retweeted": "retweet", "quoted": "quote", "replied_to": "reply"}
_MARKS = {"conversation_id", "edit_history_tweet_ids", "public_metrics", "referenced_tweets"}


def _fits(record: dict[str, Any]) -> bool:
    if _is_beside(record):
        return True
    if "data" in record or "meta" in record:
        data = record.get("data") or record.get("meta")
        first = data[0] if isinstance(data, list) else data
        return isinstance(first, dict) and not first.keys().isdisjoint({"author_id", "result_count", *_MARKS})
    return "id" in record and "author_id" in record and not _MARKS.isdisjoint(record)


def _is_beside(record: dict[str, Any]) -> bool:
    """Return whether a record holds accounts, and possibly posts, that other records refer to."""
    listed = record.get("users")
    return "data" not in record and isinstance(listed, list) and bool(listed) and "username" in listed[0]


def _read(record: dict[str, Any], rows: Rows) -> None:
    if _is_beside(record):
        _know(record, rows)
        return
    if "data" not in record:
        if "id" in record:
            _put(record, rows=rows, users={}, handles={}, posts={}, seen_at=_seen_at(record))
        elif "errors" in record:
            rows.drop("no post in the record")
        return
    data = record["data"] if isinstance(record["data"], list) else [record["data"]]
    includes = record.get("includes") or {}
    users = {user["id"]: user for user in includes.get("users") or ()}
    posts = {post["id"]: post for post in [*data, *(includes.get("tweets") or ())] if isinstance(post, dict)}
    handles = {user["username"].lower(): user["id"] for user in users.values()}
    rows.each(data, partial(_put, rows=rows, users=users, handles=handles, posts=posts, seen_at=_seen_at(record)))


def _know(record: dict[str, Any], rows: Rows) -> None:
    handles = {user["username"].lower(): identity(user["id"]) for user in record["users"]}
    for user in record["users"]:
        _put_profile(user, rows, _seen_at(record))
    for post in record.get("tweets") or ():
        said = _said(post)
        mentions = [identity(chosen(one.get("id"), handles.get(one["username"].lower()))) for one in said.pop("named")]
        author, created_at = identity(post.get("author_id")), post.get("created_at")
        rows.know(identity(post["id"]), None, author, created_at, mentions=list(filter(None, mentions)), **said)


def _said(post: dict[str, Any]) -> dict[str, Any]:
    """Return text, links, hashtags and mentions of a post, with the full text of long posts."""
    note = post.get("note_tweet") or {}
    entities = {**(post.get("entities") or {}), **(note.get("entities") or {})}
    links = [url for url in entities.get("urls") or () if "media_key" not in url]
    return {
        "text": chosen(note.get("text"), post.get("text")),
        "urls": post_links(_link(url) for url in links if not str(url.get("display_url")).startswith("pic.")),
        "hashtags": [hashtag["tag"] for hashtag in entities.get("hashtags") or ()],
        "named": entities.get("mentions") or (),
    }


def _seen_at(record: dict[str, Any]) -> str | None:
    return (record.get("__twarc") or {}).get("retrieved_at")


def _put(
    post: dict[str, Any],
    *,
    rows: Rows,
    users: dict[str, Any],
    handles: dict[str, str],
    posts: dict[str, Any],
    seen_at: str | None,
) -> None:
    references = {reference["type"]: reference for reference in post.get("referenced_tweets") or ()}
    kind = next((kind for kind in _ACTIONS if kind in references), "")
    reference = references.get(kind) or {}
    original: dict[str, Any] = posts.get(reference.get("id", ""), reference)
    author = original.get("author_id")
    action = _ACTIONS.get(kind, "post")
    if action in {"post", "reply"} and author is None and post.get("in_reply_to_user_id"):
        action, author = "reply", post["in_reply_to_user_id"]
    said = _said(original if action == "retweet" and "text" in original else post)
    named = [
        (chosen(one.get("id"), handles.get(one["username"].lower())), one["username"]) for one in said.pop("named")
    ]
    rows.post(
        identity(post.get("author_id")),
        identity(post["id"]),
        action,
        post.get("created_at"),
        identity(reference.get("id")),
        identity(author),
        target_created_at=original.get("created_at"),
        lang=post.get("lang"),
        client=post.get("source"),
        mentions=[identity(number) for number, _ in named if number],
        named=[f"@{name.lower()}" for number, name in named if not number],
        cut=action == "retweet" and "text" not in original,
        **said,
    )
    for written in (post, original):
        profile = users.get(written.get("author_id", "")) or written.get("author")
        if profile:
            _put_profile(profile, rows, seen_at)


def _link(url: dict[str, Any]) -> str | None:
    return url.get("unwound_url") or url.get("expanded_url") or url.get("url")


def _put_profile(user: dict[str, Any], rows: Rows, seen_at: str | None) -> None:
    metrics = user.get("public_metrics") or {}
    rows.call(f"@{str(user.get('username')).lower()}", identity(user["id"]))
    rows.profile(
        identity(user["id"]),
        name=user.get("username"),
        created_at=user.get("created_at"),
        followers=metrics.get("followers_count"),
        following=metrics.get("following_count"),
        posts=metrics.get("tweet_count"),
        description=user.get("description"),
        seen_at=seen_at,
    )


#: Format of posts of the X API v2.
X_V2 = Format(
    "x-v2",
    match=stated_columns(
        account_id="author_id",
        post_id="id",
        action="referenced_tweets[].type",
        created_at="created_at",
        target_post_id="referenced_tweets[].id",
        target_account_id="author_id of the referenced tweet, or in_reply_to_user_id",
        target_created_at="created_at of the referenced tweet",
        text="text",
        lang="lang",
        client="source",
        urls="entities.urls[].expanded_url",
        hashtags="entities.hashtags[].tag",
        mentions="entities.mentions[].id",
    ),
    why="its records are posts or pages of the X API v2",
    fits=_fits,
    read=_read,
    platform="x",
    refine=clocks.prefer_id,
)
