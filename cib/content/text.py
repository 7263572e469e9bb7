"""Keys of text: what looks the same to a reader has the same key.

The keys are Polars expressions, so that forty million posts are worked on whole.
"""

from __future__ import annotations

import polars as pl

__all__ = ["hashtag", "look", "message"]

#: Format characters (zero width, direction marks) and variation selectors: they are not seen.
_INVISIBLE = r"[\p{Cf}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}]"

#: What lower case leaves apart and case folding does not (sharp s, final sigma), and the dot that Turkish
#: capitals leave behind.
_FOLDED = {"\u00df": "ss", "\u03c2": "\u03c3", "i\u0307": "i"}

#: Chinese goes on after a URL without a space, so a URL ends where ASCII does.
_URL = r"(?:https?://|\bwww\.|\bt\.co/)[!-~]*"
_MENTION = r"@(?:[0-9a-z_.\-]+(?:@[0-9a-z_.\-]+)?[:,]?|\w+[:,]?(?:\s|$))"


def look(text: pl.Expr) -> pl.Expr:
    r"""Text as it looks: no invisible characters, NFKC, no difference of case, single spaces.

    >>> pl.select(look(pl.lit("\uff26ree\u200b  STRASSE \ufe0f"))).item()
    'free strasse'
    """
    return _single_spaced(_folded(text))


def hashtag(tag: pl.Expr) -> pl.Expr:
    """A hashtag as it looks, without its sign.

    >>> pl.select(hashtag(pl.lit("#Free"))).item()
    'free'
    """
    return _single_spaced(look(tag).str.replace_all("#", "", literal=True))


def message(text: pl.Expr) -> pl.Expr:
    """What a text says: as :func:`look`, without URLs and without the mentions that it begins with.

    Platforms shorten the same URL anew for each post, and put those whom a reply answers in front.
    Mentions further on are part of the message. Empty if nothing is left.

    >>> pl.select(message(pl.lit("@anna @ben: Vote NOW with @carl https://t.co/x1"))).item()
    'vote now with @carl'
    """
    words = _folded(text).str.replace_all(_URL, " ").str.replace(rf"^(?:\s*{_MENTION})+", "")
    return _single_spaced(words)


def _folded(text: pl.Expr) -> pl.Expr:
    seen = text.str.replace_all(_INVISIBLE, "").str.normalize("NFKC").str.to_lowercase()
    return seen.str.replace_many(list(_FOLDED), list(_FOLDED.values()))


def _single_spaced(text: pl.Expr) -> pl.Expr:
    # most spaces are single ones, and need no work
    return text.str.replace_all(r"\s{2,}|[^\S ]", " ").str.strip_chars()
