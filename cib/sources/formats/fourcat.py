"""Read captures of Zeeschuimer and 4CAT (NDJSON): posts of X as the site delivers them to a browser.

Captures of other platforms have the structure of those platforms and are read as such; the CSV of 4CAT is a separate
format.

Peculiarities of the format, and how they are handled:

* A text of more than 280 characters is in ``note_tweet``, with its own links, hashtags and mentions.
* An account may be stored beside its posts or inside them, in ``core`` or in ``legacy``.
"""

from __future__ import annotations

from typing import Any

from cib.sources import clocks
from cib.sources.columns import stated_columns
from cib.sources.format import Format
from cib.sources.rows import Rows, chosen
from cib.sources.x_posts import put_post

__all__ = ["FOURCAT"]


def _fits(record: dict[str, Any]) -> bool:
    post = record.get("data") if "source_platform" in record else record
    if not isinstance(post, dict) or not isinstance(post.get("legacy"), dict):
        return False
    return "rest_id" in post or post.get("type") == "adaptive"


def _read(record: dict[str, Any], rows: Rows) -> None:
    post = _as_v1(record["data"] if "source_platform" in record else record)
    put_post(post, post["user"], rows)


def _as_v1(result: dict[str, Any]) -> dict[str, Any]:
    """Convert a post as delivered by the site of X to the structure of API v1.1."""
    post = result.get("tweet") or result
    if "legacy" not in post:  # deleted or withheld: the record is a tombstone
        return {"user": {}}
    legacy = post["legacy"]
    author = ((post.get("core") or {}).get("user_results") or {}).get("result") or {}
    known = post.get("user") or author.get("legacy") or {}  # captures of 2022 store the account beside the post
    user = {**known, **(author.get("core") or {}), "id_str": legacy["user_id_str"]}
    note = ((post.get("note_tweet") or {}).get("note_tweet_results") or {}).get("result") or {}
    retweeted = (legacy.get("retweeted_status_result") or {}).get("result")
    quoted = (post.get("quoted_status_result") or {}).get("result")
    return {
        **legacy,
        "id_str": chosen(post.get("rest_id"), legacy.get("id_str")),
        "extended_tweet": {"full_text": note["text"], "entities": note.get("entity_set")} if "text" in note else None,
        "source": chosen(post.get("source"), legacy.get("source")),
        "user": user,
        "retweeted_status": _as_v1(retweeted) if retweeted else None,
        "quoted_status": _as_v1(quoted) if quoted else None,
    }


#: Format of captured posts of X.
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
