"""Read a saved detection and validate it: only content that cib itself writes is accepted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from cib.activity import Activity, encode, to_library
from cib.errors import CibError, InputError, check_kind
from cib.features.feature import Feature
from cib.features.standard import STANDARD, FeatureSet
from cib.features.table import FeatureTable
from cib.folders import DETECTION
from cib.graphs.construction import Construction, CrowdedObject, Significance
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.graphs.layers import TOLD, Layer
from cib.graphs.objects import OBJECTS, object_events
from cib.import_report import ImportReport
from cib.networks.evidence import EVIDENCE, Evidence
from cib.networks.network import Network, Networks
from cib.networks.parts import cut
from cib.networks.verdict import Reason, Rule
from cib.roles import RoleScores
from cib.roles.population import Distribution
from cib.roles.role import AMPLIFIER, HIGHLY_ENGAGED, Role
from cib.saved.writing import FORMAT, KNOTS, OF_NETWORKS, slug
from cib.schema import count, number, read_json
from cib.settings import Settings

__all__ = ["MAKE", "AbsentActivity", "read_about", "read_findings", "read_result", "read_table"]

#: Remedy if there is no saved detection.
MAKE = "Make it with: cib detect INPUT --out FOLDER."

_REMEDY = "Save the detection again."

_TEXTS, _COUNTS = {str: str}, {str: count}

_CROWDED = {"object": str, "accounts": count, "pairs?": count, "window_s?": number}

_MADE = {
    "objects": str,
    "window_s": (None, number),
    "counts": bool,
    "tested": (None, {"null": str, "correction": str, "alpha": number}),
    "left_out": [_CROWDED],
    "shortened": [_CROWDED],
    "options": {"max_accounts?": (None, count)},
}

#: Shape of a reason; version 0.1 wrote sentences.
_REASON = (str, {"kind": str, "text": str, "numbers": {str: number}, "speaks": str})

#: Shape of the parts of ``detection.json`` that are read; optional keys are absent in the first format.
_ABOUT: dict[str, Any] = {
    "settings": {
        "layers": [
            {
                "objects": str,
                "window": (None, number),
                "null": str,
                "min_weight": count,
                "max_accounts": (None, count),
            }
        ],
        "alpha": number,
        "rule": {str: number},
        "features": [str],
        "max_pairs": count,
        "seed": count,
        "roles?": [(str, {"name": str, "label": str, "weights": [[(str, number)]], "bias": number})],
        "exclude?": [str],
    },
    "imported": {
        "source": str,
        "format": str,
        "rows_read": count,
        "rows_kept": count,
        "dropped": _COUNTS,
        "repaired": _COUNTS,
        "columns": _TEXTS,
        "first": (None, str),
        "last": (None, str),
        "precision": (None, number),
        "time_source": _COUNTS,
        "clock_skew": {str: number},
        "targets_unknown": count,
        "originals_absent": (None, number),
        "notes": [str],
        "files": count,
    },
    "fingerprint": str,
    "notes": [str],
    "version": str,
    "format?": lambda value: value in (1, FORMAT),
    "result?": str,
    "files?": _COUNTS,
    "library?": lambda value: value in ("polars", "pandas", "pyarrow"),
    "graphs?": [
        {"name": str, "directed": bool, "file": lambda value: slug(str(value)) == value, "made": (None, _MADE)}
    ],
    "networks?": [
        {
            "network_id": str,
            "verdict": str,
            "coordination": number,
            "reasons": [_REASON],
            "kinds?": {str: (None, number)},
            "campaign?": (None, str),
        }
    ],
    "roles?": [{"name": str, "label": str, "weights": [[(str, number)]], "bias": number}],
    "features?": {"labels": _TEXTS, "units": _TEXTS, "compared": [str]},
}

#: What version 0.1 called some values of ``joined``.
_JOINED_OF_FIRST = {"alike": "shared targets", "followed": "leader"}

#: Required columns of each table; further columns are allowed.
_COLUMNS: dict[str, dict[str, Any]] = {
    "accounts": {
        **dict.fromkeys(("account_id", "role", "network_id", "verdict", "joined"), pl.String),
        **dict.fromkeys(("coordination", "highly_engaged", "amplifier"), pl.Float64),
    },
    "evidence": {"network_id": pl.String, **EVIDENCE["edges"]},
    "objects": {"network_id": pl.String, **EVIDENCE["objects"]},
    "members": {"network_id": pl.String, "account_id": pl.String, "joined": pl.String, "coordination": pl.Float64},
    "features": {"account_id": pl.String},
    "role-scores": {"account_id": pl.String, "role": pl.String},
    "role-evidence": {"account_id": pl.String},
    "distributions": KNOTS,
    "trivial": {"account_id": pl.String},
}
_EDGES = {"source": pl.String, "target": pl.String}


def read_about(folder: str | Path) -> dict[str, Any]:
    """Read ``detection.json`` of a folder."""
    told: dict[str, Any] = read_json(Path(folder) / DETECTION.marker, _ABOUT, MAKE)
    if told.get("format", 1) == FORMAT:
        missing = [name for name in ("result", "files") if name not in told]
        if missing:
            raise InputError(f"{DETECTION.marker} has no {missing[0]!r}", where=str(folder), remedy=_REMEDY)
    return told


def read_table(folder: Path, name: str, told: Mapping[str, Any]) -> pl.DataFrame:
    """Read a Parquet file of a saved detection.

    Raises
    ------
    InputError
        If it is absent, belongs to another detection than `told` (from :func:`read_about`), or is invalid.
    """
    path = folder / f"{name}.parquet"
    if not path.is_file():
        raise InputError("there is no such file", where=str(path), remedy=MAKE)
    try:
        _check_belongs(path, told)
        table = pl.read_parquet(path, glob=False)
    except (OSError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise InputError("cannot be read as a table", where=str(path), got=error, remedy=_REMEDY) from error
    _check_columns(table, _COLUMNS.get(name, _EDGES if name.startswith("edges-") else {}), path)
    return table.with_columns(pl.col("joined").replace(_JOINED_OF_FIRST)) if "joined" in table.columns else table


def _check_columns(table: pl.DataFrame, columns: Mapping[str, Any], path: Path) -> None:
    for column, dtype in columns.items():
        if table.schema.get(column) != dtype:
            got = f"type {table.schema[column]}" if column in table.columns else f"columns {', '.join(table.columns)}"
            what = f"the column {column!r} of type {dtype} is wanted"
            raise InputError(what, where=str(path), got=got, remedy=_REMEDY)


def _check_belongs(path: Path, told: Mapping[str, Any]) -> None:
    """Raise if a file belongs to another detection, as after copying files or an interrupted program."""
    if "result" not in told:  # version 0.1 wrote no result ids
        return
    mark = pl.read_parquet_metadata(path).get("cib", "{}")
    if read_mark(mark) != told["result"]:
        raise InputError(f"this is of another detection than {DETECTION.marker}", where=str(path), remedy=_REMEDY)


def read_mark(mark: str) -> str | None:
    """Return the result id in the metadata of a file, or None."""
    try:
        named = json.loads(mark)["result"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return named if isinstance(named, str) else None


def read_findings(folder: str | Path) -> dict[str, Any]:
    """Read ``report.json``, the data of the report page."""
    told = read_about(folder)
    path = Path(folder) / "report.json"
    findings: dict[str, Any] = read_json(path, _FINDINGS, MAKE)
    if findings.get("result") != told.get("result") or findings["fingerprint"] != told["fingerprint"]:
        raise InputError(f"this is of another detection than {DETECTION.marker}", where=str(path), remedy=_REMEDY)
    if "posts" not in findings:
        lines = [line if isinstance(line, dict) else dict(zip(_LINE, line, strict=False)) for line in findings["edges"]]
        findings |= {"edges": [{**_OLD_LINE, **line} for line in lines]}
        findings["posts"] = _posts_of_rows(findings)
    return findings


def _posts_of_rows(findings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the posts as tables, which stood in the rows of accounts and lines before."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for place, member in enumerate(findings["members"]):
        for name in _OF_MEMBERS:
            rows.setdefault(name, []).extend({"place": place, **row} for row in member.pop(name, []))
    for k, line in enumerate(findings["edges"]):
        name = "retweets" if line["layer"] == "retweet" else "pair_acts"
        rows.setdefault(name, []).extend({"line": k, **act} for act in line.pop("acts", []))
    return {name: {each: [row.get(each) for row in told] for each in told[0]} for name, told in rows.items() if told}


#: Tables of the posts of accounts.
_OF_MEMBERS = ("own", "copied", "soonest", "most_retweeted", "boosted_by", "aimed_at")

#: Fields of an edge of the map in version 0.1, and defaults of the fields that it lacked.
_LINE = ("place_a", "place_b")
_OLD_LINE: dict[str, Any] = {"layer": "co-action", "weight": None, "expected": None, "q": None}


_FINDINGS: dict[str, Any] = {
    **{name: shape for name, shape in _ABOUT.items() if name in ("settings", "imported", "fingerprint", "notes")},
    "version": str,
    "limits": str,
    "accounts": count,
    "bins": {"first": str, "hours": number},
    "layers": {str: {"kind": str, "window_s": (None, number)}},
    "networks": [{"network_id": str, "verdict": str, "accounts": count, "reasons?": [_REASON], "statistics?": [dict]}],
    "roles": [{"name": str, "label": str, "features": [{"name": str, "label": str, "unit": str}]}],
    "members": [
        {"account": str, "network_id": str, "joined": str, "role": (None, str)}
        | {f"{name}?": [dict] for name in _OF_MEMBERS}
    ],
    "edges": [([count], {"place_a": count, "place_b": count, "layer": str, "weight": count, "acts?": [dict]})],
    "posts?": {str: {str: list}},
    "said?": {"texts": [dict], "of_post": {str: count}},
    "result?": str,
}


class _Absent:
    """Placeholder for data that were not loaded; any access raises an error with a remedy."""

    def __init__(self, what: str, remedy: str) -> None:
        self._told = what, remedy

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # protocol look-ups by Python
            raise AttributeError(name)
        raise InputError(self._told[0], remedy=self._told[1])

    def __len__(self) -> int:
        raise InputError(self._told[0], remedy=self._told[1])


class AbsentActivity(_Absent):
    """The activity of a detection that was loaded without its posts: its metadata without rows."""

    def __init__(self, imported: ImportReport, fingerprint: str, library: str, folder: Path) -> None:
        super().__init__(
            "this detection was loaded without its posts",
            "Give them: cib.load(folder, activity=cib.read(...)), read as they were for cib.detect.",
        )
        self.imported, self.fingerprint, self.library, self.folder = imported, fingerprint, library, folder

    def native(self, frame: pl.DataFrame) -> Any:
        """Convert a result to the library of the activity."""
        return to_library(frame, self.library)

    def __repr__(self) -> str:
        return f"AbsentActivity({self.imported.rows_kept:,} rows of {self.imported.source!r}, not loaded)"


def read_result(folder: str | Path, activity: Activity | None = None) -> dict[str, Any]:
    """Read all parts of a detection, by the attribute names of :class:`cib.Detection`.

    Raises
    ------
    InputError
        If there is no detection in the folder, its files do not belong together, or the activity differs.
    """
    path, told = Path(folder), read_about(folder)
    if activity is not None:
        check_kind("activity", activity, Activity)
        if "result" not in told:
            what = "version 0.1 did not save how its layers were made, so their posts cannot be found again"
            raise InputError(what, where=str(folder), remedy="Load it without the activity, or run cib.detect again.")
        if activity.fingerprint != told["fingerprint"]:
            raise InputError(
                "this is not the activity that the detection was made from",
                where=str(folder),
                got=f"fingerprint {activity.fingerprint}, not {told['fingerprint']}",
                remedy="Read the same files with the same options as for cib.detect.",
            )
    try:
        return _read_parts(path, told, activity)
    except CibError:
        raise
    except (KeyError, TypeError, ValueError, AssertionError, pl.exceptions.PolarsError) as error:
        raise InputError(
            "the files do not fit together", where=str(folder), got=f"{type(error).__name__}: {error}", remedy=_REMEDY
        ) from error


def _read_parts(path: Path, told: Mapping[str, Any], activity: Activity | None) -> dict[str, Any]:
    imported = _imported(told["imported"])
    library = told.get("library", "polars") if activity is None else activity.library
    table = read_table(path, "accounts", told)
    # version 0.1 gave boosted accounts the verdict of the network
    table = table.with_columns(verdict=pl.when(pl.col("joined").ne_missing("boosted")).then("verdict"))
    graphs = {
        one["name"]: _graph(path, one, told, activity, library) for one in told.get("graphs") or _graphs_of_first(told)
    }
    features = FeatureTable(
        _or_ids(path, "features", told, table),
        told.get("features", {}).get("labels", {}),
        told.get("features", {}).get("units", {}),
        library,
    )
    roles = _roles(path, told, table, features)
    return {
        "table": table,
        "networks": _networks(path, told, table, [graph for graph in graphs.values() if not graph.directed], library),
        "graphs": graphs,
        "features": features,
        "roles": roles,
        "settings": replace(_settings(told["settings"]), roles=roles.roles),
        "imported": imported,
        "activity": AbsentActivity(imported, told["fingerprint"], library, path) if activity is None else activity,
        "notes": tuple(told["notes"]),
        **({"tested": pl.DataFrame(told["tested"], schema=TOLD)} if "tested" in told else {}),
    }


def _or_ids(path: Path, name: str, told: Mapping[str, Any], table: pl.DataFrame) -> pl.DataFrame:
    """Read a table of accounts; return only the ids for version 0.1, which did not write it."""
    return read_table(path, name, told) if "result" in told else table.select("account_id")


def _graph(
    path: Path, one: Mapping[str, Any], told: Mapping[str, Any], activity: Activity | None, library: str
) -> Graph:
    edges = read_table(path, one["file"], told)
    ids = pl.concat([edges["source"], edges["target"]]).unique().sort().alias("account_id")
    table = edges.with_columns(encode(edges[end], ids).alias(end) for end in ("source", "target"))
    told_of = {"name": one["name"], "directed": one["directed"], "ids": ids, "table": table, "library": library}
    if one["directed"] or one["made"] is None:
        return Graph(**told_of)
    construction = _construction(one["made"])
    events = _Absent(*_NO_POSTS) if activity is None else _incidence(activity, construction)
    return Graph(**told_of, construction=construction, incidence=events)  # type: ignore[arg-type]


def _construction(made: Mapping[str, Any]) -> Construction:
    crowded = {name: tuple(CrowdedObject(**item) for item in made[name]) for name in ("left_out", "shortened")}
    tested = made["tested"] and Significance(**made["tested"])
    return Construction(**{**made, **crowded, "tested": tested})


_NO_POSTS = (
    "the evidence of an edge are posts, and this detection was loaded without them",
    "Give them: cib.load(folder, activity=cib.read(...)).",
)


def _incidence(activity: Activity, made: Construction) -> Incidence | _Absent:
    """Rebuild the incidence from which a layer was projected."""
    if made.objects not in OBJECTS:
        return _Absent(f"the posts behind {made.objects!r} cannot be found again", "Run cib.detect again.")
    incidence = Incidence.from_events(activity, object_events(activity, made.objects))
    incidence = incidence.shared_by_at_most(made.options.get("max_accounts"))
    left_out = pl.Series([item.object for item in made.left_out], dtype=pl.String)
    keep = np.ones(len(incidence.object_ids), dtype=bool)
    keep[encode(left_out, incidence.object_ids).drop_nulls().to_numpy()] = False
    return incidence.keep_events(keep[incidence.object]) if len(left_out) else incidence


def _graphs_of_first(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the metadata of graphs that version 0.1 did not write."""
    found: list[dict[str, Any]] = [
        {"name": name, "directed": True, "made": None} for name in ("retweet", "mention", "reply", "quote")
    ]
    for each in told["settings"]["layers"]:
        layer = Layer.from_saved(each)
        if (name := f"co-action {layer.name}") in told.get("drawn", {}):
            tested = {"null": layer.null, "correction": "bh", "alpha": told["settings"]["alpha"]}
            made = {"objects": layer.objects, "window_s": layer.window, "tested": tested}
            found.append({"name": name, "directed": False, "made": {**made, "left_out": [], "shortened": []}})
    return [{**each, "file": f"edges-{slug(each['name'])}"} for each in found]


