"""Results as files: Parquet and CSV for data, GraphML and GEXF for Gephi and its like.

Ids are written as they are: a data file is for joining, not for a spreadsheet. XML cannot hold every
character: what XML 1.0 forbids is spelled out there, as ``U+0000``, and so is the first letter of what
looks like it already, so that different texts stay different. Files are written under a temporary
name and then moved into place, so a folder never holds half a file.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import networkx as nx
import polars as pl
from networkx.readwrite.gexf import GEXFWriter

from cib.errors import InputError
from cib.graphs.graph import Graph
from cib.reports.palette import rgb

if sys.platform != "win32":  # which has no such locks
    import fcntl

__all__ = [
    "alone_in",
    "atomically",
    "ensure_folder",
    "flat",
    "write_graph",
    "write_json",
    "write_parquet",
    "write_table",
    "xml_text",
]

_Frame = TypeVar("_Frame", pl.DataFrame, pl.LazyFrame)

#: Characters that XML 1.0 cannot hold or keep, and the U of what looks like one spelled out.
_NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|U(?=\\+[0-9A-F]{4})")


#: Longer tables are written as Parquet only: no spreadsheet opens them, and they can take gigabytes.
MAX_CSV_ROWS = 1_000_000


def write_table(table: pl.DataFrame | pl.LazyFrame, folder: Path, name: str) -> None:
    """Write ``<name>.parquet`` and, unless it would be too long to open, ``<name>.csv``."""
    write_parquet(table, folder, name)
    written, file = pl.scan_parquet(folder / f"{name}.parquet", glob=False), folder / f"{name}.csv"
    if written.select(pl.len()).collect().item() > MAX_CSV_ROWS:
        file.unlink(missing_ok=True)  # of an earlier detection
    else:
        atomically(file, flat(written).sink_csv)


def write_parquet(table: pl.DataFrame | pl.LazyFrame, folder: Path, name: str) -> None:
    """Write ``<name>.parquet``."""
    atomically(folder / f"{name}.parquet", table.lazy().sink_parquet)


def write_json(values: Mapping[str, Any], path: Path, *, indent: int | None = 2) -> None:
    """Write plain values, keys sorted, so that equal values give equal bytes."""
    text = json.dumps(values, indent=indent, sort_keys=True, ensure_ascii=False, default=str) + "\n"
    atomically(path, lambda target: target.write_text(text, encoding="utf-8"))


def write_graph(graph: Graph, nodes: pl.DataFrame, folder: Path, name: str) -> None:
    """Write ``<name>.graphml`` and ``<name>.gexf`` with attributes of nodes and edges.

    Gephi shows the weights, the colours of the roles, and in GEXF from when to when there was an edge.

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
    atomically(folder / f"{name}.gexf", lambda path: _write_gexf(drawn, path))


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
            remedy="Choose another folder.",
        ) from error
    return folder


#: Folders that are this thread's own at the moment.
_OWN: ContextVar[frozenset[Path]] = ContextVar("own", default=frozenset())


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait until nobody else writes into a folder, so that all its files are of one detection: the last.

    Within it, the same thread may ask again. Windows has no locks of folders: there it does not wait.
    """
    place = folder.resolve()
    if sys.platform == "win32" or place in _OWN.get():
        yield
        return
    opened, before = os.open(place, os.O_RDONLY), _OWN.set(_OWN.get() | {place})
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        _OWN.reset(before)
        os.close(opened)  # which gives the lock back, as the end of the process would


def _drawable(graph: Graph, nodes: pl.DataFrame) -> nx.Graph[str]:
    """A networkx graph of texts and plain numbers only, without nulls, valid in XML."""
    drawn: nx.Graph[str] = nx.DiGraph() if graph.directed else nx.Graph()
    known = pl.DataFrame({"account_id": graph.ids}).join(nodes, on="account_id", how="left", maintain_order="left")
    for row in known.iter_rows(named=True):
        account = xml_text(row.pop("account_id"))
        red, green, blue = rgb(row.get("role"))
        drawn.add_node(account, label=account, r=red, g=green, b=blue, **_plain(row))
    for row in graph.edge_table.iter_rows(named=True):
        drawn.add_edge(xml_text(row.pop("source")), xml_text(row.pop("target")), **_plain(row))
    return drawn


def _write_gexf(drawn: nx.Graph[str], path: Path) -> None:
    """GEXF has fields of its own for colours, and for the start and end of an edge."""
    for _, node in drawn.nodes(data=True):
        node["viz"] = {"color": {name: node.pop(name) for name in "rgb"} | {"a": 1.0}}
    for *_, edge in drawn.edges(data=True):
        edge |= {gexf: edge.pop(ours) for gexf, ours in (("start", "first"), ("end", "last")) if ours in edge}
    # networkx writes the day of writing, too, so that files differ; it says "date" of times and reads nothing else
    writer = GEXFWriter(version="1.2draft")
    writer.add_graph(drawn)
    for element in writer.xml:
        element.attrib.pop("lastmodifieddate", None)
    writer.write(path)


def _plain(row: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    return {name: _value(value) for name, value in row.items() if value is not None}


def _value(value: Any) -> str | int | float | bool:
    if isinstance(value, (bool, int, float)):
        return value
    return xml_text(value.isoformat() if isinstance(value, datetime) else str(value))


def xml_text(text: str) -> str:
    r"""The text with what XML cannot hold spelled out.

    >>> xml_text("a\x00b U+0000")
    'aU+0000b U+0055+0000'
    """
    return _NOT_XML.sub(lambda match: f"U+{ord(match[0]):04X}", text)


def flat(table: _Frame) -> _Frame:
    """CSV has no lists: join them by spaces."""
    lists = [name for name, dtype in table.collect_schema().items() if isinstance(dtype, pl.List)]
    return table.with_columns(pl.col(lists).list.join(" ")) if lists else table


def atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` write under a temporary name beside `path`, then move the whole file into place."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
