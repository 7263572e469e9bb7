"""Days off: whether a network rests at weekends where others do not.

People post at weekends about as much as on other days; staff do not. The acts of a network are not independent (the
fifty acts of an evening are one event), so that the share of weekend acts is tested on the effective number of days,
``D = (sum n_d)^2 / sum n_d^2`` for n_d acts on day d.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.special import betainc

from cib.networks.acts import Acts, Flags, Ints, is_weekend, share_of

__all__ = ["days_off"]

#: Acts of unaffiliated accounts of a language from which its weekend share is taken; with fewer, from all.
MIN_ACTS = 2000


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
    language, names = acts.language
    crowd, rested = (
        np.bincount(language[free], each[free], len(names)).astype(np.int64) for each in (acts.made, acts.weekends)
    )
    acts = acts.seen_by(group)
    weekend, spoken = is_weekend(acts.day), language[acts.account]
    rate = np.where(crowd >= MIN_ACTS, share_of(rested, crowd), share_of(rested.sum(), crowd.sum()))
    network = group[acts.account]
    mine = network >= 0
    total = np.bincount(network[mine], minlength=n)
    seen = share_of(np.bincount(network[mine & weekend], minlength=n), total)
    elsewhere = share_of(np.bincount(network[mine], rate[spoken[mine]], n), total)
    by_day = pl.DataFrame({"network": network[mine], "day": acts.day[mine]}).group_by("network", "day").len()
    squares = np.zeros(n, dtype=np.int64)
    np.add.at(squares, by_day["network"].to_numpy(), by_day["len"].to_numpy().astype(np.int64) ** 2)
    days = share_of(total.astype(float) ** 2, squares)
    hits = seen * days
    # the binomial tail with a real number of trials
    p = betainc(np.maximum(days - hits, 1e-9), hits + 1, 1 - elsewhere)
    table = pl.DataFrame({"network": np.arange(n), "days": days, "weekend": seen, "elsewhere": elsewhere, "p": p})
    return table.with_columns(pl.col("days", "weekend", "elsewhere").round(9), p=pl.Series(np.where(days > 0, p, 1.0)))
