"""Null models, the correction, and what they promise."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.errors import InputError, SettingsError
from cib.graphs.coaction import coaction_graph
from cib.graphs.interactions import retweet_graph
from cib.graphs.significance import adjust, backbone, with_significance
from tests.oracles import benjamini_hochberg, poisson_tail
from tests.toys import activity, retweets


def crowd(seed: int, ring: int = 0, accounts: int = 1_500, objects: int = 6_000, acts: int = 30_000):
    """Accounts that retweet at random, by popularity; the first `ring` also share 12 posts within seconds."""
    rng = np.random.default_rng(seed)
    popularity = np.arange(1, objects + 1) ** -0.5
    who = rng.integers(0, accounts, acts)
    what = rng.choice(objects, acts, p=popularity / popularity.sum())
    when = rng.uniform(0, 86_400, acts)
    rows = [(f"{a:04}", f"o{o}", t) for a, o, t in zip(who, what, when, strict=True)]
    for post in range(12 if ring else 0):
        rows += [(f"{a:04}", f"boosted{post}", 7_000.0 * post + a) for a in range(ring)]
    return retweets(*rows)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=30),
    st.integers(0, 100),
    st.sampled_from([0.01, 0.05, 0.5]),
)
def test_q_values_reject_what_benjamini_and_hochberg_reject(p, more, alpha):
    tests = len(p) + more
    rejected = set(np.flatnonzero(adjust(np.array(p), tests) <= alpha).tolist())
    # both sides are exact up to rounding of p * m / rank against rank * alpha / m
    near = {k for k in range(len(p)) if any(abs(p[k] * tests / r - alpha) < 1e-12 for r in range(1, len(p) + 1))}
    assert rejected - near == benjamini_hochberg(p, tests, alpha) - near


def test_yekutieli_is_stricter_by_the_harmonic_factor():
    p = np.array([1e-6, 1e-4])
    assert adjust(p, 1000, "by") / adjust(p, 1000, "bh") == pytest.approx(np.log(1000) + np.euler_gamma)


def test_expected_weights_follow_their_definitions():
    graph = coaction_graph(crowd(0), "post", "1h", 1)
    incidence = graph.incidence
    row = with_significance(graph, "configuration").edge_table.row(0, named=True)
    code = {account: k for k, account in enumerate(incidence.account_ids.to_list())}
    u, v = code[row["source"]], code[row["target"]]
    assert row["expected"] == pytest.approx(graph.strength[u] * graph.strength[v] / graph.strength.sum())
    assert row["p"] == pytest.approx(poisson_tail(row["weight"], row["expected"]))
    independent = with_significance(graph, "chung-lu").edge_table.row(0, named=True)
    k = incidence.popularity
    assert independent["expected"] == pytest.approx(
        incidence.degree[u] * incidence.degree[v] * (k * (k - 1)).sum() / k.sum() ** 2
    )


def test_strengths_sum_to_twice_the_co_actions():
    graph = coaction_graph(crowd(1), "post", "1h", 1)
    assert graph.strength.sum() == 2 * graph.table["weight"].sum()


@pytest.mark.parametrize("null", ["configuration", "chung-lu"])
def test_independent_accounts_are_not_flagged(null):
    flagged = [backbone(coaction_graph(crowd(seed), "post", "1h"), null).n_accounts for seed in range(20)]
    assert np.mean(flagged) / 1_500 <= 0.02  # two alpha


@pytest.mark.parametrize("null", ["configuration", "chung-lu"])
def test_a_planted_ring_is_found_whole(null):
    graph = backbone(coaction_graph(crowd(2, ring=8), "post", "1h"), null)
    assert {f"{a:04}" for a in range(8)} <= set(graph.ids)
    assert graph.n_accounts <= 10


def test_the_configuration_null_is_blind_where_the_ring_makes_all_the_co_actions():
    """Its limit, told in its docstring: a ring alone in its data explains itself."""
    alone = coaction_graph(crowd(2, ring=8, acts=10), "post", "60s")
    assert backbone(alone, "configuration").n_edges == 0


def test_one_more_co_action_never_lowers_the_evidence():
    weights = np.arange(1, 50, dtype=float)
    from scipy.special import gammainc

    assert (np.diff(gammainc(weights, 3.0)) < 0).all()


def test_relabelling_and_a_shift_of_time_change_nothing():
    plain = crowd(3, ring=6)
    renamed = plain.posts_table.with_columns(
        account_id="z" + pl.col("account_id").str.reverse(),
        created_at=pl.col("created_at") + pl.duration(days=30),
    ).sort("created_at", "account_id", "post_id")
    from dataclasses import replace

    a = backbone(coaction_graph(plain, "post", "60s"))
    b = backbone(coaction_graph(replace(plain, posts_table=renamed), "post", "60s"))
    assert sorted(a.table["q"]) == pytest.approx(sorted(b.table["q"]))


def test_interaction_graphs_have_no_null_here():
    posts = activity([{"account_id": "a", "target_account_id": "b", "at": 0}])
    with pytest.raises(InputError, match="not a co-action graph"):
        backbone(retweet_graph(posts))


@pytest.mark.parametrize(("options", "message"), [({"null": "hypergeom"}, "no null model"), ({"alpha": 0}, "alpha")])
def test_settings_that_make_no_sense_are_refused(options, message):
    with pytest.raises(SettingsError, match=message):
        backbone(coaction_graph(crowd(0), "post", "60s"), **options)
