"""Normalised texts against Python's own tables of Unicode."""

from __future__ import annotations

import sys
import unicodedata

import polars as pl

from cib.content.text import _NORMALIZABLE, look


def test_characters_that_are_not_normalized_never_change():
    characters = pl.Series([chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF])
    skipped = characters.filter(~characters.str.contains(_NORMALIZABLE)).to_list()
    assert len(skipped) > 30_000
    assert all(unicodedata.is_normalized("NFKC", character) for character in skipped)
    assert not any(unicodedata.combining(character) for character in skipped)
    assert not any(unicodedata.category(character).startswith("M") for character in skipped)
    assert unicodedata.is_normalized("NFKC", "".join(skipped))


def test_marks_and_compatibility_characters_are_composed():
    texts = pl.Series("text", ["cafe\u0301", "\uff26\uff32\uff25\uff25", "か\u3099く", "\u1112\u1161\u11ab", "№"])
    assert texts.to_frame().select(look(pl.col("text")))["text"].to_list() == ["café", "free", "がく", "한", "no"]
