"""Keys of texts: what looks the same to a reader is the same."""

from __future__ import annotations

import sys
import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cib
from cib.content.text import _NORMALIZABLE, look, message, messages


def same_key(key, one, other):
    one_key, other_key = pl.select(one=key(pl.lit(one)), other=key(pl.lit(other))).row(0)
    return one_key == other_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Stra\u00dfe", "STRASSE"),
        ("\u0130STANBUL", "istanbul"),
        ("\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c3"),
        ("caf\u00e9", "cafe\u200d\u0301"),
        ("\u2764\ufe0f ok", "\u2764   ok"),
        ("\uff26\uff52\uff45\uff45", "free"),
    ],
)
def test_what_looks_the_same_has_one_key(one, other):
    assert same_key(look, one, other)


@given(st.text(), st.integers(0, 50), st.sampled_from("\u200b\u200d\u2066\ufeff\ufe0f"))
def test_invisible_characters_leave_the_key(text, at, mark):
    assert same_key(look, text, text[:at] + mark + text[at:])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("看這裡https://t.co/abc真的嗎", "看這裡 真的嗎"),
        ("@anna: @b.bsky.social hello @carl", "hello @carl"),
        ("\uff20新浪 你好", "你好"),
        ("@anna你好", "你好"),
        ("smart.co/x stays, www.example.org/x goes", "smart.co/x stays, goes"),
        ("@anna @ben https://t.co/abc\u2026", ""),
    ],
)
def test_links_and_leading_mentions_are_not_the_message(text, said):
    assert pl.select(message(pl.lit(text))).item() == said


def test_messages_are_found_once_and_are_those_of_each_post():
    posts = cib.simulate(scale=0.001, seed=3).activity
    said = messages(posts)
    assert messages(posts) is said
    table = posts.posts_table.with_row_index("row").filter(pl.col("action") != "retweet")
    expected = table.select("row", text=message(pl.col("text"))).filter(pl.col("text") != "")
    assert pl.DataFrame({"row": said.row, "text": said.distinct.gather(said.code)}).equals(expected)
    assert said.distinct.equals(expected["text"].unique().sort())


def test_characters_that_are_not_normalized_never_change():
    characters = pl.Series([chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF])
    skipped = characters.filter(~characters.str.contains(_NORMALIZABLE)).to_list()
    assert len(skipped) > 30_000
    assert all(unicodedata.is_normalized("NFKC", character) for character in skipped)
    assert not any(unicodedata.combining(character) for character in skipped)
    assert not any(unicodedata.category(character).startswith("M") for character in skipped)
    assert unicodedata.is_normalized("NFKC", "".join(skipped))


def test_marks_and_compatibility_characters_are_composed():
    texts = pl.Series("text", ["cafe\u0301", "\uff26\uff32\uff25\uff25", "か\u3099く", "\u1112\u1161\u11ab", "№"])
    assert texts.to_frame().select(look(pl.col("text")))["text"].to_list() == ["café", "free", "がく", "한", "no"]
