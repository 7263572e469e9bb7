"""Domains of parameters: what each public parameter takes, checked where it enters.

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
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from numbers import Integral, Real
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from cib.errors import SettingsError, did_you_mean

__all__ = [
    "ACTIVITY",
    "ANY_ACTIVITY",
    "COUNT",
    "DETECTION",
    "FLAG",
    "GRAPH",
    "INSIDE",
    "LIMIT",
    "OBJECTS",
    "PATH",
    "SEED",
    "SHARE",
    "TEXT",
    "Domain",
    "check_fields",
    "either",
    "function",
    "instance",
    "one_of",
    "real",
    "takes",
    "whole",
]

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Domain:
    """What a parameter takes.

    Parameters
    ----------
    says : str
        In words, after "must be".
    holds : callable
        Whether a value is in it.
    remedy : callable
        From a value that is not, what to do instead.
    """

    says: str
    holds: Callable[[Any], bool]
    remedy: Callable[[Any], str]

    def check(self, name: str, value: object, where: str = "") -> None:
        """Refuse a value that is not in the domain."""
        if not self.holds(value):
            raise SettingsError(f"{name} must be {self.says}", where=where, got=_told(value), remedy=self.remedy(value))


def _told(value: object) -> str:
    """A value as it is, if it is short; else its type."""
    plain = value is None or isinstance(value, (bool, int, float, str, bytes))
    return f"{value!r:.80}" if plain else f"a {type(value).__name__}"


def whole(least: int = 0, most: int | None = None) -> Domain:
    """Make the domain of whole numbers."""
    return Domain(
        f"a whole number, {least} or more" if most is None else f"a whole number from {least} to {most}",
        lambda value: _is(value, Integral) and least <= int(value) and (most is None or int(value) <= most),
        lambda _: f"Take {least}, say.",
    )


def real(low: float = -math.inf, high: float = math.inf, *, above: bool = False, below: bool = False) -> Domain:
    """Make the domain of finite numbers between two bounds, which belong to it unless `above` or `below`."""
    lower, upper = math.isfinite(low), math.isfinite(high)
    if lower and upper:
        says = f"a number {'above' if above else 'from'} {low:g} {'and below' if below else 'to'} {high:g}"
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
    """Make the domain of some names."""
    return Domain(
        "a known name",
        lambda value: isinstance(value, str) and value in names,
        lambda value: did_you_mean(str(value), names) or f"Take one of {', '.join(map(repr, names))}.",
    )


def flag() -> Domain:
    """Make the domain of truth values: ``"no"`` would be true."""
    return Domain(
        "True or False",
        lambda value: isinstance(value, bool) or type(value).__name__ == "bool",
        lambda _: "Say True or False.",
    )


def text() -> Domain:
    """Make the domain of texts that are not empty."""
    return Domain("a text", lambda value: isinstance(value, str) and value != "", lambda _: "Give a name.")


def function() -> Domain:
    """Make the domain of functions; a class is none."""
    return Domain(
        "a function",
        lambda value: callable(value) and not isinstance(value, type),
        lambda _: "Give a name or a function.",
    )


def having(*names: str) -> Domain:
    """Make the domain of values with some attributes, such as a detection, or what looks like one."""
    return Domain(
        "a cib.Detection",
        lambda value: not isinstance(value, type) and {*dir(value)} >= {*names},
        lambda _: _WAYS["Detection"],
    )


def path() -> Domain:
    """Make the domain of paths."""

    def holds(value: object) -> bool:
        return isinstance(value, (str, Path)) and str(value) != "" and "\0" not in str(value)

    return Domain("a path", holds, lambda _: "Name a file or folder.")


def instance(*names: str, remedy: str = "") -> Domain:
    """Make the domain of values of some classes of this package, by name, so that none must be imported.

    What stands for an activity elsewhere (on an engine, or not loaded) says itself why it will not do.
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
    """Make the domain of what is in one of several; None stands for None."""
    some = [domain for domain in domains if domain is not None]
    return Domain(
        " or ".join([*(domain.says for domain in some), *(["None"] if None in domains else [])]),
        lambda value: (value is None and None in domains) or any(domain.holds(value) for domain in some),
        some[0].remedy,
    )


#: Domains that many parameters have.
ACTIVITY, GRAPH, DETECTION = instance("Activity"), instance("Graph"), having("networks", "activity")
ANY_ACTIVITY = instance("Activity", "EngineActivity")
OBJECTS = either(text(), function())
FLAG, TEXT, PATH, SEED = flag(), text(), path(), whole()
COUNT, LIMIT = whole(1), either(whole(1), None)
SHARE, INSIDE = real(0, 1), real(0, 1, above=True, below=True)


def check_fields(value: Any, **domains: Domain) -> None:
    """Refuse a dataclass with a field outside its domain; that of a number or a truth value follows from its type.

    Whole numbers are 0 or more, other numbers finite and 0 or more, unless `domains` say otherwise.
    """
    usual = {"int": whole(), "float": real(0), "bool": flag()}
    for each in fields(value):
        domain = domains.get(each.name) or usual.get(str(each.type))
        if domain is not None:
            domain.check(each.name, getattr(value, each.name), type(value).__name__)


def takes(**domains: Domain) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Check the arguments of a function against domains, before it does anything."""

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        assert set(domains) <= set(signature.parameters), function  # noqa: S101 - a slip of ours, seen on import

        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                given = signature.bind(*args, **kwargs).arguments
            except TypeError:  # which the call itself tells better
                return function(*args, **kwargs)
            for name, domain in domains.items():
                if name in given:
                    domain.check(name, given[name], f"{function.__name__}()")
            return function(*args, **kwargs)

        return checked

    return wrap
