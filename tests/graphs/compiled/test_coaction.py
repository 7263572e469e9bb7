"""The kernel where its tables are full and its work is in many parts."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cib.errors import SettingsError
from cib.graphs.coaction import coaction_graph
from cib.graphs.compiled.coaction import coactions as kernel
from tests.oracles import coactions
from tests.toys import edges_of, retweets

pytestmark = pytest.mark.usefixtures("in_many_parts")


def test_more_pairs_than_can_be_counted_are_refused():
    n = 70_000
    account, nothing = np.arange(n, dtype=np.int32) % 2, np.zeros(n, np.int32)
    with pytest.raises(SettingsError, match="2,147,483,647 events"):
        kernel(account, nothing, np.zeros(n, np.int64), nothing, nothing + np.int32(n), 2)


def test_large_random_data_equals_a_sparse_product():
    rng = np.random.default_rng(0)
    n = 20_000
    accounts, objects = rng.integers(0, 500, n), rng.integers(0, 2_000, n)
    rows = [(f"{a:03}", f"{o}", 0.0) for a, o in zip(accounts, objects, strict=True)]
    graph = coaction_graph(retweets(*rows), "post", None, 1)
    incidence = np.zeros((500, 2_000), dtype=np.int64)
    incidence[accounts, objects] = 1
    shared = incidence @ incidence.T
    np.fill_diagonal(shared, 0)
    assert (graph.matrix.toarray() == shared[np.ix_(*(np.array(graph.ids.cast(pl.Int64)),) * 2)]).all()


def test_many_partners_and_long_slices_equal_a_relational_join():
    rng = np.random.default_rng(1)
    n = 6_000
    posts = retweets(
        *[
            (f"{a:03}", "busy" if o < 20 else f"{o}", float(t))
            for a, o, t in zip(*(rng.integers(0, top, n) for top in (400, 50, 4_000)), strict=True)
        ]
    )
    graph = coaction_graph(posts, "post", 1800, 2)
    own = posts.posts_table.select("account_id", "target_post_id", at=pl.col("created_at").dt.epoch("us"))
    lag = pl.col("at_right") - pl.col("at")
    first, last = pl.min_horizontal("at", "at_right").min(), pl.max_horizontal("at", "at_right").max()
    expected = (
        own.join(own, on="target_post_id")
        .filter(pl.col("account_id") < pl.col("account_id_right"), lag.abs() <= 1800 * 1_000_000)
        .group_by(source="account_id", target="account_id_right")
        .agg(
            weight=pl.col("target_post_id").n_unique().cast(pl.Int64),
            pairs=pl.len().cast(pl.Int64),
            lag=lag.abs().sum() / pl.len() / 1e6,
            first=first.cast(pl.Datetime("us", "UTC")),
            last=last.cast(pl.Datetime("us", "UTC")),
            led=((lag > 0).sum() + (lag >= 0).sum()) / (2 * pl.len()),
        )
        .filter(pl.col("weight") >= 2)
        .sort("source", "target")
    )
    assert expected.height > 10_000
    assert_frame_equal(graph.edge_table, expected)


@pytest.mark.parametrize("min_weight", [2, 3])
def test_partners_that_share_a_byte_are_told_apart(min_weight):
    """600 accounts of 5 acts each: more partners than the bytes they are first counted in."""
    rng = np.random.default_rng(2)
    columns = (rng.integers(0, top, 3_000) for top in (600, 60, 3_000))
    rows = [(f"{a:03}", f"{o}", float(t)) for a, o, t in zip(*columns, strict=True)]
    edges = edges_of(coaction_graph(retweets(*rows), "post", 600, min_weight))
    expected = coactions(rows, 600, min_weight)
    assert len(expected) > 10
    assert edges.keys() == expected.keys()
    assert all(edges[pair] == pytest.approx(expected[pair], abs=1e-6) for pair in expected)


def test_a_minimum_weight_above_what_a_byte_can_count():
    rows = [(account, f"{k}", 0.0) for account, n in [("a", 300), ("b", 300), ("c", 299)] for k in range(n)]
    assert edges_of(coaction_graph(retweets(*rows), "post", 0, 300)).keys() == {("a", "b")}
