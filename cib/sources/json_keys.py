"""Find the keys of JSON lines and the kinds of their values, in compiled code.

The engine then parses a file only once, with all columns known; otherwise it would need a second pass to infer them. It
would also read a number with a decimal point as text where other lines hold text, so that an id that was once a float
would not be detected.
"""

from __future__ import annotations

import numpy as np
import orjson
from numpy.typing import NDArray

from cib.compiled import compiled
from cib.sources.kinds import DECIMAL, DEEPEST, OTHER

__all__ = ["kinds_of_lines"]

_MOST_KEYS, _MOST_NESTED = 4_096, 64
_QUOTE, _BACKSLASH, _COLON, _LINE_END = (ord(sign) for sign in '"\\:\n')
_OPEN, _CLOSE, _OPEN_LIST, _CLOSE_LIST = (ord(sign) for sign in "{}[]")
_POINT, _SMALL_E, _LARGE_E, _NULL, _MINUS, _ZERO, _NINE = (ord(sign) for sign in ".eEn-09")
_SPACE, _TAB, _COMMA = (ord(sign) for sign in " \t,")


def kinds_of_lines(block: bytes) -> dict[str, int] | None:
    r"""Return the kind of value of each key; keys of nested objects are written ``outer.inner``.

    Parameters
    ----------
    block : bytes
        Whole lines, one object per line.

    Returns
    -------
    dict of str to int, or None
        Bitwise or of :data:`DECIMAL` and :data:`OTHER`; 0 if neither occurs. None if brackets or quotes do not match
        within a line, an object repeats a key, or there are too many keys.

    Examples
    --------
    >>> kinds_of_lines(b'{"id": 7, "who": {"name": "a"}}\n{"id": 7.5, "tags": [{"x": 1}]}\n')
    {'id': 1, 'who': 2, 'who.name': 2, 'tags': 2}
    """
    parents, starts, ends, kinds = (np.zeros(_MOST_KEYS, np.int64) for _ in range(4))
    count = _scan(np.frombuffer(block, np.uint8), parents, starts, ends, kinds)
    if count < 0:
        return None
    names: list[str] = []
    try:
        for parent, start, end in zip(parents[:count], starts[:count], ends[:count], strict=True):
            name = orjson.loads(b'"' + block[start:end] + b'"')
            names.append(f"{names[parent]}.{name}" if parent >= 0 else name)
    except orjson.JSONDecodeError:
        return None
    found = dict.fromkeys(names, 0)
    for name, kind in zip(names, kinds[:count].tolist(), strict=True):
        found[name] |= kind  # one key may be escaped in several ways
    return found


@compiled()
def _scan(  # noqa: PLR0912 - one pass: function calls instead of branches would slow it down
    data: NDArray[np.uint8],
    parents: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    kinds: NDArray[np.int64],
) -> int:
    places = np.full(4 * _MOST_KEYS, -1, np.int64)  # hash table of the keys found
    is_object, owner = np.zeros(_MOST_NESTED, np.bool_), np.full(_MOST_NESTED, -1, np.int64)
    number, last_of = np.zeros(_MOST_NESTED, np.int64), np.zeros(_MOST_KEYS, np.int64)  # objects are numbered
    count, objects, depth, lists, current, i, size = 0, 0, 0, 0, -1, 0, len(data)
    while i < size:
        byte = data[i]
        if byte == _QUOTE:
            start = i + 1
            i = start
            while i < size and data[i] != _QUOTE:
                if data[i] == _LINE_END:
                    return -1
                i += 2 if data[i] == _BACKSLASH else 1
            end = i
            i = _after_spaces(data, end + 1)
            if i < size and data[i] == _COLON and is_object[depth]:
                i = _after_spaces(data, i + 1)
                current = -1
                if lists == 0 and depth <= DEEPEST + 1:
                    current = _place(data, start, end, owner[depth], places, parents, starts, ends, count)
                    if current == count:
                        count += 1
                    if count == _MOST_KEYS or last_of[current] == number[depth]:
                        return -1
                    last_of[current] = number[depth]
                    kinds[current] |= _kind(data, i)
            continue
        if byte in (_OPEN, _OPEN_LIST):
            depth += 1
            if depth == _MOST_NESTED:
                return -1
            objects += 1
            is_object[depth], owner[depth], number[depth] = byte == _OPEN, current, objects
            lists += byte == _OPEN_LIST
        elif byte in (_CLOSE, _CLOSE_LIST):
            if depth == 0 or is_object[depth] != (byte == _CLOSE):
                return -1
            depth -= 1
            lists -= byte == _CLOSE_LIST
        elif byte == _LINE_END:
            if depth > 0:
                return -1
            current = -1
        i += 1
    return count if depth == 0 else -1


@compiled()
def _after_spaces(data: NDArray[np.uint8], i: int) -> int:
    while i < len(data) and (data[i] == _SPACE or data[i] == _TAB):
        i += 1
    return i


@compiled()
def _kind(data: NDArray[np.uint8], i: int) -> int:
    if i == len(data) or data[i] == _NULL:
        return 0
    if data[i] != _MINUS and not _ZERO <= data[i] <= _NINE:
        return OTHER
    while i < len(data) and data[i] not in (_COMMA, _CLOSE, _LINE_END):
        if data[i] in (_POINT, _SMALL_E, _LARGE_E):
            return DECIMAL
        i += 1
    return 0


@compiled()
def _place(
    data: NDArray[np.uint8],
    start: int,
    end: int,
    parent: int,
    places: NDArray[np.int64],
    parents: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    count: int,
) -> int:
    """Return the number of a key; `count` if the key is new."""
    mark = np.uint64(1_469_598_103_934_665_603 + parent)  # FNV-1a
    for k in range(start, end):
        mark = (mark ^ np.uint64(data[k])) * np.uint64(1_099_511_628_211)
    place = np.int64(mark % np.uint64(len(places)))
    while places[place] >= 0:
        known = int(places[place])
        if parents[known] == parent and ends[known] - starts[known] == end - start:
            same = True
            for k in range(end - start):
                same &= data[starts[known] + k] == data[start + k]
            if same:
                return known
        place = (place + 1) % len(places)
    places[place], parents[count], starts[count], ends[count] = count, parent, start, end
    return count
