"""Enumerate pairs of events in blocks of accounts, and count edges from them.

Some published weights count distinct posts on either side of an edge, or compare pairs of texts. This needs
the pairs themselves, which ``graphs/compiled/coaction.py`` never makes. Here they are made for a few accounts
at a time, and all pairs of an account together: counts of an edge are complete within a block, and memory grows
with the most active account, not with the data.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import encode
from cib.errors import SettingsError
from cib.graphs.incidence import Incidence

__all__ = [
    "MOST_PAIRS",
    "check_affordable",
    "check_pairs",
    "common_objects",
    "pair_blocks",
    "post_codes",
    "weight_quantile",
]

Ints = NDArray[np.int64]

#: Number of pairs in a block; about 100 bytes each while they are counted.
_BLOCK = 2_000_000

#: Largest number of pairs that a method without a window may hold; about 50 bytes each.
MOST_PAIRS = 100_000_000


def pair_blocks(incidence: Incidence, seconds: float | None) -> Iterator[tuple[Ints, Ints]]:
    """Yield ordered pairs of different events on one object within a window, inclusive.

    Parameters
    ----------
    incidence : Incidence
    seconds : float or None
        None: any two events on an object.

    Yields
    ------
    own, other : ndarray of int, shape (n_pairs,)
        Positions of the events. Each pair occurs in both orders, and all pairs in which an account is the
        first are in one block; without any pair, one empty block is yielded.
    """
    # numba takes half a second to import, so it is imported only where it is used
    from cib.graphs.compiled.windows import window_bounds, window_span

    low, high = window_bounds(incidence.starts, incidence.time, window_span(seconds))
    order = np.argsort(incidence.account, kind="stable")
    partners = (high - low)[order].astype(np.int64) - 1
    first = np.flatnonzero(np.diff(incidence.account[order], prepend=-1))
    before = np.concatenate([[0], np.cumsum(partners)])[first]
    begins = first[np.flatnonzero(np.diff(before // _BLOCK, prepend=-1))]
    for begin, end in pairwise([*(begins.tolist() or [0]), len(order)]):
        yield _pairs(order[begin:end], partners[begin:end], low)


def _pairs(events: Ints, partners: Ints, low: NDArray[np.int32]) -> tuple[Ints, Ints]:
    own = np.repeat(events, partners)
    steps = np.arange(len(own)) - np.repeat(np.cumsum(partners) - partners, partners)
    other = low[own] + steps
    return own, other + (other >= own)


def check_pairs(incidence: Incidence, seconds: float | None) -> None:
    """Raise an error for more than :data:`MOST_PAIRS` pairs of events within a window, before they are made."""
    from cib.graphs.compiled.windows import window_bounds, window_pairs, window_span

    _, high = window_bounds(incidence.starts, incidence.time, window_span(seconds))
    check_affordable(int(window_pairs(incidence.starts, high).sum()))


def post_codes(incidence: Incidence) -> Ints:
    """Code the post of each event, shape (n_events,); all events and rows of a post have the same code."""
    ids = incidence.post_ids
    if ids.n_unique() == len(ids):
        return incidence.row.astype(np.int64)
    return encode(ids, ids.unique().sort()).to_numpy()[incidence.row].astype(np.int64)


def common_objects(incidence: Incidence, groups: Ints) -> pl.DataFrame:
    """Count the edges between accounts with events in the same group.

    Parameters
    ----------
    incidence : Incidence
    groups : ndarray of int, shape (n_events,)
        Ascending; a group lies within an object.

    Returns
    -------
    polars.DataFrame
        Columns ``source``, ``target``, ``weight`` (number of distinct objects), ``pairs`` (number of pairs of
        events), ``lag`` (mean over pairs, seconds).
    """
    from cib.graphs.compiled.coaction import coactions

    low = np.searchsorted(groups, groups, side="left").astype(np.int32)
    high = np.searchsorted(groups, groups, side="right").astype(np.int32)
    check_affordable(int((high - low - 1).sum(dtype=np.int64)) // 2)
    edges, _ = coactions(incidence.account, incidence.object, incidence.time, low, high, len(incidence.account_ids))
    return pl.DataFrame(
        {
            "source": edges.u.astype(np.uint32),
            "target": edges.v.astype(np.uint32),
            "weight": edges.weight,
            "pairs": edges.pairs,
            "lag": edges.lag / np.maximum(edges.pairs, 1) / 1e6,
        }
    )


def weight_quantile(edges: pl.DataFrame, quantile: float) -> float:
    """Compute a quantile of the weights by linear interpolation (type 7 of R); 0 without edges."""
    return float(np.quantile(edges["weight"].to_numpy(), quantile)) if edges.height else 0.0


def check_affordable(pairs: int) -> None:
    """Raise an error for a computation that would hold more than :data:`MOST_PAIRS` pairs."""
    if pairs > MOST_PAIRS:
        raise SettingsError(
            f"up to {pairs:,} pairs share an object, more than the {MOST_PAIRS:,} that this method may hold",
            remedy="Leave out what very many share: max_accounts=1000, say.",
        )
