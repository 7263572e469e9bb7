"""Co-action graphs: pairs of accounts that acted on the same objects within a window.

Two accounts co-act on an object when both acted on it at most ``window`` apart, inclusive. The weight
of an edge is the number of distinct objects. The computation is exact, within a budget per object: the pairs
of every object are counted before any is processed, and an object over the budget is left out, or its window
is shortened until its pairs fit. Such objects are listed in ``graph.construction``, with a warning.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity
from cib.domains import ANY_ACTIVITY, COUNT, FLAG, LIMIT, OBJECTS, THREADS, WINDOW, one_of, several, takes, whole
from cib.engine import EngineActivity
from cib.errors import PrecisionWarning, SettingsError, check_several, check_whole, did_you_mean, warn
from cib.graphs.construction import Construction, CrowdedObject
from cib.graphs.graph import Graph, graph_from_codes
from cib.graphs.incidence import Incidence
from cib.graphs.objects import Objects, coded_events, kind_of, object_events
from cib.graphs.relational import EngineIncidence, engine_events, engine_incidence, engine_project
from cib.mapped import release_pages

if TYPE_CHECKING:
    from cib.graphs.compiled.edge_buffers import CoActions

__all__ = [
    "MAX_PAIRS",
    "OverBudget",
    "Window",
    "affordable",
    "coaction_graph",
    "coaction_graphs",
    "complete_edges",
    "construction",
    "count_coactions",
    "incidence_of",
    "named_graphs",
    "project",
    "weighted",
    "window_name",
    "window_seconds",
]

#: ``'60s'``, ``'10min'``, ``'1h'``, ``'2d'``, seconds, a timedelta, or None for no window.
Window = str | float | timedelta | None

#: Treatment of an object with too many pairs.
OverBudget = Literal["leave out", "shorten"]

#: Largest number of pairs of events of one object: about 0.1 s of computation, or about 3,160 accounts without a
#: window. The kernel stores no pairs, so the budget limits time, not memory; it is the same on every machine, so that
#: results do not depend on the free memory.
MAX_PAIRS = 5_000_000

_UNITS = {"ms": 0.001, "s": 1, "min": 60, "m": 60, "h": 3600, "d": 86400}


@takes(
    activity=ANY_ACTIVITY,
    objects=OBJECTS,
    min_weight=COUNT,
    max_pairs=whole(),
    over_budget=one_of("leave out", "shorten"),
    max_accounts=LIMIT,
    self_actions=FLAG,
    threads=THREADS,
    window=WINDOW,
)
def coaction_graph(
    activity: Activity | EngineActivity,
    objects: Objects = "post",
    window: Window = "60s",
    min_weight: int = 2,
    *,
    max_pairs: int = MAX_PAIRS,
    over_budget: OverBudget = "leave out",
    max_accounts: int | None = None,
    self_actions: bool = False,
    threads: int | None = None,
) -> Graph:
    """Build the graph of accounts that acted on the same objects within a window.

    Parameters
    ----------
    activity : Activity or EngineActivity
        For an engine, the graph is computed there by a query; see :mod:`cib.graphs.relational`.
    objects : str or callable
        What is shared; see :func:`cib.graphs.objects.object_events`.
    window : str, float, timedelta or None
        Largest lag between the two events, inclusive; None: any.
    min_weight : int
        Edges with fewer shared objects are left out.
    max_pairs : int
        Largest number of pairs of events within the window of one object.
    over_budget : {'leave out', 'shorten'}
        Treatment of an object with more pairs: it is left out; or its window is shortened to the longest,
        to the microsecond, with at most `max_pairs` pairs (the pairs closest in time are kept; it is left out
        only if its pairs with equal times are too many). Such objects are listed in ``graph.construction``,
        as ``left_out`` or ``shortened``.
    max_accounts : int, optional
        Objects that more accounts acted on are left out.
    self_actions : bool
        Whether actions on one's own posts count.
    threads : int, optional
        Default: all cores. The result does not depend on it.

    Returns
    -------
    Graph
        Undirected. Edges have ``weight`` (distinct shared objects), ``pairs`` (pairs of posts), ``lag``
        (mean over pairs, seconds), ``first`` and ``last`` (UTC), and ``led`` (share of the pairs in
        which ``source`` acted first; equal times count half). ``.incidence`` holds the events of the edges.

    Warns
    -----
    PrecisionWarning
        If the window is below twice the precision of the times.
    CibWarning
        If an object was over `max_pairs`.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> graph = cib.coaction_graph(activity, objects="post", window="10min")
    >>> graph.directed, int(graph.table["weight"].min())
    (False, 2)
    """
    (graph,) = coaction_graphs(
        activity,
        objects,
        [window],
        min_weight,
        max_pairs=max_pairs,
        over_budget=over_budget,
        max_accounts=max_accounts,
        self_actions=self_actions,
        threads=threads,
    )
    return graph


@takes(
    activity=ANY_ACTIVITY,
    objects=OBJECTS,
    min_weight=COUNT,
    max_pairs=whole(),
    over_budget=one_of("leave out", "shorten"),
    max_accounts=LIMIT,
    self_actions=FLAG,
    threads=THREADS,
    windows=several(WINDOW, "['60s', '10min']"),
)
def coaction_graphs(
    activity: Activity | EngineActivity,
    objects: Objects = "post",
    windows: Iterable[Window] = ("60s", "10min"),
    min_weight: int = 2,
    *,
    max_pairs: int = MAX_PAIRS,
    over_budget: OverBudget = "leave out",
    max_accounts: int | None = None,
    self_actions: bool = False,
    threads: int | None = None,
) -> list[Graph]:
    """Build the co-action graphs of several windows; events are extracted and sorted only once.

    Parameters
    ----------
    windows : iterable of str, float, timedelta or None
    activity, objects, min_weight, max_pairs, over_budget, max_accounts, self_actions, threads
        See :func:`coaction_graph`.

    Returns
    -------
    list of Graph
        One per window, in order; each is equal to the result of :func:`coaction_graph` for that window.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> minute, hour = cib.coaction_graphs(activity, windows=["1min", "1h"])
    >>> minute.n_edges < hour.n_edges
    True
    """
    check_whole("min_weight", min_weight, 1)
    check_several("windows", windows, "['60s', '10min']")
    if over_budget not in ("leave out", "shorten"):
        raise SettingsError(
            f"over_budget={over_budget!r} is no rule",
            remedy=did_you_mean(over_budget, ("leave out", "shorten")) or "Take 'leave out' or 'shorten'.",
        )
    with ExitStack() as stack:
        incidence = _incidence(activity, objects, self_actions, stack).shared_by_at_most(max_accounts)
        make = partial(
            project,
            incidence,
            min_weight=min_weight,
            max_pairs=max_pairs,
            over_budget=over_budget,
            threads=threads,
        )
        return named_graphs(activity, objects, windows, make, max_accounts)


def named_graphs(
    activity: Activity | EngineActivity,
    objects: Objects,
    windows: Iterable[Window],
    make: Callable[[float | None], Graph],
    max_accounts: int | None,
) -> list[Graph]:
    """Make the graph of each window, from its seconds, and say in each how it was made."""
    spans = [window_seconds(window) for window in windows]
    for seconds in spans:
        _check_precision(activity, seconds)
    kind = kind_of(objects)
    graphs = []
    for seconds in spans:
        graph = make(seconds)
        name = f"co-action {kind} {window_name(seconds)}"
        options = {"max_accounts": max_accounts, **graph.construction.options}
        made = replace(graph.construction, objects=kind, options=options)
        graphs.append(replace(graph, name=name, library=activity.library, construction=made))
    return graphs


def _incidence(
    activity: Activity | EngineActivity, objects: Objects, self_actions: bool, stack: ExitStack
) -> Incidence:
    if isinstance(activity, EngineActivity):
        if activity.numbered is not None:
            numbered: Incidence = activity.numbered.incidence(objects, self_actions)
            return numbered
        return engine_incidence(activity, engine_events(activity, objects, self_actions=self_actions), stack)
    return incidence_of(activity, objects, self_actions=self_actions)


def incidence_of(activity: Activity, objects: Objects, *, self_actions: bool = False) -> Incidence:
    """List and sort the events on a kind of object."""
    coded = coded_events(activity, objects, self_actions=self_actions)
    if coded is None:
        incidence = Incidence.from_events(activity, object_events(activity, objects, self_actions=self_actions))
    else:
        incidence = Incidence.from_codes(activity, *coded)
    incidence = incidence.in_files()
    release_pages()  # those of the objects are not read again
    return incidence


def project(
    incidence: Incidence,
    window_s: float | None,
    min_weight: int = 1,
    *,
    max_pairs: int = MAX_PAIRS,
    over_budget: OverBudget = "leave out",
    threads: int | None = None,
    weights_only: bool = False,
) -> Graph:
    """Project an incidence to its co-action graph; see :func:`coaction_graph`.

    With `weights_only` the edges have no lags and times, which :func:`complete_edges` adds.
    """
    if isinstance(incidence, EngineIncidence):
        return _pushed_down(incidence, window_s, min_weight, max_pairs=max_pairs, over_budget=over_budget)
    # numba takes half a second to import, so it is imported only where it is used
    from cib.graphs.compiled.windows import window_span

    low, high, left_out, shortened = affordable(incidence, window_span(window_s), max_pairs, over_budget)
    edges, strength = count_coactions(incidence, low, high, min_weight, threads, weights_only)
    made = construction(window_s, min_weight, max_pairs, over_budget, left_out, shortened)
    incidence, time = incidence.without([item["object"] for item in left_out]), incidence.time
    columns = edges._asdict()
    if weights_only:
        return weighted(incidence, columns, strength, made)
    del edges  # there may be many: release each column as soon as it is converted
    pairs = columns.pop("pairs").astype(np.int64)
    table = _weight_columns(columns)
    columns |= {name: time[columns.pop(name)] for name in ("first", "last")}
    table += _attribute_columns(pairs, columns)
    return _coaction_graph(incidence, table, strength, made)


def count_coactions(
    incidence: Incidence,
    low: NDArray[np.int32],
    high: NDArray[np.int32],
    min_weight: int,
    threads: int | None = None,
    weights_only: bool = False,
) -> tuple[CoActions, NDArray[np.int64]]:
    """Count the co-actions of events within the bounds of :func:`affordable`; return edges, and strengths."""
    from cib.graphs.compiled.coaction import coactions

    return coactions(
        incidence.account,
        incidence.object,
        incidence.time,
        low,
        high,
        len(incidence.account_ids),
        min_weight=min_weight,
        threads=threads,
        weights_only=weights_only,
    )


def weighted(
    incidence: Incidence, edges: Mapping[str, NDArray[np.int32]], strength: NDArray[np.int64], made: Construction
) -> Graph:
    """Make the graph of counted edges without lags and times, which :func:`complete_edges` adds.

    Parameters
    ----------
    incidence : Incidence
        Without the objects that were left out.
    edges : mapping of str to ndarray
        ``u, v, weight``, sorted.
    strength : ndarray of int64
    made : Construction
    """
    return _coaction_graph(incidence, _weight_columns(dict(edges)), strength, made)


def complete_edges(graph: Graph) -> Graph:
    """Sum up lags and times of edges that have only a weight, from the events of the graph."""
    if "pairs" in graph.table.columns:
        return graph
    from cib.graphs.compiled.counts import done_together
    from cib.graphs.compiled.windows import window_span

    events, span = graph.events, window_span(graph.construction.window_s)
    code = graph.codes_in(events.account_ids).to_numpy().astype(np.int64)
    source, target = (code[graph.table[end].to_numpy()] for end in ("source", "target"))
    n = len(events.account_ids)
    told = done_together(source * n + target, events.account, events.object, events.time, n, span)
    table = graph.table
    more = _attribute_columns(told.pairs, told._asdict())
    first = table.columns.index("weight") + 1
    return replace(graph, table=pl.DataFrame([*table.get_columns()[:first], *more, *table.get_columns()[first:]]))


def _weight_columns(columns: dict[str, Any]) -> list[pl.Series]:
    """Convert ends and weight of edges to columns, and remove them from `columns`."""
    return [
        pl.Series("source", columns.pop("u").view(np.uint32)),
        pl.Series("target", columns.pop("v").view(np.uint32)),
        pl.Series("weight", columns.pop("weight").astype(np.int64)),
    ]


def _attribute_columns(pairs: NDArray[np.int64], columns: dict[str, Any]) -> list[pl.Series]:
    """Convert the attributes of edges to columns, and remove them from `columns`, because there may be many."""
    moment = pl.Datetime("us", "UTC")
    return [
        pl.Series("pairs", pairs),
        pl.Series("lag", columns.pop("lag") / pairs / 1e6),
        pl.Series("first", columns.pop("first")).cast(moment),
        pl.Series("last", columns.pop("last")).cast(moment),
        pl.Series("led", columns.pop("led") / (2 * pairs)),
    ]


def _pushed_down(
    incidence: EngineIncidence, window_s: float | None, min_weight: int, *, max_pairs: int, over_budget: OverBudget
) -> Graph:
    """Project the events on an engine to their co-action graph; see :func:`project`."""
    if over_budget != "leave out":
        raise SettingsError(
            f"over_budget={over_budget!r} is not for engines",
            remedy="Leave it out, or take the rows over first: activity.collect().",
        )
    window = None if window_s is None else round(window_s * 1e6)
    edges, incidence, strength, left_out = engine_project(incidence, window, min_weight, max_pairs=max_pairs)
    made = construction(window_s, min_weight, max_pairs, over_budget, left_out, [])
    return _coaction_graph(incidence.settle(), edges.get_columns(), strength, made)


def _coaction_graph(
    incidence: Incidence, columns: list[pl.Series], strength: NDArray[np.int64], made: Construction
) -> Graph:
    """Make the graph of the columns of its edges, and warn of objects over budget."""
    _warn_over_budget(made)
    return graph_from_codes(
        "co-action",
        incidence.account_ids,
        pl.DataFrame(columns),
        directed=False,
        incidence=incidence,
        construction=made,
        strength=strength,
    )


def construction(
    window_s: float | None,
    min_weight: int,
    max_pairs: int,
    over_budget: OverBudget,
    left_out: list[dict[str, Any]],
    shortened: list[dict[str, Any]],
) -> Construction:
    """Say how a graph was made."""
    return Construction(
        window_s=window_s,
        left_out=tuple(CrowdedObject(**item) for item in left_out),
        shortened=tuple(CrowdedObject(**item) for item in shortened),
        options={"min_weight": min_weight, "max_pairs": max_pairs, "over_budget": over_budget},
    )


def affordable(
    incidence: Incidence, span: int, max_pairs: int, over_budget: OverBudget
) -> tuple[NDArray[np.int32], NDArray[np.int32], list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the first event within the window of each and one past the last, objects left out, and those shortened."""
    from cib.graphs.compiled.windows import longest_window, window_bounds, window_pairs

    low, high = window_bounds(incidence.starts, incidence.time, span)
    pairs = window_pairs(incidence.starts, high)
    left_out, shortened = [], []
    for k in np.flatnonzero(pairs > max_pairs).tolist():
        item = {"object": incidence.object_ids[k], "accounts": int(incidence.popularity[k]), "pairs": int(pairs[k])}
        own = slice(incidence.starts[k], incidence.starts[k + 1])
        time = incidence.time[own]
        longest = longest_window(time, span, max_pairs) if over_budget == "shorten" else -1
        if longest < 0:
            left_out.append(item)
            low[own] = high[own] = 0  # an empty window, without the event itself
        else:
            shortened.append(item | {"window_s": longest / 1e6})
            low[own], high[own] = (
                bound + own.start for bound in window_bounds(np.array([0, len(time)]), time, longest)
            )
    return low, high, left_out, shortened


