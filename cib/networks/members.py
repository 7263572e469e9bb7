"""Who belongs to a network besides those who co-act: accounts that it boosts, and accounts that act alike.

Both are searched for around a group that is already found, with far fewer tests than pairs of accounts.
``membership`` is always a table of ``account_id`` and ``network``.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.stats import binom

from cib.graphs.graph import Graph
from cib.graphs.significance import adjust
from cib.networks.evidence import networks_of

__all__ = ["boosted_accounts"]

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
