"""Near-duplicates against the comparison of every two texts."""

from __future__ import annotations

import random
import sys
from itertools import combinations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import DisjointSet

from cib.content.near_duplicates import near_duplicates
from cib.errors import MissingDependencyError, SettingsError

CHINESE = "請大家告訴大家這個週末一起到廣場去支持我們的朋友不見不散記得帶上你的家人"


def similarity(a, b):
    one, other = ({text[k : k + 5] for k in range(max(1, len(text) - 4))} for text in (a, b))
    return len(one & other) / len(one | other)


def groups_by_comparing_all(texts, threshold):
    groups = DisjointSet(texts)
    for a, b in combinations(texts, 2):
        if similarity(a, b) >= threshold:
            groups.merge(a, b)
    return [min(groups.subset(text)) for text in texts]


def sorted_texts(texts):
    return pl.Series(sorted(set(texts)), dtype=pl.String)


def variants(seed, n=40):
    """Texts of a few templates with some letters changed."""
    draw = random.Random(seed)  # noqa: S311 - no secret is made
    templates = ["".join(draw.choices("etaoin 你好世界", k=draw.randint(3, 120))) for _ in range(5)]
    for _ in range(n):
        letters = list(draw.choice(templates))
        for _ in range(draw.randint(0, 2)):
            letters[draw.randrange(len(letters))] = draw.choice("xyz")
        yield "".join(letters)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("threshold", [0.8, 0.9])
def test_equals_comparing_every_two_texts(seed, threshold):
    texts = sorted_texts(variants(seed))
    assert near_duplicates(texts, threshold).to_list() == groups_by_comparing_all(texts.to_list(), threshold)


def pairs_around(threshold, seed, n=300):
    """Texts in pairs, of which one has some letters of the other changed, about as similar as the threshold."""
    draw = random.Random(seed)  # noqa: S311 - no secret is made
    for _ in range(n):
        letters = draw.choices("abcdefghijklmnopqrstuvwxyz 你好世界", k=120)
        other = letters.copy()
        for k in draw.sample(range(120), draw.randint(1, round(30 * (1.05 - threshold)))):
            other[k] = draw.choice("0123456789")
        yield "".join(letters), "".join(other)


@pytest.mark.parametrize("threshold", [0.5, 0.6, 0.7, 0.8, 0.9])
def test_at_any_threshold_nearly_all_true_pairs_are_found(threshold):
    pairs = [pair for seed in range(3) for pair in pairs_around(threshold, seed)]
    true = [pair for pair in pairs if similarity(*pair) >= threshold]
    close = [pair for pair in true if similarity(*pair) < threshold + 0.1]
    assert len(close) > 50
    texts = sorted_texts(text for pair in pairs for text in pair)
    first = dict(zip(texts, near_duplicates(texts, threshold), strict=True))
    for some in (true, close):
        assert sum(first[a] == first[b] for a, b in some) / len(some) >= 0.95
    assert all(first[a] != first[b] for a, b in pairs if similarity(a, b) < threshold)


@given(st.lists(st.text("ab ", max_size=20), max_size=20))
def test_joins_no_two_that_are_unlike(texts):
    texts = sorted_texts(texts)
    expected = groups_by_comparing_all(texts.to_list(), 0.8)
    together = dict(zip(texts, near_duplicates(texts), strict=True))
    assert all(expected[k] == expected[texts.index_of(first)] for k, first in enumerate(together.values()))


def test_chinese_needs_no_spaces():
    texts = sorted_texts([CHINESE, CHINESE + "!", CHINESE[2:], "今天的天氣很好我和孩子去公園看花還買了三個包子回家吃"])
    first = near_duplicates(texts)
    assert first.n_unique() == 2
    assert first.filter(texts.str.contains("不見不散")).n_unique() == 1


def test_a_large_group_is_one_object():
    texts = sorted_texts(f"{CHINESE}{k:04}" for k in range(3_000))
    assert near_duplicates(texts).n_unique() == 1


def test_no_texts_no_groups():
    assert near_duplicates(sorted_texts([])).to_list() == []


def test_without_the_library_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rensa", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'cib-detect\[text\]'"):
        near_duplicates(sorted_texts(["a text"]))


def test_similarity_is_a_share():
    with pytest.raises(SettingsError, match="similarity"):
        near_duplicates(sorted_texts(["a text"]), 0)
