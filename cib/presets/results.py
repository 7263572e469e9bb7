"""The graph that a preset returns, and the union of the layers of a preset with several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from cib.activity import Activity
from cib.graphs.construction import Construction
from cib.graphs.graph import Graph, graph_from_codes
from cib.graphs.incidence import Incidence

__all__ = ["named_objects", "objects_named", "preset_graph", "union_of_layers"]

#: Separator of layer and object in ``incidence.object_ids``.
_MARK = ": "


def preset_graph(
    preset: str,
    variant: str,
    activity: Activity,
    edges: pl.DataFrame,
    incidence: Incidence | None,
    kind: str = "object",
    window_s: float | None = None,
    *,
    directed: bool = False,
    **options: Any,
) -> Graph:
    """Make the graph of a preset from edges between codes of the activity.

    The graph is named after the preset and the variant. `options` are the arguments of the preset and other values that
    describe the graph; for `kind` and `window_s` see :class:`cib.graphs.construction.Construction`.
    """
    return graph_from_codes(
        f"{preset} {variant}".rstrip(),
        activity.account_ids,
        edges,
        directed=directed,
        library=activity.library,
        incidence=incidence,
        construction=Construction(kind, window_s, counts=False, options={"preset": preset, **options}),
    )


def named_objects(events: pl.DataFrame, layer: str) -> pl.DataFrame:
    """Put the name of a layer before each object, so that objects of different layers are distinct.

    >>> named_objects(pl.DataFrame({"object": ["a.org"]}), "url")["object"].item()
    'url: a.org'
    """
    return events.with_columns(object=pl.lit(layer + _MARK) + pl.col("object"))


def objects_named(incidence: Incidence, layer: str) -> Incidence:
    """Keep the events on the objects of one layer, named by :func:`named_objects`."""
    return incidence.keep_objects(incidence.object_ids.str.starts_with(layer + _MARK).to_numpy())


def union_of_layers(layers: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Join the edges of layers: ``source, target``, one column of weights per layer, and ``weight``, their sum."""
    tables = [table.select("source", "target", pl.col("weight").alias(name)) for name, table in layers.items()]
    edges = pl.concat(tables, how="diagonal").group_by("source", "target").agg(pl.col(name).max() for name in layers)
    return edges.select("source", "target", pl.sum_horizontal(*layers).alias("weight"), *layers)
