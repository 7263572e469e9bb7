"""Group statistics that distinguish a common task from a common audience.

Edges only propose groups: two accounts of one audience co-act more often than chance explains, and so do two accounts
with one task. Their groups differ in the distribution of the acts, and each statistic tests one innocent explanation.
``membership`` is always a table of ``account_id`` and ``network``, and all networks are measured at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
import polars.selectors as cs
from numpy.typing import NDArray
from scipy.special import gammainc

from cib.graphs.graph import Graph
from cib.networks.acts import is_in
from cib.networks.evidence import LEAST, acts_in, log_evidence, rows_inside

__all__ = ["Inside", "group_statistics"]

#: Minimum number of targets from which the spread of the acts of a group is informative.
_MIN_TARGETS = 3

#: An object is a target of a group if at least this share of its members, and at least three, acted on it.
_COMMON = 0.25


#: Statistics that are 0 where there is nothing to count.
_COUNTS = ("pairs", "observed", "expected", "decades", "objects", "targets")


class Inside(NamedTuple):
    """Edges and shared objects of all networks in one layer."""

    rows: NDArray[np.int64]  #: rows of the edges with both ends in one network, sorted by network
    network: NDArray[np.int64]  #: the network of each of these edges
    objects: pl.DataFrame  #: from :func:`cib.networks.evidence.shared_objects`


def group_statistics(
    graphs: Sequence[Graph], membership: pl.DataFrame, sets: Sequence[pl.DataFrame | None] | None = None
) -> tuple[pl.DataFrame, list[Inside]]:
    """Compute the statistics of each group in each layer, and the edges and objects that they are based on.

    Parameters
    ----------
    graphs : sequence of Graph
    membership : polars.DataFrame
    sets : sequence, optional
        For each graph ``network, object`` (codes) if networks were found by the objects on which they act.

    Returns
    -------
    statistics : polars.DataFrame
        One row per network and layer: ``network, layer, members`` and

        * ``pairs``: number of significant pairs inside;
        * ``observed``, ``expected``: co-actions of those pairs, and their expectation under the null of the layer;
        * ``p``: Poisson probability of at least as many as observed;
        * ``decades``: mean of ``-log10 p`` over all pairs of members, pairs without an edge counted as 0;
        * ``objects``: number of objects that at least two members share;
        * ``top_share``: share of the common acts of the members that is due to the busiest object;
        * ``targets``: number of objects by which the network was found, else of objects on which at least a quarter of
          the members, and at least three, acted;
        * ``capture``: share of all acts on the targets that members made;
        * ``exclusivity``: share of the acts of the members that are on the targets;
        * ``dispersion``: variance over mean of the acts of the members on the targets. About 1 if members have
          similar tasks, 10 and more in a crowd of casual and ardent fans.

        The last three are null without targets.
    inside : list of Inside
        One per graph.
    """
    sizes = membership.group_by("network").agg(members=pl.len().cast(pl.Int64))
    rows, inside, events, spread = [], [], None, pl.DataFrame()
    for (graph, network, acts, shared, _), found_by in zip(
        acts_in(graphs, membership), sets or [None] * len(graphs), strict=True
    ):
        if graph.events is not events or found_by is not None:
            events, spread = graph.events, _spread(graph, acts, shared, sizes, found_by)
        inside.append(Inside(*rows_inside(graph, network), shared))
        table = sizes.join(_pairs(graph, inside[-1], sizes), on="network", how="left")
        table = table.join(spread, on="network", how="left", maintain_order="left")
        rows.append(table.with_columns(pl.col(_COUNTS).fill_null(0), layer=pl.lit(graph.name)))
    # the last digits of sums of floats depend on their order, which depends on the threads
    return pl.concat(rows).sort("network", "layer").with_columns(cs.float().round_sig_figs(9)), inside


def _spread(
    graph: Graph, acts: pl.DataFrame, shared: pl.DataFrame, sizes: pl.DataFrame, found_by: pl.DataFrame | None
) -> pl.DataFrame:
    """Compute the statistics that depend on the events of a layer but not on its edges."""
    objects = shared.select("network", "object", "acts", pl.col("members").cast(pl.Int64))
    common = pl.col("members") * (pl.col("members") - 1)
    shares = objects.group_by("network").agg(objects=pl.len(), top_share=common.max() / common.sum())
    targets = _targets(objects, sizes, found_by)
    crowd = graph.events.events_of_objects[targets["object"].to_numpy()]  # acts by all accounts
    behaviour = _behaviour(acts, targets.with_columns(crowd=pl.Series(crowd)))
    spread = sizes.select("network").join(shares, on="network", how="left")
    return spread.join(behaviour, on="network", how="left")


def _targets(objects: pl.DataFrame, sizes: pl.DataFrame, found_by: pl.DataFrame | None) -> pl.DataFrame:
    """Return the objects by which a network was found, else those on which a quarter of its members acted."""
    wide = pl.max_horizontal(pl.lit(3.0), _COMMON * pl.col("of"))
    common = objects.join(sizes.rename({"members": "of"}), on="network").filter(pl.col("members") >= wide).drop("of")
    if found_by is None:
        return common
    aimed = objects.join(found_by, on=["network", "object"])
    return pl.concat([aimed, common.join(aimed, on="network", how="anti")])


def _pairs(graph: Graph, inside: Inside, sizes: pl.DataFrame) -> pl.DataFrame:
    """Count the significant pairs inside each network, their co-actions, and those expected by chance."""
    edges = graph.table.select("weight", "expected", "p")[inside.rows]
    edges = edges.with_columns(log_evidence(edges), network=pl.Series(inside.network))
    pairs = edges.group_by("network").agg(
        pairs=pl.len(),
        observed=pl.col("weight").sum(),
        expected=pl.col("expected").sum(),
        decades=pl.col("evidence").sum(),
    )
    p = gammainc(pairs["observed"].to_numpy().astype(float), np.maximum(pairs["expected"].to_numpy(), LEAST))
    all_pairs = pl.col("members") * (pl.col("members") - 1) / 2
    pairs = pairs.with_columns(p=pl.Series(p)).join(sizes, on="network")
    return pairs.with_columns(pl.col("decades") / all_pairs).drop("members")


def _behaviour(acts: pl.DataFrame, targets: pl.DataFrame) -> pl.DataFrame:
    """Compute how the acts of members are distributed over the targets of the group and over its members."""
    network, account, object_ = (acts[name].to_numpy() for name in ("network", "account", "object"))
    width = int(object_.max(initial=0)) + 1
    any_aim = np.zeros(width, dtype=bool)
    any_aim[targets["object"].to_numpy()] = True
    on = np.flatnonzero(any_aim[object_])  # few acts are on targets, also of other groups
    aims = np.sort(targets["network"].to_numpy() * np.int64(width) + targets["object"].to_numpy())
    hit = on[is_in(network[on] * np.int64(width) + object_[on], aims)]
    of_account = np.full(int(account.max(initial=-1)) + 1, -1, dtype=np.int64)
    of_account[account] = network
    counts = {"acts": np.bincount(account), "hits": np.bincount(account[hit], minlength=len(of_account))}
    # members without an act in this layer (found by another layer) are left out
    by_member = pl.DataFrame({"network": of_account, **counts}).filter(pl.col("network") >= 0)
    spread = by_member.group_by("network").agg(
        exclusivity=pl.col("hits").sum() / pl.col("acts").sum(),
        dispersion=pl.col("hits").var(ddof=1) / pl.col("hits").mean(),
    )
    aimed = targets.group_by("network").agg(targets=pl.len(), capture=pl.col("acts").sum() / pl.col("crowd").sum())
    return aimed.join(spread, on="network", how="left")
