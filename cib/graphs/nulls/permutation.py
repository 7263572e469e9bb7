"""Permutation tests: the same accounts and objects with permuted times.

Unlike the analytic null models, a permutation needs no model of accounts and objects: the values of a statistic on
permuted times are its values without coordination in time, whatever the other distributions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from cib.errors import SettingsError
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.graphs.nulls.conditional import seconds_of
from cib.graphs.nulls.margins import Chance, ends

__all__ = ["permutation", "permuted", "permuted_in_account", "permuted_in_object"]

Ints = NDArray[np.int64]

#: Number of pairs of events projected at a time; the memory is that of the same number of edges.
_BLOCK = 5_000_000


def permuted_in_object(graph: Graph) -> Chance:
    """Test each edge by permuting times within each object; see :func:`permutation`, 20 repeats, seed 0."""
    return permutation(graph, "object")


def permuted_in_account(graph: Graph) -> Chance:
    """Test each edge by permuting times within each account; see :func:`permutation`, 20 repeats, seed 0."""
    return permutation(graph, "account")


def permutation(
    graph: Graph, within: Literal["object", "account"] = "object", *, repeats: int = 20, seed: int = 0
) -> Chance:
    """Test the weight of each edge against its weights with permuted times.

    With w the weight and T the sum of the weights over R permutations, ``expected = T / R`` and
    ``p = P(Binomial(w + T, 1 / (R + 1)) >= w)``: the exact comparison of two Poisson counts, which accounts for
    the finite R.

    Parameters
    ----------
    graph : Graph
        From :func:`cib.coaction_graph` with a window.
    within : {'object', 'account'}
        See :func:`permuted`.
    repeats : int
    seed : int

    Returns
    -------
    Chance
        p is never below ``(repeats + 1) ** -w``.

    Raises
    ------
    SettingsError
        If the graph has no window, or `repeats` is not positive.

    Notes
    -----
    Holds fixed what :func:`permuted` holds fixed, and has the same limits. Costs one co-action graph with all weights
    per repeat. The comparison of counts is that of Przyborowski & Wilenski (1940).

    Examples
    --------
    >>> import cib
    >>> from functools import partial
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> coactions = cib.coaction_graph(activity, window="10min")
    >>> in_step = cib.backbone(coactions, null=partial(permutation, within="object", repeats=10, seed=3))
    >>> in_step.n_edges < coactions.n_edges
    True
    """
    if repeats < 1:
        raise SettingsError("repeats must be at least 1", got=repeats, remedy="Take 20, say.")
    seconds = seconds_of(graph)
    incidence, source, target = ends(graph)
    by_chance = np.zeros(graph.n_edges, np.int64)
    rng = np.random.default_rng(seed)
    for _ in range(repeats):
        by_chance += _weights(permuted(incidence, within, rng), seconds, source, target)
    weight = graph.table["weight"].to_numpy()
    p: NDArray[np.float64] = betainc(weight, by_chance + 1.0, 1 / (repeats + 1)).astype(np.float64)
    return Chance(by_chance / repeats, p)


def permuted(incidence: Incidence, within: Literal["object", "account"], rng: np.random.Generator) -> Incidence:
    """Permute the times of the events.

    Parameters
    ----------
    incidence : Incidence
    within : {'object', 'account'}
        ``'object'``: among the events on each object. Keeps who acted on what, and how each object spread, but not
        the hours at which an account is active, so accounts of one time zone still appear synchronised. Has no
        power on an object that only a coordinated group acted on, because the group's speed is how it spread.
        ``'account'``: among the events of each account. Keeps who acted on what, and when each account was
        active, but not how objects spread, so accounts that react fast to new objects appear synchronised.
    rng : numpy.random.Generator

    Returns
    -------
    Incidence

    Raises
    ------
    SettingsError
        If `within` is neither.
    """
    if within not in {"object", "account"}:
        raise SettingsError(f"within={within!r} is neither 'object' nor 'account'")
    luck = rng.random(len(incidence))
    if within == "object":  # permuting the accounts instead keeps the events sorted by object and time
        dealt = np.lexsort((luck, incidence.object))
        return replace(incidence, account=incidence.account[dealt], row=incidence.row[dealt])
    time = np.empty_like(incidence.time)
    time[np.argsort(incidence.account, kind="stable")] = incidence.time[np.lexsort((luck, incidence.account))]
    order = np.lexsort((time, incidence.object))
    return replace(incidence, account=incidence.account[order], time=time[order], row=incidence.row[order])


def _weights(incidence: Incidence, seconds: float, source: Ints, target: Ints) -> Ints:
    """Count the objects that each given pair of accounts, smaller code first, acted on within the window."""
    wanted = source * len(incidence.account_ids) + target
    total = np.zeros(len(wanted), np.int64)
    for keys, weight in _projected(incidence, seconds):
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        total += np.where(keys[place] == wanted, weight[place], 0)
    return total


def _projected(incidence: Incidence, seconds: float) -> Iterator[tuple[Ints, Ints]]:
    """Yield pairs of accounts, coded as ascending integers, and their weights, for a block of objects at a time."""
    # numba takes half a second to import
    from cib.graphs.compiled.coaction import coactions
    from cib.graphs.compiled.windows import window_bounds, window_pairs

    n_accounts, starts = len(incidence.account_ids), incidence.starts
    low, high = window_bounds(starts, incidence.time, round(seconds * 1e6))
    before = np.cumsum(window_pairs(starts, high))
    cuts = np.flatnonzero(np.diff(before // _BLOCK, prepend=0))
    for first, last in pairwise([0, *(cuts + 1).tolist(), len(starts) - 1]):
        begin, end = starts[first], starts[last]
        here = slice(begin, end)
        edges, _ = coactions(
            incidence.account[here],
            incidence.object[here],
            incidence.time[here],
            low[here] - np.int32(begin),
            high[here] - np.int32(begin),
            n_accounts,
        )
        if len(edges.u):
            yield edges.u.astype(np.int64) * n_accounts + edges.v, edges.weight.astype(np.int64)
