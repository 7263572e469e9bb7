"""Multiplex network of co-actions weighted by exponential decay with their lag (Iannucci et al. 2025)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from cib.activity import Activity
from cib.domains import ACTIVITY, GRAPH, IDS, LIMIT, SEED, SHARE, WINDOW, either, several, takes
from cib.errors import SettingsError
from cib.graphs.coaction import Window, window_seconds
from cib.graphs.graph import Graph, graph_from_codes
from cib.graphs.incidence import Incidence
from cib.graphs.objects import KINDS, object_events
from cib.presets.inputs import chosen
from cib.presets.pairs import check_pairs, pair_blocks
from cib.presets.results import named_objects, objects_named, preset_graph, union_of_layers

__all__ = ["iannucci2025", "modularity_clusters"]

Ints = NDArray[np.int64]

#: Kinds of object of the layers of the paper.
LAYERS = ("post", "mention", "hashtag", "url")
#: Weights are summed as integer multiples of 1 / `_PARTS`, so that the order of summation does not matter.
_PARTS = 1e9


@takes(
    activity=ACTIVITY,
    epsilon=SHARE,
    max_accounts=LIMIT,
    seed=SEED,
    layers=either(IDS, None),
    scales=several(WINDOW, "['10s', '1h']"),
)
def iannucci2025(
    activity: Activity,
    layers: Sequence[str] | None = None,
    *,
    scales: Sequence[Window] = ("10s", "1min", "10min", "1h"),
    epsilon: float = 0.01,
    max_accounts: int | None = None,
    seed: int = 0,
) -> Graph:
    """Build a multiplex graph of co-actions weighted by exponential decay with their lag.

    Parameters
    ----------
    activity : Activity
    layers : sequence of str, optional
        Some of ``'post'``, ``'mention'``, ``'hashtag'`` and ``'url'``; by default those that the data have.
    scales : sequence of str, float or timedelta
        Time constants (1 / beta) after which the weight of a co-action has decayed to 1/e; each layer uses the one
        whose graph has the clusters of largest modularity.
    epsilon : float
        Smaller weights of a co-action are 0: the longest lag is ``-ln(epsilon)`` scales. In (0, 1).
    max_accounts : int, optional
        Objects that more accounts acted on are left out. None, as published, keeps all.
    seed : int
        Seed of the clustering that selects the scale.

    Returns
    -------
    Graph
        Undirected. The weight in a layer is the sum of ``exp(-lag / scale)`` over pairs of acts, times the mean of
        the inverse numbers of acts of the two accounts; one column per layer, null where it lacks the edge, and
        ``weight`` their sum. ``construction.options['scales_s']`` holds the scale of each layer. For clusters see
        :func:`modularity_clusters`.

    Raises
    ------
    SettingsError
        If there is no such layer, an argument is out of range, or there are too many pairs within the longest
        lag; set `max_accounts`.
    InputError
        If the posts lack the column of a given layer.

    Notes
    -----
    After Iannucci et al. (2025), arXiv 2512.19677, of which only a digest could be read. The grid of scales,
    `epsilon` and the normalisation of weights are therefore our own. Different: clusters are those of Louvain on the
    sum of the layers; the paper uses Leiden on all layers, with coupling between them.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> graph = cib.presets.iannucci2025(activity, ["post"], scales=["1min", "10min"], max_accounts=200)
    >>> graph.table.columns
    ['source', 'target', 'weight', 'post']
    """
    seconds = [window_seconds(scale) or 0.0 for scale in scales]
    if not 0 < epsilon < 1 or not seconds or not all(seconds):
        raise SettingsError(
            "epsilon must lie between 0 and 1, and every scale must have a length",
            got=f"{epsilon}, {list(scales)}",
            remedy="Take epsilon=0.01 and scales=['10s', '1h'], say.",
        )
    layers = chosen("layers", layers, activity, {kind: KINDS[kind].column for kind in LAYERS})
    events = [named_objects(object_events(activity, layer), layer) for layer in layers]
    incidence = Incidence.from_events(activity, pl.concat(events))
    incidence = incidence.shared_by_at_most(max_accounts)
    faded = {layer: _layer(incidence, layer, seconds, epsilon, seed) for layer in layers}
    return preset_graph(
        "iannucci2025",
        " + ".join(layers),
        activity,
        union_of_layers({layer: table for layer, (_, table) in faded.items()}),
        incidence,
        scales_s={layer: scale for layer, (scale, _) in faded.items()},
        epsilon=epsilon,
        max_accounts=max_accounts,
        seed=seed,
    )


@takes(graph=GRAPH, seed=SEED)
def modularity_clusters(graph: Graph, *, seed: int = 0) -> pl.DataFrame:
    """Find clusters by maximising modularity (Louvain).

    Parameters
    ----------
    graph : Graph
        Undirected.
    seed : int

    Returns
    -------
    polars.DataFrame
        ``account_id, cluster``.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> graph = cib.presets.iannucci2025(activity, ["post"], scales=["1min"], max_accounts=200)
    >>> len(modularity_clusters(graph)) == graph.n_accounts
    True
    """
    labels, _ = _clusters(graph.matrix, seed)
    return pl.DataFrame({"account_id": graph.ids, "cluster": labels})


def _layer(
    incidence: Incidence, layer: str, scales: Sequence[float], epsilon: float, seed: int
) -> tuple[float, pl.DataFrame]:
    """Select the scale of a layer, and compute its edges."""
    events = objects_named(incidence, layer)
    summed = _faded(events, scales, epsilon)
    acts = np.maximum(events.acts, 1)
    candidates = []
    for scale in scales:
        edges = summed.select("source", "target", weight=f"{scale}").filter(pl.col("weight") > 0)
        source, target = edges["source"].to_numpy(), edges["target"].to_numpy()
        weight = edges["weight"].to_numpy() * (1 / acts[source] + 1 / acts[target]) / 2
        table = edges.with_columns(weight=pl.Series(weight))
        graph = graph_from_codes(layer, events.account_ids, table, directed=False)
        candidates.append((_clusters(graph.matrix, seed)[1], scale, table))
    _, scale, table = max(candidates, key=lambda candidate: candidate[0])
    return scale, table


def _faded(incidence: Incidence, scales: Sequence[float], epsilon: float) -> pl.DataFrame:
    """Sum the decayed co-actions of each pair of accounts, one column per scale."""
    reach = -math.log(epsilon)
    longest = reach * max(scales)
    check_pairs(incidence, longest)
    return pl.concat([_sums(incidence, scales, reach, *pairs) for pairs in pair_blocks(incidence, longest)])


def _sums(incidence: Incidence, scales: Sequence[float], reach: float, own: Ints, other: Ints) -> pl.DataFrame:
    once = incidence.account[own] < incidence.account[other]
    own, other = own[once], other[once]
    lag = np.abs(incidence.time[own] - incidence.time[other]) / 1e6
    pairs = pl.DataFrame(
        {
            "source": incidence.account[own].astype(np.uint32),
            "target": incidence.account[other].astype(np.uint32),
            **{str(scale): _parts(lag / scale, reach) for scale in scales},
        }
    )
    return pairs.group_by("source", "target").agg(pl.col(str(scale)).sum() / _PARTS for scale in scales)


def _parts(faded: NDArray[np.float64], reach: float) -> Ints:
    parts: Ints = np.where(faded <= reach, np.round(np.exp(-faded) * _PARTS), 0).astype(np.int64)
    return parts


def _clusters(matrix: sp.csr_array, seed: int) -> tuple[Ints, float]:
    """Return the Louvain labels and their modularity, which is -1 if there is no edge."""
    if not matrix.nnz:
        return np.arange(matrix.shape[0]), -1.0
    # scikit-network and scikit-learn behind it take a second to import
    from sknetwork.clustering import Louvain, get_modularity

    square = sp.csr_matrix(matrix)
    labels = Louvain(shuffle_nodes=True, random_state=seed).fit_predict(square)
    return labels.astype(np.int64), float(get_modularity(square, labels))
