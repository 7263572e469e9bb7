"""Reworded texts: texts that share a part of their word bigrams.

Prepared texts are posted with some words replaced. Their character n-grams then differ too much for
:mod:`cib.content.near_duplicates`, but not their word bigrams: two texts of twelve words, in which one word in ten was
replaced in each, share about half of their bigrams, two texts on the same topic very few. In scripts without spaces
each character is a word.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.compiled import Ints, compiled
from cib.content.near_duplicates import BLOCK, Hashes, code_points, join_similar
from cib.domains import real

__all__ = ["bigrams_of", "reworded", "reworded_codes", "signatures"]

#: Characters that are words, and those that words consist of.
_WORD, _PART = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]", r"[\p{L}\p{N}_#@]"
#: Minimum number of bigrams of a text; with fewer they do not identify it.
_MIN_PAIRS = 4
#: A pair of texts of similarity s is compared with probability ``1 - (1 - s) ** 16``: 0.99 at a quarter.
_HASHES, _SEED = 16, 1
_PRIME = np.uint64(0x9E3779B97F4A7C15)


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
    return texts.gather(reworded_codes(texts, similarity))


def reworded_codes(texts: pl.Series, similarity: float = 0.25) -> Ints:
    """Return the position of the text that :func:`reworded` returns for each text."""
    real(0, 1, above=True).check("similarity", similarity)
    long, pairs, start = bigrams_of(texts)
    stands = np.arange(len(texts))
    if len(long):
        stands[long] = long[join_similar(signatures(pairs, start), pairs, start, similarity)]
    return stands


def bigrams_of(texts: pl.Series) -> tuple[Ints, Hashes, Ints]:
    """Return texts with enough bigrams, ascending hashes of the distinct bigrams of each, and the start of each."""
    blocks = [_bigrams_of(texts.slice(first, BLOCK)) for first in range(0, len(texts), BLOCK)]
    counts = np.concatenate([counts for counts, _ in blocks] or [np.empty(0, np.int64)])
    enough = counts >= _MIN_PAIRS
    pairs = [pairs[np.repeat(own >= _MIN_PAIRS, own)] for own, pairs in blocks] or [np.empty(0, np.uint32)]
    return np.flatnonzero(enough), np.concatenate(pairs), np.concatenate([[0], np.cumsum(counts[enough])])


def _bigrams_of(texts: pl.Series) -> tuple[Ints, Hashes]:
    """Return the number of distinct bigrams of each text, and their hashes, ascending in each text."""
    letters, begin = code_points(texts)
    text, word = np.empty(len(letters), np.int64), np.empty(len(letters), np.uint64)
    n = _words(letters, begin, _kinds(letters), text, word)
    text, word = text[:n], word[:n]
    pair = _mixed(word[:-1] * _PRIME + word[1:]).astype(np.int64)
    both = np.sort((text[1:] << 32 | pair)[text[1:] == text[:-1]])
    both = both[np.diff(both, prepend=-1) > 0]
    return np.bincount(both >> 32, minlength=len(texts)), (both & 0xFFFFFFFF).astype(np.uint32)


def _kinds(letters: Hashes) -> NDArray[np.uint8]:
    """Return the kind of each code point up to the largest: 2 if it is a word, 1 if it is part of one, 0 if neither."""
    kinds = np.zeros(letters.max(initial=0) + 1, np.uint8)
    kinds[letters] = 1
    used = np.flatnonzero(kinds)
    characters = pl.Series(map(chr, used.tolist()), dtype=pl.String)
    parts, words = (characters.str.contains(which).to_numpy() for which in (_PART, _WORD))
    kinds[used] = np.where(words, 2, parts)
    return kinds


@compiled()
def _words(letters: Hashes, begin: Ints, kinds: NDArray[np.uint8], text: Ints, word: NDArray[np.uint64]) -> int:
    """Write the text and the hash of each word, which does not depend on other words; return the number of words."""
    n = 0
    for t in range(len(begin) - 1):
        hashed = np.uint64(0)
        for k in range(begin[t], begin[t + 1] + 1):
            kind = kinds[letters[k]] if k < begin[t + 1] else 0
            if kind != 1 and hashed:
                text[n], word[n] = t, hashed
                n += 1
                hashed = np.uint64(0)
            if kind:
                hashed = (hashed ^ np.uint64(letters[k])) * _PRIME
                hashed ^= hashed >> np.uint64(32)
            if kind == 2:
                text[n], word[n] = t, hashed
                n += 1
                hashed = np.uint64(0)
    return n


def signatures(pairs: Hashes, start: Ints) -> Hashes:
    """Compute MinHash signatures, the minimum of the bigrams of each text in random orders; (n_orders, n_texts)."""
    keys = np.random.default_rng(_SEED).integers(0, 2**63, _HASHES, np.uint64)
    found = np.empty((_HASHES, len(start) - 1), np.uint32)
    _minima(pairs, start, keys, found)
    return found


@compiled()
def _minima(pairs: Hashes, start: Ints, keys: NDArray[np.uint64], signatures: Hashes) -> None:
    least = np.empty(_HASHES, np.uint64)
    for text in range(len(start) - 1):
        least[:] = 2**32 - 1
        for p in range(start[text], start[text + 1]):
            pair = np.uint64(pairs[p])
            for k in range(_HASHES):
                least[k] = min(least[k], _mixed(pair ^ keys[k]))
        for k in range(_HASHES):
            signatures[k, text] = least[k]


@compiled()
def _mixed(values: Any) -> Any:
    """Hash values to pseudorandom numbers below 2^32."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (values ^ (values >> np.uint64(31))) >> np.uint64(32)
