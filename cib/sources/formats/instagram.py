"""Read Instagram and Threads: posts captured by Zeeschuimer.

Peculiarities of the format, and how they are handled:

* Hashtags occur in the text only: words after a # are extracted, not those in addresses. A word includes the combining
  marks of its letters, without which tags in Hindi or Thai would be cut to one letter.
* Reposts and quotes of Threads are in ``text_post_app_info``; a reply states the account it answers, not the post.
* Posts of Instagram state no target.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import takewhile
from typing import Any

from cib.sources.columns import stated_columns
from cib.sources.format import Format
from cib.sources.rows import Rows, chosen, identity

__all__ = ["INSTAGRAM"]

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")


def _fits(record: dict[str, Any]) -> bool:
    user = record.get("user")
    return "taken_at" in record and "code" in record and isinstance(user, dict) and "username" in user


def _read(post: dict[str, Any], rows: Rows) -> None:
    thread = post.get("text_post_app_info") or {}
    shared = thread.get("share_info") or {}
    passed_on, quoted = shared.get("reposted_post") or {}, shared.get("quoted_post") or {}
    target, answered = passed_on or quoted, thread.get("reply_to_author") or {}
    action = "retweet" if passed_on else "quote" if quoted else "reply" if answered else "post"
    text = ((passed_on or post).get("caption") or {}).get("text") or ""
    link = (thread.get("link_preview_attachment") or {}).get("url")
    rows.post(
        _account(post["user"]),
        post["code"],
        action,
        str(int(post["taken_at"])),
        target.get("code"),
        _account(target.get("user") or answered),
        target_created_at=str(int(target["taken_at"])) if target.get("taken_at") else None,
        text=text,
        urls=[link] if link else [],
        hashtags=_hashtags(text),
    )
    rows.profile(_account(post["user"]), name=post["user"]["username"], seen_at=str(int(post["taken_at"])))


def _hashtags(text: str) -> list[str]:
    """Return the hashtags of a text, without #.

    >>> _hashtags("#किसान#केरल! https://example.com/#top #เลือกตั้ง_66")
    ['किसान', 'केरल', 'เลือกตั้ง_66']
    """
    words = ("".join(takewhile(_is_part, after)) for after in _ADDRESS.sub(" ", text).split("#")[1:])
    return [word for word in words if word]


def _is_part(character: str) -> bool:
    """Return whether a character is a letter, digit or underscore, or a combining mark."""
    return character.isalnum() or character == "_" or unicodedata.category(character).startswith("M")


def _account(user: dict[str, Any]) -> str | None:
    return identity(chosen(user.get("pk"), user.get("id"), user.get("username")))


#: Format of captured posts of Instagram and Threads.
INSTAGRAM = Format(
    "instagram",
    match=stated_columns(
        account_id="user.pk",
        post_id="code",
        action="text_post_app_info.share_info, text_post_app_info.reply_to_author",
        created_at="taken_at",
        target_post_id="code of the reposted or quoted post",
        target_account_id="user.pk of that post, or text_post_app_info.reply_to_author",
        text="caption.text",
        urls="text_post_app_info.link_preview_attachment.url",
        hashtags="words after # in caption.text",
    ),
    why="its records are posts of Instagram or Threads as Zeeschuimer captures them",
    fits=_fits,
    read=_read,
    platform="meta",
)
