"""Posts that are the evidence of pairs and objects in a report."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from cib.activity import encode
from cib.graphs.graph import Graph, shared_acts
from cib.graphs.incidence import Incidence
from cib.mapped import release_pages
from cib.reports.plain import Rows, as_rows

__all__ = ["POSTS", "first_posts", "kind_of", "with_acts"]

#: Maximum number of posts shown per pair and object.
POSTS = 5

#: Number of pairs whose acts are looked up at a time, since there may be thousands for each pair.
_AT_ONCE = 5_000


def kind_of(graph: Graph) -> str:
    """Return the kind of the shared objects, such as ``post``."""
    return graph.construction.objects


def with_acts(pairs: pl.DataFrame, layers: Mapping[str, Graph], posts: int = POSTS) -> Rows:
    """Return rows of pairs with their acts: object, posts, times, lag and the account that acted second."""
    acts: dict[tuple[str, str, str], Rows] = {}
    for (layer,), wanted in pairs.partition_by("layer", as_dict=True).items():
        release_pages()
        graph = layers[layer]
        if graph.incidence is None:
            continue
        for some in wanted.select("a", "b").unique(maintain_order=True).iter_slices(_AT_ONCE):
            shared = shared_acts(graph.incidence, some, graph.construction)
            closest = shared.sort("lag", "time_a", "object_id").group_by("a", "b", maintain_order=True).head(posts)
            for row in as_rows(closest.rename({"object_id": "object"}).with_columns(kind=pl.lit(kind_of(graph)))):
                key = (layer, row.pop("a"), row.pop("b"))
                row["second"] = {key[1]: "a", key[2]: "b"}.get(row["second"])
                acts.setdefault(key, []).append(row)
    told = as_rows(pairs.select("network_id", "layer", "a", "b", "weight", "expected", "q"))
    return [{**row, "acts": acts.get((row["layer"], row["a"], row["b"]), [])} for row in told]


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
