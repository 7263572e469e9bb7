"""Features of the profile: followers, time of creation, name and description.

Profile data can be bought, hidden or changed later; other features do not depend on these. Unknown for accounts
without profile data, and where the source lacks the column.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from cib.content.names import default_name
from cib.features.feature import feature
from cib.graphs.graph import Graph

__all__ = ["creation", "engagement_anomaly", "followers", "presentation"]

Frame = nw.DataFrame[Any]

_NUMBER, _TIME = pl.Int64(), pl.Datetime("us", "UTC")


@feature(
    outputs={
        "followers": "Followers that its profile shows.",
        "follower_ratio": "Followers for each account that it follows, as a logarithm; 0 for as many of both.",
    },
    unit={"followers": "accounts"},
)
def followers(accounts: Frame) -> pl.DataFrame:
    """Return the number of followers, and compute ``log((followers + 1) / (following + 1))``."""
    profiles = _profiles(accounts)
    ratio = ((pl.col("followers") + 1) / (pl.col("following") + 1)).log()
    return profiles.select("account_row", "followers", follower_ratio=ratio)


@feature(relative=True)
def engagement_anomaly(accounts: Frame, posts: Frame, retweets: Graph) -> pl.DataFrame:
    """More retweets received for its followers than accounts that post as much receive for theirs.

    The residual of ``log((Q + 1) / (F + 1))``, with Q the number of retweets received from others and F that of
    followers, from its least-squares line on ``log(P + 1)`` over all accounts with P > 0 posts of their own. In the
    takedown of June 2020 accounts without followers were retweeted tens of times. Unknown if the number of followers
    is not known or the account made no post.
    """
    is_own = (posts["action"] != "retweet").to_numpy()
    made = np.bincount(posts["account_row"].to_numpy(), is_own, retweets.n_accounts)
    source, target = retweets.endpoints
    weight = retweets.table["weight"].to_numpy() * (source != target)
    received = np.bincount(target, weights=weight, minlength=retweets.n_accounts)
    known = _profiles(accounts).select("account_row", "followers").drop_nulls()
    rows = known["account_row"].to_numpy()
    known, rows = known.filter(made[rows] > 0), rows[made[rows] > 0]
    x = np.log(made[rows] + 1.0)
    y = np.log((received[rows] + 1) / (known["followers"].to_numpy() + 1.0))
    away = x - x.mean() if len(x) else x
    spread = away @ away
    slope = (away @ y) / spread if spread > 0 else 0.0
    return known.select("account_row").with_columns(anomaly=pl.Series(y - (y.mean() if len(y) else 0) - slope * away))


@feature(
    outputs={
        "age_at_first_post": "Days from its creation to its first action in these data.",
        "created_together": "Other accounts of these data that were created within twelve hours of it.",
    },
    unit={"age_at_first_post": "days", "created_together": "accounts"},
    relative=True,
)
def creation(accounts: Frame, posts: Frame) -> pl.DataFrame:
    """Compute the age of an account at its first action, and the number of accounts created at about the same time.

    Accounts of one operation are often created in batches, tens on one day (Bellingcat 2020 on the June 2020
    network); so are those of many users who join because of an event.
    """
    from cib.features.passes import account_times  # numba takes half a second to import

    made = _profiles(accounts).select("account_row", "created_at").drop_nulls().sort("created_at", "account_row")
    starts, times = account_times(posts)
    rows = np.flatnonzero(np.diff(starts)).astype(np.uint32)
    first = pl.DataFrame({"account_row": rows, "first": times[starts[rows]]}).with_columns(pl.col("first").cast(_TIME))
    time = made["created_at"].cast(pl.Int64).to_numpy()
    half_a_day = 12 * 3600 * 10**6
    together = np.searchsorted(time, time + half_a_day, "right") - np.searchsorted(time, time - half_a_day, "left") - 1
    days = (pl.col("first") - pl.col("created_at")).dt.total_seconds() / 86_400
    with_first = made.with_columns(created_together=pl.Series(together)).join(first, on="account_row", how="left")
    return with_first.select("account_row", "created_together", age_at_first_post=days)


@feature(
    outputs={
        "default_name": "Whether it kept a name of letters and eight digits, less the share of its year that did.",
        "empty_bio": "Whether its profile has no description.",
    },
    relative=True,
)
def presentation(accounts: Frame) -> pl.DataFrame:
    """Compute whether the profile has a default name and an empty description.

    - ``default_name``: 1 or 0 by :func:`cib.content.names.default_name`, minus the mean over accounts created in
      the same year (accounts of unknown year count as one year); unknown for accounts created before December 2017.
    - ``empty_bio``: 1 or 0. Unknown for all accounts if none has a description, because the source then lacks them.
    """
    profiles = _profiles(accounts)
    default = default_name(pl.col("name"), pl.col("created_at")).cast(pl.Float64)
    described = pl.col("description").is_not_null()
    return profiles.select(
        "account_row",
        default_name=default - default.mean().over(pl.col("created_at").dt.year()),
        empty_bio=pl.when(described.any()).then((~described).cast(pl.Float64)),
    )


def _profiles(accounts: Frame) -> pl.DataFrame:
    """Add the columns that the source lacks to the accounts, filled with null."""
    table: pl.DataFrame = accounts.to_polars()
    schema = {
        "followers": _NUMBER,
        "following": _NUMBER,
        "created_at": _TIME,
        "name": pl.String(),
        "description": pl.String(),
    }
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in table.columns]
    return table.with_columns(missing)
