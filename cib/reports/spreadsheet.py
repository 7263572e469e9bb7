"""Spreadsheet (.xlsx) of results: ids are text cells, and no text becomes a formula or link."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from cib.errors import MissingDependencyError
from cib.reports.files import atomically, flat

__all__ = ["write_spreadsheet"]

#: Maximum number of rows of a sheet, and of characters of a cell.
MAX_ROWS, MAX_TEXT = 1_048_576, 32_767

_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "constant_memory": True,
}


def write_spreadsheet(tables: Mapping[str, pl.DataFrame], about: Mapping[str, Any], path: Path) -> None:
    """Write one sheet per table, preceded by a sheet of metadata.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Tables by sheet name. Times are written as text in UTC. Rows and texts beyond the limits of the format are
        truncated, which the first sheet states.
    about : mapping
        Plain values, one row each on the first sheet.
    path : Path

    Raises
    ------
    MissingDependencyError
        If XlsxWriter is not installed.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        raise MissingDependencyError(
            "spreadsheets need XlsxWriter", remedy="Install it: pip install 'cib-detect[xlsx]'."
        ) from error

    ready = {name: _cells(table) for name, table in tables.items()}
    cut = {name: f"{table.height - MAX_ROWS + 1:,} rows" for name, table in ready.items() if table.height >= MAX_ROWS}
    rows = {**about, "left out for want of space": cut, "cut texts": f"end in … after {MAX_TEXT:,} characters"}
    told = pl.DataFrame({"about": list(rows), "value": [_words(value) for value in rows.values()]})

    def write(target: Path) -> None:
        with Workbook(target, _OPTIONS) as book:
            book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 equal results, equal bytes
            text = book.add_format({"num_format": "@"})  # text format, so that an edited cell remains text
            for name, table in {"about": _cells(told), **ready}.items():
                sheet = book.add_worksheet(name)
                sheet.freeze_panes(1, 0)
                sheet.set_column(0, table.width - 1, 18)
                for k, row in enumerate((table.columns, *table.head(MAX_ROWS - 1).iter_rows())):
                    for column, value in enumerate(row):
                        if isinstance(value, str):
                            sheet.write_string(k, column, value, text)
                        elif value is not None:
                            sheet.write_number(k, column, value)

    atomically(path, write)


def _cells(table: pl.DataFrame) -> pl.DataFrame:
    """Convert a table to texts of at most `MAX_TEXT` characters and finite numbers."""
    plain = flat(table).with_columns(
        pl.selectors.temporal().dt.strftime("%Y-%m-%d %H:%M:%S"),
        pl.selectors.boolean().cast(pl.Int8),
        pl.when(pl.selectors.float().is_finite()).then(pl.selectors.float()),
    )
    text = pl.col(pl.String)
    kept = text.str.slice(0, MAX_TEXT - 1)
    return plain.with_columns(pl.when(text.str.len_chars() > MAX_TEXT).then(kept + "…").otherwise(text))


def _words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
