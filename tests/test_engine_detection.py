"""The whole detection on an engine: the result that it has in memory, and no table of actions that comes back."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import cib
from cib.engine import brought_back
from cib.errors import InputError

pytestmark = [
    pytest.mark.filterwarnings("ignore::cib.errors.CibWarning"),
    pytest.mark.filterwarnings("ignore::cib.errors.PrecisionWarning"),
]


def same_detection(ours, memory):
    for name in ("table", "tested"):
        assert_frame_equal(getattr(ours, name), getattr(memory, name), check_exact=True)
    assert_frame_equal(ours.features.table, memory.features.table, check_exact=True)
    assert_frame_equal(ours.roles.table, memory.roles.table, check_exact=True)
    assert ours.graphs.keys() == memory.graphs.keys()
    for name, graph in memory.graphs.items():
        assert_frame_equal(ours.graphs[name].edge_table, graph.edge_table, check_exact=True)
    assert len(ours.networks) == len(memory.networks)
    for one, other in zip(ours.networks, memory.networks, strict=True):
        assert_frame_equal(one.members, other.members, check_exact=True)
        assert one.reasons == other.reasons
        for part in ("edges", "objects"):
            assert_frame_equal(getattr(one.evidence, part), getattr(other.evidence, part), check_exact=True)


@pytest.fixture(scope="module")
def world():
    """Posts with text, links, tags and mentions, some of whose authors are not stated; and accounts."""
    activity = cib.simulate(scale=0.0005, seed=5).activity
    known = pl.int_range(pl.len()) % 3 > 0
    posts = activity.posts_table.with_columns(
        pl.col("action").cast(pl.String), pl.when(known).then(pl.col("target_account_id")).alias("target_account_id")
    )
    return posts, activity.accounts_table


def crowd(n=4_000):
    """Retweets of three hundred accounts, and of a ring of six that copies itself."""
    rng = np.random.default_rng(1)
    on = rng.integers(0, 400, n)
    text = [f"number {k} of the things that people say" for k in rng.integers(0, 10**6, n)]
    rows = pl.DataFrame(
        {
            "account_id": [f"a{k:03}" for k in rng.integers(0, 300, n)],
            "post_id": [f"p{k:05}" for k in range(n)],
            "action": [("retweet", "retweet", "post")[k] for k in rng.integers(0, 3, n)],
            "target_post_id": [f"q{k}" for k in on],
            "created_at": 1_591_920_000 + on * 6_000 + rng.integers(0, 1_800, n),
        }
    ).with_columns(
        text=pl.when(pl.col("action") == "post").then(pl.Series(text)),
        target_post_id=pl.when(pl.col("action") == "retweet").then(pl.col("target_post_id")),
    )
    ring = pl.DataFrame(
        {
            "account_id": [f"r{k % 6}" for k in range(240)],
            "post_id": [f"r{k:05}" for k in range(240)],
            "action": ["retweet"] * 240,
            "target_post_id": [f"ring{k // 6}" for k in range(240)],
            "created_at": [1_591_920_000 + k // 6 * 40_000 + k % 6 for k in range(240)],
        }
    )
    rows = pl.concat([rows, ring], how="diagonal").sort("post_id")
    return rows.with_columns(target_account_id="by" + pl.col("target_post_id").str.head(3))


def test_the_detection_is_the_one_in_memory(put, world):
    posts, accounts = world
    ours, memory = (
        cib.detect(cib.read(frame, accounts=accounts, progress=False), progress=False) for frame in (put(posts), posts)
    )
    assert len(memory.networks)
    same_detection(ours, memory)
    assert ours.notes[:-1] == memory.notes
    assert ours.notes[-1].startswith(("ran on polars", "ran on duckdb", "ran on pyspark"))


def test_posts_of_accounts_outside_of_networks_do_not_come_back(put):
    rows = crowd()
    with brought_back() as counted:
        ours = cib.detect(cib.read(put(rows), progress=False), progress=False)
    same_detection(ours, cib.detect(cib.read(rows, progress=False), progress=False))
    ring = rows.filter(pl.col("account_id").str.starts_with("r")).height
    assert set(ours.networks.members["account_id"]) == {f"r{k}" for k in range(6)}
    assert counted.largest["acts of members"] == counted.largest["acts of or on members"] == ring
    kept = {"ids", "sums and counts", "interaction edges", "co-action edges", "acts on sets of objects"}
    others = {name: rows for name, rows in counted.rows.items() if name not in kept}
    assert sum(others.values()) - others.pop("passed through") <= 12 * ring


def test_what_needs_all_posts_in_memory_says_so():
    def busiest(posts, retweets):
        """Posts that it made for each account that it retweeted."""
        made = posts.group_by("account_row").agg(pl.len()).to_polars()
        return made.select("account_row", pl.col("len") / max(retweets.n_edges, 1))

    activity = cib.read(crowd(200).lazy(), progress=False)
    with pytest.raises(InputError, match=r"feature 'busiest' needs all posts in memory.*activity.collect\(\)"):
        cib.detect(activity, cib.Settings(features=cib.STANDARD + busiest), progress=False)
    layers = (cib.Layer("near-text", "10min"),)
    with pytest.raises(InputError, match=r"objects='near-text' cannot be looked for on an engine"):
        cib.detect(activity, cib.Settings(layers=layers), progress=False)


def test_features_of_an_accounts_own_posts_are_computed_in_parts(monkeypatch):
    def words(posts):
        """Words that it posted."""
        own = posts.to_polars().with_columns(words=pl.col("text").str.split(" ").list.len())
        return own.group_by("account_id").agg(pl.col("words").sum())

    rows = crowd(1_000)
    settings = cib.Settings(features=cib.STANDARD + words)
    monkeypatch.setattr("cib.features.on_engine._ROWS_AT_ONCE", 100)
    ours, memory = (
        cib.detect(cib.read(frame, progress=False), settings, progress=False) for frame in (rows.lazy(), rows)
    )
    assert_frame_equal(ours.features.table, memory.features.table, check_exact=True)


def test_nothing_held_is_left_behind():
    import duckdb

    with duckdb.connect() as connection:
        cib.detect(cib.read(connection.from_arrow(crowd(300).to_arrow()), progress=False), progress=False)
        assert connection.sql("SELECT table_name FROM duckdb_tables()").fetchall() == []
