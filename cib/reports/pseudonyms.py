"""Pseudonyms of ids: keyed BLAKE2b hashes whose key is discarded.

Without the key the ids cannot be recovered by enumeration, as they can from an unkeyed hash of a number. Within one set
of pseudonyms equal ids have equal pseudonyms, so that a report or release is consistent; pseudonyms of different sets
are unrelated.
"""

from __future__ import annotations

import secrets
from hashlib import blake2b

import polars as pl

__all__ = ["Pseudonyms"]


#: Digits of a hash are written as letters, since a pseudonym should not look like an id.
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


class Pseudonyms:
    """Set of pseudonyms under one random key, which is never stored.

    Examples
    --------
    >>> names = Pseudonyms()
    >>> names.of("account", "42") == names.of("account", "42") != Pseudonyms().of("account", "42")
    True
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._known: dict[tuple[str, str], str] = {}  # cache, as ids occur many times

    def of(self, kind: str, identifier: str) -> str:
        """Return the pseudonym of an id; equal ids of different kinds have different pseudonyms."""
        name = self._known.get((kind, identifier))
        if name is None:
            digest = blake2b(identifier.encode(), digest_size=8, key=self._key, person=kind.encode()[:16])
            name = f"{kind}-{digest.hexdigest().translate(_LETTERS)}"
            self._known[kind, identifier] = name
        return name

    def of_all(self, kind: str, identifiers: pl.Series) -> pl.Series:
        """Return the pseudonym of each id, null for null."""
        known = identifiers.drop_nulls().unique()
        names = pl.Series([self.of(kind, each) for each in known], dtype=pl.String)
        return identifiers.replace_strict(known, names, default=None, return_dtype=pl.String)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("pseudonyms are not stored: their key is thrown away")
