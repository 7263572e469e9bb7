"""Normalise text into keys: texts that look the same to a reader have the same key.

The keys are Polars expressions, so that whole columns (40 million posts) are processed at once.
"""

from __future__ import annotations

import polars as pl

__all__ = ["hashtag", "look", "message"]

#: Format characters (zero width, direction marks) and variation selectors, which are invisible.
_INVISIBLE = r"[\p{Cf}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}]"

#: Characters that case folding unifies and conversion to lower case does not (sharp s, final sigma), and the
#: combining dot that remains of the Turkish capital I.
_FOLDED = {"\u00df": "ss", "\u03c2": "\u03c3", "i\u0307": "i"}

#: In Chinese, text follows a URL without a space, so a URL ends at the first character that is not ASCII.
_URL = r"(?:https?://|\bwww\.|\bt\.co/)[!-~]*"
_MENTION = r"@(?:[0-9a-z_.\-]+(?:@[0-9a-z_.\-]+)?[:,]?|\w+[:,]?(?:\s|$))"


def look(text: pl.Expr) -> pl.Expr:
    r"""Normalise text to its look: no invisible characters, NFKC, case folded, single spaces.

    >>> pl.select(look(pl.lit("\uff26ree\u200b  STRASSE \ufe0f"))).item()
    'free strasse'
    """
    return _single_spaced(_folded(text))


def hashtag(tag: pl.Expr) -> pl.Expr:
    """Normalise a hashtag as :func:`look` does, and remove the hash sign.

    >>> pl.select(hashtag(pl.lit("#Free"))).item()
    'free'
    """
    return _single_spaced(look(tag).str.replace_all("#", "", literal=True))


def message(text: pl.Expr) -> pl.Expr:
    """Normalise a text as :func:`look` does, without URLs and without leading mentions.

    Platforms shorten the same URL anew for each post, and put the accounts that a reply answers at its start.
    Later mentions are part of the message. The result is empty if nothing is left.

    >>> pl.select(message(pl.lit("@anna @ben: Vote NOW with @carl https://t.co/x1"))).item()
    'vote now with @carl'
    """
    words = _folded(text).str.replace_all(_URL, " ").str.replace(rf"^(?:\s*{_MENTION})+", "")
    return _single_spaced(words)


def _folded(text: pl.Expr) -> pl.Expr:
    seen = text.str.replace_all(_INVISIBLE, "").str.normalize("NFKC").str.to_lowercase()
    return seen.str.replace_many(list(_FOLDED), list(_FOLDED.values()))


def _single_spaced(text: pl.Expr) -> pl.Expr:
    # most spaces are single ones and are not replaced
    return text.str.replace_all(r"\s{2,}|[^\S ]", " ").str.strip_chars()
