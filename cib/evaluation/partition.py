"""Compare networks with operations: whether accounts of one operation are in one network."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from cib.domains import check_lengths, column, takes

__all__ = ["agreement", "weighted_precision"]

Counts = NDArray[np.float64]


@takes(operation=column("values"), network=column("values"))
def agreement(operation: pl.Series, network: pl.Series) -> tuple[float, float]:
    """Compute the adjusted Rand index and the adjusted mutual information of operations and networks.

    Parameters
    ----------
    operation : polars.Series of str, shape (n,)
        The operation of each account.
    network : polars.Series of str, shape (n,)
        The network of each account; accounts without one are singletons.

    Returns
    -------
    ari, ami : float
        1 for identical groups, about 0 for random groups.

    Notes
    -----
    Hubert & Arabie (1985); Vinh, Epps & Bailey (2010), normalized by the mean entropy. Pass accounts of operations
    only: with all others in one large group, both measures are dominated by it. The values are those of scikit-learn,
    whose import takes longer than the rest of an evaluation.

    Examples
    --------
    >>> agreement(pl.Series(["x", "x", "y", "y"]), pl.Series(["N1", "N1", None, "N2"]))
    (0.571..., 0.571...)
    """
    operation, network = pl.Series(operation), pl.Series(network)
    check_lengths(operation=operation, network=network)
    alone = pl.coalesce(network, pl.format("alone {}", pl.int_range(len(network)))).alias("network")
    shared = pl.select(operation=operation, network=alone).group_by("operation", "network").len()
    n = shared["len"].to_numpy().astype(np.float64)
    rows, columns = (
        shared.group_by(each).agg(pl.col("len").sum()).get_column("len").to_numpy().astype(np.float64)
        for each in ("operation", "network")
    )
    if len(n) == len(rows) == len(columns):  # identical groups
        return 1.0, 1.0
    return _adjusted_rand(n, rows, columns), _adjusted_information(n, rows, columns)


def _adjusted_rand(n: Counts, rows: Counts, columns: Counts) -> float:
    """Compute the adjusted Rand index of a contingency table and its margins."""
    both, first, second, every = (float((v * (v - 1)).sum() / 2) for v in (n, rows, columns, n.sum()))
    expected = first * second / every
    return (both - expected) / ((first + second) / 2 - expected)


def _adjusted_information(n: Counts, rows: Counts, columns: Counts) -> float:
    """Compute the adjusted mutual information of a contingency table and its margins."""
    if min(len(rows), len(columns)) == 1:
        return 0.0
    total = float(n.sum())
    entropies = [float(xlogy(v, total / v).sum() / total) for v in (rows, columns, n)]
    information, mean = entropies[0] + entropies[1] - entropies[2], (entropies[0] + entropies[1]) / 2
    expected = _expected_information(rows, columns)
    return (information - expected) / (mean - expected)


def _expected_information(rows: Counts, columns: Counts) -> float:
    """Compute the expected mutual information of groups of given sizes, under the hypergeometric distribution."""
    total = rows.sum()
    whole, found = gammaln(total + 1), 0.0
    sizes = [zip(*np.unique(v, return_counts=True), strict=True) for v in (rows, columns)]
    for (a, times), (b, often) in product(*sizes):
        n = np.arange(max(1.0, a + b - total), min(a, b) + 1)
        parts = np.stack([n, a - n, b - n, total - a - b + n])
        margins = gammaln(np.array([a, b, total - a, total - b]) + 1).sum()
        weight = np.exp(margins - whole - gammaln(parts + 1).sum(axis=0))
        found += times * often * float((n / total * np.log(total * n / (a * b)) * weight).sum())
    return float(found)


@takes(positive=column("truth values"), network=column("values"))
def weighted_precision(positive: pl.Series, network: pl.Series) -> float:
    """Compute the mean purity of networks, weighted by their number of true accounts.

    With ``n_k`` accounts in network k and the share ``p_k`` of true accounts, it is
    ``sum n_k p_k**2 / sum n_k p_k``: the expected purity of the network of a true account that is in one.

    Parameters
    ----------
    positive : polars.Series of bool, shape (n,)
    network : polars.Series of str, shape (n,)
        Null for accounts in no network, which are ignored.

    Returns
    -------
    float
        In [0, 1]; nan if no network contains a true account.

    Notes
    -----
    As in Iannucci et al. (2025). It ignores how many true accounts are in no network.

    Examples
    --------
    >>> weighted_precision(pl.Series([True, True, False, True]), pl.Series(["N1", "N1", "N1", "N2"]))
    0.777...
    """
    check_lengths(positive=positive, network=network)
    frame = pl.DataFrame({"positive": positive, "network": network}).drop_nulls("network")
    groups = frame.group_by("network").agg(n=pl.len(), hits=pl.col("positive").sum())
    hits = groups["hits"].to_numpy().astype(np.float64)
    return float((hits**2 / groups["n"].to_numpy()).sum() / hits.sum()) if hits.any() else float("nan")
