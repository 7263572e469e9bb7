"""Incremental co-action graphs: after rows were added, only the pairs that new events change are recounted.

Stored are the events on each kind of object, and for each window the edges with at least the minimum weight, the
strengths of accounts, and the objects that were left out. A new event changes the pairs that have another event within
its window. Their weight is recounted over all objects on which both accounts acted, because pairs below the minimum
weight are not stored; no other pair changes, except those on objects that are left out from now on. All counts are
integers, so that the graph equals that of :func:`cib.coaction_graphs` bit for bit, after
:func:`cib.graphs.coaction.complete_edges` has summed lags and times, which is done for significant edges only.

A save writes the counts of the kinds that changed, and only those objects and measured texts that were added. Files are
not changed once they are written; what is valid is listed in a state that is replaced last.

Texts are normalised once. Similar texts are one object, and any text may join two of these: so their groups are
updated (:mod:`cib.content.similar_texts`), and all their events counted.

Everything is recounted if rows were changed or removed, if an object depends on other rows in another way (meanings and
pictures), or if the new events meet so many others that a full count is as fast.
"""

from __future__ import annotations

import math
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity, coded, encode
from cib.atomic import atomically
from cib.content.similar_texts import MEASURES, Measured, SimilarTexts, join_measured, link_texts
from cib.content.text import keep_messages, messages
from cib.errors import InputError
from cib.graphs.coaction import (
    Window,
    affordable,
    coaction_graphs,
    construction,
    count_coactions,
    incidence_of,
    named_graphs,
    project,
    weighted,
)
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence, distinct_values
from cib.graphs.objects import KINDS, Objects, absent_column, grouped_texts, object_events
from cib.schema import count, file_name, read_json

__all__ = ["Counts"]

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Hashes = NDArray[np.uint64]
Flags = NDArray[np.bool_]
_State = dict[str, Any]

#: Kinds whose object depends only on the row.
_OF_ROWS = (
    *("post", "author", "quoted", "replied", "mention"),
    *("url", "domain", "hashtag", "hashtag-sequence", "text"),
)

#: Maximum number, and share, of pairs of events that include a new one; above it everything is recounted.
_MOST_PAIRS, _MOST_SHARE = 20_000_000, 0.25

#: Columns that identify a post.
_WHOSE = ("account_id", "post_id", "action", "created_at")

#: Combines hashes of two columns.
_ODD = np.uint64(0x9E3779B97F4A7C15)

#: Columns of an edge that are stored.
_EDGE = ("u", "v", "weight")


@dataclass
class _Window:
    """Counts of one window."""

    edges: dict[str, NDArray[Any]]
    strength: Ints
    out: Flags  #: objects that were left out


@dataclass(eq=False)
class _Rows:
    """Posts that were counted."""

    whose: Hashes  #: hash of the identifying columns of each post
    account_ids: pl.Series

    @property
    def name(self) -> str:
        """Return a name that identifies these posts."""
        return f"{len(self.whose)}-{np.bitwise_xor.reduce(self.whose, initial=0):016x}"


@dataclass
class _Kind:
    """Events on one kind of object, and their counts."""

    rows: _Rows
    what: str  #: checksum of the columns of all posts that determine their objects
    object_ids: pl.Series
    arrival: Codes  #: place of each object in the order in which they were added
    object: Codes  #: object of each event
    row: NDArray[np.uint32]  #: row of each event
    windows: dict[str, _Window] = field(default_factory=dict)
    stored: _State | None = None  #: files with the first of the objects in order of arrival


@dataclass
class _Aligned:
    """Present positions of earlier rows and accounts, and the new rows."""

    rows: Codes
    accounts: Ints
    new_rows: Ints
    new: Activity

    def earlier(self, values: Hashes) -> Hashes:
        """Return the values of earlier rows, which most often are the first ones."""
        n = len(self.rows)
        return values[:n] if n and self.rows[-1] == n - 1 else values[self.rows]


