"""Read input tables of the coordination-network-toolkit (QUT): eight columns, identified by position.

``message_id, user_id, username, repost_id, reply_id, message, timestamp, urls``. Recognised by these names; with
``format="qut"`` any eight columns are read in this order. Times are unix seconds of any range. ``urls`` are separated
by spaces, or a Python list; an empty cell has no link.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cib.errors import InputError
from cib.sources.columns import Columns
from cib.sources.format import Format

__all__ = ["QUT"]

_ORDER = ("message_id", "user_id", "username", "repost_id", "reply_id", "message", "timestamp", "urls")
_OURS = {
    "account_id": "user_id",
    "post_id": "message_id",
    "created_at": "timestamp",
    "text": "message",
    "urls": "urls",
}


def _tells(names: Sequence[str]) -> bool:
    return tuple(names) == _ORDER


def _match(names: Sequence[str], _: Columns, where: str) -> dict[str, str]:
    if len(names) != len(_ORDER):
        raise InputError(
            f"a table of the coordination-network-toolkit has {len(_ORDER)} columns",
            where=where,
            got=f"{len(names)}: {', '.join(names)}",
            remedy=f"They are, in this order, {', '.join(_ORDER)}.",
        )
    theirs = dict(zip(_ORDER, names, strict=True))
    found = {ours: theirs[name] for ours, name in _OURS.items()}
    aim = f"{theirs['repost_id']} or {theirs['reply_id']}"
    return {**found, "action": aim, "target_post_id": aim}


def _translate(raw: pl.DataFrame, _: str) -> pl.DataFrame:
    table = raw.rename(dict(zip(raw.columns, _ORDER, strict=True)))
    repost, reply = (pl.col(name).is_not_null() & (pl.col(name) != "") for name in ("repost_id", "reply_id"))
    return table.select(
        **{ours: pl.col(theirs) for ours, theirs in _OURS.items()},
        action=pl.when(repost).then(pl.lit("retweet")).when(reply).then(pl.lit("reply")).otherwise(pl.lit("post")),
        target_post_id=pl.when(repost).then("repost_id").when(reply).then("reply_id"),
    )


#: Format of the tables of the coordination-network-toolkit.
QUT = Format(
    "qut",
    match=_match,
    why="it has the eight columns of the coordination-network-toolkit, in their order",
    tells=_tells,
    whole=True,
    translate=_translate,
    first=None,
)
