"""Compare networks with operations: whether accounts of one operation are in one network."""

from __future__ import annotations

import numpy as np
import polars as pl

from cib.domains import check_lengths, column, takes

__all__ = ["agreement", "weighted_precision"]


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
    Hubert & Arabie (1985); Vinh, Epps & Bailey (2010). Pass accounts of operations only: with all
    others in one large group, both measures are dominated by it.

    Examples
    --------
    >>> agreement(pl.Series(["x", "x", "y", "y"]), pl.Series(["N1", "N1", None, "N2"]))
    (0.571..., 0.571...)
    """
    operation, network = pl.Series(operation), pl.Series(network)
    check_lengths(operation=operation, network=network)
    # importing scikit-learn takes a second
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    alone = pl.select(pl.coalesce(network, pl.format("alone {}", pl.int_range(len(network))))).to_series()
    labels = operation.rank("dense").to_numpy(), alone.rank("dense").to_numpy()
    return float(adjusted_rand_score(*labels)), float(adjusted_mutual_info_score(*labels))


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
    groups = frame.group_by("network", maintain_order=True).agg(n=pl.len(), hits=pl.col("positive").sum())
    hits = groups["hits"].to_numpy().astype(np.float64)
    return float((hits**2 / groups["n"].to_numpy()).sum() / hits.sum()) if hits.any() else float("nan")
