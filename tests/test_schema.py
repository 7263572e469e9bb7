"""Shapes: what fits passes, what does not is named by its place."""

from __future__ import annotations

import re

import pytest

from cib.errors import InputError
from cib.schema import check_shape, count, number, positive, read_json

SHAPE = {"name": str, "kept": {str: [count]}, "about?": {"first": (None, str)}, "on": bool}
VALUE = {"name": "a", "kept": {"links": [0, 4]}, "about": {"first": None}, "on": True, "later": 1}


def test_what_fits_passes():
    check_shape(VALUE, SHAPE, "file")
    check_shape({name: each for name, each in VALUE.items() if name != "about"}, SHAPE, "file")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"name": 1}, "name"),
        ({"kept": {"links": [0, -1]}}, "kept.links[1]"),
        ({"kept": {"links": [True]}}, "kept.links[0]"),
        ({"kept": []}, "kept"),
        ({"about": {}}, "about.first"),
        ({"about": {"first": 3}}, "about.first"),
        ({"on": 1}, "on"),
    ],
)
def test_what_does_not_fit_is_named(change, place):
    with pytest.raises(InputError, match=re.escape(f"file: {place!r} is not what is written there")):
        check_shape(VALUE | change, SHAPE, "file")


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, '{"a": NaN}', '{"a": 1e999}', "\x00", "\ufeff{}", "[]", "null"]
)
def test_what_is_no_json_of_that_shape_is_an_error_with_a_remedy(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match="Do this"):
        read_json(path, {"a": number}, "Do this.")


@pytest.mark.parametrize("name", ["absent.json", "", "a\x00b"])
def test_what_cannot_be_read_is_an_error_with_a_remedy(tmp_path, name):
    with pytest.raises(InputError, match="Do this"):
        read_json(tmp_path / name, {}, "Do this.")


def test_numbers_are_finite_and_no_truth_values():
    assert [number(each) for each in (1, 1.5, True, float("nan"), float("inf"), "1")] == [True, True, *[False] * 4]
    assert [positive(each) for each in (1, 0, -1)] == [True, False, False]
