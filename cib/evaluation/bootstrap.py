"""Compute confidence intervals by resampling operations and communities."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cib.domains import COUNT, INSIDE, SEED, takes

__all__ = ["cluster_bootstrap"]

Floats = NDArray[np.float64]


@takes(repeats=COUNT, seed=SEED, level=INSIDE)
def cluster_bootstrap(
    statistic: Callable[[Floats], ArrayLike],
    cluster: NDArray[np.int64],
    positive: NDArray[np.bool_],
    *,
    repeats: int = 1_000,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[Floats, Floats]:
    """Compute a confidence interval of a statistic by resampling whole operations and communities.

    Parameters
    ----------
    statistic : callable
        Function of the weights of all accounts, shape (n,), the number of times each was drawn, that returns one or
        several numbers.
    cluster : ndarray of int, shape (n,)
        The operation or community of each account, numbered from 0.
    positive : ndarray of bool, shape (n,)
        Clusters with a positive account and other clusters are resampled separately, so that each sample has the
        original number of operations.
    repeats : int
        Number of samples.
    seed : int
    level : float
        Confidence level, in (0, 1).

    Returns
    -------
    low, high : ndarray of float
        Interval bounds, one entry per number of the statistic.

    Notes
    -----
    Percentile bootstrap (Efron 1979) of clusters: accounts of one operation are not independent, and an interval
    over accounts is far too narrow. With few clusters it is imprecise, and with one operation it reflects only the
    variation between communities.

    Examples
    --------
    >>> value, cluster = np.array([1.0, 2.0, 3.0]), np.array([0, 1, 2])
    >>> low, high = cluster_bootstrap(lambda w: (w * value).sum() / w.sum(), cluster, np.zeros(3, bool))
    >>> low.item(), high.item()
    (1.0, 3.0)
    """
    rng = np.random.default_rng(seed)
    size = int(cluster.max(initial=-1)) + 1
    holds = np.bincount(cluster, positive, minlength=size) > 0
    times = np.zeros((repeats, size))
    for stratum in (np.flatnonzero(holds), np.flatnonzero(~holds)):
        if len(stratum):
            drawn = rng.choice(stratum, (repeats, len(stratum)))
            np.add.at(times, (np.arange(repeats)[:, None], drawn), 1)
    values = np.array([statistic(row[cluster]) for row in times])
    low, high = np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return low, high
