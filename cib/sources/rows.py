"""What one record of a platform says, row by row: the border between nested JSON and tables.

A reader of a nested format looks at one record at a time and puts down what it finds here: posts, profiles, and
why a record is no post. That is the only place where rows are looked at one by one, for a record has to be parsed
one by one anyhow; all judging and cleaning is done on whole tables, later.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from cib.errors import InputError

__all__ = ["JOINED", "MISSHAPEN", "Rows", "chosen", "digest", "identity"]

#: What is joined with other records: local ids of the target, names of the accounts mentioned, and whether the text is
#: that of an original, cut off.
JOINED = ("target_local_id", "account_local_id", "named_ids", "cut")

_LISTS = ("urls", "hashtags", "mentions")
_POST = (
    *("account_id", "post_id", "action", "created_at", "target_post_id", "target_account_id", "target_created_at"),
    *("text", "lang", "client", *_LISTS, "server_at", "withdrawn", *JOINED, "platform"),
)
_PROFILE = ("account_id", "name", "created_at", "followers", "following", "posts", "description", "seen_at", "platform")
_NUMBERS = ("followers", "following", "posts")
_KNOWN = ("post_id", "local_id", "account_id", "created_at", "text", *_LISTS, "platform")
_NAMES = ("local_id", "account_id", "platform")

_LISTED = {*_LISTS, "named_ids"}
_POST_TYPES: dict[str, pl.DataType] = {name: pl.List(pl.String) if name in _LISTED else pl.String() for name in _POST}
_POST_TYPES |= dict.fromkeys(("withdrawn", "cut"), pl.Boolean())
_KNOWN_TYPES: dict[str, pl.DataType] = {name: pl.List(pl.String) if name in _LISTED else pl.String() for name in _KNOWN}
_NAME_TYPES: dict[str, pl.DataType] = dict.fromkeys(_NAMES, pl.String())
_PROFILE_TYPES: dict[str, pl.DataType] = {name: pl.Int64() if name in _NUMBERS else pl.String() for name in _PROFILE}

#: A record whose values are not of the kinds that its format promises.
MISSHAPEN = "unreadable record"


class Rows:
    """Posts and profiles of one source, while its records are read; of each account the latest profile.

    Attributes
    ----------
    dropped : Counter
        Records that are no post, by what they are.
    unknown : Counter
        Values that could not be understood, by what they are.
    """

    def __init__(self) -> None:
        self.platform: str | None = None
        self.dropped: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self._posts: list[tuple[Any, ...]] = []
        self._profiles: dict[str | None, tuple[Any, ...]] = {}
        self._known: dict[tuple[str | None, str | None], tuple[Any, ...]] = {}
        self._names: set[tuple[Any, ...]] = set()

    def post(
        self,
        account_id: str | None,
        post_id: str | None,
        action: str,
        created_at: str | None,
        target_post_id: str | None = None,
        target_account_id: str | None = None,
        *,
        target_created_at: str | None = None,
        text: str | None = None,
        lang: str | None = None,
        client: str | None = None,
        urls: Sequence[str | None] | None = None,
        hashtags: Sequence[str | None] | None = None,
        mentions: Sequence[str | None] | None = None,
        server_at: str | None = None,
        withdrawn: bool = False,
        target_local_id: str | None = None,
        account_local_id: str | None = None,
        named: Sequence[str] | None = None,
        cut: bool = False,
    ) -> None:
        """Put down one thing that an account did.

        `withdrawn`: that it took the post back. `cut`: what it says is the cut-off text of the target. Where the record
        knows the target, its author, or the accounts `named` only by what other records call them, that is joined later
        (:mod:`cib.sources.joining`).
        """
        aim = (target_post_id, target_account_id, target_created_at)
        said = (text, lang, client, urls, hashtags, mentions)
        joined = (target_local_id, account_local_id, named or None, cut)
        done = (account_id, post_id, action, created_at)
        self._posts.append((*done, *aim, *said, server_at, withdrawn, *joined, self.platform))

    def know(
        self,
        post_id: str | None,
        local_id: str | None = None,
        account_id: str | None = None,
        created_at: str | None = None,
        *,
        text: str | None = None,
        urls: Sequence[str | None] | None = None,
        hashtags: Sequence[str | None] | None = None,
        mentions: Sequence[str | None] | None = None,
    ) -> None:
        """Put down a post that others refer to, which is no row by itself; and its local id."""
        known = (post_id, local_id, account_id, created_at, text, urls, hashtags, mentions, self.platform)
        self._known.setdefault((post_id, local_id), known)

    def call(self, local_id: str | None, account_id: str | None) -> None:
        """Put down that an account is called so by other records."""
        if local_id and account_id:
            self._names.add((local_id, account_id, self.platform))

    def profile(
        self,
        account_id: str | None,
        *,
        name: str | None = None,
        created_at: str | None = None,
        followers: int | None = None,
        following: int | None = None,
        posts: int | None = None,
        description: str | None = None,
        seen_at: str | None = None,
    ) -> None:
        """Put down what is known of an account, and when it was true."""
        known = (account_id, name, created_at, followers, following, posts, description, seen_at, self.platform)
        before = self._profiles.setdefault(account_id, known)
        if known != before and (seen_at or "", repr(known)) > (before[-2] or "", repr(before)):
            self._profiles[account_id] = known

    def each(self, records: Iterable[Any], put: Callable[[Any], None]) -> None:
        """Put down records one by one; those that are not shaped as their format says are dropped and counted."""
        for record in records:
            before = len(self._posts)
            try:
                put(record)
            except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
                if isinstance(error, InputError):
                    raise
                if len(self._posts) == before:
                    self.drop(MISSHAPEN)
                else:  # the post is sound, what is said of its account is not
                    self.unknown["records could be read only in part"] += 1

    def drop(self, reason: str) -> None:
        """Count a record that is no post."""
        self.dropped[reason] += 1

    def take(self) -> pl.DataFrame:
        """The posts put down so far, as a table; those with values of wrong kinds are dropped and counted."""
        posts, self._posts = self._posts, []
        try:
            return _table(posts, _POST_TYPES)
        except (TypeError, OverflowError, pl.exceptions.PolarsError):
            sound = [post for post in posts if _is_sound(post, _POST_TYPES)]
            self.dropped[MISSHAPEN] += len(posts) - len(sound)
            return _table(sound, _POST_TYPES)

    def known(self) -> pl.DataFrame:
        """All posts that others refer to."""
        return _sound_table(self._known.values(), _KNOWN_TYPES)

    def names(self) -> pl.DataFrame:
        """What other records call accounts."""
        return _sound_table(self._names, _NAME_TYPES)

    def profiles(self) -> pl.DataFrame:
        """All profiles; those with values of wrong kinds are left out."""
        return _sound_table(self._profiles.values(), _PROFILE_TYPES)


def _sound_table(rows: Collection[tuple[Any, ...]], types: Mapping[str, pl.DataType]) -> pl.DataFrame:
    try:
        return _table(rows, types)
    except (TypeError, OverflowError, pl.exceptions.PolarsError):
        return _table([row for row in rows if _is_sound(row, types)], types)


def _table(rows: Iterable[tuple[Any, ...]], types: Mapping[str, pl.DataType]) -> pl.DataFrame:
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    pairs = zip(types.items(), columns, strict=True)
    return pl.DataFrame([pl.Series(name, values, dtype=kind, strict=True) for (name, kind), values in pairs])


def _is_sound(row: tuple[Any, ...], types: Mapping[str, pl.DataType]) -> bool:
    return all(value is None or _fits(value, kind) for value, kind in zip(row, types.values(), strict=True))


def _fits(value: object, kind: pl.DataType) -> bool:
    if isinstance(kind, pl.List):
        return isinstance(value, list) and all(item is None or isinstance(item, str) for item in value)
    if kind == pl.Int64:
        return type(value) is int and abs(value) < 2**63
    return isinstance(value, bool if kind == pl.Boolean else str)


def identity(value: object) -> str | None:
    """An id as text, exactly; None where there is none.

    Raises
    ------
    InputError
        If it is a number with a decimal point or an exponent, which cannot be exact.

    Examples
    --------
    >>> identity(1582218195625938947), identity("0012"), identity(None)
    ('1582218195625938947', '0012', None)
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        raise InputError(
            "ids are floats, which cannot hold ids above 2^53 exactly",
            got=value,
            remedy="Fetch the data again with ids as text.",
        )
    if type(value) is int:
        return str(value)
    raise TypeError(f"an id is {type(value).__name__}")


def digest(text: str) -> str:
    """A short name for a text, the same everywhere."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def chosen(*candidates: Any) -> Any:
    """The first value that is stated."""
    return next((value for value in candidates if value not in (None, "", [], {})), None)
