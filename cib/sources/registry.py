"""List the known formats: one file each in ``formats/``, and those of installed packages.

A package declares its formats as entry points in its ``pyproject.toml``; no other registration is needed::

    [project.entry-points."cib.formats"]
    newsroom = "newsroom_formats:NEWSROOM"

where ``NEWSROOM`` is a :class:`cib.Format`.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from cib.errors import SettingsError, did_you_mean
from cib.extensions import installed, load_extension
from cib.sources import formats
from cib.sources.format import Format

__all__ = ["GROUP", "known_formats", "named_format"]

GROUP = "cib.formats"


@cache
def known_formats() -> dict[str, Format]:
    """Return all formats by name; installed formats take precedence over built-in ones."""
    found: dict[str, Format] = {}
    for format in (*_installed(), *_built_in()):
        found.setdefault(format.name, format)
    return found


def named_format(name: str) -> Format:
    """Return the format of a name; raise an error that lists the known names if there is none.

    Examples
    --------
    >>> named_format("4cat").platform
    'x'
    """
    known = known_formats()
    if name not in known:
        hint = did_you_mean(name, known) or f"Take one of {', '.join(known)}."
        raise SettingsError(f"format={name!r} is not known", remedy=hint)
    return known[name]


def _built_in() -> list[Format]:
    modules = [import_module(f"{formats.__name__}.{module.name}") for module in iter_modules(formats.__path__)]
    return [value for module in modules for value in vars(module).values() if isinstance(value, Format)]


def _installed() -> list[Format]:
    found = []
    for name in sorted(installed(GROUP)):
        format = load_extension(GROUP, name)
        if not isinstance(format, Format):
            raise SettingsError(f"the format {name!r} is no cib.Format", got=f"a {type(format).__name__}")
        found.append(format)
    return found
