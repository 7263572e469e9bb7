"""Evaluate rankings of accounts; equal scores are one step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cib.domains import check_lengths, column, takes

__all__ = ["Ranking", "average_precision"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Ranking:
    """Cumulative numbers of accounts and of positives at each step of descending scores.

    Parameters
    ----------
    taken, hits : ndarray of float, shape (n_steps + 1,)
        Number of accounts with at least this score, and of positives among them; both begin with 0.

    Examples
    --------
    >>> ranking = Ranking.of(np.array([True, False, True, False]), np.array([3.0, 2.0, 2.0, 1.0]))
    >>> ranking
    Ranking(2 true of 4 in 3 steps)
    >>> ranking.precision_at(2), ranking.recall_at(0.5)
    (0.75, 1.0)
    """

    taken: Floats
    hits: Floats

    @classmethod
    def of(cls, truth: NDArray[np.bool_], scores: Floats, weight: Floats | None = None) -> Ranking:
        """Rank by descending score.

        Parameters
        ----------
        truth : ndarray of bool, shape (n,)
        scores : ndarray of float, shape (n,)
        weight : ndarray of float, shape (n,), optional
            Weight of each account; 1 by default.

        Returns
        -------
        Ranking
        """
        return cls.by_weight(truth, scores)(np.ones(len(scores)) if weight is None else weight)

    @classmethod
    def by_weight(cls, truth: NDArray[np.bool_], scores: Floats) -> Callable[[Floats], Ranking]:
        """Return a function that computes :meth:`of` for a weight; the scores are sorted once for all weights."""
        order = np.argsort(-scores, kind="stable")
        last_of_tie = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
        true = truth[order]

        def ranking(weight: Floats) -> Ranking:
            each = weight[order]
            taken, hits = (np.cumsum(count)[last_of_tie] for count in (each, each * true))
            return cls(np.append(0.0, taken), np.append(0.0, hits))

        return ranking

    def __repr__(self) -> str:
        return f"Ranking({self.hits[-1]:,g} true of {self.taken[-1]:,g} in {len(self.taken) - 1:,} steps)"

    @property
    def average_precision(self) -> float:
        """Return the area under the precision-recall curve, in [0, 1]; nan without positives."""
        if not self.hits[-1]:
            return float("nan")
        return float(np.sum(np.diff(self.hits) * self.hits[1:] / np.maximum(self.taken[1:], 1.0)) / self.hits[-1])

    @property
    def roc_auc(self) -> float:
        """Return the area under the ROC curve, in [0, 1]; nan unless both classes are present. For comparison only.

        With few positives it is high whatever the precision at the top of the ranking.
        """
        missed = self.taken - self.hits
        if not (self.hits[-1] and missed[-1]):
            return float("nan")
        return float(np.trapezoid(self.hits, missed) / (self.hits[-1] * missed[-1]))

    def precision_at(self, k: int) -> float:
        """Return the precision among the first `k`, averaged over orders of ties; nan if there are fewer than `k`."""
        if k > self.taken[-1]:
            return float("nan")
        return float(np.interp(k, self.taken, self.hits)) / k

    def recall_at(self, false_positive_rate: float) -> float:
        """Return the maximum recall at a false positive rate of at most `false_positive_rate`."""
        missed = self.taken - self.hits
        allowed = missed <= false_positive_rate * missed[-1]
        return float(self.hits[allowed].max() / self.hits[-1]) if self.hits[-1] else float("nan")


@takes(truth=column("truth values"), scores=column("numbers"))
def average_precision(truth: NDArray[np.bool_], scores: Floats) -> float:
    """Compute the area under the precision-recall curve, with equal scores as one step.

    Parameters
    ----------
    truth : ndarray of bool, shape (n,)
    scores : ndarray of float, shape (n,)

    Returns
    -------
    float
        In [0, 1]; nan without positives.

    Examples
    --------
    >>> average_precision(np.array([True, False, True]), np.array([3.0, 2.0, 1.0]))
    0.8333333333333333
    >>> average_precision(np.array([True, False]), np.array([1.0, 1.0]))
    0.5
    """
    check_lengths(truth=truth, scores=scores)
    return Ranking.of(truth, scores).average_precision
