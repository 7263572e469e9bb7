"""One network, and the sequence of networks of a detection."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

import cib
from cib.errors import InputError, SettingsError


@pytest.mark.parametrize(
    ("verdict", "hint"),
    [("candidates", "Did you mean 'candidate'"), ("sure", "candidate, coordinated, insufficient")],
)
def test_a_verdict_that_nobody_gives_is_refused(verdict, hint):
    with pytest.raises(SettingsError, match=hint):
        cib.Networks().with_verdict(verdict)


def test_networks_are_a_sequence_with_names(detection):
    networks = detection.networks
    assert networks["N1"] is networks[0]
    assert len(networks[:2]) == 2
    assert networks[0].members["account_id"][0] in networks[0]
    with pytest.raises(InputError, match="no network"):
        networks["N0"]
    assert networks.table["network_id"].to_list() == [network.id for network in networks]


def test_evidence_of_an_account_is_seen_from_its_side(detection):
    network = detection.networks[0]
    edge = network.evidence.edges.row(0, named=True)
    mine, theirs = (
        network.account_evidence(edge[end]).filter(layer=edge["layer"], partner=edge[other]).row(0, named=True)
        for end, other in (("source", "target"), ("target", "source"))
    )
    assert mine["weight"] == theirs["weight"] == edge["weight"]
    assert mine["led"] == pytest.approx(1 - theirs["led"])
    assert 1 <= mine["removed_by"] <= edge["weight"]
    with pytest.raises(cib.CibError, match="is not in network"):
        network.account_evidence("nobody")


def test_an_edge_goes_with_so_many_objects_and_not_with_one_less(detection):
    from scipy.stats import poisson

    network = detection.networks[0]
    for row in network.account_evidence(network.evidence.edges["source"][0]).head(5).iter_rows(named=True):
        inflation = row["q"] / row["p"]
        left = row["weight"] - row["removed_by"]
        assert poisson.sf(left - 1, row["expected"]) * inflation > 0.01
        assert poisson.sf(left, row["expected"]) * inflation <= 0.01


def test_the_table_counts_the_roles_and_the_span_of_each_network(detection):
    first, second, *rest = detection.networks
    roles = ["amplifier", None, "own", ""]
    members = first.members.with_columns(role=pl.Series([roles[k % 4] for k in range(len(first))], dtype=pl.String))
    bare = replace(second, evidence=replace(second.evidence, objects=second.evidence.objects.clear()))
    networks = cib.Networks((replace(first, members=members), bare, *rest))
    for network, row in zip(networks, networks.table.to_dicts(), strict=True):
        seen = network.members["role"].to_list()
        objects = network.evidence.objects
        assert row == {
            "network_id": network.id,
            "accounts": len(seen),
            "boosted": network.boosted.height,
            **{role: seen.count(role) for role in ("highly_engaged", "amplifier", "both", "peripheral")},
            **{role: seen.count(role) for role in ("low_support", "own")},
            "coordination": network.coordination,
            "verdict": network.verdict,
            "campaign": network.campaign,
            "first": objects["first"].min(),
            "last": objects["last"].max(),
        }
        own = {} if "own" in seen else {"own": 0}
        assert network.profile | own == row
    assert cib.Networks().table.columns == detection.networks.table.columns
