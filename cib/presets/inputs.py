"""Checks of the arguments of presets, and selection of their posts.

Published methods compare URLs and hashtags as written, so these are read here without the
normalisation of ``graphs/objects.py``. Empty values are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from cib.activity import Activity
from cib.errors import InputError, SettingsError, did_you_mean

__all__ = ["check_choice", "check_choices", "check_quantile", "chosen", "listed", "posts_having", "tagged"]


def check_choice(argument: str, value: str, known: Iterable[str]) -> None:
    """Raise an error for a value that is not one of the known ones.

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
    """Raise an error for an empty list of names, or one with an unknown name."""
    known = list(known)
    if isinstance(values, str) or not values:
        remedy = f"Take some of {', '.join(known)}."
        raise SettingsError(f"{argument} must be a list of names", got=repr(values), remedy=remedy)
    for value in values:
        check_choice(argument, value, known)


def chosen(
    argument: str, values: Sequence[str] | None, activity: Activity, columns: Mapping[str, str | None]
) -> Sequence[str]:
    """Return the given names after a check; None stands for those whose column the posts have.

    `columns` holds the column of each known name.
    """
    if values is None:
        values = [name for name, column in columns.items() if column in activity.posts_table.columns]
    check_choices(argument, values, columns)
    return values


def check_quantile(argument: str, value: float) -> None:
    """Raise an error for a quantile outside [0, 1]."""
    if not 0 <= value <= 1:
        raise SettingsError(f"{argument} is a quantile and must lie between 0 and 1", got=value)


def posts_having(activity: Activity, column: str, *, retweets: bool) -> pl.LazyFrame:
    """Return the posts with their ``row``, with or without retweets, after checking that they have a column.

    Raises
    ------
    InputError
        If they lack the column.
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
    """Explode a list column of the posts to ``object``, in order and as written."""
    posts = posts_having(activity, column, retweets=retweets).filter(pl.col(column).list.len() > 0)
    return posts.with_columns(object=column).explode("object").filter(pl.col("object") != "")


def tagged(activity: Activity, *, retweets: bool) -> pl.LazyFrame:
    """Add the hashtags of the posts as ``tags``, in order and as written; posts without any are included."""
    tags = pl.col("hashtags").list.eval(pl.element().filter(pl.element() != ""))
    return posts_having(activity, "hashtags", retweets=retweets).with_columns(tags=tags)
