"""Selection of the accounts shown in a report and of the lines drawn between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from cib.activity import encode
from cib.graphs.graph import Graph
from cib.networks.evidence import edges_at, edges_of
from cib.networks.network import Network, stacked

__all__ = ["accounts_of", "edges_among", "lines", "shown_members"]

#: Maximum number of accounts of which posts are looked up.
MAX_ACCOUNTS = 10_000

#: Maximum number of members, and of boosted accounts, shown of a network that is no candidate.
MAX_OTHERS = 20

#: Maximum number of lines selected per account.
LINES = 3


def accounts_of(networks: Sequence[Network], roles: Sequence[str] = ()) -> pl.DataFrame:
    """Return the first members and boosted accounts of the networks, with their scores of `roles`.

    ``place`` is the row number.
    """
    columns = {**_MEMBERS, **dict.fromkeys(roles, _NUMBER)}
    tables = ((n.id, part) for n in networks for part in (n.members, n.boosted) if part.height)
    return stacked(tables, columns).head(MAX_ACCOUNTS).with_row_index("place")


def shown_members(accounts: pl.DataFrame, networks: Sequence[Network]) -> pl.DataFrame:
    """Return the accounts that are shown, numbered by ``place``: all of candidates, and the first of other networks."""
    candidates = [network.id for network in networks if network.verdict == "candidate"]
    first = pl.int_range(pl.len()).over("network_id", pl.col("joined") == "boosted") < MAX_OTHERS
    return accounts.drop("place").filter(first | pl.col("network_id").is_in(candidates)).with_row_index("place")


def edges_among(networks: Sequence[Network], members: pl.DataFrame) -> pl.DataFrame:
    """Return the edges of networks, one per pair and in its most significant layer, sorted by network and q.

    Ends are numbered by their ``place`` in `members`, null for accounts that are not shown.
    """
    edges = edges_of([network.evidence for network in networks])
    ids = pl.Series("network_id", [network.id for network in networks], dtype=pl.String)
    edges = edges.select(*_EDGES, ids.gather(edges["network"])).rename({"source": "a", "target": "b"})
    place = members.select("account_id", "place")
    for end in ("a", "b"):
        numbered = place.rename({"account_id": end, "place": f"place_{end}"})
        edges = edges.join(numbered, on=end, how="left", maintain_order="left")
    return edges.unique(["network_id", "a", "b"], keep="first", maintain_order=True)


def lines(graphs: Mapping[str, Graph], edges: pl.DataFrame, members: pl.DataFrame) -> list[list[int]]:
    """Select pairs of positions in `members` to connect by lines: co-actions, and retweets of boosted accounts."""
    ranked = edges.drop_nulls(["place_a", "place_b"]).with_row_index("rank")
    ends = pl.concat([ranked.select("rank", "place_a", "place_b", place=f"place_{end}") for end in ("a", "b")])
    strongest = (
        ends.sort("rank")
        .group_by("place", maintain_order=True)
        .head(LINES)
        .select(pl.col("place_a", "place_b").cast(pl.Int64))
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


_TEXT, _NUMBER = pl.String(), pl.Float64()
_MEMBERS = {
    **dict.fromkeys(("account_id", "joined", "role"), _TEXT),
    "coordination": _NUMBER,
}
_EDGES = ("layer", "source", "target", "weight", "expected", "p", "q")
