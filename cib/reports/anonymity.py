"""What others may see of a result: no id, text, link or name, nothing that few accounts have, and no order by id.

A value leads to an account if it is (or holds) the name or id of one: a hashtag, a host such as ``name.site.example``,
a client such as "App of name". It also does if few use it, whatever it says. Whatever is not known to be open is
replaced, so that a new field is hidden until somebody opens it.

Pseudonyms hide accounts from those who do not have the data. Whoever has a copy can find accounts again by what they
did and when, and by exact scores; no report that shows evidence can prevent that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from cib.activity import Activity
from cib.graphs.graph import Graph
from cib.graphs.objects import object_events
from cib.reports.plain import Rows
from cib.reports.pseudonyms import Pseudonyms
from cib.reports.result import Result

__all__ = [
    "FEWEST",
    "RARE",
    "handles",
    "hide_findings",
    "hide_tables",
    "hide_texts",
    "is_open",
    "kind_of_object",
    "leads",
    "mark_open",
    "public_about",
    "under_pseudonyms",
]

#: Values that fewer accounts use are not shown.
FEWEST = 5

#: What stands for them.
RARE = "(rare, or the name of an account)"

#: Names of this length and longer are looked for within words, shorter ones only as words.
_LONG = 6

#: Kinds of objects that may be shown; what others of them are: accounts, posts, texts.
_OPEN_KINDS = ("domain", "hashtag", "hashtag-sequence")
_KINDS = {
    **dict.fromkeys(("author", "mention"), "account"),
    **dict.fromkeys(("post", "quoted", "replied"), "post"),
}

_TEXT_KINDS = ("text", "near-text", "reworded", "meaning")

#: What the ids under these names in findings are.
_IDS = {
    **dict.fromkeys(("account", "a", "b"), "account"),
    **dict.fromkeys(("post", "post_a", "post_b", "target_post"), "post"),
}

#: Names in findings under which stands what cib itself says, and times.
_OPEN = {
    *(
        "network_id",
        "verdict",
        "layer",
        "kind",
        "joined",
        "network_role",
        "role",
        "second",
        "fact",
        "explanation",
        "measure",
    ),
    *("name", "label", "unit", "first", "last", "time", "time_a", "time_b", "week"),
}

#: Parts of findings that are open whole; "reasons" are those of a network, and of an account numbers.
_WHOLE = {"settings", "layers", "roles", "bins", "reasons", "limits", "version", "fingerprint", "statistics"}
_WHOLE |= {"outcome", "tested"}

#: By what each list of findings is in order; among equal ones pseudonyms decide.
_ORDER: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "pairs": lambda row: row["q"],
    "objects": lambda row: -row["members"],
    "narratives": lambda row: (row["kind"], -row["inside"]),
    "leads": lambda row: -row["inside"],
    "soonest": lambda row: row["lag"],
    "most_retweeted": lambda row: -row["retweets"],
    "boosted_by": lambda row: row["time"],
    "aimed_at": lambda row: row["time"],
    "own": lambda row: -row["members"],
    "copied": lambda row: -row["members"],
    "acts": lambda row: row.get("lag", row.get("time")),
}


def handles(activity: Activity) -> pl.Series:
    """Names and ids of accounts in lower case, each once."""
    known = activity.accounts_table
    names = known["name"] if "name" in known.columns else pl.Series(dtype=pl.String)
    ids = activity.account_ids
    return pl.concat([names.alias("handle"), ids.alias("handle")]).drop_nulls().str.to_lowercase().unique()


def leads(values: pl.Series, names: pl.Series) -> pl.Series:
    """Whether each value is or holds the name of an account.

    Parameters
    ----------
    values : polars.Series of str
    names : polars.Series of str
        From :func:`handles`.

    Examples
    --------
    >>> values = pl.Series(["Anna", "app of anna", "annals", "x.harbour9.example"])
    >>> leads(values, pl.Series(["anna", "harbour9"])).to_list()
    [True, True, False, True]
    """
    pieces = [(k, piece) for k, value in enumerate(values) for piece in _pieces(value or "")]
    table = pl.DataFrame(pieces, schema={"row": pl.Int64, "piece": pl.String}, orient="row")
    found = table.filter(pl.col("piece").is_in(names.implode()))["row"].unique()
    return pl.Series(np.isin(np.arange(len(values)), found.to_numpy()))


def _pieces(value: str) -> set[str]:
    """All that could be a name in a value: itself, its words, and long parts of them."""
    value = value.lower()
    words = "".join(letter if letter.isalnum() or letter == "_" else " " for letter in value).split()
    long = {value[k : k + n] for n in range(_LONG, len(value)) for k in range(len(value) - n + 1)}
    return {value, value.lstrip("@#"), *value.split(), *words} | long


def is_open(values: pl.Series, accounts: pl.Series, names: pl.Series) -> pl.Series:
    """Whether each value may be shown, of which is known how many accounts use it."""
    common = (accounts >= FEWEST).fill_null(False)
    return common & ~leads(pl.select(pl.when(common).then(values)).to_series(), names)


def kind_of_object(kind: str) -> str:
    """Which pseudonym an object of a kind gets."""
    return _KINDS.get(kind, kind)


def mark_open(findings: dict[str, Any], activity: Activity, members: pl.DataFrame) -> None:
    """Mark with ``open`` what others may see, where the data are at hand: a page may be made without them.

    Parameters
    ----------
    findings : dict
        From :func:`cib.reports.data.gather`; changed in place.
    activity : Activity
    members : polars.DataFrame
        ``account_id``, of the accounts that are shown.
    """
    rows: dict[str, Rows] = {}
    for kind, row in _values_told(findings):
        rows.setdefault(kind, []).append(row)
    names = handles(activity)
    posts = activity.posts_table.join(members.select("account_id"), on="account_id", how="semi", maintain_order="left")
    mine = replace(activity, posts_table=posts)
    for kind, marked in rows.items():
        values = pl.Series([row.get("object", row.get("value")) for row in marked], dtype=pl.String)
        used = _users(mine, kind, values.unique())
        counts = values.replace_strict(used["value"], used["accounts"], default=0, return_dtype=pl.Int64)
        for row, shown in zip(marked, is_open(values, counts, names), strict=True):
            row["open"] = shown
    notes = pl.Series(findings["notes"], dtype=pl.String)
    findings["open_notes"] = notes.filter(~leads(notes, names)).to_list()


def _values_told(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows whose value could be open, with its kind, however deep they stand."""
    if type(value) is list:
        for each in value:
            if type(each) in _NESTED:
                yield from _values_told(each)
    elif type(value) is dict:
        if "object" in value and value.get("kind") in _OPEN_KINDS:
            yield value["kind"], value
        for name, each in value.items():
            if name in _COLUMNS:
                yield from ((_COLUMNS[name], row) for row in each)
            elif name not in _WHOLE and type(each) in _NESTED:
                yield from _values_told(each)


