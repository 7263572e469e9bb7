"""The kernel against every-two-events, and the promises around it."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.errors import CibWarning, PrecisionWarning, SettingsError
from cib.graphs.coaction import coaction_graph, coaction_graphs, window_seconds
from cib.graphs.construction import CrowdedObject
from tests.oracles import coactions, strengths
from tests.toys import START, activity, edges_of, retweets

pytestmark = pytest.mark.usefixtures("in_many_parts")

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
    with pytest.warns(CibWarning, match=r"the largest with 100 accounts and 4,950 pairs; see graph.construction"):
        graph = coaction_graph(retweets(*rows), "post", None, 1, max_pairs=1000)
    assert graph.construction.left_out == (CrowdedObject("viral", 100, 4950),)
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


@pytest.mark.parametrize("ask", [coaction_graph, coaction_graphs])
def test_warnings_point_at_the_line_that_asked(ask):
    minutes = retweets(*((account, "x", 0.0) for account in "abc"), precision=60.0)
    with pytest.warns() as caught:
        ask(minutes, max_pairs=2)
    assert {warning.category for warning in caught} == {PrecisionWarning, CibWarning}
    assert {warning.filename for warning in caught} == {__file__}


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


def test_a_shortened_window_holds_as_many_pairs_as_the_budget_and_no_more():
    """Lags are 1, 2, 3, 4 s and their sums; within 3 s there are 1, 2, 3, 1 + 2."""
    rows = [(account, "busy", at) for account, at in zip("abcde", (0.0, 1.0, 3.0, 6.0, 10.0), strict=True)]
    rows += [("a", "quiet", 0.0), ("e", "quiet", 60.0)]
    with pytest.warns(CibWarning, match="1 object.s. with more than 4 pairs got a shorter window"):
        graph = coaction_graph(retweets(*rows), "post", 60, 1, max_pairs=4, over_budget="shorten")
    assert graph.construction.left_out == ()
    (shortened,) = graph.construction.shortened
    assert shortened == CrowdedObject("busy", 5, 10, 3.999999)
    assert edges_of(graph).keys() == {("a", "b"), ("a", "c"), ("b", "c"), ("c", "d"), ("a", "e")}
    assert graph.evidence("a", "e")["object_id"].to_list() == ["quiet"]


@given(events, windows, st.integers(0, 20))
@pytest.mark.filterwarnings("ignore:.*shorter window", "ignore:.*left out")
def test_shortening_equals_a_window_for_each_object(rows, window, max_pairs):
    graph = coaction_graph(retweets(*rows), "post", window, 1, max_pairs=max_pairs, over_budget="shorten")
    own = {item.object: item.window_s for item in graph.construction.shortened}
    gone = {item.object for item in graph.construction.left_out}
    expected = {}
    for name in {name for _, name, _ in rows} - gone:
        on_it = [row for row in rows if row[1] == name]
        for pair in coactions(on_it, own.get(name, window), 1):
            expected[pair] = expected.get(pair, 0) + 1
    assert {pair: edge["weight"] for pair, edge in edges_of(graph).items()} == expected


@given(events, st.integers(1, 3))
@pytest.mark.filterwarnings("ignore:.*were left out")
def test_several_windows_are_what_each_is_alone(rows, min_weight):
    posts, some = retweets(*rows), [60, None, 0, 3600]
    together = coaction_graphs(posts, "post", some, min_weight, max_pairs=40)
    for window, graph in zip(some, together, strict=True):
        alone = coaction_graph(posts, "post", window, min_weight, max_pairs=40)
        assert graph.name == alone.name
        assert graph.construction == alone.construction
        assert graph.table.equals(alone.table)
        assert graph.ids.equals(alone.ids)
        assert (graph.strength == alone.strength).all()
        assert (graph.incidence.row == alone.incidence.row).all()


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


@pytest.mark.parametrize("window", ["sixty", "60 parsecs", -1, True, math.nan, ["60s"]])
def test_windows_that_make_no_sense_are_refused(window):
    with pytest.raises(SettingsError, match="window"):
        window_seconds(window)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"min_weight": "2"}, "min_weight.*Got '2'"), ({"min_weight": 0}, "1 or more"), ({"windows": "60s"}, "'60s'")],
)
def test_one_value_of_the_wrong_kind_is_refused(options, message):
    with pytest.raises(SettingsError, match=message):
        coaction_graphs(retweets(("a", "x", 0)), **options)


def test_an_unknown_rule_for_the_budget_is_refused():
    with pytest.raises(SettingsError, match="Did you mean 'shorten'"):
        coaction_graph(retweets(("a", "x", 0)), over_budget="shortened")


def test_unknown_object_suggests_the_near_name():
    with pytest.raises(SettingsError, match="Did you mean 'hashtag'"):
        coaction_graph(retweets(("a", "x", 0)), "hashtags")


def test_objects_may_be_a_function():
    def first_letter(posts):
        return posts.select("post_id", object=posts["target_post_id"].str.slice(0, 1))

    graph = coaction_graph(retweets(("a", "x1", 0), ("b", "x2", 1)), first_letter, 60, 1)
    assert edges_of(graph)["a", "b"]["weight"] == 1
    assert graph.construction.objects == "first_letter"


SAME = """
import hashlib
import cib, polars as pl
activity, _ = cib.simulate(scale=0.002, seed=3)
posts = activity.posts_table
for order in (posts, posts.reverse(), posts.sample(fraction=1, shuffle=True, seed=7)):
    shuffled = cib.read(order, progress=False)
    for threads in (1, 2):
        for graph in cib.coaction_graphs(shuffled, windows=["60s", "10min"], min_weight=1, threads=threads):
            digest = hashlib.sha256(graph.edge_table.write_csv().encode() + graph.strength.tobytes())
            print(graph.name, digest.hexdigest())
"""


def test_same_bytes_for_any_threads_row_order_and_hash_seed():
    lines = []
    for seed in ("0", "1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        run = subprocess.run([sys.executable, "-c", SAME], env=environment, capture_output=True, text=True, check=True)
        lines += run.stdout.splitlines()
    assert len(lines) == 3 * 3 * 2 * 2
    assert len(set(lines)) == 2  # one a window
