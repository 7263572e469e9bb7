"""Count the fields of each CSV row in compiled code, to detect shifted columns.

The CSV engine fills short rows with nulls, and ignores excess fields of long rows if the last columns are not
requested: neither would be noticed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["field_counts"]

#: Size in bytes from which compiled code outweighs the half second that importing numba takes.
SMALL = 1 << 22

_QUOTE, _LINE_END, _RETURN = ord('"'), ord("\n"), ord("\r")


def field_counts(text: bytes, separator: str) -> NDArray[np.int32]:
    r"""Count the fields of each row.

    Parameters
    ----------
    text : bytes
        Whole rows; separators and line ends inside quotes are ignored.
    separator : str
        One ASCII character.

    Returns
    -------
    numpy.ndarray of int32, shape (rows,)
        0 for an empty line.

    Examples
    --------
    >>> field_counts(b'a,"b,\n",c\n\nd', ",").tolist()
    [3, 0, 1]
    """
    data = np.frombuffer(text, np.uint8)
    if len(text) < SMALL:
        return _count_small(data, ord(separator))
    rows = text.count(b"\n") + 1  # an upper bound: line ends inside quotes end no row
    counts = np.empty(rows, np.int32)
    return counts[: _compiled()(data, ord(separator), counts)]


def _count_small(data: NDArray[np.uint8], separator: int) -> NDArray[np.int32]:
    """Count the fields of each row with NumPy, in several passes."""
    outside = np.cumsum(data == _QUOTE) % 2 == 0
    ends = np.flatnonzero((data == _LINE_END) & outside)
    bounds = np.unique([0, *(ends + 1), len(data)])

    def sums(true: NDArray[np.bool_]) -> NDArray[np.int64]:
        added = np.concatenate([[0], np.cumsum(true)])[bounds]
        each: NDArray[np.int64] = added[1:] - added[:-1]
        return each

    signs = sums((data != _RETURN) & ~((data == _LINE_END) & outside))
    counts = np.where(signs > 0, sums((data == separator) & outside) + 1, 0).astype(np.int32)
    return counts[: len(ends) + (len(signs) > len(ends) and signs[-1] > 0)]


@cache
def _compiled() -> Callable[[NDArray[np.uint8], int, NDArray[np.int32]], int]:
    from cib.compiled import BYTES, INT, WRITE_CODES, compiled

    return compiled(BYTES, INT, WRITE_CODES)(_count)


def _count(data: NDArray[np.uint8], separator: int, counts: NDArray[np.int32]) -> int:
    row, fields, empty, inside = 0, 1, True, False
    for byte in data:
        if byte == _QUOTE:
            inside = not inside
            empty = False
        elif byte == _LINE_END and not inside:
            counts[row] = 0 if empty else fields
            row += 1
            fields, empty = 1, True
        elif byte == separator and not inside:
            fields += 1
            empty = False
        elif byte != _RETURN:
            empty = False
    if not empty:
        counts[row] = fields
        row += 1
    return row
