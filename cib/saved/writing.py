"""Write a detection as a folder of files, completely or not at all.

The folder is for the holder of the data: its tables contain the ids of accounts and posts. The metadata of every
Parquet file contain the id of its result, and ``detection.json``, written last, lists the files; both are checked on
reading. The check covers whether files belong together and have the written shape, not who wrote them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from cib.errors import SettingsError, check_several, did_you_mean
from cib.evaluation.trivial import trivial_scores
from cib.folders import DETECTION, replace_result
from cib.graphs.construction import Construction
from cib.graphs.graph import Graph
from cib.graphs.incidence import run_starts
from cib.graphs.objects import kind_of
from cib.networks.evidence import EVIDENCE, Evidence, edges_of
from cib.networks.network import Networks, stacked
from cib.networks.parts import part_of
from cib.reports.files import CSV, check_csv, write_json, write_parquet, write_table
from cib.reports.graph_files import write_graph
from cib.reports.result import Result, about
from cib.roles.population import Distribution

__all__ = ["AUDIENCE", "FORMAT", "MAX_DRAWN", "PARTS", "SMALL_GRAPH", "tables_of", "write_result"]

#: Version of the folder format; version 0.1 of cib wrote none.
FORMAT = 2

#: Maximum number of edges of a layer in its GraphML and GEXF files, limited by what viewers can open.
MAX_DRAWN = 50_000

#: Number of rows of evidence that are in memory at a time, exceeded by at most those of one network.
MAX_ROWS = 200_000

#: Maximum number of edges of graphs that are written by default.
SMALL_GRAPH = 5_000

#: Parts that :meth:`cib.Detection.save` can write.
PARTS = ("tables", "report", "graphs")

#: Tables of each network that are concatenated into one file of that name.
OF_NETWORKS = ("members", "statistics", "facts")

#: Columns of the reference distributions of roles.
KNOTS = {"feature": pl.String, "value": pl.Float64, "share": pl.Float64}

#: Intended audience of the folder.
AUDIENCE = "the holder of the data: it has ids of accounts and posts; do not pass it on"


def write_result(
    result: Result, folder: Path, write: Sequence[str] | None = None, *, overwrite: bool = False, csv: CSV = "safe"
) -> None:
    """Write a detection; see :meth:`cib.Detection.save`."""
    parts = _parts(write)
    check_csv(csv)
    told = {**about(result), "format": FORMAT, "audience": AUDIENCE}
    told["result"] = _digest(told)
    metadata = {"cib": json.dumps({name: told[name] for name in ("result", "fingerprint", "audience")})}
    with replace_result(folder, DETECTION, overwrite=overwrite) as new:
        if "tables" in parts:
            told |= _write_tables(result, new, metadata, csv)
        told["drawn"] = _write_graphs(result, new, None if "graphs" in parts else 0 if write else SMALL_GRAPH)
        if "report" in parts:
            write_json({**result.findings, "result": told["result"]}, new / "report.json", indented=False)
        told["files"] = {path.name: path.stat().st_size for path in sorted(new.iterdir())}
        write_json(told, new / DETECTION.marker)


def tables_of(result: Result) -> dict[str, pl.DataFrame | pl.LazyFrame]:
    """Return the tables intended for users."""
    return {
        "accounts": result.table,
        "networks": result.networks.table,
        "evidence": _evidence(result.networks, "edges"),
        "objects": _evidence(result.networks, "objects"),
    }


def _parts(write: Sequence[str] | None) -> Collection[str]:
    if write is None:
        return PARTS[:2]
    check_several("write", write, "['tables']")
    for part in write:
        if part not in PARTS:
            remedy = did_you_mean(str(part), PARTS) or f"Take some of {', '.join(PARTS)}."
            raise SettingsError(f"there is nothing called {part!r} to write", remedy=remedy)
    if not write:
        raise SettingsError("there is nothing to write", remedy=f"Take some of {', '.join(PARTS)}.")
    return write


def _digest(told: Mapping[str, Any]) -> str:
    """Return a hash that identifies a result by its data, settings and version."""
    return blake2b(json.dumps(told, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()


def _write_tables(result: Result, folder: Path, metadata: Mapping[str, str], csv: CSV) -> dict[str, Any]:
    """Write all tables, and return the metadata that they do not contain."""
    for name, table in {**tables_of(result), "trivial": trivial_scores(result.activity)}.items():
        write_table(table, folder, name, metadata, csv)
    for name in OF_NETWORKS:
        write_parquet(_stacked(result.networks, name), folder, name, metadata)
    for name, graph in result.graphs.items():
        write_parquet(graph.edge_table, folder, f"edges-{slug(name)}", metadata)
    roles = result.roles
    write_parquet(result.features.table, folder, "features", metadata)
    write_parquet(roles.table, folder, "role-scores", metadata)
    write_parquet(roles.evidence.frame, folder, "role-evidence", metadata)
    write_parquet(_knots(roles.distributions), folder, "distributions", metadata)
    return {
        "library": result.activity.library,
        "graphs": [_graph_told(name, graph) for name, graph in result.graphs.items()],
        "networks": [
            {
                "network_id": n.id,
                "verdict": n.verdict,
                "coordination": n.coordination,
                "reasons": [reason.to_dict() for reason in n.reasons],
                "kinds": dict(n.kinds),
                "campaign": n.campaign,
            }
            for n in result.networks
        ],
        "roles": [role.to_dict() for role in roles.roles],
        "features": {
            "labels": dict(result.features.labels),
            "units": dict(result.features.units),
            "compared": list(roles.distributions),
        },
    }


def _stacked(networks: Networks, part: str) -> pl.DataFrame:
    parts = [(network.id, part_of(network, part)) for network in networks]
    if part == "members":
        parts += [(network.id, part_of(network, "boosted")) for network in networks if network.boosted.height]
    return stacked(parts).select("network_id", pl.all().exclude("network_id"))


def _evidence(networks: Networks, part: str) -> pl.LazyFrame:
    """Return the edges or objects of all networks as a lazy table, created for some networks at a time."""
    tables, rows = _EVIDENCE[part]
    place = np.cumsum([rows(network.evidence) for network in networks], dtype=np.int64) // MAX_ROWS
    first = run_starts(place).tolist()

    def batches(*_: object) -> Iterator[pl.DataFrame]:
        for start, stop in pairwise([*first, len(networks)]):
            yield tables(networks[start:stop]).select("network_id", *EVIDENCE[part])

    return register_io_source(batches, schema={"network_id": pl.String, **EVIDENCE[part]})


def _edges(networks: Networks) -> pl.DataFrame:
    edges = edges_of([network.evidence for network in networks])
    return edges.with_columns(network_id=pl.Series([network.id for network in networks]).gather(edges["network"]))


def _objects(networks: Networks) -> pl.DataFrame:
    return stacked(((network.id, part_of(network.evidence, "objects")) for network in networks), EVIDENCE["objects"])


#: Parts of the evidence of networks: the function that returns those of several networks, and the rows of one.
_EVIDENCE: dict[str, tuple[Callable[[Networks], pl.DataFrame], Callable[[Evidence], int]]] = {
    "edges": (_edges, lambda evidence: evidence.n_edges),
    "objects": (_objects, lambda evidence: evidence.objects.height),
}


def _knots(distributions: Mapping[str, Distribution]) -> pl.DataFrame:
    parts = [
        pl.DataFrame({"feature": [name] * len(known.values), "value": known.values, "share": known.shares})
        for name, known in distributions.items()
    ]
    return pl.concat([pl.DataFrame(schema=KNOTS), *parts])


def _write_graphs(result: Result, folder: Path, most: int | None) -> dict[str, dict[str, int]]:
    """Write the layers inside networks with at most `most` edges, and return the numbers of edges drawn."""
    drawn = {}
    for name, graph in result.graphs.items():
        if not graph.directed and most != 0:
            inside = graph.are_among(result.networks.members["account_id"])
            if most is None or np.count_nonzero(inside) <= most:
                shown = graph.keep_edges(inside).strongest(MAX_DRAWN)
                write_graph(shown, result.table, folder, f"layer-{slug(name)}")
                drawn[name] = {"edges": graph.n_edges, "drawn": shown.n_edges}
    return drawn


def _graph_told(name: str, graph: Graph) -> dict[str, Any]:
    return {
        "name": name,
        "directed": graph.directed,
        "file": f"edges-{slug(name)}",
        "made": None if graph.directed else _made(graph.construction),
    }


def _made(construction: Construction) -> dict[str, Any]:
    """Convert the construction of a layer to plain values; functions are replaced by their names."""
    tested = construction.tested
    return {
        "objects": construction.objects,
        "window_s": construction.window_s,
        "counts": construction.counts,
        "tested": None if tested is None else {**asdict(tested), "null": kind_of(tested.null)},
        **{name: [item.to_dict() for item in getattr(construction, name)] for name in ("left_out", "shortened")},
        "options": dict(construction.options),
    }


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
