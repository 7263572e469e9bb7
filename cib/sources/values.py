"""One column as it came -> the same column as we keep it.

Every function takes a Polars series of any type and returns one of the type that Activity wants. A
missing value is null afterwards, never "" and never 0. Ids stay exactly the text that they were; what
cannot be exact any more (an id that was once a float) is refused, with the remedy.
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

#: An action whose rows are not wanted.
LEFT_OUT = "left out"

#: Actions while they are read: ours, then those that become something else.
ANY_ACTION = pl.Enum([*ACTIONS, MENTION, LEFT_OUT])

_EXPONENT = r"^\d(\.\d+)?[eE]\+\d+$"
_LONG_NUMBER = r"^\d{16,}$"

#: Ids are rounded if more than this share is in E+ notation ...
_EXPONENT_SHARE = 1e-3
#: ... or if so many long ids, and more than this share of them, end in 000 (by chance one in 1,000 does).
_ROUND_AT_LEAST, _ROUND_SHARE = 5, 0.05

_UNIX = "unix"

#: Ways to write a time. No text can be read in two of them with different results.
_TIME_FORMATS = (
    *("%+", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z", "%a %b %d %H:%M:%S %z %Y"),
    *("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"),
    _UNIX,
)
_NUMBER = r"^-?\d+(\.\d+)?$"

#: The unit of a unix time is told by its size: from this on, up to the next.
_UNIX_UNITS = {"seconds": 0, "milliseconds": 10**11, "microseconds": 10**14, "nanoseconds": 10**17}


class Column(NamedTuple):
    """The values of a column, remarks on how they were understood, and how many words stood for a missing one."""

    values: pl.Series
    notes: tuple[str, ...] = ()
    missing: int = 0


def row_of(mask: pl.Series, where: str) -> str:
    """Name the first row where `mask` is true, counted from 1 without the header."""
    return f"{where}, row {(mask.arg_max() or 0) + 1:,}"


def stated(column: pl.Series) -> pl.Series:
    """Where a column holds something: neither null nor NaN nor empty text."""
    if column.dtype.is_float():
        return column.is_not_null() & column.is_not_nan()
    return (column != "").fill_null(False) if column.dtype == pl.String else column.is_not_null()


def text(column: pl.Series) -> pl.Series:
    """Text, null where empty."""
    values = column.cast(pl.String)
    empty = values == ""
    return values.set(empty, None) if empty.any() else values


def counts(column: pl.Series) -> pl.Series:
    """Whole numbers, also from text like '12.0'; null where there is none."""
    return column.cast(pl.Float64, strict=False).fill_nan(None).cast(pl.Int64, strict=False)


def ids(column: pl.Series, where: str) -> pl.Series:
    """Ids as text, exactly.

    Parameters
    ----------
    column : polars.Series
        Text, integers or categories.
    where : str
        File and column, for messages.

    Returns
    -------
    polars.Series of str
        Null where empty.

    Raises
    ------
    InputError
        If the column holds floats, or text that was once a rounded number.

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
        _refuse_rounded(values, where)
    return values


def real_accounts(accounts: pl.Series) -> pl.Series:
    """Account ids, null where they stand for no account ('[deleted]', '0', ...)."""
    pseudo = accounts.is_in(PSEUDO_ACCOUNTS)
    return accounts.set(pseudo, None) if pseudo.any() else accounts


def is_text_like(kind: pl.DataType) -> bool:
    """Whether values of this type become text exactly."""
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


def _refuse_rounded(values: pl.Series, where: str) -> None:
    if values.str.contains("+", literal=True).any():
        bad = values.str.contains(_EXPONENT)
        if int(bad.sum()) > _EXPONENT_SHARE * values.count():
            raise _rounded(values.filter(bad)[0], row_of(bad, where))
    ending = values.filter(values.str.ends_with("000"))
    suspects = ending.filter(ending.str.contains(_LONG_NUMBER))
    for sample in (values.head(len(values) // 10), values):  # nearly always a tenth shows that they are few
        long = sample.filter(sample.str.contains(_LONG_NUMBER))
        if len(suspects) <= _ROUND_SHARE * len(long):
            return
    # Distinct ids decide: a single one that is often retweeted may well end so.
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
    """Actions in our words.

    Parameters
    ----------
    column : polars.Series
    synonyms : mapping of str to str or None
        The source's words to ours, before :data:`cib.sources.columns.SYNONYMS`; None: not wanted.
    where : str
        File and column, for messages.

    Returns
    -------
    polars.Series of Enum
        Ours, 'mention' or 'left out'; null where there is none.

    Raises
    ------
    InputError
        If a word is not known.

    Examples
    --------
    >>> actions(pl.Series(["RT", "replied_to", "star"]), {"star": "retweet"}, "a.csv").to_list()
    ['retweet', 'reply', 'retweet']
    """
    values = text(column)
    words = values.unique().drop_nulls().sort().to_list()
    meaning = meanings(words, synonyms, lambda word: row_of(values == word, where))
    return values.replace_strict(meaning, default=None, return_dtype=ANY_ACTION)


def meanings(words: Iterable[str], synonyms: Mapping[str, str | None], where: Callable[[str], str]) -> dict[str, str]:
    """What each word for an action means, as :func:`actions` reads it; `where` says where a word stands."""
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
    """The value of the first kind whose test holds, also where that is null: what a post is decides what it acts on."""
    found = pl.lit(None) if otherwise is None else otherwise
    for kind in reversed(list(tests)):
        found = pl.when(tests[kind]).then(values[kind]).otherwise(found)
    return found


def _word(action: str) -> str:
    return action.strip().lower().replace("-", "_").replace(" ", "_")


def times(column: pl.Series, zone: str | None, where: str) -> Column:
    """Times in UTC, to the microsecond.

    Parameters
    ----------
    column : polars.Series
        Datetimes, dates, unix numbers (seconds to nanoseconds, told by size), or text: ISO 8601, the
        form of X API v1.1, or digits.
    zone : str or None
        IANA name of the zone of times that state none.
    where : str
        File and column, for messages.

    Returns
    -------
    Column
        Null where there is no time or it cannot be read. Of a local time that occurs twice (clocks set
        back) the earlier is taken; one that never occurred cannot be read.

    Raises
    ------
    InputError
        If a time states no zone and `zone` is None.

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
    """Refuse what is not the name of a time zone; the list of all is long in coming."""
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
    """The formats, so ordered that nearly always the first is the only one needed."""
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
    local = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return Column(local.dt.convert_time_zone("UTC"), (f"states no zone and was read in {zone}",))
