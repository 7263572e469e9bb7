"""Days off: test whether a network acts less at weekends than other accounts.

People post at weekends about as much as on other days; staff do not. The acts of a network are not independent (fifty
acts in one evening are one event), so that the share of weekend acts is tested on the effective number of days,
``D = (sum n_d)^2 / sum n_d^2`` for n_d acts on day d.

Accounts that react to others rest when these do: customers do not answer a shop that is closed. An act on a post of an
account outside of the network is therefore compared with acts of unaffiliated accounts on posts that were also made at
weekends, or also on working days.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.special import betainc

from cib.networks.acts import Acts, Flags, Ints, Numbers, is_weekend, share_of

__all__ = ["days_off"]

#: Minimum number of acts of unaffiliated accounts of a language for a weekend share of its own; below it that of all.
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
        One row per network: ``network, days`` (effective), ``weekend`` (share of the acts), ``elsewhere`` (the share
        among unaffiliated accounts) and ``p``, the probability of a share as small.
    """
    n = int(group.max(initial=-1)) + 1
    rates = _rates(acts, free)
    acts.forget("reacts_to")  # a value for every post, as below
    acts = acts.seen_by(group)
    mine = np.flatnonzero(group[acts.account] >= 0)
    account, day = acts.account[mine], acts.day[mine].astype(np.int64)
    network = group[account]
    rate = rates[acts.language[0][account], _occasion(acts, group, mine)]
    total = np.bincount(network, minlength=n)
    seen = share_of(np.bincount(network[is_weekend(day)], minlength=n), total)
    elsewhere = share_of(np.bincount(network, rate, n), total)
    first = day.min(initial=0)
    width = day.max(initial=0) - first + 1
    cells, acts_on = np.unique(network * width + (day - first), return_counts=True)
    acts.forget("_targets", "reacts_to", "target_row", "occasion", "day")
    days = share_of(total.astype(float) ** 2, np.bincount(cells // width, acts_on**2, n))
    hits = seen * days
    # the binomial tail with a real number of trials
    p = betainc(np.maximum(days - hits, 1e-9), hits + 1, 1 - elsewhere)
    table = pl.DataFrame({"network": np.arange(n), "days": days, "weekend": seen, "elsewhere": elsewhere, "p": p})
    return table.with_columns(pl.col("days", "weekend", "elsewhere").round(9), p=pl.Series(np.where(days > 0, p, 1.0)))


def _occasion(acts: Acts, group: Ints, rows: Ints) -> Ints:
    """Return what acts of members react to: 0 no post or their network, 1 a post of a working day, 2 of a weekend."""
    target = acts.target_row[rows]
    inside = (target >= 0) & (group[acts.account[target]] == group[acts.account[rows]])
    return np.where(inside, 0, acts.occasion[rows])


def _rates(acts: Acts, free: Flags) -> Numbers:
    """Compute the weekend share of acts of unaffiliated accounts by language and occasion; shape (n_languages, 3)."""
    language, names = acts.language
    crowd, rested = np.zeros((2, len(names), 3), dtype=np.int64)
    for counts, of_accounts in ((crowd, acts.occasions[0]), (rested, acts.occasions[1])):
        np.add.at(counts, language[free], of_accounts[free])
    everybody = share_of(rested.sum(axis=0), crowd.sum(axis=0))
    rates: Numbers = np.where(crowd >= MIN_ACTS, share_of(rested, crowd), everybody)
    return rates
