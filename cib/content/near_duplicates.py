"""Find near-duplicate texts: candidate pairs by MinHash, confirmed by their exact Jaccard similarity.

A text is represented by the set of its shingles, its substrings of five characters; characters are used because
Chinese has no spaces between words. 128 MinHash values are divided into bands of equal width; texts that agree in a
band are candidates. The width follows from the threshold: it is the largest at which a pair of exactly that similarity
becomes a candidate with probability 0.99 or more (:func:`expected_recall`). At a threshold of 0.8 these are 21 bands
of six values; a pair with similarity 0.3 becomes a candidate with probability 0.015. A candidate is confirmed if its
similarity, computed from all shingles, reaches the threshold (Broder 1997).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.compiled import TABLE, WRITE_INTS, Codes, Ints, compiled
from cib.domains import real
from cib.errors import MissingDependencyError

__all__ = [
    "BLOCK",
    "COMPARED",
    "Hashes",
    "Links",
    "all_roots",
    "bands_of",
    "code_points",
    "count_bits",
    "expected_recall",
    "join",
    "join_similar",
    "link_similar",
    "near_duplicates",
    "root",
    "roots",
    "shingles_of",
    "similar",
    "sketches",
    "sorted_bands",
]

_SHINGLE = 5
_PERMUTATIONS, _SEED = 128, 1

#: Least probability with which a pair at the threshold becomes a candidate.
_RECALL = 0.99

#: Number of texts processed at a time.
BLOCK = 50_000

#: Number of preceding texts that a text is compared with in a band, so that a template of 100,000 texts does not make
#: 5 billion pairs. In smaller groups all pairs are compared; in larger ones the texts are in the order of another band,
#: so that more similar texts are more often compared.
COMPARED = 16

Hashes = NDArray[np.uint32]

#: Pairs of texts, and the band in which they agree.
Links = NDArray[np.int32]


def near_duplicates(texts: pl.Series, similarity: float = 0.8) -> pl.Series:
    """Replace each text by the first text of its group of near duplicates, which are linked directly or via others.

    Parameters
    ----------
    texts : polars.Series of str
        Distinct, sorted, none missing; normalised (:func:`cib.content.text.message`).
    similarity : float
        Jaccard similarity of the sets of shingles from which two texts are one object, in (0, 1]. For thresholds of
        0.04 or more, pairs at the threshold are found with probability 0.99 or more, and more similar pairs with a
        higher probability; for lower thresholds see :func:`expected_recall`.

    Returns
    -------
    polars.Series of str
        As long as `texts`.

    Raises
    ------
    MissingDependencyError
        If ``rensa`` is not installed.

    Examples
    --------
    >>> texts = pl.Series(["something else", "vote for anna on sunday", "vote for anna on sunday!"])
    >>> near_duplicates(texts).to_list()
    ['something else', 'vote for anna on sunday', 'vote for anna on sunday']
    """
    real(0, 1, above=True).check("similarity", similarity)
    if not len(texts):
        return texts
    shingles, start = shingles_of(texts)
    return texts.gather(join_similar(bands_of(shingles, start, similarity), shingles, start, similarity))


def shingles_of(texts: pl.Series) -> tuple[Hashes, Ints]:
    """Hash the distinct shingles of each text, in ascending order; also return the offset of each text."""
    blocks = [_shingles(*code_points(texts.slice(first, BLOCK))) for first in range(0, len(texts), BLOCK)]
    sizes = [np.diff(start) for _, start in blocks]
    hashes = np.concatenate([np.empty(0, np.uint32), *(hashes for hashes, _ in blocks)])
    return hashes, np.append(0, np.cumsum(np.concatenate([np.empty(0, np.int64), *sizes])))


def bands_of(shingles: Hashes, start: Ints, similarity: float) -> Hashes:
    """Hash the MinHash values of each band to one number; shape (n_bands, n_texts)."""
    width, n = _width(similarity), len(start) - 1
    blocks = [start[first : first + BLOCK + 1] for first in range(0, n, BLOCK)]
    none = np.empty((_PERMUTATIONS // width, 0), np.uint32)
    each = (_bands(shingles[part[0] : part[-1]], part - part[0], width) for part in blocks)
    return np.concatenate([none, *each], axis=1)


def join_similar(bands: Hashes, shingles: Hashes, start: Ints, similarity: float) -> Ints:
    """Find the first text of each group of texts that agree in a band and are similar, directly or over others.

    Arguments as for :func:`link_similar`; shape (n_texts,).
    """
    return roots(len(start) - 1, link_similar(bands, shingles, start, similarity))


def link_similar(bands: Hashes, shingles: Hashes, start: Ints, similarity: float, orders: Codes | None = None) -> Links:
    """Link texts that agree in a band and are similar, unless they are linked already, directly or over others.

    Parameters
    ----------
    bands : ndarray of uint32, shape (n_bands, n_texts)
    shingles : ndarray of uint32, shape (n_shingles,)
        Of each text, ascending, each once.
    start : ndarray of int64, shape (n_texts + 1,)
        Offset of the shingles of each text.
    similarity : float
    orders : ndarray of int32, shape (n_bands, n_texts), optional
        The texts in the order of each band are written to it.

    Returns
    -------
    ndarray of int32, shape (n_links, 3)
        Both texts, and the band.
    """
    n = len(start) - 1
    first, sketch, links, n_links = np.arange(n), sketches(shingles, start), np.empty((n, 3), np.int32), 0
    own, size, group = np.empty((4, n), np.uint64), np.empty(n, np.int64), np.empty(n, np.int64)
    for k, (key, order) in enumerate(sorted_bands(bands)):
        if orders is not None:
            orders[k] = order
        _arrange(order, sketch, start, first, own, size, group)
        n_links = _unite(k, key, order, own, size, group, shingles, start, similarity, first, links, n_links)
    return links[:n_links]


def sorted_bands(bands: Hashes) -> Iterator[tuple[NDArray[np.uint64], Codes]]:
    """Yield for each band the sorted keys of the texts, and the texts in this order.

    A key has the band in its high bits, then bits of another band, as many as the text leaves, then the text.
    """
    n = bands.shape[1]
    text, low = np.arange(n, dtype=np.uint64), np.int32((1 << n.bit_length()) - 1)
    high = ~np.uint32(low)
    for k, band in enumerate(bands):
        key = band.astype(np.uint64)
        key <<= np.uint64(32)
        key |= bands[k - 1] & high
        key |= text
        key.sort()
        yield key, key.astype(np.int32) & low


def expected_recall(similarity: float, width: int | None = None) -> float:
    """Compute the probability that a pair with similarity s becomes a candidate: ``1 - (1 - s**w) ** (128 // w)``.

    Parameters
    ----------
    similarity : float
        Of the pair.
    width : int, optional
        Number of MinHash values in a band; by default the number used for a threshold of `similarity`.

    Examples
    --------
    >>> [round(expected_recall(similarity), 3) for similarity in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)]
    [1.0, 0.996, 1.0, 1.0, 0.998, 0.994]
    """
    width = _width(similarity) if width is None else width
    return float(1 - (1 - similarity**width) ** (_PERMUTATIONS // width))


def _width(similarity: float) -> int:
    """Return the largest band width at which a pair at the threshold is found with probability `_RECALL`."""
    return next((w for w in range(16, 1, -1) if expected_recall(similarity, w) >= _RECALL), 1)


def code_points(texts: pl.Series) -> tuple[Hashes, Ints]:
    """Return the code points of all texts, and the offset of each text."""
    letters = np.frombuffer((texts.str.join().item() or "").encode("utf-32-le"), np.uint32)
    return letters, np.concatenate([[0], texts.str.len_chars().cast(pl.Int64).cum_sum().to_numpy()])


def _bands(shingles: Hashes, start: Ints, width: int) -> Hashes:
    """Hash the MinHash values of each band to one number; shape (n_bands, n_texts)."""
    try:
        from rensa import RMinHash
    except ImportError as error:
        raise MissingDependencyError(
            "near-duplicate text needs rensa", remedy="Install it: pip install 'cib-detect[text]'."
        ) from error
    hashes, offsets = shingles.astype(np.uint64), start.astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes, offsets, _PERMUTATIONS, _SEED)
    n_bands = _PERMUTATIONS // width
    values = np.array(matrix.to_rows(), np.uint64)[:, : n_bands * width].reshape(-1, n_bands, width)
    odd = np.random.default_rng(_SEED).integers(0, 2**63, width, np.uint64) * np.uint64(2) + np.uint64(1)
    bands: NDArray[np.uint64] = (values * odd).sum(axis=2) >> np.uint64(32)
    return bands.T.astype(np.uint32)


@compiled()
def _shingles(letters: Hashes, begin: Ints) -> tuple[Hashes, Ints]:
    found = np.empty(len(letters) + len(begin), np.uint32)
    start = np.zeros(len(begin), np.int64)
    for t in range(len(begin) - 1):
        first, n = start[t], begin[t + 1] - begin[t]
        size = max(n - _SHINGLE + 1, 1)
        for k in range(size):
            h = np.uint64(0xCBF29CE484222325)
            for letter in letters[begin[t] + k : begin[t] + min(k + _SHINGLE, n)]:
                h = (h ^ np.uint64(letter)) * np.uint64(0x9E3779B97F4A7C15)
                h ^= h >> np.uint64(32)
            found[first + k] = h & np.uint64(0xFFFFFFFF)
        distinct = np.unique(found[first : first + size])
        found[first : first + len(distinct)] = distinct
        start[t + 1] = first + len(distinct)
    return found[: start[-1]].copy(), start


def sketches(shingles: Hashes, start: Ints) -> NDArray[np.uint64]:
    """Set one of 128 bits for each shingle of a text, and one of 128 others; shape (n_texts, 4)."""
    sketch = np.zeros((len(start) - 1, 4), np.uint64)
    _sketch(shingles, start, sketch)
    return sketch


@compiled()
def _sketch(shingles: Hashes, start: Ints, sketch: NDArray[np.uint64]) -> None:
    for text in range(len(sketch)):
        for k in range(start[text], start[text + 1]):
            h = shingles[k]
            sketch[text, h >> 6 & 1] |= np.uint64(1) << np.uint64(h & 63)
            sketch[text, 2 + (h >> 13 & 1)] |= np.uint64(1) << np.uint64(h >> 7 & 63)


@compiled()
def _arrange(
    order: Codes, sketch: NDArray[np.uint64], start: Ints, first: Ints, own: NDArray[np.uint64], size: Ints, group: Ints
) -> None:
    """Copy the bits, the number of shingles and the root of each text in this order, to be read successively."""
    for p in range(len(order)):
        text = order[p]
        for k in range(4):
            own[k, p] = sketch[text, k]
        size[p] = start[text + 1] - start[text]
        group[p] = root(first, text)


@compiled()
def count_bits(word: Any) -> Any:
    """Count the bits of a number that are set."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled()
