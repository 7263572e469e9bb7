"""Progress of long work: a line a stage, on standard error, so that pipes and notebooks stay clean."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["say", "stage"]


def say(message: str, progress: bool) -> None:
    """Print one line to standard error if `progress` is true."""
    if progress:
        print(message, file=sys.stderr, flush=True)


@contextmanager
def stage(name: str, progress: bool) -> Iterator[None]:
    """Say how long the enclosed work took."""
    start = time.perf_counter()
    yield
    say(f"  {name:<40} {time.perf_counter() - start:7.1f} s", progress)
