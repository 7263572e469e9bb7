"""Keys of text: what looks the same to a reader has the same key.

The keys are Polars expressions, so that forty million posts are worked on whole.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity

__all__ = ["Messages", "hashtag", "look", "message", "messages"]

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


class Messages(NamedTuple):
    """What posts say, each message once."""

    row: NDArray[np.uint32]  #: of the posts that are no retweets and say something, ascending
    code: NDArray[np.int32]  #: of their messages
    distinct: pl.Series  #: the messages, sorted


def messages(activity: Activity) -> Messages:
    """The :func:`message` of each post of an activity that is no retweet; found once and kept with the activity."""
    if "messages" not in activity.__dict__:
        activity.__dict__["messages"] = _messages(activity.posts_table)
    kept: Messages = activity.__dict__["messages"]
    return kept


def _messages(posts: pl.DataFrame) -> Messages:
    said = posts.lazy().with_row_index("row").filter(pl.col("action") != "retweet")
    said = said.select("row", text=message(pl.col("text"))).filter(pl.col("text") != "")
    groups = said.collect(engine="streaming").sort("row").group_by("text").agg("row")  # looks at each text once
    groups = groups.sort("text")
    code = np.repeat(np.arange(len(groups), dtype=np.int32), groups["row"].list.len().to_numpy())
    row = groups["row"].explode().to_numpy()
    order = np.argsort(row)
    return Messages(row[order], code[order], groups["text"])


def _folded(text: pl.Expr) -> pl.Expr:
    seen = text.str.replace_all(_INVISIBLE, "").str.normalize("NFKC").str.to_lowercase()
    return seen.str.replace_many(list(_FOLDED), list(_FOLDED.values()))


def _single_spaced(text: pl.Expr) -> pl.Expr:
    # most spaces are single ones, and need no work
    return text.str.replace_all(r"\s{2,}|[^\S ]", " ").str.strip_chars()
