"""Cosines of TF-IDF rows against the dense product."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfTransformer

from cib.graphs.coaction import coaction_graph
from cib.presets.cosine import cosine_edges
from tests.toys import retweets

ACTS = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("uvwxyz")), min_size=1, max_size=30)


def incidence_of(pairs):
    made = retweets(*((*pair, float(k)) for k, pair in enumerate(pairs)))
    return coaction_graph(made, "post", None, 1).incidence


@given(ACTS, st.booleans(), st.sampled_from(["smooth", "sublinear", "plain"]), st.integers(1, 3))
def test_cosines_are_those_of_the_dense_product(pairs, binary, weights, least):
    incidence = incidence_of(pairs)
    counts = np.array([[pairs.count((a, o)) for o in incidence.object_ids] for a in incidence.account_ids])
    counts = np.minimum(counts, 1) if binary else counts
    enough = (counts > 0).sum(axis=0) >= least
    counts = counts[:, enough] if enough.any() else counts
    if weights == "plain":
        rows = counts * np.log(len(counts) / (counts > 0).sum(axis=0))
    else:
        rows = TfidfTransformer(sublinear_tf=weights == "sublinear").fit_transform(counts).toarray()
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1), 1e-300)[:, None]
    cosine = np.triu(rows @ rows.T, 1)
    expected = {(i, j): pytest.approx(cosine[i, j]) for i, j in zip(*np.nonzero(cosine > 1e-12), strict=True)}
    options = {"binary": binary, "sublinear": weights == "sublinear", "smooth": weights != "plain"}
    found = cosine_edges(incidence, min_accounts=least, **options)
    assert {(i, j): weight for i, j, weight in found.iter_rows()} == expected


def test_no_events_have_no_edges():
    nobody = incidence_of([("a", "x")]).keep_events(np.array([False]))
    assert cosine_edges(nobody).schema == {"source": pl.UInt32, "target": pl.UInt32, "weight": pl.Float64}
