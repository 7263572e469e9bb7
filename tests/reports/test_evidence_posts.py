"""Posts behind pairs and objects."""

from __future__ import annotations

import polars as pl

from cib.reports.evidence_posts import POSTS, first_posts


def test_the_acts_of_a_pair_are_those_of_its_graph(detection, findings):
    for network in findings["networks"][:3]:
        for pair in network["pairs"]:
            graph = detection.graphs[pair["layer"]]
            table = graph.evidence(pair["a"], pair["b"])
            shown = {(act["object"], act["post_a"], act["post_b"]) for act in pair["acts"]}
            assert shown <= set(table.select("object_id", "post_a", "post_b").iter_rows())
            assert max(act["lag"] for act in pair["acts"]) <= table["lag"].sort()[len(shown) - 1]
            owner = {"a": pair["a"], "b": pair["b"], None: None}
            seconds = dict(table.select("object_id", "second").iter_rows())
            assert all(owner[act["second"]] == seconds[act["object"]] for act in pair["acts"])


def test_the_first_posts_on_an_object_are_the_earliest_of_members(detection):
    network = detection.networks[0]
    shared = network.evidence.objects.row(0, named=True)
    graph = detection.graphs[shared["layer"]]
    members = network.members.select("account_id", network_id=pl.lit(network.id))
    objects = pl.DataFrame({"network_id": [network.id], "object_id": [shared["object_id"]]})
    events = graph.incidence.of_accounts(members["account_id"].to_list()).filter(object_id=shared["object_id"])
    first = events.select("account_id", "post_id", "created_at").unique().sort("created_at", "post_id").head(POSTS)
    assert first_posts(graph.incidence, objects, members).select("account", "post", "time").rows() == first.rows()
    assert first_posts(None, objects, members).is_empty()
