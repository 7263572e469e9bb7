"""What a group does as a group: the statistics that tell a task from a shared audience.

Edges propose, groups dispose. Two accounts of one audience meet more often than chance says; so do two
accounts with one task. What differs is how a whole group goes about it, and each statistic here holds
against one innocent explanation. ``membership`` is always a table of ``account_id`` and ``network``, and
all networks are measured at once.
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
from cib.networks.evidence import LEAST, acts_of_members, log_evidence, networks_in, rows_inside, shared_objects

__all__ = ["Inside", "group_statistics"]

#: With fewer targets little is known of how a group spreads its acts.
_MIN_TARGETS = 3

#: An object belongs to what a group does if at least this share of its members acted on it, and three.
_COMMON = 0.25


class Inside(NamedTuple):
    """What one layer has of all networks."""

    rows: NDArray[np.int64]  #: of the edges with both ends in one network, by network
    network: NDArray[np.int64]  #: the network of each
    objects: pl.DataFrame  #: from :func:`cib.networks.evidence.shared_objects`


def group_statistics(
    graphs: Sequence[Graph], membership: pl.DataFrame, sets: Sequence[pl.DataFrame | None] | None = None
) -> tuple[pl.DataFrame, list[Inside]]:
    """What a group does as a group, and what it rests on.

    Parameters
    ----------
    graphs : sequence of Graph
    membership : polars.DataFrame
    sets : sequence, optional
        For each graph ``network, object`` (codes), where networks were found by what they act on.

    Returns
    -------
    statistics : polars.DataFrame
        One row per network and layer: ``network, layer, members`` and

        * ``pairs``: significant pairs inside;
        * ``observed``, ``expected``: co-actions of those pairs, and by chance under the layer's null;
        * ``p``: Poisson probability of as many as observed;
        * ``decades``: mean of ``-log10 p`` over all pairs of members, those without an edge counted as 0;
        * ``objects``: objects that two or more members share;
        * ``top_share``: share of the members' common acts that is due to the busiest object;
        * ``targets``: the objects that the network was found by, else those that a quarter of the members
          acted on, at least three;
        * ``capture``: share of all acts on the targets that members made;
        * ``exclusivity``: share of the members' acts that went to the targets;
        * ``dispersion``: variance over mean of the members' acts on the targets. About 1 if members are
          tasked alike, 10 and more in a crowd of casual and ardent fans.

        The last three are null without targets.
    inside : list of Inside
        One a graph.
    """
    sizes = membership.group_by("network").agg(members=pl.len().cast(pl.Int64))
    found = [
        _in_layer(graph, network, sizes, objects)
        for (graph, network), objects in zip(networks_in(graphs, membership), sets or [None] * len(graphs), strict=True)
    ]
    rows, inside = zip(*found, strict=True)
    # sums of decimal numbers depend on their order, which threads decide, in the last digits
    return pl.concat(rows).sort("network", "layer").with_columns(cs.float().round_sig_figs(9)), list(inside)


def _in_layer(
    graph: Graph, network: NDArray[np.int64], sizes: pl.DataFrame, found_by: pl.DataFrame | None
) -> tuple[pl.DataFrame, Inside]:
    acts = acts_of_members(graph, network)
    inside = Inside(*rows_inside(graph, network), shared_objects(acts))
    objects = inside.objects.select("network", "object", "acts", pl.col("members").cast(pl.Int64))
    common = pl.col("members") * (pl.col("members") - 1)
    shares = objects.group_by("network").agg(objects=pl.len(), top_share=common.max() / common.sum())
    targets = _targets(objects, sizes, found_by)
    crowd = graph.events.events_of_objects[targets["object"].to_numpy()]  # acts by anybody
    behaviour = _behaviour(acts, targets.with_columns(crowd=pl.Series(crowd)))
    table = sizes
    for part in (_pairs(graph, inside, sizes), shares, behaviour):
        table = table.join(part, on="network", how="left")
    counts = [pl.col(name).fill_null(0) for name in ("pairs", "observed", "expected", "decades", "objects", "targets")]
    return table.with_columns(pl.lit(graph.name).alias("layer"), *counts), inside


def _targets(objects: pl.DataFrame, sizes: pl.DataFrame, found_by: pl.DataFrame | None) -> pl.DataFrame:
    """The objects that a network was found by, else those that a quarter of its members acted on."""
    wide = pl.max_horizontal(pl.lit(3.0), _COMMON * pl.col("of"))
    common = objects.join(sizes.rename({"members": "of"}), on="network").filter(pl.col("members") >= wide).drop("of")
    if found_by is None:
        return common
    aimed = objects.join(found_by, on=["network", "object"])
    return pl.concat([aimed, common.join(aimed, on="network", how="anti")])


def _pairs(graph: Graph, inside: Inside, sizes: pl.DataFrame) -> pl.DataFrame:
    """Significant pairs inside each network, their co-actions, and how many chance explains."""
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
    """How the acts of members are spread over the group's targets and over its members."""
    network, account, object_ = (acts[name].to_numpy().astype(np.int64) for name in ("network", "account", "object"))
    width = int(object_.max(initial=0)) + 1
    aims = np.sort(targets["network"].to_numpy().astype(np.int64) * width + targets["object"].to_numpy())
    own = network * width + object_
    hit = np.append(aims, -1)[np.searchsorted(aims, own)] == own
    of_account = np.full(int(account.max(initial=-1)) + 1, -1, dtype=np.int64)
    of_account[account] = network
    counts = {"acts": np.bincount(account), "hits": np.bincount(account[hit], minlength=len(of_account))}
    # members without any act in this layer (another layer found them) are no part of its spread
    by_member = pl.DataFrame({"network": of_account, **counts}).filter(pl.col("network") >= 0)
    spread = by_member.group_by("network").agg(
        exclusivity=pl.col("hits").sum() / pl.col("acts").sum(),
        dispersion=pl.col("hits").var(ddof=1) / pl.col("hits").mean(),
    )
    aimed = targets.group_by("network").agg(targets=pl.len(), capture=pl.col("acts").sum() / pl.col("crowd").sum())
    return aimed.join(spread, on="network", how="left")
