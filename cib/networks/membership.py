"""Leaders of a network: accounts whose acts the others follow.

An account does not control who follows its acts, so that this is no evidence on the account. ``membership`` is always a
table of ``account_id`` and ``network``.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from cib.graphs.graph import Graph
from cib.networks.evidence import acts_of_members, networks_of

__all__ = ["leading"]


def leading(graph: Graph, membership: pl.DataFrame) -> pl.DataFrame:
    """Compute how often an account was the first of its network on shared objects: ``account_id, objects, led``.

    ``led`` is the share of the ``objects`` shared with other members on which it acted strictly before all of
    them. An account whose acts are copied within seconds co-acts with its copiers as they do with each other;
    only the order of the acts distinguishes them.
    """
    acts = acts_of_members(graph, networks_of(graph.events.account_ids, membership))  # by object and time
    if not acts.height:
        return pl.DataFrame(schema={"account_id": pl.String, "objects": pl.UInt32, "led": pl.Float64})
    n = len(graph.events.account_ids)
    acts = acts.sort("object", "network", maintain_order=True)
    network, object_, account, time = (acts[name].to_numpy() for name in ("network", "object", "account", "time"))
    first = np.ones(acts.height, dtype=bool)
    first[1:] = (object_[1:] != object_[:-1]) | (network[1:] != network[:-1])
    starts = np.flatnonzero(first)
    sizes = np.diff(starts, append=len(first))
    leader = np.repeat(starts, sizes)
    other = account != account[leader]
    shared = np.logical_or.reduceat(other, starts)
    tied = np.logical_or.reduceat(other & (time == time[leader]), starts)
    led = np.bincount(account[starts[shared & ~tied]], minlength=n)
    taking_part = acts.filter(pl.Series(np.repeat(shared, sizes)))
    share = taking_part.group_by("account").agg(objects=pl.col("object").n_unique()).sort("account")
    codes = share["account"]
    return share.select(
        graph.events.account_ids.gather(codes).alias("account_id"),
        "objects",
        led=pl.Series(led[codes.to_numpy()]) / pl.col("objects"),
    )
