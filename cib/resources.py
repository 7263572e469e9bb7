"""Limits of threads and memory per call; results do not depend on them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.util import find_spec

from cib.errors import SettingsError

__all__ = ["check_memory", "limited", "n_bytes", "n_threads"]

#: Peak memory of a detection in bytes: constant part, and per action; see ``benchmarks/memory.py``. Tables are kept in
#: files with PyArrow only, see :mod:`cib.mapped`.
FIXED, AN_ACTION = 700_000_000, 350 if find_spec("pyarrow") else 900

_UNITS = {"": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}

_limit: ContextVar[int | None] = ContextVar("threads", default=None)


def n_threads(threads: int | None = None) -> int:
    """Return the number of threads of a kernel: `threads`, or the limit of the call, or one per core."""
    return threads or _limit.get() or os.cpu_count() or 1


@contextmanager
def limited(threads: int | None) -> Iterator[None]:
    """Limit the threads of kernels within the context. The threads of Polars are set by ``POLARS_MAX_THREADS``.

    >>> with limited(1):
    ...     n_threads()
    1
    """
    token = _limit.set(threads)
    try:
        yield
    finally:
        _limit.reset(token)


def n_bytes(memory: str | int) -> int:
    """Convert an amount of memory to bytes.

    >>> n_bytes("1.5 GB"), n_bytes(2048)
    (1500000000, 2048)
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kMGT]?B)?\s*", str(memory), re.IGNORECASE)
    unit = (found[2] or "").upper().replace("KB", "kB") if found else ""
    if isinstance(memory, bool) or not found or unit not in {*_UNITS, "B"}:
        raise SettingsError(
            f"max_memory={memory!r} is no amount of memory", remedy="Write '8GB', '500 MB', or a number of bytes."
        )
    return round(float(found[1]) * _UNITS.get(unit, 1))


def check_memory(actions: int, max_memory: str | int | None) -> None:
    """Check that the expected peak memory of a detection, ``FIXED + actions * AN_ACTION`` bytes, is within the limit.

    Parameters
    ----------
    actions : int
    max_memory : str or int, optional
        Memory limit, such as ``'8GB'``, or a number of bytes.

    Raises
    ------
    SettingsError
        If the expected memory, as measured on simulated data, exceeds the limit.
    """
    if max_memory is None:
        return
    allowed, needed = n_bytes(max_memory), FIXED + actions * AN_ACTION
    if needed > allowed:
        raise SettingsError(
            f"the detection of {actions:,} actions takes about {needed / 1e9:.1f} GB",
            where="max_memory",
            got=f"{allowed / 1e9:.1f} GB",
            remedy=f"Allow more, or take a shorter span: at most {max(allowed - FIXED, 0) // AN_ACTION:,} actions fit, "
            "see Activity.between().",
        )