#: What other values stand in: plain values, as of JSON, so that their very type is asked for, half a million times.
_NESTED = (dict, list)


#: Lists of values in findings, and the column of posts that they are from.
_COLUMNS = {"languages": "lang", "clients": "client"}


def _users(activity: Activity, kind: str, values: pl.Series) -> pl.DataFrame:
    """How many accounts use each value: ``value, accounts``."""
    posts = activity.posts_table
    if kind in posts.columns:
        used = posts.select("account_id", value=kind)
    else:
        events = object_events(activity, kind)
        used = pl.DataFrame({"account_id": posts["account_id"].gather(events["row"]), "value": events["object"]})
    used = used.filter(pl.col("value").is_in(values.implode()))
    return used.group_by("value").agg(accounts=pl.col("account_id").n_unique().cast(pl.Int64))


def hide_findings(findings: Mapping[str, Any], names: Pseudonyms) -> dict[str, Any]:
    """The same findings as others may see them."""
    told = {name: each for name, each in findings.items() if name != "said"}  # what posts say leads to them
    found = {name: each if name in _WHOLE else _hidden(each, name, names) for name, each in told.items()}
    found |= {**public_about(findings), "notes": list(findings.get("open_notes", []))}
    found["limits"] = findings["limits"]
    if "settings" in found:
        excluded = [names.of("account", each) for each in findings["settings"].get("exclude", [])]
        found["settings"] = {**found["settings"], "exclude": sorted(excluded)}
    order = _order_of_members(found["members"])
    place = {old: new for new, old in enumerate(order)}
    found["members"] = [found["members"][old] for old in order]
    lines = [_moved(line, place) for line in found["edges"]]
    found["edges"] = sorted(lines, key=lambda line: (*sorted((line["place_a"], line["place_b"])), line["place_a"]))
    return found


