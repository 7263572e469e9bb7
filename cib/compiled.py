"""Set-up of numba: decorator, array types, cache of machine code, and grouping functions shared by kernels.

Machine code is compiled when a kernel is first loaded and cached for later processes. It is not compiled ahead of
time: numba has no supported compiler for that (``numba.pycc`` is deprecated), a distributed cache is rejected on
processors with other features, and kernels in C or Cython would need a wheel per platform and a compiler elsewhere.
Instead the kernels are few and simple: loops over arrays that their callers allocate. Slices, sorting and other
functions of NumPy, and each further type of argument, take longer to compile than all of the loops. So a kernel
declares its types. An array that it only reads is declared read-only, which accepts writable arrays as well, so that
it is compiled once.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

from cib.progress import say

__all__ = [
    "BYTES",
    "CODES",
    "FLOAT",
    "FLOATS",
    "HASHES",
    "INT",
    "INTS",
    "TABLE",
    "WRITE_BYTES",
    "WRITE_CODES",
    "WRITE_FLOATS",
    "WRITE_HASHES",
    "WRITE_INTS",
    "WRITE_TABLE",
    "Codes",
    "Hashes",
    "Ints",
    "compiled",
    "firsts",
    "found",
    "grouped",
    "in_threads",
    "inlined",
    "numbered",
    "record_array",
    "taken",
]

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Hashes = NDArray[np.uint64]
_CONFIG: Any = numba.config
_F = TypeVar("_F", bound=Callable[..., Any])


def _array(kind: Any, *, write: bool, dimensions: int = 1) -> Any:
    return types.Array(kind, dimensions, "C", readonly=not write)


#: Types of arguments. Arrays whose type has no prefix ``WRITE_`` may be read-only.
INT, FLOAT = types.int64, types.float64
BYTES, CODES, INTS, FLOATS, HASHES = (
    _array(kind, write=False) for kind in (types.uint8, types.int32, types.int64, types.float64, types.uint64)
)
WRITE_BYTES, WRITE_CODES, WRITE_INTS, WRITE_FLOATS, WRITE_HASHES = (
    _array(kind, write=True) for kind in (types.uint8, types.int32, types.int64, types.float64, types.uint64)
)
TABLE, WRITE_TABLE = (_array(types.int32, write=write, dimensions=2) for write in (False, True))


def record_array(kind: np.dtype[Any]) -> Any:
    """Return the type of a writable array of records."""
    return _array(numba.from_dtype(kind), write=True)


def compiled(*arguments: Any) -> Callable[[_F], _F]:
    """Compile a function for these types of arguments when it is loaded, and cache the code on disk where possible.

    Without types it is compiled for the types of each call.
    """

    def decorated(function: _F) -> _F:
        folder = kept_in(Path(function.__code__.co_filename).parent)
        chosen = _CONFIG.CACHE_DIR
        _CONFIG.CACHE_DIR = folder or ""  # for this function only: other packages may use another folder
        try:
            return cast(
                _F, numba.njit(arguments or None, cache=folder is not None, nogil=True, error_model="numpy")(function)
            )
        finally:
            _CONFIG.CACHE_DIR = chosen

    return decorated


def inlined(function: _F) -> _F:
    """Inline a function into each compiled function that calls it, which is faster to compile than a separate one."""
    return cast(_F, numba.njit(inline="always")(function))


@cache
def kept_in(source: Path) -> str | None:
    """Find the cache folder for the machine code of the source files in a folder.

    Returns
    -------
    str or None
        Empty for ``__pycache__`` next to the files; a user or temporary folder if that cannot be written to; None if
        no folder can be written to.
    """
    if _CONFIG.CACHE_DIR:
        return str(_CONFIG.CACHE_DIR)
    if _can_write(source / "__pycache__"):
        return ""
    own = f"cib-{os.getuid()}" if hasattr(os, "getuid") else "cib"
    for folder in (Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "cib", Path(tempfile.gettempdir()) / own):
        try:
            place = folder.expanduser()
            new = not place.exists()
        except (OSError, RuntimeError):  # no home folder, or no permission to read it
            continue
        if _can_write(place) and _is_own(place):
            say(f"Compiled code is kept in {place}: the folder of the package cannot be written to.", new)
            return str(place)
    _say_once("Compiled code cannot be kept, so each process waits for it: set NUMBA_CACHE_DIR to a folder of yours.")
    return None


@cache
def _say_once(message: str) -> None:
    say(message, True)


def _can_write(folder: Path) -> bool:
    """Return whether files can be created in a folder; create it if necessary, for this user only."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def _is_own(folder: Path) -> bool:
    """Return whether no other user can write to a folder."""
    about = folder.stat()
    return not hasattr(os, "getuid") or (about.st_uid == os.getuid() and not about.st_mode & 0o022)


def in_threads(work: Callable[[Any], object], parts: Sequence[Any], threads: int) -> None:
    """Call `work` with each part in up to `threads` threads; to start one takes as long as a small part."""
    if min(threads, len(parts)) < 2:
        for part in parts:
            work(part)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, parts))


