"""Read share tables (CooRTweet): which account shared which object in which post, and when.

Data of every platform can be reduced to the four columns ``object_id, account_id, content_id, timestamp_share``
(``id_account`` and ``id_user`` are older names of the second). A row becomes a retweet of its object. Times are unix
seconds, or text that is read as UTC; their range is not checked, since small numbers, as in synthetic examples, are
valid here. One post may share several objects, so rows are identified by post and object.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cib.sources.columns import SHARE_NAMES, Columns, match_columns
from cib.sources.format import Format

__all__ = ["SHARES", "is_share_table"]

_REQUIRED = ("account_id", "post_id", "created_at", "target_post_id")


def is_share_table(names: Iterable[str]) -> bool:
    """Return whether these are the columns of a share table.

    Examples
    --------
    >>> is_share_table(["object_id", "id_user", "content_id", "timestamp_share"])
    True
    """
    have = set(names)
    return {"object_id", "content_id", "timestamp_share"} <= have and bool(
        have & {"account_id", "id_account", "id_user"}
    )


def _match(names: Sequence[str], columns: Columns, where: str) -> dict[str, str]:
    own = {ours: theirs for theirs, ours in SHARE_NAMES.items() if theirs in names}
    return match_columns(names, {**own, **columns.of("posts")}, required=_REQUIRED, where=where)


#: Format of share tables.
SHARES = Format(
    "shares",
    match=_match,
    why="it has the columns of a share table",
    tells=is_share_table,
    key=("post_id", "target_post_id"),
    first=None,
    zone="UTC",
    needs_object=True,
)