def _networks(
    path: Path, told: Mapping[str, Any], table: pl.DataFrame, layers: Sequence[Graph], library: str
) -> Networks:
    edges, objects = (read_table(path, name, told) for name in ("evidence", "objects"))
    if "networks" in told:
        listed, parts = told["networks"], {name: read_table(path, name, told) for name in OF_NETWORKS}
    else:
        listed, parts = _networks_of_first(path, table)
    rows = [_rows_of(graph, edges) for graph in layers]
    is_boosted = pl.col("joined") == "boosted"
    parts["boosted"], parts["members"] = parts["members"].filter(is_boosted), parts["members"].remove(is_boosted)
    stacks = {name: cut(part, "network_id") for name, part in {**parts, "objects": objects}.items()}
    found = []
    for one in listed:
        mine = {name: stack.get(one["network_id"], empty) for name, (stack, empty) in stacks.items()}
        at = tuple(of.get(one["network_id"], np.empty(0, np.int64)) for of in rows)
        evidence = Evidence(tuple(layers), at, mine.pop("objects"), library)
        found.append(
            Network(
                one["network_id"],
                coordination=float(one["coordination"]),
                verdict=one["verdict"],
                reasons=tuple(_reason(reason) for reason in one.get("reasons", ())),
                kinds=one.get("kinds", {}),
                campaign=one.get("campaign"),
                evidence=evidence,
                library=library,
                **mine,
            )
        )
    return Networks(tuple(found), library)