def grouped(codes: Codes, n_codes: int) -> tuple[Ints, Codes]:
    """Group positions by code with a stable counting sort; return the offset of each code and the positions."""
    starts, positions = np.zeros(n_codes + 1, np.int64), np.empty(len(codes), np.int32)
    _group(codes, starts, np.empty(n_codes, np.int64), positions)
    return starts, positions


@compiled(CODES, WRITE_INTS, WRITE_INTS, WRITE_CODES)
def _group(codes: Codes, starts: Ints, filled: Ints, positions: Codes) -> None:
    """Count the codes, and write the position of each at the next free place of its code."""
    for k in range(len(codes)):
        starts[codes[k] + 1] += 1
    for code in range(len(filled)):
        filled[code] = starts[code]
        starts[code + 1] += starts[code]
    for k in range(len(codes)):
        positions[filled[codes[k]]] = k
        filled[codes[k]] += 1


def firsts(codes: Codes, groups: Codes, n_codes: int) -> NDArray[np.bool_]:
    """Return which positions are the first of their code within their group; equal groups are adjacent.

    >>> codes, groups = np.array([[1, 0, 1, 1], [0, 0, 0, 5]], np.int32)
    >>> firsts(codes, groups, 2).tolist()
    [True, True, False, True]
    """
    first = np.empty(len(codes), np.uint8)
    _mark_firsts(codes, groups, np.full(n_codes, -1, np.int32), first)
    return first.view(bool)


@compiled(CODES, CODES, WRITE_CODES, WRITE_BYTES)
def _mark_firsts(codes: Codes, groups: Codes, latest: Codes, first: NDArray[np.uint8]) -> None:
    """Compare the group of each position with the latest group of its code."""
    for k in range(len(codes)):
        first[k] = latest[codes[k]] != groups[k]
        latest[codes[k]] = groups[k]


#: Size of the first hash table.
_TABLE = 1 << 12


def numbered(hashes: Hashes) -> tuple[Codes, Codes, Hashes, Codes]:
    """Number distinct hashes in order of occurrence, with a hash table that grows.

    Returns
    -------
    codes : ndarray of int32, shape (n,)
        Number of each hash.
    firsts : ndarray of int32, shape (n_distinct,)
        Position of the first of each number.
    known : ndarray of uint64, shape (n_distinct,)
        Hash of each number.
    table : ndarray of int32
        The hash table, for :func:`found`.
    """
    codes, firsts = np.empty((2, len(hashes)), np.int32)
    known, n = np.empty(len(hashes), np.uint64), np.zeros(1, np.int64)
    table, done = np.full(_TABLE, -1, np.int32), 0
    while (done := _number(hashes, done, table, codes, firsts, known, n)) < len(hashes):
        table = np.full(4 * len(table), -1, np.int32)
    return codes, firsts[: n[0]], known[: n[0]], table


def found(hashes: Hashes, known: Hashes, table: Codes) -> Codes:
    """Find the number of each hash by the result of :func:`numbered`; -1 if it has none."""
    codes = np.empty(len(hashes), np.int32)
    _find(hashes, known, table, codes)
    return codes


@inlined
def _slot(value: Any, known: Hashes, table: Codes) -> Any:
    """Return the position of a hash in the table, or the free one where it would be."""
    slot = np.int64(value & np.uint64(len(table) - 1))
    while table[slot] >= 0 and known[table[slot]] != value:
        slot = (slot + 1) & (len(table) - 1)
    return slot


@compiled(HASHES, INT, WRITE_CODES, WRITE_CODES, WRITE_CODES, WRITE_HASHES, WRITE_INTS)
def _number(hashes: Hashes, done: int, table: Codes, codes: Codes, firsts: Codes, known: Hashes, n: Ints) -> int:
    """Number the hashes from `done` on until the table is half full; return the first that has no number."""
    for k in range(n[0]):
        table[_slot(known[k], known, table)] = k
    for k in range(done, len(hashes)):
        slot = _slot(hashes[k], known, table)
        if table[slot] < 0:
            if 2 * n[0] >= len(table):
                return k
            table[slot] = n[0]
            firsts[n[0]], known[n[0]] = k, hashes[k]
            n[0] += 1
        codes[k] = table[slot]
    return len(hashes)


@compiled(HASHES, HASHES, CODES, WRITE_CODES)
def _find(hashes: Hashes, known: Hashes, table: Codes, codes: Codes) -> None:
    """Write the number of each hash."""
    for k in range(len(hashes)):
        codes[k] = table[_slot(hashes[k], known, table)]


def taken(column: Any, order: Codes) -> Any:
    """Return ``column[order]``, without the int64 copy of `order` that NumPy makes."""
    result = np.empty(len(order), column.dtype)
    for k in range(0, len(order), _TAKEN):
        np.take(column, order[k : k + _TAKEN], out=result[k : k + _TAKEN], mode="clip")
    return result


#: Number of positions taken at a time.
_TAKEN = 1 << 16
