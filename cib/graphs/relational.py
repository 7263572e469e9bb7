"""Co-action as a relational plan, run by the engine that holds the posts; same definition as the compiled kernel.

Two events on an object lie within a window w of each other only if their times fall into the same interval of length
w or into two adjacent ones. The pairs are therefore an equi-join on object and interval (column ``stretch``), followed
by a filter, which any engine runs by hashing, in parallel and out of core. No range join on times is needed.

1. Accounts and objects are encoded as integers, in the order of their ids; all later steps use integers only.
2. The number of other events within the window of each event is counted without making pairs. This gives the objects
   over budget, before any join, and the strengths of accounts; events without another event nearby and accounts that
   share fewer objects with others than the minimum weight are excluded from the join.
3. The weight of every pair of accounts is counted. Most accounts act once on an object, and their pairs are counted
   directly; pairs are deduplicated only where an account acted on an object more than once.
4. The other attributes are computed for the pairs that reach the minimum weight.

Edges and attributes are equal to those of the kernel; the tests check this on random data.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import TIME
from cib.engine import EngineActivity, engine_of, fetch, with_near, with_rows
from cib.errors import InputError, SettingsError, did_you_mean
from cib.graphs.incidence import Incidence
from cib.graphs.interactions import engine_mentions
from cib.graphs.objects import KINDS, OBJECTS, Objects

__all__ = [
    "ACTED_ON",
    "EngineIncidence",
    "Projection",
    "engine_events",
    "engine_incidence",
    "engine_project",
    "floor_mod",
    "number_values",
    "seconds",
]

Frame = nw.LazyFrame[Any]
Ints = NDArray[np.int64]

#: Kinds of object that are the target of an action, with the action.
ACTED_ON = {"post": "retweet", "author": "retweet", "quoted": "quote", "replied": "reply"}


class EngineIncidence(Incidence):
    """Incidence whose events stay on their engine.

    The methods of :class:`Incidence` are implemented by queries: counts of all accounts and objects, the events of a
    subset of accounts, halves, and transposition. Methods that need all events raise an error.

    Parameters
    ----------
    activity : EngineActivity
        Activity whose engine stores the tables.
    account_ids : polars.Series of str
        Accounts, sorted; the codes below are positions in it.
    coded : narwhals.LazyFrame
        ``account, object, time`` (microseconds) and ``row`` of each event.
    names : narwhals.LazyFrame or polars.Series
        ``object, object_id``; or the ids, if they are in memory.
    stack : ExitStack
        Context of the temporary tables of `coded` and `names`, which are dropped when it is closed.
    events : narwhals.LazyFrame, optional
        Plan of the events with ids, from the posts: ``account_id, object_id, created_at, post_id``.
    """

    def __init__(
        self,
        activity: EngineActivity,
        account_ids: pl.Series,
        coded: Frame,
        names: Frame | pl.Series,
        stack: ExitStack,
        events: Frame | None = None,
    ) -> None:
        self.__dict__.update(activity=activity, account_ids=account_ids, coded=coded, stack=stack, events=events)
        if isinstance(names, pl.Series):
            self.__dict__["object_ids"] = names
        self.__dict__["names"] = names

    def __len__(self) -> int:
        return int(self.events_of_objects.sum())

    def __repr__(self) -> str:
        return (
            f"EngineIncidence({len(self):,} events of {self.n_active:,} accounts on {len(self.popularity):,} objects)"
        )

    def __getattr__(self, name: str) -> Any:
        if name == "object_ids":
            table = fetch(self.__dict__["names"], "all objects of a kind").sort("object")
            self.__dict__[name] = table["object_id"].alias("object_id")
            return self.__dict__[name]
        if name in Incidence.__dataclass_fields__:
            raise InputError(
                "the events behind this graph are on their engine, and this needs them in memory",
                remedy="Build the graph from activity.collect().",
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @cached_property
    def _acts(self) -> tuple[Ints, Ints, Ints]:
        """Number of objects of each account, and numbers of accounts and of events of each object."""
        acts = self.coded.group_by("account", "object").agg(events=nw.len())
        with self.activity.held(acts) as acts:
            of_accounts = fetch(acts.group_by("account").agg(degree=nw.len()))
            of_objects = fetch(acts.group_by("object").agg(nw.col("events").sum(), popularity=nw.len()))
        n_objects = self.__dict__.get("n_objects", max(of_objects["object"].to_list(), default=-1) + 1)
        popularity, events = (_spread(of_objects, "object", name, n_objects) for name in ("popularity", "events"))
        return _spread(of_accounts, "account", "degree", len(self.account_ids)), popularity, events

    @property
    def degree(self) -> Ints:
        """Number of distinct objects of each account; shape (n_accounts,)."""
        return self._acts[0]

    @property
    def popularity(self) -> Ints:
        """Number of distinct accounts of each object, 0 for excluded objects; shape (n_objects,)."""
        return self._acts[1]

    @property
    def events_of_objects(self) -> Ints:
        """Number of events on each object; shape (n_objects,)."""
        return self._acts[2]

    @cached_property
    def totals(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Number of events of each account, their first and last times, and the sum of their times in seconds."""
        time = nw.col("time")
        table = fetch(
            self.coded.select("account", "time", seconds=seconds(time))
            .group_by("account")
            .agg(nw.col("seconds").sum(), n=nw.len(), first=time.min(), last=time.max())
        )
        n = len(self.account_ids)
        made, first, last, total = (_spread(table, "account", each, n) for each in ("n", "first", "last", "seconds"))
        first[made == 0] = np.iinfo(np.int64).max
        return made, first, last, total

    @cached_property
    def acts(self) -> Ints:
        """Number of events of each account; shape (n_accounts,)."""
        return self.totals[0]

    def names_of(self, objects: pl.Series) -> pl.Series:
        """Return the ids of given object codes."""
        if "object_ids" in self.__dict__:
            return self.object_ids.gather(objects)
        wanted = objects.unique().cast(pl.Int32).to_frame("object")
        with self.activity.lent(wanted) as lent:
            known = fetch(self.__dict__["names"].join(lent, on="object"), "names of objects").cast({"object": pl.Int64})
        order = objects.cast(pl.Int64).to_frame("object").join(known, on="object", how="left", maintain_order="left")
        return order["object_id"]

    def events_of(self, chosen: NDArray[np.bool_]) -> tuple[NDArray[Any], ...]:
        """Return account, object, time and row of each event of the chosen accounts, sorted by object and time.

        `chosen` is a mask of shape (n_accounts,).
        """
        known, events = self.__dict__.get("_known", (np.zeros(len(chosen), dtype=bool), ()))
        if not events or (chosen & ~known).any():
            known = chosen | known  # cached, as later calls need the same accounts
            with self.activity.lent(pl.DataFrame({"account": np.flatnonzero(known).astype(np.int32)})) as lent:
                events = _arrays(fetch(self.coded.join(lent, on="account", how="semi"), "acts of members"))
            self.__dict__["_known"] = (known, events)
        mine = chosen[events[0]]
        account, object_, time, row = (each[mine] for each in events)
        return account, object_, time, row

    def of(self, chosen: NDArray[np.bool_]) -> Incidence:
        """Fetch the events of the chosen accounts, a mask of shape (n_accounts,); popularity is that of all events."""
        return self._here(*self.events_of(chosen))

    def touched_by(self, chosen: NDArray[np.bool_]) -> Incidence:
        """Fetch the events of all accounts on the objects that the chosen accounts acted on."""
        codes = pl.DataFrame({"account": np.flatnonzero(chosen).astype(np.int32)})
        with self.activity.lent(codes) as lent:
            objects = self.coded.join(lent, on="account", how="semi").select("object").unique()
            events = fetch(self.coded.join(objects, on="object", how="semi"), "acts on objects of members")
        return self._here(*_arrays(events))

    def _here(self, account: Ints, object_: Ints, time: Ints, row: NDArray[Any]) -> Incidence:
        there, codes = np.unique(object_, return_inverse=True)
        names = self.names_of(pl.Series("object", there, dtype=pl.Int64))
        none = pl.Series([], dtype=pl.String)
        here = Incidence(
            self.account_ids, names, account.astype(np.int32), codes.astype(np.int32), time, row, none, none
        )
        here.__dict__.update(popularity=self.popularity[there], degree=self.degree)
        return here

    def within(self, group: Ints) -> Incidence:
        """Fetch the events of accounts that are in a group; see :meth:`Incidence.within`."""
        return self.of(group >= 0).within(group)

    def acts_on(self, objects: pl.Series) -> pl.DataFrame:
        """Count the acts of all accounts on given objects: ``account, object, acts``."""
        with self.activity.lent(objects.unique().cast(pl.Int32).to_frame("object")) as lent:
            acts = self.coded.join(lent, on="object", how="semi").group_by("account", "object").agg(acts=nw.len())
            table = fetch(acts, "acts on sets of objects")
        return table.select(pl.col("account", "object").cast(pl.Int32), pl.col("acts").cast(pl.Int64))

    def halves(self, *, of_events: bool) -> list[EngineIncidence]:
        """Return both halves of the events; see :meth:`Incidence.halves`."""
        if of_events:
            mine = self.coded.join(self._held(number_values(self.coded, "time", "turn")), on="time")
        else:
            first = self._held(self.coded.group_by("object").agg(first=nw.col("time").min()))
            turns = self._held(number_values(first, "first", "turn"))
            mine = self.coded.join(first.join(turns, on="first").select("object", "turn"), on="object")
        sides = (mine.filter(nw.col("turn") % 2 == side) for side in (0, 1))
        return [self._with(self._held(side.select("account", "object", "time", "row"))) for side in sides]

    def transposed(self) -> EngineIncidence:
        """Return the incidence with accounts and objects exchanged."""
        coded = self.coded.select("time", "row", account="object", object="account")
        mirror = EngineIncidence(self.activity, self.object_ids, coded, self.account_ids, self.stack)
        mirror.__dict__["n_objects"] = len(self.account_ids)
        return mirror

    def shared_by_at_most(self, most: int | None) -> EngineIncidence:
        """Select the events on objects with at most `most` accounts; None: all events."""
        return self if most is None else self._without(np.flatnonzero(self.popularity > most))

    def _without(self, objects: Ints) -> EngineIncidence:
        """Remove the events on given objects."""
        if not len(objects):
            return self
        events = self.__dict__["events"]
        if events is not None:
            names = self.names_of(pl.Series(objects)).to_list()
            events = events.filter(~nw.col("object_id").is_in(names))
        with self.activity.lent(pl.DataFrame({"object": objects.astype(np.int32)})) as codes:
            return self._with(self._held(self.coded.join(codes, on="object", how="anti")), events)

    def _with(self, coded: Frame, events: Frame | None = None) -> EngineIncidence:
        part = EngineIncidence(self.activity, self.account_ids, coded, self.names, self.stack, events)
        part.__dict__["n_objects"] = len(self.popularity)
        if "object_ids" in self.__dict__:
            part.__dict__["object_ids"] = self.__dict__["object_ids"]
        return part

    def _held(self, frame: Frame) -> Frame:
        held: Frame = self.stack.enter_context(self.activity.held(frame))
        return held

    def settle(self) -> EngineIncidence:
        """Compute the cached counts before the temporary tables are dropped."""
        self._acts  # noqa: B018 - a cached property
        return self

    def of_accounts(self, accounts: list[str]) -> pl.DataFrame:
        """Return the events of some accounts as a table: account_id, object_id, created_at, post_id."""
        if self.__dict__["events"] is None:
            raise InputError(
                "the events behind this graph were let go with the detection",
                remedy="Take the rows over first, activity.collect(), for the evidence of single edges.",
            )
        table = fetch(self.__dict__["events"].filter(nw.col("account_id").is_in(accounts)), "evidence")
        return table.with_columns(pl.col("created_at").cast(pl.Datetime("us", "UTC")))


