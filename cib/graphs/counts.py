"""Counts that grow: the co-action graphs of data to which rows were added, counted again only where they touch.

Kept are the events on each kind of object, and of each window the edges with at least the minimum weight, the
strengths of accounts, and the objects that were left out. A new event changes the pairs that have another event within
the window of it. Their weight is counted anew over all objects that both accounts acted on, because a pair below the
minimum weight is not kept; no other pair changes, but for those on objects that are left out from now on. All of it is
whole numbers, so that the graph is that of :func:`cib.coaction_graphs` bit for bit.

Where rows were changed or removed, where an object depends on other rows (near duplicates), and where the new events
meet so many others that to look at all again is as fast, everything is counted anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity, encode
from cib.errors import InputError
from cib.folders import UNFINISHED
from cib.graphs.coaction import (
    Window,
    affordable,
    coaction_graphs,
    construction,
    named_graphs,
    projection,
)
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence, distinct_values
from cib.graphs.objects import KINDS, Objects, object_events
from cib.schema import read_json

__all__ = ["Counts"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Kinds whose object depends on the row alone.
_OF_ROWS = (
    *("post", "author", "quoted", "replied", "mention"),
    *("url", "domain", "hashtag", "hashtag-sequence", "text"),
)

#: Pairs of a new event and another one: if they are more, or a larger part of all, everything is counted anew.
_MOST_PAIRS, _MOST_SHARE = 20_000_000, 0.25

#: What is kept of an edge.
_EDGE = ("u", "v", "weight", "pairs", "led", "first", "last", "lag")


@dataclass
class _Window:
    """What was counted in one window."""

    edges: dict[str, NDArray[Any]]
    strength: Ints
    out: Flags  #: objects that were left out


@dataclass
class _Kind:
    """The events on one kind of object, and what was counted of them."""

    rows: NDArray[np.uint64]  #: a digest of each post
    incidence: Incidence
    windows: dict[str, _Window] = field(default_factory=dict)


@dataclass
class _Grown:
    """Events that were kept, with those of new rows among them, and the present codes of what they had."""

    incidence: Incidence
    new: Flags  #: of each event
    accounts: Ints  #: of each earlier account
    objects: Ints  #: of each earlier object
    windows: dict[str, _Window]


class Counts:
    """Co-actions of a growing activity: takes the place of :func:`cib.coaction_graphs`, and remembers what it counted.

    Parameters
    ----------
    folder : Path, optional
        Of an earlier :meth:`save`. What is not there, or was written by another version, is counted anew.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.001, seed=3)
    >>> counts = Counts()
    >>> _ = counts(activity.between("2020-01-01", "2020-04-10"), "post", ["10min"], 2, max_pairs=10**6)
    >>> (grown,) = counts(activity, "post", ["10min"], 2, max_pairs=10**6)
    >>> grown.table.equals(cib.coaction_graph(activity, "post", "10min").table)
    True
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._before: dict[str, _Kind] = {}
        if folder is not None:
            for name in _OF_ROWS:
                kind = _read(folder / name)
                if kind is not None:
                    self._before[name] = kind
        self._activity: Activity | None = None
        self._now: dict[str, _Kind] = {}
        self._grown: dict[str, _Grown] = {}

    def __call__(
        self,
        activity: Activity,
        objects: Objects,
        windows: Iterable[Window],
        min_weight: int,
        *,
        max_pairs: int,
        max_accounts: int | None = None,
    ) -> list[Graph]:
        """Count the co-actions of each window; see :func:`cib.coaction_graphs`."""
        if objects not in _OF_ROWS:
            return coaction_graphs(
                activity, objects, windows, min_weight, max_pairs=max_pairs, max_accounts=max_accounts
            )
        if activity is not self._activity:
            self._before, self._now, self._grown, self._activity = self._before | self._now, {}, {}, activity
        name = str(objects)
        if name not in self._grown:
            self._now[name], self._grown[name] = _grow(activity, name, self._before.get(name))
        make = partial(
            _counted,
            self._now[name],
            self._grown[name],
            _shared(self._grown[name], max_accounts),
            min_weight=min_weight,
            max_pairs=max_pairs,
            max_accounts=max_accounts,
        )
        return named_graphs(activity, objects, windows, make, max_accounts)

    def save(self, folder: Path) -> None:
        """Write what was counted of the latest activity, a folder a kind of object."""
        for name, kind in self._now.items():
            before = self._before.get(name)
            if before is None or kind.windows.keys() != before.windows.keys() or self._grown[name].new.any():
                _write(kind, folder / name)


