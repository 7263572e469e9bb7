"""Texts, links and invented words."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from cib.simulation import Simulation
from cib.simulation.wording import LANGUAGES, invented, links, reworded, slogans, write
from tests.simulation.conftest import acts


def test_texts_of_the_core_repeat(takedowns: list[Simulation]) -> None:
    posts = acts(takedowns[0]).filter(action="post")
    core, organic = posts.filter(role="highly_engaged")["text"], posts.filter(community="organic")["text"]
    assert core.n_unique() < 0.8 * len(core)
    assert organic.n_unique() > 0.99 * len(organic)


def test_other_numbers_are_other_words() -> None:
    assert invented(np.arange(100_000)).n_unique() == 100_000
    assert links(np.array([3]), np.array([7])).item() == f"https://{invented(np.array([3])).item()}.example/7"


def test_a_post_ends_with_its_hashtags_and_its_link() -> None:
    link = links(np.arange(400), np.arange(400))
    languages = np.repeat([LANGUAGES.index("en"), LANGUAGES.index("zh")], 200)
    posts = write(np.random.default_rng(0), languages, np.zeros(400, np.int64), link)
    assert posts["urls"].list.first().equals(link)
    assert 0.15 < 1 - posts["hashtags"].null_count() / posts.height < 0.35
    for text, tags, url in posts.select("text", "hashtags", "urls").iter_rows():
        assert text.endswith(" ".join([*(f"#{tag}" for tag in tags or ()), *url]))
    spaces = posts["text"].str.split(" #").list.first().str.split(" https").list.first().str.count_matches(" ")
    assert (spaces[:200].min() > 2, spaces[200:].max()) == (True, 0)


def test_a_preferred_wording_leaves_two_forms_of_each_slot() -> None:
    for wording, most in ((None, 6**3), (101, 2**3)):
        texts = (
            slogans(np.random.default_rng(0), np.zeros(5_000, np.int64), 1.0, wording)["text"]
            .str.split(" #")
            .list.first()
        )
        assert texts.n_unique() == most


@pytest.mark.parametrize("changed", [0.0, 1.0])
def test_a_reworded_text_has_one_word_before_it(changed: float) -> None:
    texts = pl.Series(["the line"] * 50)
    found = reworded(np.random.default_rng(0), texts, changed).str.split(" ").list
    assert found.len().unique().to_list() == [2 + changed]
    assert (found.slice(-2, 2).list.join(" ") == texts).all()
