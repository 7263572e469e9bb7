"""Groups of similar texts that grow: after texts were added, only pairs with an added text are compared.

Kept are the shingles and the bands of each text, the order of the texts in each band, and the links by which
:func:`link_similar` joined texts. Texts are in the order in which they came, so that those that are added are appended;
in the order of a band they are inserted. There they come between others, so that texts which were compared may now be
too far apart. Where these were linked, other links are looked for: first by their own neighbours, and if a group is
still in pieces, by those of all its texts except the largest piece. Other pairs need not be compared again, because
those that are compared now were compared before. The groups are therefore those of all texts joined together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.compiled import CODES, WRITE_CODES, Codes, Ints, compiled
from cib.content.near_duplicates import (
    COMPARED,
    Hashes,
    Links,
    all_roots,
    bands_of,
    count_bits,
    join,
    link_similar,
    root,
    roots,
    shingles_of,
    similar,
    sketches,
)
from cib.content.reworded import bigrams_of, signatures

__all__ = ["MEASURES", "Measure", "Measured", "SimilarTexts", "join_measured", "link_texts", "relinked"]


class Measure(NamedTuple):
    """How the similarity of texts is measured."""

    shingles: Callable[[pl.Series], tuple[Ints, Hashes, Ints]]  #: texts that have any, and the shingles of each
    bands: Callable[[Hashes, Ints], Hashes]
    similarity: float


#: By kind of object; the thresholds are the defaults of both functions.
MEASURES = {
    "near-text": Measure(
        lambda texts: (np.arange(len(texts)), *shingles_of(texts)),
        lambda shingles, start: bands_of(shingles, start, 0.8),
        0.8,
    ),
    "reworded": Measure(bigrams_of, signatures, 0.25),
}


class Measured(NamedTuple):
    """Shingles and bands of some texts; see :func:`cib.content.near_duplicates.link_similar`."""

    shingles: Hashes
    start: Ints
    bands: Hashes


def join_measured(parts: Sequence[Measured]) -> Measured:
    """Concatenate the shingles and bands of groups of texts.

    >>> one = Measured(np.array([7, 8], np.uint32), np.array([0, 2]), np.array([[5]], np.uint32))
    >>> [part.tolist() for part in join_measured([one, one])]
    [[7, 8, 7, 8], [0, 2, 4], [[5, 5]]]
    """
    ends = np.cumsum([0, *(len(part.shingles) for part in parts)])
    return Measured(
        np.concatenate([part.shingles for part in parts]),
        np.concatenate([[0], *(part.start[1:] + end for part, end in zip(parts, ends, strict=False))]),
        np.concatenate([part.bands for part in parts], axis=1),
    )


@dataclass(frozen=True, eq=False)
class SimilarTexts:
    """Links of similar texts.

    Parameters
    ----------
    texts : ndarray of int32, shape (n_measured,)
        Positions of the texts that have shingles, those that came first first; all else is of these.
    measured : sequence of Measured
        Those of texts that came together are one element.
    order : ndarray of int32, shape (n_bands, n_measured)
        Texts in the order of :func:`cib.content.near_duplicates.sorted_bands`.
    links : ndarray of int32, shape (n_links, 3)
        Places of both texts in the order of a band, and the band.
    """

    texts: Codes
    measured: Sequence[Measured]
    order: Codes
    links: Links

    def first(self, n: int) -> Ints:
        """Return the position of the first text of the group of each of the `n` texts."""
        return roots(n, self.texts[self.linked])

    @property
    def linked(self) -> Links:
        """Both texts of each link."""
        return self.order[self.links[:, 2:], self.links[:, :2]]


def link_texts(
    texts: pl.Series, measure: Measure, before: SimilarTexts | None = None, place: Ints | None = None
) -> SimilarTexts:
    """Link similar texts.

    Parameters
    ----------
    texts : polars.Series of str
        Distinct, sorted, without nulls; normalised.
    measure : Measure
    before : SimilarTexts, optional
        Links of some of these texts.
    place : ndarray of int64, optional
        Position in `texts` of each of those, ascending.

    Returns
    -------
    SimilarTexts
        The groups do not depend on `before`.
    """
    if before is None or place is None:
        return _linked(texts, measure)
    added = np.ones(len(texts), bool)
    added[place] = False
    new = np.flatnonzero(added)
    measured, shingles, start = measure.shingles(texts.gather(new))
    position, n = place[before.texts].astype(np.int32), len(before.texts)
    if not len(measured):
        return replace(before, texts=position)
    if n.bit_length() != (n + len(measured)).bit_length():  # the order in all bands is another
        return _linked(texts, measure)
    return relinked(
        SimilarTexts(
            np.append(position, new[measured].astype(np.int32)),
            [*before.measured, Measured(shingles, start, measure.bands(shingles, start))],
            before.order,
            before.links,
        ),
        measure.similarity,
    )


def _linked(texts: pl.Series, measure: Measure) -> SimilarTexts:
    """Link texts of which none is linked."""
    long, shingles, start = measure.shingles(texts)
    bands = measure.bands(shingles, start)
    order = np.empty(bands.shape, np.int32)
    links = link_similar(bands, shingles, start, measure.similarity, order)
    place = np.empty(len(long), np.int32)
    for k, texts_of in enumerate(order):
        place[texts_of] = np.arange(len(long), dtype=np.int32)
        own = links[:, 2] == k
        links[own, :2] = place[links[own, :2]]
    return SimilarTexts(long.astype(np.int32), [Measured(shingles, start, bands)], order, links)


def relinked(grown: SimilarTexts, similarity: float) -> SimilarTexts:
    """Update order and links, which are of the first of the texts only, after other texts were appended."""
    rank, (shingles, start, bands) = grown.texts, join_measured(grown.measured)
    n_bands, n = bands.shape
    bits, n_before = n.bit_length(), grown.order.shape[1]
    new = np.arange(n_before, n, dtype=np.int32)
    new = new[np.argsort(rank[new])]

    def places(k: int, texts: Codes, order: Codes) -> Codes:
        found = np.empty(len(texts), np.int32)
        _find(texts, order, bands[k], bands[k - 1], rank, bits, found)
        return found

    order = np.empty((n_bands, n), np.int32)
    added: list[tuple[Codes, Any]] = []
    ends, bounds = grown.linked, np.searchsorted(grown.links[:, 2], np.arange(n_bands + 1))
    earlier = grown.links.copy()
    for k, band in enumerate(bands):
        key = (band[new].astype(np.uint64) << np.uint64(32)) | (bands[k - 1][new] >> bits << bits)
        key |= np.arange(len(new), dtype=np.uint64)
        key.sort()
        texts = new[key & np.uint64((1 << bits) - 1)]
        before = places(k, texts, grown.order[k])
        _insert(grown.order[k], before, texts, order[k])
        added.append((texts, before + np.arange(len(texts), dtype=np.int32)))
        own = earlier[bounds[k] : bounds[k + 1], :2]
        own += np.searchsorted(before, own, side="right").astype(np.int32)
    is_lost = np.abs(earlier[:, 0] - earlier[:, 1]) > COMPARED
    lost, n_links = ends[is_lost], len(earlier) - int(is_lost.sum())
    first, links = np.arange(n), np.concatenate([earlier[~is_lost], np.empty((n, 3), np.int32)])
    join(first, ends[~is_lost])
    sketch = sketches(shingles, start)

    def attach(active: Sequence[tuple[Codes, Codes]], n_links: int) -> int:
        for k, (texts, place) in enumerate(active):
            n_links = _attach(
                k, texts, place, order[k], bands[k], sketch, shingles, start, similarity, first, links, n_links
            )
        return n_links

    n_links = attach(added, n_links)
    for find in (partial(_smaller, lost=lost), partial(_in_pieces, earlier=ends, lost=lost)):
        texts = find(first)
        n_links = attach([(texts, places(k, texts, order[k])) for k in range(n_bands if len(texts) else 0)], n_links)
    links = links[:n_links]
    return replace(grown, order=order, links=links[np.argsort(links[:, 2].astype(np.uint8), kind="stable")])


@compiled()
def _find(texts: Codes, order: Codes, band: Hashes, other: Hashes, rank: Codes, bits: int, found: Codes) -> None:
    """Find the place of each text in the order of a band, that is, the number of texts before it."""
    for k in range(len(texts)):
        one = texts[k]
        begin, end = 0, len(order)
        while begin < end:
            middle = (begin + end) // 2
            text = order[middle]
            if band[text] != band[one]:
                before = band[text] < band[one]
            elif other[text] >> bits != other[one] >> bits:
                before = other[text] < other[one]
            else:
                before = rank[text] < rank[one]
            if before:
                begin = middle + 1
            else:
                end = middle
        found[k] = begin


@compiled(CODES, CODES, CODES, WRITE_CODES)
def _insert(order: Codes, place: Codes, added: Codes, merged: Codes) -> None:
    """Insert each of some texts before its place, ascending."""
    k = 0
    for p in range(len(order) + 1):
        while k < len(added) and place[k] == p:
            merged[p + k] = added[k]
            k += 1
        if p < len(order):
            merged[p + k] = order[p]


def _apart(first: Ints, links: Links) -> Links:
    """Return those of some links that connect texts of different groups."""
    group = all_roots(first)
    apart: Links = links[group[links[:, 0]] != group[links[:, 1]]]
    return apart


def _smaller(first: Ints, lost: Links) -> Codes:
    """Return of each lost link between groups the text of the smaller group."""
    group, links = all_roots(first), _apart(first, lost)
    size = np.bincount(group)[group[links]]
    smaller: Codes = np.unique(np.where(size[:, 0] < size[:, 1], links[:, 0], links[:, 1]))
    return smaller


def _in_pieces(first: Ints, earlier: Links, lost: Links) -> Codes:
    """Return the texts of earlier groups that are in pieces, except those of the largest piece of each."""
    apart = _apart(first, lost)[:, 0]
    if not len(apart):
        return apart
    piece, n = all_roots(first), len(first)
    group, size, broken = roots(n, earlier), np.bincount(piece, minlength=n), np.zeros(n, bool)
    broken[group[apart]] = True
    texts = np.flatnonzero(broken[group]).astype(np.int32)
    texts = texts[np.lexsort((piece[texts], size[piece[texts]]))]
    largest = np.empty(n, np.int64)
    largest[group[texts]] = piece[texts]  # the last one remains
    others: Codes = texts[piece[texts] != largest[group[texts]]]
    return others


@compiled()
def _attach(
    band: int,
    active: Codes,
    place: Codes,
    order: Codes,
    value: Hashes,
    sketch: NDArray[np.uint64],
    shingles: Hashes,
    start: Ints,
    similarity: float,
    first: Ints,
    links: Links,
    n_links: int,
) -> int:
    """Link some texts with similar ones before and after them in the order of a band; return the number of links."""
    share = similarity / (1 + similarity)
    for k in range(len(active)):
        one = active[k]
        size = start[one + 1] - start[one]
        a, b, c, d = sketch[one, 0], sketch[one, 1], sketch[one, 2], sketch[one, 3]
        # of the shingles that two texts share each has its bit in both, or that of another shingle
        hidden, more = size - count_bits(a) - count_bits(b), size - count_bits(c) - count_bits(d)
        mine = root(first, one)
        begin, end = max(place[k] - COMPARED, 0), min(place[k] + COMPARED, len(order) - 1)
        while value[order[begin]] != value[one]:
            begin += 1
        while value[order[end]] != value[one]:
            end -= 1
        for p in range(begin, end + 1):
            other = order[p]
            needed = share * (size + start[other + 1] - start[other]) - 1e-9
            if count_bits(a & sketch[other, 0]) + count_bits(b & sketch[other, 1]) + hidden < needed:
                continue
            if count_bits(c & sketch[other, 2]) + count_bits(d & sketch[other, 3]) + more < needed:
                continue
            its = root(first, other)
            if its != mine and similar(shingles, start, one, other, similarity):
                first[max(mine, its)] = mine = min(mine, its)
                links[n_links, 0], links[n_links, 1], links[n_links, 2] = place[k], p, band
                n_links += 1
    return n_links
