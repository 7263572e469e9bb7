"""The correction, and what every null model promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

import cib
from cib.errors import InputError, SettingsError
from cib.graphs.coaction import coaction_graph
from cib.graphs.interactions import retweet_graph
from cib.graphs.nulls.margins import Chance, ends
from cib.graphs.nulls.registry import NULLS, adjust, backbone, with_significance
from tests.oracles import benjamini_hochberg
from tests.toys import activity, retweets

#: Those that are meant to hold without a shared taste; the last one is there because it does not.
HONEST = [null for null in NULLS if null != "hypergeometric"]
#: Those that are meant to find a ring that is alone on its posts, of unknown authors.
FINDING = [null for null in NULLS if null not in {"author", "synchrony", "permuted-in-object"}]


def crowd(seed: int, ring: int = 0, accounts: int = 800, objects: int = 2_400, acts: int = 12_000):
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


def of_authors(graph, n_authors: int = 40):
    """The same graph, posts having authors, by the number in their name."""
    author = pl.Series([f"author{int(name[1:]) % n_authors}" for name in graph.incidence.object_ids])
    targets = np.empty(len(graph.incidence.post_ids), dtype=object)
    targets[graph.incidence.row] = author.gather(graph.incidence.object).to_numpy()
    return replace(graph, incidence=replace(graph.incidence, target_ids=pl.Series(targets.tolist(), dtype=pl.String)))


@pytest.fixture(scope="module")
def dense():
    """Six crowds in which any two accounts share several posts."""
    return [
        of_authors(coaction_graph(crowd(seed, accounts=300, objects=150, acts=9_000), "post", "6h", 1))
        for seed in range(6)
    ]


@pytest.fixture(scope="module")
def organic():
    return cib.simulate("organic", scale=0.001, seed=5).activity


def dealt_anew(organic, null, seed):
    """Retweets with all margins kept and nothing agreed: whose they are is dealt anew, or each account's times."""
    dealt = pl.col("created_at").shuffle(seed).over("account_id")
    if null != "permuted-in-account":
        dealt = pl.col("account_id").shuffle(seed)
    table = organic.posts_table.filter(pl.col("action") == "retweet").with_columns(dealt)
    return replace(organic, posts_table=table.sort("created_at", "account_id", "post_id"))


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


@pytest.mark.parametrize("null", HONEST)
def test_p_values_of_independent_accounts_are_uniform_or_larger(null, dense):
    pairs = []
    for graph in dense:
        p = np.ones((len(graph.incidence.account_ids),) * 2)  # who shares nothing has p = 1
        _, u, v = ends(graph)
        p[u, v] = with_significance(graph, null).table["p"]
        pairs.append(p[np.arange(0, len(p), 2), np.arange(1, len(p), 2)])  # no account twice
    assert kstest(np.concatenate(pairs), "uniform", alternative="greater").pvalue > 0.001


@pytest.mark.parametrize("null", HONEST)
def test_discoveries_in_shuffled_data_are_as_rare_as_alpha_says(null, organic):
    """Every discovery is false here, so the rate is how often there is any: at 5 %, one of twenty."""
    graphs = [coaction_graph(dealt_anew(organic, null, seed), "post", "10min") for seed in range(20)]
    assert sum(backbone(graph, null, 0.05).n_edges > 0 for graph in graphs) <= 3


def test_the_hypergeometric_null_is_wrong_about_what_is_popular():
    organic = cib.simulate("organic", scale=0.002, seed=5).activity
    graph = coaction_graph(dealt_anew(organic, "hypergeometric", 0), "post", None)
    assert backbone(graph, "hypergeometric").n_accounts > 50
    assert backbone(graph, "bicm").n_accounts == 0


@pytest.mark.parametrize("null", FINDING)
def test_a_planted_ring_is_found_whole(null):
    graph = backbone(coaction_graph(crowd(2, ring=8), "post", "1h"), null)
    assert {f"{a:04}" for a in range(8)} <= set(graph.ids)
    assert graph.n_accounts <= 10


def test_the_configuration_null_is_blind_where_the_ring_makes_all_the_co_actions():
    """Its limit, told in its docstring: a ring alone in its data explains itself."""
    alone = coaction_graph(crowd(2, ring=8, acts=10), "post", "60s")
    assert backbone(alone, "configuration").n_edges == 0


@pytest.mark.parametrize("null", NULLS)
def test_one_more_co_action_never_lowers_the_evidence(null, dense):
    graph = dense[0]
    more = replace(graph, table=graph.table.with_columns(pl.col("weight") + 1))
    before, after = (with_significance(each, null).table["p"].to_numpy() for each in (graph, more))
    assert (after <= before).all()
    assert (after < before).mean() > 0.9


@pytest.mark.parametrize("null", [null for null in NULLS if not null.startswith("permuted")])
def test_relabelling_and_a_shift_of_time_change_nothing(null):
    """Permutations are left out of the relabelling: other names are dealt other times."""
    posts = crowd(3, ring=6).posts_table.with_columns(target_account_id=pl.col("target_post_id").str.slice(0, 2))
    renamed = posts.with_columns(
        account_id="z" + pl.col("account_id").str.reverse(),
        created_at=pl.col("created_at") + pl.duration(days=30),
    ).sort("created_at", "account_id", "post_id")
    a, b = (
        with_significance(coaction_graph(replace(crowd(0, acts=1), posts_table=table), "post", "10min"), null)
        for table in (posts, renamed)
    )
    assert sorted(a.table["q"]) == pytest.approx(sorted(b.table["q"]))
    assert a.n_edges > 0


def test_a_function_of_ones_own_is_a_null():
    def half(graph):
        return Chance(np.full(graph.n_edges, 0.5), np.where(graph.table["weight"] > 2, 1e-12, 1.0))

    graph = backbone(coaction_graph(crowd(2, ring=8), "post", "60s", 1), half)
    assert set(graph.table["weight"]) == {12}
    assert graph.significance.null is half


def test_interaction_graphs_have_no_null_here():
    posts = activity([{"account_id": "a", "target_account_id": "b", "at": 0}])
    with pytest.raises(InputError, match="not a co-action graph"):
        backbone(retweet_graph(posts))


@pytest.mark.parametrize(("options", "message"), [({"null": "hypergeom"}, "no null model"), ({"alpha": 0}, "alpha")])
def test_settings_that_make_no_sense_are_refused(options, message):
    with pytest.raises(SettingsError, match=message):
        backbone(coaction_graph(crowd(0, acts=100), "post", "60s"), **options)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, "two arrays"),
        (([1.0], [0.5]), "a value for each edge"),
        (([1.0, 1.0], [0.5, 2.0]), "outside"),
        (([1.0, float("nan")], [0.5, 0.5]), "not finite"),
    ],
)
def test_a_null_of_ones_own_is_checked(found, said):
    graph = coaction_graph(
        retweets(("a", "x", 0), ("b", "x", 1), ("c", "x", 2), ("c", "x", 500)), window="1s", min_weight=1
    )
    assert graph.n_edges == 2
    with pytest.raises(SettingsError, match=said):
        backbone(graph, lambda _: found)
