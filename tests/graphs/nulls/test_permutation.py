"""Permuted times keep what they say they keep, and p is that of the comparison of two counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom

from cib.errors import SettingsError
from cib.graphs.coaction import coaction_graph
from cib.graphs.nulls import permutation as module
from cib.graphs.nulls.margins import ends
from cib.graphs.nulls.permutation import permutation, permuted
from cib.graphs.nulls.registry import backbone
from tests.graphs.nulls.test_registry import crowd
from tests.toys import START, retweets


@pytest.fixture(scope="module")
def graph():
    return coaction_graph(crowd(4, ring=6, accounts=200, objects=300, acts=4_000), "post", "10min", 1)


def table(incidence):
    return pl.DataFrame({"account": incidence.account, "object": incidence.object, "time": incidence.time})


@pytest.mark.parametrize("within", ["object", "account"])
def test_who_acted_on_what_is_kept_and_the_times_of_each(within, graph):
    before = table(graph.incidence)
    after = table(permuted(graph.incidence, within, np.random.default_rng(0)))
    assert not after.equals(before)
    assert after.equals(after.sort("object", "time", maintain_order=True))  # as the kernel needs it
    for columns in (["account", "object"], [within, "time"]):
        assert after.select(columns).sort(columns).equals(before.select(columns).sort(columns))


@pytest.mark.parametrize("block", [1, 100, 5_000_000])
def test_weights_of_given_pairs_are_those_of_the_graph(block, graph, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", block)
    _, u, v = ends(graph)
    assert module._weights(graph.incidence, 600.0, u, v).tolist() == graph.table["weight"].to_list()


def test_p_compares_two_counts(graph):
    expected, p = permutation(graph, "object", repeats=7, seed=1)
    total = np.round(expected * 7).astype(int)
    weight = graph.table["weight"].to_numpy()
    assert p == pytest.approx(binom.sf(weight - 1, weight + total, 1 / 8))
    assert p.min() >= 8.0 ** -weight.max()


def test_chance_has_a_seed(graph):
    one, same, other = (permutation(graph, "account", repeats=3, seed=seed).p for seed in (1, 1, 2))
    assert one.tolist() == same.tolist()
    assert one.tolist() != other.tolist()


def test_accounts_in_step_on_what_everybody_shares_are_found():
    posts = crowd(5, objects=40).posts_table
    rows = posts.select("account_id", "target_post_id", at=pl.col("created_at").dt.epoch("s") - START).rows()
    in_step = [(f"x{a}", f"o{post}", 5_000.0 + 900 * post + a) for a in range(6) for post in range(12)]
    graph = coaction_graph(retweets(*rows, *in_step), "post", "60s")
    assert backbone(graph, "permuted-in-object").ids.to_list() == [f"x{a}" for a in range(6)]


@pytest.mark.parametrize("within", ["object", "account"])
def test_dates_and_the_order_of_rows_say_nothing(within, graph):
    posts = crowd(4, ring=6, accounts=200, objects=300, acts=4_000)
    later = posts.posts_table.sample(fraction=1, shuffle=True, seed=1).with_columns(
        created_at=pl.col("created_at") + pl.duration(days=30)
    )
    again = coaction_graph(
        replace(posts, posts_table=later.sort("created_at", "account_id", "post_id")), "post", "10min", 1
    )
    assert permutation(again, within, repeats=3).p.tolist() == permutation(graph, within, repeats=3).p.tolist()


@pytest.mark.parametrize(
    ("options", "message"), [({"within": "day"}, "neither 'object' nor 'account'"), ({"repeats": 0}, "at least 1")]
)
def test_settings_that_make_no_sense_are_refused(options, message, graph):
    with pytest.raises(SettingsError, match=message):
        permutation(graph, **options)


def test_without_a_window_times_say_nothing():
    with pytest.raises(SettingsError, match="no window"):
        permutation(coaction_graph(crowd(0, acts=100), "post", None))
