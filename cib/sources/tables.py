"""A file -> a part of a source: CSV, TSV, JSON lines or Parquet, plain or compressed (.gz, .zst).

Text files are read as text: no value is guessed to be a number, so ids stay as they are. They are read
strictly, too. A row with too few or too many fields, a broken quote, a file that is cut off or no table at
all is an error that names the place; only a last line that was cut off is dropped, and counted.
"""

from __future__ import annotations

import glob
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import polars as pl

from cib.errors import InputError
from cib.sources.frames import Part, repeated_name

__all__ = ["SUFFIXES", "file_part", "suffix_of"]

_PACKED = (".gz", ".zst")
_CUT_OFF = "unreadable line"
_EMPTY = "empty line"
_CONVERT = "If it is text, convert it: iconv -f UTF-16 -t UTF-8 OLD > NEW."


def suffix_of(path: Path) -> str:
    """The part of a file's name that tells its kind, in lower case.

    Examples
    --------
    >>> suffix_of(Path("posts.2020.CSV.gz")), suffix_of(Path("README"))
    ('.csv', '')
    """
    packed = path.suffix.lower() in _PACKED
    return (Path(path.stem).suffix if packed else path.suffix).lower()


def file_part(path: Path) -> Part:
    """Look at a file's columns, and say how to load them.

    Parameters
    ----------
    path : pathlib.Path
        An existing file.

    Returns
    -------
    Part

    Raises
    ------
    InputError
        If it is of no known kind, empty, or not the table that its name promises.
    """
    make = _MAKERS.get(suffix_of(path))
    if make is None:
        raise InputError(
            "the name does not tell a kind of table",
            where=str(path),
            remedy=f"Known are {', '.join(SUFFIXES)}, also with .gz or .zst.",
        )
    with _as_input_error(path):
        return make(path)


@contextmanager
def _as_input_error(path: Path) -> Iterator[None]:
    """Let the engine's troubles with a file speak our language."""
    try:
        yield
    except pl.exceptions.NoDataError as error:
        raise InputError("the file holds no whole row", where=str(path), remedy="Fetch or export it again.") from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise InputError(
            f"this is not a whole, readable {suffix_of(path)} table in UTF-8",
            where=str(path),
            got=str(error).strip().splitlines()[0][:200],
            remedy="It may be cut off, of another kind or in another encoding: fetch or export it again.",
        ) from error


def _csv_part(path: Path, separator: str = ",") -> Part:
    scan = pl.scan_csv(path, separator=separator, infer_schema=False, glob=False)
    names = tuple(scan.collect_schema())
    _check_header(names, path)

    def load(wanted: Sequence[str]) -> tuple[pl.DataFrame, Mapping[str, int]]:
        with _as_input_error(path):
            cut_off = _last_is_cut_off(_field_counts(path, separator), len(names), path)
            table = scan.select(wanted).collect()
        whole = table.head(table.height - cut_off)
        empty = whole.select(pl.all_horizontal(pl.all().is_null())).to_series()
        return whole.filter(~empty), {_CUT_OFF: int(cut_off), _EMPTY: int(empty.sum())}

    return Part(str(path), names, load)


def _check_header(names: Sequence[str], path: Path) -> None:
    if any(re.search("[\x00-\x08\x0b-\x1f\ufffd]", name) for name in names):
        raise InputError("this is no table of text in UTF-8", where=str(path), remedy=_CONVERT)
    if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
        raise InputError(
            "the columns are not separated by commas",
            where=str(path),
            got=repr(names[0]),
            remedy="Save the file with commas, or with tabs and the name .tsv.",
        )
    for name in names:
        first, mark, _ = name.rpartition("_duplicated_")
        if mark and first in names:
            raise repeated_name(first, str(path))


