"""Split texts in any script into words.

Chinese, Japanese and Thai are written without spaces: BudouX (Apache-2.0; the extra ``text``) cuts them into short
segments. Where it is not installed, pairs of consecutive characters are used instead of words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec

import polars as pl

__all__ = ["words"]

#: Runs of scripts written without spaces, and words of all other scripts, which may contain apostrophes.
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\u30FC\u3005]+|\p{Thai}[\p{Thai}\p{M}]*"
_LETTER = r"[\w&&[^_\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\u30FC\u3005]]"
_WORDS = rf"{_UNSPACED}|{_LETTER}+(?:['\u2019]{_LETTER}+)*"

_THAI, _KANA, _HAN = re.compile("[\u0e00-\u0e7f]"), re.compile("[\u3040-\u30ff]"), re.compile("[\u3005\u3400-\u9fff]")


def words(texts: pl.Series) -> list[list[str]]:
    """Split each text into words, in order.

    Parameters
    ----------
    texts : polars.Series of str

    Examples
    --------
    >>> words(pl.Series(["it's GREAT, 7 times", "हिन्दी में"]))
    [["it's", 'GREAT', '7', 'times'], ['हिन्दी', 'में']]
    """
    found = texts.str.extract_all(_WORDS).to_list()
    return [[word for run in runs or [] for word in _cut(run, text)] for runs, text in zip(found, texts, strict=True)]


def _cut(run: str, text: str) -> Iterator[str]:
    """Split a run of letters into words; a text with kana anywhere is Japanese, otherwise Chinese."""
    thai = _THAI.match(run) is not None
    if not thai and not _KANA.match(run) and not _HAN.match(run):
        yield run
    elif (cut := _cutter("th" if thai else "ja" if _KANA.search(text) else "zh-hans")) is not None:
        yield from cut(run)
    else:
        yield from (run[k : k + 2] for k in range(max(len(run) - 1, 1)))


@cache
def _cutter(language: str) -> Callable[[str], list[str]] | None:
    if find_spec("budoux") is None:
        return None
    import budoux

    load = {
        "th": budoux.load_default_thai_parser,
        "ja": budoux.load_default_japanese_parser,
        "zh-hans": budoux.load_default_simplified_chinese_parser,
    }
    parse: Callable[[str], list[str]] = load[language]().parse
    return parse
