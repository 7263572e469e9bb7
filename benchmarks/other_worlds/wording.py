"""Generate words, names and links. Texts are matrices of word codes until they are spelled, so that they can vary."""

from __future__ import annotations

import numpy as np
import polars as pl

LANGUAGES = ("en", "es", "pt", "tr", "ar", "id", "ru", "fr", "fa", "hi")
#: Time zones of each language, in hours ahead of UTC.
ZONES = ((-8, -5, 0, 10), (-6, -5, 1), (-3, 0), (3,), (2, 3, 4), (7, 8), (3, 5, 7), (0, 1), (4,), (5,))
#: Number of words of a language, and exponent of the power law of their frequency.
VOCABULARY, EXPONENT = 1_500, 0.85
LONGEST = 22

_ONSETS = ("b", "br", "ch", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "sh", "st", "t", "tr", "v", "z")
SYLLABLES = np.array([onset + vowel for onset in _ONSETS for vowel in ("a", "ai", "e", "ei", "i", "o", "ou", "u")])


def invented(codes: np.ndarray, syllables: int = 3) -> pl.Series:
    """Return a word for each code; equal codes yield equal words, adjacent codes dissimilar ones."""
    base = len(SYLLABLES)
    mixed = (np.asarray(codes, dtype=np.int64) * 7_919 + 104_729) % base**syllables
    parts = [pl.Series(SYLLABLES[mixed // base**k % base]) for k in range(syllables)]
    return pl.select(pl.concat_str(pl.lit(part) for part in parts)).to_series()


def composed(
    rng: np.random.Generator, language: np.ndarray, shortest: int = 5, longest: int = LONGEST, words: int = VOCABULARY
) -> np.ndarray:
    """Draw the word codes of one text per entry of `language`, shape (n, LONGEST), -1 after the last word.

    With fewer `words`, texts share a vocabulary without being similar.
    """
    weight = np.arange(1, words + 1) ** -EXPONENT
    rank = np.searchsorted(np.cumsum(weight) / weight.sum(), rng.random((len(language), LONGEST)))
    codes = language[:, None] * VOCABULARY + rank
    length = rng.integers(shortest, longest + 1, len(language))
    return np.where(np.arange(LONGEST) < length[:, None], codes, -1)


def varied(rng: np.random.Generator, codes: np.ndarray, share: np.ndarray | float) -> np.ndarray:
    """Replace a share of the words by others of the language."""
    other = codes // VOCABULARY * VOCABULARY + rng.integers(0, VOCABULARY, codes.shape)
    replaced = (codes >= 0) & (rng.random(codes.shape) < np.broadcast_to(share, len(codes))[:, None])
    return np.where(replaced, other, codes)


def spelled(codes: np.ndarray) -> pl.Series:
    """Convert a matrix of codes to texts."""
    lexicon = invented(np.arange(len(LANGUAGES) * VOCABULARY), 2)
    columns = [lexicon.gather(pl.Series(np.where(column < 0, 0, column))) for column in codes.T]
    masks = [pl.Series(column >= 0) for column in codes.T]
    words = [pl.when(pl.lit(mask)).then(pl.lit(column)) for mask, column in zip(masks, columns, strict=True)]
    return pl.select(pl.concat_str(words, separator=" ", ignore_nulls=True)).to_series()


def links(site: np.ndarray, page: np.ndarray) -> pl.Series:
    """Return addresses under the reserved name ``.example``."""
    return pl.select(
        "https://" + pl.lit(invented(np.asarray(site) + 50_000)) + ".example/" + pl.lit(pl.Series(page)).cast(pl.String)
    ).to_series()


def names(rng: np.random.Generator, given: np.ndarray) -> pl.Series:
    """Create account names; where `given`, the default name with eight digits is kept."""
    n = len(given)
    first, last = (pl.lit(invented(rng.integers(0, 4_000, n), 2)) for _ in range(2))
    digits = pl.lit(pl.Series(rng.integers(10_000_000, 99_999_999, n))).cast(pl.String)
    style = rng.integers(0, 4, n)
    chosen = (
        pl.when(pl.lit(pl.Series(given)))
        .then(first.str.to_titlecase() + digits)
        .when(pl.lit(pl.Series(style == 0)))
        .then(first + "_" + last)
        .when(pl.lit(pl.Series(style == 1)))
        .then(first + last + digits.str.slice(0, 2))
        .when(pl.lit(pl.Series(style == 2)))
        .then(first + last)
        .otherwise(last + digits.str.slice(0, 4))
    )
    return pl.select(chosen).to_series()
