"""What a group does as a group: the statistics that tell a task from a shared audience.

Edges propose, groups dispose. Two accounts of one audience meet more often than chance says; so do two
accounts with one task. What differs is how a whole group goes about it, and each statistic here holds
against one innocent explanation. ``membership`` is always a table of ``account_id`` and ``network``, and
all networks are measured at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from scipy.special import gammainc, gammaln
from scipy.stats import chi2

from cib.graphs.graph import Graph
from cib.networks.evidence import LEAST, acts_of_members, edges_inside

__all__ = ["WEIGHTS", "group_statistics", "support"]

#: An object belongs to what a group does if at least this share of its members acted on it, and three.
_COMMON = 0.25


#: Decades of evidence against a shared audience, an intercept and a unit of each statistic of a group.
#: Fitted by logistic regression on the groups of simulated activity, tuning seeds 0 to 9, then frozen;
#: ``benchmarks/weights.py`` does it again.
WEIGHTS = {"one": 0.6, "capture": 1.66, "exclusivity": 0.49, "dispersion": -2.05, "timing": 0.64}


def support(statistics: pl.DataFrame, quickest: str | None) -> pl.DataFrame:
    """Decades of evidence that a group has a task rather than an audience's taste: ``network, layer, support``.

    A weighted sum of four statistics, each clipped so that none decides alone:

    * ``log10`` odds of capture: an audience shares its favourites with others;
    * ``log10`` odds of exclusivity: it has other interests, too;
    * ``log10`` of dispersion, at the upper end of its 90 % interval: it has casual and ardent fans;
    * ``log10`` of the mean decades of a pair in the layer of the shortest window: it is not always there at
      the same minute.

    Parameters
    ----------
    statistics : polars.DataFrame
        From :func:`group_statistics`.
    quickest : str, optional
        The layer of the shortest window.
    """
    timing = statistics.filter(pl.col("layer").eq_missing(quickest)).select("network", timing=pl.col("decades"))
    table = statistics.join(timing, on="network", how="left")
    free = table["members"].to_numpy() - 1
    bound = table["dispersion"].to_numpy() * free / chi2.ppf(0.1, np.maximum(free, 1))
    values = table.select(
        "network",
        "layer",
        one=pl.lit(1.0),
        capture=_log_odds("capture"),
        exclusivity=_log_odds("exclusivity"),
        dispersion=pl.Series(bound).fill_nan(None).clip(0.5, 30).log10(),
        timing=pl.col("timing").fill_null(0.0).clip(0.05, 10).log10(),
    )
    total = pl.sum_horizontal(*(pl.col(name) * weight for name, weight in WEIGHTS.items()), ignore_nulls=False)
    return values.select("network", "layer", support=total)


def _log_odds(column: str) -> pl.Expr:
    share = pl.col(column).clip(0.02, 0.98)
    return (share / (1 - share)).log10()


def group_statistics(graphs: Sequence[Graph], membership: pl.DataFrame) -> pl.DataFrame:
    """What a group does as a group, one row per network and layer.

    Returns
    -------
    polars.DataFrame
        ``network, layer, members`` and

        * ``pairs``: significant pairs inside;
        * ``observed``, ``expected``: co-actions of those pairs, and by chance under the layer's null;
        * ``p``: Poisson probability of as many as observed;
        * ``decades``: mean of ``-log10 p`` over all pairs of members, those without an edge counted as 0;
        * ``objects``: objects that two or more members share;
        * ``top_share``: share of the members' common acts that is due to the busiest object;
        * ``targets``: objects that a quarter of the members acted on, at least three;
        * ``capture``: share of all acts on the targets that members made;
        * ``exclusivity``: share of the members' acts that went to the targets;
        * ``dispersion``: variance over mean of the members' acts on the targets. About 1 if members are
          tasked alike, 10 and more in a crowd of casual and ardent fans;
        * ``company``, ``by_chance``: share of the members' acts on shared objects that had another member's
          within the window, and the share if members were any of those who acted on the objects.

        Capture, exclusivity and dispersion are null without targets, the last two without a window.
    """
    sizes = membership.group_by("network").agg(members=pl.len())
    return pl.concat([_layer_statistics(graph, membership, sizes) for graph in graphs]).sort("network", "layer")


def _layer_statistics(graph: Graph, membership: pl.DataFrame, sizes: pl.DataFrame) -> pl.DataFrame:
    acts = acts_of_members(graph, membership)
    objects = _objects(acts)
    common = pl.col("members") * (pl.col("members") - 1)
    shares = objects.group_by("network").agg(objects=pl.len(), top_share=common.max() / common.sum())
    parts = (_pairs(graph, membership, sizes), shares, _behaviour(acts, _targets(objects, sizes)), _company(graph, acts))
    table = sizes
    for part in parts:
        table = table.join(part, on="network", how="left")
    counts = [pl.col(name).fill_null(0) for name in ("pairs", "observed", "expected", "decades", "objects", "targets")]
    return table.with_columns(pl.lit(graph.name).alias("layer"), *counts)


def _objects(acts: pl.DataFrame) -> pl.DataFrame:
    """The objects that two or more members acted on."""
    objects = acts.group_by("network", "object").agg(
        members=pl.col("account").n_unique(), acts=pl.len(), crowd=pl.col("crowd").first()
    )
    return objects.filter(pl.col("members") >= 2)


def _targets(objects: pl.DataFrame, sizes: pl.DataFrame) -> pl.DataFrame:
    wide = pl.max_horizontal(pl.lit(3.0), _COMMON * pl.col("of"))
    return objects.join(sizes.rename({"members": "of"}), on="network").filter(pl.col("members") >= wide)


def _pairs(graph: Graph, membership: pl.DataFrame, sizes: pl.DataFrame) -> pl.DataFrame:
    """Significant pairs inside each network, their co-actions, and how many chance explains."""
    inside = edges_inside(graph, membership)
    pairs = inside.group_by("network").agg(
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
    on_target = acts.join(targets.select("network", "object", hit=pl.lit(1)), on=["network", "object"], how="left")
    # members without any act in this layer (another layer found them) are no part of its spread
    by_member = on_target.group_by("network", "account").agg(acts=pl.len(), hits=pl.col("hit").sum())
    spread = by_member.group_by("network").agg(
        exclusivity=pl.col("hits").sum() / pl.col("acts").sum(),
        dispersion=pl.col("hits").var(ddof=1) / pl.col("hits").mean(),
    )
    aimed = targets.group_by("network").agg(targets=pl.len(), capture=pl.col("acts").sum() / pl.col("crowd").sum())
    return aimed.join(spread, on="network", how="left")


def _company(graph: Graph, acts: pl.DataFrame) -> pl.DataFrame:
    """Acts on shared objects that had another member's within the window, seen and by chance.

    Of the ``crowd`` acts on an object, ``near`` others lie within the window of one act. If the other
    ``others`` acts of members are any of the rest, all of them miss it with hypergeometric probability:
    a rush on the object explains that much, and members who keep together do more.
    """
    window = graph.parameters.get("window_s")
    if window is None:
        return pl.DataFrame(schema={"network": pl.Int64, "company": pl.Float64, "by_chance": pl.Float64})
    mine = ["network", "object"]
    shared = acts.filter(pl.len().over(mine) >= 2).sort("network", "object", "time", "account")
    before, after = (pl.col("time").diff(step).abs().over(mine) <= window * 1e6 for step in (1, -1))
    shared = shared.with_columns(
        together=before.fill_null(False) | after.fill_null(False), others=pl.len().over(mine) - 1
    )
    crowd, near, others = (shared[name].to_numpy().astype(float) for name in ("crowd", "near", "others"))
    rest = crowd - 1
    misses = rest - near >= others
    log_alone = (
        gammaln(rest - near + 1) - gammaln(np.maximum(rest - near - others, 0) + 1)
        + gammaln(rest - others + 1) - gammaln(rest + 1)
    )
    chance = 1 - np.where(misses, np.exp(log_alone), 0.0)
    shared = shared.with_columns(chance=pl.Series(chance))
    return shared.group_by("network").agg(company=pl.col("together").mean(), by_chance=pl.col("chance").mean())