def _reason(told: Any) -> Reason:
    return Reason("", told) if isinstance(told, str) else Reason(**told)


def _rows_of(graph: Graph, edges: pl.DataFrame) -> dict[str, np.ndarray[Any, np.dtype[np.int64]]]:
    """Return, for each network, the rows of the graph's table that are its evidence."""
    ends = [encode(edges[end], graph.ids).alias(end) for end in ("source", "target")]
    mine = edges.select("network_id", "layer", *ends).filter(pl.col("layer") == graph.name)
    numbered = graph.table.select("source", "target").with_row_index("row")
    placed = mine.join(numbered, on=["source", "target"], how="left", maintain_order="left").sort("row")
    if placed["row"].null_count():
        raise InputError(f"evidence is of an edge that {graph.name!r} does not have", remedy=_REMEDY)
    parts = placed.partition_by("network_id", as_dict=True)
    return {str(network): part["row"].cast(pl.Int64).to_numpy() for (network,), part in parts.items()}


def _networks_of_first(path: Path, table: pl.DataFrame) -> tuple[list[dict[str, Any]], dict[str, pl.DataFrame]]:
    """Read networks written by version 0.1: the report contains what the tables lack."""
    told: dict[str, Any] = read_json(path / "report.json", _FINDINGS, MAKE)
    columns = ("network_id", "account_id", "joined", "coordination", "role", "highly_engaged", "amplifier")
    parts = {"members": table.drop_nulls("network_id").select(columns)}
    for name, rows in (("statistics", "statistics"), ("facts", "facts")):
        stacked = [{"network_id": one["network_id"], **row} for one in told["networks"] for row in one.get(rows, [])]
        parts[name] = pl.DataFrame(stacked or {"network_id": []}, schema_overrides={"network_id": pl.String})
    return told["networks"], parts


