"""Posts that are the evidence of pairs and objects in a report."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from cib.activity import encode
from cib.graphs.graph import Graph, shared_acts
from cib.graphs.incidence import Incidence
from cib.mapped import release_pages

__all__ = ["POSTS", "acts_of", "first_posts", "kind_of"]

#: Maximum number of acts shown per pair and of posts per object.
POSTS = 3

#: Number of pairs whose acts are looked up at a time, since there may be thousands for each pair.
_AT_ONCE = 5_000


def kind_of(graph: Graph) -> str:
    """Return the kind of the shared objects, such as ``post``."""
    return graph.construction.objects


def acts_of(pairs: pl.DataFrame, layers: Mapping[str, Graph]) -> pl.DataFrame:
    """Return the acts of smallest lag of each pair in its layer.

    Parameters
    ----------
    pairs : polars.DataFrame
        ``layer, a, b``, each pair once.
    layers : mapping of str to Graph

    Returns
    -------
    polars.DataFrame
        ``a, b, object, kind, post_a, post_b, time_a, time_b, lag, second``: `second` is ``'a'`` or ``'b'``, the account
        that acted second, or null.
    """
    parts = [pl.DataFrame(schema=_ACTS)]
    for (layer,), wanted in pairs.partition_by("layer", as_dict=True).items():
        release_pages()
        graph = layers[str(layer)]
        if graph.incidence is None:
            continue
        for some in wanted.select("a", "b").iter_slices(_AT_ONCE):
            closest = shared_acts(graph.incidence, some, graph.construction, POSTS)
            second = pl.coalesce(pl.when(pl.col("second") == pl.col(end)).then(pl.lit(end)) for end in ("a", "b"))
            told = closest.with_columns(kind=pl.lit(kind_of(graph)), second=second)
            parts.append(told.rename({"object_id": "object"}).select(*_ACTS))
    return pl.concat(parts)


_TIME = pl.Datetime("us", "UTC")
_ACTS = {
    **dict.fromkeys(("a", "b", "object", "kind", "post_a", "post_b"), pl.String()),
    **dict.fromkeys(("time_a", "time_b"), _TIME),
    "lag": pl.Float64(),
    "second": pl.String(),
}


def first_posts(incidence: Incidence | None, objects: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return the first posts of members on given objects: network_id, object_id, account, post, time."""
    if incidence is None:
        return objects.head(0)
    mine = objects.select("network_id", "object_id").join(members.select("network_id", "account_id"), on="network_id")
    codes = encode(objects["object_id"].unique(), incidence.object_ids).drop_nulls()
    events = incidence.keep_events(np.isin(incidence.object, codes.to_numpy().astype(np.int32)))
    acts = events.of_accounts(mine["account_id"].unique().to_list()).join(mine, on=["account_id", "object_id"])
    acts = acts.sort("created_at", "post_id", "network_id").rename(
        {"account_id": "account", "post_id": "post", "created_at": "time"}
    )
    return acts.group_by("network_id", "object_id", maintain_order=True).head(POSTS)
