"""Graphs of presets, and the union of layers."""

from __future__ import annotations

import numpy as np
import polars as pl

from cib.graphs.incidence import Incidence
from cib.presets.results import named_objects, objects_named, preset_graph, union_of_layers
from tests.toys import retweets


def edges(*rows):
    return pl.DataFrame(rows, schema={"source": pl.UInt32, "target": pl.UInt32, "weight": pl.Float64}, orient="row")


def test_the_union_sums_weights_and_is_null_where_a_layer_lacks_the_edge():
    found = union_of_layers({"post": edges((0, 1, 0.5), (0, 2, 0.25)), "url": edges((0, 1, 1.0)), "none": edges()})
    assert found.columns == ["source", "target", "weight", "post", "url", "none"]
    assert found.sort("target").rows() == [(0, 1, 1.5, 0.5, 1.0, None), (0, 2, 0.25, 0.25, None, None)]


def test_objects_of_a_layer_are_those_that_bear_its_name():
    toy = retweets(("a", "x", 0), ("b", "y", 1))
    rows = pl.DataFrame({"row": [0, 1], "object": ["x", "x"]}, schema_overrides={"row": pl.UInt32})
    incidence = Incidence.from_events(toy, pl.concat([named_objects(rows, "url"), named_objects(rows, "url 2")]))
    only = objects_named(incidence, "url")
    assert only.object_ids.gather(np.unique(only.object)).to_list() == ["url: x"]


def test_a_graph_is_named_after_its_preset_and_holds_its_options():
    graph = preset_graph(
        "mine", "", retweets(("a", "x", 0), ("b", "x", 1)), edges((0, 1, 1.0)), None, "url", 60.0, top=3
    )
    made = graph.construction
    assert (graph.name, made.objects, made.window_s, dict(made.options)) == (
        "mine",
        "url",
        60.0,
        {"preset": "mine", "top": 3},
    )
    assert not made.counts