def _grow(activity: Activity, name: str, before: _Kind | None) -> tuple[_Kind, _Grown]:
    """Put the events of new rows among those of earlier ones; if that cannot be done, read all anew."""
    rows = _digests(activity.posts_table, name)
    place = None if before is None else _places(before.rows, rows)
    codes = None if before is None else encode(before.incidence.account_ids, activity.account_ids)
    if before is None or place is None or codes is None or codes.null_count():
        incidence = Incidence.from_events(activity, object_events(activity, name))
        grown = _Grown(incidence, np.ones(len(incidence), bool), np.empty(0, np.int64), np.empty(0, np.int64), {})
        return _Kind(rows, incidence), grown
    grown = _with_rows(activity, name, before, place, codes.to_numpy().astype(np.int64))
    kept = before.windows if len(before.rows) == len(rows) else {}
    return _Kind(rows, grown.incidence, dict(kept)), grown


def _digests(posts: pl.DataFrame, name: str) -> NDArray[np.uint64]:
    """What tells a post from others, and from itself with another object."""
    column = KINDS[name].column
    columns = ["account_id", "post_id", "action", "created_at", column]
    columns += ["target_account_id"] if column == "target_post_id" else []
    return posts.select(columns).hash_rows().to_numpy()


def _places(before: NDArray[np.uint64], now: NDArray[np.uint64]) -> Ints | None:
    """Present rows of the earlier ones; None if these are not all there, in their order."""
    if len(before) <= len(now) and (now[: len(before)] == before).all():
        return np.arange(len(before))
    place = np.flatnonzero(np.isin(now, before))
    return place if len(place) == len(before) and (now[place] == before).all() else None


