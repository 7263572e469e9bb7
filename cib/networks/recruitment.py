"""Recruitment: accounts that belong to a confirmed network although no pair of them is significant.

The confirmed members determine, in this order: accounts that copy their texts, accounts with unearned attention that
were created together with them, accounts that aim a large part of all their acts at them without return, and accounts
that receive most of their attention from them. Recruitment multiplies errors of the confirmation, so that only networks
with evidence by copying, boosted or days off recruit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cib.graphs.incidence import distinct_values
from cib.networks.account_metadata import BATCH, FEW_FOLLOWERS, MATCHED
from cib.networks.acts import Acts, Flags, Ints, benjamini_hochberg, in_chosen, is_in
from cib.networks.behaviour import COPIED
from cib.networks.verdict import Rule

__all__ = ["Recruits", "aiming", "boosted", "copying", "created_together", "recruit"]


@dataclass(frozen=True)
class Recruits:
    """Accounts that belong to the confirmed networks; arrays of shape (n_accounts,), -1 for no network."""

    core: Ints  #: the confirmed members
    copies: Ints  #: other accounts that copy them
    together: Ints  #: other accounts with unearned attention, created together with confirmed members
    aims: Ints  #: other accounts that aim at any of these, without return
    lifted: Ints  #: boosted accounts that are none of `core`, `copies` and `together`
    aimed: Ints  #: acts of each account aimed at any of these, without return

    @property
    def confirmed(self) -> Ints:
        """Return the network of each account that belongs to one by its own acts."""
        return np.maximum(np.maximum(self.core, self.copies), np.maximum(self.together, self.aims))

    @property
    def found(self) -> Ints:
        """Return the network of each account that belongs to one by its own acts or is only boosted."""
        return np.where(self.confirmed >= 0, self.confirmed, self.lifted)


def recruit(acts: Acts, core: Ints, recruits: Flags, barred: Flags, rule: Rule) -> Recruits:
    """Find the accounts that belong to the confirmed networks.

    Accounts that aim at the confirmed members and are themselves boosted by the network are treated as its core, and
    the search for accounts that aim at it is repeated once.

    Parameters
    ----------
    acts : Acts
    core : ndarray of int, shape (n_accounts,)
        Confirmed network of each account, -1 for none.
    recruits : ndarray of bool, shape (n_networks,)
        Networks that recruit.
    barred : ndarray of bool, shape (n_accounts,)
        Accounts that cannot join.
    rule : Rule
    """
    copies = np.where(barred | (core >= 0), -1, copying(acts, core, recruits, rule.copied_share))
    together = created_together(acts, core, recruits, rule)
    together = np.where(barred | (np.maximum(core, copies) >= 0), -1, together)
    ours, leads = np.maximum(np.maximum(core, copies), together), np.full(len(core), -1, dtype=np.int64)
    for _ in range(2):
        aims, count = aiming(acts, np.maximum(ours, leads), recruits, rule)
        aims = np.where(barred, -1, np.maximum(aims, leads))
        lifted = boosted(acts, np.maximum(ours, aims), ours, rule.boosted_share, rule.min_boosters)
        leads = np.where(aims >= 0, lifted, -1)
        if (leads < 0).all():
            break
    return Recruits(core, copies, together, aims, np.where(barred, -1, lifted), count)


def copying(acts: Acts, group: Ints, recruits: Flags, min_share: float) -> Ints:
    """Assign accounts that copy texts of confirmed members.

    A text counts if at least two members of confirmed networks posted it and members are at least half of the accounts
    that posted it. The search is repeated once with the accounts found.

    Parameters
    ----------
    acts : Acts
    group : ndarray of int, shape (n_accounts,)
        Confirmed network of each account, -1 for none.
    recruits : ndarray of bool, shape (n_networks,)
        Networks that recruit.
    min_share : float
        Minimum share of copies among all acts of an account.

    Returns
    -------
    ndarray of int, shape (n_accounts,)
        The network that each other account copies most, -1 for none.
    """
    found = np.full(len(group), -1, dtype=np.int64)
    for _ in range(2):
        ours = np.where(in_chosen(group, recruits), group, found)
        rows = [_copies(acts, ours, group, kind) for kind in COPIED]
        table = pl.concat(rows).unique("row").group_by("account", "network").agg(count=pl.len())
        found = np.maximum(found, _most(table, acts, min_share))
        if (found < 0).all():
            break
    return found


def created_together(acts: Acts, group: Ints, recruits: Flags, rule: Rule) -> Ints:
    """Assign accounts with unearned attention that were created together with confirmed members.

    The cells of one operation may boost an account each, so that these share nothing but how they were made. An account
    counts if it has few followers, at least `rule.min_actors` accounts act on it without return, at least
    `rule.min_mates` members were created within twelve hours of it, and at most `rule.max_mated` of the other accounts
    of its age have as many such members.

    Parameters
    ----------
    acts : Acts
    group : ndarray of int, shape (n_accounts,)
        Confirmed network of each account, -1 for none.
    recruits : ndarray of bool, shape (n_networks,)
        Networks that recruit.
    rule : Rule

    Returns
    -------
    ndarray of int, shape (n_accounts,)
        The network of most such members, -1 for none.
    """
    found = np.full(acts.n_accounts, -1, dtype=np.int64)
    if not {"followers", "created_at"} <= set(acts.about.columns):
        return found
    made = acts.created
    ours = in_chosen(group, recruits) & ~np.isnan(made)
    members = np.flatnonzero(ours)[np.argsort(made[ours], kind="stable")]
    first = np.searchsorted(made[members], made - BATCH)
    mates = np.searchsorted(made[members], made + BATCH, side="right") - first
    other = (group < 0) & (acts.made > 0) & ~np.isnan(made)
    others = np.flatnonzero(other)[np.argsort(made[other], kind="stable")]
    few = (acts.about["followers"] < FEW_FOLLOWERS).fill_null(value=False).to_numpy()
    attended = few & acts.unearned & (acts.actors >= rule.min_actors)
    asked = np.flatnonzero(other & attended & (mates >= rule.min_mates))
    starts, stops = (np.searchsorted(made[others], made[asked] + far) for far in (-MATCHED, MATCHED))
    for account, start, stop in zip(asked, starts, stops, strict=True):
        as_many = mates[others[start:stop]] >= mates[account]  # one of them is the account
        if as_many.sum() - 1 <= rule.max_mated * (len(as_many) - 1):
            theirs = members[first[account] : first[account] + mates[account]]
            found[account] = np.bincount(group[theirs]).argmax()
    return found


def aiming(acts: Acts, group: Ints, recruits: Flags, rule: Rule) -> tuple[Ints, Ints]:
    """Assign accounts that aim their acts at confirmed members that never act on them.

    Members with a large audience are acted on by many accounts, some of them twice by chance. An account is assigned if
    its acts on members are at least `rule.aimed_acts`, at least `rule.aimed_share` of all its acts, and more than those
    of the audience, with the false discovery rate `rule.alpha_aimed` over all other accounts. The interest of the
    audience in members is taken to be exponentially distributed, so that its counts are geometric; their mean per act
    is that of the accounts with at most one act on members.

    Parameters
    ----------
    acts : Acts
    group : ndarray of int, shape (n_accounts,)
    recruits : ndarray of bool, shape (n_networks,)
    rule : Rule

    Returns
    -------
    network : ndarray of int, shape (n_accounts,)
        The network at which each account outside of the confirmed ones aims most, -1 for none.
    count : ndarray of int, shape (n_accounts,)
        The number of acts of each account aimed at members that do not act on it.
    """
    row, source, target = acts.pairs_of(group >= 0)
    there = distinct_values((source * acts.n_accounts + target)[group[source] >= 0])
    one_way = np.flatnonzero(in_chosen(group[target], recruits))
    one_way = one_way[~is_in(target[one_way] * acts.n_accounts + source[one_way], there)]
    source, network, row = source[one_way], group[target[one_way]], row[one_way]
    count = np.bincount(source[np.diff(row, prepend=-1) > 0], minlength=acts.n_accounts)  # rows ascend
    key = row * (int(network.max(initial=0)) + 1) + network
    order = np.argsort(key, kind="stable")
    once = order[np.diff(key[order], prepend=-1) > 0]
    aims = pl.DataFrame({"account": source[once], "network": network[once]})
    found = _most(aims.group_by("account", "network").agg(count=pl.len()), acts, 0.0)
    outside = (group < 0) & (acts.made > 0)
    enough = outside & (count >= rule.aimed_acts) & (count >= rule.aimed_share * acts.made)
    enough &= _preferring(count, acts.made, outside, enough, rule.alpha_aimed)
    return np.where(enough, found, -1), count


def _preferring(count: Ints, made: Ints, outside: Flags, asked: Flags, alpha: float) -> Flags:
    """Return the accounts asked about whose acts on members are more than those of the audience."""
    few = outside & (count <= 1)
    mean = made * count[few].sum() / max(made[few].sum(), 1)
    p = np.where(asked, (mean / (1 + mean)) ** count, 1.0)
    return p <= benjamini_hochberg(p[asked], alpha, int(outside.sum()))


def boosted(acts: Acts, group: Ints, settled: Ints, min_share: float, min_boosters: int) -> Ints:
    """Assign accounts whose received acts come mostly from one network.

    Parameters
    ----------
    acts : Acts
    group : ndarray of int, shape (n_accounts,)
        Network of each account, recruited ones included; -1 for none.
    settled : ndarray of int, shape (n_accounts,)
        Network of each account that is not tested; -1 for the others.
    min_share : float
        Minimum share of acts by members among all acts received.
    min_boosters : int
        Minimum number of members that act on the account.

    Returns
    -------
    ndarray of int, shape (n_accounts,)
        The network of each boosted account, -1 for none. An account does not control whether it is boosted.
    """
    _, source, target = acts.pairs_of(group >= 0)
    ours = (group[source] >= 0) & (settled[target] < 0)
    table = pl.DataFrame({"account": target[ours], "network": group[source[ours]], "booster": source[ours]})
    boosters = table.group_by("account").agg(boosters=pl.col("booster").n_unique())
    counts = np.zeros(acts.n_accounts, dtype=np.int64)
    counts[boosters["account"].to_numpy()] = boosters["boosters"].to_numpy()
    own = table.group_by("account", "network").agg(count=pl.len())
    total = np.bincount(target[ours], minlength=acts.n_accounts)
    enough = (counts >= min_boosters) & (total >= min_share * acts.received)
    return np.where(enough, _most(own, acts, 0.0), -1)


def _copies(acts: Acts, ours: Ints, group: Ints, kind: str) -> pl.DataFrame:
    """Select posts of other accounts with a text mostly posted by networks: ``account, network, row``."""
    parts = [pl.DataFrame(schema={"account": pl.Int64, "network": pl.Int64, "row": pl.Int64})]
    for incidence in acts.touched_by(ours >= 0, kind):
        account = acts.codes(incidence)
        on = np.zeros(len(incidence.popularity), dtype=bool)
        on[incidence.object[ours[account] >= 0]] = True
        on = on[incidence.object]
        account = account[on]
        events = pl.DataFrame({"account": account, "object": incidence.object[on], "row": incidence.row[on]})
        events = events.with_columns(network=pl.Series(ours[account]))
        posted = events.unique(["account", "object"]).filter(pl.col("network") >= 0)
        posted = posted.group_by("object", "network").agg(members=pl.len().cast(pl.Int64))
        posted = posted.sort("object", "members", "network", descending=[False, True, False])
        posted = posted.group_by("object", maintain_order=True).agg(pl.col("network").first(), pl.col("members").sum())
        crowd = pl.Series(incidence.popularity[posted["object"].to_numpy()])
        theirs = posted.filter(pl.col("members") >= 2, 2 * pl.col("members") >= crowd)
        outside = events.filter(pl.Series(group[account] < 0)).drop("network")
        parts.append(outside.join(theirs, on="object").select("account", "network", pl.col("row").cast(pl.Int64)))
    return pl.concat(parts)


def _most(table: pl.DataFrame, acts: Acts, min_share: float) -> Ints:
    """Return the network with the largest count of each account if its counts reach a share of its acts, else -1."""
    table = table.sort("account", "count", "network", descending=[False, True, False])
    best = table.group_by("account", maintain_order=True).agg(pl.col("network").first(), pl.col("count").sum())
    best = best.filter(pl.col("count") >= min_share * pl.Series(acts.made[best["account"].to_numpy()]))
    found = np.full(acts.n_accounts, -1, dtype=np.int64)
    found[best["account"].to_numpy()] = best["network"].to_numpy()
    return found