@dataclass
class _Grown:
    """Stored events merged with those of new rows, and the present codes of earlier accounts and objects."""

    incidence: Incidence
    new: Flags  #: whether each event is new
    accounts: Ints  #: present code of each earlier account
    objects: Ints  #: present code of each earlier object
    arrival: Codes  #: see :class:`_Kind`
    windows: dict[str, _Window]
    before: _Kind | None = None  #: what it grew from


@dataclass(frozen=True, eq=False)
class _Similar:
    """Links of the texts of earlier posts."""

    texts: _Kind
    links: SimilarTexts
    stored: tuple[_State, Sequence[Measured]] | None = None  #: files, and the texts measured in them


class Counts:
    """Incremental replacement of :func:`cib.coaction_graphs` for a growing activity, which stores its counts.

    Parameters
    ----------
    folder : Path, optional
        Folder of an earlier :meth:`save`. Counts that are missing or were written by another version are recomputed.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.001, seed=3)
    >>> counts = Counts()
    >>> _ = counts(activity.between("2020-01-01", "2020-04-10"), "post", ["10min"], 2, max_pairs=10**6)
    >>> (grown,) = counts(activity, "post", ["10min"], 2, max_pairs=10**6)
    >>> from cib.graphs.coaction import complete_edges
    >>> complete_edges(grown).table.equals(cib.coaction_graph(activity, "post", "10min").table)
    True
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._before, self._similar = ({}, {}) if folder is None else _read_all(folder)
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
        """Count the co-actions of each window; see :func:`cib.coaction_graphs`. Edges may have only a weight."""
        options: dict[str, Any] = {"max_pairs": max_pairs, "max_accounts": max_accounts}
        if objects not in (*_OF_ROWS, *MEASURES) or absent_column(activity, objects) is not None:
            return coaction_graphs(activity, objects, windows, min_weight, **options)
        if activity is not self._activity:
            self._begin(activity)
        name = str(objects)
        if name in MEASURES:
            incidence = self._of_texts(activity, name).shared_by_at_most(max_accounts)
            make = partial(project, incidence, min_weight=min_weight, max_pairs=max_pairs)
            return named_graphs(activity, objects, windows, make, max_accounts)
        grown = self._grown_to(activity, name)
        make = partial(_counted, self._now[name], grown, _shared(grown, max_accounts), min_weight=min_weight, **options)
        return named_graphs(activity, objects, windows, make, max_accounts)

    def _of_texts(self, activity: Activity, name: str) -> Incidence:
        """Return the events on groups of similar texts."""
        grown = self._grown_to(activity, "text")
        texts, known = self._now["text"], self._similar.get(name)
        if known is None or known.texts is not texts:
            earlier = known.links if known is not None and known.texts is grown.before else None
            links = link_texts(texts.object_ids, MEASURES[name], earlier, grown.objects)
            known = self._similar[name] = _Similar(texts, links, None if known is None else known.stored)
        first = known.links.first(len(texts.object_ids))
        return Incidence.from_codes(activity, *grouped_texts(messages(activity), first))

    def _grown_to(self, activity: Activity, name: str) -> _Grown:
        """Return the events of all rows, merged from earlier and new ones where possible."""
        if name not in self._grown:
            self._now[name], self._grown[name] = self._grow(activity, name)
            if name == "text":
                events = self._grown[name].incidence
                keep_messages(activity, events.row, events.object, events.object_ids)
        return self._grown[name]

    def _begin(self, activity: Activity) -> None:
        """Start with a new activity; the counts of the latest one become the earlier counts."""
        self._before, self._now, self._grown, self._activity = self._before | self._now, {}, {}, activity
        self._rows = _Rows(activity.posts_table.select(_WHOSE).hash_rows().to_numpy(), activity.account_ids)
        self._aligned: dict[_Rows, _Aligned | None] = {}
        self._targets: Hashes | None = None  # hashes of the accounts acted on

    def _what(self, posts: pl.DataFrame, name: str) -> Hashes:
        """Hash the columns of each post that determine its object: acts on own posts have none."""
        column = KINDS[name].column
        what = _hashed(posts[column])
        if column.startswith("target_"):
            if self._targets is None:
                self._targets = what if column == "target_account_id" else _hashed(posts["target_account_id"])
            if column != "target_account_id":
                what = what * _ODD + self._targets
        return what

    def _grow(self, activity: Activity, name: str) -> tuple[_Kind, _Grown]:
        """Merge the events of new rows with the earlier ones; if that is not possible, read all events."""
        before, what, aligned = self._before.get(name), self._what(activity.posts_table, name), None
        if before is not None:
            if before.rows not in self._aligned:
                self._aligned[before.rows] = _align(before.rows, self._rows, activity)
            aligned = self._aligned[before.rows]
        kept = {}
        if aligned is not None and before is not None:
            aligned = aligned if _checksum(before.rows.whose, aligned.earlier(what)) == before.what else None
        if before is None or aligned is None:
            incidence = incidence_of(activity, name)
            nothing, arrival = np.empty(0, np.int64), np.arange(len(incidence.object_ids), dtype=np.int32)
            grown = _Grown(incidence, np.ones(len(incidence), bool), nothing, nothing, arrival, {})
        else:
            grown = _with_rows(activity, name, before, aligned)
            kept = {} if len(aligned.new_rows) else before.windows
        events, stored = grown.incidence, None if grown.before is None else grown.before.stored
        checksum, objects = _checksum(self._rows.whose, what), (events.object_ids, grown.arrival, events.object)
        return _Kind(self._rows, checksum, *objects, events.row, dict(kept), stored), grown

    def save(self, folder: Path) -> None:
        """Write the counts of the latest activity, one folder per kind of object."""
        changed = [
            name
            for name, kind in self._now.items()
            if kind.windows.keys() != (before := self._before.get(name, kind)).windows.keys()
            or before is kind
            or kind.rows.name != before.rows.name
        ]
        if changed:
            _write_rows(self._rows, folder)
        for name in changed:
            _write_kind(self._now[name], folder / name)
        for name, similar in self._similar.items():
            texts = self._now.get("text")
            if similar.texts is texts and _rows_in(folder / name) != _rows_in(folder / "text"):
                self._similar[name] = _write_similar(similar, folder / name)
        used = {_rows_in(folder / name) for name in _OF_ROWS}
        for left in folder.glob("rows-*"):
            if left.name not in used:
                shutil.rmtree(left, ignore_errors=True)


def _hashed(column: pl.Series) -> Hashes:
    """Hash each value; an empty list is hashed as a missing one is."""
    if column.dtype == pl.String:
        return column.hash().to_numpy()
    several = column.list.len().fill_null(0) > 0  # most lists are empty
    hashed = np.zeros(len(column), np.uint64)
    hashed[several.to_numpy()] = column.filter(several).hash().to_numpy()
    return hashed


def _checksum(whose: Hashes, what: Hashes) -> str:
    """Compute a checksum of the hashes of objects (`what`) that does not depend on the order of rows (`whose`)."""
    return f"{np.dot(whose, what):016x}"


def _align(before: _Rows, now: _Rows, activity: Activity) -> _Aligned | None:
    """Find the earlier rows and accounts; None if any is missing or the order of rows has changed."""
    rows = np.arange(len(before.whose), dtype=np.int32)
    if len(rows) > len(now.whose) or (now.whose[: len(rows)] != before.whose).any():
        rows = np.flatnonzero(np.isin(now.whose, before.whose)).astype(np.int32)
        if len(rows) != len(before.whose) or (now.whose[rows] != before.whose).any():
            return None
    accounts = encode(before.account_ids, now.account_ids)
    if accounts.null_count():
        return None
    is_new = np.ones(len(now.whose), bool)
    is_new[rows] = False
    new_rows = np.flatnonzero(is_new)
    new = replace(activity, posts_table=activity.posts_table[new_rows])
    return _Aligned(rows, accounts.to_numpy().astype(np.int64), new_rows, new)


def _with_rows(activity: Activity, name: str, before: _Kind, aligned: _Aligned) -> _Grown:
    """Merge the events of new rows with the earlier ones."""
    from cib.compiled import taken
    from cib.graphs.compiled.counts import inserted

    posts = activity.posts_table
    events = object_events(aligned.new, name).drop_nulls().rechunk()
    named, codes = coded(events["object"])
    object_ids, order, objects, place = _with_ids(before.object_ids, named)
    arrival = np.append(before.arrival, np.arange(len(before.arrival), len(order), dtype=np.int32))
    keys = place[codes.to_numpy()] * posts.height + aligned.new_rows[events["row"].to_numpy()]
    new_object, new_row = (part.astype(np.int32) for part in np.divmod(distinct_values(keys), posts.height))
    code, row, new = inserted(
        before.object, before.row.view(np.int32), objects.astype(np.int32), aligned.rows, new_object, new_row
    )
    incidence = Incidence(
        account_ids=activity.account_ids,
        object_ids=object_ids.alias("object_id"),
        account=taken(activity.account_codes.to_numpy().view(np.int32), row),
        object=code,
        time=taken(posts["created_at"].to_physical().to_numpy(), row),
        row=row.view(np.uint32),
        post_ids=posts["post_id"],
        target_ids=posts["target_account_id"],
    )
    return _Grown(incidence, new, aligned.accounts, objects, taken(arrival, order), before.windows, before)


def _with_ids(ids: pl.Series, others: pl.Series) -> tuple[pl.Series, Codes, Ints, Ints]:
    """Merge two sorted series of distinct texts.

    Returns
    -------
    merged : polars.Series
    order : ndarray of int32
        Position of each merged text in `ids`, or behind them if it was added.
    place, others_place : ndarray of int64
        Position of the texts of both in the merged ones.
    """
    at: Any = ids.search_sorted(others).to_numpy() if len(others) else np.empty(0, np.int64)
    same = ids.gather(np.minimum(at, len(ids) - 1)) == others if len(ids) and len(others) else None
    is_new = np.ones(len(others), bool) if same is None else ~same.to_numpy()
    added, before = others.filter(pl.Series(is_new)), at[is_new].astype(np.int64)
    place = np.arange(len(ids)) + np.cumsum(np.bincount(before, minlength=len(ids) + 1))[: len(ids)]
    order = np.empty(len(ids) + len(added), np.int32)
    order[place] = np.arange(len(ids), dtype=np.int32)
    order[before + np.arange(len(added))] = np.arange(len(ids), len(order), dtype=np.int32)
    # to gather from one chunk takes a fifth of the time
    both = pl.concat([ids, added.alias(ids.name)]).rechunk().gather(pl.Series(order.view(np.uint32)))
    return both, order, place, at + np.cumsum(is_new) - is_new


def _shared(grown: _Grown, max_accounts: int | None) -> tuple[Incidence, Flags]:
    """Select the events on objects of at most `max_accounts` accounts, and return which of them are new."""
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
    """Return the graph of one window."""
    # numba takes half a second to import
    from cib.graphs.compiled.windows import window_span

    incidence, new = shared
    span = window_span(window_s)
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
        edges, strength = count_coactions(incidence, low, high, min_weight)
        window = _Window({each: getattr(edges, each) for each in _EDGE}, strength, out)
    kind.windows[name] = window
    return weighted(
        incidence.without([item["object"] for item in left_out]),
        window.edges,
        window.strength,
        construction(window_s, min_weight, max_pairs, "leave out", left_out, []),
    )


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
    """Recount pairs with new events, and pairs on objects left out from now on; None if all must be recounted."""
    from cib.compiled import taken
    from cib.graphs.compiled.counts import changed_pairs, merged, shared_objects
    from cib.graphs.compiled.windows import ALWAYS

    was_out = np.zeros(len(out), bool)
    was_out[grown.objects] = before.out
    events, company = np.flatnonzero(new), high - low
    met = int(company[events].sum())
    if (was_out & ~out).any() or met > min(_MOST_PAIRS, _MOST_SHARE * company.sum()):
        return None
    n, whole, account = len(incidence.account_ids), grown.incidence, grown.accounts.astype(np.int32)
    earlier = {name: taken(account, before.edges[name]) for name in "uv"} | {"weight": before.edges["weight"]}
    key = earlier["u"].astype(np.int64) * n + earlier["v"]
    dropped, meets = out & ~was_out, company > 1
    # others share fewer objects with any account
    able = np.bincount(incidence.account[meets], minlength=n) >= min_weight
    changed = changed_pairs(events, incidence.account, low, high, able)
    if dropped.any():
        on_dropped = np.zeros(n, bool)
        on_dropped[whole.account[dropped[whole.object] & ~grown.new]] = True
        changed = distinct_values(np.append(changed, key[on_dropped[earlier["u"]] & on_dropped[earlier["v"]]]))
    u, v = (end.astype(np.int32) for end in np.divmod(changed, n))
    involved = np.zeros(n, bool)
    involved[u] = involved[v] = True
    theirs = np.flatnonzero(meets & involved[incidence.account]).astype(np.int32)
    account, object_, time = (taken(part, theirs) for part in (incidence.account, incidence.object, incidence.time))
    weight = shared_objects(changed, account, object_, time, n, span, min_weight)
    order = merged(key, changed, weight, min_weight)
    later = {"u": u, "v": v, "weight": weight}
    edges = {name: taken(np.append(earlier[name], later[name]), order) for name in _EDGE}
    if span == ALWAYS:
        return _Window(edges, _strengths(incidence.keep_events(meets), span), out)
    strength = np.zeros(n, np.int64)
    strength[grown.accounts] = before.strength
    touched = dropped.copy()
    touched[incidence.object[events]] = True
    then = whole.keep_events(~grown.new & (touched & ~was_out)[whole.object])
    now = incidence.keep_events(meets & touched[incidence.object])
    return _Window(edges, strength + _strengths(now, span) - _strengths(then, span), out)


def _strengths(incidence: Incidence, span: int) -> Ints:
    """Count the co-actions of each account with all others."""
    from cib.graphs.compiled.coaction import strengths
    from cib.graphs.compiled.windows import ALWAYS, window_bounds

    if span == ALWAYS:
        account, object_ = incidence.distinct
        others = np.bincount(object_)[object_] - 1
        return np.bincount(account, weights=others, minlength=len(incidence.account_ids)).astype(np.int64)
    bounds = (
        np.flatnonzero(np.diff(incidence.object, prepend=-1, append=-1)) if len(incidence) else np.zeros(1, np.int64)
    )
    low, high = window_bounds(bounds, incidence.time, span)
    return strengths(incidence.account, incidence.object, low, high, len(incidence.account_ids))


_FILE = {"file": file_name, "arrays": {str: str}}
_STATE = {
    "versions": [str],
    "windows": [str],
    "rows": file_name,
    "what": str,
    "arrays": _FILE,
    "parts": [_FILE],
    "ids": [{"file": file_name, "length": count}],
}
#: The first is that of the files: to be raised when they change.
_VERSIONS = ("3", version("cib-detect"), pl.__version__)

#: Arrays are in one file, because to open one takes a millisecond; each starts at a multiple of this.
_ALIGNED = 64
#: Arrays of a kind, and of each window besides the edges.
_OF_KIND, _OF_WINDOW = ("arrival", "object", "row"), ("strength", "out")
#: Arrays of similar texts.
_OF_LINKS = ("texts", "order", "links")
#: Largest number of files to which objects, or texts, are added; then all are written to one.
_MOST_FILES = 16


def _write_rows(rows: _Rows, folder: Path) -> None:
    own = folder / f"rows-{rows.name}"
    if _state(own) is None:
        _write(own, rows, {"whose": rows.whose}, rows.account_ids)


def _write_kind(kind: _Kind, folder: Path) -> None:
    """Write the counts of a kind; of its objects only those that are not stored yet."""
    kept = _kept(kind.stored, folder, "ids")
    ids = kind.object_ids
    if kept is None:
        kind.arrival = np.arange(len(ids), dtype=np.int32)
    else:
        new = np.flatnonzero(kind.arrival >= sum(each["length"] for each in kept["ids"]))
        ids = ids.gather(pl.Series(new[np.argsort(kind.arrival[new])]))
    arrays = {name: getattr(kind, name) for name in _OF_KIND}
    for k, window in enumerate(kind.windows.values()):
        arrays |= {f"{end}-{k}": column for end, column in window.edges.items()}
        arrays |= {f"{part}-{k}": getattr(window, part) for part in _OF_WINDOW}
    kind.stored = _write(folder, kind.rows, arrays, ids, kept=kept, windows=list(kind.windows), what=kind.what)


def _write_similar(similar: _Similar, folder: Path) -> _Similar:
    """Write links of similar texts; of the texts only those that are not stored yet."""
    state, measured = similar.stored or (None, ())
    links, kept = similar.links, _kept(state, folder, "parts")
    same = all(one is other for one, other in zip(links.measured, measured, strict=False))
    if kept is None or not same or len(measured) > len(links.measured):
        links, kept, measured = replace(links, measured=[join_measured(links.measured)]), None, ()
    added = [each._asdict() for each in links.measured[len(measured) :]]
    arrays = {name: getattr(links, name) for name in _OF_LINKS}
    state = _write(folder, similar.texts.rows, arrays, added=added, kept=kept)
    return replace(similar, links=links, stored=(state, links.measured))


def _kept(stored: _State | None, folder: Path, files: str) -> _State | None:
    """Return what is stored in a folder if it is still there, and few enough files to add another one."""
    if stored is None or len(stored[files]) >= _MOST_FILES or stored != _state(folder):
        return None
    return stored


def _write(
    folder: Path,
    rows: _Rows,
    arrays: Mapping[str, Any],
    ids: pl.Series | None = None,
    *,
    added: Sequence[Mapping[str, Any]] = (),
    kept: _State | None = None,
    windows: Sequence[str] = (),
    what: str = "",
) -> _State:
    """Write files, and then the state that lists them; return it.

    Files are not changed once they are written: an interrupted save leaves the earlier state with its files.

    Parameters
    ----------
    folder : Path
    rows : _Rows
    arrays : mapping of str to ndarray
        Replace those of the earlier state.
    ids : polars.Series of str, optional
        Added to those of `kept`.
    added : sequence of mappings of str to ndarray
        Added to the parts of `kept`.
    kept : dict, optional
        Earlier state.
    windows, what
        See :class:`_Kind`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    numbers = [int(number) for path in folder.iterdir() if (number := path.stem.rpartition("-")[2]).isdecimal()]
    n = max(numbers, default=0) + 1
    parts, named = ([], []) if kept is None else (list(kept["parts"]), list(kept["ids"]))
    for each in added:
        parts.append(_write_file(folder / f"part-{n}-{len(parts)}", each))
    if ids is not None and len(ids):
        # a stream of the oldest level is read in half the time of a file, a third of that of the newest level
        ids.to_frame("id").write_ipc_stream(folder / f"ids-{n}.arrow", compat_level=pl.CompatLevel.oldest())
        named.append({"file": f"ids-{n}.arrow", "length": len(ids)})
    state: _State = {
        "versions": list(_VERSIONS),
        "windows": list(windows),
        "rows": f"rows-{rows.name}",
        "what": what,
        "arrays": _write_file(folder / f"arrays-{n}", arrays),
        "parts": parts,
        "ids": named,
    }
    atomically(folder / "state.json", lambda path: path.write_bytes(orjson.dumps(state)))
    used = {"state.json", *(each["file"] for each in (state["arrays"], *parts, *named))}
    for left in folder.iterdir():
        if left.name not in used:
            left.unlink(missing_ok=True)
    return state


