"""Check values read from JSON against their shape.

A shape is a type, a mapping of names to shapes (a trailing ``?`` marks an optional name), ``{str: shape}`` for any
names, ``[shape]`` for a list of any length, a tuple of alternatives, or a function that returns whether a value is
valid.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import orjson

from cib.errors import InputError

__all__ = ["check_shape", "count", "file_name", "number", "positive", "read_json"]

Shape = Any


def read_json(path: Path, shape: Shape, remedy: str) -> Any:
    """Read a JSON file and check its shape.

    Raises
    ------
    InputError
        If there is no such file, it is not valid JSON (nor are ``NaN`` and deep nesting), or it has another shape.
    """
    try:
        value = orjson.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise InputError("there is no such file", where=str(path), remedy=remedy) from error
    except (OSError, ValueError) as error:  # a NUL in the path is a ValueError, too
        raise InputError("cannot be read as JSON", where=repr(str(path))[1:-1], got=error, remedy=remedy) from error
    check_shape(value, shape, str(path), remedy)
    return value


def check_shape(value: Any, shape: Shape, where: str, remedy: str = "") -> None:
    """Raise an error for a value of another shape, which names the place where it differs.

    Examples
    --------
    >>> check_shape({"weights": {"speed": "fast"}}, {"weights": {str: number}}, "roles.json")
    Traceback (most recent call last):
        ...
    cib.errors.InputError: roles.json: 'weights.speed' is not what is written there. Got 'fast'.
    """
    place, found = _misfit(value, shape, "") or ("", None)
    if place:
        what = f"{place!r} is not what is written there" if place != "." else "this is not what is written there"
        raise InputError(what, where=where, got=f"{found!r:.80}", remedy=remedy)


def _misfit(value: Any, shape: Shape, at: str) -> tuple[str, Any] | None:
    """Find the first place where a value has another shape, and the value there."""
    if isinstance(shape, list) and isinstance(value, list):
        return _first((each, shape[0], f"{at}[{k}]") for k, each in enumerate(value))
    if isinstance(shape, dict) and isinstance(value, dict):
        return _misfit_inside(value, shape, at)
    return None if _fits(value, shape) else (at or ".", value)


def _misfit_inside(value: dict[str, Any], shape: dict[Any, Shape], at: str) -> tuple[str, Any] | None:
    if str in shape:
        return _first((each, shape[str], _inside(at, name)) for name, each in value.items())
    for name in shape:
        if not name.endswith("?") and name not in value:
            return _inside(at, name), None
    known = ((name.rstrip("?"), each) for name, each in shape.items())
    return _first((value[name], each, _inside(at, name)) for name, each in known if name in value)


def _fits(value: Any, shape: Shape) -> bool:
    if isinstance(shape, tuple):
        return any(_misfit(value, each, "") is None for each in shape)
    if isinstance(shape, type):
        return isinstance(value, shape) and (shape is bool or not isinstance(value, bool))
    return bool(shape(value)) if callable(shape) else value is shape


def _first(parts: Any) -> tuple[str, Any] | None:
    return next((found for part in parts if (found := _misfit(*part)) is not None), None)


def _inside(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def number(value: object) -> bool:
    """Return whether a value is a finite number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def positive(value: object) -> bool:
    """Return whether a value is a finite number above 0."""
    return number(value) and value > 0  # type: ignore[operator]


def count(value: object) -> bool:
    """Return whether a value is an integer, 0 or more."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def file_name(value: object) -> bool:
    """Return whether a value is the name of a file or folder inside of a folder, without a path to others.

    >>> [file_name(value) for value in ("ids-1.arrow", "../ids-1.arrow", "..", 1)]
    [True, False, False, False]
    """
    return isinstance(value, str) and value not in ("", ".", "..") and not set(value) & set("/\\:\0")
