"""Columns in files: the columns of large tables are kept on disk and mapped into memory while they are used.

A mapped column or array is an ordinary one with equal values. Its pages are read from a temporary file when used,
and count as memory of the process until :func:`release_pages` returns them to the operating system, which also takes
them back on its own when memory is short. The file has no name, so that it is gone when the column is.
Where the folder of temporary files is in memory, as ``/tmp`` on some systems, this saves nothing; set ``TMPDIR``.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import polars as pl
from numpy.typing import NDArray

__all__ = ["EDGES", "FEWER", "LARGE", "mapped", "mapped_array", "mapped_columns", "release_pages"]

_Number = TypeVar("_Number", bound=np.generic)

#: Minimum number of rows of a table whose columns are mapped: of posts, of edges, and of accounts with many columns.
LARGE, EDGES, FEWER = 1_000_000, 250_000, 50_000

#: Size of all mapped files from which on free memory is returned to the operating system, in bytes.
_TRIMMED = 6_000_000_000

#: Address of each mapped file.
_MAPS: WeakKeyDictionary[mmap.mmap, int] = WeakKeyDictionary()


def mapped(column: pl.Series, least: int = LARGE) -> pl.Series:
    """Move a column to a temporary file and map it into memory.

    Parameters
    ----------
    column : polars.Series
    least : int
        Minimum number of rows.

    Returns
    -------
    polars.Series
        With equal values. The column itself if it has fewer rows, at most one byte per row or a file already, if
        PyArrow is missing, or if the folder of temporary files (environment variable ``TMPDIR``) is full.

    Examples
    --------
    >>> mapped(pl.Series(["a", None]), least=1).to_list()
    ['a', None]
    """
    if len(column) < least or column.dtype in (pl.Enum, pl.Boolean) or not hasattr(mmap.mmap, "madvise"):
        return column
    try:
        import pyarrow as pa
    except ImportError:
        return column
    if _is_mapped(column):
        return column
    try:
        content = _written(column)
    except (OSError, pl.exceptions.PolarsError):
        return column
    buffer = pa.py_buffer(content)
    table = pa.ipc.open_file(buffer).read_all()
    read = pl.from_arrow(table, rechunk=False).to_series().rename(column.name)  # type: ignore[union-attr]
    if read.dtype != column.dtype or read.n_chunks() > 1:
        return column
    _MAPS[content] = buffer.address
    return read.set_sorted() if column.flags["SORTED_ASC"] else read


def mapped_columns(table: pl.DataFrame, least: int = LARGE) -> pl.DataFrame:
    """Map all columns of a table, see :func:`mapped`."""
    return pl.DataFrame([mapped(column, least) for column in table.iter_columns()])


def mapped_array(values: NDArray[_Number], least: int = LARGE) -> NDArray[_Number]:
    """Move an array of numbers to a temporary file and map it into memory, read-only; see :func:`mapped`.

    Examples
    --------
    >>> mapped_array(np.array([1, 2]), least=1).tolist()
    [1, 2]
    """
    if not 0 < least <= len(values) or not hasattr(mmap.mmap, "madvise"):
        return values
    try:
        content = _mapped_file(values.tofile)
    except OSError:
        return values
    read = np.frombuffer(content, values.dtype)
    _MAPS[content] = read.ctypes.data
    return read


def release_pages() -> None:
    """Return the pages of all mapped columns to the operating system; of large data also free memory of the C heap.

    The free memory of small data is soon used again, and takes time to return and to get.
    """
    contents = list(_MAPS)
    for content in contents:
        content.madvise(mmap.MADV_DONTNEED)
    if sum(map(len, contents)) > _TRIMMED and sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc
        if trim is not None:
            trim(0)


def _written(column: pl.Series) -> mmap.mmap:
    """Write a column to a file without a name, and map the file."""
    table, newest = column.rechunk().to_frame("column"), pl.CompatLevel.newest()
    write = partial(table.write_ipc, compat_level=newest, record_batch_size=max(len(column), 1))
    return _mapped_file(write)


def _mapped_file(write: Callable[[str], object]) -> mmap.mmap:
    """Map a temporary file that `write` fills; it has no name afterwards."""
    descriptor, path = tempfile.mkstemp(prefix="cib-")
    try:
        write(path)
        return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    finally:
        os.close(descriptor)
        Path(path).unlink()


def _is_mapped(column: pl.Series) -> bool:
    """Return whether the first values of a column are in a mapped file."""
    if column.n_chunks() > 1:
        return False
    buffers = column.to_arrow(compat_level=pl.CompatLevel.newest()).buffers()[1:]
    first = next((buffer.address for buffer in buffers if buffer), 0)
    return any(start <= first < start + len(content) for content, start in list(_MAPS.items()))
