"""Audiences: sets of objects on which the same accounts act, and the accounts that are drawn to them.

Two accounts that hide their joint acts among ordinary ones share little that chance does not explain. The
objects that they boost are easier to detect: two little-known authors that the same fifty accounts retweet.
Objects of layers without a window are therefore clustered by the accounts that acted on them, and groups of
accounts follow from the sets. Circles of friends and fans are audiences as well: groups are only proposed here.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from cib.graphs.coaction import project
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence, distinct_values
from cib.graphs.nulls.registry import backbone
from cib.networks.communities import cluster_labels

__all__ = ["audiences", "drawn_groups", "is_timeless"]

#: Minimum number of objects of a set, and of objects of the set on which an account must have acted.
MIN_OBJECTS = 3
#: Accounts that acted on more objects do not link objects.
MAX_OBJECTS = 500
#: Minimum evidence, in decades, that an account is drawn to a set of objects.
MIN_DECADES = 4.0


#: Kinds of content: equal ones are copies, so that pairs of accounts are clustered instead of sets of objects.
TEXTS = ("text", "near-text", "reworded")
CONTENT = (*TEXTS, "url", "hashtag-sequence")


def is_timeless(graph: Graph) -> bool:
    """Return whether a layer has no window and no content, so that only the choice of objects is informative."""
    return graph.construction.window_s is None and graph.construction.objects not in CONTENT


def audiences(
    incidence: Incidence, *, alpha: float, resolution: float, min_size: int, seed: int = 0
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Find groups of accounts that are drawn to one set of objects.

    Parameters
    ----------
    incidence : Incidence
    alpha : float
        False discovery rate among pairs of objects.
    resolution : float
        Mean decades of evidence per pair of objects above which they form one set.
    min_size, seed : int

    Returns
    -------
    groups : polars.DataFrame
        ``account_id, cluster, decades``; an account is in the group with its largest number of decades.
    sets : polars.DataFrame
        ``cluster, object`` (codes of the incidence).
    """
    groups, sets = drawn_groups(incidence, alpha=alpha, resolution=resolution, min_size=min_size, seed=seed)
    ids = incidence.account_ids.gather(groups["account"]).alias("account_id")
    return groups.select(ids, "cluster", "decades"), sets


def drawn_groups(
    incidence: Incidence, *, alpha: float, resolution: float, min_size: int, seed: int = 0
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Find the groups and sets of :func:`audiences`, with ``account``, the code of the incidence."""
    sets = _object_sets(incidence, alpha, resolution, seed)
    drawn = _drawn(incidence, sets)
    best = drawn.sort("account", "decades", "cluster", descending=[False, True, False])
    best = best.unique("account", keep="first", maintain_order=True).filter(pl.len().over("cluster") >= min_size)
    return best, sets.join(best, on="cluster", how="semi")


def _object_sets(incidence: Incidence, alpha: float, resolution: float, seed: int) -> pl.DataFrame:
    """Find sets of objects on which the same accounts acted: ``cluster, object``.

    Pairs of objects are tested in the same way as pairs of accounts, under the Chung-Lu null with both sides
    exchanged: the popularity of each object and the activity of each account are held fixed.
    """
    mirror = incidence.transposed()
    mirror = mirror.shared_by_at_most(MAX_OBJECTS)
    pairs = backbone(project(mirror, None, MIN_OBJECTS, weights_only=True), "chung-lu", alpha)
    cluster = cluster_labels(pairs, resolution=resolution, min_size=MIN_OBJECTS, seed=seed)
    codes = pairs.codes_in(mirror.account_ids).cast(pl.Int32)
    sets = pl.DataFrame({"cluster": cluster, "object": codes}).filter(pl.col("cluster") >= 0)
    return sets.sort("cluster", "object")


def _drawn(incidence: Incidence, sets: pl.DataFrame) -> pl.DataFrame:
    """Find accounts with more acts on a set of objects than their activity explains.

    If h of the n acts of an account, and a share r of all acts, are on the set, the log-likelihood ratio of Poisson
    rates h and n r is ``h ln(h / n r) - h + n r``. Other acts only increase n.

    Returns
    -------
    polars.DataFrame
        ``account, cluster, hits, decades`` with at least three objects of the set and four decades.
    """
    n_objects, n = len(incidence.popularity), int(sets["cluster"].max() or 0) + 1  # type: ignore[arg-type]
    cluster_of = np.full(n_objects, -1)
    cluster_of[sets["object"].to_numpy()] = sets["cluster"].to_numpy()
    account, object_, acts = incidence.acts_on(sets["object"]).cast(pl.Int64).to_numpy().T
    own = account * n + cluster_of[object_]
    # of most accounts one or two objects are in a set, so that these are left out before their acts are counted
    on = distinct_values(account * n_objects + object_)
    pairs, objects = np.unique(on // n_objects * n + cluster_of[on % n_objects], return_counts=True)
    pairs = pairs[objects >= MIN_OBJECTS]
    drawn, cluster = np.divmod(pairs, n)
    asked = np.zeros(len(incidence.account_ids), dtype=bool)
    asked[drawn] = True
    mine = asked[account]
    own, acts_of = own[mine], acts[mine]
    place = np.searchsorted(pairs, own)
    known = np.append(pairs, -1)[place] == own
    found = pl.DataFrame(
        {
            "account": drawn.astype(np.int32),
            "cluster": cluster,
            "hits": np.bincount(place[known], acts_of[known], len(pairs)),
            "made": incidence.acts[drawn],
            "r": (np.bincount(cluster_of[object_], acts, n) / max(len(incidence), 1))[cluster],
        }
    )
    found = found.with_columns(chance=pl.min_horizontal(pl.col("made") * pl.col("r"), "hits"))
    decades = (pl.col("hits") * (pl.col("hits") / pl.col("chance")).log() - pl.col("hits") + pl.col("chance")) / np.log(
        10
    )
    return (
        found.with_columns(decades=decades)
        .filter(pl.col("decades") >= MIN_DECADES)
        .select("account", "cluster", "hits", "decades")
    )
