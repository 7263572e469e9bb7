"""What chance does not explain: null models, q-values, and the backbone of a co-action graph.

A null model says how many co-actions a pair would share by chance, given what is held fixed about each
account. An edge stays when so many would be surprising even after asking about every pair of active
accounts. The two nulls here are each right about something that the other holds wrong:

* **configuration** holds fixed how often each account coincides with *anybody* within the window
  (busy objects, busy hours, activity) and asks whether two coincide with *each other* more than that.
  It has power at every activity, and is fooled by communities: members of one do coincide more.
* **chung-lu** holds fixed how many objects each account acted on and how popular each object is. It is
  calibrated against independent accounts, and has little power where both are very unequal.

An edge is never a verdict: edges propose, groups dispose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import gammainc

from cib.activity import encode
from cib.errors import InputError, SettingsError, did_you_mean
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence

__all__ = [
    "NULLS",
    "Correction",
    "Null",
    "adjust",
    "backbone",
    "chung_lu",
    "configuration",
    "with_significance",
]

Null = Literal["configuration", "chung-lu"]
Correction = Literal["bh", "by"]
Floats = NDArray[np.float64]


def configuration(graph: Graph) -> Floats:
    """Expected weight of each edge in a windowed configuration model.

    With ``s_u`` the co-actions of account u with anyone within the window, ``expected = s_u s_v / sum(s)``.

    Parameters
    ----------
    graph : Graph
        From :func:`cib.coaction_graph`.

    Returns
    -------
    ndarray of float, shape (n_edges,)

    Notes
    -----
    Holds fixed each account's exposure to others. Lies where communities exist: two members of one
    coincide more often than their exposure says. Blind where the ring itself makes most of the
    co-actions, as in data of a campaign without a background: there its own exposure explains it.
    Costs O(1) an edge. After Newman's configuration model, applied to the raw windowed multigraph.
    """
    _, source, target = _codes(graph)
    if graph.strength is None:
        raise InputError(f"graph {graph.name!r} does not know its strengths", remedy=_REMEDY)
    total = max(int(graph.strength.sum()), 1)
    strength = graph.strength.astype(np.float64)
    expected: Floats = strength[source] * strength[target] / total
    return expected


def chung_lu(graph: Graph) -> Floats:
    """Expected number of shared objects if accounts choose objects independently, by popularity.

    With ``n_u`` distinct objects of account u, ``k_j`` distinct accounts of object j and K the sum of
    either, ``expected = n_u n_v C`` where ``C = sum_j k_j (k_j - 1) / K**2``.

    Parameters
    ----------
    graph : Graph
        From :func:`cib.coaction_graph`.

    Returns
    -------
    ndarray of float, shape (n_edges,)

    Notes
    -----
    Holds fixed the activity of accounts and the popularity of objects, not the times: a window only
    removes co-actions, so the test is conservative for windowed graphs. Lies where accounts share
    tastes. Costs O(1) an edge. After Chung & Lu (2002); close to the bipartite configuration model.
    """
    incidence, source, target = _codes(graph)
    popularity = incidence.popularity.astype(np.float64)
    total = max(popularity.sum(), 1.0)
    collision = (popularity * (popularity - 1)).sum() / total**2
    degree = incidence.degree.astype(np.float64)
    expected: Floats = degree[source] * degree[target] * collision
    return expected


NULLS: dict[str, Callable[[Graph], Floats]] = {"configuration": configuration, "chung-lu": chung_lu}

_REMEDY = "Test a graph made by coaction_graph()."


def adjust(p: Floats, tests: int, method: Correction = "bh") -> Floats:
    """Adjust p-values for the number of tests asked, told or untold.

    Parameters
    ----------
    p : ndarray of float, shape (n,)
        p-values of the tests that were computed; all others count as p = 1.
    tests : int
        Size of the whole family, at least n.
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
    order = np.argsort(p, kind="stable")
    ranks = np.arange(1, len(p) + 1)
    family = float(tests)
    if method == "by":
        family *= np.log(max(tests, 1)) + np.euler_gamma
    raised = p[order] * family / ranks
    q = np.empty_like(raised)
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return q


def with_significance(graph: Graph, null: Null = "configuration", method: Correction = "bh") -> Graph:
    """Add ``expected``, ``p`` and ``q`` to the edges of a co-action graph.

    Parameters
    ----------
    graph : Graph
        From :func:`cib.coaction_graph`.
    null : {'configuration', 'chung-lu'}
    method : {'bh', 'by'}
        The family is all pairs of accounts with at least one event.

    Returns
    -------
    Graph
        The same edges; ``p = P(Poisson(expected) >= weight)``.
    """
    if null not in NULLS:
        raise SettingsError(
            f"null={null!r} is no null model",
            remedy=did_you_mean(null, NULLS) or f"Take one of {', '.join(NULLS)}.",
        )
    expected = NULLS[null](graph)
    weight = graph.table["weight"].to_numpy().astype(np.float64)
    p = gammainc(weight, np.maximum(expected, 1e-300))
    active = graph.incidence.n_active if graph.incidence else graph.n_accounts
    q = adjust(p, max(active * (active - 1) // 2, len(p)), method)
    table = graph.table.with_columns(expected=pl.Series(expected), p=pl.Series(p), q=pl.Series(q))
    return replace(graph, table=table, parameters={**graph.parameters, "null": null, "correction": method})


def backbone(graph: Graph, null: Null = "configuration", alpha: float = 0.01, method: Correction = "bh") -> Graph:
    """Keep the edges that the null model does not explain.

    Parameters
    ----------
    graph : Graph
        From :func:`cib.coaction_graph`.
    null : {'configuration', 'chung-lu'}
        See the module.
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
    if not 0 < alpha < 1:
        raise SettingsError("alpha must lie between 0 and 1", got=alpha, remedy="Take 0.01, say.")
    tested = with_significance(graph, null, method)
    kept = tested.keep_edges((tested.table["q"] <= alpha).to_numpy())
    return replace(kept, parameters={**tested.parameters, "alpha": alpha})


def _codes(graph: Graph) -> tuple[Incidence, NDArray[np.int64], NDArray[np.int64]]:
    """The incidence, and the endpoints of each edge as positions in its accounts."""
    if graph.incidence is None:
        raise InputError(f"graph {graph.name!r} is not a co-action graph, so no null model applies", remedy=_REMEDY)
    code = encode(graph.ids, graph.incidence.account_ids).to_numpy().astype(np.int64)
    source, target = graph.endpoints
    return graph.incidence, code[source], code[target]
