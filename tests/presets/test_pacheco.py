"""Pacheco et al. (2021) against scikit-learn on dense matrices, and the defects that are not repeated."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from cib.errors import InputError, SettingsError
from cib.presets import pairs
from cib.presets.pacheco import pacheco2021
from tests.toys import activity, retweets

DAY = 86_400.0


def events(seed=0, accounts=150, objects=60, acts=3_000):
    rng = np.random.default_rng(seed)
    who, what = rng.integers(0, accounts, acts), rng.zipf(1.3, acts) % objects
    when = rng.integers(0, 20 * DAY, acts)
    return [(f"a{a:03}", f"o{o:02}", float(t)) for a, o, t in zip(who, what, when, strict=True)]


def by_scikit_learn(documents, quantile):
    """Cosine and support of the pairs at or above the quantile; `documents`: account -> list of items."""
    documents = {account: items for account, items in sorted(documents.items()) if len(set(items)) > 1}
    names = list(documents)
    vectorizer = TfidfVectorizer(analyzer=lambda items: items, sublinear_tf=True, min_df=3)
    rows = vectorizer.fit_transform(documents.values()).toarray()
    cosine = np.triu(rows @ rows.T, 1)
    threshold = np.quantile(cosine[cosine > 0], quantile)
    return {
        (names[i], names[j]): (cosine[i, j], min(len(documents[names[i]]), len(documents[names[j]])))
        for i, j in zip(*np.where((cosine >= threshold) & (cosine > 0)), strict=True)
    }


def edges(graph):
    columns = graph.edge_table.select("source", "target", "weight", "support")
    return {(a, b): (weight, support) for a, b, weight, support in columns.iter_rows()}


def assert_same(got, expected):
    assert got.keys() == expected.keys()
    assert np.array(list(got.values())) == pytest.approx(np.array([expected[pair] for pair in got]))


def grouped(items, least):
    documents = {}
    for account, item in items:
        documents.setdefault(account, []).append(item)
    return {account: found for account, found in documents.items() if len(found) >= least}


@pytest.mark.parametrize("quantile", [0.0, 0.9, 0.995])
def test_co_retweet_equals_the_dense_product(quantile):
    rows = events()
    expected = by_scikit_learn(grouped([(a, o) for a, o, _ in rows], 11), quantile)
    got = edges(pacheco2021(retweets(*rows), quantile=quantile))
    assert_same(got, expected)
    assert len(got) > 3


def test_synchronous_equals_the_dense_product_of_bins_from_the_earliest_post():
    rows = events(1, accounts=40)
    anchor = min(t for *_, t in rows)
    expected = by_scikit_learn(grouped([(a, int((t - anchor) // 1800)) for a, _, t in rows], 9), 0.9)
    assert_same(edges(pacheco2021(retweets(*rows), "synchronous", quantile=0.9)), expected)


def test_all_pairs_of_a_dense_group_are_compared():
    """The published product keeps 100 neighbours a row: of 150 equal accounts most edges are lost there."""
    rows = [(f"a{k:03}", f"x{m}", float(m)) for k in range(150) for m in range(11)]
    assert pacheco2021(retweets(*rows), quantile=0.0).n_edges == 150 * 149 // 2


def test_rare_objects_count_if_there_are_no_others():
    rows = [(account, f"x{m}", float(m)) for account in "ab" for m in range(11)]
    assert pacheco2021(retweets(*rows)).table["weight"].to_list() == pytest.approx([1.0])


def test_retweets_of_own_posts_are_left_out():
    rows = [
        {"account_id": account, "target_post_id": f"x{m}", "target_account_id": "a", "at": float(m)}
        for account in "abc"
        for m in range(11)
    ]
    assert pacheco2021(activity(rows), quantile=0.0).ids.to_list() == ["b", "c"]


def test_the_bins_around_the_first_post_stay_apart():
    """Posts on either side of the anchor are one bin in the published code, whatever is read first."""
    rows = [(a, "x", 1800.0 * m) for a in "ab" for m in range(10)]
    late = [("c", "x", 1800.0 * m + 1799) for m in range(9)] + [("c", "x", 90_000.0)]
    graph = pacheco2021(retweets(*rows, *late), "synchronous", quantile=0.0)
    assert graph.incidence.object_ids.len() == 11
    assert graph.construction.options["bins_s"] == 1800.0


def tagged(account, day, *sequence, start=0.0):
    return [
        {
            "account_id": account,
            "action": "post",
            "at": start + day * DAY + k,
            "hashtags": tags if isinstance(tags, list) else [tags],
        }
        for k, tags in enumerate(sequence)
    ]


def sequences(*parts):
    graph = pacheco2021(activity([row for part in parts for row in part]), "hashtag_sequence")
    return {(a, b): weight for a, b, weight in graph.edge_table.select("source", "target", "weight").iter_rows()}


def test_equal_sequences_of_a_day_make_an_edge_and_weight_counts_days():
    five = ("a", "b", "c", "d", "e")
    rows = [tagged(account, day, *five, start=10.0) for account in "xy" for day in range(2)]
    assert sequences(*rows, tagged("z", 5, *five)) == {("x", "y"): 2}


def test_hashtags_do_not_run_together():
    assert sequences(tagged("x", 0, "ab", "c", "d", "e", "f"), tagged("y", 0, "a", "bc", "d", "e", "f")) == {}


def test_order_and_case_of_hashtags_matter_and_time_sets_the_order():
    x = tagged("x", 0, "a", "b", "c", "d", "e")
    assert sequences(x, tagged("y", 0, "b", "a", "c", "d", "e")) == {}
    assert sequences(x, tagged("y", 0, "A", "b", "c", "d", "e")) == {}
    assert sequences(x, list(reversed(tagged("y", 0, "a", "b", "c", "d", "e", start=7.0)))) == {("x", "y"): 1}


@pytest.mark.parametrize(
    "too_little",
    [("a", "b", "c", "d"), ("a", "b", "c", "d", "d"), (["a", "b"], "c", "d", "e"), (["a", "b"], [], "c", "d", "e")],
)
def test_a_day_needs_five_posts_with_hashtags_and_five_different_ones(too_little):
    assert sequences(tagged("x", 0, *too_little), tagged("y", 0, *too_little)) == {}


def test_what_very_many_share_can_be_left_out():
    rows = events()
    graph = pacheco2021(retweets(*rows), quantile=0.0, max_accounts=20)
    assert graph.incidence.popularity.max() <= 20


def test_more_pairs_than_can_be_held_are_refused_before_they_are_made(monkeypatch):
    monkeypatch.setattr(pairs, "MOST_PAIRS", 100)
    with pytest.raises(SettingsError, match="max_accounts"):
        pacheco2021(retweets(*events()))


def test_errors_say_what_to_do():
    toy = retweets(("a", "x", 0.0))
    with pytest.raises(SettingsError, match="Did you mean 'synchronous'"):
        pacheco2021(toy, "synchron")
    with pytest.raises(SettingsError, match="bins must have a length"):
        pacheco2021(toy, "synchronous", bins=0)
    with pytest.raises(InputError, match="'hashtags', which these posts lack"):
        pacheco2021(toy, "hashtag_sequence")
