"""Read TikTok: videos of the Research API, and videos captured by Zeeschuimer.

Peculiarities of the format, and how they are handled:

* The Research API identifies an account by its ``username``, which can be changed: it is the account id.
* A duet or stitch is a quote of the video that it uses.
* To analyse shared sounds (``music_id``), map the table with the sound as target_post_id.
"""

from __future__ import annotations

from typing import Any

from cib.sources.columns import stated_columns
from cib.sources.format import Format
from cib.sources.rows import Rows, chosen, identity

__all__ = ["TIKTOK"]

_OF_RESEARCH = {"video_description", "region_code", "hashtag_names", "voice_to_text", "music_id", "share_count"}


def _fits(record: dict[str, Any]) -> bool:
    if "create_time" in record and "username" in record:
        return "id" in record and not _OF_RESEARCH.isdisjoint(record)
    return "createTime" in record and "desc" in record and "author" in record and "id" in record


def _read(record: dict[str, Any], rows: Rows) -> None:
    if "createTime" in record:
        _captured(record, rows)
        return
    rows.post(
        record["username"],
        identity(record["id"]),
        "post",
        _time(record["create_time"]),
        text=record.get("video_description"),
        hashtags=record.get("hashtag_names") or [],
        mentions=record.get("video_mention_list") or [],
    )


def _captured(record: dict[str, Any], rows: Rows) -> None:
    author, extra = record["author"], record.get("textExtra") or ()
    name = author["uniqueId"] if isinstance(author, dict) else author
    original = identity(chosen((record.get("duetInfo") or {}).get("duetFromId"), record.get("duetFromId")))
    original = None if original == "0" else original
    rows.post(
        name,
        identity(record["id"]),
        "quote" if original else "post",
        _time(record["createTime"]),
        original,
        text=record["desc"],
        hashtags=[one["hashtagName"] for one in extra if one.get("hashtagName")],
        mentions=[one["userUniqueId"] for one in extra if one.get("userUniqueId")],
    )
    stats = chosen(record.get("authorStats"), {}) or {}
    rows.profile(
        name,
        name=author.get("nickname") if isinstance(author, dict) else record.get("nickname"),
        followers=stats.get("followerCount"),
        following=stats.get("followingCount"),
        posts=stats.get("videoCount"),
        description=author.get("signature") if isinstance(author, dict) else None,
        seen_at=_time(record["createTime"]),
    )


def _time(seconds: Any) -> str | None:
    return str(int(seconds)) if isinstance(seconds, int | float) else seconds


#: Format of videos of TikTok.
TIKTOK = Format(
    "tiktok",
    match=stated_columns(
        account_id="username or author.uniqueId",
        post_id="id",
        action="duetInfo.duetFromId",
        created_at="create_time or createTime",
        target_post_id="duetInfo.duetFromId",
        text="video_description or desc",
        hashtags="hashtag_names or textExtra[].hashtagName",
        mentions="video_mention_list or textExtra[].userUniqueId",
    ),
    why="its records are videos of TikTok",
    fits=_fits,
    read=_read,
    platform="tiktok",
)
