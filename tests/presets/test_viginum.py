"""D3lta: the three thresholds one by one, and the accounts behind the texts."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

pytest.importorskip("rapidfuzz", reason="needs the extra semantic")

from cib.content.vectors import unit_vectors
from cib.errors import SettingsError
from cib.presets import d3lta
from cib.presets.viginum import d3lta_pairs, letters
from tests.toys import activity

COPY = "The bridge over the river is closed until the end of the month"
OTHER = "Nobody may cross the water before the next month has begun, they say"


def at_angle(cosine):
    return [cosine, float(np.sqrt(1 - cosine**2))]


@pytest.mark.parametrize(
    ("other", "lang", "cosine", "kind"),
    [
        (COPY + "!! #bridge", "en", 0.86, "copied"),
        (COPY + "!! #bridge", "en", 0.72, "copied"),
        (OTHER, "en", 0.86, "reworded"),
        (OTHER, "en", 0.84, None),
        (OTHER, "de", 0.72, "translated"),
        (OTHER, "de", 0.71, None),
        (COPY, "de", 0.99, "translated"),
    ],
)
def test_distances_decide(other, lang, cosine, kind):
    vectors = unit_vectors(["0", "1"], lambda _: [at_angle(1.0), at_angle(cosine)])
    found = d3lta_pairs(pl.Series([COPY, other]), pl.Series(["en", lang]), vectors)
    assert found["kind"].to_list() == ([kind] if kind else [])


def test_accounts_are_linked_by_their_texts():
    texts = {"a": COPY, "b": COPY + "!", "c": OTHER, "d": "too short", "e": None}
    rows = [
        {"account_id": name, "action": "post", "at": k, "text": text} for k, (name, text) in enumerate(texts.items())
    ]
    rows += [{"account_id": "a", "action": "post", "at": 9.0, "text": COPY}]  # one's own copy links nobody

    def encode(batch):
        return [at_angle(0.9) if text == OTHER else at_angle(1.0) for text in batch]

    graph = d3lta(activity(rows), encode=encode)
    rows = graph.edge_table.select("source", "target", "weight", "copied", "reworded", "translated").rows()
    assert rows == [("a", "b", 2, 2, 0, 0), ("a", "c", 2, 0, 2, 0), ("b", "c", 1, 0, 1, 0)]
    assert d3lta(activity(rows_of_nobody()), encode=encode).n_edges == 0


def rows_of_nobody():
    return [{"account_id": "a", "action": "post", "at": 0.0, "text": "short"}]


def test_letters_are_what_is_compared():
    assert letters("#a #b Ünïcode, @x y 😀 https://t.co/abc #c") == "unicodey"


def test_thresholds_are_shares():
    with pytest.raises(SettingsError, match="threshold_language"):
        d3lta_pairs(pl.Series([COPY]), pl.Series(["en"]), np.ones((1, 2), np.int16), threshold_language=2.0)
