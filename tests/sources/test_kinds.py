"""Kinds of values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cib.sources.kinds import DECIMAL, OTHER, kinds_of_objects

VALUES = st.sampled_from([None, 0, 7, 2**70, 0.5, 7.0, True, "7", [7.5]])
OBJECTS = st.lists(st.dictionaries(st.sampled_from("abc"), VALUES))


def test_only_fractions_and_what_is_no_number_have_a_kind():
    values = {"whole": 7, "none": None, "large": 2**70, "fraction": 7.0, "text": "7", "truth": True, "list": [7.5]}
    found = kinds_of_objects([values])
    assert {name for name, kind in found.items() if not kind} == {"whole", "none", "large"}
    assert (found["fraction"], found["text"], found["truth"], found["list"]) == (DECIMAL, OTHER, OTHER, OTHER)


@given(OBJECTS, OBJECTS)
def test_the_kinds_of_two_files_are_those_of_either(first, second):
    one, other, both = map(kinds_of_objects, (first, second, first + second))
    assert both == {name: one.get(name, 0) | other.get(name, 0) for name in one.keys() | other.keys()}