def window_seconds(window: Window) -> float | None:
    """Convert a window to seconds; no window, None or ``'any time'``, is None.

    >>> [window_seconds(window) for window in ("60s", "10min", "1h", 90, None)]
    [60.0, 600.0, 3600.0, 90.0, None]
    """
    WINDOW.check("window", window)
    if window is None or (isinstance(window, str) and window == "any time"):
        return None
    if isinstance(window, timedelta):
        window = window.total_seconds()
    if isinstance(window, str) and (match := re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)", window.strip())):
        window = float(match[1]) * _UNITS[match[2]]
    if isinstance(window, bool) or not isinstance(window, Real) or not math.isfinite(window):
        raise SettingsError(
            f"window={window!r} is not a length of time",
            remedy="Write '60s', '10min', '1h', '2d', or None.",
        )
    if window < 0:
        raise SettingsError("a window cannot be negative", got=window)
    return float(window)


def window_name(seconds: float | None) -> str:
    """Return the name of a window, as in the names of graphs and layers.

    >>> window_name(600.0), window_name(None)
    ('600 s', 'any time')
    """
    return "any time" if seconds is None else f"{seconds:g} s"


def _check_precision(activity: Activity | EngineActivity, seconds: float | None) -> None:
    precision = activity.imported.precision
    if seconds is not None and precision and precision > 0.001 and seconds < 2 * precision:
        warn(
            f"the window of {seconds:g} s is below twice the precision of the times ({precision:g} s): "
            "equal stamps may lie further apart, and order within them is unknown",
            PrecisionWarning,
        )


def _warn_over_budget(made: Construction) -> None:
    max_pairs = made.options["max_pairs"]
    for items, name, done in (
        (made.left_out, "left_out", "were left out"),
        (made.shortened, "shortened", "got a shorter window"),
    ):
        if items:
            largest = max(items, key=lambda item: item.pairs or 0)
            warn(
                f"{len(items)} object(s) with more than {max_pairs:,} pairs {done}, the largest with "
                f"{largest.accounts:,} accounts and {largest.pairs:,} pairs; see "
                f"graph.construction.{name}, or raise max_pairs"
            )
