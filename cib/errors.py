"""What `cib` says when something is wrong.

Every error answers four questions: where, what, what was got, what to do. They are built here and
nowhere else, so that all messages read alike.

>>> raise InputError("the column 'account_id' is missing", where="posts.csv", got="columns a, b",
...                  remedy="Map it: columns={'account_id': 'a'}.")
Traceback (most recent call last):
    ...
cib.errors.InputError: posts.csv: the column 'account_id' is missing. Got columns a, b. Map it: ...
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "CibError",
    "CibWarning",
    "InputError",
    "MissingDependencyError",
    "PrecisionWarning",
    "SettingsError",
    "did_you_mean",
]


class CibError(Exception):
    """A problem that the user can mend; the message says how.

    Parameters
    ----------
    what : str
        What is wrong, one clause without a full stop.
    where : str, optional
        The file, row, column or argument.
    got : object, optional
        What was found instead.
    remedy : str, optional
        What to do, a full sentence.
    """

    def __init__(self, what: str, *, where: str = "", got: object = None, remedy: str = "") -> None:
        self.what, self.where, self.got, self.remedy = what, where, got, remedy
        message = f"{where}: {what}." if where else f"{what}."
        if got is not None:
            message += f" Got {got}."
        if remedy:
            message += f" {remedy}"
        super().__init__(message)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.where, self.got, self.remedy)


def _rebuild(kind: type[CibError], what: str, where: str, got: object, remedy: str) -> CibError:
    return kind(what, where=where, got=got, remedy=remedy)


class InputError(CibError, ValueError):
    """The data cannot be read as account activity."""


class SettingsError(CibError, ValueError):
    """An argument has a value that makes no sense."""


class MissingDependencyError(CibError, ImportError):
    """An optional library is needed for what was asked."""


class CibWarning(UserWarning):
    """Something that weakens a result without making it wrong."""


class PrecisionWarning(CibWarning):
    """The times are coarser than the window that is asked of them."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint at the nearest known name, or an empty string.

    >>> did_you_mean("hour_entropi", ["hour_entropy", "latency_median"])
    "Did you mean 'hour_entropy'?"
    """
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"Did you mean {near[0]!r}?" if near else ""
