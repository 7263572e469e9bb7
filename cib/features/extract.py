"""Run a set of features over an activity.

Each input is built once, and only if a feature needs it. The return value of a feature is aligned to the
accounts, converted to numbers and labelled here, so that feature functions need not do it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import TIME, Activity, encode
from cib.content.text import messages
from cib.domains import ACTIVITY, FLAG, GRAPH, either, takes
from cib.errors import InputError
from cib.features.feature import COLUMNS, KEYS, Feature
from cib.features.standard import STANDARD, Features, FeatureSet
from cib.features.table import FeatureTable
from cib.graphs.coaction import coaction_graph
from cib.graphs.graph import Graph
from cib.graphs.interactions import mention_graph, quote_graph, reply_graph, retweet_graph
from cib.progress import stage

__all__ = ["aligned_columns", "extract", "feature_table", "inputs", "merged"]

_GRAPHS: dict[str, Callable[[Activity], Graph]] = {
    "retweets": retweet_graph,
    "mentions": mention_graph,
    "replies": reply_graph,
    "quotes": quote_graph,
    "coactions": coaction_graph,
}

#: Hint in errors of a feature that may expect a frame of another library.
_LIBRARY = (
    "If a method of {name!r} is meant: it is a narwhals frame; {name}.to_pandas() and {name}.to_polars() are others."
)

#: Significant digits of a feature: rounding errors, which depend on the order of sums, must not break ties of ranks.
DIGITS = 10

#: Graphs that are merged into ``interactions``.
_INTERACTIONS = ("retweets", "mentions", "replies", "quotes")


@takes(
    activity=ACTIVITY,
    retweets=either(GRAPH, None),
    mentions=either(GRAPH, None),
    replies=either(GRAPH, None),
    quotes=either(GRAPH, None),
    coactions=either(GRAPH, None),
    progress=FLAG,
)
def extract(
    activity: Activity,
    features: Features | None = None,
    *,
    retweets: Graph | None = None,
    mentions: Graph | None = None,
    replies: Graph | None = None,
    quotes: Graph | None = None,
    coactions: Graph | None = None,
    progress: bool = False,
) -> FeatureTable:
    """Compute features: one number per account and feature.

    Parameters
    ----------
    activity : Activity
    features : FeatureSet, or callable, str or iterable of these, optional
        Default: :data:`cib.STANDARD`.
    retweets, mentions, replies, quotes, coactions : Graph, optional
        Graphs that were built already; others that a feature needs are built.
    progress : bool
        Print one line per feature to standard error.

    Returns
    -------
    FeatureTable
        One row for every account of ``activity.account_ids``, in their order.

    Raises
    ------
    SettingsError
        If a feature is unknown or has a parameter that is not an input.
    InputError
        If a feature fails, or its return value cannot be aligned to the accounts.

    Examples
    --------
    >>> import cib
    >>> rows = {"account_id": ["a", "b", "b"], "action": ["post", "retweet", "retweet"],
    ...         "target_account_id": [None, "a", "c"], "created_at": ["2020-06-12T01:00:00Z"] * 3}
    >>> def night_share(posts):
    ...     '''Share of an account's posts between 00:00 and 06:00 UTC.'''
    ...     return posts.group_by("account_id").agg((nw.col("created_at").dt.hour() < 6).mean())
    >>> cib.extract(cib.read(pl.DataFrame(rows), progress=False), ["originality", night_share]).frame
    shape: (3, 3)
    ┌────────────┬─────────────┬─────────────┐
    │ account_id ┆ originality ┆ night_share │
    │ ---        ┆ ---         ┆ ---         │
    │ str        ┆ f64         ┆ f64         │
    ╞════════════╪═════════════╪═════════════╡
    │ a          ┆ 0.666667    ┆ 1.0         │
    │ b          ┆ 0.25        ┆ 1.0         │
    │ c          ┆ null        ┆ null        │
    └────────────┴─────────────┴─────────────┘
    """
    wanted = STANDARD if features is None else FeatureSet(features)
    given = {"retweets": retweets, "mentions": mentions, "replies": replies, "quotes": quotes, "coactions": coactions}
    made = inputs(activity, wanted.needs, given)
    columns = {}
    for feature in merged(wanted):
        with stage(feature.title, progress):
            columns.update(aligned_columns(feature, made, activity.account_ids))
    return feature_table(wanted, columns, activity)


def feature_table(wanted: FeatureSet, columns: Mapping[str, pl.Series], activity: Activity) -> FeatureTable:
    """Make the table of features with their labels and units."""
    labelled = [(name, k, feature) for feature in wanted for k, name in enumerate(feature.names)]
    return FeatureTable(
        pl.DataFrame({"account_id": activity.account_ids, **{name: columns[name] for name in wanted.names}}),
        labels={name: feature.labels[k] for name, k, feature in labelled},
        units={name: feature.units[k] for name, k, feature in labelled if feature.units[k]},
        library=activity.library,
    )


def inputs(activity: Activity, needs: Iterable[str], given: Mapping[str, Graph | None] | None = None) -> dict[str, Any]:
    """Build the inputs of features by the names of their parameters.

    Parameters
    ----------
    activity : Activity
    needs : iterable of str
        Some of :data:`cib.features.feature.INPUTS`.
    given : mapping of str to Graph, optional
        Graphs that were built already.

    Returns
    -------
    dict of str to narwhals.DataFrame or Graph
        Frames with the column ``account_row``; graphs over all accounts of the activity.
    """
    asked = dict.fromkeys(needs)
    built = dict.fromkeys([*asked, *(_INTERACTIONS if "interactions" in asked else ())])
    graphs = {name: graph for name, graph in (given or {}).items() if graph is not None}
    for name, build in _GRAPHS.items():
        if name in built:
            graphs[name] = (graphs[name] if name in graphs else build(activity)).spread(activity.account_ids)
    return {name: _input(name, activity, graphs) for name in asked}


def _input(name: str, activity: Activity, graphs: Mapping[str, Graph]) -> Any:
    ids = activity.account_ids
    if name in graphs:
        return graphs[name]
    if name == "interactions":
        return _together(ids, [graphs[each] for each in _INTERACTIONS])
    if name == "messages":
        rows = _said(activity)
    elif name == "posts":
        rows = activity.posts_table.with_columns(account_row=activity.account_codes)
    else:
        codes = encode(activity.accounts_table["account_id"], ids)
        rows = activity.accounts_table.with_columns(account_row=codes).drop_nulls("account_row")
    return nw.from_native(rows, eager_only=True)


def _said(activity: Activity) -> pl.DataFrame:
    """Return the normalised texts of posts by code: ``account_row, created_at, message, characters``."""
    columns = activity.posts_table.columns
    if "text" not in columns:
        empty: dict[str, Any] = {
            "account_row": pl.UInt32,
            "created_at": TIME,
            "message": pl.Int32,
            "characters": pl.UInt32,
        }
        return pl.DataFrame(schema=empty)
    said = messages(activity)
    row, code = pl.Series(said.row), pl.Series(said.code)
    return pl.DataFrame(
        {
            "account_row": activity.account_codes.gather(row),
            "created_at": activity.posts_table["created_at"].gather(row),
            "message": code,
            "characters": said.distinct.str.len_chars().gather(code),
        }
    )


def _together(ids: pl.Series, graphs: Iterable[Graph]) -> Graph:
    """Merge graphs over `ids`: ``weight`` is the number of acts on the target, ``returned`` that of acts in return."""
    n = max(len(ids), 1)
    ends = [(*graph.endpoints, graph.table["weight"].to_numpy()) for graph in graphs]
    source, target, weight = (np.concatenate(column) for column in zip(*ends, strict=True))
    pair, weight = _summed((source * n + target)[source != target], weight[source != target])
    source, target = np.divmod(pair, n)
    back = target * n + source
    order = np.argsort(back)  # looking up sorted values is faster
    place = np.minimum(np.searchsorted(pair, back[order]), max(len(pair) - 1, 0))
    returned = np.zeros(len(pair), np.int64)
    returned[order] = np.where(pair[place] == back[order], weight[place], 0)
    rows = {"source": source.astype(np.uint32), "target": target.astype(np.uint32), "weight": weight}
    return Graph("interaction", directed=True, ids=ids, table=pl.DataFrame({**rows, "returned": returned}))


def _summed(keys: NDArray[np.int64], weights: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sum weights by key; return the distinct keys, ascending, and the sums."""
    order = np.argsort(keys)
    keys, weights = keys[order], weights[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    return keys[first], np.add.reduceat(weights, first) if len(first) else weights


def merged(features: Iterable[Feature]) -> Iterator[Feature]:
    """Merge features with the same function, so that it runs once."""
    of_function: dict[int, Feature] = {}
    for feature in features:
        before = of_function.get(id(feature.function))
        parts = {each: getattr(before, each) + getattr(feature, each) for each in COLUMNS} if before else {}
        of_function[id(feature.function)] = replace(feature, **parts)
    yield from of_function.values()


def aligned_columns(feature: Feature, made: Mapping[str, Any], ids: pl.Series, **settings: Any) -> dict[str, pl.Series]:
    """Run a feature and align its return value to the accounts."""
    where = f"feature {feature.title!r}"
    try:
        returned = feature.function(**{name: made[name] for name in feature.needs}, **settings)
    except Exception as error:
        frames = [name for name in feature.needs if isinstance(made[name], nw.DataFrame)]
        remedy = " ".join(_LIBRARY.format(name=name) for name in frames[:1])
        raise InputError(
            f"the function failed with {type(error).__name__}: {error}", where=where, remedy=remedy
        ) from error
    fills = dict(zip(feature.names, feature.missing, strict=True))
    parts = _parts(_taken_over(returned), feature, where)
    return {name: _finite(_aligned(part, ids, where), fills[name]) for name, part in parts}


def _taken_over(returned: Any) -> Any:
    """Convert frames and series of any library to Polars; return other values unchanged."""
    if getattr(getattr(returned, "index", None), "name", None) == "account_id":
        returned = returned.reset_index()  # pandas keeps the grouping column in the index
    known = nw.from_native(returned, pass_through=True, allow_series=True)
    if isinstance(known, nw.LazyFrame):
        known = known.collect("polars")
    return known.to_polars() if isinstance(known, nw.DataFrame | nw.Series) else returned


def _parts(returned: Any, feature: Feature, where: str) -> Iterator[tuple[str, Any]]:
    """Yield each column of the feature with its part of the return value."""
    if not feature.several:
        yield feature.names[0], returned
        return
    for name in feature.names:
        if not isinstance(returned, pl.DataFrame | Mapping) or name not in returned:
            raise InputError(
                f"nothing came back for {name!r}",
                where=where,
                got=type(returned).__name__,
                remedy=f"Return a frame of 'account_id' and {', '.join(feature.names)}, or a mapping from these.",
            )
        if isinstance(returned, pl.DataFrame):
            yield name, returned.select(*(key for key in KEYS if key in returned), name)
        else:
            yield name, _taken_over(returned[name])


def _aligned(part: Any, ids: pl.Series, where: str) -> pl.Series:
    """Align a part of a return value to `ids`: one number per account."""
    if isinstance(part, pl.DataFrame):
        return _scattered(part, ids, where)
    if isinstance(part, Mapping):
        keys, values = list(part), list(part.values())
        return _scattered(pl.DataFrame({"account_id": keys, "value": _numbers(values, where)}), ids, where)
    column = _numbers(part, where)
    if len(column) != len(ids):
        raise InputError(
            f"{len(column):,} numbers came back for {len(ids):,} accounts",
            where=where,
            remedy="Return a frame of 'account_id' and the number, a mapping, or one number an account in order.",
        )
    return column


def _scattered(frame: pl.DataFrame, ids: pl.Series, where: str) -> pl.Series:
    """Align the only column besides the key to `ids` by the key."""
    key = next((key for key in reversed(KEYS) if key in frame), None)
    values = [name for name in frame.columns if name not in KEYS]
    if key is None or len(values) != 1:
        raise InputError(
            "the frame must have 'account_id' and one column of numbers",
            where=where,
            got=f"columns {', '.join(frame.columns)}",
            remedy="Select them, or name several with @cib.feature(outputs=[...]).",
        )
    frame = frame.drop_nulls(key)
    rows = _rows(frame[key], len(ids)) if key == "account_row" else encode(frame[key].cast(pl.String), ids)
    if rows.null_count():
        unknown = frame[key].filter(rows.is_null())[0]
        raise InputError(f"{_KEYED[key]} {unknown!r} is not in the activity", where=where)
    if rows.n_unique() < len(rows):
        twice = frame[key].filter(rows.is_duplicated())[0]
        raise InputError(
            f"{_KEYED[key]} {twice!r} came back more than once", where=where, remedy=f"Group by {key!r} once more."
        )
    aligned = np.full(len(ids), np.nan)
    aligned[rows.to_numpy()] = _numbers(frame[values[0]], where).fill_null(np.nan).to_numpy()
    return pl.Series(aligned)


#: Name of each key in messages.
_KEYED = {"account_id": "account", "account_row": "row"}


def _rows(rows: pl.Series, n: int) -> pl.Series:
    """Convert rows of accounts to uint32; null for values outside 0 to n - 1."""
    return rows.to_frame("row").select(pl.when(pl.col("row").is_between(0, n - 1)).then("row"))["row"].cast(pl.UInt32)


def _numbers(values: Any, where: str) -> pl.Series:
    """Convert values to a column of float64."""
    column = values if isinstance(values, pl.Series) else _listed(values, where)
    if not (column.dtype.is_numeric() or column.dtype in {pl.Boolean, pl.Null}):
        raise InputError("what came back is no number", where=where, got=column.dtype, remedy="Cast it to float.")
    return column.cast(pl.Float64)


def _listed(values: Any, where: str) -> pl.Series:
    array = np.asarray(values)
    if array.ndim != 1:
        raise InputError(
            "what came back is no frame, mapping or one-dimensional array",
            where=where,
            got=f"{type(values).__name__} of shape {array.shape}",
        )
    return pl.Series(array.tolist() if array.dtype == object else array)


def _finite(column: pl.Series, missing: float | None) -> pl.Series:
    """Round to `DIGITS` significant digits, null for values that are not finite, then replace null by `missing`."""
    value = pl.col("value")
    small = (column.floor() == column).all() and (column.abs().max() or 0) < 10 ** (DIGITS - 1)
    rounded = value if small else value.round_sig_figs(DIGITS)  # which takes long, and does not change small integers
    known = column.to_frame("value").select(pl.when(value.is_finite()).then(rounded))["value"]
    return known if missing is None else known.fill_null(missing)
