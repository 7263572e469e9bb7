"""Narratives by meaning: planted messages in several wordings and languages."""

from __future__ import annotations

from itertools import count

import numpy as np
import polars as pl
import pytest

pytest.importorskip("rensa", reason="needs the extra semantic")

from cib.profiles.narratives import distinctive_terms, narratives_by_meaning
from tests.toys import activity

WORDS = {
    "port": {"en": ["the port was sold to strangers at night", "strangers now own our harbour, sold in the dark"],
             "es": ["vendieron el puerto a extraños de noche"]},
    "bread": {"en": ["bread costs twice as much as in spring", "a loaf is twice the price it was in march"]},
}  # fmt: skip


@pytest.fixture(scope="module")
def told():
    """Members tell two stories; others say what comes to their mind; and the vectors of all that."""
    rng, number = np.random.default_rng(1), count()
    rows, topic = [], {}
    for story, words in WORDS.items():
        for lang, texts in words.items():
            for text in texts:
                topic[text] = rng.normal(size=32) * 0.2 + 10 * (np.arange(32) == list(WORDS).index(story))
                rows += [("m", f"m{k}", text, lang) for k in range(4 if story == "port" else 2)]
    for k in range(200):
        text = f"{rng.integers(10**9)} things that somebody has said on day {k}"
        topic[text] = rng.normal(size=32)
        rows.append(("o", f"o{k % 20}", text, "en"))
    posts = [
        {"account_id": name, "action": "post", "text": text, "lang": lang, "at": 60.0 * next(number)}
        for _, name, text, lang in rows
    ]
    members = pl.DataFrame({"account_id": [f"m{k}" for k in range(4)], "network_id": ["n1"] * 4})
    return activity(posts), members, lambda batch: [topic[text] for text in batch]


def test_stories_are_found_whatever_their_words_and_language(told):
    posts, members, encode = told
    found = narratives_by_meaning(posts, members, encode=encode)
    assert found.select("network_id", "posts", "accounts").rows() == [("n1", 12, 4), ("n1", 4, 2)]
    assert found["languages"].to_list() == [["en", "es"], ["en"]]
    assert (found["first"] < found["last"]).all()


def test_examples_are_what_was_posted_in_each_language_first(told):
    posts, members, encode = told
    first, second = narratives_by_meaning(posts, members, encode=encode, examples=2)["examples"].to_list()
    assert [example["lang"] for example in first] == ["en", "es"]
    assert [example["text"] for example in first] == [WORDS["port"]["en"][0], WORDS["port"]["es"][0]]
    assert [example["text"] for example in second] == WORDS["bread"]["en"]
    assert set(posts.posts_table["post_id"]) >= {example["post_id"] for example in first + second}


def test_members_that_say_nothing_have_no_narrative(told):
    posts, members, encode = told
    nobody = members.with_columns(account_id=pl.lit("x") + pl.col("account_id"))
    assert narratives_by_meaning(posts, nobody, encode=encode, similarity=0.9).height == 0


@pytest.mark.parametrize("before", ["#\u6e2f\u53e3\uff0c", "#\u6e2f\u53e3\u3002", "https://example.org/a1"])
def test_words_that_follow_a_hashtag_or_link_without_a_space_are_terms(before):
    """In Chinese a comma ends a hashtag and a link ends at the first Chinese character; the words remain."""
    said = {"m": "\u62b5\u5236\u51fa\u552e", "o": "\u5929\u6c14\u4e0d\u9519"}
    rest = "\u6211\u4eec\u5927\u5bb6\u4eca\u5929\u8bf4\u7684\u8bdd"
    posts = activity([
        {"account_id": f"{side}{k}", "action": "post", "text": f"{before}{said[side]} {k} {rest}", "at": 60.0 * k}
        for side in said for k in range(40)
    ])  # fmt: skip
    inside = posts.posts_table["account_id"].str.starts_with("m")
    terms = "".join(distinctive_terms(posts, inside)["value"])
    assert set(said["m"]) & set(terms)
    assert "\u6e2f" not in terms