def _unite(
    band: int,
    key: NDArray[np.uint64],
    order: Codes,
    own: NDArray[np.uint64],
    size: Ints,
    group: Ints,
    shingles: Hashes,
    start: Ints,
    similarity: float,
    first: Ints,
    links: Links,
    n_links: int,
) -> int:
    """Link similar texts that agree in a band, and return the number of links; `first` is the union-find forest.

    `key`, ascending, has the band in its high bits. `order`, `own`, `size` and `group` are the text of each key, the
    bits and the number of its shingles, and its root before. Texts that were joined before are not compared again.
    """
    share = similarity / (1 + similarity)
    near, likely = np.empty(COMPARED, np.int64), np.empty(COMPARED, np.uint8)
    a, b, c, d = own[0], own[1], own[2], own[3]
    begin = 0
    for p in range(len(key)):
        if key[p] >> np.uint64(32) != key[begin] >> np.uint64(32):
            begin = p
        # of the shingles that two texts share each has its bit in both, or the bit of another shingle of this text
        hidden = size[p] - count_bits(a[p]) - count_bits(b[p]) + 1e-9
        mine_a, mine_b, mine_size, mine_group = a[p], b[p], size[p], group[p]
        before = max(begin, p - COMPARED)
        any_likely = False
        for k in range(p - before):  # without branches and other loops, so that it is compiled to vector instructions
            q = before + k
            bits = count_bits(mine_a & a[q]) + count_bits(mine_b & b[q])
            likely[k] = (bits + hidden >= share * (mine_size + size[q])) & (group[q] != mine_group)
            any_likely |= likely[k] > 0
        if not any_likely:
            continue
        n = 0
        for k in range(p - before):
            near[n] = before + k
            n += likely[k]
        hidden = size[p] - count_bits(c[p]) - count_bits(d[p]) + 1e-9
        mine = root(first, order[p])
        for k in range(n):
            q = near[k]
            if count_bits(c[p] & c[q]) + count_bits(d[p] & d[q]) + hidden < share * (size[p] + size[q]):
                continue
            other = root(first, order[q])
            if other != mine and similar(shingles, start, order[q], order[p], similarity):
                first[max(mine, other)] = mine = min(mine, other)
                links[n_links, 0], links[n_links, 1], links[n_links, 2] = order[q], order[p], band
                n_links += 1
    return n_links


