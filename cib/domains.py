"""Domains of parameters: the valid values of public parameters, checked at each call.

>>> @takes(share=real(0, 1), runs=whole(1))
... def sample(share, runs=10):
...     return runs
>>> sample(0.5), sample(0.5, runs=3)
(10, 3)
>>> sample(float("nan"))
Traceback (most recent call last):
    ...
cib.errors.SettingsError: sample(): share must be a number from 0 to 1. Got nan. Take 1, say.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import wraps
from numbers import Integral, Real
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from cib.errors import SettingsError, did_you_mean
from cib.forks import check_not_forked

__all__ = [
    "ACTIVITY",
    "ANY_ACTIVITY",
    "ANY_TEXT",
    "COUNT",
    "DETECTION",
    "FLAG",
    "GRAPH",
    "GRAPHS",
    "IDS",
    "INSIDE",
    "LIMIT",
    "MAPPING",
    "OBJECTS",
    "PATH",
    "SEED",
    "SHARE",
    "TEXT",
    "THREADS",
    "WINDOW",
    "Domain",
    "check_fields",
    "check_lengths",
    "column",
    "either",
    "function",
    "instance",
    "one_of",
    "real",
    "several",
    "takes",
    "whole",
]

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Domain:
    """The set of valid values of a parameter.

    Parameters
    ----------
    says : str
        Description, to follow "must be".
    holds : callable
        Returns whether a value is in the domain.
    remedy : callable
        Returns what to do instead of an invalid value.
    """

    says: str
    holds: Callable[[Any], bool]
    remedy: Callable[[Any], str]

    def check(self, name: str, value: object, where: str = "") -> None:
        """Raise an error for a value that is not in the domain."""
        if not self.holds(value):
            raise SettingsError(f"{name} must be {self.says}", where=where, got=_told(value), remedy=self.remedy(value))


def _told(value: object) -> str:
    """Format a simple value itself, or the type of any other."""
    plain = value is None or isinstance(value, (bool, int, float, str, bytes))
    return f"{value!r:.80}" if plain else f"a {type(value).__name__}"


def whole(least: int = 0, most: int = 2**31 - 1) -> Domain:
    """Make the domain of integers between two bounds, inclusive."""
    return Domain(
        f"a whole number, {least} or more" if most == 2**31 - 1 else f"a whole number from {least} to {most}",
        lambda value: _is(value, Integral) and least <= int(value) <= most,
        lambda value: f"Take {most if _is(value, Integral) and value > most else least}, say.",
    )


def real(low: float = -math.inf, high: float = math.inf, *, above: bool = False, below: bool = False) -> Domain:
    """Make the domain of finite numbers between two bounds, inclusive unless `above` or `below`."""
    lower, upper = math.isfinite(low), math.isfinite(high)
    if lower and upper:
        most = "and below" if below else "and at most" if above else "to"
        says = f"a number {'above' if above else 'from'} {low:g} {most} {high:g}"
    else:
        says = (
            f"a number {'above' if above else 'from'} {low:g}{'' if above else ' on'}" if lower else "a finite number"
        )

    def holds(value: Any) -> bool:
        fits = _is(value, Real) and math.isfinite(value) and low <= value <= high
        return fits and not (above and value == low) and not (below and value == high)

    middle = (low + high) / 2 if lower and upper else low + 1 if lower else 0
    return Domain(says, holds, lambda _: f"Take {middle if above or below else high if upper else middle:g}, say.")


def _is(value: object, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def one_of(*names: str) -> Domain:
    """Make the domain of the given names."""
    return Domain(
        "a known name",
        lambda value: isinstance(value, str) and value in names,
        lambda value: did_you_mean(str(value), names) or f"Take one of {', '.join(map(repr, names))}.",
    )


def flag() -> Domain:
    """Make the domain of truth values, without others, of which ``"no"`` would be true."""
    return Domain(
        "True or False",
        lambda value: isinstance(value, bool) or type(value).__name__ == "bool",
        lambda _: "Say True or False.",
    )


def text() -> Domain:
    """Make the domain of strings that are not empty."""
    return Domain("a text", lambda value: isinstance(value, str) and value != "", lambda _: "Give a name.")


def function() -> Domain:
    """Make the domain of functions, without classes."""
    return Domain(
        "a function",
        lambda value: callable(value) and not isinstance(value, type),
        lambda _: "Give a name or a function.",
    )


def having(*names: str) -> Domain:
    """Make the domain of values with some attributes, such as a detection or an object with the same attributes."""
    return Domain(
        "a cib.Detection",
        lambda value: not isinstance(value, type) and {*dir(value)} >= {*names},
        lambda _: _WAYS["Detection"],
    )


def window() -> Domain:
    """Make the domain of durations; strings are parsed where they are used."""
    length = real(0, 1e9)

    def holds(value: object) -> bool:
        return value is None or isinstance(value, (str, timedelta)) or length.holds(value)

    return Domain("a length of time", holds, lambda _: "Write '60s', '10min', '1h', '2d', or None for any.")


def several(each: Domain, example: str) -> Domain:
    """Make the domain of lists, sets and columns of values that are each in a domain, without strings."""

    def holds(value: Any) -> bool:
        if isinstance(value, (str, bytes)) or hasattr(value, "columns") or not hasattr(value, "__iter__"):
            return False
        return isinstance(value, (Iterator, type)) is False and all(map(each.holds, value))

    return Domain(f"a list, each {each.says}", holds, lambda _: f"Write {example}.")


def column(kind: str) -> Domain:
    """Make the domain of arrays and columns of `kind`: ``'truth values'``, ``'numbers'`` or ``'values'``."""
    letters = {"truth values": "b", "numbers": "biuf", "values": None}[kind]

    def holds(value: Any) -> bool:
        if isinstance(value, type) or not hasattr(value, "__array__") or not hasattr(value, "dtype"):
            return False
        return len(getattr(value, "shape", ())) == 1 and (letters is None or value.__array__().dtype.kind in letters)

    return Domain(f"a column of {kind}", holds, lambda _: "Give an array, or a column of a table.")


def check_lengths(**columns: Any) -> None:
    """Raise an error for columns of different lengths."""
    if len({len(each) for each in columns.values()}) > 1:
        got = ", ".join(f"{name} {len(each):,}" for name, each in columns.items())
        raise SettingsError(
            f"{' and '.join(columns)} must be of one length", got=got, remedy="Give a value an account."
        )


def mapping() -> Domain:
    """Make the domain of mappings with strings as keys."""

    def holds(value: object) -> bool:
        return isinstance(value, Mapping) and all(isinstance(name, str) for name in value)

    return Domain("a mapping of names", holds, lambda _: "Write {'theirs': 'ours'}, say.")


def path() -> Domain:
    """Make the domain of paths."""

    def holds(value: object) -> bool:
        return isinstance(value, (str, Path)) and str(value) != "" and "\0" not in str(value)

    return Domain("a path", holds, lambda _: "Name a file or folder.")


def instance(*names: str, remedy: str = "") -> Domain:
    """Make the domain of values of some classes of this package, by name, so that they need not be imported.

    An activity on an engine, or one that is not loaded, raises its own error.
    """

    def holds(value: object) -> bool:
        if any(kind.__name__ in names and kind.__module__.startswith("cib.") for kind in type(value).__mro__):
            return True
        if "Activity" in names and type(value).__name__ in ("AbsentActivity", "EngineActivity"):
            value.posts_table  # type: ignore[attr-defined] # noqa: B018
        return False

    said = " or ".join(f"a cib.{name}" for name in names)
    return Domain(said, holds, lambda _: remedy or _WAYS.get(names[0], f"Make one with cib.{names[0]}(...)."))


_WAYS = {
    "Activity": "Read one first: cib.read(...).",
    "Graph": "Make one with cib.coaction_graph(activity), say.",
    "Detection": "Make one with cib.detect(activity).",
    "FeatureTable": "Make one with cib.extract(activity).",
    "RoleScores": "Make them with cib.RoleScorer().fit(features).score(features).",
    "KnownNetworks": "Read a folder with cib.KnownNetworks.read(folder).",
}


def either(*domains: Domain | None) -> Domain:
    """Make the union of several domains; None is the domain of None."""
    some = [domain for domain in domains if domain is not None]
    return Domain(
        " or ".join([*(domain.says for domain in some), *(["None"] if None in domains else [])]),
        lambda value: (value is None and None in domains) or any(domain.holds(value) for domain in some),
        some[0].remedy,
    )


#: Domains of several parameters.
ACTIVITY, GRAPH, DETECTION = instance("Activity"), instance("Graph"), having("networks", "activity")
ANY_ACTIVITY = instance("Activity", "EngineActivity")
OBJECTS = either(text(), function())
ANY_TEXT = Domain("a text", lambda value: isinstance(value, str), lambda _: "Write a text.")
FLAG, TEXT, PATH, SEED = flag(), text(), path(), whole()
COUNT, LIMIT, THREADS = whole(1), either(whole(1), None), either(whole(1, 4_096), None)
WINDOW, IDS, MAPPING = window(), several(text(), "['1234', '5678']"), mapping()
GRAPHS = either(GRAPH, several(GRAPH, "[cib.backbone(graph)]"))
SHARE, INSIDE = real(0, 1), real(0, 1, above=True, below=True)


def check_fields(value: Any, **domains: Domain) -> None:
    """Raise an error for a dataclass with a field outside its domain.

    By default integers are 0 or more, other numbers finite and 0 or more, and truth values are checked;
    `domains` takes precedence.
    """
    usual = {"int": whole(), "float": real(0), "bool": flag()}
    for each in fields(value):
        domain = domains.get(each.name) or usual.get(str(each.type))
        if domain is not None:
            domain.check(each.name, getattr(value, each.name), type(value).__name__)


def takes(**domains: Domain) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a decorator that checks the arguments of a function against domains before each call."""

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        assert set(domains) <= set(signature.parameters), function  # noqa: S101 - an internal error, found on import

        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            check_not_forked()
            try:
                given = signature.bind(*args, **kwargs).arguments
            except TypeError:  # the call itself gives a better message
                return function(*args, **kwargs)
            for name, domain in domains.items():
                if name in given:
                    domain.check(name, given[name], f"{function.__name__}()")
            return function(*args, **kwargs)

        return checked

    return wrap
