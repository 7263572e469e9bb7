"""Pools: networks that link to hosts to which hardly anybody else links are judged by their account facts together.

The cells of one operation may share no account, post or text, and each may be too small for a test of its account
facts. What they promote is the same: the operation's own sites.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from cib.networks.acts import Acts, Flags, Ints
from cib.networks.verdict import Rule

__all__ = ["pools"]


def pools(acts: Acts, group: Ints, asked: Flags, rule: Rule) -> Ints:
    """Find networks that link to the same hosts of their own.

    A host is their own if at least `rule.min_own_host` of the accounts that link to it are members of the networks
    asked for. Networks are in one pool if at least `rule.min_linking` members of each link to one such host.

    Parameters
    ----------
    acts : Acts
        With at least the acts of members.
    group : ndarray of int, shape (n_accounts,)
        Network of each account, -1 for none.
    asked : ndarray of bool, shape (n_networks,)
        Networks that can be pooled.
    rule : Rule

    Returns
    -------
    ndarray of int, shape (n_networks,)
        The pool of each network, -1 for a network without a pool.
    """
    if "urls" not in acts.activity.posts_table.columns or not asked.any():
        return np.full(len(asked), -1, dtype=np.int64)
    network = np.where((group >= 0) & asked[np.maximum(group, 0)], group, -1)
    account = acts.account[acts.links["row"].to_numpy()]
    linked = acts.links.select("host", account=pl.Series(account), network=pl.Series(network[account]))
    linked = linked.filter(pl.col("network") >= 0).unique()
    counts = linked.group_by("host", "network").agg(members=pl.len()).join(acts.host_accounts, on="host")
    own = pl.col("members").sum().over("host") >= rule.min_own_host * pl.col("accounts")
    counts = counts.filter(own).filter(pl.col("members") >= rule.min_linking).sort("host", "network")
    ends = counts["network"].to_numpy(), len(asked) + counts["host"].rle_id().to_numpy().astype(np.int64)
    nodes = len(asked) + counts.height  # networks and hosts, so that a host of many networks makes few links
    _, part = connected_components(sp.coo_array((np.ones(len(ends[0])), ends), shape=(nodes, nodes)), directed=False)
    pool = part[: len(asked)].astype(np.int64)
    return np.where(np.bincount(pool)[pool] > 1, pool, -1)
