"""Networks that reach each other more often than everybody else does are one campaign."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.stats import poisson

import cib
from cib.networks.acts import Acts
from cib.networks.campaigns import network_links
from cib.networks.verdict import Rule
from tests.toys import activity

TEAMS = {"a": 0, "b": 1, "c": 2}


def links(pairs, posts=(), **rule):
    """The links of the teams a, b and c of four accounts each, by acts on accounts and retweets of posts."""
    rows = [{"account_id": s, "target_account_id": t, "action": "reply"} for s, t in pairs]
    rows += [{"account_id": s, "target_account_id": f"of{p}", "target_post_id": p} for s, p in posts]
    acting = activity([{**row, "at": 10.0 * k} for k, row in enumerate(rows)])
    acts = Acts(acting, [cib.coaction_graph(acting, window=None)])
    ids = acts.activity.account_ids
    group = np.array([TEAMS.get(one[0], -1) if len(one) == 2 else -1 for one in ids.to_list()])
    return network_links(acts, group, Rule(**rule))


def team(letter):
    return [f"{letter}{k}" for k in range(4)]


def others(n, target="x0"):
    """Acts of `n` accounts outside of the teams."""
    return [(f"other{k}", target if k % 2 else f"stranger{k}") for k in range(n)]


def found(table):
    return table.select("network", "other", "kind").rows()


def test_who_acts_on_another_network_is_linked_to_it():
    acts = [(a, b) for a in team("a") for b in team("b")]
    assert found(links(acts + others(300))) == [(0, 1, "members")]


def test_who_acts_on_the_same_posts_is_linked():
    posts = [(one, f"post{k}") for k in range(5) for one in team("a") + team("c")]
    assert found(links(others(300), posts)) == [(0, 2, "posts"), (2, 0, "posts")]


def test_an_account_that_all_reach_links_nobody():
    acts = [(a, b) for a in team("a") for b in team("b")]
    assert found(links(acts + [(f"other{k}", f"b{k % 4}") for k in range(300)])) == []
    posts = [(one, "viral") for one in team("a") + team("c") + [f"other{k}" for k in range(300)]]
    assert found(links([], posts)) == []


def test_posts_of_many_networks_link_none():
    posts = [(one, f"post{k}") for k in range(5) for one in team("a") + team("c")]
    assert found(links(others(300), posts, most_linked=1)) == []


def test_the_numbers_are_those_of_a_count_by_hand():
    acts = [("a0", "b0"), ("a0", "b1"), ("a1", "b0"), ("a2", "x0"), ("a3", "x1")]
    rest = others(400) + [("other1", "b3"), ("other3", "b2")]
    (link,) = links(acts + rest, linked_p=1, linked_odds=0).filter(network=0).to_dicts()
    expected = 4 * (1 - np.exp(-(2 + 1) / len(rest) * 5 / 4))
    assert (link["accounts"], link["of"]) == (2, 4)
    assert link["expected"] == pytest.approx(expected)
    assert link["p"] == pytest.approx(poisson.sf(1, expected) * 2 * 2 * 1)


def test_links_of_made_operations_stay_within_them():
    """In the made takedown the teams of each operation are one campaign, and no campaign has two operations."""
    made, truth = cib.simulate("takedown-2020", scale=0.005, seed=7)
    detection = cib.detect(made, progress=False)
    members = detection.table.filter(pl.col("campaign").is_not_null()).join(truth, on="account_id")
    operations = members.drop_nulls("operation").group_by("campaign").agg(pl.col("operation").n_unique())
    assert operations["operation"].max() == 1
    largest = members.filter(operation="takedown-2020")
    assert largest["campaign"].n_unique() == 1 < largest["network_id"].n_unique()
    (reason, *_) = [r for r in detection.networks[0].reasons if r.kind == "campaign"]
    assert reason.numbers["accounts"] >= 3 * reason.numbers["expected"]
