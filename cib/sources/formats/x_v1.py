"""Read the X API v1.1 as JSON: posts of the streaming, search and timeline endpoints, one per line.

Peculiarities of the format, and how they are handled:

* ``id`` is a number above 2^53; ``id_str`` is read if present, otherwise the exact integer.
* The full text and its links are in ``extended_tweet`` or ``full_text``; for a retweet, in the original.
* A retweet always states the original, not the intermediate retweet: cascades are unknown.
* Each post has the profile of its account at that time: the accounts table uses the latest one.
* Weibo has records of nearly the same shape, with ``mid``, but reposts with words of their own: they are not read as X.
"""

from __future__ import annotations

from typing import Any

from cib.sources import clocks
from cib.sources.columns import stated_columns
from cib.sources.format import Format
from cib.sources.rows import Rows
from cib.sources.x_posts import put_post

__all__ = ["X_V1"]


def _fits(record: dict[str, Any]) -> bool:
    return (
        isinstance(record.get("user"), dict)
        and "mid" not in record
        and "created_at" in record
        and ("id_str" in record or "id" in record)
        and ("text" in record or "full_text" in record)
    )


def _read(record: dict[str, Any], rows: Rows) -> None:
    put_post(record, record["user"], rows)


#: Format of posts of the X API v1.1.
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
