"""Multiplex network of similarities within sliding windows, and its communities (Mannocci et al. 2025)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from cib.activity import Activity
from cib.compiled import compiled
from cib.errors import SettingsError
from cib.graphs.coaction import Window, window_seconds
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.graphs.objects import KINDS, object_events
from cib.presets.cosine import cosine_edges
from cib.presets.inputs import chosen
from cib.presets.results import named_objects, preset_graph, union_of_layers

__all__ = ["MANNOCCI_LAYERS", "mannocci2025", "multiplex_clusters"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Kinds of object of the layers of the paper.
MANNOCCI_LAYERS = ("post", "replied", "domain", "mention", "hashtag")


def mannocci2025(
    activity: Activity,
    layers: Sequence[str] | None = None,
    window: Window = "6h",
    slide: Window = "5h",
    *,
    min_common: int | Mapping[str, int] = 2,
    min_weight: float = 0.0,
    max_accounts: int | None = None,
) -> Graph:
    """Build a multiplex graph of accounts that are similar within sliding windows, one layer per kind of object.

    Parameters
    ----------
    activity : Activity
    layers : sequence of str, optional
        Some of ``'post'`` (retweeted), ``'replied'``, ``'domain'``, ``'mention'`` and ``'hashtag'``; by default those
        that the data have.
    window, slide : str, float or timedelta
        Length of a window, and offset of the next one. The first window begins with the first act.
    min_common : int or mapping of str to int
        Least number of common objects of two accounts, summed over windows; one for all layers, or one per layer.
    min_weight : float
        Edges with a smaller similarity are left out.
    max_accounts : int, optional
        Objects that more accounts acted on are left out. None, as published, keeps all.

    Returns
    -------
    Graph
        Undirected. One column per layer holds the mean, over the windows in which two accounts share an object, of the
        cosine of the TF-IDF rows of their sets of objects; null where the layer lacks the edge. ``weight`` is the sum
        over layers. For communities of all layers see :func:`multiplex_clusters`.

    Raises
    ------
    SettingsError
        If there is no such layer, an argument is out of range, or there are too many pairs to hold.
    InputError
        If the posts lack the column of a given layer.

    Notes
    -----
    After Mannocci, Cresci, Magnani, Monreale & Tesconi (2026), Multimodal coordinated online behavior: trade-offs and
    strategies, Information Sciences, and the authors' scripts (lmannocci/Multimodal-Coordinated-Behavior), which take 6
    hours for the 2019 UK data and 7 days for the Russian. Inverse document frequency is ``ln((1 + n) / (1 + k)) + 1``.

    Not repeated: objects were joined to a text and split into words again, so that ``a.org`` and ``b.org`` shared a
    word, names with a hyphen were split, and those of one letter were lost.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> graph = cib.presets.mannocci2025(activity, ["post"], max_accounts=100)
    >>> graph.table.columns
    ['source', 'target', 'weight', 'post']
    """
    length, step = window_seconds(window), window_seconds(slide)
    if not length or not step or step > length:
        raise SettingsError("windows must have a length and follow without gaps", got=f"{window}, {slide}")
    layers = chosen("layers", layers, activity, {kind: KINDS[kind].column for kind in MANNOCCI_LAYERS})
    tables, parts = {}, []
    for layer in layers:
        events = object_events(activity, layer)
        incidence = Incidence.from_events(activity, events).shared_by_at_most(max_accounts)
        common = min_common if isinstance(min_common, int) else min_common.get(layer, 1)
        merged = _merged(incidence, round(length * 1e6), round(step * 1e6))
        tables[layer] = merged.filter(pl.col("common") >= common, pl.col("weight") >= min_weight)
        parts.append(named_objects(events, layer))
    return preset_graph(
        "mannocci2025",
        " + ".join(layers),
        activity,
        union_of_layers(tables),
        Incidence.from_events(activity, pl.concat(parts)).shared_by_at_most(max_accounts),
        window_s=length,
        slide_s=step,
        min_common=min_common if isinstance(min_common, int) else dict(min_common),
        min_weight=min_weight,
        max_accounts=max_accounts,
    )


def multiplex_clusters(graph: Graph, *, omega: float = 0.1, gamma: float = 1.0, seed: int = 0) -> pl.DataFrame:
    """Find communities of all layers by the generalised Louvain method with coupling between layers.

    Parameters
    ----------
    graph : Graph
        From :func:`mannocci2025` or :func:`cib.presets.iannucci2025`: one column of weights per layer.
    omega : float
        Weight of the coupling of an account with itself between each two layers; not negative.
    gamma : float
        Resolution.
    seed : int
        Seed of the order in which accounts are visited.

    Returns
    -------
    polars.DataFrame
        ``account_id, layer, cluster``: an account may belong to different communities in different layers.

    References
    ----------
    Mucha, Richardson, Macon, Porter & Onnela (2010), Community structure in time-dependent, multiscale, and multiplex
    networks, Science.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> graph = cib.presets.mannocci2025(activity, ["post"], max_accounts=100)
    >>> cib.presets.multiplex_clusters(graph).columns
    ['account_id', 'layer', 'cluster']
    """
    if omega < 0 or gamma <= 0:
        raise SettingsError("omega must not be negative and gamma must be positive", got=f"{omega}, {gamma}")
    names = [name for name in graph.table.columns if name not in {"source", "target", "weight"}]
    matrix, strength = _supra(graph, names, omega)
    labels = _generalised_louvain(matrix, strength, gamma, seed)
    n = len(graph.ids)
    present = strength.sum(axis=1) > 0
    table = pl.DataFrame(
        {
            "account_id": pl.concat([graph.ids] * len(names)) if names else graph.ids.clear(),
            "layer": np.repeat(np.array(names, str), n),
            "cluster": labels,
        }
    )
    return table.filter(pl.Series(present))


def _merged(incidence: Incidence, length: int, step: int) -> pl.DataFrame:
    """Compute the mean similarity and the number of common objects of each two accounts over all windows."""
    parts = [pl.DataFrame(schema={"source": pl.UInt32, "target": pl.UInt32, "weight": pl.Float64, "common": pl.Int64})]
    first, last = (incidence.time.min(), incidence.time.max()) if len(incidence) else (0, -1)
    for k in range(max(-(-(int(last) - int(first) - length) // step), 0) + 1 if len(incidence) else 0):
        begin = first + k * step
        inside = incidence.keep_events((incidence.time >= begin) & (incidence.time <= begin + length))
        edges = cosine_edges(inside, binary=True)
        if edges.height:
            parts.append(edges.with_columns(common=_common(inside, edges)))
    return (
        pl.concat(parts)
        .group_by("source", "target")
        .agg(pl.col("weight").sort().mean(), pl.col("common").sum())
        .sort("source", "target")
    )


def _common(incidence: Incidence, edges: pl.DataFrame) -> pl.Series:
    """Count the objects that the two accounts of each edge share."""
    shape = len(incidence.account_ids), len(incidence.object_ids)
    acts = sp.coo_array((np.ones(len(incidence)), (incidence.account, incidence.object)), shape=shape).tocsr()
    acts.data[:] = 1
    both = acts[edges["source"].to_numpy()].multiply(acts[edges["target"].to_numpy()])
    return pl.Series(np.asarray(both.sum(axis=1)).ravel().astype(np.int64))


def _supra(graph: Graph, names: Sequence[str], omega: float) -> tuple[sp.csr_array, Floats]:
    """Build the supra-adjacency matrix with couplings, and the strength of each node in each layer."""
    n, ends = len(graph.ids), graph.table.select("source", "target").to_numpy().astype(np.int64)
    strength = np.zeros((n * len(names), len(names)))
    parts = []
    for k, name in enumerate(names):
        weight = graph.table[name].fill_null(0.0).to_numpy()
        parts.append(sp.coo_array((weight, (ends[:, 0] + k * n, ends[:, 1] + k * n)), shape=(n * len(names),) * 2))
        strength[k * n : (k + 1) * n, k] = np.bincount(ends.ravel(), np.repeat(weight, 2), minlength=n)
    present = strength.sum(axis=1).reshape(len(names), n) > 0
    for one, two in combinations(range(len(names)), 2):
        both = np.flatnonzero(present[one] & present[two])
        coupling = np.full(len(both), omega)
        parts.append(sp.coo_array((coupling, (both + one * n, both + two * n)), shape=(n * len(names),) * 2))
    half = sum(parts, sp.coo_array((n * len(names),) * 2))
    return sp.csr_array(half + half.T), strength


def _generalised_louvain(matrix: sp.csr_array, strength: Floats, gamma: float, seed: int) -> Ints:
    """Maximise the multislice modularity, with a separate null model for each layer, and return the labels."""
    rng, labels, total = np.random.default_rng(seed), np.arange(matrix.shape[0]), strength.sum(axis=0)
    while len(strength):
        order = rng.permutation(len(strength))
        indptr, indices = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)
        moved = _moved(indptr, indices, matrix.data, strength, np.maximum(total, 1e-300), order, gamma)
        communities, moved = np.unique(moved, return_inverse=True)
        labels = moved[labels]
        if len(communities) == len(strength):
            break
        gather = sp.coo_array((np.ones(len(moved)), (moved, np.arange(len(moved))))).tocsr()
        matrix, strength = sp.csr_array(gather @ matrix @ gather.T), np.asarray(gather @ strength)
    return labels


@compiled()
def _moved(
    indptr: Ints, indices: Ints, data: Floats, strength: Floats, total: Floats, order: Ints, gamma: float
) -> Ints:
    n, n_layers = strength.shape
    labels, inside, link = np.arange(n), strength.copy(), np.zeros(n)
    improved = True
    while improved:
        improved = False
        for v in order:
            own = labels[v]
            inside[own] -= strength[v]
            near = [own]
            for p in range(indptr[v], indptr[v + 1]):
                other = labels[indices[p]]
                if indices[p] != v:
                    if link[other] == 0.0 and other != own:
                        near.append(other)
                    link[other] += data[p]
            best, largest = own, -np.inf
            for community in near:
                gain = link[community]
                for k in range(n_layers):
                    gain -= gamma * strength[v, k] * inside[community, k] / total[k]
                link[community] = 0.0
                if gain > largest + 1e-12:
                    best, largest = community, gain
            labels[v] = best
            inside[best] += strength[v]
            improved |= best != own
    return labels
