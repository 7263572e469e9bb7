"""Concatenate several activities into one."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from cib.activity import Activity
from cib.errors import InputError, check_several
from cib.sources.assembly import assemble, without_made_up_ids
from cib.sources.cleaning import Clean
from cib.sources.formats.canonical import CANONICAL

__all__ = ["concat"]


def concat(activities: Iterable[Activity]) -> Activity:
    """Concatenate activities, such as those of several days, into one.

    Parameters
    ----------
    activities : iterable of Activity
        Duplicate posts are kept once; if several describe one account, the last one in this order is used.

    Returns
    -------
    Activity
        The same as if all had been read together: targets are looked up again among all posts, and the counts of the
        import reports are added.

    Raises
    ------
    InputError
        If `activities` is empty or an item is not an activity.

    Examples
    --------
    >>> import cib
    >>> whole = cib.simulate(scale=0.002, seed=1).activity
    >>> parts = [whole.between("2020-01-01", "2020-04-01"), whole.between("2020-04-01", "2021-01-01")]
    >>> cib.concat(parts).posts_table.equals(whole.posts_table)
    True
    """
    check_several("activities", activities, "[one, other]")
    parts = list(activities)
    for k, part in enumerate(parts):
        if not isinstance(part, Activity):
            raise InputError(
                "concat takes activities",
                where=f"activities[{k}]",
                got=f"a {type(part).__name__}",
                remedy="Read each first: cib.concat([cib.read(...), cib.read(...)]).",
            )
    if not parts:
        raise InputError("there is no activity to join", remedy="Give at least one: cib.concat([activity]).")
    accounts = pl.concat([part.accounts_table for part in parts], how="diagonal")
    return assemble(
        [_clean(part) for part in parts],
        accounts.unique("account_id", keep="last").sort("account_id"),
        CANONICAL,
        source=" + ".join(dict.fromkeys(part.imported.source for part in parts)),
        why=f"{len(parts)} activities",
        columns={ours: theirs for part in parts for ours, theirs in part.imported.columns.items()},
        notes=tuple(dict.fromkeys(note for part in parts for note in part.imported.notes)),
        files=sum(part.imported.files for part in parts),
        library=parts[0].library,
    )


def _clean(part: Activity) -> Clean:
    told, posts = part.imported, without_made_up_ids(part.posts_table)
    read = posts.height + sum(told.dropped.values())  # the report of a sample is that of all
    return Clean(posts, read, told.dropped, repaired=told.repaired)
