"""What presets ask of their input: a name among names, a quantile, a column that is there.

Published methods compare URLs and hashtags as they were written, so these are read here without the
normalising of ``graphs/objects.py``. What is empty links nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from cib.activity import Activity
from cib.errors import InputError, SettingsError, did_you_mean

__all__ = ["check_choice", "check_choices", "check_quantile", "listed", "posts_having", "tagged"]


def check_choice(argument: str, value: str, known: Iterable[str]) -> None:
    """Refuse a value that is not among those known.

    >>> check_choice("network", "co_retwet", ["co_retweet", "co_link"])
    Traceback (most recent call last):
        ...
    cib.errors.SettingsError: network='co_retwet' is unknown. Did you mean 'co_retweet'?
    """
    known = list(known)
    if value not in known:
        remedy = did_you_mean(value, known) or f"Take one of {', '.join(known)}."
        raise SettingsError(f"{argument}={value!r} is unknown", remedy=remedy)


def check_choices(argument: str, values: Sequence[str], known: Iterable[str]) -> None:
    """Refuse a list without a name, or with one that is not among those known."""
    known = list(known)
    if isinstance(values, str) or not values:
        remedy = f"Take some of {', '.join(known)}."
        raise SettingsError(f"{argument} must be a list of names", got=repr(values), remedy=remedy)
    for value in values:
        check_choice(argument, value, known)


def check_quantile(argument: str, value: float) -> None:
    """Refuse a quantile outside [0, 1]."""
    if not 0 <= value <= 1:
        raise SettingsError(f"{argument} is a quantile and must lie between 0 and 1", got=value)


def posts_having(activity: Activity, column: str, *, retweets: bool) -> pl.LazyFrame:
    """The posts with their ``row``, with or without retweets, if they have the column.

    Raises
    ------
    InputError
        If they lack it.
    """
    posts = activity.posts_table
    if column not in posts.columns:
        raise InputError(
            f"this method needs the column {column!r}, which these posts lack",
            got=f"columns {', '.join(posts.columns)}",
            remedy=f"Map it when reading: cib.read(..., columns={{{column!r}: 'their name'}}).",
        )
    rows = posts.lazy().with_row_index("row")
    return rows if retweets else rows.filter(pl.col("action") != "retweet")


def listed(activity: Activity, column: str, *, retweets: bool) -> pl.LazyFrame:
    """The posts, one line for each item of a list column (``object``), in their order and as written."""
    posts = posts_having(activity, column, retweets=retweets).filter(pl.col(column).list.len() > 0)
    return posts.with_columns(object=column).explode("object").filter(pl.col("object") != "")


def tagged(activity: Activity, *, retweets: bool) -> pl.LazyFrame:
    """The posts with their hashtags in order and as written (``tags``), also those that have none."""
    tags = pl.col("hashtags").list.eval(pl.element().filter(pl.element() != ""))
    return posts_having(activity, "hashtags", retweets=retweets).with_columns(tags=tags)
