"""An order of accounts against the truth; equal scores are one step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cib.domains import check_lengths, column, takes

__all__ = ["Ranking", "average_precision"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Ranking:
    """How many are taken, and how many of them are true, after each step down the scores.

    Parameters
    ----------
    taken, hits : ndarray of float, shape (n_steps + 1,)
        Both begin with 0, before the first step.

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
            How often each counts; once, unless said.

        Returns
        -------
        Ranking
        """
        order = np.argsort(-scores, kind="stable")
        last_of_tie = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
        each = np.ones(len(scores)) if weight is None else weight[order]
        taken, hits = (np.cumsum(count)[last_of_tie] for count in (each, each * truth[order]))
        return cls(np.append(0.0, taken), np.append(0.0, hits))

    def __repr__(self) -> str:
        return f"Ranking({self.hits[-1]:,g} true of {self.taken[-1]:,g} in {len(self.taken) - 1:,} steps)"

    @property
    def average_precision(self) -> float:
        """Area under the precision-recall curve, in [0, 1]; nan if nothing is true."""
        if not self.hits[-1]:
            return float("nan")
        return float(np.sum(np.diff(self.hits) * self.hits[1:] / np.maximum(self.taken[1:], 1.0)) / self.hits[-1])

    @property
    def roc_auc(self) -> float:
        """Chance that a true one ranks above another one; nan if all are of one kind. For comparison only.

        Where few are true it looks good whatever the top of the list is like.
        """
        missed = self.taken - self.hits
        if not (self.hits[-1] and missed[-1]):
            return float("nan")
        return float(np.trapezoid(self.hits, missed) / (self.hits[-1] * missed[-1]))

    def precision_at(self, k: int) -> float:
        """Share of true ones among the first `k`, ties in random order on average; nan if there are fewer."""
        if k > self.taken[-1]:
            return float("nan")
        return float(np.interp(k, self.taken, self.hits)) / k

    def recall_at(self, false_positive_rate: float) -> float:
        """Largest share of the true ones found while at most so large a share of the others is taken."""
        missed = self.taken - self.hits
        allowed = missed <= false_positive_rate * missed[-1]
        return float(self.hits[allowed].max() / self.hits[-1]) if self.hits[-1] else float("nan")


@takes(truth=column("truth values"), scores=column("numbers"))
def average_precision(truth: NDArray[np.bool_], scores: Floats) -> float:
    """Area under the precision-recall curve, equal scores taken as one step.

    Parameters
    ----------
    truth : ndarray of bool, shape (n,)
    scores : ndarray of float, shape (n,)

    Returns
    -------
    float
        In [0, 1]; nan if nothing is true.

    Examples
    --------
    >>> average_precision(np.array([True, False, True]), np.array([3.0, 2.0, 1.0]))
    0.8333333333333333
    >>> average_precision(np.array([True, False]), np.array([1.0, 1.0]))
    0.5
    """
    check_lengths(truth=truth, scores=scores)
    return Ranking.of(truth, scores).average_precision
