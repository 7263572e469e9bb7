"""Planted networks are found, crowds are not called candidates, and members have evidence."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

import cib
from cib.errors import CibError, InputError
from cib.networks.verdict import VERDICTS, Rule


@pytest.fixture(scope="module")
def takedown():
    activity, truth = cib.simulate("takedown-2020", scale=0.01, seed=11)
    return cib.detect(activity, progress=False), truth


@pytest.fixture(scope="module")
def small_takedown():
    return cib.simulate(scale=0.002, seed=1).activity


def test_the_operation_is_found_and_little_else(takedown):
    detection, truth = takedown
    result = cib.evaluation.evaluate(detection, truth)
    assert result.precision >= 0.95
    assert result.recall >= 0.9
    assert result.average_precision >= 0.9


def test_core_is_found_and_told_from_its_amplifiers(takedown):
    detection, truth = takedown
    found = truth.join(detection.table, on="account_id").filter(pl.col("verdict") == "candidate")
    roles = found.group_by("role").agg((pl.col("network_role") == "core").mean(), pl.len())
    core, amplifiers = (roles.filter(role=name).row(0, named=True) for name in ("highly_engaged", "amplifier"))
    assert core["len"] >= 0.9 * truth.filter(role="highly_engaged").height
    assert core["network_role"] > 0.9
    assert amplifiers["network_role"] < 0.2


def test_every_member_has_evidence(takedown):
    detection, _ = takedown
    for network in detection.networks:
        edges = network.evidence.edges
        members = network.members
        linked = set(edges["source"]) | set(edges["target"])
        assert linked <= set(members["account_id"])
        assert edges["q"].max() is None or edges["q"].max() <= detection.settings.alpha
        assert len(network) >= detection.settings.rule.min_size
        recruited = members.filter(joined="amplifier")
        assert (recruited["aimed"] >= detection.settings.rule.aimed_acts).all()
        assert (recruited["aimed"] <= recruited["acts"]).all()


def test_an_account_is_in_one_network_at_most(takedown):
    detection, _ = takedown
    members = detection.networks.members
    assert members["account_id"].n_unique() == members.height


def test_evidence_counts_are_those_of_the_posts(takedown):
    detection, _ = takedown
    edges = detection.networks[0].evidence.edges
    for layer in edges["layer"].unique().sort():
        edge = edges.filter(pl.col("layer") == layer).row(0, named=True)
        proof = detection.graphs[layer].evidence(edge["source"], edge["target"])
        assert len(proof) == edge["weight"]


def test_without_an_operation_hardly_anybody_is_a_candidate():
    flagged = []
    for seed in range(3):
        activity, _ = cib.simulate("organic", scale=0.01, seed=seed)
        flagged.append((cib.detect(activity, progress=False).table["verdict"] == "candidate").mean())
    assert np.mean(flagged) <= 0.001


def test_a_graph_without_significance_is_refused():
    activity, _ = cib.simulate(scale=0.002, seed=1)
    with pytest.raises(InputError, match=r"cib\.backbone"):
        cib.find_networks(cib.coaction_graph(activity, window="10min"))


def test_thresholds_decide_the_verdict(takedown):
    detection, _ = takedown
    layers = [graph for graph in detection.graphs.values() if not graph.directed]
    strict = Rule(min_decades=99, min_decades_copying=99, min_inside=2)
    found = cib.find_networks(layers, activity=detection.activity, rule=strict)
    assert len(found.with_verdict("candidate")) == 0
    assert len(found.with_verdict("coordinated")) > 0


def test_without_the_acts_nothing_is_a_candidate(takedown):
    detection, _ = takedown
    layers = [graph for graph in detection.graphs.values() if not graph.directed]
    found = cib.find_networks(layers)
    assert len(found.with_verdict("candidate")) == 0
    assert len(found.with_verdict("coordinated")) > 0
    assert {reason.speaks for network in found for reason in network.reasons} >= {"untested"}


def test_excluded_accounts_are_in_no_network(takedown):
    detection, _ = takedown
    members = detection.networks[0].members["account_id"]
    layers = [graph for graph in detection.graphs.values() if not graph.directed]
    found = cib.find_networks(layers, activity=detection.activity, exclude=members.head(3).to_list())
    assert not set(members.head(3)) & set(found.members["account_id"])
    assert set(members.tail(3)) <= set(found.members["account_id"])


def test_reasons_say_what_was_measured(takedown):
    detection, _ = takedown
    for network in detection.networks.with_verdict("candidate"):
        counted = {kind for kind, decades in network.kinds.items() if decades}
        assert {reason.kind for reason in network.reasons if reason.speaks == "for"} >= counted
        assert len(counted) >= 2
        for reason in network.reasons:
            if reason.kind in network.kinds and reason.speaks != "untested":
                assert reason.numbers["decades"] == network.kinds[reason.kind]


def with_copiers(about=None):
    """Detect where ten accounts retweet within seconds whatever one account retweets."""
    organic, _ = cib.simulate("organic", scale=0.002, seed=1)
    posts = organic.posts_table.select(
        "account_id", "post_id", "action", "created_at", "target_post_id", "target_account_id"
    )
    rng = np.random.default_rng(0)
    copied = posts.filter(action="post").sample(40, seed=1)
    delays = np.column_stack([np.zeros(40), rng.integers(2, 20, (40, 10))]).astype(int)
    copies = [
        {
            "account_id": "the copied" if k == 0 else f"copier {k}",
            "post_id": f"copy {i} {k}",
            "action": "retweet",
            "created_at": post["created_at"] + timedelta(seconds=600 + int(delays[i, k])),
            "target_post_id": post["post_id"],
            "target_account_id": post["account_id"],
        }
        for i, post in enumerate(copied.iter_rows(named=True))
        for k in range(11)
        if k == 0 or rng.random() < 0.8
    ]
    rows = pl.concat([posts, pl.DataFrame(copies, schema=posts.schema)])
    return cib.detect(cib.read(rows, accounts=about, progress=False), progress=False).table


def test_who_is_copied_is_not_ranked_above_those_who_copy():
    table = with_copiers()
    copiers = table.filter(pl.col("account_id").str.starts_with("copier"))
    (victim,) = table.filter(account_id="the copied").iter_rows(named=True)
    assert set(copiers["verdict"]) == {"coordinated"}  # one kind of evidence, and nothing known of the accounts
    assert victim["coordination"] < copiers["coordination"].min()
    assert victim["joined"] == "leader"


@pytest.mark.parametrize(("automatic", "members"), [(3, 7), (10, 10)])
def test_who_declares_to_be_automatic_is_left_out_where_most_do_not(automatic, members):
    ids = [f"copier {k}" for k in range(1, 11)]
    about = pl.DataFrame({"account_id": ids, "description": ["a bot"] * automatic + ["me"] * (10 - automatic)})
    found = with_copiers(about).filter(pl.col("account_id").is_in(ids), pl.col("network_id").is_not_null())
    assert set(found["account_id"]) == set(ids[-members:])


def with_contests(followers, days=None):
    """Thirty accounts with few followers that do nothing but enter the contests of eight shops, among others.

    `followers` are those of the shops, `days` the days before the start on which the thirty were created.
    """
    organic, _ = cib.simulate("organic", scale=0.002, seed=1)
    rng = np.random.default_rng(5)
    start = organic.posts_table["created_at"].min()
    member, contest = np.nonzero(rng.random((30, 160)) < 0.4)
    delay = contest * 15_000 + rng.exponential(1_800, len(member))
    entries = pl.DataFrame(
        {
            "account_id": [f"hunter{k}" for k in member],
            "post_id": [f"entry{k}" for k in range(len(member))],
            "action": "retweet",
            "target_post_id": [f"contest{k}" for k in contest],
            "target_account_id": [f"shop{k % 8}" for k in contest],
            "created_at": [start + timedelta(seconds=round(after)) for after in delay],
        }
    )
    born = rng.integers(0, 3_000, 30).tolist() if days is None else [days] * 30
    about = pl.DataFrame(
        {
            "account_id": [*(f"hunter{k}" for k in range(30)), *(f"shop{k}" for k in range(8))],
            "followers": [*np.where(rng.random(30) < 0.6, 3, 90).tolist(), *[followers] * 8],
            "created_at": [start - timedelta(days=9 + day) for day in [*born, *[900] * 8]],
        }
    )
    columns = organic.posts_table.select(entries.columns)
    posts = pl.concat([columns, entries.cast(columns.schema)])
    accounts = pl.concat([organic.accounts_table.select(about.columns), about], how="vertical_relaxed")
    return cib.read(posts, accounts=accounts, progress=False)


@pytest.mark.parametrize(
    ("followers", "days", "rule", "verdict"),
    [
        (20_000, None, Rule(), "coordinated"),
        (20_000, None, Rule(min_prompted=1.1), "candidate"),
        (20_000, 400, Rule(), "candidate"),  # all created on one day
        (40, None, Rule(), "candidate"),  # thirty accounts act on a shop with forty followers
    ],
)
def test_who_enters_the_same_contests_is_no_candidate_for_few_followers(followers, days, rule, verdict):
    found = cib.detect(with_contests(followers, days), settings=cib.Settings(rule=rule), progress=False)
    members = found.table.filter(pl.col("account_id").str.starts_with("hunter"), pl.col("network_id").is_not_null())
    assert members.height >= 25
    assert members["verdict"].cast(pl.String).unique().to_list() == [verdict]


def each_kind_of_graph():
    presets = ("coortweet", "coornet", "iannucci2025", "luceri2024", "nizzoli2021", "pacheco2021", "polio", "qut")
    return {
        "co-action": cib.coaction_graph,
        "co-action at any time": lambda a: cib.coaction_graph(a, "author", None, 3, max_accounts=500),
        "similarity": lambda a: cib.similarity_graph(a, "author", 0.3),
        **{name: getattr(cib.presets, name) for name in presets},
        **{name: getattr(cib, f"{name}_graph") for name in ("retweet", "mention", "reply", "quote")},
    }


def ninth(graph):
    return graph.table["weight"], np.full(graph.n_edges, 1e-9)


@pytest.mark.parametrize("null", ["configuration", "chung-lu", ninth])
@pytest.mark.parametrize("kind", each_kind_of_graph())
def test_any_graph_gives_networks_or_an_error_with_a_remedy(kind, null, small_takedown):
    graph = each_kind_of_graph()[kind](small_takedown)
    with pytest.raises(CibError) if kind not in ("co-action", "co-action at any time") else nullcontext():
        found = cib.find_networks(cib.backbone(graph, null))
        assert all(network.verdict in VERDICTS for network in found)
    with pytest.raises(InputError, match="backbone"):
        cib.find_networks(graph)
