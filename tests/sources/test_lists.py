"""lists(): a column of lists, in any way of writing."""

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.errors import InputError
from cib.sources.lists import lists


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), max_size=4))
def test_lists_written_as_json_or_python_are_read_back(items):
    column = pl.Series([json.dumps(items), json.dumps(items, ensure_ascii=False), str(items)])
    assert lists(column, "urls", "here").values.to_list() == [items] * 3


@pytest.mark.parametrize(
    ("written", "items"),
    [
        ("[]", []),
        ("[a, b]", ["a", "b"]),
        ("[don't, stop]", ["don't", "stop"]),
        ("[17, 18]", ["17", "18"]),
        ("[17,18]", ["17", "18"]),
        ('["a, b","c"]', ["a, b", "c"]),
        ("['it', \"it's\"]", ["it", "it's"]),
        ('["\\ud800"]', ["\ufffd"]),
        ('["", "a", null]', ["a"]),
        ("http://a.org/x,y http://b.org", ["http://a.org/x,y", "http://b.org"]),
        ("[" * 100_000 + "]", ["[" * 99_999]),
    ],
)
def test_lists_are_read_however_they_are_written(written, items):
    assert lists(pl.Series([written, None]), "urls", "here").values.to_list() == [items, None]


def test_real_lists_stay():
    assert lists(pl.Series([["a", ""], None, [17]][:2]), "urls", "here").values.to_list() == [["a"], None]
    assert lists(pl.Series([[17]]), "urls", "here").values.to_list() == [["17"]]
    with pytest.raises(InputError, match=r"cannot hold lists of text\. Got type List"):
        lists(pl.Series([[1.5]]), "urls", "here")


@pytest.mark.parametrize(
    "cell",
    [
        "harbour,bridge",
        "harbour, bridge",
        "harbour;bridge",
        "harbour | bridge",
        "harbour bridge",
        "harbour\nbridge",
        "#harbour #bridge",
        "#harbour#bridge",
        'c("harbour", "bridge")',
        "['harbour' 'bridge']",
        "['harbour'\n 'bridge']",
        "['harbour', 'bridge']",
        "('harbour', 'bridge')",
        "{harbour,bridge}",
        "[harbour,bridge]",
        '["harbour","bridge"]',
        '["#harbour", "#b\\u0072idge"]',
        '[{"text": "harbour", "indices": [1, 2]}, {"tag": "bridge"}]',
        "[{'text': 'harbour'}, {'text': 'bridge'}]",
        "harbour,bridge,",
    ],
)
def test_two_tags_stay_two(cell):
    assert lists(pl.Series([cell]), "hashtags", "here").values.to_list() == [["harbour", "bridge"]]


def test_words_with_escapes_side_by_side_are_not_one():
    assert lists(pl.Series([r"['it\'s' 'b']"]), "hashtags", "here").values.to_list() == [["it's", "b"]]


@pytest.mark.parametrize("cell", ["[]", "c()", "character(0)", "{}", "()", "set()"])
def test_a_list_of_nothing_is_empty(cell):
    assert lists(pl.Series([cell]), "hashtags", "here").values.to_list() == [[]]


@pytest.mark.parametrize(
    ("cell", "links"),
    [
        ("https://a.org/x,y,https://b.org", ["https://a.org/x,y", "https://b.org"]),
        ("https://a.org/x;y;https://b.org", ["https://a.org/x;y", "https://b.org"]),
        ("https://a.org/?x=[1]|https://b.org", ["https://a.org/?x=[1]", "https://b.org"]),
        ("a.org, b.org", ["a.org", "b.org"]),
        ("https://x.com/u/status/7/photo/1,pic.twitter.com/AbC", ["https://x.com/u/status/7"]),
        ('["https://x.com/u/status/7/video/1"]', ["https://x.com/u/status/7"]),
        ('[{"url": "https://t.co/1", "expanded_url": "https://a.org"}]', ["https://a.org"]),
    ],
)
def test_links_are_parted_where_the_next_begins(cell, links):
    assert lists(pl.Series([cell]), "urls", "here").values.to_list() == [links]


def test_what_parts_them_is_said():
    assert lists(pl.Series(["a,b", "c;d", None]), "hashtags", "here").notes == ("was parted at commas and semicolons",)
    assert lists(pl.Series(["https://a.org/x,y"]), "urls", "here").notes == ()


def test_words_for_missing_are_no_items_and_are_counted():
    read = lists(pl.Series(["NA,a", '["NA", "NA"]', "b"]), "mentions", "here", ("NA",))
    assert (read.values.to_list(), read.missing) == ([["a"], [], ["b"]], 3)
