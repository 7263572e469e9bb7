"""Acts of accounts on other accounts, summed by pair, as used by the attention features."""

from __future__ import annotations

from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from cib.graphs.graph import Graph

__all__ = ["PRIOR", "Acts", "rounded"]

Numbers = NDArray[np.float64]

#: Pseudocount of acts (or accounts) with value 0 that is added to every share.
PRIOR = 4.0


class Acts(NamedTuple):
    """Acts of accounts on other accounts, summed by pair.

    Parameters
    ----------
    source, target : ndarray of int64, shape (n_pairs,)
        Row of the account that acted, and of the one acted on.
    weight, returned : ndarray of float64, shape (n_pairs,)
        Number of acts of the source on the target, and of the target on the source.
    n : int
        Number of accounts.
    """

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    weight: Numbers
    returned: Numbers
    n: int

    @classmethod
    def of(cls, interactions: Graph) -> Acts:
        """Make the acts from an interaction graph."""
        (source, target), table = interactions.endpoints, interactions.table
        weight, returned = (table[name].to_numpy().astype(np.float64) for name in ("weight", "returned"))
        return cls(source, target, weight, returned, interactions.n_accounts)

    def given(self, value: NDArray[Any]) -> Numbers:
        """Sum a value of each pair by source."""
        return np.bincount(self.source, value, self.n).astype(np.float64)

    def received(self, value: NDArray[Any]) -> Numbers:
        """Sum a value of each pair by target."""
        return np.bincount(self.target, value, self.n).astype(np.float64)

    def share(self, posts: nw.DataFrame[Any], value: Numbers) -> Numbers:
        """Compute the mean over all actions of each account of a value in [0, 1] of its acts on others.

        With N the number of its posts, or of its acts on others if larger (a post can name several), without acts of
        unknown value: ``sum(value) / (N + 4)``; other actions have value 0. NaN for accounts without an act of known
        value.
        """
        known = ~np.isnan(value)
        made, of_known = self.given(self.weight), self.given(self.weight * known)
        did = np.maximum(np.bincount(posts["account_row"].to_numpy(), minlength=self.n), made)
        part = self.given(self.weight * np.where(known, value, 0))
        return rounded(np.where(of_known > 0, part / (did - made + of_known + PRIOR), np.nan))


def rounded(values: Numbers) -> Numbers:
    """Round to twelve decimals, so that the order of summation does not distinguish accounts."""
    return np.round(values, 12)
