"""Pairs of vectors that point in nearly the same direction, without comparing all with all.

Vectors are unit vectors rounded to 1/2048: sums of products of such numbers are whole numbers that single precision
holds exactly, so that a cosine is the same whatever the order in which a linear algebra library adds it up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cib.errors import InputError

__all__ = ["MOST_NEIGHBOURS", "SCALE", "Encoder", "Vectors", "near_pairs", "unit_vectors"]

#: Texts in, one row of numbers for each of them out.
Encoder = Callable[[list[str]], ArrayLike]
Vectors = NDArray[np.int16]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Length of a rounded unit vector. Its square is below 2**24, up to which single precision holds whole numbers.
SCALE = 2048

#: Texts that are encoded at a time, and rows that are compared at a time.
_BATCH, _ROWS = 256, 2048

#: Up to this many vectors are compared with all others; more are compared within cells around `_PROBES` pivots each.
_EXACT, _PROBES = 20_000, 3

#: Larger cells are cut, in the order of the vectors: a crowd of copies must not be compared completely.
_LARGEST = 8192

#: Nearest vectors that are kept of each, so that a template of 100,000 texts does not make 5 billion pairs.
MOST_NEIGHBOURS = 100

_SEED = 1


def unit_vectors(texts: Sequence[str], encode: Encoder) -> Vectors:
    """Encode texts as unit vectors in whole multiples of 1/2048.

    Parameters
    ----------
    texts : sequence of str
    encode : callable

    Returns
    -------
    ndarray of int16, shape (n_texts, n_dimensions)

    Raises
    ------
    InputError
        If the encoder does not return one row of finite numbers for each text.
    """
    batches = [list(texts[first : first + _BATCH]) for first in range(0, len(texts), _BATCH)]
    return np.concatenate([_rounded(np.asarray(encode(batch), np.float64), len(batch)) for batch in batches])


def near_pairs(vectors: Vectors, similarity: float) -> tuple[Ints, Ints, Floats]:
    """Find pairs of vectors with a cosine of at least `similarity`.

    Parameters
    ----------
    vectors : ndarray of int16, shape (n, n_dimensions)
        From :func:`unit_vectors`.
    similarity : float

    Returns
    -------
    first, second : ndarray of int, shape (n_pairs,)
        Rows, the smaller first; ascending.
    cosine : ndarray of float, shape (n_pairs,)

    Notes
    -----
    Up to 20,000 vectors are compared completely, in blocks. More are compared within cells: each vector belongs to
    the cells of the three nearest of ``4 * sqrt(n)`` vectors drawn at random, which finds nearly all near pairs
    (``benchmarks/meaning.py`` measures how many) in time that grows with ``n ** 1.5``. Of each text only the 100
    nearest in a block of a cell are kept.
    """
    n, least = len(vectors), similarity * SCALE**2
    blocks = [_compare(vectors, cell, least) for cell in _cells(vectors)]
    joined = np.concatenate([np.empty((0, 3)), *blocks])
    code = joined[:, 0].astype(np.int64) * n + joined[:, 1].astype(np.int64)
    code, once = np.unique(code, return_index=True)
    return code // max(n, 1), code % max(n, 1), joined[once, 2] / SCALE**2


def _rounded(vectors: Floats, n: int) -> Vectors:
    if vectors.ndim != 2 or len(vectors) != n or not np.isfinite(vectors).all():
        raise InputError(
            "an encoder must return one row of finite numbers for each text", got=f"shape {vectors.shape} for {n} texts"
        )
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    rounded: Vectors = np.round(vectors / lengths * SCALE).astype(np.int16)
    return rounded


def _cells(vectors: Vectors) -> Iterator[Ints]:
    n = len(vectors)
    if n <= _EXACT:
        yield np.arange(n)
        return
    pivots = np.random.default_rng(_SEED).choice(n, int(4 * n**0.5), replace=False)
    directions = vectors[pivots].astype(np.float32).T
    nearest = np.concatenate([_nearest(vectors[first : first + _ROWS], directions) for first in range(0, n, _ROWS)])
    order = np.argsort(nearest.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(nearest.ravel(), minlength=len(pivots)))
    for cell in np.split(order // _PROBES, ends[:-1]):
        for first in range(0, len(cell), _LARGEST):
            yield cell[first : first + _LARGEST]


def _nearest(rows: Vectors, directions: NDArray[np.float32]) -> Ints:
    products = rows.astype(np.float32) @ directions
    return np.argpartition(products, -_PROBES, axis=1)[:, -_PROBES:].astype(np.int32)


def _compare(vectors: Vectors, cell: Ints, least: float) -> NDArray[np.float64]:
    """Pairs within a cell, as rows of first, second and product."""
    columns = vectors[cell].astype(np.float32)
    found = []
    for begin in range(0, len(cell), _ROWS):
        products = columns[begin : begin + _ROWS] @ columns[begin:].T
        i, j = np.divmod(np.flatnonzero(products >= least), products.shape[1])
        i, j = i[j > i], j[j > i]
        if len(i) > MOST_NEIGHBOURS:
            i, j = _nearest_of(products, i, j)
        ends = np.sort([cell[i + begin], cell[j + begin]], axis=0)
        found.append(np.column_stack([*ends, products[i, j]]))
    return np.concatenate(found) if found else np.empty((0, 3))


def _nearest_of(products: NDArray[np.float32], i: Ints, j: Ints) -> tuple[Ints, Ints]:
    """The pairs that are among the largest of their row `i`, ascending; of equal ones the first."""
    counts = np.bincount(i)
    if counts.max() <= MOST_NEIGHBOURS:
        return i, j
    order = np.lexsort((j, -products[i, j], i))
    rank = np.arange(len(i)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept = np.sort(order[rank < MOST_NEIGHBOURS])
    return i[kept], j[kept]
