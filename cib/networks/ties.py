"""Ties: the part of the activity of two accounts that they share, over all layers.

A significant edge of a layer says that a pair shares more than chance explains. The tie relates this to the activity
of both accounts, because an account with a thousand acts shares ten with many others. The tie of accounts a and b is

    sum over layers of  worth * shared objects / sqrt((n_a + 4) (n_b + 4))

with n the number of all acts of an account. A single rare object (a text that few accounts posted) ties the accounts
that share it as well. Clusters of ties are groups of accounts that share a large part of their activity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress

import numpy as np
import polars as pl

from cib.graphs.coaction import project
from cib.graphs.graph import Graph
from cib.graphs.incidence import run_starts
from cib.networks.acts import Acts, Ints, Numbers, is_in
from cib.networks.communities import Edges, potts
from cib.networks.object_sets import CONTENT, TEXTS
from cib.networks.verdict import Rule

__all__ = ["is_slow", "tie_groups", "ties"]

#: Acts added to those of each account, so that accounts with one act do not have the strongest ties.
_SHRINKAGE = 4.0
#: Pairs of accounts packed into one integer, ``source * n_accounts + target``, and the tie of each. Sorting integers
#: takes less time than grouping by two columns.
Ties = tuple[Ints, Numbers]
_NO_TIES: Ties = (np.empty(0, dtype=np.int64), np.empty(0))
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
    texts = _merged(compress(edges, wording), np.maximum)
    edges = [texts, *compress(edges, (not one for one in wording))]
    several, tie = _scaled(_merged(edges, np.add), acts, rule.min_tie)
    single = [_rare(graph, acts, rule) for graph in _contents(acts.graphs)]
    rare, of_rare = _scaled(_merged(single, np.maximum), acts, rule.min_rare_tie)
    more = ~is_in(rare, several)
    pair, tie = np.append(several, rare[more]), np.append(tie, of_rare[more])
    order = np.argsort(pair, kind="stable")
    source, target = np.divmod(pair[order], acts.n_accounts)
    return pl.DataFrame({"source": source, "target": target, "tie": tie[order]})


def tie_groups(table: pl.DataFrame, acts: Acts, rule: Rule, seed: int = 0) -> Ints:
    """Cluster the ties; return the group of each account, -1 for none, shape (n_accounts,).

    Groups are numbered by their first member in :attr:`cib.networks.acts.Acts.order`, so that they do not depend on
    ids.
    """
    edges = Edges(*(table[name].to_numpy() for name in ("source", "target", "tie")))
    labels = potts(edges, acts.order, rule.tie_resolution, seed)
    large = np.bincount(labels)[labels] >= rule.min_size
    group = np.full(acts.n_accounts, -1, dtype=np.int64)
    group[large] = np.unique(labels[large], return_inverse=True)[1]
    return group


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


def _edges(graph: Graph, acts: Acts, worth: float) -> Ties:
    """Return the pairs with an edge, and the worth of their shared objects."""
    codes = graph.codes_in(acts.activity.account_ids).to_numpy().astype(np.int64)
    source, target = (codes[graph.table[end].to_numpy()] for end in ("source", "target"))
    return source * acts.n_accounts + target, graph.table["weight"].to_numpy() * float(worth)


def _rare(graph: Graph, acts: Acts, rule: Rule) -> Ties:
    """Return the pairs that share an object on which few accounts acted, and the worth of one."""
    few = graph.events.shared_by_at_most(rule.rare)
    worth = rule.rare_link if graph.construction.objects == "url" else rule.rare_text
    pairs, ties = _edges(project(few, None, 1, weights_only=True), acts, 1.0)
    return pairs, np.full_like(ties, worth)


def _merged(edges: Iterable[Ties], together: np.ufunc) -> Ties:
    """Aggregate the ties of each pair; the pairs ascend."""
    pairs, ties = (np.concatenate(each) for each in zip(_NO_TIES, *edges, strict=True))
    order = np.argsort(pairs, kind="stable")  # the pairs of each layer ascend
    pairs = pairs[order]
    starts = run_starts(pairs)
    ties = together.reduceat(ties[order], starts) if len(starts) else ties
    return pairs[starts], ties


def _scaled(edges: Ties, acts: Acts, least: float) -> Ties:
    """Divide the ties by the geometric mean of the activity of both accounts; keep those of at least `least`."""
    pairs, ties = edges
    size = np.sqrt(acts.made + _SHRINKAGE)
    source, target = np.divmod(pairs, acts.n_accounts)
    # the worths are few short decimals: rounding makes the sum independent of its order
    ties = ties.round(6) / (size[source] * size[target])
    return pairs[ties >= least], ties[ties >= least]
