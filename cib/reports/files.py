"""Results as files: Parquet and CSV for data, GraphML and GEXF for Gephi and its like.

Parquet has ids and texts as they are. In CSV what a spreadsheet program would take for a formula begins with an
apostrophe, unless exact bytes are asked for. XML cannot hold every character: what XML 1.0 forbids is spelled out
there, as ``U+0000``, and so is the first letter of what looks like it already, so that different texts stay
different. Files are written under a temporary name and then moved into place, so a folder never holds half a file.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import networkx as nx
import polars as pl
from networkx.readwrite.gexf import GEXFWriter

from cib.errors import SettingsError
from cib.graphs.graph import Graph
from cib.reports.palette import rgb

__all__ = [
    "CSV",
    "atomically",
    "check_csv",
    "flat",
    "safe_for_spreadsheets",
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


#: How texts stand in CSV: ``'safe'``, so that no spreadsheet program takes one for a formula, or ``'exact'``.
CSV = Literal["safe", "exact"]

#: What a spreadsheet program takes for a formula: at the beginning of a cell, or of what it takes for one where the
#: separator is another, after whatever shows nothing. Negative whole numbers, as ids of channels are, are none.
_FORMULA, _NEGATIVE = r"(^|[;\t\r\n])([\s\p{C}]*)([-+=@\x{FF0B}\x{FF0D}\x{FF1D}\x{FF20}])", r"^-[0-9]+$"


def write_table(
    table: pl.DataFrame | pl.LazyFrame,
    folder: Path,
    name: str,
    metadata: Mapping[str, str] | None = None,
    csv: CSV = "safe",
) -> None:
    """Write ``<name>.parquet`` and, unless it would be too long to open, ``<name>.csv``."""
    write_parquet(table, folder, name, metadata)
    written, file = pl.scan_parquet(folder / f"{name}.parquet", glob=False), folder / f"{name}.csv"
    if written.select(pl.len()).collect().item() > MAX_CSV_ROWS:
        file.unlink(missing_ok=True)  # of an earlier detection
    else:
        ready = flat(written)
        atomically(file, (ready if csv == "exact" else safe_for_spreadsheets(ready)).sink_csv)


def check_csv(csv: object) -> None:
    """Refuse what is no way to write CSV."""
    if csv not in get_args(CSV):
        raise SettingsError(f"csv={csv!r} is no way to write CSV", remedy="Take 'safe' or 'exact'.")


def safe_for_spreadsheets(table: _Frame) -> _Frame:
    """Put an apostrophe before what a spreadsheet program would take for a formula; nothing else changes.

    >>> safe_for_spreadsheets(pl.DataFrame({"text": ["=1+1", "a;=1", "-100123", "2-1"]}))["text"].to_list()
    ["'=1+1", "a;'=1", '-100123', '2-1']
    """
    text = pl.col(pl.String)
    return table.with_columns(pl.when(text.str.contains(_NEGATIVE)).then(text).otherwise(_quoted(text)))


def _quoted(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(_FORMULA, "$1'$2$3")


def write_parquet(
    table: pl.DataFrame | pl.LazyFrame, folder: Path, name: str, metadata: Mapping[str, str] | None = None
) -> None:
    """Write ``<name>.parquet``, with texts about it in its metadata."""
    told = dict(metadata) if metadata else None
    atomically(folder / f"{name}.parquet", lambda path: table.lazy().sink_parquet(path, metadata=told))


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
