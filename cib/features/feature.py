"""Features: plain functions that compute one number per account.

The name of the function is the column, the first line of its docstring is the label, the names of its
parameters are its inputs, and the file that defines it is its family. There is no base class and no
registry; the decorator :func:`feature` adds further information and returns the function itself, so
that it can still be pickled and called.

>>> def bursts(posts):
...     '''Posts within the busiest minute of an account.'''
...     minutes = nw.col("created_at").dt.truncate("1m")
...     counts = posts.group_by("account_id", minutes.alias("minute")).agg(nw.len().alias("posts"))
...     return counts.group_by("account_id").agg(nw.col("posts").max())
>>> describe(bursts).names, describe(bursts).labels, describe(bursts).needs
(('bursts',), ('Posts within the busiest minute of an account.',), ('posts',))

A parameter with a default value is a setting of the feature, unless it has the name of an input.

The function may return a narwhals, Polars, pandas or PyArrow frame of ``account_id`` and the number; a mapping
from account to number; or an array in the order of the accounts. Accounts that are left out get null,
or the value of ``missing``; values that are not finite become null.

In the inputs, ``posts`` and ``accounts`` have one additional column: ``account_row``, the row of the account in
the result. Grouping by it takes less than half the time of grouping by the id.
``messages`` has the columns ``account_row``, ``created_at``, ``message`` (a number, equal for texts that
:func:`cib.content.text.message` makes equal) and ``characters``, the length of the message.
Graphs include all accounts, so that row ``i`` of ``retweets.matrix`` is account ``i``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from cib.errors import SettingsError, did_you_mean

__all__ = ["INPUTS", "Feature", "describe", "feature"]

#: Inputs of features, by the name of the parameter.
INPUTS = {
    "posts": "one row per thing an account did, by time",
    "messages": "one row per post that says something and is no retweet",
    "accounts": "what is known about the accounts",
    "retweets": "the graph of who retweeted whom",
    "mentions": "the graph of who mentioned whom",
    "replies": "the graph of who replied to whom",
    "quotes": "the graph of who quoted whom",
    "interactions": "the graph of who acted on whom in any of these ways, and how often it acted back",
    "coactions": "the graph of who did the same within a window",
}

#: Key columns of the frames that a feature takes and returns; not allowed as names of features.
KEYS = ("account_id", "account_row")

#: Fields of :class:`Feature` with one value per column.
COLUMNS = ("names", "labels", "units", "missing")

_TOLD = "__cib_feature__"

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Feature:
    """A feature function with its metadata.

    Parameters
    ----------
    function : callable
        Takes the inputs in `needs` as keywords.
    names : tuple of str
        Columns that it returns, in order.
    labels, units : tuple of str
        Sentence that explains each column, and its unit ('' if dimensionless).
    family : str
        By default the file that defines the function.
    needs : tuple of str
        Some of :data:`INPUTS`.
    several : bool
        Whether the function returns several columns by name.
    missing : tuple of float or None
        For each column, the value of accounts that the function leaves out; None: unknown.
    relative : bool
        Whether the value of an account depends on other accounts.
    """

    function: Callable[..., Any]
    names: tuple[str, ...]
    labels: tuple[str, ...]
    units: tuple[str, ...]
    family: str
    needs: tuple[str, ...]
    several: bool = False
    missing: tuple[float | None, ...] = (None,)
    relative: bool = False

    @property
    def title(self) -> str:
        """Name in messages: that of its only column, or of its function."""
        return self.names[0] if not self.several else self.function.__name__


@dataclass(frozen=True)
class _Told:
    """Arguments of the decorator."""

    name: str | None = None
    outputs: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    unit: str | Mapping[str, str] = ""
    family: str | None = None
    missing: float | Mapping[str, float] | None = None
    relative: bool = False


@overload
def feature(function: F, /) -> F: ...
@overload
def feature(
    *,
    name: str | None = None,
    outputs: Mapping[str, str] | Sequence[str] = (),
    unit: str | Mapping[str, str] = "",
    family: str | None = None,
    missing: float | Mapping[str, float] | None = None,
    relative: bool = False,
) -> Callable[[F], F]: ...
def feature(
    function: F | None = None,
    /,
    *,
    name: str | None = None,
    outputs: Mapping[str, str] | Sequence[str] = (),
    unit: str | Mapping[str, str] = "",
    family: str | None = None,
    missing: float | Mapping[str, float] | None = None,
    relative: bool = False,
) -> F | Callable[[F], F]:
    """Add metadata to a feature function, beyond its name, docstring and parameters.

    Parameters
    ----------
    function : callable
        Given when the decorator is used without arguments.
    name : str, optional
        Name of the column, if not that of the function.
    outputs : mapping of str to str, or sequence of str, optional
        Columns of a function that returns several, with the label of each. It returns a frame with
        these columns, or a mapping from each to what a function of one column may return.
    unit : str or mapping of str to str
        Unit of all columns, or of each column that has one.
    family : str, optional
        By default the file that defines the function.
    missing : float or mapping of str to float, optional
        Value of accounts that the function leaves out, such as 0 for a count; by default null. For all
        columns, or for some.
    relative : bool
        Whether the value of an account depends on other accounts, as a rank does. Then the value may differ
        if only some of the accounts are given.

    Returns
    -------
    callable
        The function itself.

    Raises
    ------
    SettingsError
        If a parameter is not an input, or a name cannot be a column.

    Examples
    --------
    >>> @feature(unit="posts", missing=0)
    ... def questions(posts):
    ...     '''Posts that ask something.'''
    ...     return posts.filter(nw.col("text").str.contains("?", literal=True)).group_by("account_id").agg(nw.len())
    >>> describe(questions).units
    ('posts',)
    """

    def tell(function: F) -> F:
        labels = tuple(outputs.values()) if isinstance(outputs, Mapping) else ()
        setattr(function, _TOLD, _Told(name, tuple(outputs), labels, unit, family, missing, relative))
        describe(function)  # report a wrong parameter at the definition
        return function

    return tell if function is None else tell(function)


def describe(function: Callable[..., Any] | Feature) -> Feature:
    """Return the metadata of a feature.

    Parameters
    ----------
    function : callable or Feature

    Returns
    -------
    Feature

    Raises
    ------
    SettingsError
        If it is not a function of inputs.

    Examples
    --------
    >>> def reach(retweet):
    ...     '''Accounts that retweeted the account.'''
    >>> describe(reach)
    Traceback (most recent call last):
        ...
    cib.errors.SettingsError: feature 'reach': the parameter 'retweet' is no input. Did you mean 'retweets'? ...
    """
    if isinstance(function, Feature):
        return function
    own_name: str = getattr(function, "__name__", "")
    if not own_name:
        raise SettingsError(
            "a feature is a function with a name", got=repr(function), remedy="Write it with def and pass it as it is."
        )
    told: _Told = getattr(function, _TOLD, _Told())
    names = told.outputs or (told.name or own_name,)
    for name in names:
        _check_name(name)
    for name in (*_keys(told.unit), *_keys(told.missing)):
        if name not in names:
            raise SettingsError(
                f"there is no output {name!r}", where=f"feature {own_name!r}", remedy=did_you_mean(name, names)
            )
    sentence = (inspect.getdoc(function) or own_name.replace("_", " ")).strip().splitlines()[0]
    return Feature(
        function=function,
        names=names,
        labels=told.labels or (sentence,) * len(names),
        units=tuple(told.unit if isinstance(told.unit, str) else told.unit.get(name, "") for name in names),
        family=told.family or function.__module__.rpartition(".")[2],
        needs=_inputs(function, own_name),
        several=bool(told.outputs),
        missing=tuple(told.missing.get(name) if isinstance(told.missing, Mapping) else told.missing for name in names),
        relative=told.relative,
    )


def _inputs(function: Callable[..., Any], name: str) -> tuple[str, ...]:
    """Return the names of the parameters that are inputs."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError) as error:
        remedy = "Write a function that takes the inputs by name."
        raise SettingsError(f"{name} has no signature that says its inputs", remedy=remedy) from error
    for parameter in parameters:
        if parameter.name not in INPUTS and parameter.default is parameter.empty:
            raise SettingsError(
                f"the parameter {parameter.name!r} is no input",
                where=f"feature {name!r}",
                remedy=f"{did_you_mean(parameter.name, INPUTS)} The inputs are {', '.join(INPUTS)}; "
                "a setting needs a default value.".lstrip(),
            )
    needs = tuple(parameter.name for parameter in parameters if parameter.name in INPUTS)
    if not needs:
        raise SettingsError(
            "the function has no parameter that is an input",
            where=f"feature {name!r}",
            remedy=f"Name one or more of {', '.join(INPUTS)}.",
        )
    return needs


def _keys(told: Any) -> Iterable[str]:
    return told if isinstance(told, Mapping) else ()


def _check_name(name: str) -> None:
    if not name.isidentifier() or name in KEYS:
        raise SettingsError(
            f"a feature cannot be called {name!r}",
            remedy="Give it a name of letters, digits and '_': @cib.feature(name='...').",
        )
