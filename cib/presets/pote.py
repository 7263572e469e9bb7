"""Permutation test of the similarity of accounts in five indicators (Pote et al.)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from cib.activity import Activity
from cib.errors import SettingsError
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.graphs.objects import KINDS
from cib.presets.cosine import cosine_edges
from cib.presets.inputs import chosen, listed, posts_having
from cib.presets.results import named_objects, preset_graph

__all__ = ["POTE_INDICATORS", "permutation_p", "pote2026"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Least number of accounts and of acts of a value.
MIN_ACCOUNTS, MIN_ACTS = 2, 10
#: Least number of remaining accounts for an indicator to be tested.
MIN_TESTED = 5


def pote2026(
    activity: Activity,
    indicators: Sequence[str] | None = None,
    *,
    permutations: int = 1000,
    alpha: float = 0.05,
    max_accounts: int | None = None,
    seed: int = 0,
) -> Graph:
    """Find pairs of accounts that are significantly similar in several indicators, by a permutation test.

    Parameters
    ----------
    activity : Activity
    indicators : sequence of str, optional
        Some of ``'hashtag'``, ``'url'`` (as written), ``'retweeted_account'``, ``'retweeted_post'`` and ``'half_hour'``
        (the half hours, with date, in which an account posted); by default those that the data have.
    permutations : int
        Number of permutations of the values over the posts, for each indicator.
    alpha : float
        False discovery rate within an indicator (Benjamini-Hochberg over the pairs that share a value).
    max_accounts : int, optional
        Values that more accounts have are left out. None, as published, keeps all.
    seed : int
        Seed of the first permutation; permutation k uses ``seed + k``.

    Returns
    -------
    Graph
        Undirected. ``weight`` is the number of indicators in which the pair is significant, and edges without any are
        left out; ``p`` is the smallest p-value and ``q`` the smallest after the correction. The authors score an
        account by the largest ``weight`` of its edges (``max_n_signal``) or by its smallest ``p`` (``min_pvalue``).

    Raises
    ------
    SettingsError
        If there is no such indicator, an argument is out of range, or there are too many pairs to hold.
    InputError
        If the posts lack the column of a given indicator.

    Notes
    -----
    After the code of manitapote/null-model-coord (2026; read, no licence stated): values of at least 2 accounts and 10
    acts, TF-IDF with ``ln(n / k)``, cosine, ``p = (1 + r) / (1 + R)`` with r of the R permutations reaching the
    observed cosine. No p is smaller than ``1 / (1 + R)``: of m pairs at least ``m / (alpha * (1 + R))`` must reach it
    for any to be significant.

    Not repeated: the observed cosine uses another formula (``1 + ln((1 + n) / (1 + k))``) than the permuted ones;
    posts with one hashtag or one URL are in the observed data but not in the permuted data; ``half_hour`` is published
    as an indicator but its test is not implemented. A permuted cosine reaches the observed one up to a tolerance of
    1e-12.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> graph = cib.presets.pote2026(activity, ["retweeted_post"], permutations=20, max_accounts=100)
    >>> graph.table.columns
    ['source', 'target', 'weight', 'p', 'q', 'retweeted_post']
    """
    if permutations < 1 or not 0 < alpha < 1:
        raise SettingsError("permutations must be positive and alpha within (0, 1)", got=f"{permutations}, {alpha}")
    columns = {name: column for name, (column, _) in POTE_INDICATORS.items()}
    indicators = chosen("indicators", indicators, activity, columns)
    parts, tested = [], []
    for name in indicators:
        parts.append(named_objects(_frequent(activity, POTE_INDICATORS[name][1](activity)), name))
        incidence = Incidence.from_events(activity, parts[-1]).shared_by_at_most(max_accounts)
        tested.append(_tested(incidence, permutations, seed).with_columns(indicator=pl.lit(name)))
    significant = pl.concat(tested).filter(pl.col("q") <= alpha)
    edges = significant.group_by("source", "target").agg(
        pl.len().cast(pl.Int64).alias("weight"),
        pl.col("p", "q").min(),
        *(pl.col("cosine").filter(pl.col("indicator") == name).first().alias(name) for name in indicators),
    )
    return preset_graph(
        "pote2026",
        " + ".join(indicators),
        activity,
        edges,
        Incidence.from_events(activity, pl.concat(parts)).shared_by_at_most(max_accounts),
        indicators={part["indicator"][0]: part.height for part in tested if part.height},
        permutations=permutations,
        alpha=alpha,
        max_accounts=max_accounts,
        seed=seed,
    )


def permutation_p(
    account: Ints, value: Ints, source: Ints, target: Ints, cosine: Floats, permutations: int, seed: int
) -> Floats:
    """Compute the p-value of the similarity of each pair of accounts under random permutations of the values.

    Parameters
    ----------
    account, value : ndarray of int, shape (n_acts,)
        Codes from 0 without gaps.
    source, target : ndarray of int, shape (n_pairs,)
        Accounts of the pairs.
    cosine : ndarray of float, shape (n_pairs,)
        Their observed similarity.
    permutations, seed : int
        Number of permutations; permutation k of `value` uses a generator with the seed ``seed + k``.

    Returns
    -------
    ndarray of float, shape (n_pairs,)
        ``(1 + reached) / (1 + permutations)``, with `reached` the number of permutations in which the pair is at least
        as similar.
    """
    reached = np.zeros(len(source), np.int64)
    for k in range(permutations):
        rows = _unit_rows(account, np.random.default_rng(seed + k).permutation(value))
        reached += _products(rows, source, target) >= cosine - 1e-12
    p: Floats = (1 + reached) / (1 + permutations)
    return p


def _tested(incidence: Incidence, permutations: int, seed: int) -> pl.DataFrame:
    """Compute the similarity, p and q of the pairs with a common value."""
    edges = cosine_edges(incidence, smooth=False)
    accounts, account = np.unique(incidence.account, return_inverse=True)
    schema = {"source": pl.UInt32, "target": pl.UInt32, "cosine": pl.Float64, "p": pl.Float64, "q": pl.Float64}
    if len(accounts) < MIN_TESTED or not edges.height:
        return pl.DataFrame(schema=schema)
    order = np.lexsort((incidence.object, account))  # independent of the order of the rows
    source, target = (np.searchsorted(accounts, edges[name].to_numpy()) for name in ("source", "target"))
    value = np.unique(incidence.object, return_inverse=True)[1]
    p = permutation_p(account[order], value[order], source, target, edges["weight"].to_numpy(), permutations, seed)
    from scipy.stats import false_discovery_control

    columns = [edges["source"], edges["target"], edges["weight"], p, false_discovery_control(p)]
    return pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema)


def _unit_rows(account: Ints, value: Ints) -> sp.csr_array:
    counts = sp.coo_array((np.ones(len(account)), (account, value))).tocsr()
    rarity = np.log(counts.shape[0] / np.bincount(counts.indices, minlength=counts.shape[1]))
    weighted = sp.csr_array(counts @ sp.diags_array(rarity))
    lengths = np.sqrt(weighted.multiply(weighted).sum(axis=1))
    return sp.csr_array(sp.diags_array(1 / np.where(lengths > 0, lengths, 1.0)) @ weighted)


def _products(rows: sp.csr_array, source: Ints, target: Ints, block: int = 200_000) -> Floats:
    parts = [slice(k, k + block) for k in range(0, len(source), block)]
    return np.concatenate([rows[source[part]].multiply(rows[target[part]]).sum(axis=1) for part in parts])


def _frequent(activity: Activity, events: pl.DataFrame) -> pl.DataFrame:
    account = activity.account_codes.gather(events["row"])
    enough = (pl.col("account").n_unique().over("object") >= MIN_ACCOUNTS) & (pl.len().over("object") >= MIN_ACTS)
    return events.with_columns(account=account).filter(enough).select("row", "object")


def _retweeted(column: str) -> Callable[[Activity], pl.DataFrame]:
    def events(activity: Activity) -> pl.DataFrame:
        retweets = posts_having(activity, column, retweets=True).filter(pl.col("action") == "retweet")
        return retweets.select("row", object=column).drop_nulls().collect()

    return events


def _listed(column: str) -> Callable[[Activity], pl.DataFrame]:
    return lambda activity: listed(activity, column, retweets=True).select("row", "object").collect()


def _half_hours(activity: Activity) -> pl.DataFrame:
    rows = posts_having(activity, "created_at", retweets=True)
    return rows.select("row", object=pl.col("created_at").dt.truncate("30m").dt.to_string()).collect()


#: Values of ``indicators=``, with the column needed and the function that extracts the events.
POTE_INDICATORS: dict[str, tuple[str, Callable[[Activity], pl.DataFrame]]] = {
    "hashtag": (KINDS["hashtag"].column, _listed("hashtags")),
    "url": (KINDS["url"].column, _listed("urls")),
    "retweeted_account": ("target_account_id", _retweeted("target_account_id")),
    "retweeted_post": ("target_post_id", _retweeted("target_post_id")),
    "half_hour": ("created_at", _half_hours),
}
