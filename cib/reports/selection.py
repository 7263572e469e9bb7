"""Which accounts of which networks are shown, and which lines are drawn between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import polars as pl

from cib.activity import encode
from cib.graphs.graph import Graph
from cib.networks.evidence import edges_at
from cib.networks.network import Network

__all__ = ["edges_among", "lines", "shown_members", "stacked"]

#: Accounts that are shown, of the first networks.
MAX_ACCOUNTS = 10_000

#: Lines of each account: enough to see the shape.
LINES = 4


def shown_members(networks: Sequence[Network]) -> pl.DataFrame:
    """The first members of the networks, with their ``place`` in the list."""
    return stacked(((n.id, n.members) for n in networks), _MEMBERS).head(MAX_ACCOUNTS).with_row_index("place")


def edges_among(networks: Sequence[Network], members: pl.DataFrame) -> pl.DataFrame:
    """The edges among `members`, each pair once with its most significant layer, strongest first."""
    edges = stacked(((n.id, n.evidence.edges) for n in networks), _EDGES).rename({"source": "a", "target": "b"})
    place = members.select("account_id", "place")
    for end in ("a", "b"):
        numbered = place.rename({"account_id": end, "place": f"place_{end}"})
        edges = edges.join(numbered, on=end, maintain_order="left")
    return edges.unique(["network_id", "a", "b"], keep="first", maintain_order=True)


def lines(graphs: Mapping[str, Graph], edges: pl.DataFrame, members: pl.DataFrame) -> list[list[int]]:
    """Pairs of places in `members` to draw a line between: co-actions first, then retweets of boosted accounts."""
    ends = pl.concat([edges.select("place_a", "place_b", place=f"place_{end}") for end in ("a", "b")])
    strongest = (
        ends.group_by("place", maintain_order=True).head(LINES).select(pl.col("place_a", "place_b").cast(pl.Int64))
    )
    parts = [strongest]
    if "retweet" in graphs:
        place = members.select("account_id", "place", "network_id", "joined")
        graph, boosted = graphs["retweet"], place.filter(pl.col("joined") == "boosted")
        rows = np.isin(graph.table["target"], encode(boosted["account_id"], graph.ids).drop_nulls())
        retweets = edges_at(graph, np.flatnonzero(rows)).select("source", "target", "weight")
        retweets = retweets.join(boosted, left_on="target", right_on="account_id")
        retweets = retweets.join(place, left_on=["source", "network_id"], right_on=["account_id", "network_id"])
        retweets = retweets.sort("place", "weight", "place_right", descending=[False, True, False])
        parts.append(
            retweets.group_by("place", maintain_order=True)
            .head(LINES)
            .select(place_a=pl.col("place_right").cast(pl.Int64), place_b=pl.col("place").cast(pl.Int64))
        )
    return [list(row) for row in pl.concat(parts).unique(maintain_order=True).sort("place_a", "place_b").iter_rows()]


def stacked(tables: Iterable[tuple[str, pl.DataFrame]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """One table of the columns named, with the network that each row belongs to."""
    columns = [pl.col(name).cast(dtype) for name, dtype in schema.items()]
    parts = [table.select(*columns, network_id=pl.lit(network)) for network, table in tables]
    return pl.concat(parts or [pl.DataFrame(schema={**schema, "network_id": pl.String()})])


_TEXT, _COUNT, _NUMBER = pl.String(), pl.Int64(), pl.Float64()
_MEMBERS = {
    **dict.fromkeys(("account_id", "joined", "role"), _TEXT),
    **dict.fromkeys(("coordination", "highly_engaged", "amplifier"), _NUMBER),
}
_EDGES = {
    **dict.fromkeys(("layer", "source", "target"), _TEXT),
    "weight": _COUNT,
    **dict.fromkeys(("expected", "p", "q"), _NUMBER),
}
