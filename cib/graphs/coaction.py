"""Co-action: who did the same thing as whom within a window.

Two accounts co-act on an object when both acted on it at most ``window`` apart, inclusive. The weight
of an edge is the number of distinct objects. The definition is exact; what cannot be afforded is left
out by name: the pairs of every object are counted before any is looked at, and an object over the
budget is listed in ``graph.parameters['left_out']`` and warned of, never dropped in silence.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from cib.activity import Activity
from cib.engine import EngineActivity
from cib.errors import CibWarning, PrecisionWarning, SettingsError
from cib.graphs.graph import Graph, graph_from_codes
from cib.graphs.incidence import Incidence
from cib.graphs.objects import Objects, kind_of, object_events
from cib.graphs.relational import engine_coactions

__all__ = ["MAX_PAIRS", "Window", "coaction_graph", "project", "window_seconds"]

#: ``'60s'``, ``'10min'``, ``'1h'``, ``'2d'``, seconds, a timedelta, or None for no window.
Window = str | float | timedelta | None

#: Pairs of events that one object may have. About 3,160 accounts on one object without a window.
MAX_PAIRS = 5_000_000

_UNITS = {"ms": 0.001, "s": 1, "min": 60, "m": 60, "h": 3600, "d": 86400}


def coaction_graph(
    activity: Activity | EngineActivity,
    objects: Objects = "post",
    window: Window = "60s",
    min_weight: int = 2,
    *,
    max_pairs: int = MAX_PAIRS,
    max_accounts: int | None = None,
    self_actions: bool = False,
    threads: int | None = None,
) -> Graph:
    """Accounts that acted on the same objects at about the same time.

    Parameters
    ----------
    activity : Activity or EngineActivity
        On an engine the same is computed there, as a query; see :mod:`cib.graphs.relational`.
    objects : str or callable
        What is shared; see :func:`cib.graphs.objects.object_events`.
    window : str, float, timedelta or None
        The largest lag between the two, inclusive; None: any.
    min_weight : int
        Edges with fewer shared objects are left out.
    max_pairs : int
        An object with more pairs of events within the window is left out and named.
    max_accounts : int, optional
        An object that more accounts acted on is left out: what everybody shares links nobody.
    self_actions : bool
        Whether retweets of one's own posts count.
    threads : int, optional
        Default: all cores. The result does not depend on it.

    Returns
    -------
    Graph
        Undirected. Edges have ``weight`` (distinct shared objects), ``pairs`` (pairs of posts), ``lag``
        (mean over pairs, seconds), ``first`` and ``last`` (UTC), and ``led`` (share of the pairs in
        which ``source`` acted strictly first). ``.incidence`` holds the events behind them.

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
    seconds = window_seconds(window)
    if min_weight < 1:
        raise SettingsError("min_weight must be at least 1", got=min_weight)
    _check_precision(activity, seconds)
    if isinstance(activity, EngineActivity):
        span = None if seconds is None else round(seconds * 1e6)
        edges, events, strength, left_out = engine_coactions(
            activity,
            objects,
            span,
            min_weight,
            max_pairs=max_pairs,
            max_accounts=max_accounts,
            self_actions=self_actions,
        )
        graph = graph_from_codes(
            "co-action", events.account_ids, edges, directed=False, incidence=events, strength=strength
        )
    else:
        incidence = Incidence.from_events(activity, object_events(activity, objects, self_actions=self_actions))
        incidence, left_out = _within_budget(incidence, seconds, max_pairs, max_accounts)
        graph = project(incidence, seconds, min_weight, threads=threads)
    if left_out:
        _warn_left_out(left_out, max_pairs)
    kind = kind_of(objects)
    parameters: dict[str, Any] = {
        "objects": kind,
        "window_s": seconds,
        "min_weight": min_weight,
        "max_pairs": max_pairs,
        "max_accounts": max_accounts,
        "left_out": left_out,
    }
    name = f"co-action {kind} {'any time' if seconds is None else f'{seconds:g} s'}"
    return replace(graph, name=name, library=activity.library, parameters=parameters)


