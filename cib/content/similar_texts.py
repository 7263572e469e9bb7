"""Groups of similar texts that grow: after texts were added, only pairs with an added text are compared.

Kept are the bands and the shingles of each text, and the links by which :func:`link_similar` joined texts. A text that
is added comes between others in the order of a band, so that texts which were compared may now be too far apart. Where
these were linked, other links are looked for: first by their own neighbours, and if a group is still in pieces, by
those of all its texts except the largest piece. Other pairs need not be compared again, because those that are
compared now were compared before. The groups are therefore those of all texts joined together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.compiled import CODES, INTS, WRITE_CODES, Codes, Ints, compiled
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
    sorted_bands,
)
from cib.content.reworded import bigrams_of, signatures

__all__ = ["MEASURES", "Measure", "SimilarTexts", "link_texts", "relinked"]


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


@dataclass(frozen=True, eq=False)
class SimilarTexts:
    """Links of similar texts.

    Parameters
    ----------
    texts : ndarray of int64, shape (n_measured,)
        Positions of the texts that have shingles, ascending; shingles, bands and links are of these.
    shingles, start, bands
        See :func:`cib.content.near_duplicates.link_similar`.
    links : ndarray of int32, shape (n_links, 3)
        Its result.
    """

    texts: Ints
    shingles: Hashes
    start: Ints
    bands: Hashes
    links: Links

    def first(self, n: int) -> Ints:
        """Return the position of the first text of the group of each of the `n` texts."""
        first = np.arange(n)
        first[self.texts] = self.texts[roots(len(self.texts), self.links)]
        return first


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
        long, shingles, start = measure.shingles(texts)
        bands = measure.bands(shingles, start)
        return SimilarTexts(long, shingles, start, bands, link_similar(bands, shingles, start, measure.similarity))
    added = np.ones(len(texts), bool)
    added[place] = False
    new = np.flatnonzero(added)
    measured, shingles, start = measure.shingles(texts.gather(new))
    if not len(measured):
        return SimilarTexts(place[before.texts], before.shingles, before.start, before.bands, before.links)
    return _merged(before, place, new[measured], shingles, start, measure)


def _merged(
    before: SimilarTexts, place: Ints, new: Ints, shingles: Hashes, start: Ints, measure: Measure
) -> SimilarTexts:
    """Insert new texts, with their shingles, between the earlier ones, and update the links."""
    both = np.concatenate([place[before.texts], new])
    order = np.argsort(both, kind="stable")
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    size = np.concatenate([np.diff(before.start), np.diff(start)])[order]
    bands = np.empty((len(before.bands), len(order)), np.uint32)
    for band, *pair in zip(bands, before.bands, measure.bands(shingles, start), strict=True):
        np.take(np.concatenate(pair), order, out=band, mode="clip")
    starts = np.append(0, np.cumsum(size))
    merged = np.empty(starts[-1], np.uint32)
    n = len(before.texts)
    for own, offsets, to in ((before.shingles, before.start, rank[:n]), (shingles, start, rank[n:])):
        _copy(own.view(np.int32), offsets, starts, to, merged.view(np.int32))
    if n.bit_length() != len(order).bit_length():  # the order in all bands is another
        links = link_similar(bands, merged, starts, measure.similarity)
    else:
        earlier = np.column_stack([rank[before.links[:, :2]], before.links[:, 2]])
        links = relinked(bands, merged, starts, measure.similarity, earlier, rank[n:])
    return SimilarTexts(both[order], merged, starts, bands, links)


@compiled(CODES, INTS, INTS, CODES, WRITE_CODES)
def _copy(shingles: Codes, start: Ints, starts: Ints, rank: Codes, merged: Codes) -> None:
    """Copy the shingles of each text to those of its rank."""
    for text in range(len(rank)):
        to = starts[rank[text]]
        for k in range(start[text], start[text + 1]):
            merged[to + k - start[text]] = shingles[k]


def relinked(bands: Hashes, shingles: Hashes, start: Ints, similarity: float, earlier: Links, new: Codes) -> Links:
    """Update the links of earlier texts after new ones were added."""
    n_bands, n = bands.shape
    order, place, position = np.empty((n_bands, n), np.int32), np.empty(n, np.int32), np.arange(n, dtype=np.int32)
    earlier = earlier[np.argsort(earlier[:, 2].astype(np.uint8), kind="stable")]
    bounds = np.searchsorted(earlier[:, 2], np.arange(n_bands + 1))
    far, at = [], []
    for k, (_, texts) in enumerate(sorted_bands(bands)):
        order[k], place[texts] = texts, position
        own = earlier[bounds[k] : bounds[k + 1]]
        far.append(np.abs(place[own[:, 0]] - place[own[:, 1]]) > COMPARED)
        at.append(place[new])
    is_lost = np.concatenate(far)
    kept, lost = earlier[~is_lost], earlier[is_lost]
    first, links, n_links = np.arange(n), np.concatenate([kept, np.empty((n, 3), np.int32)]), len(kept)
    join(first, kept)
    sketch = sketches(shingles, start)

    def attach(active: Codes, n_links: int) -> int:
        for k in range(n_bands if len(active) else 0):
            if active is not new:
                place[order[k]] = position
            own = at[k] if active is new else place[active]
            n_links = _attach(
                k, active, own, order[k], bands[k], sketch, shingles, start, similarity, first, links, n_links
            )
        return n_links

    n_links = attach(new, n_links)
    n_links = attach(_smaller(first, _apart(first, lost)), n_links)
    return links[: attach(_in_pieces(first, earlier, lost), n_links)]


def _apart(first: Ints, links: Links) -> Links:
    """Return those of some links that connect texts of different groups."""
    group = all_roots(first)
    return links[group[links[:, 0]] != group[links[:, 1]], :2]


def _smaller(first: Ints, links: Links) -> Codes:
    """Return of each link the text of the smaller group."""
    group = all_roots(first)
    size = np.bincount(group)[group[links]]
    return np.unique(np.where(size[:, 0] < size[:, 1], links[:, 0], links[:, 1]))


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
        bits = count_bits(sketch[one, 0]) + count_bits(sketch[one, 1])
        more = count_bits(sketch[one, 2]) + count_bits(sketch[one, 3])
        mine = root(first, one)
        for step in (-1, 1):
            for far in range(1, COMPARED + 1):
                p = place[k] + step * far
                if p < 0 or p >= len(order):
                    break
                other = order[p]
                its = root(first, other)
                if its == mine:
                    continue
                if value[other] != value[one]:
                    break
                needed = share * (size + start[other + 1] - start[other]) - 1e-9
                # of the shingles that two texts share each has its bit in both, or that of another shingle
                shared = count_bits(sketch[one, 0] & sketch[other, 0]) + count_bits(sketch[one, 1] & sketch[other, 1])
                if shared + size - bits < needed:
                    continue
                shared = count_bits(sketch[one, 2] & sketch[other, 2]) + count_bits(sketch[one, 3] & sketch[other, 3])
                if shared + size - more >= needed and similar(shingles, start, one, other, similarity):
                    first[max(mine, its)] = mine = min(mine, its)
                    links[n_links, 0], links[n_links, 1], links[n_links, 2] = one, other, band
                    n_links += 1
    return n_links
