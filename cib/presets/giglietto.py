"""CooRnet: links shared within an interval estimated from the data (Giglietto, Righetti, Rossi & Marino)."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity
from cib.domains import ACTIVITY, FLAG, LIMIT, OBJECTS, SHARE, WINDOW, takes
from cib.errors import InputError, SettingsError
from cib.graphs.coaction import Window, window_seconds
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence, distinct_values
from cib.graphs.objects import Objects, kind_of, object_events
from cib.presets.inputs import check_quantile
from cib.presets.pairs import common_objects, weight_quantile
from cib.presets.results import preset_graph

__all__ = ["coornet", "estimate_coord_interval"]

Ints = NDArray[np.int64]


@takes(
    activity=ACTIVITY,
    q=SHARE,
    p=SHARE,
    edge_quantile=SHARE,
    objects=OBJECTS,
    across_bins=FLAG,
    max_accounts=LIMIT,
    interval=WINDOW,
)
def coornet(
    activity: Activity,
    interval: Window = "estimate",
    *,
    q: float = 0.1,
    p: float = 0.5,
    edge_quantile: float = 0.9,
    objects: Objects = "url",
    across_bins: bool = False,
    max_accounts: int | None = None,
) -> Graph:
    """Build the network of ``get_coord_shares`` of the R package CooRnet.

    Parameters
    ----------
    activity : Activity
    interval : str, float, timedelta
        Length of a bin; ``'estimate'`` uses :func:`estimate_coord_interval`.
    q, p : float
        Arguments of :func:`estimate_coord_interval`.
    edge_quantile : float
        Quantile of the weights; edges below it are left out (``percentile_edge_weight``).
    objects : str or callable
        What is shared; see :func:`cib.graphs.objects.object_events`.
    across_bins : bool
        Also link accounts through different bins of an object, as the package does.
    max_accounts : int, optional
        Objects that more accounts shared are left out. None, as published, keeps all.

    Returns
    -------
    Graph
        Undirected. The shares of an object are divided into consecutive bins from its first share on; those
        of a bin with two or more accounts are coordinated. ``weight`` is the number of objects that both
        accounts shared in one bin, ``pairs`` the number of pairs of posts, ``lag`` their mean lag in
        seconds. ``.incidence`` holds the coordinated shares.

    Raises
    ------
    SettingsError
        If an argument is out of range, or there are too many pairs to hold; set `max_accounts`.
    InputError
        If the interval is to be estimated and no object was shared twice.

    Notes
    -----
    After CooRnet 1.7 (Giglietto, Righetti, Rossi & Marino 2020, Information, Communication & Society).
    The method uses bins: two shares a second apart may fall into different bins and make no edge, unlike with a
    sliding window (:func:`cib.coaction_graph`, :func:`coortweet`). Shared objects are normalised
    as elsewhere in `cib`. For components and clusters see :func:`cib.find_networks`.

    Not repeated: a share was marked as coordinated if its object, its time and its account each occurred
    in any coordinated share, not together; two shares of one account made a bin coordinated; the bin was
    ignored in the projection, so that two accounts that never shared an object in the same bin were linked by an
    object that each shared with another account (as with `across_bins`).

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> graph = cib.presets.coornet(activity, "60s", edge_quantile=0.5)
    >>> graph.directed, graph.construction.options["interval_s"]
    (False, 60.0)
    """
    check_quantile("edge_quantile", edge_quantile)
    incidence = _shares(activity, objects)
    seconds = _estimate(incidence, q, p) if interval == "estimate" else window_seconds(interval)
    if not seconds:
        raise SettingsError("interval must have a length", got=interval, remedy="Write interval='60s', say.")
    incidence = incidence.shared_by_at_most(max_accounts)
    bins = _bins(incidence, seconds)
    together = _in_company(incidence, bins)
    incidence, bins = incidence.keep_events(together), bins[together]
    table = common_objects(incidence, incidence.object.astype(np.int64) if across_bins else bins)
    threshold = weight_quantile(table, edge_quantile)
    return preset_graph(
        "coornet",
        f"{seconds:g} s",
        activity,
        table.filter(pl.col("weight") >= threshold),
        incidence,
        kind_of(objects),
        None if across_bins else seconds,
        interval_s=seconds,
        estimated=interval == "estimate",
        edge_quantile=edge_quantile,
        threshold=threshold,
        across_bins=across_bins,
        max_accounts=max_accounts,
    )


@takes(activity=ACTIVITY, q=SHARE, p=SHARE, objects=OBJECTS)
def estimate_coord_interval(activity: Activity, q: float = 0.1, p: float = 0.5, *, objects: Objects = "url") -> float:
    """Estimate the coordination interval of CooRnet from the objects that spread fastest.

    Parameters
    ----------
    activity : Activity
    q : float
        Quantile of the time from the first to the second share up to which objects are the fastest, in [0, 1].
    p : float
        Fraction of the shares of an object, in [0, 1).
    objects : str or callable
        See :func:`cib.graphs.objects.object_events`.

    Returns
    -------
    float
        The median, over the fastest objects, of the time in seconds from the first share until more than
        the fraction `p` of all shares were made; 1 if it is 0.

    Raises
    ------
    SettingsError
        If `q` or `p` is out of range.
    InputError
        If no object was shared twice.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> cib.presets.estimate_coord_interval(activity) >= 1
    True
    """
    return _estimate(_shares(activity, objects), q, p)


def _shares(activity: Activity, objects: Objects) -> Incidence:
    return Incidence.from_events(activity, object_events(activity, objects, self_actions=True))


def _estimate(incidence: Incidence, q: float, p: float) -> float:
    check_quantile("q", q)
    if not 0 <= p < 1:
        raise SettingsError("p is a share and must lie in [0, 1)", got=p)
    first, count = incidence.starts[:-1], incidence.events_of_objects
    first, count = first[count > 1], count[count > 1]
    if not len(first):
        raise InputError("no interval can be estimated: nothing was shared twice", remedy="State it: interval='60s'.")
    time = incidence.time
    second = time[first + 1] - time[first]
    fast = second <= np.quantile(second, q)
    enough = np.floor(p * count + 1e-9).astype(np.int64)  # the first rank, from 0, above the fraction p
    reached = (time[first + enough] - time[first])[fast]
    return float(np.median(reached)) / 1e6 or 1.0


def _bins(incidence: Incidence, seconds: float) -> Ints:
    """Number the object and bin of each share, ascending."""
    since = incidence.time - incidence.time[incidence.starts[incidence.object]]
    cut = since // max(round(seconds * 1e6), 1)
    fresh = (np.diff(incidence.object, prepend=-1) != 0) | (np.diff(cut, prepend=-1) != 0)
    numbers: Ints = np.cumsum(fresh) - 1
    return numbers


def _in_company(incidence: Incidence, bins: Ints) -> NDArray[np.bool_]:
    """Return a mask of the shares in bins with at least two accounts."""
    n_accounts = len(incidence.account_ids)
    present = distinct_values(bins * n_accounts + incidence.account) // n_accounts
    several: NDArray[np.bool_] = np.bincount(present, minlength=len(bins))[bins] > 1
    return several
