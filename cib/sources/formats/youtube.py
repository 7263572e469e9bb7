"""Read YouTube: comment threads and comments of the Data API, one per line or one API response.

There are no shares: a comment answers the video it belongs to, or another comment.
"""

from __future__ import annotations

from typing import Any

from cib.sources.columns import stated_columns
from cib.sources.format import Format
from cib.sources.links import html_links, plain_text
from cib.sources.rows import Rows, chosen

__all__ = ["YOUTUBE"]

#: Links that YouTube adds itself: to a hashtag, or to a moment of the video.
_OWN = ("youtube.com/results?", "youtube.com/hashtag/", "&t=")


def _fits(record: dict[str, Any]) -> bool:
    snippet = record.get("snippet")
    return isinstance(snippet, dict) and ("topLevelComment" in snippet or "textDisplay" in snippet)


def _read(record: dict[str, Any], rows: Rows) -> None:
    snippet = record["snippet"]
    if "topLevelComment" not in snippet:
        _put(record, rows, snippet.get("videoId"), snippet.get("channelId"))
        return
    video, channel = snippet.get("videoId"), snippet.get("channelId")
    _put(snippet["topLevelComment"], rows, video, channel)
    for reply in (record.get("replies") or {}).get("comments") or ():
        _put(reply, rows, video, channel)


def _put(comment: dict[str, Any], rows: Rows, video: str | None, channel: str | None) -> None:
    said = comment["snippet"]
    shown = said.get("textDisplay") or ""
    account = (said.get("authorChannelId") or {}).get("value")
    parent = said.get("parentId")
    rows.post(
        account,
        comment["id"],
        "reply",
        said["publishedAt"],
        chosen(parent, said.get("videoId"), video),
        None if parent else channel,
        text=chosen(said.get("textOriginal"), plain_text(shown)),
        urls=[link for link in html_links(shown) if not any(own in link for own in _OWN)],
    )
    rows.profile(account, name=said.get("authorDisplayName"), seen_at=said["publishedAt"])


#: Format of comments of YouTube.
YOUTUBE = Format(
    "youtube",
    match=stated_columns(
        account_id="snippet.authorChannelId.value",
        post_id="id",
        action="every comment is a reply",
        created_at="snippet.publishedAt",
        target_post_id="snippet.parentId, else snippet.videoId",
        target_account_id="snippet.channelId",
        text="snippet.textOriginal or textDisplay",
        urls="links in snippet.textDisplay",
    ),
    why="its records are comments of the YouTube Data API",
    fits=_fits,
    read=_read,
    platform="youtube",
)
