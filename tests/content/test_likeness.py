"""Copied, reworded and translated texts, on the hand-made set and on cases of one letter."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import polars as pl
import pytest

pytest.importorskip("rapidfuzz", reason="needs the extra semantic")

from cib.content.likeness import edit_similarity, likeness

SET = pl.read_csv(Path(__file__).with_name("data") / "meaning.tsv", separator="\t", quote_char=None)


def test_rewordings_and_translations_are_told_apart():
    reworded = SET.select(text="original", other="reworded", lang="lang", other_lang="lang")
    assert likeness(reworded).value_counts(sort=True)["likeness"].to_list() == ["reworded"]
    for (_, one), (_, two) in combinations(SET.group_by("lang", maintain_order=True), 2):
        translated = pl.DataFrame(
            {"text": one["original"], "other": two["original"], "lang": one["lang"], "other_lang": two["lang"]}
        )
        assert set(likeness(translated)) == {"translated"}


def test_small_changes_are_copies():
    changed = SET.select(text="original", other=pl.col("original").str.to_uppercase() + "!!! https://t.co/x")
    assert set(likeness(changed)) == {"copied"}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("a b c d", "a b c d", "en", "es"), "copied"),  # whatever a platform takes the language for
        (("one", "completely other", "en", "en-GB"), "reworded"),
        (("one", "completely other", None, "en"), "reworded"),
        (("один", "completely other", None, "en"), "translated"),
        ((None, "text", "en", "en"), None),
    ],
)
def test_what_is_known_decides(row, expected):
    names = ("text", "other", "lang", "other_lang")
    pair = pl.DataFrame([row], schema=dict.fromkeys(names, pl.String), orient="row")
    assert likeness(pair).to_list() == [expected]


def test_edit_similarity_is_levenshtein_over_the_longer():
    similar = edit_similarity(pl.Series(["kitten", "", "abc"]), pl.Series(["sitting", "", ""]))
    assert similar.to_list() == pytest.approx([1 - 3 / 7, 1.0, 0.0])
