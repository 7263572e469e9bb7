"""Planted networks are found, crowds are not called candidates, and members have evidence."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import cib
from cib.errors import InputError
from cib.networks.find import Rule


@pytest.fixture(scope="module")
def takedown():
    activity, truth = cib.simulate("takedown-2020", scale=0.01, seed=11)
    return cib.detect(activity, progress=False), truth


def test_the_operation_is_found_and_little_else(takedown):
    detection, truth = takedown
    result = cib.evaluation.evaluate(detection, truth)
    assert result.precision >= 0.95
    assert result.recall >= 0.75


def test_core_is_found_through_those_who_boost_it(takedown):
    detection, truth = takedown
    core = truth.filter(pl.col("role") == "highly_engaged").join(detection.table, on="account_id")
    assert (core["verdict"] == "candidate").fill_null(False).mean() >= 0.6
    assert set(core["joined"].drop_nulls()) == {"boosted"}


def test_every_member_that_acts_has_a_significant_edge_inside(takedown):
    detection, _ = takedown
    for network in detection.networks:
        edges = network.evidence.edges
        acting = network.members.filter(pl.col("joined") == "co-action")["account_id"]
        assert set(acting) == set(edges["source"]) | set(edges["target"])
        assert edges["q"].max() <= detection.settings.alpha
        assert len(network) >= detection.settings.rule.min_size


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
    strict = cib.find_networks(layers, rule=Rule(min_capture=1.1))
    assert len(strict.with_verdict("candidate")) == 0
    assert len(strict.with_verdict("coordinated")) > 0


def test_networks_are_a_sequence_with_names(takedown):
    networks = takedown[0].networks
    assert networks["N1"] is networks[0]
    assert len(networks[:2]) == 2
    assert networks[0].members["account_id"][0] in networks[0]
    with pytest.raises(InputError, match="no network"):
        networks["N0"]
    assert networks.table["network_id"].to_list() == [network.id for network in networks]
