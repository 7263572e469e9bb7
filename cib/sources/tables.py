"""Read a file as a part of a source: CSV, TSV, JSON or Parquet, compressed or in a ZIP archive.

Text files are read as text: no value is converted to a number, so ids are kept exactly. Parsing is strict: a row with
too few or too many fields, a broken quote, a truncated file or a file that is not a table is an error that names the
place; only a truncated last line is dropped, and counted.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice

import polars as pl

from cib.errors import InputError, MissingDependencyError
from cib.mapped import LARGE, mapped
from cib.sources.format import Format
from cib.sources.frames import Loaded, NoRowsError, Part, repeated_name
from cib.sources.records import LINES, json_part
from cib.sources.streams import A_LOOK, PACKED, File, blocks, unpacked

__all__ = ["SUFFIXES", "file_part"]

_CUT_OFF = "unreadable line"
_EMPTY = "empty line"
_NOTE = "line above the header"

#: Number of rows searched for the header.
_LOOKED_AT = 20

TAB = "\t"

#: Separators other than commas.
_MARKS = {";": "semicolons", TAB: "tabs", "|": "bars"}

#: Remedies for kinds of files that cannot be read.
_OTHER_KINDS = {
    **dict.fromkeys(
        (".xls", ".ods"),
        "Save the sheet as CSV, with the columns of ids as text: as numbers they lose their last digits.",
    ),
    **dict.fromkeys((".txt", ".tab"), "Rename it to .csv if its columns are separated by commas, to .tsv if by tabs."),
    ".car": "Write its records as JSON lines: goat repo export, or atproto's CAR.from_bytes in Python.",
    **dict.fromkeys((".rds", ".rdata", ".sav", ".dta"), "Write it as Parquet: arrow::write_parquet in R."),
}

_CONVERT = "If it is text, convert it: iconv -f OLD_ENCODING -t UTF-8 OLD > NEW."


def file_part(
    file: File, formats: Sequence[Format] = (), forced: Format | None = None, named: frozenset[str] = frozenset()
) -> Part:
    """Inspect the columns or records of a file, and return how to load them.

    Parameters
    ----------
    file : File
    formats : sequence of Format
        Formats that are recognised by JSON records.
    forced : Format, optional
        Format given by the user.
    named : set of str
        Columns named by the user: the first row that contains all of them is the header.

    Returns
    -------
    Part

    Raises
    ------
    InputError
        If its kind is unknown, it is empty, or its content does not match its suffix.
    """
    with _as_input_error(file):
        if file.suffix in {*LINES, ".json"}:
            return json_part(file, formats, forced)
        make = _MAKERS.get(file.suffix)
        if make is not None:
            return make(file, named)
        if file.packing and next(blocks(file, size=A_LOOK), b"").lstrip().startswith((b"{", b"[")):
            return json_part(file, formats, forced)  # dumps of Reddit have no other suffix
    raise InputError(
        "the name does not tell a kind of table",
        where=str(file),
        remedy=f"Known are {', '.join(SUFFIXES)}, text also with {', '.join(PACKED)}, and .zip. "
        + _OTHER_KINDS.get(file.suffix, "If it is one of these, rename it."),
    )


@contextmanager
def _as_input_error(file: File) -> Iterator[None]:
    """Convert errors of the engine to an InputError that names the file."""
    try:
        yield
    except pl.exceptions.NoDataError as error:
        raise NoRowsError("the file holds no whole row", where=str(file), remedy="Fetch or export it again.") from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise InputError(
            f"this is not a whole, readable {file.suffix} table in UTF-8",
            where=str(file),
            got=str(error).strip().splitlines()[0][:200],
            remedy=f"Export it again as UTF-8, with quotes around texts. {_CONVERT}",
        ) from error


def _csv_part(file: File, named: frozenset[str], separator: str = ",") -> Part:
    names, start, above = _header(next(blocks(file, quoted=True, size=A_LOOK), b""), named, separator, file)

    def load(wanted: Sequence[str]) -> Loaded:
        with _as_input_error(file):
            tables, cut_off, row, text = [], False, 1, b""
            for number, block in enumerate(blocks(file, quoted=True)):
                text = block if number else block[start:]
                if cut_off:
                    raise _ragged(row, 0, len(names), file)
                table, cut_off = _rows(text, names, wanted, separator, row, file)
                tables.append(table)
                row += table.height + cut_off
        whole = pl.concat(tables)
        empty = whole.select(pl.all_horizontal(pl.all().is_null())).to_series()
        left = whole.filter(~empty) if empty.any() else whole
        notes = [f"passed over above the header: {', '.join(map(repr, above))}"] if above else []
        notes += [] if text.endswith(b"\n") else ["the last row has no line end: the file may be cut off"]
        lost = {_CUT_OFF: int(cut_off), _EMPTY: int(empty.sum()), _NOTE: len(above)}
        return Loaded(left, lost, notes=tuple(notes), has_null=False)

    return Part(str(file), names, load)


def _header(block: bytes, named: frozenset[str], separator: str, file: File) -> tuple[tuple[str, ...], int, list[str]]:
    """Return the column names, the offset of the first row, and the lines above the header.

    The header is the first row that contains all columns named by the user; otherwise the first row with more than one
    non-empty field, since exporters put titles and remarks above it, one field per line. Other content above the header
    is not guessed.
    """
    rows = list(islice(_first_rows(block, separator, file), _LOOKED_AT))
    if not rows:
        raise pl.exceptions.NoDataError("nothing")
    filled = (number for number, (_, fields) in enumerate(rows) if sum(map(bool, fields)) > 1)
    holding = (number for number, (_, fields) in enumerate(rows) if named and named <= set(fields))
    number = next(chain(holding, filled), 0)
    end, names = rows[number]
    first = rows[0][1]
    if any(mark in first[0] and (number == 0 or mark in names[0]) for mark in _MARKS if len(first) == 1):
        raise _other_separator(first[0], separator, file)
    if any(re.search("[\x00-\x08\x0b-\x1f\ufffd]", name) for name in names):
        raise InputError("this is no table of text in UTF-8", where=str(file), remedy=_CONVERT)
    repeated = [name for name, count in Counter(names).items() if count > 1 and name]
    if repeated:
        raise repeated_name(repeated[0], str(file))
    return names, end, [separator.join(filter(None, fields))[:80] for _, fields in rows[:number]]


def _first_rows(block: bytes, separator: str, file: File) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the end and the fields of each row, skipping empty lines, until a row cannot be read."""
    end, is_first = 0, True
    while end < len(block):
        start = end
        while end == start or (block.count(b'"', start, end) % 2 and end < len(block)):
            end = (block.find(b"\n", end) + 1) or len(block)
        if block[start:end].strip(b"\r\n"):
            fields = _fields(block[start:end], separator)
            if fields is None and is_first:
                raise _no_header(block[start:end], separator, file)
            if fields is None:
                return
            is_first = False
            yield end, fields


