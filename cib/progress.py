"""Progress of long work: a line a stage, on standard error, so that pipes and notebooks stay clean.

The same lines go to the logger ``cib``, at level INFO, whether they are printed or not; it has no handler of its own.
"""

from __future__ import annotations

import logging
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["SILENT", "Watch", "printable", "say", "stage"]

#: Seconds between two lines about one piece of work.
_SAY_EVERY = 5.0


_LOG = logging.getLogger("cib")
_LOG.addHandler(logging.NullHandler())


def say(message: str, progress: bool) -> None:
    """Log one line, and print it to standard error if `progress` is true."""
    _LOG.info("%s", printable(message).strip())
    if progress:
        print(printable(message), file=sys.stderr, flush=True)


def printable(text: str) -> str:
    r"""The text with characters spelled out that show nothing, turn the reading around or command a terminal.

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
    """Say how long the enclosed work took."""
    start = time.perf_counter()
    yield
    say(f"  {name:<40} {time.perf_counter() - start:7.1f} s", progress)


class Watch:
    """Says now and then how far a long reading has come.

    Parameters
    ----------
    progress : bool
        Whether to say anything.
    every : float
        Seconds between two lines.
    """

    def __init__(self, progress: bool, every: float = _SAY_EVERY) -> None:
        self._progress, self._every, self._said = progress, every, time.monotonic()

    def see(self, what: str, done: int, whole: int, unit: str) -> None:
        """Take note that `done` of `whole` units are read; say so if it is time."""
        if self._progress and time.monotonic() - self._said >= self._every:
            self._said = time.monotonic()
            say(f"  reading {what}: {done:,} of {whole:,} {unit}", True)


#: Says nothing.
SILENT = Watch(False)
