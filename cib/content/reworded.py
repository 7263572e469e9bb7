"""Reworded texts: texts that share a part of their word bigrams.

Prepared texts are posted with some words replaced. Their character n-grams then differ too much for
:mod:`cib.content.near_duplicates`, but not their word bigrams: two texts of twelve words, in which one word in ten was
replaced in each, share about half of their bigrams, two texts on the same topic very few. In scripts without spaces
each character is a word.
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
#: Minimum number of bigrams of a text; with fewer they do not identify it.
_MIN_PAIRS = 4
#: A pair of texts of similarity s is compared with probability ``1 - (1 - s) ** 16``: 0.99 at a quarter.
_HASHES, _SEED = 16, 1


def reworded(texts: pl.Series, similarity: float = 0.25) -> pl.Series:
    """Return for each text the first text of its group of reworded texts, which are similar directly or via others.

    Parameters
    ----------
    texts : polars.Series of str
        Distinct, sorted, without nulls; normalised (:func:`cib.content.text.message`).
    similarity : float
        Minimum Jaccard similarity of the sets of word bigrams at which two texts are one object, in (0, 1].

    Returns
    -------
    polars.Series of str
        One text for each of `texts`. Texts with fewer than four bigrams are returned unchanged.

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
    """Return texts with enough bigrams, ascending hashes of the distinct bigrams of each, and the start of each."""
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
    """Compute MinHash signatures: the minimum of the bigrams of each text in several random orders."""
    keys = np.random.default_rng(_SEED).integers(0, 2**63, _HASHES, np.uint64)
    return [np.minimum.reduceat(_mixed(pairs.astype(np.uint64) ^ key), start[:-1]) for key in keys]


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Hash values to pseudorandom numbers below 2^32."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (values ^ (values >> np.uint64(31))) >> np.uint64(32)
