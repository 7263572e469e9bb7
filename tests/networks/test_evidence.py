"""What members share, against counting by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

import cib
from cib.networks.evidence import EVIDENCE, acts_in, edges_of, shared_objects

#: The network of an account, an object, and a time.
SCHEMA = dict.fromkeys(("network", "account", "object", "time"), pl.Int64)
ACTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 9)), max_size=30)


@given(ACTS)
def test_shared_objects_are_those_of_two_members(acts):
    rows = sorted((account % 2, account, object_, time) for account, object_, time in acts)
    rows.sort(key=lambda row: (row[2], row[3]))
    found, accounts = shared_objects(pl.DataFrame(rows, schema=SCHEMA, orient="row"))
    expected, sharing = {}, set()
    for network in (0, 1):
        for object_ in range(4):
            mine = [row for row in rows if row[0] == network and row[2] == object_]
            members, times = {row[1] for row in mine}, [row[3] for row in mine]
            if len(members) > 1:
                expected[network, object_] = (len(members), len(mine), min(times), max(times))
                sharing |= members
    moments = pl.col("first", "last").to_physical()
    assert {row[:2]: row[2:] for row in found.with_columns(moments).iter_rows()} == expected
    assert accounts.tolist() == sorted(sharing)


def test_acts_are_looked_up_once_for_layers_with_equal_events():
    activity = cib.simulate(scale=0.001, seed=2).activity
    one, other = cib.coaction_graphs(activity, windows=("60s", "10min"))
    copy = replace(other, incidence=other.events.keep_events(np.ones(len(other.events), dtype=bool)))
    fewer = replace(other, incidence=other.events.keep_events(np.arange(len(other.events)) % 2 == 0))
    members = pl.DataFrame({"account_id": activity.account_ids, "network": np.zeros(len(activity.account_ids), int)})
    acts = [acts for _, _, acts, _, _ in acts_in([one, copy, fewer], members)]
    assert acts[0] is acts[1]
    assert [each.height for each in acts] == [len(graph.events) for graph in (one, copy, fewer)]


def test_edges_are_the_rows_of_the_layers_strongest_first(detection):
    networks = detection.networks
    expected = []
    for number, network in enumerate(networks):
        rows = []
        for graph, chosen in zip(network.evidence.graphs, network.evidence.rows, strict=True):
            table = graph.edge_table.select(pl.lit(graph.name).alias("layer"), pl.all()).select(*EVIDENCE["edges"])
            rows += [table.row(row) for row in chosen.tolist()]
        names = list(EVIDENCE["edges"])
        rows.sort(key=lambda row: [row[names.index(name)] for name in ("q", "p", "layer", "source", "target")])
        assert network.evidence.edges.rows() == rows
        expected += [(number, *row) for row in rows]
    found = edges_of([network.evidence for network in networks])
    assert len({row[1] for row in expected}) > 1, "several layers are compared"
    assert found.rows() == expected
    assert found.schema == edges_of([]).schema
