"""Report progress: one line per stage on standard error, separate from output on standard output.

The same lines are logged to the logger ``cib`` at level INFO, whether printed or not; it has only a null handler.
"""

from __future__ import annotations

import logging
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["SILENT", "Watch", "printable", "say", "stage"]

#: Default number of seconds between two lines of a :class:`Watch`.
_SAY_EVERY = 5.0


_LOG = logging.getLogger("cib")
_LOG.addHandler(logging.NullHandler())


def say(message: str, progress: bool) -> None:
    """Log a message, and print it to standard error if `progress` is true."""
    _LOG.info("%s", printable(message).strip())
    if progress:
        print(printable(message), file=sys.stderr, flush=True)


def printable(text: str) -> str:
    r"""Escape invisible characters, those that change the direction of text, and terminal control characters.

    >>> printable("evil\u202e\x1b[2Jtxt\n")
    'evilU+202EU+001B[2Jtxt\n'
    """
    return "\n".join(line if line.isprintable() else "".join(map(_spell, line)) for line in text.split("\n"))


def _spell(character: str) -> str:
    # categories C*: control, format, surrogate, private, unassigned; Zl and Zp break lines
    hides = unicodedata.category(character)[0] == "C" or unicodedata.category(character) in ("Zl", "Zp")
    return f"U+{ord(character):04X}" if hides else character


@contextmanager
def stage(name: str, progress: bool) -> Iterator[None]:
    """Report the duration of the enclosed block, and return its pages of mapped columns to the operating system."""
    start = time.perf_counter()
    yield
    from cib.mapped import release_pages  # imports Polars, which `cib --help` does without

    release_pages()
    say(f"  {name:<40} {time.perf_counter() - start:7.1f} s", progress)


class Watch:
    """Reports the progress of a long read at intervals.

    Parameters
    ----------
    progress : bool
        Whether to report anything.
    every : float
        Seconds between two lines.
    """

    def __init__(self, progress: bool, every: float = _SAY_EVERY) -> None:
        self._progress, self._every, self._said = progress, every, time.monotonic()

    def see(self, what: str, done: int, whole: int, unit: str) -> None:
        """Report that `done` of `whole` units are read, if the last report is long enough ago."""
        if self._progress and time.monotonic() - self._said >= self._every:
            self._said = time.monotonic()
            say(f"  reading {what}: {done:,} of {whole:,} {unit}", True)


#: Reports nothing.
SILENT = Watch(False)