def _no_header(row: bytes, separator: str, file: File) -> InputError:
    """Return the error for a first row that cannot be read."""
    try:
        text = row.decode().strip()
    except UnicodeDecodeError:
        return InputError("this is no table of text in UTF-8", where=str(file), remedy=_CONVERT)
    bare = re.sub('"[^"]*"', "", text)
    if separator not in bare and any(mark in bare for mark in _MARKS):
        return _other_separator(text, separator, file)
    if "\r" in text:
        return InputError(
            "this is no table of text whose lines end as usual: they end with a carriage return alone",
            where=str(file),
            remedy="Convert the line ends: tr '\\r' '\\n' < OLD > NEW.",
        )
    return InputError(
        "the quotes of the first row do not match",
        where=str(file),
        got=repr(text[:80]),
        remedy="Export the file again, with quotes around texts and quotes in them doubled.",
    )


def _other_separator(row: str, separator: str, file: File) -> InputError:
    bare = re.sub('"[^"]*"', "", row) or row
    mark = max(_MARKS, key=bare.count)
    return InputError(
        f"the columns are not separated by {'tabs' if separator == TAB else 'commas'} but by {_MARKS[mark]}",
        where=str(file),
        got=repr(row[:80]),
        remedy="Save the file with commas, or with tabs and the name .tsv, or read it yourself and give the frame: "
        f"cib.read(polars.read_csv({file.path.name!r}, separator={mark!r}, infer_schema=False)).",
    )