def _field_counts(path: Path, separator: str) -> pl.Series:
    """Number of fields of each row, the header's first; 0 for an empty line.

    The engine itself fills short rows with nulls, and passes over what is too much in a long row if the
    last columns are not asked for: both would go unseen.
    """
    line, lines = pl.col("line"), pl.scan_lines(path, glob=False)
    quotes = line.str.count_matches('"', literal=True).cum_sum()
    inside = quotes.shift(1, fill_value=0) % 2 == 1
    opened = pl.when(inside).then('"' + line).otherwise(line)
    closed = pl.when(quotes % 2 == 1).then(opened + '"').otherwise(opened)
    if lines.select(line.str.contains('"', literal=True).any()).collect(engine="streaming").item():
        line_without_quoted = closed.str.replace_all('"[^"]*"', "")
    else:
        inside, line_without_quoted = pl.lit(False), line
    separators = line_without_quoted.str.count_matches(separator, literal=True)
    first = (~inside & (line != "")).cast(pl.UInt32)
    counted = lines.select(fields=separators + first, inside=inside).collect(engine="streaming")
    if not counted["inside"].any():
        return counted["fields"]
    rows = counted.group_by((~pl.col("inside")).cum_sum(), maintain_order=True)
    return rows.agg(pl.col("fields").sum())["fields"]


def _last_is_cut_off(fields: pl.Series, expected: int, path: Path) -> bool:
    """Whether the last row lacks fields; an error if any other row has too few or too many."""
    wrong = (fields != expected) & (fields != 0)
    cut_off = len(fields) > 1 and 0 < fields[-1] < expected
    if wrong.sum() > cut_off:
        row = int(wrong.arg_max() or 0)
        raise InputError(
            f"the row has {fields[row]} fields where the header has {expected}",
            where=f"{path}, row {row:,}",
            remedy="A text with a separator or a line end in it must stand in quotes: export the file again.",
        )
    return cut_off


def _jsonl_part(path: Path) -> Part:
    source: str | bytes = glob.escape(str(path))  # this reader takes every path for a pattern
    dropped: dict[str, int] = {}
    try:
        kinds = _json_kinds(source)
    except pl.exceptions.PolarsError:
        source, dropped = _mended_lines(path)
        kinds = _json_kinds(source)

    def load(wanted: Sequence[str]) -> tuple[pl.DataFrame, Mapping[str, int]]:
        # Numbers become text exactly, but for floats: these stay what they are, to be refused as ids.
        schema = {name: kinds[name] if kinds[name].is_float() else pl.String() for name in wanted}
        with _as_input_error(path):
            return pl.scan_ndjson(_stream(source), schema=schema).collect(), dropped

    return Part(str(path), tuple(kinds), load)


def _json_kinds(source: str | bytes) -> dict[str, pl.DataType]:
    return dict(pl.scan_ndjson(_stream(source), infer_schema_length=None).collect_schema())


def _stream(source: str | bytes) -> str | io.BytesIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source


def _mended_lines(path: Path) -> tuple[bytes, dict[str, int]]:
    """The file without byte order mark and without a last line that was cut off."""
    lines = pl.scan_lines(path, glob=False).collect()["line"].str.strip_prefix("\ufeff")
    bad = next((number for number, line in enumerate(lines) if not _is_json_object(line)), None)
    if bad is not None and lines[bad + 1 :].str.strip_chars().str.len_bytes().sum():
        raise InputError(
            "the line is no JSON object",
            where=f"{path}, line {bad + 1:,}",
            got=repr(lines[bad][:80]),
            remedy="Write one object a line.",
        )
    whole = lines if bad is None else lines.head(bad)
    if whole.is_empty():
        raise pl.exceptions.NoDataError("no whole line")
    return "\n".join(whole).encode(), {} if bad is None else {_CUT_OFF: 1}


def _is_json_object(line: str) -> bool:
    try:
        return not line.strip() or isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _parquet_part(path: Path) -> Part:
    scan = pl.scan_parquet(path, glob=False)

    def load(wanted: Sequence[str]) -> tuple[pl.DataFrame, Mapping[str, int]]:
        with _as_input_error(path):
            return scan.select(wanted).collect(), {}

    return Part(str(path), tuple(scan.collect_schema()), load)


_MAKERS: dict[str, Callable[[Path], Part]] = {
    ".csv": _csv_part,
    ".tsv": partial(_csv_part, separator="\t"),
    ".jsonl": _jsonl_part,
    ".ndjson": _jsonl_part,
    ".parquet": _parquet_part,
}

#: The kinds of file that can be read, each also with .gz or .zst but for Parquet.
SUFFIXES = tuple(_MAKERS)
