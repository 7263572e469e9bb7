r"""Parse a column of lists in any common notation into lists of text.

Supported are JSON (also with ``\u`` escapes, also lists of objects), Python (``['a', 'b']``, older files ``[a, b]``),
NumPy (``['a' 'b']``), R (``c("a", "b")``), PostgreSQL (``{a,b}``), and items separated by commas, semicolons, bars or
blanks. Hashtags contain none of these characters; links may, so links are separated only where the next one begins.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Collection
from typing import Any

import polars as pl

from cib.errors import InputError
from cib.sources.links import PICTURE, SHOWN
from cib.sources.values import Column, is_text_like, text

__all__ = ["lists"]

#: Fields of an object that are read, in order of preference.
_FIELDS = {
    "urls": ("unwound_url", "expanded_url", "expandedUrl", "expanded", "url"),
    "hashtags": ("tag", "text", "name", "hashtag", "title"),
    "mentions": ("id_str", "id", "user_id", "did", "screen_name", "username", "acct"),
}

#: A quoted word without escapes, and one that may contain escapes.
_QUOTED = r"""(?:'[^'"\\]*'|"[^'"\\]*")"""
_ESCAPED = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_NUMPY = re.compile(rf"\[\s*{_ESCAPED}(?:\s+{_ESCAPED})*\s*\]", re.DOTALL)

_BRACKETED = r"(?s)^\s*(?:c\s*\(.*\)|\[.*\]|\(.*\)|\{.*\})\s*$"
_SEPARATORS = {",": "commas", ";": "semicolons", "|": "bars"}


def lists(column: pl.Series, name: str, where: str, words: Collection[str] = ()) -> Column:
    """Parse a column into lists of text.

    Parameters
    ----------
    column : polars.Series
        Lists, or text in any of the notations above.
    name : {'urls', 'hashtags', 'mentions'}
        Content of the lists.
    where : str
        File and column, for messages.
    words : collection of str
        Words for a missing value inside a list.

    Returns
    -------
    Column
        Null where the value is missing; an empty list where the list is stated to be empty.

    Examples
    --------
    >>> cells = ['["a, b", "c"]', "['a' 'b']", "[a, b]", "#a|b", 'c("a", "b")', "[]", None]
    >>> lists(pl.Series(cells), "hashtags", "a.csv").values.to_list()
    [['a, b', 'c'], ['a', 'b'], ['a', 'b'], ['a', 'b'], ['a', 'b'], [], None]
    >>> lists(pl.Series(["https://a.org/x,y,https://b.org"]), "urls", "a.csv").values.to_list()
    [['https://a.org/x,y', 'https://b.org']]
    """
    notes: tuple[str, ...] = ()
    if isinstance(column.dtype, pl.Array):
        column = column.arr.to_list()
    elif column.dtype in (pl.String, pl.Null):
        column, notes = _split(text(column), name)
    inner = column.dtype.inner if isinstance(column.dtype, pl.List) else None
    if not (isinstance(inner, pl.DataType) and is_text_like(inner)):
        raise InputError("the column cannot hold lists of text", where=where, got=f"type {column.dtype}")
    strings = column.cast(pl.List(pl.String))
    stated = strings.list.eval(pl.element().filter(pl.element() != ""))
    if not words:
        return Column(stated, notes)
    kept = stated.list.eval(pl.element().filter(~pl.element().is_in(list(words))))
    return Column(kept, notes, int((stated.list.len() - kept.list.len()).sum() or 0))


def _without_marks(column: pl.Expr, name: str) -> pl.Expr:
    """Remove the sign of hashtags and mentions; remove links that show a post's own pictures."""
    item = pl.element()
    if name == "urls":
        return column.list.eval(item.filter(~item.str.contains(PICTURE)).str.replace(SHOWN, "${1}"))
    return column.list.eval(item.str.replace("^[#\uff03]" if name == "hashtags" else "^@", ""))


def _split(values: pl.Series, name: str) -> tuple[pl.Series, tuple[str, ...]]:
    """Parse each distinct text once: simple notations by pattern, all others one by one."""
    item, inner = pl.col("text"), pl.col("text").str.strip_chars().str.replace(r"^c\s*", "").str.slice(1).str.head(-1)
    bracketed = item.str.contains(_BRACKETED)
    read = (
        pl.when(item.str.contains(r"^\s*(?:\[[\d\s,]*\]|\w+\(0?\))\s*$")).then(
            item.str.replace("(0)", "", literal=True).str.extract_all(r"\d+"))
        .when(~bracketed).then(_parted(item, name))
        .when(~item.str.contains(r"""['"]""")).then(_parted(inner, name))
        .when(item.str.contains(rf"^\s*(?:c\s*)?[\[({{]\s*{_QUOTED}(?:[\s,]+{_QUOTED})*,?\s*[\])}}]\s*$")).then(
            item.str.extract_all(_QUOTED).list.eval(pl.element().str.strip_chars("'\"")))
    )  # fmt: skip
    distinct = pl.DataFrame({"text": values.unique().drop_nulls()}).with_columns(read=read, plain=~bracketed)
    hard = distinct.filter(pl.col("read").is_null())["text"]
    parsed = pl.Series([_one_list(value, name) for value in hard], dtype=pl.List(pl.String))
    known = pl.concat([distinct.drop_nulls("read").drop("plain"), pl.DataFrame({"text": hard, "read": parsed})])
    known = known.with_columns(_without_marks(pl.col("read"), name))
    joined = pl.DataFrame({"text": values}).join(known, on="text", how="left", maintain_order="left")["read"]
    return joined, _separators(distinct.filter("plain")["text"], name)


def _parted(cell: pl.Expr, name: str) -> pl.Expr:
    cell = cell.str.replace_all("#", " ", literal=True) if name == "hashtags" else cell
    by_blanks = cell.str.extract_all(r"\S+")
    by_signs = cell.str.replace_all(r"[,;|]", "\n").str.split("\n").list.eval(pl.element().str.strip_chars(" \t\r\"'"))
    apart = pl.when(cell.str.contains(r"[,;|]")).then(by_signs).otherwise(by_blanks)
    if name != "urls":
        return apart
    marked = cell.str.replace_all(r"[\s,;|]+(\w+://|www\.|pic\.)", "\n${1}").str.replace_all(r"\s+", "\n")
    links = marked.str.split("\n").list.eval(pl.element().str.strip_chars_end(",;|"))
    return pl.when(cell.str.contains("://", literal=True)).then(links).otherwise(apart)


def _separators(cells: pl.Series, name: str) -> tuple[str, ...]:
    """Return a note on the separators that occur in a column."""
    if name == "urls":
        cells = cells.str.extract(r"([,;|])\s*\w+://").drop_nulls()
    found = [word for sign, word in _SEPARATORS.items() if cells.str.contains(sign, literal=True).any()]
    return (f"was parted at {' and '.join(found)}",) if found else ()


def _one_list(value: str, name: str) -> list[str]:
    for parse in (json.loads, _literal):
        try:
            items = parse(value)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
        if isinstance(items, dict):
            items = [items]
        if isinstance(items, list | tuple | set):
            texts = [_text_of(item, name) for item in items]
            return [_encodable(item) for item in texts if item is not None]
    return [item.strip("'\" ") for item in value.strip()[1:-1].split(", ")]


def _literal(value: str) -> Any:
    value = value.strip()
    if _NUMPY.fullmatch(value):  # Python would concatenate adjacent words
        return [_literal(word) for word in re.findall(_ESCAPED, value)]
    if value.startswith("c("):
        return [json.loads(word) for word in re.findall(_ESCAPED, value)]
    with warnings.catch_warnings(action="ignore"):  # do not warn the user of stray backslashes in the data
        return ast.literal_eval(value)


def _text_of(item: Any, name: str) -> str | None:
    if isinstance(item, dict):
        item = next((item[field] for field in _FIELDS[name] if item.get(field)), None)
    return item if item is None or isinstance(item, str) else str(item)


def _encodable(item: str) -> str:
    """Replace lone surrogates, which cannot be encoded."""
    return item.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
