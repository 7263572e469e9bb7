"""What stands behind the keys of JSON lines: the compiled scan against a parser."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.sources.json_keys import kinds_of_lines
from cib.sources.kinds import kinds_of_objects

KEYS = st.sampled_from(["a", "b", "a b", "é", "\U0001f600", '"', "\\", "", ":", "{", "c,", "\n", "a\tb"])
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | KEYS
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))
OBJECTS = st.lists(st.dictionaries(KEYS, VALUES, max_size=4), max_size=5)


def flat(item, prefix=""):
    for name, value in item.items():
        yield prefix + name, value
        if isinstance(value, dict) and prefix.count(".") < 6:
            yield from flat(value, f"{prefix}{name}.")


@given(OBJECTS, st.sampled_from([(", ", ": "), (",", ":"), (" ,\t", "\t: ")]), st.booleans())
def test_keys_and_kinds_are_those_that_a_parser_finds(objects, separators, ascii_only):
    lines = (json.dumps(item, ensure_ascii=ascii_only, separators=separators) for item in objects)
    block = "".join(f"{line}\n" for line in lines).encode()
    expected = {}
    for item in objects:  # a dotted name may stand for several places
        for name, value in flat(item):
            expected[name] = expected.get(name, 0) | kinds_of_objects([{name: value}])[name]
    assert kinds_of_lines(block) == expected


@pytest.mark.parametrize(
    "line", ['{"a": 1', '{"a": "x', '{"a": 1}}', '{"a": [1}', "[" * 99, '{"a": "x\\', '{"a": 1, "a": 2}']
)
def test_lines_that_are_no_objects_are_left_to_the_parser(line):
    assert kinds_of_lines(b'{"b": 1}\n' + line.encode() + b"\n") is None


def test_too_many_keys_are_left_to_the_parser():
    assert kinds_of_lines(json.dumps({f"k{k}": k for k in range(5_000)}).encode()) is None
