"""Sets of features that other packages bring, for the shell.

A package names them in its ``pyproject.toml``; they need not be registered anywhere else::

    [project.entry-points."cib.features"]
    newsrooms = "newsroom_features:FEATURES"

where ``FEATURES`` is whatever :class:`cib.FeatureSet` takes: a function, a list of functions, a set.
"""

from __future__ import annotations

from importlib.metadata import entry_points

from cib.errors import SettingsError, did_you_mean
from cib.features.standard import FeatureSet

__all__ = ["GROUP", "installed_features"]

GROUP = "cib.features"


def installed_features(name: str) -> FeatureSet:
    """A set that an installed package brings.

    Parameters
    ----------
    name : str
        As the package calls it.

    Returns
    -------
    FeatureSet

    Raises
    ------
    SettingsError
        If no installed package brings such a set, or what it brings cannot be imported.

    Examples
    --------
    >>> installed_features("newsrooms")
    Traceback (most recent call last):
        ...
    cib.errors.SettingsError: no installed package brings features called 'newsrooms'. ...
    """
    found = {point.name: point for point in entry_points(group=GROUP)}
    if name not in found:
        raise SettingsError(
            f"no installed package brings features called {name!r}",
            remedy=did_you_mean(name, found)
            or f"Install one with an entry point in the group {GROUP!r}; found: {', '.join(sorted(found)) or 'none'}.",
        )
    try:
        return FeatureSet(found[name].load())
    except (ImportError, AttributeError) as error:
        raise SettingsError(
            f"the features {name!r} cannot be imported", where=found[name].value, got=str(error)
        ) from error