def _within_budget(
    incidence: Incidence, seconds: float | None, max_pairs: int, max_accounts: int | None
) -> tuple[Incidence, list[dict[str, Any]]]:
    """The events on objects that can be afforded, and the objects with too many pairs."""
    # numba takes half a second to import; a reader of the report need not wait for it
    from cib.graphs.windows import window_bounds, window_pairs

    if max_accounts is not None:
        incidence = incidence.keep_objects(incidence.popularity <= max_accounts)
    _, high = window_bounds(incidence.starts, incidence.time, _span(seconds))
    over = np.flatnonzero(window_pairs(incidence.starts, high) > max_pairs)
    left_out = [
        {"object": incidence.object_ids[int(k)], "accounts": int(incidence.popularity[k])} for k in over.tolist()
    ]
    if left_out:
        incidence = incidence.keep_objects(~np.isin(np.arange(len(incidence.object_ids)), over))
    return incidence, left_out


def project(incidence: Incidence, window_s: float | None, min_weight: int = 1, *, threads: int | None = None) -> Graph:
    """The co-action graph of an incidence as it is; see :func:`coaction_graph` for its edges."""
    # numba takes half a second to import; a reader of the report need not wait for it
    from cib.graphs.windows import coactions, window_bounds

    low, high = window_bounds(incidence.starts, incidence.time, _span(window_s))
    edges, strength = coactions(
        incidence.account,
        incidence.object,
        incidence.time,
        low,
        high,
        len(incidence.account_ids),
        min_weight=min_weight,
        threads=threads,
    )
    table = pl.DataFrame(
        {
            "source": edges.u.astype(np.uint32),
            "target": edges.v.astype(np.uint32),
            "weight": edges.weight,
            "pairs": edges.pairs,
            "lag": edges.lag / np.maximum(edges.pairs, 1) / 1e6,
            "first": pl.Series(edges.first).cast(pl.Datetime("us", "UTC")),
            "last": pl.Series(edges.last).cast(pl.Datetime("us", "UTC")),
            "led": edges.led / np.maximum(edges.pairs, 1),
        }
    )
    return graph_from_codes(
        "co-action",
        incidence.account_ids,
        table,
        directed=False,
        incidence=incidence,
        parameters={"window_s": window_s, "min_weight": min_weight},
        strength=strength,
    )


def window_seconds(window: Window) -> float | None:
    """A window in seconds, or None for no window.

    >>> [window_seconds(window) for window in ("60s", "10min", "1h", 90, None)]
    [60.0, 600.0, 3600.0, 90.0, None]
    """
    if window is None:
        return None
    if isinstance(window, timedelta):
        window = window.total_seconds()
    if isinstance(window, str):
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)", window.strip())
        if not match:
            raise SettingsError(
                f"window={window!r} is not a length of time",
                remedy="Write '60s', '10min', '1h', '2d', or None.",
            )
        window = float(match[1]) * _UNITS[match[2]]
    if window < 0:
        raise SettingsError("a window cannot be negative", got=window)
    return float(window)


def _span(seconds: float | None) -> int:
    """A window in microseconds."""
    from cib.graphs.windows import ALWAYS

    return ALWAYS if seconds is None else round(seconds * 1e6)


def _check_precision(activity: Activity | EngineActivity, seconds: float | None) -> None:
    precision = activity.imported.precision
    if seconds is not None and precision and precision > 0.001 and seconds < 2 * precision:
        warnings.warn(
            f"the window of {seconds:g} s is below twice the precision of the times ({precision:g} s): "
            "equal stamps may lie further apart, and order within them is unknown",
            PrecisionWarning,
            stacklevel=3,
        )


def _warn_left_out(left_out: list[dict[str, Any]], max_pairs: int) -> None:
    largest = max(left_out, key=lambda item: int(item["accounts"]))
    warnings.warn(
        # no object by its name: notes stand in reports that show no ids
        f"{len(left_out)} object(s) with more than {max_pairs:,} pairs were left out, the largest "
        f"with {largest['accounts']:,} accounts; see graph.parameters['left_out'], or raise max_pairs",
        CibWarning,
        stacklevel=3,
    )