def _write_file(path: Path, arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Write arrays to a file and return its description."""
    with path.open("wb") as file:
        for array in arrays.values():
            np.ascontiguousarray(array).tofile(file)
            file.write(bytes(-array.nbytes % _ALIGNED))
    told = {name: " ".join([array.dtype.str, *map(str, array.shape)]) for name, array in arrays.items()}
    return {"file": path.name, "arrays": told}


def _state(folder: Path) -> _State | None:
    """Read what a folder of arrays holds; None if it is incomplete or of another version."""
    try:
        state: _State = read_json(folder / "state.json", _STATE, "")
    except InputError:
        return None
    return state if state["versions"] == list(_VERSIONS) else None


def _rows_in(folder: Path) -> str | None:
    """Return the name of the rows that a folder of arrays is of; None if it cannot be used."""
    state = _state(folder)
    return None if state is None else str(state["rows"])


def _read_all(folder: Path) -> tuple[dict[str, _Kind], dict[str, _Similar]]:
    """Read the counts of each kind that are complete, and the links of similar texts of the same rows."""
    kinds: dict[str, _Kind] = {}
    similar: dict[str, _Similar] = {}
    rows: dict[str, _Rows] = {}
    for name in (*_OF_ROWS, *MEASURES):
        state = _state(folder / name)
        if state is None:
            continue
        with suppress(OSError, ValueError, TypeError, KeyError, pl.exceptions.PolarsError):
            own, arrays = state["rows"], _arrays(folder / name, state["arrays"])
            if name in MEASURES:
                if "text" in kinds and own == f"rows-{kinds['text'].rows.name}":
                    measured = [Measured(**_arrays(folder / name, part)) for part in state["parts"]]
                    similar[name] = _Similar(
                        kinds["text"], SimilarTexts(measured=measured, **arrays), (state, measured)
                    )
                continue
            if own not in rows and (of_rows := _state(folder / own)) is not None:
                rows[own] = _Rows(_arrays(folder / own, of_rows["arrays"])["whose"], _ids(folder / own, of_rows))
            kinds[name] = _kind(rows[own], state, arrays, _ids(folder / name, state))
    return kinds, similar


def _kind(rows: _Rows, state: _State, arrays: Mapping[str, NDArray[Any]], ids: pl.Series) -> _Kind:
    windows = {
        name: _Window({end: arrays[f"{end}-{k}"] for end in _EDGE}, *(arrays[f"{part}-{k}"] for part in _OF_WINDOW))
        for k, name in enumerate(state["windows"])
    }
    arrival, objects, row = (arrays[name] for name in _OF_KIND)
    if len(state["ids"]) > 1:
        ids = ids.gather(pl.Series(arrival.view(np.uint32)))
    return _Kind(rows, state["what"], ids, arrival, objects, row, windows, state)


def _ids(folder: Path, state: _State) -> pl.Series:
    """Read ids in the order of their arrival."""
    parts = [pl.read_ipc_stream(folder / each["file"])["id"] for each in state["ids"]]
    return pl.concat(parts or [pl.Series("id", [], pl.String)]).rechunk()


def _arrays(folder: Path, told: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Map the arrays of a file to memory."""
    path, start = folder / told["file"], 0
    # Windows cannot remove a file that is mapped
    data = np.fromfile(path, np.uint8) if sys.platform == "win32" else np.asarray(np.memmap(path, np.uint8, "r"))
    arrays = {}
    for name, form in told["arrays"].items():
        kind, *shape = np.dtype(form.split()[0]), *map(int, form.split()[1:])
        end = start + kind.itemsize * math.prod(shape)
        arrays[name] = data[start:end].view(kind).reshape(shape)
        start = end + -end % _ALIGNED
    return arrays
