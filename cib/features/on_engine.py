"""extract() of an activity on an engine: the same functions, applied to counts that the engine computes.

A feature is computed from the smallest input that gives the same result:

- graphs, whose edges are in memory;
- the number of posts and of retweets of each account, from which posts with their actions are reconstructed;
- its counts (``counted=``), if it depends on other accounts: these are the queries below;
- else, if it depends only on the posts of the account itself, the posts of some accounts at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import POST_COLUMNS, TIME
from cib.engine import fetch
from cib.errors import InputError
from cib.features import attention, content, degree, profile, timing
from cib.features.extract import aligned_columns, feature_table, inputs, merged
from cib.features.feature import Feature
from cib.features.standard import FeatureSet
from cib.features.table import FeatureTable
from cib.graphs.graph import Graph
from cib.graphs.numbered import NumberedActivity
from cib.graphs.relational import floor_mod

__all__ = ["extract_on_engine"]

Ints = NDArray[np.int64]

DAY, HOUR = 86_400 * 10**6, 3_600 * 10**6

#: Number of posts that are held in memory at once.
_ROWS_AT_ONCE = 500_000

#: Inputs with one row per post.
_ROWS = ("posts", "messages")

#: Features of posts that use only the account and the action of each.
_OF_ACTIONS = (
    degree.retweets_made,
    degree.asymmetry,
    content.originality,
    attention.unearned_attention,
    attention.creation_batches,
    profile.engagement_anomaly,
)

#: Columns used by features of the posts of an account itself.
_OF_COLUMNS = ("action", "created_at", "target_created_at", "hashtags", "urls", "lang", "client")


def extract_on_engine(
    activity: NumberedActivity, features: FeatureSet, given: Mapping[str, Graph | None]
) -> FeatureTable:
    """Compute one number per account and feature; see :func:`cib.extract`.

    Parameters
    ----------
    activity : NumberedActivity
    features : FeatureSet
    given : mapping of str to Graph
        Graphs by the names that features use for them.

    Raises
    ------
    InputError
        If a user-defined feature needs the posts and does not depend only on the posts of the account itself.
    """
    made = inputs(activity, [name for name in features.needs if name not in _ROWS], given)  # type: ignore[arg-type]
    made = {**made, "posts": _actions(activity), "messages": None}
    columns: dict[str, pl.Series] = {}
    in_parts: list[tuple[Feature, dict[str, Any]]] = []
    for feature in merged(features):
        function = feature.function
        counted = {"counted": _COUNTED[function](activity)} if function in _COUNTED else {}
        if not set(feature.needs) & set(_ROWS) or function in (*_OF_ACTIONS, *_GLOBAL):
            columns.update(aligned_columns(feature, made, activity.account_ids, **counted))
        elif function is profile.creation:
            columns.update(aligned_columns(feature, {**made, "posts": _firsts(activity)}, activity.account_ids))
        elif feature.needs == ("posts",) and (counted or not feature.relative):
            in_parts.append((feature, counted))
        else:
            raise InputError(
                f"the feature {feature.title!r} needs all posts in memory",
                remedy="Leave it out of the settings, or take the rows over first: activity.collect().",
            )
    columns.update(_in_parts(activity, in_parts))
    return feature_table(features, columns, activity)  # type: ignore[arg-type]


def _actions(activity: NumberedActivity) -> nw.DataFrame[Any]:
    """Reconstruct the posts and retweets of each account from their numbers."""
    counts, kind = activity.counts, POST_COLUMNS["action"]
    rows = np.arange(len(activity.account_ids), dtype=np.uint32)
    parts = [
        pl.DataFrame({"account_row": np.repeat(rows, number)}).with_columns(action=pl.lit(action, kind))
        for action, number in (("post", counts["made"] - counts["retweets"]), ("retweet", counts["retweets"]))
    ]
    return nw.from_native(pl.concat(parts), eager_only=True)


def _firsts(activity: NumberedActivity) -> nw.DataFrame[Any]:
    """Return the first post of each account."""
    rows = np.flatnonzero(activity.counts["made"])
    first = pl.Series(activity.counts["first"][rows]).cast(TIME)
    return nw.from_native(pl.DataFrame({"account_row": rows.astype(np.uint32), "created_at": first}), eager_only=True)


def _in_parts(activity: NumberedActivity, features: list[tuple[Feature, dict[str, Any]]]) -> dict[str, pl.Series]:
    """Compute features that depend only on the posts of the account itself, for some accounts at a time."""
    found: dict[str, list[pl.Series]] = {}
    ours = all(feature.function.__module__.startswith("cib.features.") for feature, _ in features)
    names = [name for name in activity.columns if name in _OF_COLUMNS or not ours]
    for first, end in _parts(activity.counts["made"]) if features else ():
        ids = activity.account_ids.slice(first, end - first)
        rows = fetch(activity.posts.filter(nw.col("account") >= first, nw.col("account") < end).select(
            "account", *(name for name in names if name not in ("account", "target", "row")),
            *(() if ours else ("target",)),
        ), "passed through")  # fmt: skip
        posts = nw.from_native(_local(rows, first, activity.account_ids, ids), eager_only=True)
        for feature, counted in features:
            for name, column in aligned_columns(feature, {"posts": posts}, ids, **counted).items():
                found.setdefault(name, []).append(column)
    return {name: pl.concat(parts) for name, parts in found.items()}


def _local(rows: pl.DataFrame, first: int, all_ids: pl.Series, ids: pl.Series) -> pl.DataFrame:
    """Convert rows to the form that features expect, sorted by time, with account rows relative to this part."""
    row = (pl.col("account") - first).cast(pl.UInt32)
    times = [name for name in ("created_at", "target_created_at") if name in rows.columns]
    rows = rows.sort("created_at", "account").with_columns(
        pl.col(times).cast(pl.Int64).cast(TIME), pl.col("action").cast(POST_COLUMNS["action"]), account_row=row
    )
    if "target" in rows.columns:
        rows = rows.with_columns(all_ids.gather(rows["target"]).alias("target_account_id"))
        rows = rows.with_columns(ids.gather(rows["account_row"]).alias("account_id"))
    return rows


def _parts(made: Ints) -> Iterator[tuple[int, int]]:
    """Yield ranges of accounts that cover all accounts, each with about `_ROWS_AT_ONCE` posts."""
    part = np.cumsum(made) // _ROWS_AT_ONCE
    starts = np.flatnonzero(np.diff(part, prepend=-1))
    yield from zip(starts.tolist(), [*starts[1:].tolist(), len(made)], strict=True)


def _retweeters(activity: NumberedActivity) -> pl.DataFrame:
    """Compute the counts for :func:`cib.features.degree.h_index`."""
    target = nw.col("target")
    known = activity.posts.filter(
        nw.col("action") == "retweet", ~nw.col("target_post_id").is_null(), target != nw.col("account")
    )
    of_post = known.group_by("target_post_id").agg(author=target.min(), retweeters=nw.col("account").n_unique())
    table = fetch(of_post.group_by("author", "retweeters").agg(posts=nw.len())).cast(pl.Int64)
    return table.select(pl.col("author", "retweeters").repeat_by("posts").explode())


def _days(activity: NumberedActivity) -> tuple[Ints, Ints, int]:
    """Compute the counts for :func:`cib.features.attention.days_off`."""
    start = nw.col("created_at") - floor_mod(nw.col("created_at"), DAY)
    days = activity.held(activity.posts.select("account", day=start).unique())
    week = floor_mod(nw.col("day") + attention.THURSDAY * DAY, 7 * DAY)
    flagged = days.with_columns(weekend=(week >= attention.SATURDAY * DAY).cast(nw.Int64))
    counts = activity.by_account(flagged, days=nw.len(), weekend=nw.col("weekend").sum())
    first, last = fetch(days.select(first=nw.col("day").min(), last=nw.col("day").max())).row(0)
    return counts["days"], counts["weekend"], int(last - first) // DAY


def _latencies(activity: NumberedActivity) -> Any:
    """Select retweets with known latency: ``account, post, latency`` in microseconds."""
    latency = nw.col("created_at") - nw.col("target_created_at")
    rows = activity.posts.filter(nw.col("action") == "retweet")
    rows = rows.select("account", post="target_post_id", latency=latency)
    return rows.filter(nw.col("latency") >= 0)


def _fast(activity: NumberedActivity) -> tuple[int, int]:
    """Compute the counts for :func:`cib.features.timing.latencies`."""
    fast = (nw.col("latency") <= round(timing.FAST * 10**6)).cast(nw.Int64)
    table = fetch(_latencies(activity).select(fast=fast).select(n=nw.len(), f=nw.col("fast").sum()))
    return int(table["f"][0] or 0), int(table["n"][0])


def _places(activity: NumberedActivity) -> pl.DataFrame:
    """Compute the counts for :func:`cib.features.timing.speed`."""
    acts = activity.held(_latencies(activity).with_columns(popularity=nw.len().over("post")))
    at = fetch(acts.group_by("popularity").agg(n=nw.len())).cast(pl.Int64).sort("popularity")
    popularity = at["popularity"].to_numpy()
    decile = timing.deciles(np.bincount(popularity, at["n"].to_numpy()).astype(np.int64))[popularity]
    of = pl.DataFrame({"popularity": popularity, "decile": decile.astype(np.int32)})
    lent = activity.stack.enter_context(activity.engine.lent(of))
    by = acts.with_columns(nw.col("popularity").cast(nw.Int64)).join(lent, on="popularity")
    at_once = activity.held(by.group_by("decile", "latency").agg(equal=nw.len()))
    less = nw.col("equal").cum_sum().over("decile", order_by="latency")
    ranked = at_once.with_columns(upto=less).select("decile", "latency", twice=2 * nw.col("upto") - nw.col("equal") + 1)
    sums = by.join(ranked, on=["decile", "latency"]).group_by("account", "decile")
    table = fetch(sums.agg(acts=nw.len(), ranks=nw.col("twice").sum())).cast(pl.Int64)
    return table.rename({"account": "account_row"})


def _hours(activity: NumberedActivity) -> Ints:
    """Compute the counts for :func:`cib.features.timing.hours`."""
    into = floor_mod(nw.col("created_at") + 3 * DAY, 7 * DAY)
    start = into - floor_mod(into, HOUR)
    table = fetch(activity.posts.select(hour=start).group_by("hour").agg(n=nw.len())).cast(pl.Int64)
    counts = np.zeros(7 * 24, np.int64)
    counts[table["hour"].to_numpy() // HOUR] = table["n"].to_numpy()
    return counts


def _copies(activity: NumberedActivity) -> tuple[Ints, Ints, Ints]:
    """Compute the counts for :func:`cib.features.content.texts`."""
    n = len(activity.account_ids)
    if "text" not in activity.columns:
        none = np.zeros(n, np.int64)
        return none, none, none
    texts = activity.incidence("text")
    long = texts.names.filter(nw.col("object_id").str.len_chars() >= content.MIN_TEXT).select("object")
    time = nw.col("time")
    of = texts.coded.group_by("object").agg(
        n=nw.len(), accounts=nw.col("account").n_unique(), first=time.min(), last=time.max()
    )
    copied = (nw.col("accounts") >= content.COPIERS) & (nw.col("last") - nw.col("first") >= DAY)
    flags = of.join(long, on="object").select(
        "object", again=(nw.col("n") >= 2).cast(nw.Int64), copied=copied.cast(nw.Int64)
    )
    rows = texts.coded.join(flags, on="object")
    counts = activity.by_account(rows, text=nw.len(), copied=nw.col("copied").sum(), again=nw.col("again").sum())
    return counts["text"], counts["copied"], counts["again"]


#: Features that depend on the posts of other accounts, and the query of their counts.
_COUNTED: dict[Callable[..., Any], Callable[[NumberedActivity], Any]] = {
    degree.h_index: _retweeters,
    attention.days_off: _days,
    timing.latencies: _fast,
    timing.speed: _places,
    timing.hours: _hours,
    content.texts: _copies,
}

#: Those of them that need only these counts of the posts.
_GLOBAL = (degree.h_index, attention.days_off, timing.speed, content.texts)
