"""What an account acted on: the thing that two accounts can have in common.

Each kind of object is one function from posts to a table of ``row`` (position in ``activity.posts``)
and ``object`` (text, null where the post has none). A user's own function takes the posts and
returns a frame of ``post_id`` and ``object``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals as nw
import polars as pl

from cib.activity import Activity
from cib.errors import InputError, SettingsError, did_you_mean

__all__ = ["OBJECTS", "Objects", "kind_of", "object_events"]

#: A kind by name, or a function from posts to a frame of ``post_id`` and ``object``.
Objects = str | Callable[[nw.DataFrame[Any]], Any]

_OF_ACTION = {
    "post": ("retweet", "target_post_id"),
    "author": ("retweet", "target_account_id"),
    "quoted": ("quote", "target_post_id"),
    "replied": ("reply", "target_post_id"),
}
_LISTED = {"mention": "mentions", "url": "urls", "hashtag": "hashtags"}

#: The kinds that ``objects=`` takes by name.
OBJECTS = (*_OF_ACTION, *_LISTED, "text")


def object_events(activity: Activity, objects: Objects, *, self_actions: bool = False) -> pl.DataFrame:
    """Which post acted on which object.

    Parameters
    ----------
    activity : Activity
    objects : str or callable
        ``'post'`` (retweeted post), ``'author'`` (retweeted account), ``'quoted'``, ``'replied'``,
        ``'mention'``, ``'url'``, ``'hashtag'``, ``'text'`` (equal text after normalising; retweets
        apart), or a function of the posts that returns a frame of ``post_id`` and ``object``.
    self_actions : bool
        Whether acting on one's own posts counts.

    Returns
    -------
    polars.DataFrame
        Columns ``row`` (uint32) and ``object`` (str).

    Raises
    ------
    SettingsError
        If the name is unknown.
    InputError
        If the posts lack the column, or a function returns something else.
    """
    if callable(objects):
        return _of_function(activity, objects)
    posts = activity.posts_table.lazy().with_row_index("row")
    if objects in _OF_ACTION:
        action, column = _OF_ACTION[objects]
        acts = posts.filter(pl.col("action") == action)
        if not self_actions:
            acts = acts.filter(pl.col("target_account_id").ne_missing(pl.col("account_id")))
        return acts.select("row", object=column).collect()
    if objects in _LISTED:
        column = _require(activity, objects, _LISTED[objects])
        own = posts.filter(pl.col("action") != "retweet", pl.col(column).list.len() > 0)
        key = pl.col("object") if objects == "mention" else _normal("object")
        return own.select("row", object=column).explode("object").with_columns(object=key).collect()
    if objects == "text":
        _require(activity, objects, "text")
        own = posts.filter(pl.col("action") != "retweet")
        return own.select("row", object=_normal("text")).filter(pl.col("object") != "").collect()
    raise SettingsError(
        f"objects={objects!r} is no kind of object",
        remedy=did_you_mean(objects, OBJECTS) or f"Take one of {', '.join(OBJECTS)}, or a function of the posts.",
    )


def kind_of(objects: Objects) -> str:
    """The name of a kind of object, or of the function that makes it."""
    return objects if isinstance(objects, str) else getattr(objects, "__name__", "function")


def _normal(column: str) -> pl.Expr:
    """One key for text that looks the same: NFKC, case folded, spaces squeezed, invisible marks gone."""
    text = pl.col(column).str.normalize("NFKC").str.to_lowercase()
    return text.str.replace_all(r"[\p{Cf}\u{FE00}-\u{FE0F}]", "").str.replace_all(r"\s+", " ").str.strip_chars()


def _require(activity: Activity, objects: str, column: str) -> str:
    if column not in activity.posts_table.columns:
        raise InputError(
            f"objects={objects!r} needs the column {column!r}, which these posts lack",
            got=f"columns {', '.join(activity.posts_table.columns)}",
            remedy=f"Map it when reading: cib.read(..., columns={{{column!r}: 'their name'}}).",
        )
    return column


def _of_function(activity: Activity, function: Callable[[nw.DataFrame[Any]], Any]) -> pl.DataFrame:
    name = getattr(function, "__name__", repr(function))
    returned = function(activity.posts)
    try:
        frame: pl.DataFrame = nw.from_native(returned, eager_only=True, pass_through=False).to_polars()
        pairs = frame.select(pl.col("post_id").cast(pl.String), pl.col("object").cast(pl.String))
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise InputError(
            f"objects function {name!r} must return a frame of 'post_id' and 'object'",
            got=type(returned).__name__,
        ) from error
    rows = activity.posts_table.select("post_id").with_row_index("row")
    return pairs.drop_nulls().unique().join(rows, on="post_id").select("row", "object")
