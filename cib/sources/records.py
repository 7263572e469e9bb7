r"""Read a JSON file as a part of a source: records of a platform, or a plain table of objects.

Plain tables are read by the engine, block by block, with all values as text; nested values become columns such as
``snippet.videoId``. Records of a platform are parsed one by one by the reader of their format; a file may hold several
formats, which are recognised record by record. A line that is not a JSON object is a bad line; a bad last line counts
as truncated. Lone surrogates, which cannot be encoded, become U+FFFD, and the ``\xNN`` escapes of Telegram Desktop are
decoded; both are counted.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import orjson
import polars as pl

from cib.errors import InputError
from cib.sources.format import Format
from cib.sources.frames import Loaded, Part
from cib.sources.kinds import DECIMAL, DEEPEST, OTHER, kinds_of_objects
from cib.sources.rows import Rows
from cib.sources.streams import A_BLOCK, A_LOOK, File, blocks, unpacked

__all__ = ["LINES", "json_part"]

#: Suffixes of files with one object per line.
LINES = (".jsonl", ".ndjson")

_BAD = "unreadable line"
_SURROGATES = "lone surrogates replaced"
_ESCAPES = r"\xNN escapes read"

#: Number of first lines searched for a whole object, to tell JSON lines from one object over several lines.
_FIRST_LINES = 20

#: Number of records from which the format is recognised.
_LOOKED_AT = 50

#: Number of nested records that are inspected, and keys below which records may be nested.
_SEEN_INSIDE = 5
_ENVELOPES = {"data", "result", "response", "_source", "node", "item", "post", "tweet", "thread", "_mastopy_data"}

#: Number of records that are converted to a table at a time.
_BATCH = 50_000

#: Typed values of MongoDB extended JSON.
_EXTENDED = re.compile(rb'"\$(?:number(?:Long|Int|Double|Decimal)|date|oid)"')
_TYPED: dict[str, Callable[[Any], Any]] = {
    "$numberLong": str,
    "$numberInt": int,
    "$numberDouble": float,
    "$numberDecimal": str,
    "$oid": str,
}

_BACKSLASHES = re.compile(rb"(\\\\)|\\x([0-9A-Fa-f]{2})")


class _Reading:
    """Counts of bad lines and repairs, collected while a file is read."""

    def __init__(self) -> None:
        self.bad: list[int] = []
        self.lines = 0
        self.repaired: Counter[str] = Counter()

    def loaded(self, frame: pl.DataFrame, accounts: pl.DataFrame | None = None, **more: Any) -> Loaded:
        """Return the result; a bad last line counts as truncated and is not listed in `bad`."""
        lost = more.pop("lost", Counter()) + Counter({_BAD: len(self.bad)})
        bad = [line for line in self.bad if line != self.lines]
        return Loaded(frame, lost, dict(self.repaired), tuple(bad), accounts, **more)


def json_part(file: File, formats: Sequence[Format], forced: Format | None = None) -> Part:
    """Inspect a JSON file (one object per line, a list, or a single object), and return how to load it.

    Parameters
    ----------
    file : File
    formats : sequence of Format
        Formats that are recognised by records.
    forced : Format, optional
        Format of all records, if the user states it.

    Returns
    -------
    Part
    """
    head = next(blocks(file, size=A_LOOK), b"").lstrip()
    line, _, rest = head.partition(b"\n")
    named_lines = file.suffix in LINES
    first = [line, *rest.split(b"\n", _FIRST_LINES)[:_FIRST_LINES]] if named_lines else [line] if rest.strip() else []
    if any(isinstance(_parse(line, Counter()), dict) for line in first) and not head.startswith(b"["):
        return _lines_part(file, formats, forced)
    if named_lines and not head.startswith((b"[", b"{")):
        return _lines_part(file, formats, forced)
    try:
        return _document_part(file, formats, forced)
    except InputError:
        if named_lines:  # the first line is invalid
            return _lines_part(file, formats, forced)
        raise


def _lines_part(file: File, formats: Sequence[Format], forced: Format | None = None) -> Part:
    look = _Reading()
    first = list(islice(_objects(file, look, A_LOOK), _LOOKED_AT))
    known = _recognised(first, formats) if forced is None else forced if forced.read else None
    if known:
        return _records_part(file, known, [forced] if forced else formats, lambda: _started(file))
    if not first and len(look.bad) < 2:
        raise pl.exceptions.NoDataError("no whole line")
    if not first:
        raise InputError("the line is no JSON object", where=f"{file}, line 1", remedy="Write one object a line.")
    _refuse_captures(first, file)
    kinds, odd = _kinds(file)
    types = {name: pl.Float64() if kind == DECIMAL else pl.String() for name, kind in kinds.items()}
    mixed = frozenset(name for name, kind in kinds.items() if kind == DECIMAL | OTHER)
    return Part(str(file), tuple(kinds), lambda wanted: _flat_lines(file, types, odd, wanted)._replace(mixed=mixed))


def _document_part(file: File, formats: Sequence[Format], forced: Format | None = None) -> Part:
    reading = _Reading()
    document = _document(file, reading)
    objects = [item for item in document if isinstance(item, dict)]
    reading.bad = [number for number, item in enumerate(document, 1) if not isinstance(item, dict)]
    reading.lines = len(document) + 1
    known = _recognised(objects[:_LOOKED_AT], formats) if forced is None else forced if forced.read else None
    if known:
        return _records_part(file, known, [forced] if forced else formats, lambda: (reading, iter(objects)))
    flat = [_flattened(item) for item in objects]
    names = tuple(dict.fromkeys(name for item in flat for name in item))
    if not names:
        raise pl.exceptions.NoDataError("no object")
    _refuse_captures(objects, file)
    return Part(str(file), names, lambda wanted: reading.loaded(_table(flat, wanted)))


def _refuse_captures(objects: Sequence[dict[str, Any]], file: File) -> None:
    """Raise an error with a remedy for captures of a platform for which there is no format."""
    captured = next((item for item in objects[:_LOOKED_AT] if {"source_platform", "data"} <= item.keys()), None)
    if captured or any("__import_meta" in item for item in objects[:_LOOKED_AT]):
        platform = (captured or {}).get("source_platform", "a platform")
        raise InputError(
            f"captures of {platform} are not read as they are",
            where=str(file),
            remedy="Import the file into 4CAT and export it as CSV: that is read.",
        )


def _recognised(objects: Iterable[dict[str, Any]], formats: Sequence[Format]) -> Format | None:
    for item in objects:
        inside = (record for records in _inside(item, formats) for record in records[:1])
        found = _format_of(item, formats) or next((_format_of(record, formats) for record in inside), None)
        if found:
            return found
    return None


def _inside(item: dict[str, Any], formats: Sequence[Format], depth: int = 3) -> Iterator[list[Any]]:
    """Yield the lists of records in an API response, below `data`, `statuses`, `feed` or another key."""
    for name, value in item.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            if any(_format_of(record, formats) for record in value[:_SEEN_INSIDE] if isinstance(record, dict)):
                yield value
        elif isinstance(value, dict) and depth and name in _ENVELOPES:
            if _format_of(value, formats):
                yield [value]
            else:
                yield from _inside(value, formats, depth - 1)


def _format_of(item: dict[str, Any], formats: Sequence[Format]) -> Format | None:
    for format in formats:
        try:
            if format.fits and format.fits(item):
                return format
        except (AttributeError, IndexError, KeyError, RecursionError, TypeError):
            continue
    return None


def _records_part(
    file: File, known: Format, formats: Sequence[Format], start: Callable[[], tuple[_Reading, Iterator[dict[str, Any]]]]
) -> Part:
    """Return a part whose records are read by the readers of their formats."""

    def load(_: Sequence[str]) -> Loaded:
        (reading, objects), rows, format = start(), Rows(), known
        tables, seen = [], Counter[Format]()

        def put(item: dict[str, Any]) -> None:
            nonlocal format
            of = format if len(formats) == 1 or _format_of(item, [format]) else _format_of(item, formats)
            if of is None or of.read is None:
                inside = list(_inside(item, formats))
                for records in inside:
                    rows.each(records, put)
                if not inside:
                    rows.drop("no post in the record")
                return
            format = of
            rows.platform = of.platform
            seen[of] += 1
            of.read(item, rows)

        try:
            while batch := list(islice(objects, _BATCH)):
                rows.each(batch, put)
                tables.append(rows.take())
        except InputError as error:
            raise InputError(error.what, where=error.where or str(file), got=error.got, remedy=error.remedy) from error
        frame = pl.concat([*tables, rows.take()])
        notes = tuple(f"{count:,} {what}" for what, count in sorted(rows.unknown.items()))
        if len(seen) > 1:
            counted = sorted((of.name, count) for of, count in seen.items())
            notes += ("records of " + ", ".join(f"{name} ({count:,})" for name, count in counted),)
        beside = {"known": rows.known(), "names": rows.names()}
        return reading.loaded(frame, rows.profiles(), lost=rows.dropped, notes=notes, formats=tuple(seen), **beside)

    return Part(str(file), (), load, known)


def _started(file: File) -> tuple[_Reading, Iterator[dict[str, Any]]]:
    reading = _Reading()
    return reading, _objects(file, reading)


def _objects(file: File, reading: _Reading, size: int = A_BLOCK) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file of lines; other lines are recorded as bad."""
    for block in blocks(file, size=size):
        yield from _objects_of(block, reading)


