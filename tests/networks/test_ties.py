"""Ties by their formula, and groups of them."""

from __future__ import annotations

from math import sqrt

import numpy as np
import polars as pl
import pytest

import cib
from cib.networks.acts import Acts
from cib.networks.ties import is_slow, tie_groups, ties
from cib.networks.verdict import Rule
from tests.toys import activity


def post(account, at, **what):
    return {"account_id": account, "action": "post", "at": at, "text": f"{account} {at}", **what}


def layer(made, objects, window):
    return cib.backbone(cib.coaction_graph(made, objects, window, 1), alpha=0.999)


def tied(made, graphs, rule):
    ids = made.account_ids
    found = ties(Acts(made, graphs), rule)
    assert found.select("source", "target").equals(found.select("source", "target").sort("source", "target"))
    return {(ids[a], ids[b]): tie for a, b, tie in found.select("source", "target", "tie").iter_rows()}


def test_a_tie_is_the_worth_of_shared_objects_over_the_mean_activity():
    """a and b share two links, two quick and three slow acts; b has six acts more."""
    rows = [post(who, k, urls=[f"https://e.org/{k}"]) for who in "ab" for k in range(2)]
    rows += [{"account_id": who, "target_post_id": f"t{k}", "at": 100 + k} for who in "ab" for k in range(2)]
    rows += [{"account_id": who, "target_post_id": "late", "at": at} for who, at in (("a", 200), ("b", 2_000))]
    made = activity(rows + [post("b", 3_000 + k) for k in range(6)])
    graphs = [layer(made, "url", None), layer(made, "post", "60s"), layer(made, "post", "1h")]
    assert [is_slow(graph) for graph in graphs] == [True, False, True]
    rule = Rule(min_tie=0, slow_tie=0.25, rare=0)
    assert tied(made, graphs, rule) == {("a", "b"): pytest.approx((2 + 2 + 3 * 0.25) / sqrt((5 + 4) * (11 + 4)))}
    assert tied(made, graphs, Rule(min_tie=0.9, rare=0)) == {}


def test_one_rare_text_is_enough_and_counts_once():
    made = activity([post(who, k, text="the line") for k, who in enumerate("ab")])
    graphs = [layer(made, kind, None) for kind in ("text", "near-text")]
    rule = Rule(min_tie=99, min_rare_tie=0, rare=2, rare_text=3)
    assert tied(made, graphs, rule) == {("a", "b"): pytest.approx(3 / 5)}
    assert tied(made, graphs, Rule(min_tie=99, min_rare_tie=0, rare=1)) == {}


def test_groups_are_cliques_that_are_large_enough():
    made = activity([post(who, k) for k, who in enumerate("hgfedcba")])
    acts, code = Acts(made), {name: k for k, name in enumerate("abcdefgh")}
    pairs = [(u, v) for clique in ("adg", "bfh", "ce") for u in clique for v in clique if u < v]
    source, target = zip(*((code[u], code[v]) for u, v in pairs), strict=True)
    table = pl.DataFrame({"source": source, "target": target, "tie": [1.0] * len(pairs)})
    group = tie_groups(table, acts, Rule(min_size=3, tie_resolution=0.1))
    assert {tuple(np.flatnonzero(group == k).tolist()) for k in (0, 1)} == {(0, 3, 6), (1, 5, 7)}
    assert group[[2, 4]].tolist() == [-1, -1]
    first = [np.argsort(acts.order)[group == k].min() for k in (0, 1)]
    assert first == sorted(first)
