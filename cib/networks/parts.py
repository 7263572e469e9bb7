"""Parts of tables: each network holds its rows of tables of all networks, which are sliced when they are read.

A frame of ten columns takes some 10 kB beside its values, so that ten thousand networks with five frames each took half
a gigabyte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

import numpy as np
import polars as pl

__all__ = ["Part", "changed", "concatenated", "cut", "part_of", "sliced"]

_Holder = TypeVar("_Holder")


class Part(NamedTuple):
    """The rows from `start` to `stop` of a table."""

    table: pl.DataFrame
    start: int
    stop: int


def cut(table: pl.DataFrame, key: str) -> tuple[dict[Any, Any], Any]:
    """Return the :class:`Part` of each value of a column, and one without rows; without that column."""
    if not table[key].is_sorted():
        table = table.sort(key, maintain_order=True)
    runs = table[key].rle().struct.unnest()
    stops = runs["len"].cum_sum()
    rest = table.drop(key).rechunk()  # each chunk of a part takes memory
    spans = zip(runs["value"], stops - runs["len"], stops, strict=True)
    return {value: Part(rest, start, stop) for value, start, stop in spans}, Part(rest, 0, 0)


def sliced(*names: str) -> Callable[[type[_Holder]], type[_Holder]]:
    """Let fields of a dataclass take a :class:`Part` in place of a frame; they read as frames."""

    def decorate(holder: type[_Holder]) -> type[_Holder]:
        for name in names:
            setattr(holder, name, _Field(name))
        return holder

    return decorate


class _Field:
    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, holder: object, owner: type) -> Any:
        if holder is None:
            return self
        held = vars(holder)[self.name]
        return held.table.slice(held.start, held.stop - held.start) if isinstance(held, Part) else held

    def __set__(self, holder: object, value: pl.DataFrame | Part) -> None:
        vars(holder)[self.name] = value


def changed(holder: Any, **values: Any) -> Any:
    """Return a copy of a dataclass with other values; see :func:`dataclasses.replace`, which would slice its parts."""
    parts = {name: value for name, value in vars(holder).items() if isinstance(value, Part)}
    return replace(holder, **{**parts, **values})


def part_of(holder: object, name: str) -> Any:
    """Return the part or frame that a field holds, without slicing it."""
    return vars(holder)[name]


def concatenated(
    parts: Sequence[Any], columns: Sequence[str] | None = None
) -> tuple[pl.DataFrame, np.ndarray[Any, np.dtype[np.int64]]]:
    """Concatenate parts and frames; return `columns`, or those of the first, and the position in `parts` of each row.

    The rows of consecutive parts of one table are gathered at once.
    """
    frames, sizes = [], []
    for table, spans in _runs(parts):
        columns = table.columns if columns is None else columns
        starts, stops = np.array(spans).T
        lengths = stops - starts
        first = np.cumsum(lengths) - lengths
        rows = np.arange(lengths.sum()) + np.repeat(starts - first, lengths)
        frames.append(table.select(columns)[rows])
        sizes += lengths.tolist()
    together = pl.concat(frames, how="vertical_relaxed") if frames else pl.DataFrame()
    return together, np.repeat(np.arange(len(sizes)), sizes)


def _runs(parts: Iterable[Any]) -> Iterator[tuple[pl.DataFrame, list[tuple[int, int]]]]:
    """Yield each table and the spans of its rows, once for consecutive parts of one table."""
    spans = ((part if isinstance(part, Part) else Part(part, 0, part.height)) for part in parts)
    for _, alike in groupby(spans, lambda part: id(part.table)):
        some = list(alike)
        yield some[0].table, [(part.start, part.stop) for part in some]
