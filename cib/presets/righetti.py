"""CooRTweet: pairs of posts on one object within a window (Righetti & Balluff)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity
from cib.domains import ACTIVITY, COUNT, FLAG, OBJECTS, SHARE, WINDOW, takes
from cib.errors import SettingsError
from cib.graphs.coaction import Window, window_name, window_seconds
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.graphs.objects import Objects, kind_of, object_events
from cib.presets.inputs import check_quantile
from cib.presets.pairs import pair_blocks, post_codes, weight_quantile
from cib.presets.results import preset_graph

__all__ = ["coortweet"]


@takes(
    activity=ACTIVITY,
    min_participation=COUNT,
    edge_weight=SHARE,
    remove_loops=FLAG,
    objects=OBJECTS,
    window=WINDOW,
    fast_window=WINDOW,
)
def coortweet(
    activity: Activity,
    window: Window = "10s",
    min_participation: int = 2,
    *,
    edge_weight: float = 0.5,
    remove_loops: bool = True,
    objects: Objects = "post",
    fast_window: Window = None,
) -> Graph:
    """Build the network of ``detect_groups`` and ``generate_coordinated_network`` of the R package CooRTweet.

    Parameters
    ----------
    activity : Activity
    window : str, float, timedelta
        Largest lag between two shares of an object, inclusive.
    min_participation : int
        Accounts with fewer rows are left out first; then pairs are kept in which at least one account has this
        number of posts in pairs or more (an account with fewer may remain as a partner).
    edge_weight : float
        Quantile of the weights, in [0, 1]; edges strictly above it have ``above_threshold`` true.
    remove_loops : bool
        Leave out pairs of one account with itself, of one post with itself, and of a post that is the
        shared object.
    objects : str or callable
        What is shared; see :func:`cib.graphs.objects.object_events`.
    fast_window : str, float, timedelta, optional
        A second, shorter window (``flag_speed_share`` and ``fast_net=TRUE``): all attributes of each edge are
        added with the suffix ``_fast`` for its pairs within that window, null without any.

    Returns
    -------
    Graph
        Undirected. ``weight`` is the number of pairs of posts, not of objects; ``lag`` their mean lag in
        seconds; ``n_source`` and ``n_target`` the numbers of distinct posts of the two accounts; ``symmetry`` the
        smaller of the two over the larger; for ``above_threshold`` see `edge_weight`. ``symmetry_published`` is
        ``edge_symmetry_score`` of the package, for comparison with its results.

    Raises
    ------
    SettingsError
        If `edge_weight` is not a quantile, or the fast window is longer than the window.

    Notes
    -----
    After CooRTweet 2.1 (Righetti & Balluff 2025, Computational Communication Research); its published and
    computed numbers are reproduced in ``tests/presets/test_righetti.py``.

    Not repeated: its symmetry score compares older with newer posts instead of the posts of the two accounts
    (five posts against one on an object: 0.75 there, 0.2 here). Its memory grows with the
    square of an object's shares; here pairs within the window are made twice, a block of accounts at a
    time, and only edges are kept. The order of pairs with equal times is not defined there, so a few values
    of ``symmetry_published`` may differ.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> graph = cib.presets.coortweet(activity, window="60s", fast_window="10s")
    >>> {"weight", "lag", "symmetry", "above_threshold", "weight_fast"} <= set(graph.table.columns)
    True
    """
    check_quantile("edge_weight", edge_weight)
    seconds, fast = window_seconds(window), window_seconds(fast_window)
    if fast is not None and seconds is not None and fast > seconds:
        raise SettingsError("fast_window must not be longer than window", got=f"{fast:g} s and {seconds:g} s")
    shares = _Shares.of(activity, objects, min_participation, remove_loops)
    table, threshold = _with_threshold(shares.edges(seconds), edge_weight)
    options: dict[str, Any] = {
        "min_participation": min_participation,
        "edge_weight": edge_weight,
        "threshold": threshold,
        "remove_loops": remove_loops,
        "pairs": table["weight"].sum(),
    }
    if fast is not None:
        quick, fast_threshold = _with_threshold(shares.edges(fast), edge_weight)
        table = table.join(quick, on=["source", "target"], how="left", suffix="_fast")
        options |= {
            "fast_window_s": fast,
            "threshold_fast": fast_threshold,
            "pairs_fast": quick["weight"].sum(),
        }
    name, incidence = window_name(seconds), shares.incidence
    return preset_graph("coortweet", name, activity, table, incidence, kind_of(objects), seconds, **options)


def _with_threshold(edges: pl.DataFrame, quantile: float) -> tuple[pl.DataFrame, float]:
    threshold = weight_quantile(edges, quantile)
    return edges.with_columns(above_threshold=pl.col("weight") > threshold), threshold


@dataclass(frozen=True, eq=False)
class _Shares:
    """Shares of accounts with enough of them, and the rules by which their pairs count."""

    incidence: Incidence
    posts: NDArray[np.int64]
    min_participation: int
    remove_loops: bool

    @classmethod
    def of(cls, activity: Activity, objects: Objects, min_participation: int, remove_loops: bool) -> _Shares:
        incidence = Incidence.from_events(activity, object_events(activity, objects, self_actions=True))
        incidence = incidence.keep_events(incidence.acts[incidence.account] >= min_participation)
        return cls(incidence, post_codes(incidence), min_participation, remove_loops)

    def edges(self, seconds: float | None) -> pl.DataFrame:
        """Aggregate the pairs of posts to edges between accounts."""
        counted = self._participating(seconds)
        blocks = []
        for own, other in self._pairs(seconds):
            kept = counted[own] | counted[other]
            blocks.append(self._edges_of(own[kept], other[kept]))
        return pl.concat(blocks)

    def _pairs(self, seconds: float | None) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Yield each pair once, the event of the account with the smaller id first."""
        account = self.incidence.account
        itself = self._posts_that_are_the_object() if self.remove_loops else None
        for own, other in pair_blocks(self.incidence, seconds):
            if itself is None:
                once = (account[own] < account[other]) | ((account[own] == account[other]) & (own < other))
            else:
                once = (account[own] < account[other]) & (self.posts[own] != self.posts[other])
                once &= ~(itself[own] | itself[other])
            yield own[once], other[once]

    def _posts_that_are_the_object(self) -> NDArray[np.bool_]:
        incidence = self.incidence
        objects = incidence.object_ids.gather(incidence.object)
        return (objects == incidence.post_ids.gather(incidence.row)).to_numpy()

    def _participating(self, seconds: float | None) -> NDArray[np.bool_]:
        """Return a mask of the shares of posts whose account has enough rows of posts in pairs."""
        paired = np.zeros(self.posts.max(initial=0) + 1, dtype=bool)
        for own, other in self._pairs(seconds):
            paired[self.posts[own]] = paired[self.posts[other]] = True
        rows = paired[self.posts]
        enough = np.bincount(self.incidence.account[rows], minlength=len(self.incidence.account_ids))
        posts = np.zeros_like(paired)
        posts[self.posts[rows & (enough >= self.min_participation)[self.incidence.account]]] = True
        return posts[self.posts]

    def _edges_of(self, own: NDArray[np.int64], other: NDArray[np.int64]) -> pl.DataFrame:
        time = self.incidence.time
        pairs = pl.DataFrame(
            {
                "source": self.incidence.account[own].astype(np.uint32),
                "target": self.incidence.account[other].astype(np.uint32),
                "lag": np.abs(time[own] - time[other]),
                "post_source": self.posts[own],
                "post_target": self.posts[other],
                "older": self.posts[np.minimum(own, other)],
                "newer": self.posts[np.maximum(own, other)],
            }
        )
        edges = pairs.group_by("source", "target").agg(
            weight=pl.len().cast(pl.Int64),
            lag=pl.col("lag").sum() / pl.len() / 1e6,
            n_source=pl.col("post_source").n_unique().cast(pl.Int64),
            n_target=pl.col("post_target").n_unique().cast(pl.Int64),
            symmetry_published=_balance(pl.col("older").n_unique(), pl.col("newer").n_unique()),
        )
        return edges.with_columns(symmetry=_balance(pl.col("n_source"), pl.col("n_target")))


def _balance(one: pl.Expr, two: pl.Expr) -> pl.Expr:
    return pl.min_horizontal(one, two) / pl.max_horizontal(one, two)
