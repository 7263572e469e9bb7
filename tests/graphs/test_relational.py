"""The relational plan against every-two-events and against the kernel, on every engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import cib
from cib.errors import CibWarning, InputError, SettingsError
from cib.graphs.coaction import coaction_graph
from cib.graphs.nulls.registry import with_significance
from tests.oracles import coactions, strengths
from tests.toys import START

pytestmark = pytest.mark.filterwarnings("ignore::cib.errors.PrecisionWarning")

events = st.lists(
    st.tuples(
        st.sampled_from("abcde"),
        st.sampled_from(["x", "y", "z"]),
        # ties, both sides of a border between two stretches of time, negative times and huge ones
        st.sampled_from([0, 0, 1, 59, 60, 61, 3600, -1, -60, -86_400 * 30_000, -60_000_000_000]).map(float),
    ),
    min_size=1,
    max_size=14,
)
windows = st.sampled_from([0.0, 1.0, 60.0, 3600.0, None])


def shares(rows):
    """A share table, whose times are taken as they are, with a post a row."""
    accounts, objects, seconds = zip(*rows, strict=True)
    return pl.DataFrame(
        {
            "account_id": accounts,
            "object_id": objects,
            "content_id": [f"p{k}" for k in range(len(rows))],
            "timestamp_share": pl.Series([int((START + s) * 1e6) for s in seconds]).cast(pl.Datetime("us", "UTC")),
        }
    )


def edges_of(graph):
    return {
        (row["source"], row["target"]): {
            name: row[name].timestamp() - START if name in ("first", "last") else row[name]
            for name in ("weight", "pairs", "lag", "first", "last", "led")
        }
        for row in graph.edge_table.iter_rows(named=True)
    }


@pytest.fixture
def crowd():
    """Retweets of 40 accounts, some of them twice of one post, authors known in part, mentions; and a ring of two."""
    rng = np.random.default_rng(3)
    n = 400
    rows = pl.DataFrame(
        {
            "account_id": [f"{k:02}" for k in rng.integers(0, 40, n)],
            "post_id": [f"p{k}" for k in range(n)],
            "action": [("post", "retweet", "retweet", "reply", "quote")[k] for k in rng.integers(0, 5, n)],
            "created_at": pl.Series((START + rng.integers(0, 300, n)) * 1_000_000).cast(pl.Datetime("us", "UTC")),
            "target_post_id": [f"p{k}" for k in rng.integers(0, 30, n)],
            "target_account_id": [f"{k:02}" if k < 40 else None for k in rng.integers(0, 60, n)],
            "mentions": [[f"{k:02}", f"{k:02}", "unknown"] if k < 40 else None for k in rng.integers(0, 60, n)],
        }
    )
    ring = rows.head(40).with_columns(
        action=pl.lit("retweet"),
        account_id=pl.Series(["r1", "r2"] * 20),
        post_id=pl.Series([f"r{k}" for k in range(40)]),
        target_post_id=pl.Series([f"q{k // 2}" for k in range(40)]),
        created_at=pl.lit(START * 1_000_000).cast(pl.Datetime("us", "UTC")),
    )
    return pl.concat([rows, ring])


def same_graph(ours, kernels):
    assert_frame_equal(ours.edge_table, kernels.edge_table, check_exact=True)
    assert ours.construction == kernels.construction
    assert ours.name == kernels.name


def check_against_oracle(put, rows, window, min_weight):
    graph = coaction_graph(cib.read(put(shares(rows)), progress=False), "post", window, min_weight)
    expected = coactions(rows, window, min_weight)
    got = edges_of(graph)
    assert got.keys() == expected.keys()
    for pair, edge in expected.items():
        assert got[pair] == pytest.approx(edge, abs=1e-6)
    strength = dict(zip(graph.incidence.account_ids, graph.strength.tolist(), strict=True))
    assert {account: total for account, total in strength.items() if total} == strengths(rows, window)
    same_graph(graph, coaction_graph(cib.read(shares(rows), progress=False), "post", window, min_weight))


def test_equals_comparing_every_two_events_and_the_kernel(put, request):
    examples = 4 if "spark" in request.node.name else 20

    @settings(max_examples=examples, phases=[Phase.generate])
    @given(events, windows, st.integers(1, 3))
    def check(rows, window, min_weight):
        check_against_oracle(put, rows, window, min_weight)

    check()


HARD = [
    *[("a", "x", 0.0), ("a", "x", 0.0), ("a", "x", 60.0), ("b", "x", 60.0), ("b", "x", 60.0), ("c", "x", -1.0)],
    *[("b", "y", -60.0), ("a", "y", -86_400.0 * 30_000), ("c", "y", -86_400.0 * 30_000), ("c", "y", -6e10)],
]


@pytest.mark.parametrize("window", [60.0, 0.0, None])
def test_ties_repeats_and_far_times(put, window):
    check_against_oracle(put, HARD, window, 1)


@pytest.mark.parametrize("rows", [[("a", "x", 0.0), ("a", "x", 1.0)], [("a", "x", 0.0)]])
def test_one_account_makes_no_edge(put, rows):
    graph = coaction_graph(cib.read(put(shares(rows)), progress=False), "post", None, 1)
    assert graph.n_edges == 0
    assert graph.incidence.n_active == 1


def test_posts_without_an_object_make_no_edge(put, crowd):
    activity = cib.read(put(crowd.filter(pl.col("action") == "post")), progress=False)
    assert coaction_graph(activity, "post", min_weight=1).n_edges == 0
    assert cib.retweet_graph(activity).n_edges == 0


@pytest.mark.parametrize("objects", ["post", "author", "quoted", "replied", "mention"])
@pytest.mark.parametrize("self_actions", [True, False])
def test_equals_the_kernel_for_each_kind_of_object(put, crowd, objects, self_actions):
    ours, kernels = (
        coaction_graph(cib.read(frame, progress=False), objects, "30s", 1, self_actions=self_actions)
        for frame in (put(crowd), crowd)
    )
    assert kernels.n_edges
    same_graph(ours, kernels)
    assert len(ours.incidence) == len(kernels.incidence)
    assert ours.incidence.n_active == kernels.incidence.n_active
    assert sorted(ours.incidence.popularity) == sorted(kernels.incidence.popularity)


def test_what_chance_explains_is_the_same(put, crowd):
    ours, kernels = (coaction_graph(cib.read(frame, progress=False), "post", "60s", 1) for frame in (put(crowd), crowd))
    for null in ("configuration", "chung-lu"):
        same_graph(with_significance(ours, null), with_significance(kernels, null))
    assert cib.backbone(ours).ids.to_list() == ["r1", "r2"]


def test_evidence_is_fetched_by_a_query(put, crowd):
    ours, kernels = (
        coaction_graph(cib.read(frame, progress=False), "post", "60s", 1, max_accounts=12)
        for frame in (put(crowd), crowd)
    )
    pair = kernels.edge_table.row(0)[:2]
    assert_frame_equal(ours.evidence(*pair), kernels.evidence(*pair))
    nameless = coaction_graph(cib.read(put(crowd.drop("post_id")), progress=False), "post", "60s", 1)
    assert nameless.evidence("r1", "r2").height == 20


@pytest.mark.parametrize("window", ["5s", None])
@pytest.mark.parametrize(("max_pairs", "max_accounts"), [(40, None), (40, 12), (10_000, 9)])
def test_the_same_objects_are_left_out(put, crowd, window, max_pairs, max_accounts, recwarn):
    ours, kernels = (
        coaction_graph(
            cib.read(frame, progress=False), "post", window, 1, max_pairs=max_pairs, max_accounts=max_accounts
        )
        for frame in (put(crowd), crowd)
    )
    same_graph(ours, kernels)
    assert sorted(ours.incidence.popularity) == sorted(kernels.incidence.popularity)
    said = [str(warning.message) for warning in recwarn if issubclass(warning.category, CibWarning)]
    assert len(set(said)) == bool(kernels.construction.left_out)


@pytest.mark.parametrize("build", [cib.retweet_graph, cib.reply_graph, cib.quote_graph, cib.mention_graph])
def test_interactions_equal_those_in_memory(put, crowd, build):
    for frame in (crowd, crowd.drop("mentions", "target_account_id")):
        ours, kernels = (build(cib.read(source, progress=False)) for source in (put(frame), frame))
        assert_frame_equal(ours.edge_table, kernels.edge_table)


def test_objects_may_be_a_function_of_the_plan(put, crowd):
    def first_letters(posts):
        return posts.select("post_id", object=nw.col("target_post_id").str.slice(0, 2))

    ours, kernels = (
        coaction_graph(cib.read(frame, progress=False), first_letters, "5s", 1) for frame in (put(crowd), crowd)
    )
    assert kernels.n_edges
    same_graph(ours, kernels)


def test_what_an_engine_cannot_say_names_the_remedy(crowd):
    activity = cib.read(crowd.lazy(), progress=False)
    with pytest.raises(InputError, match=r"objects='text'.*polars.*activity.collect\(\)"):
        coaction_graph(activity, "text")
    with pytest.raises(SettingsError, match="Did you mean 'hashtag'"):
        coaction_graph(activity, "hashtags")
    with pytest.raises(InputError, match="lack the column 'mentions'"):
        coaction_graph(cib.read(crowd.drop("mentions").lazy(), progress=False), "mention")
    with pytest.raises(InputError, match=r"needs the posts in memory.*activity.collect\(\)"):
        cib.extract(activity)
    with pytest.raises(InputError, match=r"this needs them in memory.*activity.collect\(\)"):
        len(coaction_graph(activity, min_weight=1).incidence.time)


def test_nothing_held_is_left_behind(crowd):
    import duckdb

    with duckdb.connect() as connection:
        coaction_graph(cib.read(connection.from_arrow(crowd.to_arrow()), progress=False))
        assert connection.sql("SELECT table_name FROM duckdb_tables()").fetchall() == []


SPILL = """
import sys, duckdb, numpy as np, polars as pl, cib
spill, n = sys.argv[1], 200_000
rng = np.random.default_rng(0)
duck = duckdb.connect(config={"memory_limit": "80MB", "temp_directory": spill, "threads": 1})
duck.execute("SET preserve_insertion_order = false")
frame = pl.DataFrame({"account_id": rng.integers(0, 20_000, n), "target_post_id": rng.integers(0, 10_000, n),
                      "target_account_id": "a", "created_at": 1_600_000_000 + rng.integers(0, 100_000, n)})
"""


@pytest.mark.slow
def test_killed_while_it_spills_it_leaves_the_folder_clean_and_a_second_run_is_right(tmp_path):
    mine, spill = tmp_path / "mine", tmp_path / "spill"
    mine.mkdir()
    script = textwrap.dedent(SPILL) + "duck.register('t', frame.to_arrow())\n"
    script += "graph = cib.coaction_graph(cib.read(duck.table('t'), progress=False), 'post', None, 1)\n"
    script += "assert graph.table.equals(cib.coaction_graph(cib.read(frame, progress=False), 'post', None, 1).table)\n"
    command = [sys.executable, "-c", script, str(spill)]
    environment = {**os.environ, "PYTHONPATH": str(Path(cib.__file__).parents[1])}
    run = subprocess.Popen(command, cwd=mine, env=environment)
    while run.poll() is None and not any(spill.glob("*")):
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    assert any(spill.glob("*"))
    assert list(mine.iterdir()) == []
    assert subprocess.run(command, cwd=mine, env=environment, check=False).returncode == 0
    assert list(mine.iterdir()) == []
