"""Names for ids that lead nowhere: keyed BLAKE2b, and the key is thrown away.

Without the key nobody can go through all possible ids until one fits, as one can with a plain hash of a
number. Within one set of pseudonyms equal ids have equal names, so that a report or a release hangs
together; two sets have nothing in common.
"""

from __future__ import annotations

import secrets
from base64 import b32encode
from hashlib import blake2b

import polars as pl

__all__ = ["Pseudonyms"]


class Pseudonyms:
    """One set of names; the key lives and dies with it.

    Examples
    --------
    >>> names = Pseudonyms()
    >>> names.of("account", "42") == names.of("account", "42") != Pseudonyms().of("account", "42")
    True
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._known: dict[tuple[str, str], str] = {}  # one id stands in many places

    def of(self, kind: str, identifier: str) -> str:
        """The name of one id; ids of different kinds have different names."""
        name = self._known.get((kind, identifier))
        if name is None:
            digest = blake2b(identifier.encode(), digest_size=8, key=self._key, person=kind.encode()[:16])
            name = f"{kind}-{b32encode(digest.digest()).decode().rstrip('=').lower()}"
            self._known[kind, identifier] = name
        return name

    def of_all(self, kind: str, identifiers: pl.Series) -> pl.Series:
        """The name of each id; null stays null."""
        known = identifiers.drop_nulls().unique()
        names = pl.Series([self.of(kind, each) for each in known], dtype=pl.String)
        return identifiers.replace_strict(known, names, default=None, return_dtype=pl.String)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("pseudonyms are not stored: their key is thrown away")
