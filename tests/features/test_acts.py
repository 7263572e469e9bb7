"""Acts of accounts on others, summed by hand."""

from __future__ import annotations

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from cib.features.acts import Acts, rounded
from cib.graphs.graph import Graph


def test_acts_are_the_edges_of_a_graph_and_add_up_by_either_end():
    edges = {"source": [0, 0, 1], "target": [1, 2, 0], "weight": [2, 1, 1], "returned": [1, 0, 2]}
    acts = Acts.of(Graph("interaction", directed=True, ids=pl.Series(list("abcd")), table=pl.DataFrame(edges)))
    assert acts.returned.tolist() == [1, 0, 2]
    assert acts.given(acts.weight).tolist() == [3, 1, 0, 0]
    assert acts.received(acts.weight).tolist() == [1, 2, 1, 0]


def test_a_share_is_over_all_actions_without_those_of_unknown_value():
    """Three of five posts are acts, one of them of unknown value; the only post of the second names two accounts."""
    acts = Acts(np.array([0, 0, 1, 2]), np.array([1, 2, 0, 0]), np.array([2.0, 1, 2, 1]), np.zeros(4), 4)
    posts = nw.from_native(pl.DataFrame({"account_row": [0] * 5 + [1, 3]}), eager_only=True)
    share = acts.share(posts, np.array([0.5, np.nan, 1, np.nan]))
    assert share == pytest.approx([1 / 8, 2 / 6, np.nan, np.nan], nan_ok=True)


def test_the_order_of_summation_tells_no_accounts_apart():
    one, other = np.sum([0.1, 0.2, 0.3]), np.sum([0.3, 0.2, 0.1])
    assert one != other
    assert rounded(np.array([one]))[0] == rounded(np.array([other]))[0]
