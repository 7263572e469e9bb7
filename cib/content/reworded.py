"""Texts that say the same in partly other words: a share of their pairs of words that follow each other is equal.

Prepared lines are posted with some words replaced. Letters in a row then differ too often for
:mod:`cib.content.near_duplicates`; pairs of words do not: two texts of twelve words, in which one word in ten was
replaced in each, have about half of their pairs in common, two texts about one matter hardly any. In writing without
spaces each sign is a word.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import encode
from cib.compiled import Ints
from cib.content.near_duplicates import Hashes, join_similar
from cib.domains import real

__all__ = ["reworded"]

_WORDS = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]|[\p{L}\p{N}_#@]+"
#: Texts of fewer pairs say too little to be told from others by them.
_MIN_PAIRS = 4
#: A pair of texts of similarity s is compared with probability ``1 - (1 - s) ** 16``: 0.99 at a quarter.
_HASHES, _SEED = 16, 1


def reworded(texts: pl.Series, similarity: float = 0.25) -> pl.Series:
    """For each text the first of those that share much of its wording, directly or over others.

    Parameters
    ----------
    texts : polars.Series of str
        Distinct, sorted, none missing; normalised (:func:`cib.content.text.message`).
    similarity : float
        Jaccard similarity of the sets of pairs of successive words from which two texts are one object, in (0, 1].

    Returns
    -------
    polars.Series of str
        As long as `texts`. Texts of fewer than four pairs stand for themselves.

    Examples
    --------
    >>> texts = pl.Series(["all of us will vote for anna on sunday", "we all will vote for anna on sunday", "we eat"])
    >>> reworded(texts).to_list()
    ['all of us will vote for anna on sunday', 'all of us will vote for anna on sunday', 'we eat']
    """
    real(0, 1, above=True).check("similarity", similarity)
    long, pairs, start = _pairs(texts)
    stands = np.arange(len(texts))
    if len(long):
        stands[long] = long[join_similar(_signatures(pairs, start), pairs, start, similarity)]
    return texts.gather(stands)


def _pairs(texts: pl.Series) -> tuple[Ints, Hashes, Ints]:
    """Texts with enough pairs of words, hashes of the distinct pairs of each, ascending, and where each begins."""
    words = pl.DataFrame({"text": np.arange(len(texts)), "word": texts.str.extract_all(_WORDS)})
    words = words.explode("word").drop_nulls("word")
    text, word = words["text"].to_numpy().astype(np.uint64), words["word"]
    code = encode(word, word.unique().sort()).to_numpy().astype(np.uint64) + np.uint64(1)
    same = text[1:] == text[:-1]
    pair = _mixed(code[:-1][same] << np.uint64(32) | code[1:][same])
    both = np.sort((text[1:][same] << np.uint64(32) | pair).astype(np.int64))
    both = both[np.diff(both, prepend=-1) > 0]
    of = both >> 32
    counts = np.bincount(of, minlength=len(texts))
    enough = counts >= _MIN_PAIRS
    return (
        np.flatnonzero(enough),
        (both & 0xFFFFFFFF).astype(np.uint32)[enough[of]],
        np.concatenate([[0], np.cumsum(counts[enough])]),
    )


def _signatures(pairs: Hashes, start: Ints) -> list[NDArray[np.uint64]]:
    """The least of the pairs of each text in several random orders."""
    keys = np.random.default_rng(_SEED).integers(0, 2**63, _HASHES, np.uint64)
    return [np.minimum.reduceat(_mixed(pairs.astype(np.uint64) ^ key), start[:-1]) for key in keys]


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Numbers below 2^32 that differ at random where the values differ."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (values ^ (values >> np.uint64(31))) >> np.uint64(32)