def _roles(path: Path, told: Mapping[str, Any], table: pl.DataFrame, features: FeatureTable) -> RoleScores:
    if "result" in told:
        scores = read_table(path, "role-scores", told)
        _check_columns(scores, {one["name"]: pl.Float64 for one in told["roles"]}, path / "role-scores.parquet")
        roles = tuple(Role(**{**one, "weights": dict(one["weights"])}) for one in told["roles"])
        knots = read_table(path, "distributions", told)
        names = told["features"]["compared"]
    else:
        scores, roles, knots = (
            table.select("account_id", "highly_engaged", "amplifier", "role"),
            (HIGHLY_ENGAGED, AMPLIFIER),
            pl.DataFrame(schema=KNOTS),
        )
        names = []
    evidence = FeatureTable(_or_ids(path, "role-evidence", told, table), features.labels, library=features.library)
    distributions = {name: _distribution(knots.filter(feature=name)) for name in names}
    return RoleScores(scores, roles, features.select(names), evidence, distributions)


def _distribution(knots: pl.DataFrame) -> Distribution:
    return Distribution(knots["value"].to_numpy(), knots["share"].to_numpy())


def _settings(told: Mapping[str, Any]) -> Settings:
    known = {each.name for each in fields(Settings)}
    plain = {name: value for name, value in told.items() if name in known - {"layers", "rule", "features", "roles"}}
    return Settings(
        layers=tuple(Layer.from_saved(layer) for layer in told["layers"]),
        # thresholds of version 0.1 that no longer exist are ignored
        rule=Rule(**{each.name: told["rule"][each.name] for each in fields(Rule) if each.name in told["rule"]}),
        features=_features(told["features"]),
        **plain,
    )


def _features(names: Sequence[str]) -> FeatureSet:
    """Return the features of some names; features outside the package have only a name."""
    known = STANDARD - [name for name in STANDARD.names if name not in names]
    return known + [_unknown(name) for name in names if name not in STANDARD]


def _unknown(reference: str) -> Feature:
    """Return a placeholder for a function known by name, since reading a file must not import and run code."""

    def function() -> None:
        raise InputError(f"the feature {reference!r} was a function, which is not saved", remedy="Give it again.")

    function.__module__, _, function.__qualname__ = reference.rpartition(":")
    name = reference.rpartition(":")[2].rpartition(".")[2]
    return Feature(function, (name,), (name,), ("",), "saved", ())


def _imported(told: Mapping[str, Any]) -> ImportReport:
    known = {each.name: told[each.name] for each in fields(ImportReport) if each.name in told}
    for name in ("first", "last"):
        known[name] = datetime.fromisoformat(told[name]) if told[name] else None
    lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
    return ImportReport(**{**known, **lists})
