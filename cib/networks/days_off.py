"""Days off: whether a network rests at weekends where others do not.

People post at weekends about as much as on other days; staff do not. The acts of a network are not independent (the
fifty acts of an evening are one event), so that the share of weekend acts is tested on the effective number of days,
``D = (sum n_d)^2 / sum n_d^2`` for n_d acts on day d.

Who reacts to others rests when these do: customers do not answer a shop that is closed. An act on a post of another
network, or of nobody's, is therefore compared with acts of unaffiliated accounts on posts that were made at weekends
as well, or on other days as well.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.special import betainc

from cib.networks.acts import DAY, Acts, Flags, Ints, Numbers, share_of

__all__ = ["days_off"]

#: Acts of unaffiliated accounts of a language from which its weekend share is taken; with fewer, from all.
MIN_ACTS = 2000

#: Saturday and Sunday, counted from Monday; 1970 began on a Thursday.
_SATURDAY, _THURSDAY = 5, 3


def days_off(acts: Acts, group: Ints, free: Flags) -> pl.DataFrame:
    """Test the weekend acts of each network against unaffiliated accounts of the same languages.

    Parameters
    ----------
    acts : Acts
    group : ndarray of int, shape (n_accounts,)
        Network of each account, -1 for none.
    free : ndarray of bool, shape (n_accounts,)
        From :func:`cib.networks.account_metadata.unaffiliated`.

    Returns
    -------
    polars.DataFrame
        One row a network: ``network, days`` (effective), ``weekend`` (share of the acts), ``elsewhere`` (the share
        among unaffiliated accounts) and ``p``, the probability of a share as small.
    """
    n = int(group.max(initial=-1)) + 1
    weekend = _is_weekend(acts.day)
    network = group[acts.account]
    mine = network >= 0
    rate = _expected(acts, weekend, _occasion(acts, group), free[acts.account])
    total = np.bincount(network[mine], minlength=n)
    seen = share_of(np.bincount(network[mine & weekend], minlength=n), total)
    elsewhere = share_of(np.bincount(network[mine], rate[mine], n), total)
    by_day = pl.DataFrame({"network": network[mine], "day": acts.day[mine]}).group_by("network", "day").len()
    squares = np.zeros(n, dtype=np.int64)
    np.add.at(squares, by_day["network"].to_numpy(), by_day["len"].to_numpy().astype(np.int64) ** 2)
    days = share_of(total.astype(float) ** 2, squares)
    hits = seen * days
    # the binomial tail with a real number of trials
    p = betainc(np.maximum(days - hits, 1e-9), hits + 1, 1 - elsewhere)
    table = pl.DataFrame({"network": np.arange(n), "days": days, "weekend": seen, "elsewhere": elsewhere, "p": p})
    return table.with_columns(pl.col("days", "weekend", "elsewhere").round(9), p=pl.Series(np.where(days > 0, p, 1.0)))


def _occasion(acts: Acts, group: Ints) -> Ints:
    """What each act reacts to: 0 to nothing or to its own network, 1 to a post of a working day, 2 of a weekend.

    A post that is not in the data is as old as the first act on it.
    """
    posts = acts.activity.posts_table
    table = pl.DataFrame({"row": np.arange(len(posts)), "post": posts["target_post_id"], "time": acts.time})
    table = table.drop_nulls("post")
    known = pl.DataFrame({"post": posts["post_id"], "made": acts.time, "by": group[acts.account]})
    table = table.join(known.unique("post", keep="first", maintain_order=True), on="post", how="left")
    table = table.with_columns(pl.coalesce("made", pl.col("time").min().over("post")))
    occasion = np.zeros(len(posts), dtype=np.int64)
    ours = group[acts.account[table["row"].to_numpy()]]
    inside = (table["by"].fill_null(-1).to_numpy() == ours) & (ours >= 0)
    local = (table["made"] + acts.zone[acts.account[table["row"].to_numpy()]]).to_numpy() // DAY
    occasion[table["row"].to_numpy()] = np.where(inside, 0, 1 + _is_weekend(local))
    return occasion


def _expected(acts: Acts, weekend: Flags, occasion: Ints, outside: Flags) -> Numbers:
    """For each act the weekend share of acts of unaffiliated accounts of its language on such an occasion."""
    language, names = acts.language
    cell = language[acts.account] * 3 + occasion
    crowd = np.bincount(cell[outside], minlength=3 * len(names)).reshape(-1, 3)
    rested = np.bincount(cell[outside & weekend], minlength=3 * len(names)).reshape(-1, 3)
    everybody = share_of(rested.sum(axis=0), crowd.sum(axis=0))
    rate: Numbers = np.where(crowd >= MIN_ACTS, share_of(rested, crowd), everybody).ravel()[cell]
    return rate


def _is_weekend(day: Ints) -> Flags:
    return (day + _THURSDAY) % 7 >= _SATURDAY
