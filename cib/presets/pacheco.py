"""Coordination networks from shared traces (Pacheco et al. 2021)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from cib.activity import TIME, Activity
from cib.domains import ACTIVITY, COUNT, LIMIT, SHARE, TEXT, WINDOW, takes
from cib.errors import SettingsError
from cib.graphs.coaction import Window, window_seconds
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.graphs.objects import object_events
from cib.presets.cosine import cosine_edges
from cib.presets.inputs import check_choice, check_quantile, tagged
from cib.presets.pairs import common_objects, weight_quantile
from cib.presets.results import preset_graph

__all__ = ["PACHECO_TRACES", "pacheco2021"]

#: Values of ``trace=``, with the least support of an account.
PACHECO_TRACES = {"co_retweet": 11, "synchronous": 9, "hashtag_sequence": 5}


@takes(
    activity=ACTIVITY,
    trace=TEXT,
    min_support=LIMIT,
    min_accounts=COUNT,
    quantile=SHARE,
    max_accounts=LIMIT,
    bins=WINDOW,
)
def pacheco2021(
    activity: Activity,
    trace: str = "co_retweet",
    *,
    min_support: int | None = None,
    min_accounts: int = 3,
    quantile: float = 0.995,
    bins: Window = "30min",
    max_accounts: int | None = None,
) -> Graph:
    """Build the network of accounts with the most similar traces of one kind.

    Parameters
    ----------
    activity : Activity
    trace : {'co_retweet', 'synchronous', 'hashtag_sequence'}
        Retweeted posts; times of any posts, in bins; the sequence of all hashtags of a day (UTC).
    min_support : int, optional
        Accounts with fewer posts of the trace are left out. Default: more than 10 retweets, more than 8
        posts, as in the authors' code (their text says at least 10 and 8). For hashtag sequences, per
        day: at least 5 posts, 5 posts with hashtags, and 5 distinct hashtags.
    min_accounts : int
        Retweeted posts and bins of fewer accounts are left out (min_df); all are kept if none would be left.
    quantile : float
        Quantile of the cosines above 0; edges below it are left out. Not used for hashtag sequences.
    bins : str, float, timedelta
        Length of a bin of ``'synchronous'``.
    max_accounts : int, optional
        Retweeted posts, bins and sequences of more accounts are left out. None, as published, keeps all.

    Returns
    -------
    Graph
        Undirected. ``weight`` is the cosine of the TF-IDF rows (1 + ln of the count), ``support`` the
        smaller number of posts of the two. For hashtag sequences ``weight`` is the number of days on
        which both had the same.

    Raises
    ------
    SettingsError
        If there is no such trace, an argument is out of range, or there are too many pairs to hold; set
        `max_accounts`.
    InputError
        If the trace needs hashtags and the posts have none.

    Notes
    -----
    After Pacheco, Hui, Torres-Lugo, Truong, Flammini & Menczer (2021), Uncovering Coordinated Networks on
    Social Media, ICWSM, and the authors' notebooks. Retweets of one's own posts are left out, as the text
    says. Their other traces are not included: shared handles need the history of names, which an activity
    does not have, and images need the image files.

    Not repeated: only 100 neighbours per row were kept, which loses edges of dense groups (here all pairs
    are compared, and held until the quantile is computed); hashtags were joined without a separator,
    so that ``ab, c`` equals ``a, bc``; bins were counted from the first record of a file, so that the two
    bins around it were merged (here from the earliest post).

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> graph = cib.presets.pacheco2021(activity, quantile=0.9)
    >>> graph.directed, graph.construction.options["trace"]
    (False, 'co_retweet')
    """
    check_choice("trace", trace, PACHECO_TRACES)
    check_quantile("quantile", quantile)
    support = PACHECO_TRACES[trace] if min_support is None else min_support
    incidence = _EVENTS[trace](activity, support, bins)
    incidence = incidence.shared_by_at_most(max_accounts)
    options: dict[str, Any] = {"trace": trace, "min_support": support, "max_accounts": max_accounts}
    if trace == "hashtag_sequence":
        table = common_objects(incidence, incidence.object.astype(np.int64)).select("source", "target", "weight")
    else:
        table, threshold = _most_similar(incidence, min_accounts, quantile)
        options |= {"min_accounts": min_accounts, "quantile": quantile, "threshold": threshold}
    if trace == "synchronous":
        options["bins_s"] = window_seconds(bins)
    return preset_graph("pacheco2021", trace, activity, table, incidence, **options)


def _most_similar(incidence: Incidence, min_accounts: int, quantile: float) -> tuple[pl.DataFrame, float]:
    several = incidence.keep_events(incidence.degree[incidence.account] > 1)
    edges = cosine_edges(several, sublinear=True, min_accounts=min_accounts)
    threshold = weight_quantile(edges, quantile)
    top = edges.filter(pl.col("weight") >= threshold)
    smaller = np.minimum(*(incidence.acts[top[end].to_numpy()] for end in ("source", "target")))
    return top.with_columns(support=pl.Series(smaller, dtype=pl.Int64)), threshold


def _supported(activity: Activity, events: pl.DataFrame, support: int) -> Incidence:
    incidence = Incidence.from_events(activity, events)
    return incidence.keep_events(incidence.acts[incidence.account] >= support)


def _retweets(activity: Activity, support: int, _: Window) -> Incidence:
    return _supported(activity, object_events(activity, "post"), support)


def _binned(activity: Activity, support: int, bins: Window) -> Incidence:
    seconds = window_seconds(bins)
    if not seconds:
        raise SettingsError("bins must have a length", got=bins, remedy="Write bins='30min', say.")
    time = pl.col("created_at").to_physical()
    begin = (time - time.min()) // round(seconds * 1e6) * round(seconds * 1e6) + time.min()
    events = activity.posts_table.lazy().with_row_index("row").select("row", object=begin.cast(TIME).cast(pl.String))
    return _supported(activity, events.collect(), support)


def _daily_sequences(activity: Activity, support: int, _: Window) -> Incidence:
    posts = tagged(activity, retweets=True).with_columns(day=pl.col("created_at").dt.date())
    days = posts.group_by("account_id", "day", maintain_order=True)
    each = pl.col("tags").explode()
    sequences = days.agg(
        pl.col("row").min(),
        posts=pl.len(),
        tagged=(pl.col("tags").list.len() > 0).sum(),
        different=each.drop_nulls().n_unique(),
        sequence=each.drop_nulls().str.join(" #"),
    ).filter(pl.min_horizontal("posts", "tagged", "different") >= support)
    return Incidence.from_events(
        activity, sequences.select("row", object=pl.format("{} #{}", "day", "sequence")).collect()
    )


_EVENTS: dict[str, Callable[[Activity, int, Window], Incidence]] = {
    "co_retweet": _retweets,
    "synchronous": _binned,
    "hashtag_sequence": _daily_sequences,
}