def _fields(row: bytes, separator: str) -> tuple[str, ...] | None:
    try:
        return tuple(next(csv.reader([row.decode().rstrip("\r\n")], delimiter=separator, strict=True)))
    except (csv.Error, UnicodeDecodeError, StopIteration):
        return None


def _rows(
    text: bytes, names: Sequence[str], wanted: Sequence[str], separator: str, first: int, file: File
) -> tuple[pl.DataFrame, bool]:
    """Return the wanted columns of whole rows, and whether a truncated last row was left out."""
    from cib.sources.field_counts import field_counts

    fields = field_counts(text, separator)
    wrong = (fields != len(names)) & (fields != 0)
    cut_off = len(fields) > 0 and 0 < fields[-1] < len(names)
    if wrong.sum() > cut_off:
        row = int(wrong.argmax())
        raise _ragged(first + row, int(fields[row]), len(names), file)
    places = [f"{names.index(name)}" for name in wanted]
    head = separator.join(map(str, range(len(names)))).encode()  # states the number of columns to the engine
    read = pl.read_csv(head + b"\n" + text, separator=separator, infer_schema=False, columns=places)
    if read.height != len(fields):
        raise InputError(
            "quotes stand where no field begins or ends",
            where=f"{file}, rows {first:,} to {first + len(fields):,}",
            remedy="A text with a quote in it must stand in quotes, the quote doubled: export the file again.",
        )
    table = read.select(pl.col(place).alias(name) for place, name in zip(places, wanted, strict=True))
    return table.head(table.height - cut_off), cut_off


def _ragged(row: int, fields: int, expected: int, file: File) -> InputError:
    above = " If lines stand above the header, name its columns: columns={'account_id': ...}." if row == 1 else ""
    return InputError(
        f"the row has {fields} fields where the header has {expected}",
        where=f"{file}, row {row:,}",
        remedy=f"A text with a separator or a line end in it must stand in quotes: export the file again.{above}",
    )


def _parquet_part(file: File, _: frozenset[str]) -> Part:
    source = io.BytesIO(unpacked(file)) if file.member or file.packing else file.path
    scan = pl.scan_parquet(source, glob=False)

    def load(wanted: Sequence[str]) -> Loaded:
        with _as_input_error(file):
            if scan.select(pl.len()).collect().item() < LARGE:
                return Loaded(scan.select(wanted).collect())
            return Loaded(pl.DataFrame([mapped(scan.select(name).collect().to_series()) for name in wanted]))

    return Part(str(file), tuple(scan.collect_schema()), load)


def _xlsx_part(file: File, _: frozenset[str]) -> Part:
    """Read one sheet: the first, or the edges of NodeXL, whose header is the second row."""
    try:
        import fastexcel
    except ImportError as error:
        raise MissingDependencyError(
            "workbooks are read with fastexcel, which is missing",
            where=str(file),
            remedy="Install it: pip install 'cib-detect[xlsx]'; or save the sheet as CSV, the columns of ids as text.",
        ) from error
    try:
        book = fastexcel.read_excel(unpacked(file))
        of_nodexl = {"Edges", "Vertices"} <= set(book.sheet_names)
        name = "Edges" if of_nodexl else book.sheet_names[0]
        table = book.load_sheet(name, header_row=int(of_nodexl), schema_sample_rows=None).to_polars()
    except fastexcel.FastExcelError as error:
        raise InputError(
            "the workbook cannot be read",
            where=str(file),
            got=str(error).splitlines()[0][:200],
            remedy="Save the sheet as CSV, with the columns of ids as text.",
        ) from error
    if table.is_empty():
        raise pl.exceptions.NoDataError("nothing")
    others = [other for other in book.sheet_names if other != name]
    notes = (f"the sheet {name!r} was read, and not {', '.join(map(repr, others))}",) if others else ()
    return Part(
        str(file), tuple(table.columns), lambda wanted: Loaded(table.select(wanted), notes=notes, has_null=False)
    )


_MAKERS: dict[str, Callable[[File, frozenset[str]], Part]] = {
    ".csv": _csv_part,
    ".tsv": partial(_csv_part, separator=TAB),
    ".parquet": _parquet_part,
    ".xlsx": _xlsx_part,
}

#: Suffixes of the files that can be read.
SUFFIXES = (*_MAKERS, *LINES, ".json")
