"""What chance makes two accounts share: the null models that are arithmetic on totals.

A null model is a function from a co-action graph to a :class:`Chance`: the weight expected of each edge
under it, and the chance of a weight at least as large. Which one to ask is a matter of what it holds fixed;
each docstring says so, and where the null lies.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

from cib.errors import InputError
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence

__all__ = ["Chance", "alike", "chung_lu", "configuration", "ends", "hypergeometric", "poisson"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_REMEDY = "Test a graph made by coaction_graph()."


class Chance(NamedTuple):
    """What a null model says of each edge; arrays of shape (n_edges,)."""

    expected: Floats  #: mean weight under the null
    p: Floats  #: chance of a weight at least as large


def configuration(graph: Graph) -> Chance:
    """How often each account coincides with *anybody* is held fixed.

    With ``s_u`` the co-actions of account u with anyone within the window, ``expected = s_u s_v / sum(s)``,
    and the tail is Poisson.

    Notes
    -----
    Holds fixed each account's exposure to others. Lies where communities exist: two members of one
    coincide more often than their exposure says. Blind where the ring itself makes most of the
    co-actions, as in data of a campaign without a background: there its own exposure explains it. Conservative
    on independent accounts: at p <= 0.05 it calls between 0.2 and 2.6 % of pairs significant, since counts are
    discrete and the ring's own co-actions are in its margins. Too small an expectation, and so too many finds, where
    data are dense and tiny: a few accounts that act on nearly every object exceed ``s_u s_v / sum(s)`` unavoidably.
    Costs O(1) an edge. After Newman's configuration model, applied to the raw windowed multigraph.
    """
    incidence = graph.events
    if graph.strength is None:
        raise InputError(f"graph {graph.name!r} does not know its strengths", remedy=_REMEDY)
    strength = graph.strength.astype(np.float64)
    expected = _products(graph, incidence, strength)
    expected /= max(strength.sum(), 1.0)
    return poisson(graph, expected)


def chung_lu(graph: Graph) -> Chance:
    """Accounts choose objects independently, by popularity.

    With ``n_u`` distinct objects of account u, ``k_j`` distinct accounts of object j and K the sum of
    either, ``expected = n_u n_v C`` where ``C = sum_j k_j (k_j - 1) / K**2``, and the tail is Poisson.

    Notes
    -----
    Holds fixed, on average, the activity of accounts and the popularity of objects, not the times: a window
    only removes co-actions, so the test is conservative for windowed graphs, the more the shorter the window: at a
    minute it has nearly no power. At p <= 0.05 it calls between 0.2 and 2.6 % of independent pairs significant.
    Lies where accounts share
    tastes, and where ``n_u k_j`` is not small beside K: take ``'bicm'`` there. Costs O(1) an edge. After
    Chung & Lu (2002).
    """
    incidence = graph.events
    popularity = incidence.popularity.astype(np.float64)
    expected = _products(graph, incidence, incidence.degree.astype(np.float64))
    expected *= (popularity * (popularity - 1)).sum() / max(popularity.sum(), 1.0) ** 2
    return poisson(graph, expected)


def hypergeometric(graph: Graph) -> Chance:
    """Accounts choose objects independently, each object being as good as another. For comparison only.

    With ``n_u`` distinct objects of account u and M objects in all, ``expected = n_u n_v / M``, and the
    weight is hypergeometric.

    Notes
    -----
    Holds fixed the activity of accounts and nothing else. Lies wherever some objects are popular, that is
    always: it calls two thirds of independent accounts significant where activity and popularity are
    unequal. It is here because it is published as the fixed row model. Costs O(1) an edge. After Tumminello
    et al. (2011) and Neal (2014).
    """
    # scipy.stats takes half a second to import
    from scipy.stats import hypergeom

    incidence, source, target = ends(graph)
    objects = int(np.count_nonzero(incidence.popularity))
    n, m = incidence.degree[source], incidence.degree[target]
    (fewer, more, weight), which = alike(graph, n, m)
    p = np.asarray(hypergeom.sf(weight - 1, objects, fewer, more))
    return Chance(n * m / max(objects, 1), p[which])


def poisson(graph: Graph, expected: Floats) -> Chance:
    """The chance that a Poisson count of this mean is at least the weight of the edge."""
    return Chance(expected, gammainc(graph.table["weight"].to_numpy(), np.maximum(expected, 1e-300)))


def _products(graph: Graph, incidence: Incidence, of_account: Floats) -> Floats:
    """For each edge the product of what is given for its one account and for its other."""
    own = of_account[graph.codes_in(incidence.account_ids).to_numpy()]
    product: Floats = own[graph.table["source"].to_numpy()]
    product *= own[graph.table["target"].to_numpy()]
    return product


def alike(graph: Graph, source: Ints, target: Ints) -> tuple[Ints, Ints]:
    """Edges with the same tail, to be computed once.

    Parameters
    ----------
    graph : Graph
    source, target : ndarray of int, shape (n_edges,)
        What the tail depends on besides the weight, one number an end; which end has which does not matter.

    Returns
    -------
    different : ndarray of int, shape (3, n_different)
        The smaller and the larger number, and the weight.
    which : ndarray of int, shape (n_edges,)
        The column of each edge.
    """
    weight = graph.table["weight"].to_numpy().astype(np.int64)
    rows = np.vstack([np.minimum(source, target), np.maximum(source, target), weight])
    different, which = np.unique(rows, axis=1, return_inverse=True)
    return different, which


def ends(graph: Graph) -> tuple[Incidence, Ints, Ints]:
    """The incidence, and the two ends of each edge as positions in its accounts.

    Raises
    ------
    InputError
        If the graph is no projection.
    """
    incidence = graph.events
    code = graph.codes_in(incidence.account_ids).to_numpy().astype(np.int64)
    source, target = graph.endpoints
    return incidence, code[source], code[target]
