"""Pools: networks with sites or texts of their own in common are judged by their account facts together.

Each cell of an operation may be too small for a test of its account facts. What they promote is the same: sites to
which hardly anybody else links, texts that hardly anybody else posts.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from cib.graphs.incidence import Incidence
from cib.networks.acts import Acts, Flags, Ints, in_chosen
from cib.networks.object_sets import TEXTS
from cib.networks.verdict import Rule

__all__ = ["pools"]


def pools(acts: Acts, group: Ints, asked: Flags, rule: Rule) -> Ints:
    """Find networks that have hosts or texts of their own in common.

    A host or text is their own if at least `rule.min_own` of the accounts that link to it or post it are members of the
    networks asked for. Networks are in one pool if at least `rule.min_sharing` members of each use one of these.

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
    if not asked.any():
        return np.full(len(asked), -1, dtype=np.int64)
    network = np.where(in_chosen(group, asked), group, -1)
    used = [_texts(acts, incidence, network) for incidence in acts.incidences(*TEXTS)]
    if "urls" in acts.activity.posts_table.columns:
        used.append(_links(acts, network))
    links = [np.zeros((0, 2), dtype=np.int64), *(_linked(table, rule) for table in used if table.height)]
    source, target = np.concatenate(links).T
    graph = sp.coo_array((np.ones(len(source)), (source, target)), shape=(len(asked), len(asked)))
    _, pool = connected_components(graph, directed=False)
    return np.where(np.bincount(pool)[pool] > 1, pool, -1).astype(np.int64)


def _links(acts: Acts, network: Ints) -> pl.DataFrame:
    """Return the hosts to which members link: ``object, network, account, popularity``."""
    account = acts.account[acts.links["row"].to_numpy()]
    linked = acts.links.select(object="host", account=pl.Series(account), network=pl.Series(network[account]))
    of_all = acts.host_accounts.select(object="host", popularity="accounts")
    return linked.filter(pl.col("network") >= 0).unique().join(of_all, on="object")


def _texts(acts: Acts, incidence: Incidence, network: Ints) -> pl.DataFrame:
    """Return the texts that members posted: ``object, network, account, popularity``."""
    account = acts.codes(incidence)
    posted = pl.DataFrame({"object": incidence.object, "account": account, "network": network[account]})
    posted = posted.filter(pl.col("network") >= 0).unique()
    return posted.with_columns(popularity=pl.Series(incidence.popularity[posted["object"].to_numpy()]))


def _linked(used: pl.DataFrame, rule: Rule) -> Ints:
    """Return pairs of networks that are connected by an object of their own; shape (n_pairs, 2)."""
    counts = used.group_by("object", "network").agg(pl.col("popularity").first(), members=pl.len())
    own = pl.col("members").sum().over("object") >= rule.min_own * pl.col("popularity")
    counts = counts.filter(own).filter(pl.col("members") >= rule.min_sharing)
    pairs = counts.select(pl.col("network").min().over("object").alias("first"), "network").unique()
    return pairs.to_numpy().astype(np.int64)
