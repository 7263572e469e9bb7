"""Collect posts and profiles from JSON records, row by row.

A reader of a nested format parses one record at a time and adds its posts and profiles here, or the reason why it is
not a post. Only this step works row by row; all cleaning is done on whole tables later.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from cib.errors import InputError

__all__ = ["JOINED", "MISSHAPEN", "Rows", "chosen", "digest", "identity"]

#: Columns resolved by joining other records: local ids of the target, names of the accounts mentioned, and whether the
#: text is a truncated copy of the original.
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

#: Reason for dropping a record whose values have unexpected types.
MISSHAPEN = "unreadable record"


class Rows:
    """Collect posts and profiles while the records of a source are read; the latest profile of each account is kept.

    Attributes
    ----------
    dropped : Counter
        Number of records that are not posts, by reason.
    unknown : Counter
        Number of values that could not be interpreted, by description.
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
        """Add one action of an account.

        `withdrawn`: the account withdrew the post. `cut`: the text is a truncated copy of the target's. If the record
        refers to the target, its author or the accounts `named` by local ids or names, these are joined later
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
        """Add a post that other records refer to, which is not a row itself, with its local id."""
        known = (post_id, local_id, account_id, created_at, text, urls, hashtags, mentions, self.platform)
        self._known.setdefault((post_id, local_id), known)

    def call(self, local_id: str | None, account_id: str | None) -> None:
        """Add a name or local id by which other records refer to an account."""
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
        """Add a profile of an account, and the time at which it was observed."""
        known = (account_id, name, created_at, followers, following, posts, description, seen_at, self.platform)
        before = self._profiles.setdefault(account_id, known)
        if known != before and (seen_at or "", repr(known)) > (before[-2] or "", repr(before)):
            self._profiles[account_id] = known

    def each(self, records: Iterable[Any], put: Callable[[Any], None]) -> None:
        """Read records one by one; records that do not match their format are dropped and counted."""
        for record in records:
            before = len(self._posts)
            try:
                put(record)
            except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
                if isinstance(error, InputError):
                    raise
                if len(self._posts) == before:
                    self.drop(MISSHAPEN)
                else:  # the post is valid, the profile of its account is not
                    self.unknown["records could be read only in part"] += 1

    def drop(self, reason: str) -> None:
        """Count a record that is not a post."""
        self.dropped[reason] += 1

    def take(self) -> pl.DataFrame:
        """Return the posts added since the last call as a table; those with invalid values are dropped and counted."""
        posts, self._posts = self._posts, []
        try:
            return _table(posts, _POST_TYPES)
        except (TypeError, OverflowError, pl.exceptions.PolarsError):
            sound = [post for post in posts if _is_sound(post, _POST_TYPES)]
            self.dropped[MISSHAPEN] += len(posts) - len(sound)
            return _table(sound, _POST_TYPES)

    def known(self) -> pl.DataFrame:
        """Return all posts that other records refer to."""
        return _sound_table(self._known.values(), _KNOWN_TYPES)

    def names(self) -> pl.DataFrame:
        """Return the names by which other records refer to accounts."""
        return _sound_table(self._names, _NAME_TYPES)

    def profiles(self) -> pl.DataFrame:
        """Return all profiles; those with invalid values are left out."""
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
    """Convert an id to text exactly; None remains None.

    Raises
    ------
    InputError
        If it is a float, which cannot be exact.

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
    """Return a short hash of a text (BLAKE2b, 64 bits), equal on all machines."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def chosen(*candidates: Any) -> Any:
    """Return the first value that is neither None nor empty."""
    return next((value for value in candidates if value not in (None, "", [], {})), None)
