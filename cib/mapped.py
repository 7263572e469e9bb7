"""Columns in files: the columns of large tables are kept on disk and mapped into memory while they are used.

A mapped column is an ordinary column with equal values. Its pages are read from a temporary file when they are used,
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
from pathlib import Path
from weakref import WeakKeyDictionary

import polars as pl

__all__ = ["FEWER", "LARGE", "mapped", "mapped_columns", "release_pages"]

#: Minimum number of rows of a table whose columns are mapped: of posts, and of edges or accounts.
LARGE, FEWER = 500_000, 50_000

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


def release_pages() -> None:
    """Return the pages of all mapped columns, and free memory of the C heap, to the operating system."""
    for content in list(_MAPS):
        content.madvise(mmap.MADV_DONTNEED)
    if _MAPS and sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc
        if trim is not None:
            trim(0)


def _written(column: pl.Series) -> mmap.mmap:
    """Write a column to a file without a name, and map the file."""
    descriptor, path = tempfile.mkstemp(prefix="cib-")
    try:
        table = column.rechunk().to_frame("column")
        table.write_ipc(path, compat_level=pl.CompatLevel.newest(), record_batch_size=max(len(column), 1))
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
