"""Cosine similarity of the TF-IDF rows of accounts, as used by several published methods."""

from __future__ import annotations

import numpy as np
import polars as pl
import scipy.sparse as sp

from cib.graphs.incidence import Incidence
from cib.presets.pairs import check_affordable

__all__ = ["cosine_edges"]


def cosine_edges(
    incidence: Incidence,
    *,
    binary: bool = False,
    sublinear: bool = False,
    smooth: bool = True,
    min_accounts: int = 1,
) -> pl.DataFrame:
    """Compute the cosine similarity of all pairs of accounts with a cosine above 0.

    Parameters
    ----------
    incidence : Incidence
        The documents are the accounts with an event, including those without an object after `min_accounts`.
    binary : bool
        Count an account's acts on an object once.
    sublinear : bool
        Use a term frequency of ``1 + ln(c)`` for ``c`` acts.
    smooth : bool
        Use the inverse document frequency ``ln((1 + n) / (1 + k)) + 1`` of scikit-learn; else ``ln(n / k)``, which is
        0 for objects that all accounts share.
    min_accounts : int
        Objects of fewer accounts are left out; if that leaves none, all are kept.

    Returns
    -------
    polars.DataFrame
        Columns ``source``, ``target``, ``weight``.

    Notes
    -----
    The product of the normalised rows is computed row by row (:mod:`cib.graphs.compiled.similarity`). The result
    holds every pair, so their number is checked first (see :data:`cib.presets.pairs.MOST_PAIRS`).
    """
    # numba takes half a second to import
    from cib.graphs.compiled.similarity import similar_rows

    accounts, rows = np.unique(incidence.account, return_inverse=True)
    if not len(accounts):
        return pl.DataFrame(schema={"source": pl.UInt32, "target": pl.UInt32, "weight": pl.Float64})
    counts = sp.coo_array((np.ones(len(rows)), (rows, incidence.object))).tocsr()
    if binary:
        counts.data[:] = 1
    counts = _without_rare(counts, min_accounts)
    shared = np.bincount(counts.indices).astype(np.int64)
    check_affordable(min(int((shared * (shared - 1)).sum()), len(accounts) * (len(accounts) - 1)) // 2)
    weighted = _weighted(counts, sublinear) if smooth else _plainly_weighted(counts)
    filled = np.flatnonzero(np.diff(weighted.indptr))
    i, j, cosine = similar_rows(weighted[filled], "cosine", 0.0)
    accounts = accounts[filled].astype(np.uint32)
    return pl.DataFrame({"source": accounts[i], "target": accounts[j], "weight": cosine})


def _without_rare(counts: sp.csr_array, min_accounts: int) -> sp.csr_array:
    acting = np.bincount(counts.indices, minlength=counts.shape[1])
    enough = acting >= max(min_accounts, 1)
    return counts[:, np.flatnonzero(enough if enough.any() else acting)]


def _weighted(counts: sp.csr_array, sublinear: bool) -> sp.csr_array:
    # scikit-learn takes a second to import
    from sklearn.feature_extraction.text import TfidfTransformer

    return sp.csr_array(TfidfTransformer(sublinear_tf=sublinear).fit_transform(counts))


def _plainly_weighted(counts: sp.csr_array) -> sp.csr_array:
    rarity = np.log(counts.shape[0] / np.maximum(np.bincount(counts.indices, minlength=counts.shape[1]), 1))
    weighted = sp.csr_array(counts @ sp.diags_array(rarity))
    weighted.eliminate_zeros()
    return weighted