def seconds(time: nw.Expr) -> nw.Expr:
    """Convert microseconds to whole seconds, rounded down; remainders are exact on all engines, quotients are not."""
    return ((time - floor_mod(time, 10**6)) / 10**6).round().cast(nw.Int64)


def floor_mod(number: nw.Expr, modulus: int) -> nw.Expr:
    """Compute the remainder in [0, modulus), also for negative numbers."""
    return (number % modulus + modulus) % modulus


def _arrays(events: pl.DataFrame) -> tuple[Ints, Ints, Ints, Ints]:
    events = events.select(pl.col("account", "object", "time", "row").cast(pl.Int64))
    account, object_, time, row = events.sort("object", "time", "account", "row").get_columns()
    return account.to_numpy(), object_.to_numpy(), time.to_numpy(), row.to_numpy()


class Projection(NamedTuple):
    """Results fetched from an engine."""

    edges: pl.DataFrame  #: table of a co-action graph; ends are positions in ``incidence.account_ids``
    incidence: EngineIncidence
    strength: Ints  #: number of co-actions of each account with any other, before the minimum weight
    left_out: list[dict[str, Any]]  #: objects over budget: ``object, accounts, pairs``


def engine_events(activity: EngineActivity, objects: Objects, *, self_actions: bool = False) -> Frame:
    """Plan the events of accounts on objects; see :func:`cib.graphs.objects.object_events`.

    Parameters
    ----------
    activity : EngineActivity
    objects : str or callable
        ``'post', 'author', 'quoted', 'replied'`` or ``'mention'``; or a function from a narwhals LazyFrame of the
        posts to a frame of ``post_id`` and ``object`` on the same engine. The other kinds compare normalised texts,
        which no engine computes.
    self_actions : bool

    Returns
    -------
    narwhals.LazyFrame
        ``account_id, object_id, created_at`` (microseconds) and ``post_id``.

    Raises
    ------
    SettingsError, InputError
        If the kind is unknown or not supported on engines, or its column is missing.
    """
    if callable(objects):
        plan: Any = objects  # the declared type is that of a function of a frame in memory
        found = nw.from_native(plan(activity.posts))
        pairs = found.select("post_id", object_id=nw.col("object").cast(nw.String)).unique()
        events = activity.posts.join(pairs, on="post_id", how="inner")
    elif objects in ACTED_ON:
        events = _acted_on(activity, objects, self_actions)
    elif objects == "mention":
        _require(activity, "mentions")
        events = engine_mentions(activity).with_columns(object_id=nw.col("mentions"))
    elif objects in OBJECTS:
        raise InputError(
            f"objects={objects!r} compares texts in a form that {engine_of(activity.posts)} does not compute",
            remedy="Take the rows over first: activity.collect(); or give a function of the posts.",
        )
    else:
        raise SettingsError(
            f"objects={objects!r} is no kind of object",
            remedy=did_you_mean(objects, OBJECTS) or f"Take one of {', '.join(OBJECTS)}, or a function of the posts.",
        )
    events = events.filter(~nw.col("object_id").is_null(), nw.col("object_id") != "")
    return events.select("account_id", "object_id", "created_at", "post_id")


