"""Words: one by one where they are spaced, in segments where they are not."""

from __future__ import annotations

import polars as pl
import pytest

from cib.content.words import words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("don\u2019t panic! e-mail me", ["don\u2019t", "panic", "e", "mail", "me"]),
        ("Привет, мир", ["Привет", "мир"]),
        ("مرحبا بالعالم", ["مرحبا", "بالعالم"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("a_b 12", ["a", "b", "12"]),
        ("", []),
        (None, []),
    ],
)
def test_words_stand_between_what_is_no_letter(text, found):
    assert words(pl.Series([text], dtype=pl.String)) == [found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("今天需要大家维护", {"今天", "需要", "大家", "维护"}),
        ("今日は天気が iPhone", {"今日は", "天気が", "iPhone"}),
        ("อากาศดีมาก", {"อากาศ", "ดี", "มาก"}),
    ],
)
def test_what_is_written_without_spaces_is_cut_into_segments(text, found):
    pytest.importorskip("budoux", reason="needs the extra text")
    (cut,) = words(pl.Series([text]))
    assert "".join(cut) == text.replace(" ", "")
    assert found <= set(cut)


def test_without_the_library_pairs_of_characters_stand_for_words(monkeypatch):
    monkeypatch.setattr("cib.content.words._cutter", lambda _: None)
    assert words(pl.Series(["今天好 ok", "好"])) == [["今天", "天好", "ok"], ["好"]]
