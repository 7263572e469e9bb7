"""Similarity graphs: pairs of accounts with similar sets of objects, regardless of the times.

Three measures of similarity are computed by one exact kernel (see :mod:`cib.graphs.compiled.similarity`), which never
builds the matrix of all pairs of accounts. A similarity ranks pairs and is not a test: pairs above a threshold are
found in any data (see :func:`cib.backbone` for a test).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import scipy.sparse as sp

from cib.activity import Activity
from cib.domains import ACTIVITY, COUNT, LIMIT, OBJECTS, SHARE, TEXT, THREADS, takes
from cib.errors import SettingsError, check_whole, did_you_mean
from cib.graphs.construction import Construction, CrowdedObject
from cib.graphs.graph import Graph, graph_from_codes
from cib.graphs.incidence import Incidence
from cib.graphs.objects import Objects, kind_of, object_events

__all__ = ["MEASURES", "similarity_graph"]


@takes(
    activity=ACTIVITY,
    objects=OBJECTS,
    threshold=SHARE,
    measure=TEXT,
    top=LIMIT,
    min_objects=COUNT,
    max_accounts=LIMIT,
    threads=THREADS,
)
def similarity_graph(
    activity: Activity,
    objects: Objects = "post",
    threshold: float = 0.5,
    *,
    measure: str = "tfidf",
    top: int | None = None,
    min_objects: int = 3,
    max_accounts: int | None = 5_000,
    threads: int | None = None,
) -> Graph:
    """Build the graph of accounts with similar objects.

    Parameters
    ----------
    activity : Activity
    objects : str or callable
        What is compared; see :func:`cib.graphs.objects.object_events`.
    threshold : float
        Smallest similarity of an edge, in [0, 1]. Accounts without a shared object never have an edge; at 0 all
        others do, which may be many.
    measure : {'tfidf', 'jaccard', 'overlap'}
        Cosine similarity of TF-IDF weights; or, with sets A and B of objects, the Jaccard coefficient
        ``|A & B| / |A | B|`` or the overlap coefficient ``|A & B| / min(|A|, |B|)``.
    top : int, optional
        Keep an edge only if one of the two is among the `top` most similar accounts of the other.
    min_objects : int
        Accounts with fewer distinct objects are left out: two accounts with the same single object
        have similarity 1, whichever object it is.
    max_accounts : int, optional
        Objects that more accounts acted on are left out and listed in ``graph.construction.left_out``;
        None keeps all.
    threads : int, optional
        Default: all cores. The result does not depend on it.

    Returns
    -------
    Graph
        Undirected; ``weight`` is the similarity.

    Raises
    ------
    SettingsError
        If a setting is out of range or unknown.

    Notes
    -----
    For TF-IDF, term frequency is the number of acts on an object, and inverse document frequency is
    ``ln((1 + n) / (1 + k)) + 1`` for an object of k among the n accounts included, as in Luceri et
    al. (2024) and scikit-learn. Similarities are rounded to 12 digits.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> cib.similarity_graph(activity, objects="author", threshold=0.8).directed
    False
    """
    # numba takes half a second to import, so it is imported only where it is used
    from cib.graphs.compiled.similarity import similar_rows

    _check(threshold, measure, top=top, min_objects=min_objects, max_accounts=max_accounts)
    incidence = Incidence.from_events(activity, object_events(activity, objects))
    popular = np.flatnonzero(incidence.popularity > (max_accounts or len(incidence)))
    left_out = [CrowdedObject(incidence.object_ids[k], int(incidence.popularity[k])) for k in popular.tolist()]
    if left_out:
        incidence = incidence.keep_objects(~np.isin(np.arange(len(incidence.object_ids)), popular))
    incidence = incidence.keep_events(incidence.degree[incidence.account] >= min_objects)
    counts = _counts(incidence)
    takes_part = np.flatnonzero(np.diff(counts.indptr)).astype(np.uint32)
    kind, weigh = MEASURES[measure]
    pairs = similar_rows(weigh(counts[takes_part]), kind, threshold, top=top, threads=threads)
    table = pl.DataFrame({"source": takes_part[pairs.i], "target": takes_part[pairs.j], "weight": pairs.similarity})
    return graph_from_codes(
        f"similarity {kind_of(objects)} {measure}",
        incidence.account_ids,
        table,
        directed=False,
        library=activity.library,
        incidence=incidence,
        construction=Construction(
            kind_of(objects),
            counts=False,
            left_out=tuple(left_out),
            options={
                "measure": measure,
                "threshold": threshold,
                "top": top,
                "min_objects": min_objects,
                "max_accounts": max_accounts,
            },
        ),
    )


def _check(threshold: float, measure: str, **counts: int | None) -> None:
    if measure not in MEASURES:
        raise SettingsError(
            f"measure={measure!r} is no measure of similarity",
            remedy=did_you_mean(measure, MEASURES) or f"Take one of {', '.join(MEASURES)}.",
        )
    if not 0 <= threshold <= 1:
        raise SettingsError("threshold is a similarity and must lie in [0, 1]", got=threshold)
    for name, value in counts.items():
        if value is not None:
            check_whole(name, value, 1)


def _counts(incidence: Incidence) -> sp.csr_array:
    """Count the acts of each account on each object."""
    shape = (len(incidence.account_ids), len(incidence.object_ids))
    ones = np.ones(len(incidence))
    return sp.coo_array((ones, (incidence.account, incidence.object)), shape=shape).tocsr()


def _tfidf(counts: sp.csr_array) -> sp.csr_array:
    accounts = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log((1 + counts.shape[0]) / (1 + accounts)) + 1
    return sp.csr_array((counts.data * idf[counts.indices], counts.indices, counts.indptr), shape=counts.shape)


def _as_they_are(counts: sp.csr_array) -> sp.csr_array:
    return counts


#: Measures by name: the kind of similarity of the kernel, and the function that computes the weights.
MEASURES: dict[str, tuple[str, Callable[[sp.csr_array], sp.csr_array]]] = {
    "tfidf": ("cosine", _tfidf),
    "jaccard": ("jaccard", _as_they_are),
    "overlap": ("overlap", _as_they_are),
}