def _acted_on(activity: EngineActivity, kind: str, self_actions: bool) -> Frame:
    column = KINDS[kind].column
    looked_up = activity.imported.targets_unknown and (column == "target_account_id" or not self_actions)
    posts = activity.with_targets() if looked_up else activity.posts
    posts = posts.filter(nw.col("action") == ACTED_ON[kind]).with_columns(object_id=nw.col(column))
    if self_actions:
        return posts
    target = nw.col("target_account_id")
    return posts.filter(target.is_null() | (target != nw.col("account_id")))


def _require(activity: EngineActivity, column: str) -> None:
    columns = activity.posts.collect_schema().names()
    if column not in columns:
        raise InputError(
            f"the posts lack the column {column!r}",
            got=f"columns {', '.join(columns)}",
            remedy=f"Map it when reading: cib.read(..., columns={{{column!r}: 'their name'}}).",
        )


def engine_incidence(activity: EngineActivity, named: Frame, stack: ExitStack) -> EngineIncidence:
    """Encode the accounts and objects of events as integers, in the order of their ids.

    The temporary tables are dropped when `stack` is closed.
    """
    acted = with_rows(named.select("account_id", "object_id", "created_at"))
    acted = stack.enter_context(activity.held(acted))
    accounts = stack.enter_context(activity.held(number_values(acted, "account_id", "account")))
    things = stack.enter_context(activity.held(number_values(acted, "object_id", "object")))
    events = acted.join(accounts, on="account_id").join(things, on="object_id")
    events = events.select("account", "object", "row", time=nw.col("created_at"))
    ids = fetch(accounts, "ids").sort("account")["account_id"]
    return EngineIncidence(activity, ids, stack.enter_context(activity.held(events)), things, stack, named)


