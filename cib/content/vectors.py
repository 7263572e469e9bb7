"""Find pairs of vectors with a high cosine similarity, without comparing all pairs.

Vectors are unit vectors rounded to multiples of 1/2048 and stored as integers: sums of their products are integers
that single precision represents exactly, so a cosine does not depend on the summation order of the linear algebra
library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cib.errors import InputError

__all__ = ["MOST_NEIGHBOURS", "SCALE", "Encoder", "Vectors", "near_pairs", "unit_vectors"]

#: Function from a list of texts to one row of numbers for each.
Encoder = Callable[[list[str]], ArrayLike]
Vectors = NDArray[np.int16]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Length of a rounded unit vector. Its square is below 2**24, up to which single precision represents all integers.
SCALE = 2048

#: Number of texts encoded at a time, and of rows compared at a time.
_BATCH, _ROWS = 256, 2048

#: Up to this number of vectors, all pairs are compared; more are compared within the cells of the `_PROBES` pivots
#: nearest to each vector.
_EXACT, _PROBES = 20_000, 3

#: Larger cells are split in the order of the vectors, so that a large group of copies is not compared completely.
_LARGEST = 8192

#: Number of nearest vectors kept for each vector, so that a template of 100,000 texts does not make 5 billion pairs.
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
    For up to 20,000 vectors all pairs are compared, in blocks. More are compared within cells: each vector belongs
    to the cells of the three nearest of ``4 * sqrt(n)`` vectors drawn at random, which finds nearly all near pairs
    (``benchmarks/meaning.py`` measures the share) in time that grows with ``n ** 1.5``. For each text only the 100
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
    """Find the pairs within a cell, as rows of first, second and product."""
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
    """Select the pairs with the largest products of their row `i`, in ascending order; ties take the first."""
    counts = np.bincount(i)
    if counts.max() <= MOST_NEIGHBOURS:
        return i, j
    order = np.lexsort((j, -products[i, j], i))
    rank = np.arange(len(i)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept = np.sort(order[rank < MOST_NEIGHBOURS])
    return i[kept], j[kept]
