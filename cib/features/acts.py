"""Acts of accounts on other accounts, summed by pair: what features of attention are made of."""

from __future__ import annotations

from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from cib.graphs.graph import Graph

__all__ = ["PRIOR", "Acts", "rounded"]

Numbers = NDArray[np.float64]

#: Acts, or accounts, that count as nothing and are added to every share.
PRIOR = 4.0


class Acts(NamedTuple):
    """Acts of accounts on other accounts, a row a pair.

    Parameters
    ----------
    source, target : ndarray of int64, shape (n_pairs,)
        Row of the account that acted, and of the one acted on.
    weight, returned : ndarray of float64, shape (n_pairs,)
        Acts of the source on the target, and of the target on the source.
    n : int
        Accounts.
    """

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    weight: Numbers
    returned: Numbers
    n: int

    @classmethod
    def of(cls, interactions: Graph) -> Acts:
        """The acts of an interaction graph."""
        (source, target), table = interactions.endpoints, interactions.table
        weight, returned = (table[name].to_numpy().astype(np.float64) for name in ("weight", "returned"))
        return cls(source, target, weight, returned, interactions.n_accounts)

    def given(self, value: NDArray[Any]) -> Numbers:
        """The sum, by source, of a value of each pair."""
        return np.bincount(self.source, value, self.n).astype(np.float64)

    def received(self, value: NDArray[Any]) -> Numbers:
        """The sum, by target, of a value of each pair."""
        return np.bincount(self.target, value, self.n).astype(np.float64)

    def share(self, posts: nw.DataFrame[Any], value: Numbers) -> Numbers:
        """The share of all that an account did, of a value in [0, 1] of each of its acts on others.

        What an account did is its posts, or its acts on others where these are more (a post can name several), without
        acts whose value is not known. Unknown for accounts without an act whose value is known.
        """
        known = ~np.isnan(value)
        made, of_known = self.given(self.weight), self.given(self.weight * known)
        did = np.maximum(np.bincount(posts["account_row"].to_numpy(), minlength=self.n), made)
        part = self.given(self.weight * np.where(known, value, 0))
        return rounded(np.where(of_known > 0, part / (did - made + of_known + PRIOR), np.nan))


def rounded(values: Numbers) -> Numbers:
    """Values to twelve decimals, so that the order in which they were added up does not tell accounts apart."""
    return np.round(values, 12)
