r"""Repair ids and replace words for missing values, before values are parsed.

* Text tables have no null and write words instead: ``NA``, ``nan``, ``None``, ``NULL``, ``\N``, ``-``. Such a word is a
  missing value in every column except prose. It may be the name of an acting account: it is kept if no other id is
  that word.
* Ids are kept as text. Ids in a column with gaps may have been converted to floats (``701.0``): below 2^53 they are
  restored, above it they are lost. Spreadsheets and exporters prefix ids with a sign to keep them as text.

All repairs are counted by column.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

import polars as pl

from cib.errors import InputError
from cib.sources.values import are_digits, row_of

__all__ = ["MISSING", "Tidied", "tidied"]

#: Words for a missing value.
MISSING = ("NA", "N/A", "#N/A", "<NA>", "nan", "NaN", "NaT", "None", "NULL", "Null", "null", "\\N", "-")

#: Word that R writes into every empty cell, including prose.
_OF_R = "NA"

_PROSE = re.compile(r"text|body|description|name|message|content|title|caption|bio|location|about|note", re.IGNORECASE)
_ID = re.compile(r"ids?(?:_str)?$", re.IGNORECASE)

#: Integers below this value are exact as floats.
_EXACT = 2**53


class Tidied(NamedTuple):
    """A table with repaired ids and nulls for missing values."""

    table: pl.DataFrame
    missing: Mapping[str, int]  #: number of words for a missing value, by column
    repaired: Mapping[str, int]  #: number of repaired ids, by column
    notes: tuple[str, ...] = ()
    digits: frozenset[str] = frozenset()  #: columns of ids that are digits only


def tidied(table: pl.DataFrame, columns: Mapping[str, str], words: Collection[str], where: str) -> Tidied:
    """Repair the ids of a table, and replace words for missing values by null.

    Parameters
    ----------
    table : polars.DataFrame
        Columns with the source's names.
    columns : mapping of str to str
        Canonical column to the source's column.
    words : collection of str
        Words for a missing value; empty if the source has null.
    where : str
        Name of the source, for messages.

    Returns
    -------
    Tidied

    Raises
    ------
    InputError
        If ids were floats above 2^53.
    """
    missing: Mapping[str, int] = {}
    notes: tuple[str, ...] = ()
    ids = {theirs for ours, theirs in columns.items() if ours.endswith("_id")} | set(filter(_ID.search, table.columns))
    if words:
        table, missing, notes = _without_words(table, columns, ids, words)
    repaired: dict[str, int] = {}
    digits = frozenset(column.name for column in table if column.name in ids and are_digits(column))
    mended = []
    for column in table.iter_columns():
        if column.name in ids - digits:
            column, count = _mended(column, f"{where}, column {column.name!r}")  # noqa: PLW2901
            repaired |= {f"ids in {column.name!r} freed of what stood around them": count} if count else {}
        mended.append(column)
    return Tidied(pl.DataFrame(mended), missing, repaired, notes, digits)


def _mended(column: pl.Series, where: str) -> tuple[pl.Series, int]:
    """Remove characters added to ids, and return the number of ids repaired."""
    if column.dtype.is_float() or column.dtype.is_decimal():
        return _whole(column, where)
    if column.dtype != pl.String:
        return column, 0
    first = column.drop_nulls().head(1)
    prefixed = bool(first.str.contains(r"^x\d{5,}$").any()) and bool(column.str.contains(r"^x\d+$").all())
    odd = column.str.contains(r"""^\s|\s$|^['=]|\.0$""") if not prefixed else column.is_not_null()
    if not odd.any():
        return column, 0
    bare = column.filter(odd.fill_null(False))
    bare = bare.str.strip_chars().str.replace(r'^="([^"]*)"$', "$1").str.replace(r"^'(\w)", "$1").str.strip_chars()
    whole = bare.str.extract(r"^(\d+)\.0+$")
    if (whole.cast(pl.UInt64, strict=False) >= _EXACT).any() or (whole.str.len_bytes() > 19).any():
        raise _inexact(where, bare.filter(whole.is_not_null()).sort(descending=True)[0])
    bare = whole.zip_with(whole.is_not_null(), bare)
    bare = bare.str.strip_prefix("x") if prefixed else bare
    places = odd.fill_null(False).arg_true()
    return column.clone().scatter(places, bare), int((bare != column[places]).sum())


def _whole(column: pl.Series, where: str) -> tuple[pl.Series, int]:
    """Restore ids from decimal numbers: exact if whole and below 2^53, or of an exact type."""
    stated = column.fill_nan(None) if column.dtype.is_float() else column
    odd = stated.is_not_null() & ((stated != stated.floor()) | (column.dtype.is_float() & (stated.abs() >= _EXACT)))
    if odd.any():
        raise _inexact(row_of(odd, where), column.filter(odd)[0])
    exact = pl.Int64 if column.dtype.is_float() else pl.Int128
    return stated.cast(exact).cast(pl.String), len(stated) - stated.null_count()


def _inexact(where: str, got: object) -> InputError:
    return InputError(
        "ids are floats, which cannot hold ids above 2^53 exactly",
        where=where,
        got=got,
        remedy="Read them as text at the source, in pandas with pd.read_csv(..., dtype='string').",
    )


def _without_words(
    table: pl.DataFrame, columns: Mapping[str, str], ids: Collection[str], words: Collection[str]
) -> tuple[pl.DataFrame, dict[str, int], tuple[str, ...]]:
    acting = columns.get("account_id")
    text = [column for column in table.iter_columns() if column.dtype == pl.String]
    prose = {column.name for column in text if column.name not in ids and _is_prose(column.name, columns)}
    found = {column.name: _found(column, words) for column in text}
    elsewhere = {word for name in ids - {acting} for word in found.get(name, {})}  # type: ignore[operator]
    of_r = any(_OF_R in found[name] for name in found.keys() - prose - {acting}) and _OF_R in words
    notes: tuple[str, ...] = ()
    missing: dict[str, int] = {}
    emptied = []
    for name, counts in found.items():
        gone = set(counts)
        if name == acting:
            kept = gone - elsewhere
            gone -= kept
            notes += tuple(f"an account is called {word!r}: kept, for no other id is" for word in sorted(kept))
        elif name in prose:
            gone &= {_OF_R} if of_r else set()
        if gone:
            missing[name] = sum(counts[word] for word in gone)
            emptied.append(pl.when(~pl.col(name).is_in(sorted(gone))).then(name))
    return table.with_columns(emptied), missing, notes


def _is_prose(name: str, columns: Mapping[str, str]) -> bool:
    ours = next((ours for ours, theirs in columns.items() if theirs == name), None)
    return ours == "text" if ours else bool(_PROSE.search(name))


def _found(column: pl.Series, words: Collection[str]) -> dict[str, int]:
    """Count the words for a missing value in a column."""
    short = column.filter(column.str.len_bytes() <= max(map(len, words)))
    found = short.filter(short.is_in(list(words)))
    return dict(found.value_counts().iter_rows()) if len(found) else {}
