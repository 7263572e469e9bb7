"""Multiscale backbone of the similarity network of superspreaders (Nizzoli et al. 2021)."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from cib.activity import Activity
from cib.domains import ACTIVITY, LIMIT, SHARE, takes
from cib.errors import SettingsError
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.graphs.objects import object_events
from cib.presets.cosine import cosine_edges
from cib.presets.inputs import check_quantile
from cib.presets.results import preset_graph

__all__ = ["nizzoli2021"]


@takes(activity=ACTIVITY, top=SHARE, alpha=SHARE, max_accounts=LIMIT)
def nizzoli2021(
    activity: Activity, top: float = 0.01, alpha: float = 0.15, *, max_accounts: int | None = None
) -> Graph:
    """Build the similarity network of the most active retweeters and keep its multiscale backbone.

    Parameters
    ----------
    activity : Activity
    top : float
        Share of the retweeting accounts that are included, those with most retweets; ties are all included.
    alpha : float
        Edges with a disparity of `alpha` or more are left out; 1 keeps all edges with a disparity below 1.
    max_accounts : int, optional
        Posts that more accounts retweeted are left out. None, as published, keeps all.

    Returns
    -------
    Graph
        Undirected. ``weight`` is the cosine of TF-IDF rows of retweeted posts; ``alpha`` the disparity
        ``(1 - w / s) ** (k - 1)``, with s the sum and k the number of an account's weights, the smaller of the two
        ends; ``coordination`` the share of the kept edges of at most its weight, in (0, 1]: an account
        stays connected up to its largest value.

    Raises
    ------
    SettingsError
        If an argument is out of range, or there are too many pairs to hold; set `max_accounts`.

    Notes
    -----
    After Nizzoli, Tardelli, Avvenuti, Cresci & Tesconi (2021), Coordinated Behavior on Social Media in 2019 UK
    General Election, ICWSM, with the disparity filter of Serrano, Boguna & Vespignani (2009). Inverse document
    frequency is ``log(n / k)``. The paper then tracks communities over increasing thresholds; here only the
    threshold up to which an edge is kept is returned.

    Not repeated: the disparity of an edge was that of the end that was processed last.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> cib.presets.nizzoli2021(activity, top=0.1).table.columns
    ['source', 'target', 'weight', 'alpha', 'coordination']
    """
    check_quantile("top", top)
    if not 0 < alpha <= 1:
        raise SettingsError("alpha must lie above 0 and be at most 1", got=alpha, remedy="Take 0.15, say.")
    incidence = Incidence.from_events(activity, object_events(activity, "post"))
    acts = incidence.acts
    ranked = np.sort(acts[acts > 0])[::-1]
    if len(ranked):
        least = ranked[max(math.ceil(top * len(ranked)), 1) - 1]
        incidence = incidence.keep_events(acts[incidence.account] >= least)
    incidence = incidence.shared_by_at_most(max_accounts)
    edges = _with_disparity(cosine_edges(incidence, smooth=False)).filter(pl.col("alpha") < alpha)
    kept = edges.with_columns(coordination=pl.col("weight").rank("max") / pl.len())
    return preset_graph("nizzoli2021", "", activity, kept, incidence, top=top, alpha=alpha, max_accounts=max_accounts)


def _with_disparity(edges: pl.DataFrame) -> pl.DataFrame:
    source, target, weight = (edges[name].to_numpy() for name in ("source", "target", "weight"))
    ends = np.concatenate([source, target])
    total, degree = np.bincount(ends, np.tile(weight, 2)), np.bincount(ends)
    # rounding may make a weight larger than its own sum
    both = [np.maximum(1 - weight / total[end], 0.0) ** (degree[end] - 1) for end in (source, target)]
    return edges.with_columns(alpha=pl.Series(np.minimum(*both), dtype=pl.Float64))
