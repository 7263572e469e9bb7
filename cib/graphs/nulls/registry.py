"""Null models by name, q-values, and the backbone of a co-action graph.

A null model gives the number of co-actions that a pair shares by chance, given what is held fixed about each account.
An edge is kept if its weight is significant after correction for the tests of all pairs of active accounts.

======================= ================== ===================================================================
null                    file               holds fixed
======================= ================== ===================================================================
``configuration``       ``margins.py``     how often each account coincides with any other within the window
``chung-lu``            ``margins.py``     activity of accounts and popularity of objects, on average
``bicm``                ``bicm.py``        the same, also where cells are dense
``sdsm``                ``bicm.py``        the same, with the Poisson-binomial tail instead of Poisson's
``hypergeometric``      ``margins.py``     activity only; for comparison, because it ignores popularity
``author``              ``conditional.py`` activity per author: an explanation, not a test to select edges
``synchrony``           ``conditional.py`` the shared objects: an explanation, not a test to select edges
``permuted-in-object``  ``permutation.py`` who acted on what, how objects spread: calibration of timing
``permuted-in-account`` ``permutation.py`` who acted on what, when accounts are active: calibration of timing
======================= ================== ===================================================================

The first two have complementary strengths. **configuration** has power at every activity, but finds too many edges
within communities, whose members coincide more often. **chung-lu** is calibrated on independent accounts, but has
little power where activity and popularity are very unequal.

A significant edge is a candidate only; conclusions are drawn about groups of accounts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.domains import GRAPH, INSIDE, OBJECTS, one_of, takes
from cib.errors import InputError, SettingsError, did_you_mean
from cib.extensions import find_extension
from cib.graphs.construction import Significance
from cib.graphs.graph import Graph
from cib.graphs.nulls.bicm import bicm, sdsm
from cib.graphs.nulls.conditional import author_conditioned, conditional_synchrony
from cib.graphs.nulls.margins import Chance, chung_lu, configuration, hypergeometric
from cib.graphs.nulls.permutation import permuted_in_account, permuted_in_object

__all__ = [
    "NULLS",
    "Correction",
    "Null",
    "adjust",
    "backbone",
    "chance",
    "check_counts",
    "check_null",
    "keep_significant",
    "with_significance",
]

#: A null model by name, or a function of a co-action graph that returns a :class:`cib.graphs.nulls.margins.Chance`.
Null = str | Callable[[Graph], Chance]
Correction = Literal["bh", "by"]
Floats = NDArray[np.float64]

#: Null models by name.
NULLS: dict[str, Callable[[Graph], Chance]] = {
    "configuration": configuration,
    "chung-lu": chung_lu,
    "bicm": bicm,
    "sdsm": sdsm,
    "hypergeometric": hypergeometric,
    "author": author_conditioned,
    "synchrony": conditional_synchrony,
    "permuted-in-object": permuted_in_object,
    "permuted-in-account": permuted_in_account,
}


def adjust(p: Floats, tests: int, method: Correction = "bh") -> Floats:
    """Adjust p-values for the size of the family of tests, including tests that were not computed.

    Parameters
    ----------
    p : ndarray of float, shape (n,)
        p-values of the tests that were computed; all others count as p = 1.
    tests : int
        Size of the family, at least n.
    method : {'bh', 'by'}
        Benjamini-Hochberg (1995), or Benjamini-Yekutieli (2001), valid under any dependence.

    Returns
    -------
    ndarray of float, shape (n,)
        q-values: the smallest false discovery rate at which the test is significant.

    Examples
    --------
    >>> adjust(np.array([0.001, 0.02]), tests=10).round(4).tolist()
    [0.01, 0.1]
    """
    order = np.argsort(p)  # equal p have equal q
    family = float(tests)
    if method == "by":
        family *= np.log(max(tests, 1)) + np.euler_gamma
    raised = p[order]
    raised *= family  # in place: there may be many
    raised /= np.arange(1, len(p) + 1)
    q = np.empty_like(raised)
    q[order] = np.minimum.accumulate(raised[::-1])[::-1].clip(max=1.0)
    return q


def chance(graph: Graph, null: Null) -> Chance:
    """Compute the expected weight and p-value of each edge of a co-action graph under a null model."""
    null = check_null(null)
    if callable(null):
        return _check_chance(graph, null(graph))
    check_counts(graph)
    return NULLS[null](graph)


def check_null(null: Any) -> Null:
    """Return a known name or a function; load the function if it is the name of an extension.

    Raises
    ------
    SettingsError
        If it is neither a null model, nor a function, nor the name of one (see :mod:`cib.extensions`).
    """
    known = callable(null) or (isinstance(null, str) and null in NULLS)
    found: Null | None = null if known else find_extension("cib.nulls", str(null))
    if found is None or not (known or callable(found)):
        raise SettingsError(
            f"null={null!r} is no null model",
            remedy=did_you_mean(str(null), NULLS) or f"Take one of {', '.join(NULLS)}, or a function of the graph.",
        )
    return found


def _check_chance(graph: Graph, found: Any) -> Chance:
    """Check that a null model of the user returned an expected weight and a p-value for each edge."""
    try:
        expected, p = (np.asarray(values, dtype=np.float64) for values in found)
    except (TypeError, ValueError):
        what, remedy = "a null model returns two arrays of numbers, expected and p", "See cib.graphs.nulls.margins."
        raise SettingsError(what, got=f"{found!r:.80}", remedy=remedy) from None
    if expected.shape != (graph.n_edges,) or p.shape != (graph.n_edges,):
        shapes = f"shapes {expected.shape} and {p.shape}"
        raise SettingsError(
            f"a null model returns a value for each edge, shape ({graph.n_edges},)",
            got=shapes,
            remedy="Return arrays in the order of graph.table.",
        )
    if not (np.isfinite(expected).all() and ((p >= 0) & (p <= 1)).all()):
        raise SettingsError(
            "a null model returned an expected weight that is not finite, or a p outside [0, 1]",
            got=f"expected from {expected.min()} to {expected.max()}, p from {p.min()} to {p.max()}",
        )
    return Chance(expected, p)


def check_counts(graph: Graph) -> None:
    """Raise an error for a projection whose weights are not numbers of shared objects."""
    if graph.incidence is not None and not graph.construction.counts:
        raise InputError(
            f"the weights of graph {graph.name!r} are not numbers of shared objects",
            remedy="Take a graph made by coaction_graph(); backbone(null=) also takes a function for other weights.",
        )


@takes(graph=GRAPH, null=OBJECTS, method=one_of("bh", "by"))
def with_significance(graph: Graph, null: Null = "configuration", method: Correction = "bh") -> Graph:
    """Add ``expected``, ``p`` and ``q`` to the edges of a co-action graph.

    Parameters
    ----------
    graph : Graph
        From :func:`cib.coaction_graph`.
    null : str or callable
        See :mod:`cib.graphs.nulls.registry`.
    method : {'bh', 'by'}
        The family is all pairs of accounts with at least one event.

    Returns
    -------
    Graph
        The same edges; ``p`` is the probability of a weight at least as large under the null model.

    Raises
    ------
    SettingsError
        If there is no such null model, or it needs what the graph does not have.
    InputError
        If the graph is not a co-action graph.
    """
    return _tested(graph, null, method, 1.0)


def _tested(graph: Graph, null: Null, method: Correction, largest: float) -> Graph:
    """Add the significance to edges; those that cannot have q up to `largest` get q = 1, which changes no other q."""
    expected, p = chance(graph, null)
    active = graph.incidence.n_active if graph.incidence else graph.n_accounts
    tests = max(active * (active - 1) // 2, len(p))
    q = np.ones(len(p))
    # q is at least p * tests / number of p-values
    likely = slice(None) if largest == 1 else p * (tests * (1 - 1e-9)) <= largest * len(p)
    q[likely] = adjust(p[likely], tests, method)
    table = graph.table.with_columns(expected=pl.Series(expected), p=pl.Series(p), q=pl.Series(q))
    return replace(graph, table=table, construction=replace(graph.construction, tested=Significance(null, method)))


@takes(
    graph=GRAPH,
    null=OBJECTS,
    alpha=INSIDE,
    method=one_of("bh", "by"),
)
def backbone(graph: Graph, null: Null = "configuration", alpha: float = 0.01, method: Correction = "bh") -> Graph:
    """Keep the edges that are significant under a null model.

    Parameters
    ----------
    graph : Graph
        From :func:`cib.coaction_graph`.
    null : str or callable
        One of :data:`NULLS`, see :mod:`cib.graphs.nulls.registry`; or a function of the graph that returns
        the expected weight and the p-value of each edge.
    alpha : float
        Largest false discovery rate among the edges kept, in (0, 1).
    method : {'bh', 'by'}

    Returns
    -------
    Graph
        With ``expected``, ``p`` and ``q`` on each edge.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> coactions = cib.coaction_graph(activity, window="10min")
    >>> significant = cib.backbone(coactions)
    >>> bool(significant.n_edges < coactions.n_edges and significant.table["q"].max() <= 0.01)
    True
    """
    return keep_significant(_tested(graph, null, method, alpha), alpha)


def keep_significant(tested: Graph, alpha: float) -> Graph:
    """Keep the edges of a tested graph with a q-value of at most `alpha`."""
    if not 0 < alpha < 1:
        raise SettingsError("alpha must lie between 0 and 1", got=alpha, remedy="Take 0.01, say.")
    graph = tested.keep_edges((tested.table["q"] <= alpha).to_numpy())
    test = replace(tested.significance, alpha=alpha)
    return replace(graph, construction=replace(tested.construction, tested=test))
