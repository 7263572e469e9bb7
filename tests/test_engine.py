"""Evidence on engines: that of every edge is as much as its weight, however often the engine is asked."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import cib
from cib.engine import brought_back, settle
from tests.toys import crowd

RETWEETS = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from("xyz"), st.integers(0, 400)), min_size=1, max_size=15
)


def frame(rows):
    return pl.DataFrame(
        [(account, post, 1_591_920_000 + second) for account, post, second in rows],
        schema=["account_id", "target_post_id", "created_at"],
        orient="row",
    )


@pytest.mark.filterwarnings("ignore:the window of:cib.errors.PrecisionWarning")
@settings(max_examples=6)
@given(rows=RETWEETS, window=st.sampled_from(["0s", "60s", None]))
def test_the_evidence_of_every_edge_equals_its_weight(put, rows, window):
    activity = cib.read(put(frame(rows)), progress=False)
    first, second = (cib.coaction_graph(activity, window=window, min_weight=1) for _ in range(2))
    assert first.table.equals(second.table)
    for a, b, weight in first.edge_table.select("source", "target", "weight").iter_rows():
        for _ in range(2):
            assert first.evidence(a, b).height == weight


@pytest.mark.parametrize(
    "part", ["USING SAMPLE 50% (bernoulli)", "LIMIT 300", "WHERE random() < 0.5", "ORDER BY random() LIMIT 300"]
)
def test_a_relation_that_does_not_repeat_is_held(part):
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE posts AS SELECT (i * 7919 % 40)::VARCHAR account_id, (i % 9)::VARCHAR target_post_id, "
            "1591920000 + i created_at FROM range(2000) r(i)"
        )
        activity = cib.read(connection.sql(f"SELECT * FROM posts {part}"), progress=False)  # noqa: S608
        graphs = [cib.coaction_graph(activity, window="10min", min_weight=1) for _ in range(3)]
        assert all(graph.table.equals(graphs[0].table) for graph in graphs)
        rows = [activity.collect().posts_table.drop("post_id") for _ in range(2)]
        assert rows[0].equals(rows[1])
        assert rows[0].height == len(activity) > 0
        graph = graphs[0]
        for a, b, weight in graph.edge_table.select("source", "target", "weight").head(3).iter_rows():
            assert graph.evidence(a, b).height == weight


def test_a_relation_that_repeats_is_not_copied():
    with duckdb.connect() as connection:
        relation = connection.sql("SELECT i FROM range(10) r(i)")
        assert settle(relation).sql_query() == relation.sql_query()


def test_json_scalars_lose_their_quotes():
    with duckdb.connect() as connection:
        relation = connection.sql(
            """SELECT ('"1' || i || '"')::JSON account_id, ('1' || i)::JSON target_account_id, 'retweet' AS action,
            1591920000 + i created_at FROM range(3) r(i)"""
        )
        posts = cib.read(relation, progress=False).collect().posts_table
    assert posts["account_id"].to_list() == posts["target_account_id"].to_list() == ["10", "11", "12"]


@pytest.mark.parametrize("kind", ["HUGEINT", "UBIGINT", "BIGINT", "VARCHAR"])
def test_ids_of_any_whole_kind_are_the_same(kind, tmp_path):
    with duckdb.connect() as connection:
        relation = connection.sql(
            f"SELECT i::{kind} account_id, 'x' target_post_id, 1591920000 + i created_at FROM range(3) r(i)"  # noqa: S608
        )
        read = [cib.read(relation, progress=False), cib.read(relation.pl(), progress=False)]
        read.append(cib.read(relation.arrow(), progress=False))  # a reader: the connection waits until it is read
        tables = [read[0].collect().posts_table, *(each.posts_table for each in read[1:])]
    assert all(table.equals(tables[0]) for table in tables)
    tables[0].write_parquet(tmp_path / "posts.parquet")
    assert duckdb.read_parquet(str(tmp_path / "posts.parquet")).fetchall()


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


@pytest.mark.whole
@pytest.mark.filterwarnings("ignore::cib.errors.CibWarning")
def test_the_detection_is_the_one_in_memory(put, world):
    posts, accounts = world
    ours, memory = (
        cib.detect(cib.read(frame, accounts=accounts, progress=False), progress=False) for frame in (put(posts), posts)
    )
    assert len(memory.networks)
    same_detection(ours, memory)
    assert ours.notes[:-1] == memory.notes
    assert ours.notes[-1].startswith(("ran on polars", "ran on duckdb", "ran on pyspark"))


@pytest.mark.whole
@pytest.mark.filterwarnings("ignore::cib.errors.CibWarning")
def test_posts_of_accounts_outside_of_networks_do_not_come_back(put):
    rows = crowd()
    with brought_back() as counted:
        ours = cib.detect(cib.read(put(rows), progress=False), progress=False)
    same_detection(ours, cib.detect(cib.read(rows, progress=False), progress=False))
    ring = rows.filter(pl.col("account_id").str.starts_with("r")).height
    assert set(ours.networks.members["account_id"]) == {f"r{k}" for k in range(6)}
    assert counted.largest["acts of members"] == counted.largest["acts of or on members"] == ring
    texts = rows["text"].n_unique() - 1
    assert counted.rows["all objects of a kind"] == texts  # they are compared with one another
    assert counted.rows["passed through"] <= 2 * len(rows)
    kept = {"ids", "sums and counts", "interaction edges", "co-action edges", "acts on sets of objects"}
    others = counted.rows.keys() - kept - {"all objects of a kind", "passed through"}
    assert sum(counted.rows[name] for name in others) <= 8 * ring


@pytest.mark.filterwarnings("ignore::cib.errors.CibWarning")
def test_nothing_held_is_left_behind():
    with duckdb.connect() as connection:
        cib.detect(cib.read(connection.from_arrow(crowd(300).to_arrow()), progress=False), progress=False)
        assert connection.sql("SELECT table_name FROM duckdb_tables()").fetchall() == []
