"""Compiled product of a sparse matrix with its transpose, row by row, keeping only similar pairs.

For row u the kernel iterates over the other rows of each of u's columns and accumulates their inner products with u
(Gustavson's algorithm), with one accumulator per row and thread; neither the product nor a list of all pairs is stored.

Most of that work is on popular columns and does not lead to similar pairs. So each row has a *head*: its most popular
columns, as many as can be shared completely without reaching the threshold. A similar pair shares a column outside the
head of v. Hence heads are left out of the inverted lists, and the part of the inner product in the head is added only
where the Cauchy-Schwarz inequality allows the threshold to be reached (prefix filtering: Bayardo et al. 2007,
Anastasiu & Karypis 2014). The result is exact.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from cib.compiled import Codes, Ints, compiled
from cib.resources import n_threads

__all__ = ["Similar", "similar_rows"]

Floats = NDArray[np.float64]

_COSINE, _JACCARD, _OVERLAP = range(3)
_KINDS = {"cosine": _COSINE, "jaccard": _JACCARD, "overlap": _OVERLAP}

#: Similarities are rounded to multiples of 1 / `_PARTS`, so that equal rows have similarity 1 and ties are exact.
_PARTS = 1e12

#: Factor that loosens bounds, so that rounding errors do not exclude a pair at the threshold.
_SLACK = 1 - 1e-9

# Columns of the state of a partner, adjacent in memory because memory access is the bottleneck.
_SHARED, _HEAD, _LAST, _LENGTH = range(4)


class Similar(NamedTuple):
    """Sorted pairs of rows i < j, and their similarity."""

    i: Codes
    j: Codes
    similarity: Floats


class _Rows(NamedTuple):
    """A sparse matrix in row order, columns ascending; lengths are squared Euclidean norms."""

    start: Ints
    column: Codes
    weight: Floats
    before: Floats  #: length of the preceding entries of the row
    length: Floats  #: length of each row
    head: Ints  #: one past the last entry of the head of each row


class _Lists(NamedTuple):
    """The same matrix in column order, without the heads; rows ascending."""

    start: Ints
    row: Codes
    weight: Floats
    later: Ints  #: for each entry in row order, the offset of the rows after its own in the list of its column


def similar_rows(
    matrix: sp.csr_array, kind: str, threshold: float, *, top: int | None = None, threads: int | None = None
) -> Similar:
    """Find the pairs of rows with a similarity of at least `threshold`.

    Parameters
    ----------
    matrix : csr_array, shape (n, m)
        Positive weights; no row is empty.
    kind : {'cosine', 'jaccard', 'overlap'}
        The last two take all weights as 1.
    threshold : float
        In [0, 1]; rows without a common column are never a pair.
    top : int, optional
        Keep only pairs in which one is among the `top` most similar rows of the other; ties go to the earlier row.
    threads : int, optional
        Default: all cores. The result does not depend on it.

    Returns
    -------
    Similar
    """
    threads = n_threads(threads)
    code = _KINDS[kind]
    rows = _rows(matrix, code, threshold)
    lists = _lists(rows, matrix.shape[1])
    begin = lists.later if top is None else lists.start[rows.column]
    work = np.concatenate([[0], np.cumsum(lists.start[rows.column + 1] - begin)])[rows.start]
    shares = np.linspace(0, work[-1], 8 * threads + 1)[1:-1]
    bounds = [0, *np.searchsorted(work, shares).tolist(), matrix.shape[0]]

    def some(first: int, last: int) -> tuple[Codes, Codes, Floats]:
        return _similar(first, last, rows, lists, begin, code, threshold, top or 0)

    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(some, bounds[:-1], bounds[1:]))
    return _each_once(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _rows(matrix: sp.csr_array, code: int, threshold: float) -> _Rows:
    popularity = np.bincount(matrix.indices, minlength=matrix.shape[1])
    rank = np.empty(matrix.shape[1], np.int32)
    rank[np.argsort(-popularity, kind="stable")] = np.arange(matrix.shape[1])
    ranked = sp.csr_array((matrix.data, rank[matrix.indices], matrix.indptr), shape=matrix.shape)
    ranked.sort_indices()
    weight = ranked.data.astype(np.float64) if code == _COSINE else np.ones(matrix.nnz)
    start = ranked.indptr.astype(np.int64)
    before, length = _lengths(start, weight)
    head = _heads(start, before, length, _harmless(code, length, threshold))
    return _Rows(start, ranked.indices.astype(np.int32), weight, before, length, head)


def _harmless(code: int, length: Floats, threshold: float) -> Floats:
    """Compute the length of a part of each row below which it cannot reach the threshold with any other row."""
    if code == _COSINE:
        return threshold**2 * length * _SLACK
    if code == _JACCARD:
        return threshold * length * _SLACK
    return np.full_like(length, threshold * length.min(initial=np.inf) * _SLACK)


def _each_once(i: Codes, j: Codes, similarity: Floats) -> Similar:
    """Sort pairs i < j and remove duplicates."""
    low, high = np.minimum(i, j), np.maximum(i, j)
    order = np.lexsort((high, low))
    low, high, similarity = low[order], high[order], similarity[order]
    first = np.ones(len(low), bool)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    return Similar(low[first], high[first], similarity[first])


@compiled()
def _lengths(start: Ints, weight: Floats) -> tuple[Floats, Floats]:
    before = np.empty(len(weight))
    length = np.empty(len(start) - 1)
    for u in range(len(length)):
        total = 0.0
        for e in range(start[u], start[u + 1]):
            before[e] = total
            total += weight[e] ** 2
        length[u] = total
    return before, length


@compiled()
def _heads(start: Ints, before: Floats, length: Floats, harmless: Floats) -> Ints:
    head = np.empty(len(length), np.int64)
    for v in range(len(length)):
        e, end = start[v], start[v + 1]
        while e < end and _length_up_to(e + 1, end, before, length[v]) < harmless[v]:
            e += 1
        head[v] = e
    return head


@compiled()
def _length_up_to(e: int, end: int, before: Floats, length: float) -> float:
    """Return the length of the entries before `e`, which may be the end of its row."""
    return before[e] if e < end else length


@compiled()
def _lists(rows: _Rows, n_columns: int) -> _Lists:
    start = np.zeros(n_columns + 1, np.int64)
    for v in range(len(rows.head)):
        for e in range(rows.head[v], rows.start[v + 1]):
            start[rows.column[e] + 1] += 1
    start = np.cumsum(start)
    filled = start[:-1].copy()
    row = np.empty(start[-1], np.int32)
    weight = np.empty(start[-1])
    later = np.empty(len(rows.column), np.int64)
    for v in range(len(rows.head)):
        for e in range(rows.start[v], rows.start[v + 1]):
            k = filled[rows.column[e]]
            if e >= rows.head[v]:
                row[k], weight[k] = v, rows.weight[e]
                filled[rows.column[e]] = k + 1
            later[e] = filled[rows.column[e]]
    return _Lists(start, row, weight, later)


@compiled()
def _partners(rows: _Rows) -> Floats:
    """Initialise the state of each row: shared weight 0, length and last column of its head, its length."""
    partner = np.zeros((len(rows.length), 4))
    for v in range(len(rows.length)):
        head = rows.head[v]
        partner[v, _HEAD] = _length_up_to(head, rows.start[v + 1], rows.before, rows.length[v])
        partner[v, _LAST] = rows.column[head - 1] if head > rows.start[v] else -1
        partner[v, _LENGTH] = rows.length[v]
    return partner


@compiled()
def _similarity(shared: float, a: float, b: float, code: int) -> float:
    """Compute the similarity of rows of lengths `a` and `b` with inner product `shared`."""
    if code == _COSINE:
        value = shared / math.sqrt(a * b)
    elif code == _JACCARD:
        value = shared / (a + b - shared)
    else:
        value = shared / min(a, b)
    return round(value * _PARTS) / _PARTS


@compiled()
def _needed(a: float, b: float, code: int, threshold: float) -> float:
    """Compute the inner product, less a tolerance, at which rows of lengths `a` and `b` reach the threshold."""
    if code == _COSINE:
        return threshold * math.sqrt(a * b) * _SLACK
    if code == _JACCARD:
        return threshold / (1 + threshold) * (a + b) * _SLACK
    return threshold * min(a, b) * _SLACK


@compiled()
def _entries_up_to(column: Codes, begin: int, end: int, last: float) -> int:
    """Return one past the last of the entries from `begin` to `end` with a column of at most `last`."""
    while begin < end:
        middle = (begin + end) // 2
        if column[middle] <= last:
            begin = middle + 1
        else:
            end = middle
    return begin


@compiled()
def _shared(rows: _Rows, i: int, i_end: int, j: int, j_end: int) -> float:
    """Compute the inner product of two ranges of entries."""
    total = 0.0
    while i < i_end and j < j_end:
        if rows.column[i] == rows.column[j]:
            total += rows.weight[i] * rows.weight[j]
            i += 1
            j += 1
        elif rows.column[i] < rows.column[j]:
            i += 1
        else:
            j += 1
    return total


@compiled()
def _best(found: Codes, value: Floats, top: int) -> Ints:
    """Return the order of the partners: by row, or the first `top` by similarity, then row."""
    order = np.argsort(found)
    if top:
        order = order[np.argsort(-value[order], kind="mergesort")][:top]
    return order


@compiled()
def _similar(
    first: int, last: int, rows: _Rows, lists: _Lists, begin: Ints, code: int, threshold: float, top: int
) -> tuple[Codes, Codes, Floats]:
    """Find the similar partners of rows `first` to `last` in the lists from `begin` on."""
    n = len(rows.length)
    partner = _partners(rows)
    touched, found, value = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n)
    out_u, out_v, out_value = np.empty(1024, np.int32), np.empty(1024, np.int32), np.empty(1024)
    n_out = 0
    for u in range(first, last):
        start, end, length = rows.start[u], rows.start[u + 1], rows.length[u]
        n_touched = 0
        for e in range(start, end):
            for k in range(begin[e], lists.start[rows.column[e] + 1]):
                v = lists.row[k]
                if partner[v, _SHARED] == 0.0:
                    touched[n_touched] = v
                    n_touched += 1
                partner[v, _SHARED] += rows.weight[e] * lists.weight[k]
        n_found = 0
        for v in touched[:n_touched]:
            shared, head, last_column, length_v = partner[v]
            partner[v, _SHARED] = 0.0
            if v == u:
                continue
            needed = _needed(length, length_v, code, threshold)
            middle = _entries_up_to(rows.column, start, end, last_column)
            if shared + math.sqrt(_length_up_to(middle, end, rows.before, length) * head) < needed:
                continue
            shared += _shared(rows, start, middle, rows.start[v], rows.head[v])
            if shared < needed:
                continue
            similarity = _similarity(shared, length, length_v, code)
            if similarity >= threshold:
                found[n_found], value[n_found] = v, similarity
                n_found += 1
        for c in _best(found[:n_found], value[:n_found], top):
            if n_out == len(out_u):
                out_u, out_v = np.concatenate((out_u, out_u)), np.concatenate((out_v, out_v))
                out_value = np.concatenate((out_value, out_value))
            out_u[n_out], out_v[n_out], out_value[n_out] = u, found[c], value[c]
            n_out += 1
    return out_u[:n_out].copy(), out_v[:n_out].copy(), out_value[:n_out].copy()
