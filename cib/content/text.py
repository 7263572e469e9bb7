"""Normalise text into keys: texts that look the same to a reader have the same key.

The keys are Polars expressions, so that whole columns (40 million posts) are processed at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity, coded
from cib.mapped import FEWER, mapped

__all__ = ["Messages", "hashtag", "keep_messages", "look", "message", "messages"]

#: Format characters (zero width, direction marks) and variation selectors, which are invisible.
_INVISIBLE = r"[\p{Cf}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}]"

#: Characters that case folding unifies and conversion to lower case does not (sharp s, final sigma), and the
#: combining dot that remains of the Turkish capital I.
_FOLDED = {"\u00df": "ss", "\u03c2": "\u03c3", "i\u0307": "i"}

#: Characters other than those of common scripts and punctuation that NFKC never changes, alone or in sequence.
_NORMALIZABLE = (
    r"[^\x00-\x9F\x{BF}-\x{131}\x{3A3}-\x{3CF}\x{400}-\x{482}\x{5D0}-\x{5EA}\x{621}-\x{64A}\x{2018}-\x{201F}"
    r"\x{3001}-\x{3029}\x{3041}-\x{3096}\x{30A0}-\x{30FE}\x{3400}-\x{9FFF}\x{AC00}-\x{D7A3}\x{1F300}-\x{1F6D7}]"
)

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


class Messages(NamedTuple):
    """Normalised texts of posts, each distinct text once."""

    row: NDArray[np.uint32]  #: of posts other than retweets with a text, ascending
    code: NDArray[np.int32]  #: of the text of each, a position in `distinct`
    distinct: pl.Series  #: texts, sorted


def messages(activity: Activity) -> Messages:
    """Normalise the texts of posts other than retweets with :func:`message`; computed once per activity."""
    if "messages" not in activity.__dict__:
        activity.__dict__["messages"] = _messages(activity.posts_table)
    kept: Messages = activity.__dict__["messages"]
    return kept


def _messages(posts: pl.DataFrame) -> Messages:
    said = posts.lazy().with_row_index("row").filter(pl.col("action") != "retweet")
    said = said.select("row", text=message(pl.col("text"))).filter(pl.col("text") != "")
    rows = said.collect(engine="streaming").sort("row")
    distinct, code = coded(rows["text"])
    return Messages(rows["row"].to_numpy(), code.to_numpy().view(np.int32), mapped(distinct, FEWER))


def keep_messages(activity: Activity, row: NDArray[np.uint32], code: NDArray[np.int32], distinct: pl.Series) -> None:
    """Keep texts that are normalised already, in any order of rows, for :func:`messages`."""
    activity.__dict__["messages"] = _by_row(row, code, distinct.alias("text"), len(activity))


def _by_row(row: NDArray[np.uint32], code: NDArray[np.int32], distinct: pl.Series, n_rows: int) -> Messages:
    code_of = np.full(n_rows, -1, np.int32)
    code_of[row] = code
    row = np.flatnonzero(code_of >= 0).astype(np.uint32)
    return Messages(row, code_of[row], distinct)


def _folded(text: pl.Expr) -> pl.Expr:
    seen = text.str.replace_all(_INVISIBLE, "")
    few = pl.when(seen.str.contains(_NORMALIZABLE)).then(seen)  # others stay the same, and normalizing takes long
    return (
        pl.coalesce(few.str.normalize("NFKC"), seen)
        .str.to_lowercase()
        .str.replace_many(list(_FOLDED), list(_FOLDED.values()))
    )


def _single_spaced(text: pl.Expr) -> pl.Expr:
    # most spaces are single ones and are not replaced
    return text.str.replace_all(r"\s{2,}|[^\S ]", " ").str.strip_chars()
