"""Luceri et al. (2024) against scikit-learn and networkx, and the defects that are not repeated."""

from __future__ import annotations

from collections import Counter

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfTransformer

from cib.errors import CibWarning, InputError, SettingsError
from cib.graphs.graph import graph_from_codes
from cib.graphs.interactions import retweet_graph
from cib.presets import luceri
from cib.presets.luceri import LUCERI_NETWORKS, eigenvector_centrality, luceri2024
from tests.toys import START, activity, retweets

TAGS = ["a", "b", "c", "d", "e"]


def by_scikit_learn(counts):
    """Cosines above 0 of a table (account, item) -> count, without the diagonal."""
    accounts, items = (sorted({pair[k] for pair in counts}) for k in (0, 1))
    matrix = np.zeros((len(accounts), len(items)))
    for (account, item), count in counts.items():
        matrix[accounts.index(account), items.index(item)] = count
    rows = TfidfTransformer().fit_transform(matrix).toarray()
    cosine = np.triu(rows @ rows.T, 1)
    return {(accounts[i], accounts[j]): cosine[i, j] for i, j in zip(*np.nonzero(cosine), strict=True)}


def shared_once(pairs):
    """Each pair of account and item once, items of one account left out."""
    popularity = Counter(item for _, item in set(pairs))
    return {(account, item): 1 for account, item in set(pairs) if popularity[item] > 1}


def cosines(graph, network):
    columns = graph.edge_table.select("source", "target", network).drop_nulls()
    return {(a, b): weight for a, b, weight in columns.iter_rows()}


def some(seed, accounts, items, acts):
    rng = np.random.default_rng(seed)
    return [
        (f"a{a:03}", f"o{o:03}")
        for a, o in zip(rng.integers(0, accounts, acts), rng.integers(0, items, acts), strict=True)
    ]


def test_co_retweet_equals_the_dense_product_of_accounts_with_twenty_retweets():
    pairs = some(0, 120, 90, 2_400)
    enough = Counter(account for account, _ in pairs)
    expected = by_scikit_learn(shared_once([pair for pair in pairs if enough[pair[0]] >= 20]))
    got = cosines(luceri2024(retweets(*((*pair, 0.0) for pair in pairs)), ["co_retweet"]), "co_retweet")
    assert got == pytest.approx(expected)
    assert 0 < min(enough.values()) < 20


def test_co_url_equals_the_dense_product_of_urls_as_written():
    pairs = some(1, 60, 40, 400)
    rows = [{"account_id": a, "action": "post", "at": 0.0, "urls": [url, ""]} for a, url in pairs]
    got = cosines(luceri2024(activity(rows), ["co_url"]), "co_url")
    assert got == pytest.approx(by_scikit_learn(shared_once(pairs)))


def fast(account, author, lag):
    """A retweet `lag` seconds after the post."""
    made = round((START + 1e6 - lag) * 1e6)
    return {"account_id": account, "target_account_id": author, "target_created_at": made, "at": 1e6}


def test_fast_retweet_equals_the_dense_product_of_counts_above_one():
    pairs = some(2, 50, 12, 900)
    slow = some(3, 50, 12, 300)
    expected = by_scikit_learn({pair: count for pair, count in Counter(pairs).items() if count > 1})
    rows = [fast(*pair, 10) for pair in pairs] + [fast(*pair, 10.001) for pair in slow]
    assert cosines(luceri2024(activity(rows), ["fast_retweet"]), "fast_retweet") == pytest.approx(expected)


@pytest.mark.parametrize(("lag", "is_fast"), [(0, True), (10, True), (11, False), (86_403, False), (-3, False)])
def test_whole_days_count_and_nothing_is_retweeted_before_it_was_made(lag, is_fast):
    rows = [fast(account, "x", lag) for account in "ab" for _ in range(2)]
    assert luceri2024(activity(rows), ["fast_retweet"]).n_edges == is_fast


def test_a_sequence_is_five_hashtags_of_one_post_in_their_order():
    sequences = {"x": TAGS, "y": TAGS, "z": TAGS[::-1], "w": TAGS[:4], "v": TAGS[:4], "u": []}
    rows = [{"account_id": a, "action": "post", "at": 0.0, "hashtags": tags} for a, tags in sequences.items()]
    rows.append({"account_id": "t", "action": "retweet", "at": 0.0, "hashtags": TAGS})
    graph = luceri2024(activity(rows), ["hashtag_sequence"])
    assert cosines(graph, "hashtag_sequence") == pytest.approx({("x", "y"): 1.0})


