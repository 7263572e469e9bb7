"""Set-up of numba: the decorator, the types of arrays, and the grouping that several kernels share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["Codes", "Ints", "compiled", "grouped", "taken"]

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
_F = TypeVar("_F", bound=Callable[..., Any])


def compiled(function: _F) -> _F:
    """Make machine code of a function on first use, and keep it on disk."""
    return cast(_F, numba.njit(cache=True, nogil=True)(function))


@compiled
def grouped(codes: Codes, n_codes: int) -> tuple[Ints, Codes]:
    """Where the positions of each code begin, and the positions, in their present order: a stable counting sort."""
    starts = np.zeros(n_codes + 1, np.int64)
    for code in codes:
        starts[code + 1] += 1
    starts = np.cumsum(starts)
    filled = starts[:-1].copy()
    positions = np.empty(len(codes), np.int32)
    for k in range(len(codes)):
        positions[filled[codes[k]]] = k
        filled[codes[k]] += 1
    return starts, positions


@compiled
def taken(column: Any, order: Codes) -> Any:
    """`column[order]`, without the wider copy of `order` that NumPy makes."""
    result = np.empty(len(order), column.dtype)
    for k in range(len(order)):
        result[k] = column[order[k]]
    return result
