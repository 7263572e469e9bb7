"""Co-retweets weighted by the concentration in time of the post's retweets (IIIA-ML/polio)."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity
from cib.domains import ACTIVITY, COUNT, LIMIT, WINDOW, takes
from cib.errors import SettingsError
from cib.graphs.coaction import Window, window_seconds
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.graphs.objects import object_events
from cib.presets.pairs import check_pairs, pair_blocks
from cib.presets.results import preset_graph

__all__ = ["polio"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Periods begin at this hour, as in the authors' code.
_DAWN_S = 5 * 3600
#: Weights are summed as integer multiples of 1 / `_PARTS`, so that the order of summation does not matter.
_PARTS = 1e12


@takes(activity=ACTIVITY, min_posts=COUNT, max_accounts=LIMIT, window=WINDOW, period=WINDOW)
def polio(
    activity: Activity,
    window: Window = "60s",
    period: Window = "12h",
    min_posts: int = 1,
    *,
    max_accounts: int | None = None,
) -> Graph:
    """Build the co-retweet graph with posts weighted by the concentration in time of their retweets.

    Parameters
    ----------
    activity : Activity
    window : str, float, timedelta or None
        Largest lag between two retweets, inclusive.
    period : str, float, timedelta
        Length of a period; one period begins at 05:00 UTC.
    min_posts : int
        Pairs with fewer posts are left out.
    max_accounts : int, optional
        Posts that more accounts retweeted are left out. None, as published, keeps all.

    Returns
    -------
    Graph
        Undirected. ``weight`` is the sum, over the posts that both retweeted within the window, of the share
        of all retweets of the post in that period (the mean of the two shares, if the two retweets are
        in different periods); ``posts`` is their number. The authors rank an account by its largest weight, and
        compare with ``posts``, the unweighted count.

    Raises
    ------
    SettingsError
        If the period has no length, or there are too many pairs within the window.

    Notes
    -----
    After the code of IIIA-ML/polio (2026). A post retweeted within one period only has weight 1, however popular.

    Not repeated: the evening period, from 17:00 to 05:00, was split at midnight, and its second half was
    counted with the following evening.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> graph = cib.presets.polio(activity, min_posts=2)
    >>> bool((graph.table["weight"] <= graph.table["posts"]).all())
    True
    """
    seconds, length = window_seconds(window), window_seconds(period)
    if not length:
        raise SettingsError("period must have a length", got=period, remedy="Write period='12h', say.")
    incidence = Incidence.from_events(activity, object_events(activity, "post", self_actions=True))
    incidence = incidence.shared_by_at_most(max_accounts)
    check_pairs(incidence, seconds)
    number = (incidence.time - round(_DAWN_S * 1e6)) // round(length * 1e6)
    shares = _shares(incidence, number)
    edges = pl.concat([_edges(incidence, number, shares, *pairs) for pairs in pair_blocks(incidence, seconds)])
    return preset_graph(
        "polio",
        f"{length:g} s",
        activity,
        edges.filter(pl.col("posts") >= min_posts),
        incidence,
        "post",
        seconds,
        period_s=length,
        min_posts=min_posts,
        max_accounts=max_accounts,
    )


def _shares(incidence: Incidence, number: Ints) -> Floats:
    """Compute for each event the share of all retweets of its post in the same period."""
    events = pl.DataFrame({"object": incidence.object, "number": number})
    share = pl.len().over("object", "number") / pl.len().over("object")
    return events.select(share).to_series().to_numpy()


def _edges(incidence: Incidence, number: Ints, shares: Floats, own: Ints, other: Ints) -> pl.DataFrame:
    once = incidence.account[own] < incidence.account[other]
    own, other = own[once], other[once]
    pairs = pl.DataFrame(
        {
            "source": incidence.account[own].astype(np.uint32),
            "target": incidence.account[other].astype(np.uint32),
            "object": incidence.object[own],
            "early": np.minimum(number[own], number[other]),
            "late": np.maximum(number[own], number[other]),
            "parts": np.round((shares[own] + shares[other]) / 2 * _PARTS).astype(np.int64),
        }
    )
    posts = pairs.unique(["source", "target", "object", "early", "late"])
    return posts.group_by("source", "target").agg(
        weight=pl.col("parts").sum() / _PARTS, posts=pl.col("object").n_unique().cast(pl.Int64)
    )
