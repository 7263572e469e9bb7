"""Parse single columns into the types of an Activity.

Each function takes a Polars series of any type and returns one of the required type. Missing values become null, never
"" and never 0. Ids are kept exactly as text; ids that are no longer exact (once floats) are refused, with a remedy.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import polars as pl

from cib.activity import ACTIONS, PSEUDO_ACCOUNTS, TIME
from cib.errors import InputError, SettingsError, did_you_mean
from cib.sources.columns import MENTION, SYNONYMS

__all__ = [
    "ANY_ACTION",
    "LEFT_OUT",
    "Column",
    "actions",
    "are_digits",
    "check_zone",
    "counts",
    "decided",
    "ids",
    "is_text_like",
    "meanings",
    "real_accounts",
    "row_of",
    "stated",
    "text",
    "times",
]

#: Action of rows that the user excludes.
LEFT_OUT = "left out"

#: Actions while they are parsed: the canonical ones, and those that are converted or dropped.
ANY_ACTION = pl.Enum([*ACTIONS, MENTION, LEFT_OUT])

_EXPONENT = r"^\d(\.\d+)?[eE]\+\d+$"
_LONG = 16
_LONG_NUMBER = rf"^\d{{{_LONG},}}$"

#: Ids count as rounded if more than this share is in E+ notation ...
_EXPONENT_SHARE = 1e-3
#: ... or if at least this number of long ids, and more than this share, end in 000 (by chance 1 in 1,000 does).
_ROUND_AT_LEAST, _ROUND_SHARE = 5, 0.05

_UNIX = "unix"

#: Time formats. No text can be parsed by two of them with different results.
_TIME_FORMATS = (
    *("%+", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z", "%a %b %d %H:%M:%S %z %Y"),
    *("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"),
    _UNIX,
)
_NUMBER = r"^-?\d+(\.\d+)?$"

#: Number of texts joined at a time.
_JOINED = 1 << 16

#: Unit of a unix time by magnitude: lower bound of each unit.
_UNIX_UNITS = {"seconds": 0, "milliseconds": 10**11, "microseconds": 10**14, "nanoseconds": 10**17}


class Column(NamedTuple):
    """Values of a column, notes on how they were parsed, and the number of words for a missing value."""

    values: pl.Series
    notes: tuple[str, ...] = ()
    missing: int = 0


def row_of(mask: pl.Series, where: str) -> str:
    """Return the place of the first row where `mask` is true, counted from 1 without the header."""
    return f"{where}, row {(mask.arg_max() or 0) + 1:,}"


def stated(column: pl.Series) -> pl.Series:
    """Return a mask of values that are neither null nor NaN nor empty text."""
    if column.dtype.is_float():
        return column.is_not_null() & column.is_not_nan()
    return (column != "").fill_null(False) if column.dtype == pl.String else column.is_not_null()


def holds(column: pl.Series, character: str) -> bool:
    """Return whether any text has a character, by searching joined texts, which takes a quarter of the time.

    >>> holds(pl.Series(["a", None, "b+"]), "+")
    True
    """
    parts = (column.slice(first, _JOINED).str.join() for first in range(0, len(column), _JOINED))
    return any(part.str.contains(character, literal=True).any() for part in parts)


def are_digits(column: pl.Series) -> bool:
    """Return whether all texts are integers below 2^64, so that they have no other characters to search for.

    >>> are_digits(pl.Series(["1", None])), are_digits(pl.Series(["1", "1e+5"]))
    (True, False)
    """
    return column.dtype == pl.String and column.cast(pl.UInt64, strict=False).null_count() == column.null_count()


def text(column: pl.Series) -> pl.Series:
    """Cast to text; empty text becomes null."""
    values = column.cast(pl.String)
    empty = values == ""
    return values.set(empty, None) if empty.any() else values


def counts(column: pl.Series) -> pl.Series:
    """Parse whole numbers, also from text like '12.0'; null where this fails."""
    return column.cast(pl.Float64, strict=False).fill_nan(None).cast(pl.Int64, strict=False)


def ids(column: pl.Series, where: str, *, digits: bool = False) -> pl.Series:
    """Parse ids as exact text.

    Parameters
    ----------
    column : polars.Series
        Text, integers or categories.
    where : str
        File and column, for messages.
    digits : bool
        Whether :func:`are_digits` holds.

    Returns
    -------
    polars.Series of str
        Null where empty.

    Raises
    ------
    InputError
        If the column holds floats, or text of rounded numbers.

    Examples
    --------
    >>> ids(pl.Series(["0012", "NA", "", "123e45"]), "a.csv").to_list()
    ['0012', 'NA', None, '123e45']
    """
    if column.dtype.is_float():
        return _no_floats(column, where)
    if not is_text_like(column.dtype):
        raise _wrong_type(column, "ids", where)
    values = text(column)
    if column.dtype == pl.String:
        _refuse_rounded(values, where, digits)
    return values


def real_accounts(accounts: pl.Series) -> pl.Series:
    """Replace account ids that stand for no account ('[deleted]', '0', ...) by null."""
    pseudo = accounts.is_in(PSEUDO_ACCOUNTS)
    return accounts.set(pseudo, None) if pseudo.any() else accounts


def is_text_like(kind: pl.DataType) -> bool:
    """Return whether values of this type can be converted to text exactly."""
    return kind.is_integer() or kind in (pl.String, pl.Null, pl.Categorical, pl.Enum)


def _wrong_type(column: pl.Series, what: str, where: str) -> InputError:
    return InputError(f"the column cannot hold {what}", where=where, got=f"type {column.dtype}")


def _no_floats(column: pl.Series, where: str) -> pl.Series:
    number = stated(column)
    if number.any():
        raise InputError(
            "ids are floats, which cannot hold ids above 2^53 exactly",
            where=row_of(number, where),
            got=column.filter(number)[0],
            remedy="Read them as text at the source, in pandas with pd.read_csv(..., dtype='string').",
        )
    return pl.repeat(None, len(column), dtype=pl.String, eager=True)


def _refuse_rounded(values: pl.Series, where: str, digits: bool) -> None:
    if not digits and holds(values, "+"):
        bad = values.str.contains(_EXPONENT)
        if int(bad.sum()) > _EXPONENT_SHARE * values.count():
            raise _rounded(values.filter(bad)[0], row_of(bad, where))
    if not (values.str.len_bytes() >= _LONG).any():
        return
    suspect = int(values.filter(values.str.ends_with("000")).str.contains(_LONG_NUMBER).sum())
    # a tenth is usually enough to show that they are few
    some = int(values.head(len(values) // 10).str.contains(_LONG_NUMBER).sum())
    if suspect <= _ROUND_SHARE * some:
        return
    long = values.filter(values.str.contains(_LONG_NUMBER))
    if suspect <= _ROUND_SHARE * len(long):
        return
    suspects = long.filter(long.str.ends_with("000"))
    # Count distinct ids: a single, often retweeted id may end in 000 by chance.
    if suspects.n_unique() >= max(_ROUND_AT_LEAST, _ROUND_SHARE * long.n_unique()):
        raise _rounded(suspects[0], row_of(values == suspects[0], where))


def _rounded(example: str, where: str) -> InputError:
    return InputError(
        "ids were rounded before cib saw them, as spreadsheets do",
        where=where,
        got=repr(example),
        remedy="Export the data again with the ids as text.",
    )


def actions(column: pl.Series, synonyms: Mapping[str, str | None], where: str) -> pl.Series:
    """Translate action words to canonical actions.

    Parameters
    ----------
    column : polars.Series
    synonyms : mapping of str to str or None
        The source's word to a canonical action, before :data:`cib.sources.columns.SYNONYMS`; None drops the rows.
    where : str
        File and column, for messages.

    Returns
    -------
    polars.Series of Enum
        Canonical actions, 'mention' or 'left out'; null where missing.

    Raises
    ------
    InputError
        If a word is unknown.

    Examples
    --------
    >>> actions(pl.Series(["RT", "replied_to", "star"]), {"star": "retweet"}, "a.csv").to_list()
    ['retweet', 'reply', 'retweet']
    """
    values = text(column)
    words = values.unique().drop_nulls().sort().to_list()
    meaning = meanings(words, synonyms, lambda word: row_of(values == word, where))
    return values.replace_strict(meaning, default=None, return_dtype=ANY_ACTION)


def are_actions(column: pl.Series) -> bool:
    """Return whether all values of a column are words of :data:`cib.sources.columns.SYNONYMS`, of two actions or more.

    Examples
    --------
    >>> are_actions(pl.Series(["original", "repost"])), are_actions(pl.Series(["original", "advert"]))
    (True, False)
    """
    if column.dtype.is_nested():
        return False
    meant = [SYNONYMS.get(_word(word)) for word in column.drop_nulls().cast(pl.String).unique()]
    return len(set(meant)) > 1 and None not in meant


def meanings(words: Iterable[str], synonyms: Mapping[str, str | None], where: Callable[[str], str]) -> dict[str, str]:
    """Return the meaning of each action word, as in :func:`actions`; `where` returns the place of a word."""
    known = {**SYNONYMS, **{_word(theirs): ours for theirs, ours in synonyms.items()}}
    for word in words:
        if _word(word) not in known:
            raise InputError(
                f"the action {word!r} is not known",
                where=where(word),
                remedy=f"Say what it means: columns=Columns(actions={{{word!r}: 'retweet'}}); None drops it.",
            )
    return {word: known[_word(word)] or LEFT_OUT for word in words}


def decided(tests: Mapping[str, pl.Expr], values: Mapping[str, pl.Expr], otherwise: pl.Expr | None = None) -> pl.Expr:
    """Return the value of the first kind whose test holds, even if that value is null."""
    found = pl.lit(None) if otherwise is None else otherwise
    for kind in reversed(list(tests)):
        found = pl.when(tests[kind]).then(values[kind]).otherwise(found)
    return found


def _word(action: str) -> str:
    return action.strip().lower().replace("-", "_").replace(" ", "_")


def times(column: pl.Series, zone: str | None, where: str) -> Column:
    """Parse times to UTC with microsecond resolution.

    Parameters
    ----------
    column : polars.Series
        Datetimes, dates, unix times (seconds to nanoseconds, by magnitude), or text: ISO 8601, the
        notation of X API v1.1, or digits.
    zone : str or None
        IANA name of the time zone of naive times.
    where : str
        File and column, for messages.

    Returns
    -------
    Column
        Null where the time is missing or unreadable. Of a local time that occurs twice (clocks set back) the
        earlier one is used; one that never occurred is unreadable.

    Raises
    ------
    InputError
        If a time is naive and `zone` is None.

    Examples
    --------
    >>> values, notes, _ = times(pl.Series([1_600_000_000]), None, "a.csv")
    >>> print(values[0], *notes)
    2020-09-13 12:26:40+00:00 holds unix seconds
    """
    kind = column.dtype
    if kind.is_integer() or kind.is_float():
        return Column(_unix(column), _unix_note(column))
    if kind == pl.String:
        return _parsed(text(column), zone, where)
    if kind == pl.Date or (isinstance(kind, pl.Datetime) and kind.time_zone is None):
        return _localised(column.cast(pl.Datetime("us")), zone, where)
    if isinstance(kind, pl.Datetime) or kind == pl.Null:
        return Column(column.cast(TIME))
    raise _wrong_type(column, "times", where)


def check_zone(zone: str | None) -> None:
    """Raise if a name is not a time zone; the slow list of all zones is only loaded for the message."""
    if zone is None:
        return
    try:
        pl.Series([], dtype=pl.Datetime).dt.replace_time_zone(zone or "none")
    except (pl.exceptions.PolarsError, TypeError) as error:
        hint = did_you_mean(str(zone), zoneinfo.available_timezones())
        remedy = hint or "Take an IANA name such as 'UTC' or 'Europe/Paris'."
        raise SettingsError(f"zone={zone!r} is no time zone", remedy=remedy) from error


def _parsed(values: pl.Series, zone: str | None, where: str) -> Column:
    found = pl.repeat(None, len(values), dtype=TIME, eager=True)
    notes: tuple[str, ...] = ()
    for format in _likeliest_first(values):
        now = _by_format(values.set(found.is_not_null(), None), format)
        if now.null_count() < len(now):
            read = Column(now) if now.dtype == TIME else _localised(now, zone, where)
            found = found.zip_with(found.is_not_null(), read.values)
            notes += _unix_note(_numbers(values)) if format == _UNIX else read.notes
        if found.null_count() == values.null_count():
            break
    return Column(found, tuple(dict.fromkeys(notes)))


def _likeliest_first(values: pl.Series) -> list[str]:
    """Return the time formats ordered so that the first one usually suffices."""
    sample = values.drop_nulls().head(100)
    unread: dict[str, int] = {}
    for format in _TIME_FORMATS:
        unread[format] = _by_format(sample, format).null_count()
        if not unread[format]:
            break
    return sorted(_TIME_FORMATS, key=lambda format: unread.get(format, len(sample)))


def _by_format(values: pl.Series, format: str) -> pl.Series:
    if format == _UNIX:
        return _unix(_numbers(values))
    return values.str.to_datetime(format, time_unit="us", strict=False)


def _numbers(values: pl.Series) -> pl.Series:
    digits = values.set(~values.str.contains(_NUMBER), None)
    fraction = digits.str.contains(".", literal=True).any()
    return digits.cast(pl.Float64 if fraction else pl.Int64, strict=False)


def _unix(numbers: pl.Series) -> pl.Series:
    number = numbers if numbers.dtype.is_float() else numbers.cast(pl.Int64, strict=False)
    value, size = pl.col("number"), pl.col("number").abs()
    micros = (
        pl.when(size < _UNIX_UNITS["milliseconds"]).then(value * 1_000_000)
        .when(size < _UNIX_UNITS["microseconds"]).then(value * 1_000)
        .when(size < _UNIX_UNITS["nanoseconds"]).then(value)
        .otherwise(value // 1_000)
    )  # fmt: skip
    whole = micros.round().cast(pl.Int64, strict=False) if number.dtype.is_float() else micros
    return pl.DataFrame({"number": number}).select(whole.cast(TIME))["number"]


def _unix_note(numbers: pl.Series) -> tuple[str, ...]:
    size = numbers.drop_nulls().abs()
    bounds = [*_UNIX_UNITS.values(), float("inf")]
    ranges = zip(_UNIX_UNITS, bounds[:-1], bounds[1:], strict=True)
    units = [unit for unit, low, high in ranges if size.is_between(low, high, closed="left").any()]
    return (f"holds unix {' and '.join(units)}",) if units else ()


def _localised(naive: pl.Series, zone: str | None, where: str) -> Column:
    given = naive.is_not_null()
    if not given.any():
        return Column(naive.dt.replace_time_zone("UTC"))
    if zone is None:
        raise InputError(
            "the times state no zone",
            where=row_of(given, where),
            got=naive.filter(given)[0],
            remedy='Say which they are in: zone="UTC", or another IANA name.',
        )
    first, second = (
        naive.dt.replace_time_zone(zone, ambiguous=which, non_existent="null") for which in ("earliest", "latest")
    )
    notes = [f"states no zone and was read in {zone}"]
    if (first != second).any():
        notes.append("has times in an hour that the clock repeats, read as the first of both hours")
    return Column(first.dt.convert_time_zone("UTC"), tuple(notes))
