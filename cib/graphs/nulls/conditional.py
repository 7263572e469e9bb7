"""Null models conditional on a shared audience: they explain an edge rather than test it.

Two fans of one author share many of their posts, and two readers of one morning newspaper share its posts at the same
time. These models hold the shared interest fixed and test the remainder. They explain co-actions of fans, and for the
same reason those of a campaign whose accounts are the audience of the accounts they promote. They therefore annotate
an edge as "would be expected from a shared audience" and do not select edges.
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

#: Number of entries of two rows multiplied at a time; about 30 bytes each.
_BLOCK = 5_000_000


def author_conditioned(graph: Graph) -> Chance:
    """Test each edge given each account's number of acts per author; posts are chosen by popularity.

    With ``n_ua`` the number of posts of author a that account u acted on, and ``C_a`` computed from the posts of a as
    in ``'chung-lu'``, ``expected = sum_a n_ua n_va C_a``, and the tail is Poisson.

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
        If the objects are not posts, or their authors are not known.

    Notes
    -----
    Holds fixed how often each account acts on each author, not the times. A large p means that the weight would be
    expected from a shared audience; this also holds for a campaign that promotes its own accounts, because they have
    no other audience. The cost per edge is the number of authors of the two accounts.
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
    """Test each edge given the shared objects; the lag between two acts follows the object's distribution of lags.

    With ``c_j`` the share of all pairs of events on object j that lie within the window, and ``m_uj`` the number of
    acts of account u on it, ``expected = sum_j m_uj m_vj c_j``, and the tail is Poisson.

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
    Holds fixed which objects both acted on, and how bursty each is. A large p means that accounts that share these
    objects coincide about as often. Has no power where only the campaign acted on the objects, because its own
    speed then determines ``c_j``. The Poisson tail is wider than that of few likely events, so the test is
    conservative: p <= 0.05 for fewer than 2.6 % of independent pairs. The cost per edge is the number of objects of
    the two accounts.
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
    """Return the window of a co-action graph in seconds.

    Raises
    ------
    SettingsError
        If it has none.
    """
    seconds = graph.construction.window_s
    if seconds is None:
        raise SettingsError(
            f"graph {graph.name!r} has no window, so this null has no times to ask about",
            remedy="Build it with coaction_graph(activity, window='10min'), say.",
        )
    return float(seconds)


def _authors(incidence: Incidence) -> tuple[Ints, int]:
    """Code the author of each object and count the authors; each unknown author is a separate one."""
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
    """Compute the weighted inner product of two rows for each edge, a block of edges at a time."""
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
