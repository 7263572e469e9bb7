"""Read Reddit: comments and submissions of Pushshift, arctic_shift and the API, as JSON lines.

Peculiarities of the format, and how they are handled:

* Dumps are compressed as .zst and need 2 GB of memory: ``max_bytes=2**31`` allows it. Their names have no other suffix.
* A comment answers a submission (``t3_...``) or a comment (``t1_...``): post ids have the same prefixes.
* ``[deleted]`` is not an account: such rows are counted and left out.
"""

from __future__ import annotations

from typing import Any

from cib.sources.columns import stated_columns
from cib.sources.format import Format
from cib.sources.rows import Rows, chosen, identity

__all__ = ["REDDIT"]


def _fits(record: dict[str, Any]) -> bool:
    if record.get("kind") in {"t1", "t3"} and isinstance(record.get("data"), dict):
        return True
    said = "body" in record or "title" in record
    return said and "author" in record and "created_utc" in record and ("subreddit" in record or "link_id" in record)


def _read(record: dict[str, Any], rows: Rows) -> None:
    post = record["data"] if "kind" in record and "created_utc" not in record else record
    if "body" in post:
        _comment(post, rows)
    else:
        _submission(post, rows)
    if post.get("author"):
        rows.profile(post["author"], name=post["author"], created_at=_time(post.get("author_created_utc")))


def _comment(post: dict[str, Any], rows: Rows) -> None:
    rows.post(
        post["author"],
        f"t1_{identity(post['id'])}",
        "reply",
        _time(post["created_utc"]),
        chosen(_parent(post.get("parent_id")), post.get("link_id")),
        text=post["body"],
    )


def _parent(parent: Any) -> str | None:
    """Return the id of the answered post, which is an integer in some dumps."""
    return f"t1_{parent}" if isinstance(parent, int) else parent


def _submission(post: dict[str, Any], rows: Rows) -> None:
    original, link = post.get("crosspost_parent"), post.get("url")
    passed_on = (post.get("crosspost_parent_list") or [{}])[0]
    rows.post(
        post["author"],
        f"t3_{identity(post['id'])}",
        "retweet" if original else "post",
        _time(post["created_utc"]),
        original,
        passed_on.get("author"),
        target_created_at=_time(passed_on.get("created_utc")),
        text="\n\n".join(part for part in (post["title"], post.get("selftext")) if part),
        urls=[link] if link and not post.get("is_self") and "://" in link else [],
    )


def _time(seconds: Any) -> str | None:
    return None if seconds in (None, "") else str(int(float(seconds)))


#: Format of posts of Reddit.
REDDIT = Format(
    "reddit",
    match=stated_columns(
        account_id="author",
        post_id="t1_ or t3_ and id",
        action="body, crosspost_parent",
        created_at="created_utc",
        target_post_id="parent_id or crosspost_parent",
        target_account_id="author of the crosspost",
        text="body, or title and selftext",
        urls="url",
    ),
    why="its records are comments or submissions of Reddit",
    fits=_fits,
    read=_read,
    platform="reddit",
)