def _objects_of(block: bytes, reading: _Reading) -> Iterator[dict[str, Any]]:
    for line in block.removesuffix(b"\n").split(b"\n"):
        if not line or line.isspace():
            continue
        reading.lines += 1
        item = _parse(line, reading.repaired)
        if isinstance(item, dict):
            yield item
        else:
            reading.bad.append(reading.lines)


def _parse(text: bytes, repaired: Counter[str]) -> Any:
    """Parse JSON text; return None if it is invalid."""
    item = _loads(text, repaired)
    return _plain(item) if item is not None and _EXTENDED.search(text) else item


def _plain(value: Any) -> Any:
    """Remove the type wrappers of MongoDB extended JSON."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((kind, inside),) = value.items()
        if kind in _TYPED and not isinstance(inside, dict | list):
            return _TYPED[kind](inside)
        if kind == "$date":
            return _plain(inside)
    return {name: _plain(item) for name, item in value.items()}


def _loads(text: bytes, repaired: Counter[str]) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        if rb"\u" not in text:
            return None
    try:
        whole = json.dumps(json.loads(text), ensure_ascii=False)
        item = orjson.loads(whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    except (ValueError, RecursionError):
        return None
    repaired[_SURROGATES] += 1
    return item


def _document(file: File, reading: _Reading) -> list[Any]:
    text = unpacked(file)
    if not text.strip():
        raise pl.exceptions.NoDataError("nothing")
    item = _parse(text, reading.repaired)
    if item is None and rb"\x" in text:
        mended, count = _BACKSLASHES.subn(lambda m: m[1] or b"\\u00" + m[2], text)
        item = _parse(mended, reading.repaired)
        reading.repaired[_ESCAPES] += (
            len(re.findall(rb"\\u00", mended)) - len(re.findall(rb"\\u00", text)) if count else 0
        )
    if item is None:
        return _one_after_another(text, file)
    return item if isinstance(item, list) else [item]


def _one_after_another(text: bytes, file: File) -> list[Any]:
    """Parse concatenated objects that each span several lines, as jq writes them."""
    whole, decoder, found, at = text.decode(errors="replace"), json.JSONDecoder(), [], 0
    try:
        while at < len(whole):
            item, end = decoder.raw_decode(whole, at)
            found += item if isinstance(item, list) else [item]
            at = end + len(whole[end : end + 1_000]) - len(whole[end : end + 1_000].lstrip())
    except (ValueError, RecursionError):
        found = []
    if len(found) < 2 or not all(isinstance(item, dict) for item in found):
        raise InputError(
            "the file is no whole JSON",
            where=str(file),
            got=repr(text[-60:].decode(errors="replace")) + " at its end",
            remedy="Fetch or export it again. One object a line is read as far as it goes: jq -c . OLD > NEW.jsonl.",
        )
    return [_parse(orjson.dumps(item), Counter()) for item in found]


# ---- plain tables


def _kinds(file: File) -> tuple[dict[str, int], set[int]]:
    """Return the kinds of values of all keys (:mod:`cib.sources.kinds`), and the blocks that need the parser."""
    from cib.sources.json_keys import kinds_of_lines  # compiled code: imported only when needed

    kinds: dict[str, int] = {}
    odd: set[int] = set()
    for number, block in enumerate(blocks(file)):
        found = None if _EXTENDED.search(block) else kinds_of_lines(block)
        if found is None:
            odd.add(number)
            found = kinds_of_objects(_flattened(item) for item in _objects_of(block, _Reading()))
        for name, kind in found.items():
            kinds[name] = kinds.get(name, 0) | kind
    return kinds, odd


def _flat_lines(file: File, types: Mapping[str, pl.DataType], odd: set[int], wanted: Sequence[str]) -> Loaded:
    reading, tables = _Reading(), []
    for number, block in enumerate(blocks(file)):
        table = None if number in odd or _EXTENDED.search(block) else _parsed_by_engine(block, types, wanted)
        if table is None:
            flat = [_flattened(item) for item in _objects_of(block, reading)]
            table = _table(flat, wanted).cast({name: types[name] for name in wanted})
        else:
            reading.lines += table.height
        tables.append(table)
    return reading.loaded(pl.concat(tables))


def _parsed_by_engine(block: bytes, types: Mapping[str, pl.DataType], wanted: Sequence[str]) -> pl.DataFrame | None:
    try:
        table = pl.read_ndjson(block, schema=_nested(types, wanted)).select(
            _field(name.split("."), types).alias(name) for name in wanted
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None
    return None if _has_nul(table) else table  # the engine also writes NUL for a lone surrogate


def _nested(types: Mapping[str, pl.DataType], wanted: Sequence[str], prefix: str = "") -> dict[str, pl.DataType]:
    """Return the schema of the wanted columns, with nested values as structs."""
    schema: dict[str, pl.DataType] = {}
    for name in wanted:
        top, _, below = name.removeprefix(prefix).partition(".")
        if below and prefix + top in types:
            inside = [other for other in wanted if other.startswith(f"{prefix}{top}.")]
            schema[top] = pl.Struct(_nested(types, inside, f"{prefix}{top}."))
        else:
            schema.setdefault(name.removeprefix(prefix), types[name])
    return schema


def _field(path: Sequence[str], types: Mapping[str, pl.DataType]) -> pl.Expr:
    if len(path) == 1 or path[0] not in types:
        return pl.col(".".join(path))
    column = pl.col(path[0])
    for name in path[1:]:
        column = column.struct.field(name)
    return column


def _has_nul(table: pl.DataFrame) -> bool:
    text = [column for column in table.iter_columns() if column.dtype == pl.String]
    return any(column.str.contains("\0", literal=True).any() for column in text)


def _flattened(item: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in item.items():
        flat[prefix + name] = value
        if isinstance(value, dict) and prefix.count(".") < DEEPEST:
            flat.update(_flattened(value, f"{prefix}{name}."))
    return flat


def _table(objects: Sequence[dict[str, Any]], wanted: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame([_column(name, [item.get(name) for item in objects]) for name in wanted])


def _column(name: str, values: Sequence[Any]) -> pl.Series:
    """Convert values to text exactly; to numbers if some are floats, so that they are refused as ids."""
    stated = [value for value in values if value is not None]
    if any(isinstance(value, float) for value in stated) and all(isinstance(value, int | float) for value in stated):
        return pl.Series(name, [None if value is None else float(value) for value in values], dtype=pl.Float64)
    return pl.Series(
        name,
        [value if isinstance(value, str) or value is None else _dumped(value) for value in values],
        dtype=pl.String,
    )


def _dumped(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # nested more than 254 levels deep
        return "..."
