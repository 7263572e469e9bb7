"""Recruitment: who belongs to a confirmed network, though no pair of its acts stands out.

From the confirmed members follow, in this order: accounts that copy their texts, accounts that aim a good part of all
their acts at them and get no act back, and accounts whose attention comes mostly from them. An error in the
confirmation multiplies here, so that only networks with evidence in what they write or when they rest recruit.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from cib.networks.acts import Acts, Flags, Ints
from cib.networks.behaviour import COPIED

__all__ = ["aiming", "boosted", "copying"]


def copying(acts: Acts, group: Ints, recruits: Flags, min_share: float) -> Ints:
    """Assign accounts that copy texts of confirmed members.

    A text counts that two members posted and that is theirs to at least half. The search is repeated once with the
    accounts that it found.

    Parameters
    ----------
    acts : Acts
    group : ndarray of int, shape (n_accounts,)
        Confirmed network of each account, -1 for none.
    recruits : ndarray of bool, shape (n_networks,)
        Networks that recruit.
    min_share : float
        Share of all acts of an account that copy, at least.

    Returns
    -------
    ndarray of int, shape (n_accounts,)
        The network that each other account copies most, -1 for none.
    """
    found = np.full(len(group), -1, dtype=np.int64)
    for _ in range(2):
        ours = np.where((group >= 0) & recruits[np.maximum(group, 0)], group, found)
        rows = [_copies(acts, ours, group, kind) for kind in COPIED]
        table = pl.concat(rows).unique("row").group_by("account", "network").agg(count=pl.len())
        found = np.maximum(found, _most(table, acts, len(group), min_share, 1))
    return found


def aiming(acts: Acts, group: Ints, recruits: Flags, min_acts: int, min_share: float) -> tuple[Ints, Ints]:
    """Assign accounts that aim their acts at confirmed members who never act on them.

    Parameters
    ----------
    acts : Acts
    group : ndarray of int, shape (n_accounts,)
    recruits : ndarray of bool, shape (n_networks,)
    min_acts : int
    min_share : float
        Of all acts of an account, at least.

    Returns
    -------
    network : ndarray of int, shape (n_accounts,)
        The network that each account outside of the confirmed ones aims at most, -1 for none.
    count : ndarray of int, shape (n_accounts,)
        The acts of each account aimed at members who do not act on it.
    """
    row, source, target = acts.pairs
    there = source * acts.n_accounts + target
    ours = (group[target] >= 0) & recruits[np.maximum(group[target], 0)]
    one_way = ours & ~np.isin(target * acts.n_accounts + source, there[group[source] >= 0])
    aims = pl.DataFrame({"account": source[one_way], "network": group[target[one_way]], "row": row[one_way]})
    posts = aims.group_by("account").agg(count=pl.col("row").n_unique())
    count = np.zeros(acts.n_accounts, dtype=np.int64)
    count[posts["account"].to_numpy()] = posts["count"].to_numpy()
    found = _most(aims.group_by("account", "network").agg(count=pl.col("row").n_unique()), acts, len(group), 0.0, 1)
    enough = (group < 0) & (count >= min_acts) & (count >= min_share * acts.made)
    return np.where(enough, found, -1), count


def boosted(acts: Acts, group: Ints, min_share: float, min_boosters: int) -> Ints:
    """Assign accounts whose received acts come mostly from one network.

    Parameters
    ----------
    acts : Acts
    group : ndarray of int, shape (n_accounts,)
        Network of each account, recruited ones included; -1 for none.
    min_share : float
        Share of all acts received that come from members, at least.
    min_boosters : int
        Members that act on the account, at least.

    Returns
    -------
    ndarray of int, shape (n_accounts,)
        The network of each boosted account outside, -1 for none. Being boosted is not the account's doing.
    """
    _, source, target = acts.pairs
    received = np.bincount(target, minlength=acts.n_accounts)
    ours = (group[source] >= 0) & (group[target] < 0)
    table = pl.DataFrame({"account": target[ours], "network": group[source[ours]], "booster": source[ours]})
    table = table.group_by("account", "network").agg(count=pl.len(), boosters=pl.col("booster").n_unique())
    share = pl.col("count") >= min_share * pl.Series(received[table["account"].to_numpy()])
    table = table.filter(share, pl.col("boosters") >= min_boosters).sort(
        "account", "count", "network", descending=[False, True, False]
    )
    best = table.unique("account", keep="first", maintain_order=True)
    found = np.full(len(group), -1, dtype=np.int64)
    found[best["account"].to_numpy()] = best["network"].to_numpy()
    return found


def _copies(acts: Acts, ours: Ints, group: Ints, kind: str) -> pl.DataFrame:
    """``account, network, row`` of posts of other accounts with a text that is mostly a network's."""
    parts = [pl.DataFrame(schema={"account": pl.Int64, "network": pl.Int64, "row": pl.UInt32})]
    for incidence in acts.incidences(kind):
        account = acts.codes(incidence)
        events = pl.DataFrame({"account": account, "object": incidence.object, "row": incidence.row})
        events = events.with_columns(network=pl.Series(ours[account]))
        posted = events.unique(["account", "object"]).filter(pl.col("network") >= 0)
        posted = (
            posted.group_by("object", "network")
            .agg(members=pl.len().cast(pl.Int64))
            .sort("object", "members", "network", descending=[False, True, False])
        )
        posted = posted.unique("object", keep="first", maintain_order=True)
        crowd = pl.Series(incidence.popularity[posted["object"].to_numpy()])
        theirs = posted.filter(pl.col("members") >= 2, 2 * pl.col("members") >= crowd)
        outside = events.filter(pl.Series(group[account] < 0)).drop("network")
        parts.append(outside.join(theirs, on="object").select("account", "network", "row"))
    return pl.concat(parts)


def _most(table: pl.DataFrame, acts: Acts, n: int, min_share: float, min_count: int) -> Ints:
    """The network with the largest count for each account, if all counts together reach the thresholds."""
    table = table.sort("account", "count", "network", descending=[False, True, False])
    best = table.group_by("account", maintain_order=True).agg(pl.col("network").first(), pl.col("count").sum())
    made = pl.Series(acts.made[best["account"].to_numpy()])
    best = best.filter(pl.col("count") >= min_share * made, pl.col("count") >= min_count)
    found = np.full(n, -1, dtype=np.int64)
    found[best["account"].to_numpy()] = best["network"].to_numpy()
    return found
