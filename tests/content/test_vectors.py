"""Near pairs of vectors against the comparison of all with all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.content import vectors as module
from cib.content.vectors import SCALE, near_pairs, unit_vectors
from cib.errors import InputError


def topical(n, dimensions=32, seed=1):
    """Vectors around topics, each of the first half with a near one in the second half."""
    rng = np.random.default_rng(seed)
    topics = rng.normal(size=(20, dimensions))
    one = topics[rng.integers(0, 20, n // 2)] + rng.normal(size=(n // 2, dimensions))
    two = one + 0.3 * rng.normal(size=one.shape)
    return unit_vectors([str(k) for k in range(n)], iter_rows(np.concatenate([one, two])))


def iter_rows(matrix):
    return lambda batch: matrix[[int(text) for text in batch]]


def compared_all(vectors, similarity):
    cosine = vectors.astype(np.int64) @ vectors.astype(np.int64).T / SCALE**2
    i, j = np.nonzero(np.triu(cosine >= similarity, 1))
    return list(zip(i.tolist(), j.tolist(), cosine[i, j].tolist(), strict=True))


@pytest.mark.parametrize("similarity", [0.3, 0.6, 0.9])
def test_few_vectors_are_compared_completely(similarity, monkeypatch):
    monkeypatch.setattr(module, "_ROWS", 64)
    monkeypatch.setattr(module, "MOST_NEIGHBOURS", 10**6)
    vectors = topical(300)
    found = list(zip(*(column.tolist() for column in near_pairs(vectors, similarity)), strict=True))
    assert found == compared_all(vectors, similarity)
    assert found


def test_cells_find_nearly_all_near_pairs_and_no_other(monkeypatch):
    vectors = topical(6000)
    expected = set(compared_all(vectors, 0.85))
    monkeypatch.setattr(module, "_EXACT", 100)
    found = set(zip(*(column.tolist() for column in near_pairs(vectors, 0.85)), strict=True))
    assert found <= expected
    assert len(found) >= 0.98 * len(expected)


def test_of_a_crowd_the_nearest_are_kept(monkeypatch):
    monkeypatch.setattr(module, "MOST_NEIGHBOURS", 5)
    vectors = topical(200)
    first, second, cosine = near_pairs(vectors, -1.0)
    everything = compared_all(vectors, -1.0)
    of_first = sorted((c for i, _, c in everything if i == 0), reverse=True)[:5]
    assert sorted(cosine[first == 0].tolist(), reverse=True) == of_first
    assert len(first) <= 5 * 200
    assert (first < second).all()


@given(st.permutations(range(40)))
def test_the_order_of_vectors_does_not_matter(order):
    vectors = topical(40)
    first, second, cosine = near_pairs(vectors[list(order)], 0.5)
    moved = {(*sorted((order[i], order[j])), c) for i, j, c in zip(first, second, cosine.tolist(), strict=True)}
    assert moved == set(compared_all(vectors, 0.5))


def test_no_vectors_have_no_pairs():
    assert [len(column) for column in near_pairs(np.empty((0, 4), np.int16), 0.5)] == [0, 0, 0]


@pytest.mark.parametrize("returned", [[[1.0, 2.0]], [1.0, 2.0], [[np.nan, 1.0], [0.0, 1.0]]])
def test_an_encoder_returns_one_row_for_each_text(returned):
    with pytest.raises(InputError, match="one row of finite numbers"):
        unit_vectors(["one", "two"], lambda _: returned)


def test_vectors_have_unit_length():
    lengths = np.linalg.norm(topical(50).astype(np.float64), axis=1) / SCALE
    assert np.abs(lengths - 1).max() < 0.01
