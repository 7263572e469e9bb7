"""Served sets: accounts that receive acts from one group and from few other accounts.

Boosted accounts may have nothing in common except the accounts that boost them: their texts may all differ, or they may
have none. Sets of them are groups as well, whose kinds of evidence are tested like those of any other group.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from cib.graphs.incidence import distinct_values
from cib.networks.acts import Acts, Ints
from cib.networks.verdict import Rule

__all__ = ["served_by", "served_sets"]


def served_sets(acts: Acts, group: Ints, rule: Rule) -> Ints:
    """Add the sets of accounts that groups serve.

    An account is served if at least `rule.min_boosters` members of groups act on it without return, if these make at
    least `rule.served_share` of all acts on it, and if its followers do not explain the attention
    (:attr:`cib.networks.acts.Acts.unearned`). It belongs to the set of the group that acts on it most. A group of which
    half the members are served by another group joins the set of that group.

    Parameters
    ----------
    acts : Acts
    group : ndarray of int, shape (n_accounts,)
        Group of each account, -1 for none.
    rule : Rule

    Returns
    -------
    ndarray of int, shape (n_accounts,)
        The groups, with new numbers for the sets; sets of fewer than `rule.min_size` accounts are left out.
    """
    n = int(group.max(initial=-1)) + 1
    server = _servers(acts, group, rule)
    table = pl.DataFrame({"group": group, "server": server}).filter(pl.col("group") >= 0)
    half = pl.len() * 2 >= pl.col("size").first()
    table = table.with_columns(size=pl.len().over("group")).filter(pl.col("server") >= 0)
    joins = table.group_by("group", "server").agg(half.alias("half")).filter("half").sort("group", "server")
    joins = joins.unique("group", keep="first", maintain_order=True)
    to = np.append(np.arange(n), -1)  # the last entry is that of -1
    to[joins["group"].to_numpy()] = n + joins["server"].to_numpy()
    found = np.where((group < 0) & (server >= 0), n + server, to[group])
    size = np.bincount(found[found >= 0], minlength=2 * n + 1)
    return np.where((found >= n) & (size[found] < rule.min_size), group, found)


def served_by(acts: Acts, group: Ints, rule: Rule) -> Ints:
    """Return for each network the network that serves half of its members, -1 for none; shape (n_networks,)."""
    n = int(group.max(initial=-1)) + 1
    table = pl.DataFrame({"group": group, "server": _servers(acts, group, rule)}).filter(pl.col("group") >= 0)
    most = table.filter(pl.col("server") >= 0).group_by("group", "server").len()
    most = most.join(table.group_by("group").agg(size=pl.len()), on="group").filter(2 * pl.col("len") >= pl.col("size"))
    most = most.sort("group", "server").unique("group", keep="first", maintain_order=True)
    found = np.full(n, -1, dtype=np.int64)
    found[most["group"].to_numpy()] = most["server"].to_numpy()
    return found


def _servers(acts: Acts, group: Ints, rule: Rule) -> Ints:
    """Return the group that serves each account, -1 for none."""
    source, target = acts.one_sided_of(group >= 0)
    ours = (group[source] >= 0) & (group[source] != group[target]) & acts.unearned[target]
    source, target = source[ours], target[ours]
    own = np.bincount(target, minlength=acts.n_accounts)
    pairs = distinct_values(target * acts.n_accounts + source)
    boosters = np.bincount(pairs // acts.n_accounts, minlength=acts.n_accounts)
    served = ((boosters >= rule.min_boosters) & (own >= rule.served_share * acts.received))[target]
    most = pl.DataFrame({"target": target[served], "group": group[source[served]]}).group_by("target", "group").len()
    most = most.sort("target", "len", "group", descending=[False, True, False])
    most = most.unique("target", keep="first", maintain_order=True)
    server = np.full(acts.n_accounts, -1, dtype=np.int64)
    server[most["target"].to_numpy()] = most["group"].to_numpy()
    return server
