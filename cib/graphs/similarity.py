"""Accounts whose lists of objects are alike, whatever the times: TF-IDF cosine, in blocks.

The full product of all accounts with all accounts never exists: rows are multiplied a block at a time,
blocks are bounded by the number of products they make, and only entries above the threshold stay.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from cib.activity import Activity
from cib.errors import SettingsError
from cib.graphs.graph import Graph, graph_from_codes
from cib.graphs.incidence import Incidence
from cib.graphs.objects import Objects, kind_of, object_events

__all__ = ["similarity_graph"]

#: Products of one block; 16 bytes each.
_BLOCK = 20_000_000


def similarity_graph(
    activity: Activity,
    objects: Objects = "post",
    threshold: float = 0.5,
    *,
    min_objects: int = 3,
    max_accounts: int | None = 5_000,
) -> Graph:
    """Accounts with similar objects by TF-IDF cosine.

    Parameters
    ----------
    activity : Activity
    objects : str or callable
        What is compared; see :func:`cib.graphs.objects.object_events`.
    threshold : float
        Smallest cosine of an edge, in (0, 1].
    min_objects : int
        Accounts with fewer distinct objects take no part: two accounts with one and the same object
        have cosine 1 whatever it is.
    max_accounts : int, optional
        Objects that more accounts acted on are left out; None keeps all.

    Returns
    -------
    Graph
        Undirected; ``weight`` is the cosine. It orders pairs and tests nothing: a threshold on it always
        finds somebody (see :func:`cib.backbone` for a test).

    Notes
    -----
    Term frequency is the number of acts on an object, inverse document frequency
    ``ln((1 + n) / (1 + k)) + 1``, rows of unit length, as in Luceri et al. (2024) and scikit-learn.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> cib.similarity_graph(activity, objects="author", threshold=0.8).directed
    False
    """
    if not 0 < threshold <= 1:
        raise SettingsError("threshold is a cosine and must lie in (0, 1]", got=threshold)
    incidence = Incidence.from_events(activity, object_events(activity, objects))
    if max_accounts is not None:
        incidence = incidence.keep_objects(incidence.popularity <= max_accounts)
    incidence = incidence.keep_events(incidence.degree[incidence.account] >= min_objects)
    rows, columns, cosine = _cosines(_tfidf(incidence), threshold)
    table = pl.DataFrame({"source": rows.astype(np.uint32), "target": columns.astype(np.uint32), "weight": cosine})
    return graph_from_codes(
        f"similarity {kind_of(objects)}",
        incidence.account_ids,
        table,
        directed=False,
        library=activity.library,
        incidence=incidence,
        parameters={"threshold": threshold, "min_objects": min_objects, "max_accounts": max_accounts},
    )


def _tfidf(incidence: Incidence) -> sp.csr_matrix:
    # scikit-learn takes a second to import
    from sklearn.feature_extraction.text import TfidfTransformer

    shape = (len(incidence.account_ids), len(incidence.object_ids))
    ones = np.ones(len(incidence))
    counts = sp.coo_matrix((ones, (incidence.account, incidence.object)), shape=shape).tocsr()
    return sp.csr_matrix(TfidfTransformer().fit_transform(counts)) if len(incidence) else counts


def _cosines(rows: sp.csr_matrix, threshold: float) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pairs i < j whose rows have at least the cosine, a block of rows at a time."""
    transposed = rows.T.tocsr()
    products = rows.astype(bool).astype(np.int64) @ np.diff(transposed.indptr)
    block = np.cumsum(products) // _BLOCK
    starts = np.flatnonzero(np.diff(block, prepend=-1))
    found = []
    for begin, end in pairwise([*starts.tolist(), rows.shape[0]]):
        product = (rows[begin:end] @ transposed).tocoo()
        # rounding may leave equal rows a hair below 1
        keep = (product.data >= threshold - 1e-12) & (product.row + begin < product.col)
        found.append((product.row[keep] + begin, product.col[keep], np.minimum(product.data[keep], 1.0)))
    i, j, cosine = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return i.astype(np.int64), j.astype(np.int64), cosine