def test_accounts_similar_to_nobody_are_not_there():
    rows = [("a", f"x{k}", 0.0) for k in range(20)] + [("b", f"y{k}", 0.0) for k in range(20)]
    assert luceri2024(retweets(*rows), ["co_retweet"]).n_accounts == 0


def test_the_union_is_unweighted_and_each_network_keeps_its_cosine():
    both = [fast(account, "x", 1) for account in "ab" for _ in range(2)]
    posts = [{"account_id": account, "action": "post", "at": 2e6, "urls": ["u"], "hashtags": []} for account in "bc"]
    names = list(LUCERI_NETWORKS)
    graph = luceri2024(activity(both + posts), names)
    assert graph.edge_table.select("source", "target", "weight", "networks", "fast_retweet", "co_url").rows() == [
        ("a", "b", 1, 1, pytest.approx(1.0), None),
        ("b", "c", 1, 1, None, pytest.approx(1.0)),
    ]
    assert graph.construction.options["networks"] == dict(zip(names, [0, 1, 1, 0], strict=True))
    assert graph.evidence("b", "c")["object_id"].to_list() == ["co_url: u"]


def test_a_graph_of_ones_own_joins_the_union():
    toy = activity([fast(account, "x", 1) for account in "abc" for _ in range(2)])
    edge = pl.DataFrame({"source": [1], "target": [2], "weight": [0.8]}, schema_overrides={"source": pl.UInt32})
    texts = graph_from_codes("texts", toy.account_ids, edge, directed=False)
    graph = luceri2024(toy, ["fast_retweet"], also=[texts])
    assert graph.edge_table.select("source", "target", "networks", "texts").rows() == [
        ("a", "b", 1, None),
        ("a", "c", 1, None),
        ("b", "c", 2, 0.8),
    ]


def graph_of(pairs):
    table = pl.DataFrame(sorted({(min(pair), max(pair)) for pair in pairs}), schema=["source", "target"], orient="row")
    table = table.with_columns(pl.all().cast(pl.UInt32)).with_columns(weight=pl.lit(0.3))
    ids = pl.Series("account_id", [f"{k:02}" for k in range(12)])
    return graph_from_codes("toy", ids, table, directed=False)


nodes = st.integers(0, 11)


@given(st.sets(st.tuples(nodes, nodes).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=40))
def test_centrality_is_that_of_networkx_without_weights(pairs):
    graph = graph_of(pairs)
    expected = nx.eigenvector_centrality(graph.to_networkx(), max_iter=500)
    got = dict(zip(graph.ids, eigenvector_centrality(graph), strict=True))
    assert got == pytest.approx(expected, abs=1e-6)


def test_a_centrality_that_has_not_settled_is_warned_of(monkeypatch):
    monkeypatch.setattr(luceri, "_ROUNDS", 2)
    with pytest.warns(CibWarning, match="not settled after 2 rounds"):
        eigenvector_centrality(graph_of({(0, 1), (1, 2), (2, 3)}))


def test_pruning_keeps_accounts_in_like_places_together():
    """A clique of four with a tail: the four go on, whatever rounding says of them."""
    rows = [fast(account, "x", 1) for account in "abcd" for _ in range(2)]
    rows += [fast(account, "y", 1) for account in "de" for _ in range(2)]
    toy = activity(rows)
    assert luceri2024(toy, ["fast_retweet"]).ids.to_list() == list("abcde")
    assert luceri2024(toy, ["fast_retweet"], quantile=0.25).ids.to_list() == list("abcd")


def test_errors_say_what_to_do():
    toy = retweets(("a", "x", 0.0))
    with pytest.raises(InputError, match="'urls', which these posts lack"):
        luceri2024(toy)
    with pytest.raises(SettingsError, match="Did you mean 'co_url'"):
        luceri2024(toy, ["co_urls"])
    with pytest.raises(SettingsError, match=r"networks must be a list.* Got 'co_url'"):
        luceri2024(toy, "co_url")
    with pytest.raises(SettingsError, match="must be undirected"):
        luceri2024(toy, ["co_retweet"], also=[retweet_graph(toy)])