def _with_rows(activity: Activity, name: str, before: _Kind, place: Ints, accounts: Ints) -> _Grown:
    posts, old = activity.posts_table, before.incidence
    is_new = np.ones(posts.height, bool)
    is_new[place] = False
    new_rows = np.flatnonzero(is_new)
    events = object_events(activity.keep_posts(pl.Series(is_new)), name).drop_nulls().rechunk()
    object_ids, objects = _with_ids(old.object_ids, events["object"].unique().sort())
    code = encode(events["object"], object_ids).to_numpy().astype(np.int64)
    keys = distinct_values(code * posts.height + new_rows[events["row"].to_numpy()])
    row, old_row = keys % posts.height, place[old.row]
    old_object = objects[old.object]
    at = np.searchsorted(old_object * posts.height + old_row, keys)
    rows = pl.Series(row, dtype=pl.UInt32)
    incidence = Incidence(
        account_ids=activity.account_ids,
        object_ids=object_ids.alias("object_id"),
        account=np.insert(accounts[old.account].astype(np.int32), at, activity.account_codes.gather(rows).to_numpy()),
        object=np.insert(old_object.astype(np.int32), at, keys // posts.height),
        time=np.insert(old.time, at, posts["created_at"].gather(rows).to_physical().to_numpy()),
        row=np.insert(old_row.astype(np.uint32), at, row),
        post_ids=posts["post_id"],
        target_ids=posts["target_account_id"],
    )
    new = np.zeros(len(incidence), bool)
    new[at + np.arange(len(at))] = True
    return _Grown(incidence, new, accounts, objects, before.windows)


def _with_ids(ids: pl.Series, others: pl.Series) -> tuple[pl.Series, Ints]:
    """All of two sorted series of texts, each once, sorted; and where those of the first are."""
    at = ids.search_sorted(others).to_numpy() if len(others) else np.empty(0, np.int64)
    known = (
        ids.gather(np.minimum(at, len(ids) - 1)) == others if len(ids) else pl.repeat(False, len(others), eager=True)
    )
    added, before = others.filter(~known), at[~known.to_numpy()]
    place = np.arange(len(ids)) + np.searchsorted(before, np.arange(len(ids)), side="right")
    order = np.empty(len(ids) + len(added), np.int64)
    order[place] = np.arange(len(ids))
    order[before + np.arange(len(added))] = len(ids) + np.arange(len(added))
    return pl.concat([ids, added.alias(ids.name)]).gather(order).rechunk(), place


def _shared(grown: _Grown, max_accounts: int | None) -> tuple[Incidence, Flags]:
    """The events on objects of no more accounts than that, and which of them are new."""
    if max_accounts is None:
        return grown.incidence, grown.new
    keep = (grown.incidence.popularity <= max_accounts)[grown.incidence.object]
    return grown.incidence.keep_events(keep), grown.new[keep]


def _counted(
    kind: _Kind,
    grown: _Grown,
    shared: tuple[Incidence, Flags],
    window_s: float | None,
    *,
    min_weight: int,
    max_pairs: int,
    max_accounts: int | None,
) -> Graph:
    """The graph of one window."""
    # numba takes half a second to import
    from cib.graphs.compiled.windows import ALWAYS

    incidence, new = shared
    span = ALWAYS if window_s is None else round(window_s * 1e6)
    low, high, left_out, _ = affordable(incidence, span, max_pairs, "leave out")
    out = np.zeros(len(incidence.object_ids), bool)
    if max_accounts is not None:
        out = grown.incidence.popularity > max_accounts
    out[incidence.object[high == 0]] = True
    name = f"{span} {min_weight} {max_pairs} {max_accounts}"
    before, window = grown.windows.get(name), None
    if before is not None:
        window = _count_changes(before, grown, incidence, new, low, high, out, span, min_weight)
    if window is None:
        window = _count_all(incidence, low, high, out, min_weight)
    kind.windows[name] = window
    return projection(
        incidence.keep_events(high > 0) if left_out else incidence,
        dict(window.edges),
        window.strength,
        construction(window_s, min_weight, max_pairs, "leave out", left_out, []),
    )


def _count_all(
    incidence: Incidence, low: NDArray[np.int32], high: NDArray[np.int32], out: Flags, min_weight: int
) -> _Window:
    from cib.graphs.compiled.coaction import coactions

    n_accounts, time = len(incidence.account_ids), incidence.time
    edges, strength = coactions(incidence.account, incidence.object, time, low, high, n_accounts, min_weight=min_weight)
    columns = edges._asdict() | {"first": time[edges.first], "last": time[edges.last]}
    return _Window(columns, strength, out)


def _count_changes(
    before: _Window,
    grown: _Grown,
    incidence: Incidence,
    new: Flags,
    low: NDArray[np.int32],
    high: NDArray[np.int32],
    out: Flags,
    span: int,
    min_weight: int,
) -> _Window | None:
    """Count the pairs that new events touch, and those on objects that are left out from now on; None if all are."""
    from cib.graphs.compiled.counts import changed_pairs, done_together

    was_out = np.zeros(len(out), bool)
    was_out[grown.objects] = before.out
    events, company = np.flatnonzero(new), high - low
    met = int(company[events].sum())
    if (was_out & ~out).any() or met > min(_MOST_PAIRS, _MOST_SHARE * company.sum()):
        return None
    n, whole = len(incidence.account_ids), grown.incidence
    earlier = {name: column for name, column in before.edges.items() if name not in "uv"}
    earlier |= {name: grown.accounts[before.edges[name]].astype(np.int32) for name in "uv"}
    key = earlier["u"].astype(np.int64) * n + earlier["v"]
    dropped = out & ~was_out
    on_dropped = np.zeros(n, bool)
    on_dropped[whole.account[dropped[whole.object] & ~grown.new]] = True
    losing = key[on_dropped[earlier["u"]] & on_dropped[earlier["v"]]]
    changed = distinct_values(np.concatenate([changed_pairs(events, incidence.account, low, high, n), losing]))
    inside = incidence.keep_events(high > 0)
    counts = done_together(changed, inside.account, inside.object, inside.time, n, span)
    strong = counts.weight >= min_weight
    later = {"u": changed // n, "v": changed % n, **counts._asdict()}
    stays = ~np.isin(key, changed, assume_unique=True)
    order = np.argsort(np.concatenate([key[stays], changed[strong]]), kind="stable")
    edges = {
        name: np.concatenate([earlier[name][stays], later[name][strong].astype(earlier[name].dtype)])[order]
        for name in _EDGE
    }
    strength = np.zeros(n, np.int64)
    strength[grown.accounts] = before.strength
    touched = dropped.copy()
    touched[incidence.object[events]] = True
    now = inside.keep_objects(touched)
    then = whole.keep_events(~grown.new & (touched & ~was_out)[whole.object])
    return _Window(edges, strength + _strengths(now, span) - _strengths(then, span), out)


def _strengths(incidence: Incidence, span: int) -> Ints:
    """Co-actions of each account with anyone."""
    from cib.graphs.compiled.coaction import strengths
    from cib.graphs.compiled.windows import ALWAYS, window_bounds

    if span == ALWAYS:
        account, object_ = incidence.distinct
        others = incidence.popularity[object_] - 1
        return np.bincount(account, weights=others, minlength=len(incidence.account_ids)).astype(np.int64)
    bounds = (
        np.flatnonzero(np.diff(incidence.object, prepend=-1, append=-1)) if len(incidence) else np.zeros(1, np.int64)
    )
    low, high = window_bounds(bounds, incidence.time, span)
    return strengths(incidence.account, incidence.object, low, high, len(incidence.account_ids))


_STATE = {"versions": [str], "windows": [str]}
_VERSIONS = (version("cib-detect"), pl.__version__)
_EVENTS = ("account", "object", "time", "row")


def _tables(kind: _Kind) -> dict[str, dict[str, Any]]:
    """All that is kept, by file and column."""
    incidence = kind.incidence
    tables: dict[str, dict[str, Any]] = {
        "rows": {"digest": kind.rows},
        "accounts": {"id": incidence.account_ids},
        "objects": {"id": incidence.object_ids},
        "events": {name: getattr(incidence, name) for name in _EVENTS},
    }
    for k, window in enumerate(kind.windows.values()):
        tables |= {
            f"edges-{k}": window.edges,
            f"strength-{k}": {"strength": window.strength},
            f"out-{k}": {"out": window.out},
        }
    return tables


def _write(kind: _Kind, folder: Path) -> None:
    """Write what was counted in place of what was there."""
    new = folder.with_name(f"{UNFINISHED}{folder.name}")
    for left in (new, folder):
        shutil.rmtree(left, ignore_errors=True)
    new.mkdir(parents=True)
    for name, columns in _tables(kind).items():
        pl.DataFrame(columns).write_ipc(new / f"{name}.arrow")
    (new / "state.json").write_bytes(orjson.dumps({"versions": _VERSIONS, "windows": list(kind.windows)}))
    new.replace(folder)


def _read(folder: Path) -> _Kind | None:
    """What was counted, if it is there whole and this version counted it."""
    try:
        state = read_json(folder / "state.json", _STATE, "")
        if state["versions"] != list(_VERSIONS):
            return None

        def table(name: str) -> pl.DataFrame:
            return pl.read_ipc(folder / f"{name}.arrow")

        nothing = pl.Series([], dtype=pl.String)
        events = table("events")
        windows = {
            name: _Window(
                {column.name: column.to_numpy() for column in table(f"edges-{k}")},
                table(f"strength-{k}")["strength"].to_numpy(),
                table(f"out-{k}")["out"].to_numpy(),
            )
            for k, name in enumerate(state["windows"])
        }
        incidence = Incidence(
            table("accounts")["id"],
            table("objects")["id"],
            *(events[name].to_numpy() for name in _EVENTS),
            post_ids=nothing,
            target_ids=nothing,
        )
        return _Kind(table("rows")["digest"].to_numpy(), incidence, windows)
    except (OSError, KeyError, InputError, pl.exceptions.PolarsError):
        return None
