"""Write files atomically."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

__all__ = ["atomically"]


def atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Call `write` with a temporary path in the folder of `path`, then move the complete file to `path`."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
