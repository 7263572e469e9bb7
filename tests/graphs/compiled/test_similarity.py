"""Similar rows against the dense product."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from cib.graphs.compiled.similarity import similar_rows


def alike(weights, kind):
    if kind == "cosine":
        unit = weights / np.linalg.norm(weights, axis=1)[:, None]
        return unit @ unit.T
    shared = (weights > 0).astype(int) @ (weights > 0).T
    size = np.diag(shared)
    return shared / (np.add.outer(size, size) - shared if kind == "jaccard" else np.minimum.outer(size, size))


@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.5, 0.8])
@pytest.mark.parametrize("kind", ["cosine", "jaccard", "overlap"])
def test_popular_columns_are_passed_over_without_loss(kind, threshold):
    rng = np.random.default_rng(0)
    counts = rng.poisson(1.5 / np.arange(1, 61) ** 0.7, (150, 60))  # a few columns that nearly all rows have
    counts = counts[counts.any(axis=1)] * rng.uniform(0.5, 2, 60)
    counts = np.vstack([counts, counts[:5]])
    expected = alike(counts, kind)
    i, j = np.nonzero(np.triu(expected >= threshold - 1e-9, 1) & (expected > 0))
    found = similar_rows(sp.csr_array(counts), kind, threshold, threads=2)
    assert len(i) >= 5
    assert list(zip(found.i, found.j, strict=True)) == list(zip(i, j, strict=True))
    assert found.similarity == pytest.approx(expected[i, j])
