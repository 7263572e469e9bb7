"""Errors and warnings of `cib`.

Every error message states where, what is wrong, what was found, and what to do. Messages are composed here,
so that all have the same form.

>>> raise InputError("the column 'account_id' is missing", where="posts.csv", got="columns a, b",
...                  remedy="Map it: columns={'account_id': 'a'}.")
Traceback (most recent call last):
    ...
cib.errors.InputError: posts.csv: the column 'account_id' is missing. Got columns a, b. Map it: ...
"""

from __future__ import annotations

import difflib
import inspect
import os
import warnings
from collections.abc import Iterable
from numbers import Integral
from pathlib import Path

__all__ = [
    "CibError",
    "CibWarning",
    "InputError",
    "MissingDependencyError",
    "PrecisionWarning",
    "SettingsError",
    "check_kind",
    "check_several",
    "check_whole",
    "did_you_mean",
    "warn",
]

#: Folder of the package.
_HERE = str(Path(__file__).parent) + os.sep


class CibError(Exception):
    """Base class of errors that the user can correct; the message says how.

    Parameters
    ----------
    what : str
        What is wrong, a clause without a full stop.
    where : str, optional
        File, row, column or argument.
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
    """An argument has an invalid value."""


class MissingDependencyError(CibError, ImportError):
    """An optional library that is needed is not installed."""


class CibWarning(UserWarning):
    """A condition that weakens a result without making it wrong."""


class PrecisionWarning(CibWarning):
    """The precision of the times is too coarse for the window."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Suggest the closest known name, or return an empty string.

    >>> did_you_mean("hour_entropi", ["hour_entropy", "latency_median"])
    "Did you mean 'hour_entropy'?"
    """
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"Did you mean {near[0]!r}?" if near else ""


def check_whole(argument: str, value: object, least: int) -> None:
    """Raise an error for a value that is not an integer of at least `least`.

    >>> check_whole("runs", 0, 1)
    Traceback (most recent call last):
        ...
    cib.errors.SettingsError: runs must be a whole number, 1 or more. Got 0. Take 1, say.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least:
        raise SettingsError(
            f"{argument} must be a whole number, {least} or more", got=f"{value!r:.80}", remedy=f"Take {least}, say."
        )


def check_kind(argument: str, value: object, kind: type) -> None:
    """Raise an error for a value that is not an instance of a public class.

    >>> class Rule: ...
    >>> check_kind("rule", None, Rule)
    Traceback (most recent call last):
        ...
    cib.errors.SettingsError: rule must be a cib.Rule. Got a NoneType. Write cib.Rule(...), or leave it out ...
    """
    if not isinstance(value, kind):
        raise SettingsError(
            f"{argument} must be a cib.{kind.__name__}",
            got=f"a {type(value).__name__}",
            remedy=f"Write cib.{kind.__name__}(...), or leave it out for the default.",
        )


def check_several(argument: str, values: object, example: str) -> None:
    """Raise an error for a single value in place of a list; the characters of a string would be taken for values.

    >>> check_several("windows", "60s", "['60s']")
    Traceback (most recent call last):
        ...
    cib.errors.SettingsError: windows must be a list. Got '60s'. Write windows=['60s'].
    """
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise SettingsError(f"{argument} must be a list", got=repr(values), remedy=f"Write {argument}={example}.")


def warn(message: str, kind: type[CibWarning] = CibWarning) -> None:
    """Issue a warning at the innermost line of code outside this package."""
    level, frame = 1, inspect.currentframe()
    while frame is not None and frame.f_code.co_filename.startswith(_HERE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, kind, stacklevel=level)