def engine_project(incidence: EngineIncidence, window: int | None, min_weight: int, *, max_pairs: int) -> Projection:
    """Find the pairs of accounts that acted on the same objects within the window, on the engine.

    Parameters
    ----------
    incidence : EngineIncidence
    window : int or None
        Microseconds; None: any lag.
    min_weight, max_pairs
        As for :func:`cib.coaction_graph`.

    Returns
    -------
    Projection
    """
    activity, n = incidence.activity, len(incidence.account_ids)
    with ExitStack() as stack:
        events = with_near(incidence.coded.select("account", "object", "time"), window, "object")
        events = stack.enter_context(activity.held(events))
        acts = events.group_by("account", "object").agg(rows=nw.len(), near=nw.col("near").sum())
        acts = stack.enter_context(activity.held(acts))
        incidence, left_out = _within_budget(incidence, acts, max_pairs)
        if left_out:
            codes = nw.col("object").is_in([item.pop("code") for item in left_out])
            events, acts = (frame.filter(~codes) for frame in (events, acts))
        near = _spread(fetch(acts.group_by("account").agg(nw.col("near").sum())), "account", "near", n)
        shared = stack.enter_context(activity.held(_shared(events, acts, window, min_weight)))
        repeated = stack.enter_context(activity.held(_repeated(shared, window)))
        surplus = fetch(_surplus(shared, repeated, window))
        heavy = stack.enter_context(activity.held(_heavy(shared, repeated, window, min_weight)))
        raw = fetch(_edges(shared, heavy, window), "co-action edges")
    strength = near - _spread(surplus, "account", "surplus", n)
    raw = raw.cast(pl.Int64)
    edges = raw.select(
        pl.col("source", "target").cast(pl.UInt32),
        "weight",
        "pairs",
        # NumPy divides; Polars multiplies by the inverse, which can differ in the last digit
        lag=pl.Series(raw["lag"].to_numpy() / raw["pairs"].to_numpy() / 1e6),
        first=pl.col("first").cast(TIME),
        last=pl.col("last").cast(TIME),
        led=pl.col("led") / (2 * pl.col("pairs")),
    )
    return Projection(edges, incidence, strength, left_out)


