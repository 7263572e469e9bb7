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
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import TIME
from cib.engine import EngineActivity, engine_of, fetch, with_near
from cib.errors import InputError, SettingsError, did_you_mean
from cib.graphs.incidence import Incidence
from cib.graphs.interactions import engine_mentions
from cib.graphs.objects import KINDS, OBJECTS, Objects

__all__ = ["EngineIncidence", "Projection", "engine_coactions", "engine_events"]

Frame = nw.LazyFrame[Any]
Ints = NDArray[np.int64]

#: Kinds of object that are the target of an action, with the action.
_ACTED_ON = {"post": "retweet", "author": "retweet", "quoted": "quote", "replied": "reply"}


class EngineIncidence(Incidence):
    """An incidence whose events stay on their engine.

    The margins, which null models need, are in memory; the events of some accounts are fetched by a query.
    Other fields of :class:`Incidence` raise an error that asks for the events in memory.

    Parameters
    ----------
    account_ids : polars.Series of str
        Accounts that acted on any object, sorted.
    degree : ndarray of int64, shape (n_accounts,)
        Number of distinct objects of each account.
    popularity : ndarray of int64, shape (n_objects,)
        Number of distinct accounts of each object; 0 for objects left out.
    n_events : int
    events : narwhals.LazyFrame
        Plan of the events: ``account_id, object_id, created_at`` (microseconds) and ``post_id``.
    """

    def __init__(self, account_ids: pl.Series, degree: Ints, popularity: Ints, n_events: int, events: Frame) -> None:
        self.__dict__.update(account_ids=account_ids, degree=degree, popularity=popularity)
        self.__dict__.update(n_events=n_events, events=events)

    def __len__(self) -> int:
        return int(self.__dict__["n_events"])

    def __repr__(self) -> str:
        return (
            f"EngineIncidence({len(self):,} events of {self.n_active:,} accounts on {len(self.popularity):,} objects)"
        )

    def __getattr__(self, name: str) -> Any:
        if name in Incidence.__dataclass_fields__:
            raise InputError(
                "the events behind this graph are on their engine, and this needs them in memory",
                remedy="Build the graph from activity.collect().",
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def of_accounts(self, accounts: list[str]) -> pl.DataFrame:
        """Return the events of some accounts as a table: account_id, object_id, created_at, post_id."""
        table = fetch(self.__dict__["events"].filter(nw.col("account_id").is_in(accounts)))
        return table.with_columns(pl.col("created_at").cast(pl.Datetime("us", "UTC")))


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
    elif objects in _ACTED_ON:
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
    posts = posts.filter(nw.col("action") == _ACTED_ON[kind]).with_columns(object_id=nw.col(column))
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


def engine_coactions(
    activity: EngineActivity,
    objects: Objects,
    window: int | None,
    min_weight: int,
    *,
    max_pairs: int,
    max_accounts: int | None,
    self_actions: bool,
) -> Projection:
    """Find the pairs of accounts that acted on the same objects within the window, on the engine.

    Parameters
    ----------
    activity : EngineActivity
    objects, min_weight, max_pairs, max_accounts, self_actions
        See :func:`cib.coaction_graph`.
    window : int or None
        Microseconds; None: any lag.

    Returns
    -------
    Projection
    """
    named = engine_events(activity, objects, self_actions=self_actions)
    with ExitStack() as stack:
        shared, incidence, near, left_out = _prepared(
            activity, named, window, max_pairs, max_accounts, min_weight, stack
        )
        repeated = stack.enter_context(activity.held(_repeated(shared, window)))
        surplus = fetch(_surplus(shared, repeated, window))
        heavy = stack.enter_context(activity.held(_heavy(shared, repeated, window, min_weight)))
        raw = fetch(_edges(shared, heavy, window))
    strength = near - _spread(surplus, "account", "surplus", len(near))
    raw = raw.cast(pl.Int64)
    edges = raw.select(
        pl.col("source", "target").cast(pl.UInt32),
        "weight",
        "pairs",
        # NumPy divides; Polars multiplies by the inverse, which can differ in the last digit
        lag=pl.Series(raw["lag"].to_numpy() / raw["pairs"].to_numpy() / 1e6),
        first=pl.col("first").cast(TIME),
        last=pl.col("last").cast(TIME),
        led=pl.col("led") / pl.col("pairs"),
    )
    return Projection(edges, incidence, strength, left_out)


def _prepared(
    activity: EngineActivity,
    named: Frame,
    window: int | None,
    max_pairs: int,
    max_accounts: int | None,
    min_weight: int,
    stack: ExitStack,
) -> tuple[Frame, EngineIncidence, Ints, list[dict[str, Any]]]:
    """Return the events in pairs (held until `stack` closes), the margins, pairs per account, and objects left out."""
    most = len(activity) if max_accounts is None else max_accounts
    with ExitStack() as numbers:
        acted = numbers.enter_context(activity.held(named.select("account_id", "object_id", "created_at")))
        accounts = numbers.enter_context(activity.held(_numbered(acted, "account_id", "account")))
        things = numbers.enter_context(activity.held(_numbered(acted, "object_id", "object")))
        events = acted.join(accounts, on="account_id").join(things, on="object_id")
        events = with_near(events.select("account", "object", time=nw.col("created_at")), window, "object")
        events = numbers.enter_context(activity.held(events))
        acts = events.group_by("account", "object").agg(rows=nw.len(), near=nw.col("near").sum())
        acts = numbers.enter_context(activity.held(acts))
        stats = _of_objects(acts)
        out, left_out = stats.filter((pl.col("accounts") > most) | (pl.col("pairs") > max_pairs)), []
        if out.height:
            codes = out["object"].to_list()
            names = fetch(things.filter(nw.col("object").is_in(codes))).cast({"object": pl.Int64})
            out = out.join(names, on="object", maintain_order="left")
            over = out.filter(pl.col("accounts") <= most)
            left_out = over.select(object="object_id", accounts="accounts", pairs="pairs").to_dicts()
            named = named.filter(~nw.col("object_id").is_in(out["object_id"].to_list()))
            events, acts = (frame.filter(~nw.col("object").is_in(codes)) for frame in (events, acts))
            stats = stats.with_columns(pl.col("accounts", "events") * ~pl.col("object").is_in(codes))
        ids = fetch(accounts).sort("account")["account_id"]
        margins = fetch(acts.group_by("account").agg(degree=nw.len(), near=nw.col("near").sum()))
        degree, near = (_spread(margins, "account", name, len(ids)) for name in ("degree", "near"))
        incidence = EngineIncidence(ids, degree, stats["accounts"].to_numpy(), int(stats["events"].sum()), named)
        shared = stack.enter_context(activity.held(_shared(events, acts, window, min_weight)))
    return shared, incidence, near, left_out


def _numbered(named: Frame, column: str, code: str) -> Frame:
    """Number the distinct ids in ascending order."""
    numbered = named.select(column).unique().with_row_index(code, order_by=column)
    return numbered.with_columns(nw.col(code).cast(nw.Int32))


def _of_objects(acts: Frame) -> pl.DataFrame:
    """Count accounts, events and pairs of events within the window of each object, also pairs of one account."""
    sums = (nw.col(name).sum().alias(new) for name, new in (("rows", "events"), ("near", "pairs")))
    table = fetch(acts.group_by("object").agg(nw.len().alias("accounts"), *sums)).cast(pl.Int64)
    return table.with_columns(pl.col("pairs") // 2).sort("object")


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

    ``source`` is the account with the smaller code, and ``led`` is whether it acted strictly first.
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
        led=((a < b) & (lag > 0)).cast(nw.Int64),
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