@compiled()
def root(first: Ints, text: int) -> int:
    """Find the root of a text in a union-find forest, and halve the path to it."""
    while first[text] != text:
        first[text] = first[first[text]]
        text = first[text]
    return text


def roots(n: int, links: Links) -> Ints:
    """Return the first text of the group of each of `n` texts, which are linked directly or over others."""
    first = np.arange(n)
    join(first, links)
    return all_roots(first)


@compiled(WRITE_INTS, TABLE)
def join(first: Ints, links: Links) -> None:
    """Join the trees of linked texts in a union-find forest."""
    for k in range(len(links)):
        one, other = root(first, links[k, 0]), root(first, links[k, 1])
        first[max(one, other)] = min(one, other)


@compiled()
def all_roots(first: Ints) -> Ints:
    """Find the root of each text."""
    return np.array([root(first, text) for text in range(len(first))])


@compiled()
def similar(shingles: Hashes, start: Ints, a: int, b: int, similarity: float) -> bool:
    """Return whether the Jaccard similarity of two texts reaches the threshold."""
    i, i_end, j, j_end = start[a], start[a + 1], start[b], start[b + 1]
    total = (i_end - i) + (j_end - j)
    # shared / (total - shared) >= similarity, with a tolerance for rounding
    needed: float = similarity / (1 + similarity) * total - 1e-9
    shared = 0
    while i < i_end and j < j_end:
        one, other = shingles[i], shingles[j]
        shared += one == other
        i += one <= other
        j += other <= one
    return shared >= needed
