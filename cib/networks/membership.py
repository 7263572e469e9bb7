"""What an account is to its network: one that others follow, or one that they boost.

Both can be done to an account without its doing, so neither counts as evidence of its own. ``membership`` is
always a table of ``account_id`` and ``network``.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.stats import binom

from cib.graphs.graph import Graph
from cib.graphs.nulls.registry import adjust
from cib.networks.evidence import acts_of_members, networks_of

__all__ = ["boosted_accounts", "leading"]


def leading(graph: Graph, membership: pl.DataFrame) -> pl.DataFrame:
    """How often an account was the first of its network on what they share: ``account_id, objects, led``.

    ``led`` is the share of the ``objects`` shared with other members on which it acted strictly before all of
    them. An account whose acts are copied within seconds co-acts with its copiers as they do with one
    another; the order of their acts is what tells them apart.
    """
    acts = acts_of_members(graph, membership)  # by object and time
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


def boosted_accounts(
    retweets: Graph,
    membership: pl.DataFrame,
    *,
    min_members: int = 3,
    min_capture: float = 0.5,
    alpha: float = 0.01,
) -> pl.DataFrame:
    """Accounts whose retweets come mostly from one network: those it boosts.

    Parameters
    ----------
    retweets : Graph
        From :func:`cib.retweet_graph`.
    membership : polars.DataFrame
    min_members : int
        Members that retweeted the account, at least.
    min_capture : float
        Share of all its retweeters that are members, at least.
    alpha : float
        Benjamini-Hochberg level of the binomial test that members retweet the account more than their
        share of all retweeting explains.

    Returns
    -------
    polars.DataFrame
        ``account_id, network, members, retweeters, capture, q``; one row an account, not a member
        already.
    """
    network = networks_of(retweets.ids, membership)
    source, target = retweets.endpoints
    source, target = source[source != target], target[source != target]
    retweeters = np.bincount(target, minlength=retweets.n_accounts)
    edges = pl.DataFrame({"network": network[source], "target": target}).filter(pl.col("network") >= 0)
    share = edges.group_by("network").agg(share=pl.len() / max(len(target), 1))
    tested = edges.group_by("network", "target").agg(members=pl.len()).join(share, on="network")
    tested = tested.filter(pl.Series(network)[tested["target"]] < 0).sort("network", "target")
    tested = tested.with_columns(retweeters=pl.Series(retweeters[tested["target"].to_numpy()]))
    p = np.asarray(
        binom.sf(tested["members"].to_numpy() - 1, tested["retweeters"].to_numpy(), tested["share"].to_numpy())
    )
    tested = tested.with_columns(q=pl.Series(adjust(p, len(p))), capture=pl.col("members") / pl.col("retweeters"))
    kept = tested.filter(pl.col("members") >= min_members, pl.col("capture") >= min_capture, pl.col("q") <= alpha)
    best = kept.sort("target", "members", "network", descending=[False, True, False]).unique(
        "target", keep="first", maintain_order=True
    )
    ids = retweets.ids.gather(best["target"]).alias("account_id")
    return best.select(ids, "network", "members", "retweeters", "capture", "q")
