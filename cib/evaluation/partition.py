"""Networks against operations: whether accounts that belong together were put together."""

from __future__ import annotations

import numpy as np
import polars as pl

from cib.domains import check_lengths, column, takes

__all__ = ["agreement", "weighted_precision"]


@takes(operation=column("values"), network=column("values"))
def agreement(operation: pl.Series, network: pl.Series) -> tuple[float, float]:
    """Adjusted Rand index and adjusted mutual information of operations and networks.

    Parameters
    ----------
    operation : polars.Series of str, shape (n,)
        The operation of each account.
    network : polars.Series of str, shape (n,)
        Its network; an account without one is a network of its own.

    Returns
    -------
    ari, ami : float
        1 for the same groups, about 0 for groups by chance.

    Notes
    -----
    Hubert & Arabie (1985); Vinh, Epps & Bailey (2010). Asked of the accounts of operations only: with all
    others in one large group, either measure is that of the large group.

    Examples
    --------
    >>> agreement(pl.Series(["x", "x", "y", "y"]), pl.Series(["N1", "N1", None, "N2"]))
    (0.571..., 0.571...)
    """
    operation, network = pl.Series(operation), pl.Series(network)
    check_lengths(operation=operation, network=network)
    # scikit-learn takes a second to import
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    alone = pl.select(pl.coalesce(network, pl.format("alone {}", pl.int_range(len(network))))).to_series()
    labels = operation.rank("dense").to_numpy(), alone.rank("dense").to_numpy()
    return float(adjusted_rand_score(*labels)), float(adjusted_mutual_info_score(*labels))


@takes(positive=column("truth values"), network=column("values"))
def weighted_precision(positive: pl.Series, network: pl.Series) -> float:
    """How pure the networks are in which the true accounts were found.

    With ``n_k`` accounts in network k, of which ``p_k`` is the share of true ones,
    ``sum n_k p_k**2 / sum n_k p_k``: the purity of its network, for a true account that is in one.

    Parameters
    ----------
    positive : polars.Series of bool, shape (n,)
    network : polars.Series of str, shape (n,)
        Null for accounts in no network, which do not count.

    Returns
    -------
    float
        In [0, 1]; nan if no network holds a true account.

    Notes
    -----
    As in Iannucci et al. (2025). It does not ask how many true accounts are in no network.

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
