"""TF-IDF cosine against scikit-learn on dense matrices."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfTransformer

from cib.errors import SettingsError
from cib.graphs import similarity
from cib.graphs.similarity import similarity_graph
from tests.toys import retweets


def rows(seed: int = 0, accounts: int = 40, objects: int = 30, acts: int = 600):
    rng = np.random.default_rng(seed)
    who, what = rng.integers(0, accounts, acts), rng.integers(0, objects, acts)
    return [(f"{a:02}", f"{o:02}", float(k)) for k, (a, o) in enumerate(zip(who, what, strict=True))]


@pytest.mark.parametrize("block", [1, 500, 10**9])
def test_equals_the_dense_product_in_blocks_of_any_size(monkeypatch, block):
    monkeypatch.setattr(similarity, "_BLOCK", block)
    acts = rows()
    graph = similarity_graph(retweets(*acts), "post", 0.6, min_objects=1)
    counts = np.zeros((40, 30))
    for account, target, _ in acts:
        counts[int(account), int(target)] += 1
    unit = TfidfTransformer().fit_transform(counts).toarray()
    cosine = unit @ unit.T
    expected = {(f"{i:02}", f"{j:02}"): cosine[i, j] for i, j in zip(*np.where(cosine >= 0.6), strict=True) if i < j}
    got = {(a, b): weight for a, b, weight in graph.edge_table.select("source", "target", "weight").iter_rows()}
    assert got == pytest.approx(expected)


def test_accounts_with_one_object_take_no_part():
    acts = [("a", "x", 0.0), ("b", "x", 1.0)] + [(c, o, 2.0) for c in "cd" for o in "xyz"]
    graph = similarity_graph(retweets(*acts), "post", 0.9)
    assert graph.ids.to_list() == ["c", "d"]
    assert graph.table["weight"].to_list() == [1.0]


def test_no_events_no_edges():
    assert similarity_graph(retweets(("a", "x", 0.0)), "post").n_edges == 0


def test_threshold_is_a_cosine():
    with pytest.raises(SettingsError, match="cosine"):
        similarity_graph(retweets(("a", "x", 0.0)), "post", 1.5)
