"""Describe which signals were found, and find unread columns whose names suggest a signal."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

__all__ = ["action_columns", "are_accounts", "are_counts", "describe_signals", "mapping_to_write", "signal_columns"]

_WORDS = re.compile(r"[a-z]+|[A-Z][a-z]*|[A-Z]+")

#: Words in column names that suggest a target, the account of a target, and text.
_TARGET = {
    *("retweet", "retweeted", "retweets", "rt", "reblog", "reblogged", "reblogs", "repost", "reposted", "boost"),
    *("quote", "quoted", "reply", "replied", "replying", "replies", "sourcetweet", "source", "forward", "forwarded"),
    *("fwd", "share", "shared", "crosspost", "parent", "original", "origin", "answer", "answered", "inreply"),
}
_ACCOUNT = {"user", "author", "account", "username", "screen", "name", "handle", "who", "person", "channel"}
_TEXT = {"text", "body", "content", "message", "caption"}
_POST = {"post", "tweet", "status", "message", "comment"}
_ACTION = {"action", "activity", "kind", "type"}
_PLURAL = {"quotes", "reblogs", "replies", "reposts", "retweets", "shares"}

#: Words in column names that exclude a signal, such as counts and ratings.
_NO_SIGNAL = {
    *(
        "is",
        "has",
        "count",
        "counts",
        "number",
        "num",
        "total",
        "likes",
        "score",
        "metrics",
        "url",
        "label",
        "settings",
        "allowed",
    ),
    *("disabled", "enabled", "permission", "date", "time", "timestamp", "lang", "language", "media", "image", "edited"),
}


def signal_columns(names: Iterable[str], *, text: bool = True) -> list[str]:
    """Return the columns whose names suggest a retweet, quote, reply, source, forward or share, and optionally text.

    Examples
    --------
    >>> signal_columns(["retweetedTweet.id", "retweet_count", "sourcetweet_author_id", "place", "source"])
    ['retweetedTweet.id', 'sourcetweet_author_id']
    """
    words = _TARGET | _TEXT if text else _TARGET
    return [name for name in names if _speaks_of(name, words)]


def action_columns(names: Iterable[str]) -> list[str]:
    """Return the columns whose names suggest words for actions.

    Examples
    --------
    >>> action_columns(["post_type", "typeface", "rowType"])
    ['post_type', 'rowType']
    """
    return [name for name in names if _words(name) & _ACTION]


def are_counts(name: str, values: pl.Series) -> bool:
    """Return whether a column such as ``replies`` holds numbers, so that it counts and names nothing."""
    words = _words(name)
    return bool(words & _PLURAL) and "id" not in words and _all_match(values, r"^\d+(?:\.0)?$")


def are_accounts(name: str, values: pl.Series, accounts: pl.Series) -> bool:
    """Return whether a column holds accounts: DIDs, handles with ``@``, or mostly ids of the acting accounts."""
    if _words(name) & _POST or values.dtype.is_nested():
        return False
    given = values.drop_nulls().cast(pl.String)
    acting = given.is_in(accounts.cast(pl.String).unique().implode())
    return _all_match(values, "^(?:did:|@)") or 2 * int(acting.sum()) > len(given)


def _all_match(values: pl.Series, pattern: str) -> bool:
    return not values.dtype.is_nested() and bool(values.drop_nulls().cast(pl.String).str.contains(pattern).all())


def mapping_to_write(names: Iterable[str], mapped: Iterable[str], accounts: Iterable[str] = ()) -> str:
    """Return the ``columns=`` argument that would read these columns, without what is mapped already.

    Columns that are known to hold accounts are listed in `accounts`; others are judged by their names.

    Examples
    --------
    >>> mapping_to_write(["sourcetweet_id", "sourcetweet_author_id", "rawContent"], ["account_id"])
    "columns={'target_post_id': 'sourcetweet_id', 'target_account_id': 'sourcetweet_author_id', 'text': 'rawContent'}"
    """
    names = list(names)
    targets = [name for name in names if _speaks_of(name, _TARGET)]
    whose = [name for name in targets if _words(name) & _ACCOUNT or name in set(accounts)]
    posts = [name for name in targets if name not in whose]
    texts = [name for name in names if _words(name) & _TEXT and name not in targets]
    best = {
        "target_post_id": min(posts, key=_no_id, default=None),
        "target_account_id": min(whose, key=_no_id, default=None),
        "text": min(texts, key=len, default=None),
    }
    known = set(mapped)
    return f"columns={ ({ours: theirs for ours, theirs in best.items() if theirs and ours not in known}) }"


def describe_signals(posts: pl.DataFrame) -> list[str]:
    """Describe how many rows have each signal.

    Parameters
    ----------
    posts : polars.DataFrame
        The posts of an activity.

    Returns
    -------
    list of str
        One line per signal.
    """
    told = []
    actions = dict(posts["action"].cast(pl.String).value_counts().iter_rows())
    for action, plural in (("retweet", "retweets"), ("quote", "quotes"), ("reply", "replies")):
        if count := actions.get(action, 0):
            of = posts.filter(pl.col("action") == action)
            post, account = (count - of[name].null_count() for name in ("target_post_id", "target_account_id"))
            told.append(f"{plural}: {count:,}; target post known of {post:,}, target account of {account:,}")
    if not told:
        told.append("targets: none, every row is a post")
    present = {"text": pl.col("text").is_not_null()} if "text" in posts.columns else {}
    lists = {"urls": "links", "hashtags": "hashtags", "mentions": "mentions"}
    present |= {word: pl.col(name).list.len() > 0 for name, word in lists.items() if name in posts.columns}
    found = posts.select(test.fill_null(False).mean().alias(word) for word, test in present.items())
    told += [f"{word}: in {found[word][0]:.0%} of the rows" for word in present]
    absent = [word for word in ("text", *lists.values()) if word not in present]
    return told + ([f"not in the data: {', '.join(absent)}"] if absent else [])


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORDS.findall(name)}


def _speaks_of(name: str, words: set[str]) -> bool:
    have = _words(name)
    return bool(have & words) and not have & _NO_SIGNAL and name.lower() != "source"


def _no_id(name: str) -> tuple[bool, int]:
    return not name.lower().endswith(("id", "id_str")), len(name)