def _within_budget(
    incidence: EngineIncidence, acts: Frame, max_pairs: int
) -> tuple[EngineIncidence, list[dict[str, Any]]]:
    """Remove the objects over budget from the incidence, and return them as well."""
    pairs = acts.group_by("object").agg(nw.len().alias("accounts"), nw.col("near").sum().alias("pairs"))
    out = fetch(pairs.filter(nw.col("pairs") > 2 * max_pairs + 1)).cast(pl.Int64).sort("object")
    if out.is_empty():
        return incidence, []
    names = incidence.names_of(out["object"])
    told = out.select("accounts", object=names, pairs=pl.col("pairs") // 2, code="object").to_dicts()
    return incidence._without(out["object"].to_numpy()), told


def number_values(named: Frame, column: str, code: str) -> Frame:
    """Number the distinct values in ascending order."""
    numbered = named.select(column).unique().with_row_index(code, order_by=column)
    return numbered.with_columns(nw.col(code).cast(nw.Int32))


def _spread(table: pl.DataFrame, code: str, column: str, length: int) -> Ints:
    """Scatter a column into an array indexed by code; 0 for absent codes."""
    array = np.zeros(length, np.int64)
    array[table[code].to_numpy()] = table[column].cast(pl.Int64).to_numpy()
    return array


def _shared(events: Frame, acts: Frame, window: int | None, min_weight: int) -> Frame:
    """Select the events that are in pairs and add the start of their time interval as ``stretch``.

    ``again`` is whether the account acted on the object more than once, ``able`` whether it shares enough
    objects with others to reach the minimum weight with any of them.
    """
    again = acts.filter(nw.col("rows") > 1).select("account", "object", "rows")
    able = acts.filter(nw.col("near") > 0).group_by("account").agg(objects=nw.len())
    able = able.filter(nw.col("objects") >= min_weight)
    time = nw.col("time")
    stretch = time if window == 0 else nw.lit(0, dtype=nw.Int64)
    if window:
        stretch = time - time % window  # integer remainders are exact on every engine, quotients are not
    near = events.filter(nw.col("near") > 0)
    flagged = near.join(again, on=["account", "object"], how="left").join(able, on="account", how="left")
    return flagged.select(
        "account",
        "object",
        "time",
        stretch=stretch,
        again=~nw.col("rows").is_null(),
        able=~nw.col("objects").is_null(),
    )


def _pairs(shared: Frame, window: int | None) -> Frame:
    """Join the pairs of events of two accounts on one object within the window; the earlier time is ``first``.

    ``source`` is the account with the smaller code, and ``led`` is 2 where it acted first, 1 at equal times.
    """
    one = shared.select("object", "stretch", a="account", first="time", again="again")
    other = shared.select("object", "stretch", b="account", last="time", other_again="again")
    if window:
        other = nw.concat([other, other.with_columns(stretch=nw.col("stretch") - window)])
    a, b, lag = nw.col("a"), nw.col("b"), nw.col("last") - nw.col("first")
    near = one.join(other, on=["object", "stretch"]).filter(a != b, (lag > 0) | ((lag == 0) & (a < b)))
    if window:
        near = near.filter(lag <= window)
    return near.select(
        "object",
        "first",
        "last",
        "again",
        "other_again",
        source=nw.min_horizontal("a", "b"),
        target=nw.max_horizontal("a", "b"),
        led=(lag == 0).cast(nw.Int64) + 2 * ((a < b) & (lag > 0)).cast(nw.Int64),
    )


def _repeated(shared: Frame, window: int | None) -> Frame:
    """Count the pairs of events of each two accounts on an object, where either acted on it more than once."""
    pairs, again = _pairs(shared, window), nw.col("again")
    pairs = nw.concat([pairs.filter(again), pairs.filter(~again, nw.col("other_again"))])  # filtered, then joined
    return pairs.group_by("source", "target", "object").agg(pairs=nw.len().cast(nw.Int64))


def _surplus(shared: Frame, repeated: Frame, window: int | None) -> Frame:
    """Count the pairs of each account with itself, and those with another account on one object beyond the first."""
    alone = with_near(shared.filter("again"), window, "object", "account").select("account", surplus="near")
    beyond = nw.col("pairs") - 1
    ends = [repeated.select(account=nw.col(end), surplus=beyond) for end in ("source", "target")]
    return nw.concat([alone, *ends]).group_by("account").agg(nw.col("surplus").sum())


def _heavy(shared: Frame, repeated: Frame, window: int | None, min_weight: int) -> Frame:
    """Select the pairs of accounts that reach the minimum weight, the number of distinct shared objects."""
    once = _pairs(shared.filter("able", ~nw.col("again")), window)
    listed = nw.concat([frame.select("source", "target") for frame in (once, repeated)])
    weights = listed.group_by("source", "target").agg(weight=nw.len())
    return weights.filter(nw.col("weight") >= min_weight)


def _edges(shared: Frame, heavy: Frame, window: int | None) -> Frame:
    """Compute all attributes of the pairs of accounts that reach the minimum weight."""
    busy = nw.concat([heavy.select(account=nw.col(end)) for end in ("source", "target")]).unique()
    pairs = _pairs(shared.join(busy, on="account", how="semi"), window)
    rows = pairs.with_columns(lag=nw.col("last") - nw.col("first")).join(heavy, on=["source", "target"])
    return rows.group_by("source", "target").agg(
        nw.col("weight").max(),
        nw.len().alias("pairs"),
        nw.col("lag").sum(),
        nw.col("first").min(),
        nw.col("last").max(),
        nw.col("led").sum(),
    )
