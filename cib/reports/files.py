"""Write results to Parquet, CSV and JSON files.

Parquet files contain ids and texts unchanged. In CSV files an apostrophe is put before text that a spreadsheet program
would interpret as a formula, unless ``csv='exact'``. Files are written under a temporary name and then renamed, so that
a folder never contains a partial file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import orjson
import polars as pl

from cib.atomic import atomically
from cib.errors import SettingsError
from cib.mapped import release_pages

__all__ = [
    "CSV",
    "atomically",
    "check_csv",
    "flat",
    "safe_for_spreadsheets",
    "write_json",
    "write_parquet",
    "write_table",
]

_Frame = TypeVar("_Frame", pl.DataFrame, pl.LazyFrame)

#: Maximum number of rows of CSV files; longer tables are written as Parquet only.
MAX_CSV_ROWS = 1_000_000


#: Text in CSV files: ``'safe'`` (never interpreted as a formula by a spreadsheet program) or ``'exact'``.
CSV = Literal["safe", "exact"]

#: Text that a spreadsheet program interprets as a formula: an operator at the start of a cell, or after a character
#: that may be a cell separator, optionally after whitespace and invisible characters. Negative integers, such as
#: channel ids, are exempt.
_FORMULA, _NEGATIVE = r"(^|[;\t\r\n])([\s\p{C}]*)([-+=@\x{FF0B}\x{FF0D}\x{FF1D}\x{FF20}])", r"^-[0-9]+$"


def write_table(
    table: pl.DataFrame | pl.LazyFrame,
    folder: Path,
    name: str,
    metadata: Mapping[str, str] | None = None,
    csv: CSV = "safe",
) -> None:
    """Write ``<name>.parquet`` and, for at most :data:`MAX_CSV_ROWS` rows, ``<name>.csv``."""
    write_parquet(table, folder, name, metadata)
    written, file = pl.scan_parquet(folder / f"{name}.parquet", glob=False), folder / f"{name}.csv"
    if written.select(pl.len()).collect().item() > MAX_CSV_ROWS:
        file.unlink(missing_ok=True)  # remove the file of an earlier detection
    else:
        ready = flat(written)
        atomically(file, (ready if csv == "exact" else safe_for_spreadsheets(ready)).sink_csv)


def check_csv(csv: object) -> None:
    """Raise SettingsError unless `csv` is a value of :data:`CSV`."""
    if not isinstance(csv, str) or csv not in get_args(CSV):
        raise SettingsError(f"csv={csv!r} is no way to write CSV", remedy="Take 'safe' or 'exact'.")


def safe_for_spreadsheets(table: _Frame) -> _Frame:
    """Prefix text that a spreadsheet program would interpret as a formula with an apostrophe.

    >>> safe_for_spreadsheets(pl.DataFrame({"text": ["=1+1", "a;=1", "-100123", "2-1"]}))["text"].to_list()
    ["'=1+1", "a;'=1", '-100123', '2-1']
    """
    text = pl.col(pl.String)
    return table.with_columns(pl.when(text.str.contains(_NEGATIVE)).then(text).otherwise(_quoted(text)))


def _quoted(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(_FORMULA, "$1'$2$3")


def write_parquet(
    table: pl.DataFrame | pl.LazyFrame, folder: Path, name: str, metadata: Mapping[str, str] | None = None
) -> None:
    """Write ``<name>.parquet`` with `metadata` in its file metadata."""
    told = dict(metadata) if metadata else None
    atomically(
        folder / f"{name}.parquet", lambda path: table.lazy().sink_parquet(path, compression_level=1, metadata=told)
    )
    release_pages()


def write_json(values: Mapping[str, Any], path: Path, *, indented: bool = True) -> None:
    """Write plain values as JSON with sorted keys, so that equal values give equal bytes."""
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE
    options |= orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS  # serialized by `default=str`
    text = orjson.dumps(values, default=str, option=options | (orjson.OPT_INDENT_2 if indented else 0))
    atomically(path, lambda target: target.write_bytes(text))


def flat(table: _Frame) -> _Frame:
    """Join the elements of list columns by spaces, as CSV has no lists."""
    lists = [name for name, dtype in table.collect_schema().items() if isinstance(dtype, pl.List)]
    return table.with_columns(pl.col(lists).list.join(" ")) if lists else table
