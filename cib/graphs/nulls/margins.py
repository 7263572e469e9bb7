"""Null models computed from the margins of the incidence in closed form.

A null model is a function from a co-action graph to a :class:`Chance`: the expected weight of each edge, and the
probability of a weight at least as large. Null models differ in what they hold fixed; each docstring states this, and
where the model is not valid.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

from cib.errors import InputError
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence

__all__ = ["Chance", "chung_lu", "configuration", "ends", "hypergeometric", "poisson", "unique_tails"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_REMEDY = "Test a graph made by coaction_graph()."


class Chance(NamedTuple):
    """Result of a null model for each edge; arrays of shape (n_edges,)."""

    expected: Floats  #: mean weight under the null model
    p: Floats  #: probability of a weight at least as large


def configuration(graph: Graph) -> Chance:
    """Test each edge given how often each account coincides with any other.

    With ``s_u`` the number of co-actions of account u with any other within the window,
    ``expected = s_u s_v / sum(s)``, and the tail is Poisson.

    Notes
    -----
    Holds fixed each account's exposure to others. Not valid where communities exist: two members of one
    coincide more often than their exposure predicts. Has no power where the coordinated group itself makes most of the
    co-actions, as in data of a campaign without a background, because its own exposure explains them. Conservative
    on independent accounts: p <= 0.05 for between 0.2 and 2.6 % of pairs, because counts are discrete and the
    group's own co-actions are in its margins. Underestimates the weight, and so finds too many edges, in small, dense
    data: the weights of a few accounts that act on nearly every object necessarily exceed ``s_u s_v / sum(s)``.
    Costs O(1) per edge. After Newman's configuration model, applied to the raw windowed multigraph.
    """
    incidence = graph.events
    if graph.strength is None:
        raise InputError(f"graph {graph.name!r} does not know its strengths", remedy=_REMEDY)
    strength = graph.strength.astype(np.float64)
    expected = _products(graph, incidence, strength)
    expected /= max(strength.sum(), 1.0)
    return poisson(graph, expected)


def chung_lu(graph: Graph) -> Chance:
    """Test each edge given that accounts choose objects independently, by popularity.

    With ``n_u`` the number of distinct objects of account u, ``k_j`` the number of distinct accounts of object j and K
    the sum of either, ``expected = n_u n_v C`` where ``C = sum_j k_j (k_j - 1) / K**2``, and the tail is Poisson.

    Notes
    -----
    Holds fixed, on average, the activity of accounts and the popularity of objects, not the times: a window
    only removes co-actions, so the test is conservative for windowed graphs, and more so the shorter the window: at
    one minute it has nearly no power. p <= 0.05 for between 0.2 and 2.6 % of independent pairs. Not valid where
    accounts share tastes, or where ``n_u k_j`` is not small relative to K: use ``'bicm'`` there. Costs O(1) per edge.
    After Chung & Lu (2002).
    """
    incidence = graph.events
    popularity = incidence.popularity.astype(np.float64)
    expected = _products(graph, incidence, incidence.degree.astype(np.float64))
    expected *= (popularity * (popularity - 1)).sum() / max(popularity.sum(), 1.0) ** 2
    return poisson(graph, expected)


def hypergeometric(graph: Graph) -> Chance:
    """Test each edge given that accounts choose objects independently and uniformly; for comparison only.

    With ``n_u`` the number of distinct objects of account u and M the number of objects, ``expected = n_u n_v / M``,
    and the weight is hypergeometric.

    Notes
    -----
    Holds fixed the activity of accounts only. Not valid where some objects are popular, which is always the case: two
    thirds of independent accounts are significant where activity and popularity are unequal. It is included because
    it is published as the fixed row model. Costs O(1) per edge. After Tumminello et al. (2011) and Neal (2014).
    """
    # scipy.stats takes half a second to import
    from scipy.stats import hypergeom

    incidence, source, target = ends(graph)
    objects = int(np.count_nonzero(incidence.popularity))
    n, m = incidence.degree[source], incidence.degree[target]
    (fewer, more, weight), which = unique_tails(graph, n, m)
    p = np.asarray(hypergeom.sf(weight - 1, objects, fewer, more))
    return Chance(n * m / max(objects, 1), p[which])


def poisson(graph: Graph, expected: Floats) -> Chance:
    """Compute the probability that a Poisson count of the expected mean is at least the weight of each edge."""
    return Chance(expected, gammainc(graph.table["weight"].to_numpy(), np.maximum(expected, 1e-300)))


def _products(graph: Graph, incidence: Incidence, of_account: Floats) -> Floats:
    """Multiply the values of the two accounts of each edge."""
    own = of_account[graph.codes_in(incidence.account_ids).to_numpy()]
    product: Floats = own[graph.table["source"].to_numpy()]
    product *= own[graph.table["target"].to_numpy()]
    return product


def unique_tails(graph: Graph, source: Ints, target: Ints) -> tuple[Ints, Ints]:
    """Find the distinct tails of edges, so that each is computed once.

    Parameters
    ----------
    graph : Graph
    source, target : ndarray of int, shape (n_edges,)
        Value of each end that the tail depends on, besides the weight; the tail is symmetric in the two ends.

    Returns
    -------
    different : ndarray of int, shape (3, n_different)
        The smaller and the larger value, and the weight.
    which : ndarray of int, shape (n_edges,)
        The column of each edge.
    """
    weight = graph.table["weight"].to_numpy().astype(np.int64)
    rows = np.vstack([np.minimum(source, target), np.maximum(source, target), weight])
    different, which = np.unique(rows, axis=1, return_inverse=True)
    return different, which


def ends(graph: Graph) -> tuple[Incidence, Ints, Ints]:
    """Return the incidence, and the two ends of each edge as positions in its accounts.

    Raises
    ------
    InputError
        If the graph is not a projection.
    """
    incidence = graph.events
    code = graph.codes_in(incidence.account_ids).to_numpy().astype(np.int64)
    source, target = graph.endpoints
    return incidence, code[source], code[target]
