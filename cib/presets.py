"""The published methods by name, with their own defaults and their own counting.

A preset computes what its paper or package computes, so that earlier results can be reproduced and
compared. Defects that were published are not repeated; each docstring says which.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity
from cib.errors import SettingsError
from cib.graphs.coaction import Window, window_seconds
from cib.graphs.graph import Graph, graph_from_codes
from cib.graphs.incidence import Incidence
from cib.graphs.objects import Objects, object_events

__all__ = ["coortweet"]


def coortweet(
    activity: Activity,
    window: Window = "10s",
    min_participation: int = 2,
    *,
    edge_weight: float = 0.5,
    remove_loops: bool = True,
    objects: Objects = "post",
) -> Graph:
    """``detect_groups`` and ``generate_coordinated_network`` of the R package CooRTweet.

    Parameters
    ----------
    activity : Activity
    window : str, float, timedelta
        Largest difference between two shares of an object, inclusive.
    min_participation : int
        Accounts with fewer rows are left out at first; of the pairs found, those stay in which at least
        one account has so many posts in pairs (an account below it may remain as a partner).
    edge_weight : float
        Quantile of the weights, in [0, 1]; edges strictly above it have ``above_threshold`` true.
    remove_loops : bool
        Leave out pairs of one account with itself, of one post with itself, and of a post that is the
        shared object.
    objects : str or callable
        What is shared; see :func:`cib.graphs.objects.object_events`.

    Returns
    -------
    Graph
        Undirected. ``weight`` counts pairs of posts, not objects; ``lag`` is their mean difference in
        seconds; ``n_source`` and ``n_target`` count distinct posts of either side; ``symmetry`` is the
        smaller of the two over the larger; ``above_threshold`` as said.

    Notes
    -----
    After CooRTweet 2.1 (Righetti & Balluff). Not repeated: its symmetry score mixes the post ids of both
    accounts; memory there grows with the square of an object's shares, here with the pairs within the
    window.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> graph = cib.presets.coortweet(activity, window="60s")
    >>> {"weight", "lag", "symmetry", "above_threshold"} <= set(graph.table.columns)
    True
    """
    seconds = window_seconds(window)
    if not 0 <= edge_weight <= 1:
        raise SettingsError("edge_weight is a quantile and must lie between 0 and 1", got=edge_weight)
    events = object_events(activity, objects, self_actions=True)
    incidence = _participants(activity, events, min_participation)
    pairs = _pairs(incidence, seconds)
    if remove_loops:
        pairs = pairs.filter(
            pl.col("account") != pl.col("account_y"),
            pl.col("post") != pl.col("post_y"),
            pl.col("object") != pl.col("post"),
            pl.col("object") != pl.col("post_y"),
        )
    pairs = _with_participation(incidence, pairs, min_participation)
    swap = pl.col("account") > pl.col("account_y")
    sides = {"source": ("account", "account_y"), "target": ("account_y", "account")}
    ordered = pairs.select(
        "lag",
        *(pl.when(swap).then(other).otherwise(own).alias(side) for side, (own, other) in sides.items()),
        post_source=pl.when(swap).then("post_y").otherwise("post"),
        post_target=pl.when(swap).then("post").otherwise("post_y"),
    )
    table = ordered.group_by("source", "target").agg(
        weight=pl.len().cast(pl.Int64),
        lag=pl.col("lag").mean(),
        n_source=pl.col("post_source").n_unique(),
        n_target=pl.col("post_target").n_unique(),
    )
    smaller, larger = pl.min_horizontal("n_source", "n_target"), pl.max_horizontal("n_source", "n_target")
    threshold = table["weight"].quantile(edge_weight, interpolation="linear") if table.height else 0.0
    table = table.with_columns(symmetry=smaller / larger, above_threshold=pl.col("weight") > threshold)
    return graph_from_codes(
        f"coortweet {seconds} s",
        incidence.account_ids,
        table,
        directed=False,
        library=activity.library,
        incidence=incidence,
        parameters={
            "preset": "coortweet",
            "window_s": seconds,
            "min_participation": min_participation,
            "edge_weight": edge_weight,
            "threshold": threshold,
            "remove_loops": remove_loops,
            "pairs": pairs.height,
        },
    )


def _participants(activity: Activity, events: pl.DataFrame, min_participation: int) -> Incidence:
    """The events of accounts with enough rows."""
    incidence = Incidence.from_events(activity, events)
    rows = np.bincount(incidence.account, minlength=len(incidence.account_ids))
    return incidence.keep_events(rows[incidence.account] >= min_participation)


def _pairs(incidence: Incidence, seconds: float | None) -> pl.DataFrame:
    """Every pair of events on an object within the window, as a table; earlier event first."""
    from cib.graphs.windows import ALWAYS, window_bounds

    span = ALWAYS if seconds is None else round(seconds * 1e6)
    _, high = window_bounds(incidence.starts, incidence.time, span)
    later = high - np.arange(1, len(high) + 1)
    first = np.repeat(np.arange(len(high)), later)
    second: NDArray[np.int64] = np.arange(later.sum()) - np.repeat(np.cumsum(later) - later, later) + first + 1
    return pl.DataFrame(
        {
            "object": incidence.object_ids.gather(incidence.object[first]),
            "account": incidence.account[first],
            "account_y": incidence.account[second],
            "post": incidence.post_ids.gather(incidence.row[first]),
            "post_y": incidence.post_ids.gather(incidence.row[second]),
            "lag": (incidence.time[second] - incidence.time[first]) / 1e6,
        }
    )


def _with_participation(incidence: Incidence, pairs: pl.DataFrame, min_participation: int) -> pl.DataFrame:
    """Keep a pair if either post belongs to an account with enough posts that occur in pairs."""
    in_pairs = pl.concat([pairs["post"], pairs["post_y"]]).unique().implode()
    rows = pl.DataFrame({"account": incidence.account, "post": incidence.post_ids.gather(incidence.row)})
    rows = rows.filter(pl.col("post").is_in(in_pairs))
    enough = rows.filter(pl.len().over("account") >= min_participation)["post"].unique().implode()
    return pairs.filter(pl.col("post").is_in(enough) | pl.col("post_y").is_in(enough))
