"""GraphML and GEXF files with colours by role and a layout by network."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from cib.atomic import atomically
from cib.graphs.graph import Graph
from cib.graphs.graph_xml import write_gexf, write_graphml
from cib.reports.anonymity import under_pseudonyms
from cib.reports.layout import positions
from cib.reports.palette import ROLES, colours
from cib.reports.pseudonyms import Pseudonyms

__all__ = ["write_graph"]


def write_graph(graph: Graph, nodes: pl.DataFrame, folder: Path, name: str, *, pseudonyms: bool = False) -> None:
    """Write ``<name>.graphml`` and ``<name>.gexf`` with node and edge attributes.

    Parameters
    ----------
    graph : Graph
    nodes : polars.DataFrame
        ``account_id`` and attributes; rows of accounts not in the graph are ignored. ``role`` determines the colour of
        a node, and ``network_id`` its position.
    folder : Path
    name : str
    pseudonyms : bool
        Whether to replace account ids by pseudonyms, the same in both files; the key is discarded.
    """
    if pseudonyms:
        names = Pseudonyms()
        graph, nodes = under_pseudonyms(graph, names), nodes.drop("cluster", strict=False)
        nodes = nodes.with_columns(names.of_all("account", nodes["account_id"]).alias("account_id"))
    known = graph.ids.to_frame("account_id").join(nodes, on="account_id", how="left", maintain_order="left")
    known = _drawn(graph, known).drop("account_id")
    for suffix, write in (("graphml", write_graphml), ("gexf", write_gexf)):
        told = partial(write, ids=graph.ids, edges=graph.table, nodes=known, directed=graph.directed)
        atomically(folder / f"{name}.{suffix}", told)


def _drawn(graph: Graph, nodes: pl.DataFrame) -> pl.DataFrame:
    """Add the colour of the role of each node, and the position of nodes that are in a network."""
    role = nodes["role"] if "role" in nodes.columns else pl.Series([None] * nodes.height, dtype=pl.String)
    nodes = nodes.with_columns(colour=role.replace_strict(colours(role.unique()), default=ROLES["low_support"]))
    if "network_id" not in nodes.columns:
        return nodes
    members = nodes.select("network_id", row=pl.int_range(pl.len(), dtype=pl.Int64)).drop_nulls()
    members = members.with_columns(size=pl.len().over("network_id"))
    members = members.sort("size", "network_id", "row", descending=[True, False, False])
    place = np.full(nodes.height, -1)
    place[members["row"]] = np.arange(members.height)
    edges = np.column_stack([place[end] for end in graph.endpoints])
    points = np.full((nodes.height, 2), np.nan)
    points[members["row"]] = positions(members["network_id"].to_list(), edges[(edges >= 0).all(axis=1)])
    x, y = (pl.Series(column, nan_to_null=True) for column in points.T)
    return nodes.with_columns(x=x, y=y)
