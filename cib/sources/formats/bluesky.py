"""Read Bluesky (AT Protocol): events of Jetstream, versions 1 and 2, records of repositories, and post views.

Peculiarities of the format, and how they are handled:

* ``createdAt`` is stated by the client. Jetstream adds the time at which the server first saw the record;
  :mod:`cib.sources.clocks` chooses between them.
* Delivery is at least once: an event may be repeated. The account id is the DID, the post id is the at:// URI.
* In the feed of an author, a repost appears as the original post, with the repost as the ``reason``.
* Deletions of posts arrive as events; deleted posts are removed.
* Likes, follows and blocks are not posts: they are counted and left out. The stream contains no profiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from cib.sources import clocks
from cib.sources.columns import stated_columns
from cib.sources.format import Format
from cib.sources.rows import Rows, chosen, digest

__all__ = ["BLUESKY"]

_POST, _REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"


def _fits(record: dict[str, Any]) -> bool:
    if "kind" in record and "did" in record:
        return True
    if isinstance(record.get("post"), dict):
        return _fits(record["post"])
    payload = record.get("payload")
    if isinstance(payload, dict) and "did" in payload:
        return True
    if "records" in record:
        listed = record["records"]
        return isinstance(listed, list) and bool(listed) and isinstance(listed[0], dict) and _fits(listed[0])
    return str(record.get("uri")).startswith("at://") and ("value" in record or "record" in record)


def _read(record: dict[str, Any], rows: Rows) -> None:
    if "payload" in record:
        event = record["payload"]
        _event(event, event.get("time"), event["did"], rows)
    elif "kind" in record:
        if record["kind"] == "commit":
            seen = record.get("time_us")
            _event(record["commit"], str(seen) if isinstance(seen, int) else None, record["did"], rows)
        else:
            rows.drop(f"no post: {record['kind']} event")
    elif "post" in record:
        _item(record, rows)
    elif "records" in record:
        rows.each(record["records"], partial(_read, rows=rows))
    else:
        _view(record, rows)


def _event(event: dict[str, Any], seen_at: str | None, did: str, rows: Rows) -> None:
    collection, operation = event.get("collection"), event.get("operation")
    if collection not in {_POST, _REPOST}:
        rows.drop(f"no post: {collection or event.get('$type', 'other')} event")
        return
    uri = f"at://{did}/{collection}/{event['rkey']}"
    if operation == "delete":
        rows.post(did, uri, "post", seen_at, server_at=seen_at, withdrawn=True)
    elif operation == "create":
        _record(event["record"], uri, seen_at, rows)
    else:
        rows.drop(f"{operation} of a post")


def _item(item: dict[str, Any], rows: Rows) -> None:
    """Read a post as shown in feeds and threads, with the reason for its appearance and its replies."""
    view, reason = item["post"], item.get("reason") or {}
    if "by" in reason:
        by, target = reason["by"]["did"], view["uri"]
        said = _said(view["record"])
        seen = chosen(reason.get("indexedAt"), reason.get("indexed_at"))
        uri = chosen(reason.get("uri"), f"at://{by}/{_REPOST}/of/{digest(target)}")
        original = chosen(view["record"].get("createdAt"), view["record"].get("created_at"))
        rows.post(by, uri, "retweet", seen, target, _did(target), target_created_at=original, **said)
        _put_profile(reason["by"], seen, rows)
        _put_profile(view.get("author"), seen, rows)
    else:
        _view(view, rows)
    rows.each(item.get("replies") or (), partial(_item, rows=rows))


def _view(view: dict[str, Any], rows: Rows) -> None:
    """Read a record with its address, as listed by repositories, or as shown in feeds with its author."""
    _record(view.get("value") or view["record"], view["uri"], None, rows)
    _put_profile(view.get("author"), chosen(view.get("indexedAt"), view.get("indexed_at")), rows)


def _put_profile(author: dict[str, Any] | None, seen_at: str | None, rows: Rows) -> None:
    if author:
        rows.profile(
            author["did"],
            name=author.get("handle"),
            created_at=chosen(author.get("createdAt"), author.get("created_at")),
            description=author.get("description"),
            seen_at=seen_at,
        )


def _record(record: dict[str, Any], uri: str, seen_at: str | None, rows: Rows) -> None:
    did, collection = uri.split("/")[2:4]
    created_at = chosen(record.get("createdAt"), record.get("created_at"))
    if collection == _REPOST:
        target = record["subject"]["uri"]
        rows.post(did, uri, "retweet", created_at, target, _did(target), server_at=seen_at)
        return
    if collection != _POST:
        rows.drop(f"no post: {collection} record")
        return
    embeds = list(_embeds(record.get("embed")))
    quoted = next((embed["uri"] for embed in embeds if f"/{_POST}/" in embed.get("uri", "") and "cid" in embed), None)
    parent = ((record.get("reply") or {}).get("parent") or {}).get("uri")
    target = quoted or parent
    rows.post(
        did,
        uri,
        "quote" if quoted else "reply" if parent else "post",
        created_at,
        target,
        _did(target),
        server_at=seen_at,
        **_said(record),
    )


def _said(record: dict[str, Any]) -> dict[str, Any]:
    """Return text, language, links, hashtags and mentions of a post."""
    features = [feature for facet in record.get("facets") or () for feature in facet.get("features") or ()]
    links = [embed["uri"] for embed in _embeds(record.get("embed")) if "cid" not in embed and "uri" in embed]
    return {
        "text": record.get("text"),
        "lang": (record.get("langs") or [None])[0],
        "urls": list(dict.fromkeys([feature["uri"] for feature in features if feature.get("uri")] + links)),
        "hashtags": list(dict.fromkeys([f["tag"] for f in features if f.get("tag")] + (record.get("tags") or []))),
        "mentions": [feature["did"] for feature in features if feature.get("did")],
    }


def _embeds(embed: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Yield the links and posts embedded in a post, at any depth."""
    for part in (embed or {}).values():
        if isinstance(part, dict):
            if "uri" in part:
                yield part
            elif "record" in part:
                yield from _embeds(part)


def _did(uri: str | None) -> str | None:
    return uri.split("/")[2] if uri else None


#: Format of Bluesky.
BLUESKY = Format(
    "bluesky",
    match=stated_columns(
        account_id="did",
        post_id="at://did/collection/rkey",
        action="commit.collection, record.reply, record.embed",
        created_at="time_us, else record.createdAt",
        target_post_id="record.subject.uri, record.embed.record.uri or record.reply.parent.uri",
        target_account_id="DID in the address of the target",
        text="record.text",
        lang="record.langs[0]",
        urls="record.facets[].features[].uri, record.embed.external.uri",
        hashtags="record.facets[].features[].tag, record.tags",
        mentions="record.facets[].features[].did",
    ),
    why="its records are events or records of the AT Protocol",
    fits=_fits,
    read=_read,
    platform="bluesky",
    refine=clocks.prefer_id,  # for posts of X in the same file
)
