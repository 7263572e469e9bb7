"""A search in the tested layers of a detection finds what the detection found."""

from __future__ import annotations

from dataclasses import replace

from cib.graphs.layers import coaction_layers
from cib.search import search


def test_a_search_with_the_settings_of_a_detection_finds_its_networks(detection):
    settings = detection.settings
    tested, _ = coaction_layers(detection.activity, settings.layers, settings.max_pairs, settings.loosest_alpha)
    layers, found = search(tested, settings, activity=detection.activity, roles=detection.roles)
    assert found.table.equals(detection.networks.table)
    assert found.members.equals(detection.networks.members)
    assert all(graph.table.equals(detection.graphs[graph.name].table) for graph in layers)
    strict, _ = search(tested, replace(settings, alpha=1e-6), activity=detection.activity, roles=detection.roles)
    assert max(graph.table["q"].max() or 0 for graph in strict) <= 1e-6 / len(tested)
