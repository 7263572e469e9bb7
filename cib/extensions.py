"""Extensions: functions of users and of installed packages, by the names used in settings.

A function of a user is named ``package.module:name``. A package declares its extensions as entry points in its
``pyproject.toml``; no other registration is needed::

    [project.entry-points."cib.objects"]
    pictures = "our_package.pictures:shared_pictures"

The groups are ``cib.features``, ``cib.formats``, ``cib.layers``, ``cib.nulls``, ``cib.objects`` and ``cib.roles``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from cib.errors import SettingsError, did_you_mean

__all__ = ["find_extension", "installed", "load_extension", "load_reference", "reference_of"]


def installed(group: str) -> Mapping[str, EntryPoint]:
    """List the entry points of installed packages in a group such as ``'cib.nulls'``, by name."""
    return {point.name: point for point in entry_points(group=group)}


def find_extension(group: str, name: str) -> Any:
    """Load an extension by name, or return None if no installed package provides it.

    Parameters
    ----------
    group : str
    name : str
        Name of an entry point, or ``'package.module:name'``.
    """
    if ":" in name:
        return load_reference(name)
    point = installed(group).get(name)
    return None if point is None else _load(point)


def load_extension(group: str, name: str) -> Any:
    """Load an extension by name.

    Raises
    ------
    SettingsError
        If no installed package provides it, or it cannot be imported.

    Examples
    --------
    >>> load_extension("cib.features", "newsrooms")
    Traceback (most recent call last):
        ...
    cib.errors.SettingsError: no installed package brings features called 'newsrooms'. ...
    """
    found = find_extension(group, name)
    if found is None:
        names = installed(group)
        raise SettingsError(
            f"no installed package brings {group.removeprefix('cib.')} called {name!r}",
            remedy=did_you_mean(name, names)
            or f"Install one with an entry point in the group {group!r}; found: {', '.join(sorted(names)) or 'none'}.",
        )
    return found


def load_reference(reference: str) -> Any:
    """Import the object named by ``'package.module:name'``.

    Raises
    ------
    SettingsError
        If it cannot be imported.

    Examples
    --------
    >>> load_reference("cib.graphs.nulls.margins:chung_lu").__name__
    'chung_lu'
    """
    module, _, name = reference.partition(":")
    try:
        found: Any = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(
            f"{reference!r} cannot be imported",
            got=str(error),
            remedy="Put its module on the path of this Python, such as with PYTHONPATH, or install its package.",
        ) from error
    return found


def reference_of(function: Callable[..., Any]) -> str:
    """Return the name by which :func:`load_reference` finds a function.

    >>> from cib.graphs.nulls.margins import chung_lu
    >>> reference_of(chung_lu)
    'cib.graphs.nulls.margins:chung_lu'
    """
    name = getattr(function, "__qualname__", type(function).__qualname__)
    return f"{getattr(function, '__module__', '?')}:{name}"


def _load(point: EntryPoint) -> Any:
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        what = point.group.removeprefix("cib.")
        raise SettingsError(
            f"the {what} {point.name!r} cannot be imported", where=point.value, got=str(error)
        ) from error
