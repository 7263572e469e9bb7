"""Similarities against dense matrices and plain sets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfTransformer

from cib.errors import SettingsError
from cib.graphs.construction import CrowdedObject
from cib.graphs.similarity import similarity_graph
from tests.toys import retweets

acts = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("uvwxyz")), min_size=1, max_size=40)


def edges_of(graph):
    return {(a, b): weight for a, b, weight in graph.edge_table.select("source", "target", "weight").iter_rows()}


def activity_of(pairs):
    return retweets(*[(account, target, float(k)) for k, (account, target) in enumerate(pairs)])


@given(acts, st.sampled_from([0.2, 0.5, 0.9, 1.0]))
def test_tfidf_equals_the_dense_product_of_scikit_learn(pairs, threshold):
    accounts, objects = (sorted({pair[k] for pair in pairs}) for k in (0, 1))
    counts = np.zeros((len(accounts), len(objects)))
    for account, target in pairs:
        counts[accounts.index(account), objects.index(target)] += 1
    unit = TfidfTransformer().fit_transform(counts).toarray()
    cosine = unit @ unit.T
    close = [(i, j) for i, j in combinations(range(len(accounts)), 2) if cosine[i, j] >= threshold - 1e-9]
    got = edges_of(similarity_graph(activity_of(pairs), "post", threshold, min_objects=1))
    assert got == pytest.approx({(accounts[i], accounts[j]): cosine[i, j] for i, j in close})


@given(acts, st.sampled_from([0.2, 0.5, 1.0]), st.sampled_from(["jaccard", "overlap"]))
def test_set_measures_equal_their_definitions(pairs, threshold, measure):
    sets = {account: {o for a, o in pairs if a == account} for account in {a for a, _ in pairs}}
    expected = {}
    for a, b in combinations(sorted(sets), 2):
        shared = len(sets[a] & sets[b])
        whole = len(sets[a] | sets[b]) if measure == "jaccard" else min(len(sets[a]), len(sets[b]))
        if shared and shared / whole >= threshold:
            expected[a, b] = shared / whole
    got = edges_of(similarity_graph(activity_of(pairs), "post", threshold, measure=measure, min_objects=1))
    assert got == pytest.approx(expected)


@given(acts, st.integers(1, 3))
def test_top_keeps_the_most_similar_of_either_side(pairs, top):
    everything = edges_of(similarity_graph(activity_of(pairs), "post", 0.01, measure="jaccard", min_objects=1))
    kept = edges_of(similarity_graph(activity_of(pairs), "post", 0.01, measure="jaccard", min_objects=1, top=top))
    assert kept.items() <= everything.items()
    for account in "abcdef":
        mine = sorted((weight for pair, weight in everything.items() if account in pair), reverse=True)
        if mine:  # nothing that is clearly among the nearest is lost
            beyond = mine[top] if len(mine) > top else 0.0
            assert all(pair in kept for pair, weight in everything.items() if account in pair and weight > beyond)


@given(acts, st.randoms(use_true_random=False))
def test_threads_and_row_order_change_nothing(pairs, random):
    shuffled = list(pairs)
    random.shuffle(shuffled)
    one = similarity_graph(activity_of(pairs), "post", 0.3, min_objects=1, threads=1)
    two = similarity_graph(activity_of(shuffled), "post", 0.3, min_objects=1, threads=2)
    assert one.table.equals(two.table)


def test_accounts_with_one_object_take_no_part():
    pairs = [("a", "x"), ("b", "x")] + [(c, o) for c in "cd" for o in "xyz"]
    assert edges_of(similarity_graph(activity_of(pairs), "post", 0.9)) == {("c", "d"): 1.0}


def test_what_everybody_shares_is_left_out_by_name():
    pairs = [(a, o) for a in "abcd" for o in ("popular", *([f"p{a}", f"q{a}"]))]
    graph = similarity_graph(activity_of(pairs), "post", 0.1, max_accounts=3, min_objects=1)
    assert graph.n_edges == 0
    assert graph.construction.left_out == (CrowdedObject("popular", 4),)


def test_no_events_no_edges():
    assert similarity_graph(activity_of([("a", "x")]), "post").n_edges == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [({"threshold": 1.5}, "from 0 to 1"), ({"measure": "jacard"}, "Did you mean 'jaccard'"), ({"top": 0}, "top")],
)
def test_settings_that_make_no_sense_are_refused(options, message):
    with pytest.raises(SettingsError, match=message):
        similarity_graph(activity_of([("a", "x")]), "post", **options)