def _moved(line: Mapping[str, Any], place: Mapping[int, int]) -> dict[str, Any]:
    """A line between accounts at other places; that of a co-action runs from the first of them to the second."""
    a, b = place[line["place_a"]], place[line["place_b"]]
    if line["layer"] == "retweet" or a < b:
        return {**line, "place_a": a, "place_b": b}
    return {**line, "place_a": b, "place_b": a, "acts": [_turned(act) for act in line["acts"]]}


def hide_texts(findings: Mapping[str, Any], names: Pseudonyms) -> dict[str, Any]:
    """The same findings without what posts say: texts that were compared have pseudonyms."""
    told = {name: each for name, each in findings.items() if name != "said"}
    return {name: each if name in _WHOLE else _without_texts(each, names) for name, each in told.items()}


def _without_texts(value: Any, names: Pseudonyms) -> Any:
    if isinstance(value, Mapping):
        row = {name: _without_texts(each, names) for name, each in value.items()}
        if row.get("kind") in _TEXT_KINDS and isinstance(row.get("object"), str):
            row["object"] = names.of("text", row["object"])
        return row
    return [_without_texts(each, names) for each in value] if isinstance(value, list) else value


def _order_of_members(members: Rows) -> list[int]:
    """By network as it was, then by coordination, then by pseudonym."""
    networks = {member["network_id"]: k for k, member in reversed(list(enumerate(members)))}
    key = [(networks[m["network_id"]], -(m["coordination"] or 0.0), m["account"]) for m in members]
    return sorted(range(len(members)), key=key.__getitem__)


def _hidden(value: Any, name: str, names: Pseudonyms) -> Any:
    """A value that stands under a name, whatever is not open in it replaced."""
    kind = type(value)
    if kind is dict:
        return _hidden_row(value, names)
    if kind is list:
        rows = [each if type(each) in _NUMBERS else _hidden(each, name, names) for each in value]
        if name in _COLUMNS:
            return _rare_together(rows)
        if name in _ORDER and all(isinstance(row, Mapping) for row in rows):
            rows.sort(key=lambda row: (_ORDER[name](row), _hidden_values(row)))
        return rows
    return value if kind is not str or name in _OPEN else names.of(_IDS.get(name, "text"), value)


#: Values that lead to nobody.
_NUMBERS = (float, int, bool, type(None))


def _hidden_row(row: Mapping[str, Any], names: Pseudonyms) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, each in row.items():
        if name in ("object", "value") and isinstance(each, str):
            hidden = names.of(kind_of_object(row["kind"]), each) if name == "object" else RARE
            kept[name] = each if row.get("open") else hidden
        else:
            kept[name] = each if name in _WHOLE or type(each) in _NUMBERS else _hidden(each, name, names)
    if "a" in kept and "b" in kept and kept["a"] > kept["b"]:  # their order was that of the ids
        kept |= {"a": kept["b"], "b": kept["a"], "acts": [_turned(act) for act in kept.get("acts", [])]}
    return kept


def _turned(act: Mapping[str, Any]) -> dict[str, Any]:
    """An act of a pair whose first has become its second."""
    turned = {name: act.get(_other(name), each) for name, each in act.items()}
    return turned | {"second": {"a": "b", "b": "a"}.get(act["second"])}


