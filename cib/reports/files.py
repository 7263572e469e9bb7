"""Results as files: Parquet and CSV for data, GraphML and GEXF for Gephi and its like.

Ids are written as they are: a data file is for joining, not for a spreadsheet. XML cannot hold every
character: what XML 1.0 forbids is spelled out there, as ``U+0000``. Files are written under a temporary
name and then moved into place, so a folder never holds half a file.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import networkx as nx
import polars as pl

from cib.errors import InputError
from cib.graphs.graph import Graph

__all__ = ["atomically", "ensure_folder", "write_graph", "write_json", "write_parquet", "write_table"]

#: Characters that XML 1.0 cannot hold.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_table(table: pl.DataFrame, folder: Path, name: str) -> None:
    """Write ``<name>.parquet`` and ``<name>.csv``."""
    write_parquet(table, folder, name)
    atomically(folder / f"{name}.csv", _flat(table).write_csv)


def write_parquet(table: pl.DataFrame, folder: Path, name: str) -> None:
    """Write ``<name>.parquet``."""
    atomically(folder / f"{name}.parquet", table.write_parquet)


def write_json(values: Mapping[str, Any], path: Path, *, indent: int | None = 2) -> None:
    """Write plain values, keys sorted, so that equal values give equal bytes."""
    text = json.dumps(values, indent=indent, sort_keys=True, ensure_ascii=False, default=str) + "\n"
    atomically(path, lambda target: target.write_text(text, encoding="utf-8"))


def write_graph(graph: Graph, nodes: pl.DataFrame, folder: Path, name: str) -> None:
    """Write ``<name>.graphml`` and ``<name>.gexf`` with attributes of nodes and edges.

    Parameters
    ----------
    graph : Graph
    nodes : polars.DataFrame
        ``account_id`` and attributes; rows of other accounts are passed over.
    folder : Path
    name : str
    """
    drawn = _drawable(graph, nodes)
    atomically(folder / f"{name}.graphml", lambda path: nx.write_graphml(drawn, path))
    atomically(folder / f"{name}.gexf", lambda path: nx.write_gexf(drawn, path))


def ensure_folder(path: str | Path) -> Path:
    """The folder, made if need be."""
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            "cannot make the folder to write into",
            where=str(folder),
            got=error,
            remedy="Choose another with --out.",
        ) from error
    return folder


def _drawable(graph: Graph, nodes: pl.DataFrame) -> nx.Graph[str]:
    """A networkx graph of texts and plain numbers only, without nulls, valid in XML."""
    drawn: nx.Graph[str] = nx.DiGraph() if graph.directed else nx.Graph()
    known = pl.DataFrame({"account_id": graph.ids}).join(nodes, on="account_id", how="left", maintain_order="left")
    for row in known.iter_rows(named=True):
        account = row.pop("account_id")
        drawn.add_node(_xml(account), label=_xml(account), **_plain(row))
    for row in graph.edge_table.iter_rows(named=True):
        drawn.add_edge(_xml(row.pop("source")), _xml(row.pop("target")), **_plain(row))
    return drawn


def _plain(row: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    kept = {name: value for name, value in row.items() if value is not None}
    return {name: value if isinstance(value, (bool, int, float)) else _xml(str(value)) for name, value in kept.items()}


def _xml(text: str) -> str:
    return _NOT_XML.sub(lambda match: f"U+{ord(match[0]):04X}", text).replace("\r", "U+000D")


def _flat(table: pl.DataFrame) -> pl.DataFrame:
    """CSV has no lists: join them by spaces."""
    lists = [name for name, dtype in table.schema.items() if isinstance(dtype, pl.List)]
    return table.with_columns(pl.col(lists).list.join(" ")) if lists else table


def atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` write under a temporary name beside `path`, then move the whole file into place."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
