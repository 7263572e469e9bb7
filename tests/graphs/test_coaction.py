"""The kernel against every-two-events, and the promises around it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.errors import CibWarning, PrecisionWarning, SettingsError
from cib.graphs.coaction import coaction_graph, window_seconds
from tests.oracles import coactions, strengths
from tests.toys import START, activity, retweets

events = st.lists(
    st.tuples(
        st.sampled_from("abcdefg"),
        st.sampled_from(["x", "y", "z"]),
        st.sampled_from([0, 0, 1, 59, 60, 61, 3600, -86_400, 900_000_000]).map(float),
    ),
    min_size=1,
    max_size=30,
)
windows = st.sampled_from([0.0, 1.0, 60.0, 3600.0, None])


def edges_of(graph):
    columns = ("weight", "pairs", "lag", "first", "last", "led")
    return {
        (row["source"], row["target"]): {
            name: row[name].timestamp() - START if name in ("first", "last") else row[name] for name in columns
        }
        for row in graph.edge_table.iter_rows(named=True)
    }


@given(events, windows, st.integers(1, 3))
def test_equals_comparing_every_two_events(rows, window, min_weight):
    graph = coaction_graph(retweets(*rows), "post", window, min_weight)
    expected = coactions(rows, window, min_weight)
    got = edges_of(graph)
    assert got.keys() == expected.keys()
    for pair, edge in expected.items():
        assert got[pair] == pytest.approx(edge, abs=1e-6)


@given(events, windows)
def test_strength_counts_pairs_below_the_minimum_weight(rows, window):
    graph = coaction_graph(retweets(*rows), "post", window, min_weight=3)
    expected = strengths(rows, window)
    strength = dict(zip(graph.incidence.account_ids.to_list(), graph.strength.tolist(), strict=True))
    assert {account: total for account, total in strength.items() if total} == expected


@given(events, st.randoms(use_true_random=False))
def test_row_order_and_threads_change_nothing(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    one = coaction_graph(retweets(*rows), "post", 60, 1, threads=1)
    two = coaction_graph(retweets(*shuffled), "post", 60, 1, threads=2)
    assert one.table.equals(two.table)
    assert one.ids.equals(two.ids)


@given(events, st.sampled_from([1.0, 60.0]))
def test_a_longer_window_only_adds(rows, window):
    short = edges_of(coaction_graph(retweets(*rows), "post", window, 1))
    long = edges_of(coaction_graph(retweets(*rows), "post", 10 * window, 1))
    assert short.keys() <= long.keys()
    assert all(short[pair]["weight"] <= long[pair]["weight"] for pair in short)


def test_an_object_over_budget_is_named_not_lost():
    rows = [(f"a{k:03}", "viral", float(k)) for k in range(100)] + [("a000", "x", 0.0), ("a001", "x", 1.0)]
    with pytest.warns(CibWarning, match=r"the largest with 100 accounts; see graph.parameters"):
        graph = coaction_graph(retweets(*rows), "post", None, 1, max_pairs=1000)
    assert graph.parameters["left_out"] == [{"object": "viral", "accounts": 100}]
    assert edges_of(graph).keys() == {("a000", "a001")}


def test_a_million_accounts_on_one_object_make_no_pair():
    n = 1_000_000
    ids = pl.Series([f"{k:07}" for k in range(n)])
    from cib.activity import POST_COLUMNS, Activity
    from cib.import_report import ImportReport

    always = list(POST_COLUMNS)[:7]
    posts = pl.DataFrame({"account_id": ids, "post_id": ids}).with_columns(
        action=pl.lit("retweet", dtype=POST_COLUMNS["action"]),
        created_at=pl.lit(START * 1_000_000).cast(POST_COLUMNS["created_at"]),
        target_post_id=pl.lit("viral"),
        target_account_id=pl.lit(None, dtype=pl.String),
        target_created_at=pl.lit(None, dtype=POST_COLUMNS["created_at"]),
    )
    crowd = Activity(posts.select(always), pl.DataFrame(schema={"account_id": pl.String}), ImportReport("t", "t", n, n))
    with pytest.warns(CibWarning, match="1,000,000 accounts"):
        graph = coaction_graph(crowd, "post", None)
    assert graph.n_edges == 0


def test_window_below_twice_the_precision_warns():
    minutes = retweets(("a", "x", 0.0), ("b", "x", 60.0), precision=60.0)
    with pytest.warns(PrecisionWarning, match="below twice the precision"):
        coaction_graph(minutes, "post", "60s")


def test_own_posts_count_only_when_asked():
    posts = activity(
        [
            {"account_id": "a", "target_post_id": "x", "target_account_id": "a", "at": 1},
            {"account_id": "b", "target_post_id": "x", "target_account_id": "a", "at": 2},
        ]
    )
    assert coaction_graph(posts, "post", 60, 1).n_edges == 0
    assert coaction_graph(posts, "post", 60, 1, self_actions=True).n_edges == 1


def test_evidence_leads_back_to_the_posts():
    graph = coaction_graph(
        retweets(("a", "x", 0), ("b", "x", 5), ("b", "y", 9), ("a", "y", 10), ("a", "z", 99)), "post"
    )
    evidence = graph.evidence("a", "b")
    assert evidence["object_id"].to_list() == ["x", "y"]
    assert evidence["lag"].to_list() == [5.0, 1.0]
    assert evidence["second"].to_list() == ["b", "a"]
    assert evidence["post_a"].to_list() == ["p0", "p3"]


def test_max_accounts_leaves_out_what_everybody_shares():
    rows = [(account, "popular", 0.0) for account in "abcd"] + [("a", "rare", 0.0), ("b", "rare", 1.0)]
    graph = coaction_graph(retweets(*rows), "post", 60, 1, max_accounts=3)
    assert edges_of(graph).keys() == {("a", "b")}


@pytest.mark.parametrize(
    ("window", "seconds"),
    [("60s", 60), ("1.5h", 5400), (timedelta(days=1), 86_400), ("250ms", 0.25), (None, None)],
)
def test_windows_are_read(window, seconds):
    assert window_seconds(window) == seconds


@pytest.mark.parametrize("window", ["sixty", "60 parsecs", -1])
def test_windows_that_make_no_sense_are_refused(window):
    with pytest.raises(SettingsError, match="window"):
        window_seconds(window)


def test_unknown_object_suggests_the_near_name():
    with pytest.raises(SettingsError, match="Did you mean 'hashtag'"):
        coaction_graph(retweets(("a", "x", 0)), "hashtags")


def test_objects_may_be_a_function():
    def first_letter(posts):
        return posts.select("post_id", object=posts["target_post_id"].str.slice(0, 1))

    graph = coaction_graph(retweets(("a", "x1", 0), ("b", "x2", 1)), first_letter, 60, 1)
    assert edges_of(graph)["a", "b"]["weight"] == 1
    assert graph.parameters["objects"] == "first_letter"


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
