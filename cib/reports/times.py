"""Counts of acts of the members of networks: over the whole time span, and by hour of the week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

import numpy as np
import polars as pl

from cib.activity import Activity

__all__ = ["Bins", "timeline", "week"]


@dataclass(frozen=True)
class Bins:
    """Time bins of equal width, about 60 at most unless the span exceeds 60 bins of the largest width.

    Parameters
    ----------
    first : datetime
        Start of the first bin.
    step : timedelta
    count : int
    """

    first: datetime
    step: timedelta
    count: int

    @classmethod
    def of(cls, activity: Activity) -> Bins:
        """Choose the smallest width for the time span of an activity: 1 or 6 hours, or 1, 7 or 28 days."""
        times = activity.posts_table["created_at"]
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        first, last = cast("datetime", times.min() or epoch), cast("datetime", times.max() or epoch)
        step = next((each for each in _STEPS if (last - first) / each <= 60), _STEPS[-1])
        first = first.replace(minute=0, second=0, microsecond=0)
        if step >= timedelta(days=1):
            first = first.replace(hour=0)
        return cls(first, step, (last - first) // step + 1)


_STEPS = (*(timedelta(hours=h) for h in (1, 6)), *(timedelta(days=d) for d in (1, 7, 28)))


def timeline(activity: Activity, members: pl.DataFrame, bins: Bins) -> dict[str, list[int]]:
    """Count the acts of the members of each network by bin; `members` has ``account_id`` and ``network_id``."""
    place = (pl.col("created_at") - bins.first).dt.total_microseconds() // (bins.step // timedelta(microseconds=1))
    return _counted(activity, members, place, bins.count)


def week(activity: Activity, members: pl.DataFrame) -> dict[str, list[int]]:
    """Count the acts of the members of each network by hour of the week: 168 bins from Monday 0:00 UTC."""
    hour = (pl.col("created_at").dt.weekday().cast(pl.Int64) - 1) * 24 + pl.col("created_at").dt.hour()
    return _counted(activity, members, hour, 168)


def _counted(activity: Activity, members: pl.DataFrame, place: pl.Expr, size: int) -> dict[str, list[int]]:
    mine = members.select("account_id", "network_id")
    acts = activity.posts_table.select("account_id", "created_at").join(mine, on="account_id")
    acts = acts.select("network_id", place=place.cast(pl.Int64))
    tables = acts.partition_by("network_id", as_dict=True).items()
    return {network: np.bincount(table["place"], minlength=size).tolist() for (network,), table in tables}
