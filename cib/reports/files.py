"""Results as files: Parquet and CSV.

Ids are written as they are: a data file is for joining, not for a spreadsheet. Files are written under a temporary
name and then moved into place, so a folder never holds half a file.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from cib.atomic import atomically
from cib.errors import InputError

if sys.platform != "win32":  # which has no such locks
    import fcntl

__all__ = [
    "alone_in",
    "atomically",
    "ensure_folder",
    "flat",
    "write_json",
    "write_parquet",
    "write_table",
]

_Frame = TypeVar("_Frame", pl.DataFrame, pl.LazyFrame)

#: Longer tables are written as Parquet only: no spreadsheet opens them, and they can take gigabytes.
MAX_CSV_ROWS = 1_000_000


def write_table(table: pl.DataFrame | pl.LazyFrame, folder: Path, name: str) -> None:
    """Write ``<name>.parquet`` and, unless it would be too long to open, ``<name>.csv``."""
    write_parquet(table, folder, name)
    written, file = pl.scan_parquet(folder / f"{name}.parquet", glob=False), folder / f"{name}.csv"
    if written.select(pl.len()).collect().item() > MAX_CSV_ROWS:
        file.unlink(missing_ok=True)  # of an earlier detection
    else:
        atomically(file, flat(written).sink_csv)


def write_parquet(table: pl.DataFrame | pl.LazyFrame, folder: Path, name: str) -> None:
    """Write ``<name>.parquet``."""
    atomically(folder / f"{name}.parquet", table.lazy().sink_parquet)


def write_json(values: Mapping[str, Any], path: Path, *, indent: int | None = 2) -> None:
    """Write plain values, keys sorted, so that equal values give equal bytes."""
    text = json.dumps(values, indent=indent, sort_keys=True, ensure_ascii=False, default=str) + "\n"
    atomically(path, lambda target: target.write_text(text, encoding="utf-8"))


def ensure_folder(path: str | Path) -> Path:
    """The folder, made if need be."""
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            "cannot make the folder to write into",
            where=str(folder),
            got=error,
            remedy="Choose another folder.",
        ) from error
    return folder


#: Folders that are this thread's own at the moment.
_OWN: ContextVar[frozenset[Path]] = ContextVar("own", default=frozenset())


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait until nobody else writes into a folder, so that all its files are of one detection: the last.

    Within it, the same thread may ask again. Windows has no locks of folders: there it does not wait.
    """
    place = folder.resolve()
    if sys.platform == "win32" or place in _OWN.get():
        yield
        return
    opened, before = os.open(place, os.O_RDONLY), _OWN.set(_OWN.get() | {place})
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        _OWN.reset(before)
        os.close(opened)  # which gives the lock back, as the end of the process would


def flat(table: _Frame) -> _Frame:
    """CSV has no lists: join them by spaces."""
    lists = [name for name, dtype in table.collect_schema().items() if isinstance(dtype, pl.List)]
    return table.with_columns(pl.col(lists).list.join(" ")) if lists else table
