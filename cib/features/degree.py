"""Features of the interaction graphs: retweets, mentions and replies made and received.

Actions on oneself do not count, except in `retweets_made`, which counts all retweets. Arrays are in the
order of the accounts: row ``i`` of a graph is account ``i``.

>>> import cib
>>> activity, _ = cib.simulate(scale=0.002, seed=1)
>>> cib.extract(activity, ["h_index", "asymmetry"])
FeatureTable(... accounts x 2 features: h_index, asymmetry)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from cib.activity import encode
from cib.features.feature import feature
from cib.graphs.graph import Graph
from cib.graphs.incidence import distinct_values

__all__ = [
    "asymmetry",
    "h_index",
    "in_share",
    "k_core",
    "mention_balance",
    "mention_degrees",
    "pagerank",
    "reciprocity",
    "reply_degrees",
    "retweet_degrees",
    "retweets_made",
    "target_concentration",
    "to_core",
]

Frame = nw.DataFrame[Any]
Numbers = NDArray[np.float64]

#: Pseudocount that shrinks ratios of acts; a ratio of this number of acts is halved.
PRIOR = 5.0


@feature(unit="retweets", missing=0)
def retweets_made(posts: Frame) -> pl.DataFrame:
    """Retweets that the account made, whether the retweeted author is known or not."""
    made = np.bincount(posts["account_row"].to_numpy(), (posts["action"] == "retweet").to_numpy())
    return pl.DataFrame({"account_row": np.arange(len(made), dtype=np.uint32), "made": made})


@feature(
    outputs={
        "retweets_received": "Retweets that others made of the account's posts.",
        "retweet_targets": "Accounts that the account retweeted.",
        "retweeters": "Accounts that retweeted the account.",
    },
    unit={"retweets_received": "retweets", "retweet_targets": "accounts", "retweeters": "accounts"},
)
def retweet_degrees(retweets: Graph) -> Mapping[str, Numbers]:
    """Compute in-strength, out-degree and in-degree in the retweet graph."""
    return {
        "retweets_received": _strength(retweets, "target"),
        "retweet_targets": _degree(retweets, "source"),
        "retweeters": _degree(retweets, "target"),
    }


@feature(
    outputs={
        "mentions_made": "Mentions of others in the account's own posts.",
        "mentions_received": "Mentions of the account in posts of others.",
        "mention_targets": "Accounts that the account mentioned.",
        "mentioners": "Accounts that mentioned the account.",
    },
    unit={
        "mentions_made": "mentions",
        "mentions_received": "mentions",
        "mention_targets": "accounts",
        "mentioners": "accounts",
    },
)
def mention_degrees(mentions: Graph) -> Mapping[str, Numbers]:
    """Compute out- and in-strength, out- and in-degree in the mention graph."""
    return _degrees(mentions, ("mentions_made", "mentions_received", "mention_targets", "mentioners"))


@feature(
    outputs={
        "replies_made": "Replies of the account to posts of others.",
        "replies_received": "Replies of others to the account's posts.",
        "reply_targets": "Accounts that the account replied to.",
        "repliers": "Accounts that replied to the account.",
    },
    unit={
        "replies_made": "replies",
        "replies_received": "replies",
        "reply_targets": "accounts",
        "repliers": "accounts",
    },
)
def reply_degrees(replies: Graph) -> Mapping[str, Numbers]:
    """Compute out- and in-strength, out- and in-degree in the reply graph."""
    return _degrees(replies, ("replies_made", "replies_received", "reply_targets", "repliers"))


@feature
def mention_balance(mentions: Graph) -> Numbers:
    """How much more the account is mentioned than it mentions others.

    ``log((received + 5) / (made + 5))``: 0 for as much of both, and near 0 with few of either.
    """
    received, made = _strength(mentions, "target"), _strength(mentions, "source")
    return np.log((received + PRIOR) / (made + PRIOR))


@feature
def asymmetry(posts: Frame, retweets: Graph) -> Numbers:
    """Whether the account retweets (towards 1) or is retweeted by others (towards -1).

    ``(R - Q) / (R + Q + 5)`` for R retweets made and Q received; near 0 with few of either.
    """
    is_retweet = (posts["action"] == "retweet").to_numpy()
    made = np.bincount(posts["account_row"].to_numpy(), is_retweet, retweets.n_accounts)
    received = _strength(retweets, "target")
    return (made - received) / (made + received + PRIOR)


@feature(unit="posts")
def h_index(posts: Frame, retweets: Graph, counted: pl.DataFrame | None = None) -> Numbers:
    """The largest h such that h posts of the account were each retweeted by h others or more.

    After Hirsch (2005); used for spreaders of misinformation by DeVerna et al. (2024). Unknown for all accounts if the
    retweeted posts are not known.
    """
    counts = _retweeters(posts, retweets) if counted is None else counted
    if counts.is_empty():
        return np.full(retweets.n_accounts, np.nan)
    author, retweeters = counts["author"].to_numpy(), counts["retweeters"].to_numpy()
    order = np.lexsort((-retweeters.astype(np.int64), author))
    author, retweeters = author[order], retweeters[order]
    place = np.arange(len(author)) - np.searchsorted(author, author)
    return np.bincount(author[retweeters > place], minlength=retweets.n_accounts).astype(np.float64)


def _retweeters(posts: Frame, retweets: Graph) -> pl.DataFrame:
    """Count the other accounts that retweeted each post of known author: ``author`` (row), ``retweeters``."""
    rows: pl.LazyFrame = posts.to_polars().lazy()
    known = rows.filter(
        pl.col("action") == "retweet",
        pl.col("target_post_id").is_not_null(),
        pl.col("target_account_id") != pl.col("account_id"),
    )
    of_post = pl.col("target_account_id").min().alias("author"), pl.col("account_row").n_unique().alias("retweeters")
    counts = known.group_by(pl.col("target_post_id").hash()).agg(*of_post).collect()
    return counts.with_columns(author=encode(counts["author"], retweets.ids))


@feature
def reciprocity(retweets: Graph) -> Numbers:
    """Share of the accounts it retweeted that retweeted it too."""
    out = _pattern(retweets)
    back = out.multiply(out.T.tocsr()).sum(axis=1)
    return _ratio(back, out.sum(axis=1))


@feature
def k_core(retweets: Graph) -> Numbers:
    """The densest core the account belongs to: k others in it, each tied to k of it by retweets.

    Core number of the undirected simple retweet graph; Matula and Beck (1983), O(edges).
    """
    from cib.features.passes import dealt  # numba takes half a second to import
    from cib.features.ties import core_numbers

    n, (source, target, _) = retweets.n_accounts, _edges(retweets)
    pairs = distinct_values(np.minimum(source, target) * n + np.maximum(source, target))
    low, high = (end.astype(np.int32) for end in np.divmod(pairs, max(n, 1)))
    found = core_numbers(*dealt(np.concatenate([low, high]), np.concatenate([high, low])))
    core = np.zeros(n)
    core[: len(found)] = found
    return core


@feature(unit="times the average", relative=True)
def in_share(retweets: Graph) -> Numbers:
    """How much the account is retweeted, beside those who are retweeted in its part of the graph.

    The authority score of SALSA (Lempel and Moran 2001) times the number of retweeted accounts, in closed form: ``Q``,
    the retweets received, over the mean Q of the retweeted accounts in the same component of the bipartite graph of
    retweeters and retweeted accounts. Unlike HITS, it is not biased to small dense groups.
    """
    n, (source, target, _) = retweets.n_accounts, _edges(retweets)
    sides = sp.coo_array((np.ones(len(source), np.int8), (source, n + target)), shape=(2 * n, 2 * n))
    component = connected_components(sides, directed=False)[1][n:]
    received = _strength(retweets, "target")
    authorities = np.bincount(component, weights=received > 0)[component]
    total = np.bincount(component, weights=received)[component]
    return _ratio(received * authorities, total, nothing=0.0)


@feature(unit="times the average", relative=True)
def pagerank(retweets: Graph) -> Numbers:
    """Where one arrives who keeps going from retweeter to author: 1 is the average account.

    PageRank with damping 0.85 on the retweet graph, edges from retweeter to author, weighted by retweets, times
    the number of accounts; Page et al. (1999). From accounts that retweet nobody, all accounts are equally likely.
    """
    n, (source, target, weight) = retweets.n_accounts, _edges(retweets)
    made = _strength(retweets, "source")
    onward = sp.coo_array((weight / made[source], (target, source)), shape=(n, n)).tocsr()
    rank = np.ones(n)
    for _ in range(100):
        before, lost = rank, rank[made == 0].sum() / max(n, 1)
        rank = 0.15 + 0.85 * (onward @ rank + lost)
        if np.abs(rank - before).sum() <= 1e-8 * n:
            break
    return rank


@feature
def target_concentration(retweets: Graph) -> Numbers:
    """Chance that two of the account's retweets are of the same author.

    The unbiased Herfindahl-Hirschman index ``sum n(n-1) / (N(N-1))`` over the authors it retweeted, also known
    as Simpson's (1949); unknown below two retweets.
    """
    source, _, weight = _edges(retweets)
    pairs = np.bincount(source, weights=weight * (weight - 1), minlength=retweets.n_accounts)
    made = _strength(retweets, "source")
    return _ratio(pairs, made * (made - 1))


@feature
def to_core(retweets: Graph) -> Numbers:
    """How far its retweets go to accounts that are retweeted and do not retweet (1 all the way, 0 not at all).

    Mean over its retweets of the author's ``(Q - q) / (Q + R + 5)``, with Q the number of retweets that the author
    received, q of them from this account, and R the number that the author made. Members of a group that retweet each
    other have values near the middle.
    """
    source, target, weight = _edges(retweets)
    received, made = _strength(retweets, "target"), _strength(retweets, "source")
    core = (received[target] - weight) / (received + made + PRIOR)[target]
    total = np.bincount(source, weights=weight * core, minlength=retweets.n_accounts)
    return _ratio(total, made)


def _edges(graph: Graph) -> tuple[NDArray[np.int64], NDArray[np.int64], Numbers]:
    """Return source, target and weight of the edges between different accounts."""
    source, target = graph.endpoints
    apart = source != target
    return source[apart], target[apart], graph.table["weight"].to_numpy()[apart].astype(np.float64)


def _strength(graph: Graph, side: str) -> Numbers:
    source, target, weight = _edges(graph)
    total = np.bincount(source if side == "source" else target, weights=weight, minlength=graph.n_accounts)
    return total.astype(np.float64)


def _degree(graph: Graph, side: str) -> Numbers:
    source, target, _ = _edges(graph)
    return np.bincount(source if side == "source" else target, minlength=graph.n_accounts).astype(np.float64)


def _degrees(graph: Graph, names: Sequence[str]) -> dict[str, Numbers]:
    """Compute out- and in-strength, out- and in-degree."""
    sides = ("source", "target")
    return dict(zip(names, [of(graph, side) for of in (_strength, _degree) for side in sides], strict=True))


def _pattern(graph: Graph) -> sp.csr_array:
    """Return the binary adjacency matrix of the graph, without self-loops."""
    source, target, _ = _edges(graph)
    shape = (graph.n_accounts, graph.n_accounts)
    return sp.coo_array((np.ones(len(source), np.int32), (source, target)), shape=shape).tocsr()


def _ratio(part: NDArray[Any], whole: NDArray[Any], nothing: float = np.nan) -> Numbers:
    """Divide `part` by `whole`; `nothing` where `whole` is 0."""
    ratio: Numbers = np.divide(part, whole, out=np.full(len(part), nothing), where=whole > 0)
    return ratio
