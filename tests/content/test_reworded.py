"""Texts of much the same wording stand for one another, whatever else is replaced; others for themselves."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl

from cib.content.reworded import reworded


def written(rng, words, replaced):
    return " ".join(f"w{rng.integers(2_000)}" if rng.random() < replaced else word for word in words)


def pairs(text):
    return set(itertools.pairwise(text.split()))


def likeness(a, b):
    return len(pairs(a) & pairs(b)) / len(pairs(a) | pairs(b))


def test_what_stands_for_a_text_is_what_likeness_joins():
    rng = np.random.default_rng(1)
    lines = [[f"w{word}" for word in rng.integers(0, 2_000, 14)] for _ in range(12)]
    texts = pl.Series(sorted({written(rng, line, 0.15) for line in lines for _ in range(8)}))
    parent = list(range(len(texts)))
    for a, b in itertools.combinations(range(len(texts)), 2):
        if likeness(texts[a], texts[b]) >= 0.25:
            low, high = sorted((parent[a], parent[b]))
            parent = [low if each == high else each for each in parent]
    found = reworded(texts)
    assert found.to_list() == [texts[k] for k in parent]
    assert found.n_unique() < 20


def test_signs_are_words_where_there_are_no_spaces():
    texts = pl.Series(
        sorted(["今天天气很好我们去公园散步吧", "今天天气很好他们去公园散步吧", "这家店的面条真的非常好吃推荐"])
    )
    assert reworded(texts).n_unique() == 2


def test_short_and_single_texts_stand_for_themselves():
    texts = pl.Series(["a b c", "a b c d", "hello", "one"])
    assert reworded(texts).to_list() == texts.to_list()
    assert reworded(pl.Series([], dtype=pl.String)).to_list() == []
