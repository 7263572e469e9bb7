"""Detect forked processes: a fork of a process that used cib has its locks but not its threads, and would deadlock.

The thread pool is that of Polars; ``multiprocessing`` forks by default on Linux up to Python 3.13.
"""

from __future__ import annotations

import os

from cib.errors import SettingsError

__all__ = ["check_not_forked"]

_state = {"used": False, "forked": False}


def check_not_forked() -> None:
    """Raise an error in a process that was forked from one that had used cib.

    Raises
    ------
    SettingsError
    """
    if _state["forked"]:
        raise SettingsError(
            "this process was forked from one that had used cib, whose threads it lacks: it would wait forever",
            remedy="Start it anew: multiprocessing.get_context('spawn').Pool(), or set_start_method('spawn').",
        )
    _state["used"] = True


def _remember() -> None:
    _state["forked"] = _state["used"]


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_remember)