def _other(name: str) -> str:
    return f"{name[:-1]}{'b' if name[-1] == 'a' else 'a'}" if name[-2:] in ("_a", "_b") else name


def _hidden_values(row: Mapping[str, Any]) -> list[str]:
    return [str(row[name]) for name in ("object", "account", "a", "b", "post", "post_a", "post_b") if name in row]


def _rare_together(rows: Rows) -> Rows:
    shown = [row for row in rows if row["value"] != RARE]
    rest = [row["share"] for row in rows if row["value"] == RARE]
    return shown + ([{"value": RARE, "share": sum(rest)}] if rest else [])


#: What an import report says that is about rows, and not about where they came from.
_IMPORTED = (
    *("rows_read", "rows_kept", "dropped", "repaired", "first", "last", "precision", "targets_unknown"),
    "originals_absent",
)


def public_about(about: Mapping[str, Any]) -> dict[str, Any]:
    """What a result says about itself, without where the data lie and what their columns are called."""
    imported = about["imported"]
    kept = {name: imported[name] for name in _IMPORTED if name in imported}
    kept |= {"source": "data that are not named here", "format": imported["format"].partition(":")[0]}
    told = {name: each for name, each in about.items() if name in _ABOUT}
    settings = dict(about["settings"])
    if settings.get("exclude"):
        settings["exclude"] = [f"{len(settings['exclude'])} accounts that are not named here"]
    return told | {"settings": settings, "imported": {**kept, "columns": {}, "notes": []}}


_ABOUT = ("version", "settings", "fingerprint", "limits")


def hide_tables(result: Result, tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Tables of accounts, networks, evidence and objects as others may see them, by one set of pseudonyms."""
    names = Pseudonyms()
    accounts = tables["accounts"].drop("cluster", strict=False)
    accounts = accounts.with_columns(names.of_all("account", accounts["account_id"]).alias("account_id"))
    edges = tables["evidence"]
    ends = [names.of_all("account", edges[end]) for end in ("source", "target")]
    turned = ends[0] > ends[1]
    edges = edges.with_columns(
        source=ends[0].zip_with(~turned, ends[1]),
        target=ends[1].zip_with(~turned, ends[0]),
        led=pl.when(turned).then(1 - pl.col("led")).otherwise("led"),
    )
    objects = tables["objects"]
    kinds = {name: graph.construction.objects for name, graph in result.graphs.items() if not graph.directed}
    objects = objects.with_columns(kind=pl.col("layer").replace_strict(kinds, default="object"))
    shown = is_open(objects["object_id"], objects["accounts"], handles(result.activity))
    shown &= objects["kind"].is_in(_OPEN_KINDS)
    hidden = [
        part.with_columns(names.of_all(kind_of_object(str(kind)), part["object_id"]).alias("object_id"))
        for (kind,), part in objects.filter(~shown).partition_by("kind", as_dict=True).items()
    ]
    objects = pl.concat([objects.filter(shown), *hidden]).drop("kind")
    order = ["network_id", "members", "layer", "object_id"]
    return {
        "accounts": accounts.sort("coordination", "account_id", descending=[True, False]),
        "networks": tables["networks"],
        "evidence": edges.sort("network_id", "q", "p", "layer", "source", "target"),
        "objects": objects.sort(order, descending=[False, True, False, False]),
    }


def under_pseudonyms(graph: Graph, names: Pseudonyms) -> Graph:
    """The same graph with pseudonyms for its accounts, in their order."""
    ids = names.of_all("account", graph.ids).alias(graph.ids.name)
    order = ids.arg_sort()
    place = np.empty(len(ids), np.uint32)
    place[order.to_numpy()] = np.arange(len(ids), dtype=np.uint32)
    ends = [place[end] for end in graph.endpoints]
    if not graph.directed:
        ends = [np.minimum(*ends), np.maximum(*ends)]
    table = graph.table.with_columns(source=pl.Series(ends[0]), target=pl.Series(ends[1])).sort("source", "target")
    return replace(graph, ids=ids.gather(order), table=table, incidence=None, strength=None)
