"""Groups of texts that are added by and by are those of all of them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from cib.content.near_duplicates import COMPARED, link_similar, near_duplicates, roots
from cib.content.reworded import reworded
from cib.content.similar_texts import MEASURES, Measured, SimilarTexts, link_texts, relinked

WHOLE = {"reworded": reworded, "near-text": near_duplicates}


def written(rng, n):
    """Texts with a part in common, and a part in common with some of the others."""
    for at in rng.integers(0, 100, n).tolist():
        own = (f"x{at + k}" if rng.random() < 0.9 else f"y{rng.integers(10**6)}" for k in range(8))
        yield " ".join(["we all vote for", *own])


@pytest.mark.parametrize("kind", MEASURES)
def test_texts_of_one_day_after_another_are_all_texts(kind):
    rng, before, known = np.random.default_rng(1), None, None
    texts = pl.Series(written(rng, 1_200)).unique().sort()
    day = np.maximum(rng.integers(-6, 4, len(texts)), 0)
    for k in range(4):
        now = texts.filter(pl.Series(day <= k))
        place = None if before is None else np.flatnonzero(now.is_in(before.implode()).to_numpy())
        known, before = link_texts(now, MEASURES[kind], known, place), now
        first = known.first(len(now))
        assert now.gather(first).equals(WHOLE[kind](now))
        assert len(known.links) == len(now) - len(np.unique(first))
        whole = link_texts(now, MEASURES[kind])
        assert known.texts[known.order].tolist() == whole.texts[whole.order].tolist()
        assert np.abs(np.diff(known.links[:, :2])).max() <= COMPARED


def test_groups_in_pieces_are_joined_again_where_others_are_alike():
    """In one bucket of two bands; here and there only a text without a lost link joins the pieces of its group."""
    n, size = 120, 4
    for seed in range(200):
        rng = np.random.default_rng(seed)
        bands = np.zeros((2, n), np.uint32)
        shingles = np.sort(rng.permuted(np.tile(np.arange(14), (n, 1)), axis=1)[:, :size]).astype(np.uint32) * 7_919
        come = np.concatenate([np.sort(part) for part in np.split(rng.permutation(n), [n - n // 4])])
        whole = bands, shingles.ravel(), np.arange(n + 1) * size, 0.5
        expected = roots(n, link_similar(*whole))
        old = come[: n - n // 4]
        order = np.empty((2, len(old)), np.int32)
        linked = link_similar(bands[:, old], shingles[old].ravel(), whole[2][: len(old) + 1], 0.5, order)
        links = np.column_stack([np.argsort(order)[linked[:, 2:], linked[:, :2]], linked[:, 2]]).astype(np.int32)
        measured = [Measured(shingles[come].ravel(), whole[2], bands)]
        before = SimilarTexts(come.astype(np.int32), measured, order, links)
        assert relinked(before, 0.5).first(n).tolist() == expected.tolist()


def test_a_day_without_long_texts_changes_nothing():
    texts = pl.Series(["a b c d e f g", "b c d e f g h"])
    known = link_texts(texts, MEASURES["reworded"])
    more = pl.Series(["", "a", *texts])
    again = link_texts(more, MEASURES["reworded"], known, np.array([2, 3]))
    assert again.first(4).tolist() == [0, 1, 2, 2]
