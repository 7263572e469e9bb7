"""When the members of networks acted: over the whole time, and by hour of the week."""

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
    """Equal stretches of time: hours, days or weeks, some 60 of them at most; more only beyond five years.

    Parameters
    ----------
    first : datetime
        Start of the first.
    step : timedelta
    count : int
    """

    first: datetime
    step: timedelta
    count: int

    @classmethod
    def of(cls, activity: Activity) -> Bins:
        """As fine as the span of the activity allows."""
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
    """Acts of the members of each network in each bin; `members` has ``account_id`` and ``network_id``."""
    place = (pl.col("created_at") - bins.first).dt.total_microseconds() // (bins.step // timedelta(microseconds=1))
    return _counted(activity, members, place, bins.count)


def week(activity: Activity, members: pl.DataFrame) -> dict[str, list[int]]:
    """Acts of the members of each network by hour of the week, 168 from Monday 0:00 UTC on."""
    hour = (pl.col("created_at").dt.weekday().cast(pl.Int64) - 1) * 24 + pl.col("created_at").dt.hour()
    return _counted(activity, members, hour, 168)


def _counted(activity: Activity, members: pl.DataFrame, place: pl.Expr, size: int) -> dict[str, list[int]]:
    mine = members.select("account_id", "network_id")
    acts = activity.posts_table.select("account_id", "created_at").join(mine, on="account_id")
    acts = acts.select("network_id", place=place.cast(pl.Int64))
    tables = acts.partition_by("network_id", as_dict=True).items()
    return {network: np.bincount(table["place"], minlength=size).tolist() for (network,), table in tables}
