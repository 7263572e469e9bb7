"""Would a shared audience do the same? Null models that explain an edge rather than test it.

Two fans of one author share many of their posts, and two readers of one morning paper share its posts at
breakfast. These models hold the shared taste itself fixed and ask what is left. They forgive every fandom,
and for the same reason every campaign whose accounts are the audience of those they boost. So they say
"would be expected from a shared audience" beside an edge, and are no gate.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from cib.errors import InputError, SettingsError
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.graphs.nulls.margins import Chance, ends, poisson

__all__ = ["author_conditioned", "conditional_synchrony", "seconds_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Entries of two rows that are multiplied at once; some 30 bytes each.
_BLOCK = 5_000_000


def author_conditioned(graph: Graph) -> Chance:
    """How much each account acts on each author is held fixed; the posts are chosen by popularity.

    With ``n_ua`` posts of author a that account u acted on, and ``C_a`` of the posts of a as in
    ``'chung-lu'``, ``expected = sum_a n_ua n_va C_a``, and the tail is Poisson.

    Parameters
    ----------
    graph : Graph
        From :func:`cib.coaction_graph` with ``objects`` ``'post'``, ``'quoted'`` or ``'replied'``.

    Returns
    -------
    Chance

    Raises
    ------
    InputError
        If the objects are no posts, or their authors are not known.

    Notes
    -----
    Holds fixed who is a fan of whom, not the times. A large p says: a shared audience would do as much. It
    says so of a campaign that boosts its own accounts, too, because there is no other audience. Costs, an
    edge, the number of authors of the two accounts. Methods: module docstring.
    """
    incidence, source, target = ends(graph)
    if graph.construction.objects not in {"post", "quoted", "replied"}:
        raise InputError(
            "the author-conditioned null needs posts as objects",
            got=f"objects={graph.construction.objects!r}",
            remedy="Build the graph with coaction_graph(activity, 'post').",
        )
    account, post = incidence.distinct
    author, n_authors = _authors(incidence)
    popularity = incidence.popularity.astype(np.float64)
    pairs, acts = (np.bincount(author, k, minlength=n_authors) for k in (popularity * (popularity - 1), popularity))
    collision = pairs / np.maximum(acts, 1.0) ** 2
    shape = (len(incidence.account_ids), n_authors)
    taste = sp.coo_array((np.ones(len(account)), (account, author[post])), shape=shape).tocsr()
    return poisson(graph, _products(taste, collision, source, target))


def conditional_synchrony(graph: Graph) -> Chance:
    """What the two share is held fixed; how soon after one another they came to it is left to the object.

    With ``c_j`` the share of all pairs of events on object j that lie within the window, and ``m_uj`` acts
    of account u on it, ``expected = sum_j m_uj m_vj c_j``, and the tail is Poisson.

    Parameters
    ----------
    graph : Graph
        From :func:`cib.coaction_graph` with a window.

    Returns
    -------
    Chance

    Raises
    ------
    SettingsError
        If the graph has no window.

    Notes
    -----
    Holds fixed which objects both acted on, and how bursty each is. A large p says: whoever shares these
    objects is about as often in step. Without power where only the campaign acted on them, for then its own
    haste is the rule. Poisson's tail is wider than that of few likely events, so p is large: at p <= 0.05
    fewer than 2.6 % of independent pairs. Costs, an
    edge, the number of objects of the two accounts. Methods: module docstring.
    """
    # numba takes half a second to import
    from cib.graphs.compiled.windows import window_bounds, window_pairs

    incidence, source, target = ends(graph)
    _, high = window_bounds(incidence.starts, incidence.time, round(seconds_of(graph) * 1e6))
    events = np.diff(incidence.starts)
    together = window_pairs(incidence.starts, high) / np.maximum(events * (events - 1) / 2, 1)
    shape = (len(incidence.account_ids), len(incidence.object_ids))
    acts = sp.coo_array((np.ones(len(incidence)), (incidence.account, incidence.object)), shape=shape).tocsr()
    return poisson(graph, _products(acts, together, source, target))


def seconds_of(graph: Graph) -> float:
    """The window of a co-action graph.

    Raises
    ------
    SettingsError
        If it has none: then times say nothing.
    """
    seconds = graph.construction.window_s
    if seconds is None:
        raise SettingsError(
            f"graph {graph.name!r} has no window, so this null has no times to ask about",
            remedy="Build it with coaction_graph(activity, window='10min'), say.",
        )
    return float(seconds)


def _authors(incidence: Incidence) -> tuple[Ints, int]:
    """The author of each object as a number, and how many there are; an unknown author is one of their own."""
    first = np.minimum(incidence.starts[:-1], max(len(incidence) - 1, 0))  # objects that were left out have no event
    names = incidence.target_ids.gather(incidence.row[first])
    if len(names) and names.null_count() == len(names):
        raise InputError(
            "the authors of the posts are not known",
            remedy="Map the column when reading: cib.read(..., columns={'target_account_id': 'their name'}).",
        )
    alone = pl.int_range(len(names), 2 * len(names), eager=True)
    codes = pl.select(pl.coalesce(names.rank("dense") - 1, alone)).to_series().to_numpy().astype(np.int64)
    return codes, int(codes.max(initial=-1)) + 1


def _products(rows: sp.csr_array, weight: Floats, source: Ints, target: Ints) -> Floats:
    """Weighted inner product of two rows for each edge, a block of edges at a time."""
    scaled = rows @ sp.diags_array(weight)
    length = np.diff(rows.indptr)
    entries = np.cumsum(length[source] + length[target])
    bounds = np.searchsorted(entries, np.arange(_BLOCK, entries[-1:].sum() + _BLOCK, _BLOCK))
    found = np.zeros(len(source))
    begin = 0
    for end in [*bounds.tolist(), len(source)]:
        found[begin:end] = (scaled[source[begin:end]] * rows[target[begin:end]]).sum(axis=1)
        begin = end
    return found
