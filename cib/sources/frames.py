"""Convert a data frame of any supported library to a part of a source.

A part is a table from which selected columns can be loaded; files are parts too, so that all sources are handled alike.
Only the required columns are converted, one by one, so that an error names the column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import narwhals as nw
import polars as pl

from cib.engine import engine_of, fetch
from cib.errors import InputError, MissingDependencyError
from cib.sources.format import Format

__all__ = ["Loaded", "NoRowsError", "Part", "frame_part", "library_of", "repeated_name"]


class NoRowsError(InputError):
    """A file without rows: an error if it is the only file, otherwise a note."""


class Loaded(NamedTuple):
    """The rows of a part, with counts of lost and repaired rows."""

    table: pl.DataFrame
    lost: Mapping[str, int] = {}  #: rows of the source that are not in the table, by reason
    repaired: Mapping[str, int] = {}
    bad: tuple[int, ...] = ()  #: numbers of the unreadable lines, except a truncated last line
    accounts: pl.DataFrame | None = None  #: profiles found in the records
    known: pl.DataFrame | None = None  #: posts that the records refer to
    names: pl.DataFrame | None = None  #: names by which the records refer to accounts
    notes: tuple[str, ...] = ()
    formats: tuple[Format, ...] = ()  #: formats of the records
    mixed: frozenset[str] = frozenset()  #: text columns that also hold numbers with a decimal point
    missing: Mapping[str, int] = {}  #: number of words for a missing value, by column
    has_null: bool = True  #: whether the source has null; text tables write words for a missing value
    digits: frozenset[str] = frozenset()  #: columns of ids that are known to be digits only


@dataclass(frozen=True)
class Part:
    """One table of a source.

    Parameters
    ----------
    where : str
        Name of the part, for messages.
    names : tuple of str
        Column names; empty if the columns are canonical.
    load : callable
        Function that loads the columns of the given names.
    format : Format, optional
        The format, if it was recognised by records.
    """

    where: str
    names: tuple[str, ...]
    load: Callable[[Sequence[str]], Loaded]
    format: Format | None = None


def library_of(source: object) -> str | None:
    """Return the library of a frame that can be read, or None.

    Examples
    --------
    >>> library_of(pl.DataFrame()), library_of("posts.csv")
    ('polars', None)
    """
    if nw.dependencies.is_polars_dataframe(source) or engine_of(source):
        return "polars"
    if nw.dependencies.is_pandas_dataframe(source):
        return "pandas"
    return "pyarrow" if nw.dependencies.is_pyarrow_table(source) else None


def frame_part(source: Any, where: str) -> Part:
    """Create a part from a pandas or Polars frame, a PyArrow table, or a lazy frame.

    Parameters
    ----------
    source : frame
        Rows of a lazy frame are fetched when they are loaded.
    where : str
        Name of the frame, for messages.

    Returns
    -------
    Part

    Raises
    ------
    InputError
        If it is not such a frame, or two columns have the same name.
    """
    if library_of(source) is None:
        raise InputError(
            "this cannot be read",
            where=where,
            got=f"a {type(source).__module__.partition('.')[0]} {type(source).__qualname__}",
            remedy="Give a path, a list of paths, or a pandas, Polars, PyArrow, DuckDB or PySpark frame.",
        )
    lazy = nw.from_native(source) if engine_of(source) else None
    names = tuple(lazy.collect_schema() if lazy else map(str, getattr(source, "column_names", source.columns)))
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise repeated_name(repeated[0], where)

    def load(wanted: Sequence[str]) -> Loaded:
        if lazy:
            return Loaded(fetch(lazy.select(*wanted)))
        return Loaded(pl.DataFrame([_column(source, names.index(name), name, where) for name in wanted]))

    return Part(where, names, load)


def repeated_name(name: str, where: str) -> InputError:
    """Return the error for two columns of the same name."""
    return InputError(f"two columns are called {name!r}", where=where, remedy="Rename one of them.")


def _column(frame: Any, position: int, name: str, where: str) -> pl.Series:
    if isinstance(frame, pl.DataFrame):
        return frame.to_series(position)
    native = frame.iloc[:, position] if hasattr(frame, "iloc") else frame.column(position)
    try:
        column: pl.Series = nw.from_native(native, series_only=True).to_polars()
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            "pandas frames are taken over with PyArrow, which is missing",
            remedy="Install it: pip install 'cib-detect[pandas]'.",
        ) from error
    except (ArithmeticError, RuntimeError, TypeError, ValueError) as error:
        raise InputError(
            "the column mixes types",
            where=f"{where}, column {name!r}",
            got=f"{type(error).__name__}: {error}",
            remedy="Give it one type: text for ids.",
        ) from error
    return column.alias(name)
