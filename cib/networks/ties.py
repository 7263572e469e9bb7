"""Ties: the part of the activity of two accounts that they share, over all layers.

A significant edge of a layer says that a pair shares more than chance explains. The tie relates this to the activity
of both accounts, because an account with a thousand acts shares ten with many others. The tie of accounts a and b is

    sum over layers of  worth * shared objects / sqrt((n_a + 4) (n_b + 4))

with n the number of all acts of an account. A single rare object (a text that few accounts posted) ties the accounts
that share it as well. Clusters of ties are groups of accounts that share a large part of their activity.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

import numpy as np
import polars as pl
import scipy.sparse as sp

from cib.graphs.coaction import project
from cib.graphs.graph import Graph
from cib.networks.acts import Acts, Ints
from cib.networks.communities import communities
from cib.networks.object_sets import CONTENT, TEXTS
from cib.networks.verdict import Rule

__all__ = ["is_slow", "tie_groups", "ties"]

#: Acts added to those of each account, so that accounts with one act do not have the strongest ties.
_SHRINKAGE = 4.0
_TIE = {"source": pl.Int64, "target": pl.Int64, "tie": pl.Float64}
#: Longer windows, in seconds, are slow.
_QUICK = 600.0


def ties(acts: Acts, rule: Rule) -> pl.DataFrame:
    """Sum the significant edges of all layers to one tie for each pair of accounts.

    Parameters
    ----------
    acts : Acts
        With the layers.
    rule : Rule

    Returns
    -------
    polars.DataFrame
        ``source, target`` (codes of the activity) and ``tie``, sorted by the first two.
    """
    edges = [_edges(graph, acts, _worth(graph, rule)) for graph in acts.graphs]
    wording = [graph.construction.objects in TEXTS for graph in acts.graphs]
    # equal texts are also near-duplicate and reworded texts
    texts = pl.concat([pl.DataFrame(schema=_TIE), *compress(edges, wording)])
    texts = texts.group_by("source", "target").agg(pl.col("tie").max())
    edges = [texts, *compress(edges, (not one for one in wording))]
    several = _scaled(edges, acts, np.add).filter(pl.col("tie") >= rule.min_tie)
    single = [_rare(graph, acts, rule) for graph in _contents(acts.graphs)]
    rare = _scaled(single, acts, np.maximum).filter(pl.col("tie") >= rule.min_rare_tie)
    more = rare.join(several, on="pair", how="anti")
    return pl.concat([several, more]).sort("pair").drop("pair")


def tie_groups(table: pl.DataFrame, acts: Acts, rule: Rule, seed: int = 0) -> Ints:
    """Cluster the ties; return the group of each account, -1 for none, shape (n_accounts,).

    Groups are numbered by their first member in :attr:`cib.networks.acts.Acts.order`, so that they do not depend on
    ids.
    """
    place = np.argsort(acts.order)
    source, target = (place[table[end].to_numpy()] for end in ("source", "target"))
    n = acts.n_accounts
    both = np.concatenate([source, target]), np.concatenate([target, source])
    matrix = sp.coo_array((np.tile(table["tie"].to_numpy(), 2), both), shape=(n, n)).tocsr()
    labels = communities(matrix, resolution=rule.tie_resolution, seed=seed)
    large = np.bincount(labels)[labels] >= rule.min_size
    _, numbered = np.unique(labels[large], return_inverse=True)
    group = np.full(n, -1, dtype=np.int64)
    group[np.flatnonzero(large)] = numbered
    return group[place]


def is_slow(graph: Graph) -> bool:
    """Return whether the acts of an edge may be more than ten minutes apart."""
    window = graph.construction.window_s
    return window is None or window > _QUICK


def _worth(graph: Graph, rule: Rule) -> float:
    """Return the weight of a shared object."""
    return rule.slow_tie if is_slow(graph) and graph.construction.objects not in CONTENT else 1.0


def _contents(graphs: Sequence[Graph]) -> list[Graph]:
    """Return one layer per kind of content."""
    found: dict[str, Graph] = {}
    for graph in graphs:
        if graph.construction.objects in CONTENT:
            found.setdefault(graph.construction.objects, graph)
    return list(found.values())


def _edges(graph: Graph, acts: Acts, worth: float) -> pl.DataFrame:
    """Return ``source, target`` as codes of the activity, and ``tie``, the worth of their shared objects."""
    codes = graph.codes_in(acts.activity.account_ids).cast(pl.Int64)
    source, target = (codes.gather(graph.table[end]) for end in ("source", "target"))
    return pl.DataFrame({"source": source, "target": target, "tie": graph.table["weight"] * float(worth)})


def _rare(graph: Graph, acts: Acts, rule: Rule) -> pl.DataFrame:
    """Return pairs that share an object on which few accounts acted."""
    few = graph.events.shared_by_at_most(rule.rare)
    worth = rule.rare_link if graph.construction.objects == "url" else rule.rare_text
    return _edges(project(few, None, 1), acts, 1.0).with_columns(tie=pl.lit(float(worth)))


def _scaled(edges: Sequence[pl.DataFrame], acts: Acts, together: np.ufunc) -> pl.DataFrame:
    """Aggregate ties to one row per pair, divided by the geometric mean of the activity of both accounts."""
    rows = pl.concat([pl.DataFrame(schema=_TIE), *edges])
    # pairs are packed into one integer, and each layer is sorted by it: sorting takes less time than grouping
    pair = rows.select(pl.col("source") * acts.n_accounts + pl.col("target")).to_series().to_numpy()
    order = np.argsort(pair, kind="stable")
    starts = np.flatnonzero(np.diff(pair[order], prepend=-1))
    pair = pair[order[starts]]
    # the worths are few short decimals: rounding makes the sum independent of its order
    tie = together.reduceat(rows["tie"].to_numpy()[order], starts).round(6)
    source, target = np.divmod(pair, acts.n_accounts)
    size = np.sqrt(acts.made + _SHRINKAGE)
    columns = {"pair": pair, "source": source, "target": target, "tie": tie / (size[source] * size[target])}
    return pl.DataFrame({name: pl.Series(values) for name, values in columns.items()})
