"""Evidence of candidate networks: their edges and shared objects.

All functions compute all networks at once, by joining tables, so that a thousand networks cost hardly more
than one. ``membership`` is always a table of ``account_id`` and ``network``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import encode, to_library
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence, stable_order
from cib.networks.parts import sliced

__all__ = [
    "EVIDENCE",
    "Evidence",
    "acts_in",
    "acts_of_members",
    "coordination",
    "decades",
    "edges_at",
    "edges_of",
    "log_evidence",
    "networks_in",
    "networks_of",
    "rows_inside",
    "shared_objects",
    "told_objects",
]

#: Maximum evidence of one edge, in decades, so that one pair does not suffice for a network.
MOST_DECADES = 50.0

#: Lower bound of probabilities and expectations.
LEAST = 1e-300

_SPAN = dict.fromkeys(("first", "last"), pl.Datetime("us", "UTC"))

#: The columns of :attr:`Evidence.edges` and :attr:`Evidence.objects`.
EVIDENCE: dict[str, dict[str, Any]] = {
    "edges": {
        **dict.fromkeys(("layer", "source", "target"), pl.String),
        "weight": pl.Int64,
        **dict.fromkeys(("expected", "p", "q", "lag", "led"), pl.Float64),
        **_SPAN,
    },
    "objects": {"layer": pl.String, "object_id": pl.String, "members": pl.UInt32, "accounts": pl.Int64, **_SPAN},
}


@sliced("objects")
@dataclass(frozen=True, eq=False, repr=False)
class Evidence:
    """Edges and shared objects of one network.

    Parameters
    ----------
    graphs : tuple of Graph
        The layers.
    rows : tuple of ndarray of int
        For each layer the rows of its table that are edges of the network, so that edges are stored only once, in
        their graph.
    objects : polars.DataFrame
        ``layer, object_id, members, accounts, first, last``: number of members and of all accounts that acted on
        each object shared by at least two members; most members first.
    library : str
    """

    graphs: tuple[Graph, ...]
    rows: tuple[NDArray[np.int64], ...]
    objects: pl.DataFrame
    library: str = "polars"

    @property
    def edges(self) -> pl.DataFrame:
        """Return ``layer, source, target, weight, expected, p, q, lag, led, first, last``, strongest first."""
        return edges_of([self]).drop("network")

    @property
    def n_edges(self) -> int:
        """Return the number of edges, over all layers."""
        return sum(map(len, self.rows))

    def to_frame(self) -> Any:
        """Return the edges, in the data-frame library of the activity."""
        return to_library(self.edges, self.library)

    def __repr__(self) -> str:
        return f"Evidence({self.n_edges:,} edges, {self.objects.height:,} shared objects)"

    def _repr_html_(self) -> str:
        return self.edges.head(10)._repr_html_() + self.objects.head(10)._repr_html_()


def edges_of(evidence: Sequence[Evidence]) -> pl.DataFrame:
    """Return :attr:`Evidence.edges` of several networks with the same layers, and in ``network`` the position of each.

    One query per layer, so that a thousand networks cost hardly more than one.
    """
    parts = [pl.DataFrame(schema={"network": pl.Int64, **EVIDENCE["edges"]})]
    graphs = evidence[0].graphs if evidence else ()
    for k, graph in sorted(enumerate(graphs), key=lambda layer: layer[1].name):
        rows = [np.sort(each.rows[k]) for each in evidence]
        network = pl.Series("network", np.repeat(np.arange(len(rows)), list(map(len, rows))), dtype=pl.Int64)
        edges = edges_at(graph, np.concatenate(rows)).with_columns(network, layer=pl.lit(graph.name))
        parts.append(edges.select(parts[0].columns))
    # a stable sort: the edges are in the order of layer, source and target, as in the tables of the graphs
    return pl.concat(parts).sort("network", "q", "p", maintain_order=True)


def log_evidence(edges: pl.DataFrame) -> pl.Series:
    """Compute the decades of evidence of each edge: ``-log10 p``, at most :data:`MOST_DECADES`."""
    p = edges["p"].to_numpy()
    return pl.Series("evidence", np.minimum(-np.log10(np.maximum(p, LEAST)), MOST_DECADES))


def decades(graph: Graph) -> pl.DataFrame:
    """Compute ``-log10 q`` of the most significant edge of each account: ``account_id, decades``."""
    edge = -np.log10(np.maximum(graph.table["q"].to_numpy(), LEAST))
    best = np.zeros(graph.n_accounts)
    for end in graph.endpoints:
        np.maximum.at(best, end, edge)
    return pl.DataFrame({"account_id": graph.ids, "decades": best})


def coordination(graphs: Sequence[Graph]) -> pl.DataFrame:
    """Compute the coordination of each account with a significant edge: ``account_id, coordination``.

    With d the decades of its most significant edge in any layer, it is ``d / (d + 10)``, in [0, 1): it orders
    accounts by evidence and saturates slowly, so that accounts with strong evidence are not tied.
    """
    best = pl.concat([decades(graph) for graph in graphs]).group_by("account_id").agg(pl.col("decades").max())
    return best.select("account_id", coordination=pl.col("decades") / (pl.col("decades") + 10.0))


def shared_objects(acts: pl.DataFrame) -> tuple[pl.DataFrame, NDArray[np.int64]]:
    """Select objects on which at least two members of a network acted, and these members.

    Parameters
    ----------
    acts : polars.DataFrame
        From :func:`acts_of_members`.

    Returns
    -------
    objects : polars.DataFrame
        ``network, object, members, acts, first, last``: number of members on the object, number of their acts, and the
        first and last time of these.
    accounts : ndarray of int
        Members that acted on one of these objects, ascending.
    """
    from cib.networks.sharing import shared_by  # numba takes half a second to import

    network, account, object_, time = (acts[name].to_numpy() for name in ("network", "account", "object", "time"))
    account, object_ = (each.astype(np.int32, copy=False) for each in (account, object_))
    *columns, accounts = shared_by(network, account, object_, time)
    table = pl.DataFrame(dict(zip(("network", "object", "members", "acts", "first", "last"), columns, strict=True)))
    counts, moments = pl.col("members", "acts").cast(pl.UInt32), pl.col("first", "last").cast(pl.Datetime("us", "UTC"))
    return table.with_columns(counts, moments), accounts


def told_objects(graphs: Sequence[Graph], objects: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return shared objects with their ids: ``network, layer, object_id, members, accounts, first, last``.

    ``members`` counts the members of the network, ``accounts`` all accounts on the object.
    """
    parts = [
        shared.select(
            "network",
            layer=pl.lit(graph.name),
            object_id=graph.events.names_of(shared["object"]),
            members="members",
            accounts=pl.Series(graph.events.popularity[shared["object"].to_numpy()]),
            first="first",
            last="last",
        )
        for graph, shared in zip(graphs, objects, strict=True)
    ]
    return pl.concat(parts).sort("network", "members", "layer", "object_id", descending=[False, True, False, False])


def networks_of(ids: pl.Series, membership: pl.DataFrame) -> NDArray[np.int64]:
    """Return the network of each id, -1 for none; shape (n_ids,)."""
    network = np.full(len(ids), -1, dtype=np.int64)
    codes = encode(membership["account_id"], ids)
    known = codes.is_not_null()
    network[codes.filter(known).to_numpy()] = membership["network"].filter(known).to_numpy()
    return network


def networks_in(graphs: Iterable[Graph], membership: pl.DataFrame) -> Iterator[tuple[Graph, NDArray[np.int64]]]:
    """Yield each graph and the network of each account of its events, looked up once for graphs of one activity."""
    ids, network = None, np.empty(0, dtype=np.int64)
    for graph in graphs:
        if graph.events.account_ids is not ids:
            ids = graph.events.account_ids
            network = networks_of(ids, membership)
        yield graph, network


def acts_in(
    graphs: Iterable[Graph], membership: pl.DataFrame
) -> Iterator[tuple[Graph, NDArray[np.int64], pl.DataFrame, pl.DataFrame, NDArray[np.int64]]]:
    """Yield each graph, the network of each account of its events, the acts of members, and :func:`shared_objects`.

    The last three are computed once for consecutive graphs of the same events.
    """
    events, acts, shared, accounts = None, pl.DataFrame(), pl.DataFrame(), np.empty(0, dtype=np.int64)
    for graph, network in networks_in(graphs, membership):
        if not _same_events(graph.events, events):
            events, acts = graph.events, acts_of_members(graph, network)
            shared, accounts = shared_objects(acts)
        yield graph, network, acts, shared, accounts


def _same_events(one: Incidence, other: Incidence | None) -> bool:
    """Return whether the events are the same: those of one kind are, if the same objects were left out."""
    if other is None or one is other or not type(one) is type(other) is Incidence:  # on an engine they are not known
        return one is other
    if one.object_ids is not other.object_ids or one.account_ids is not other.account_ids:
        return False
    return np.array_equal(one.row, other.row) and np.array_equal(one.object, other.object)


def rows_inside(graph: Graph, network: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of edges with both ends in one network, sorted by network, and the network of each.

    `network` holds the network of each account of the events, from :func:`networks_in`.
    """
    network = network[graph.codes_in(graph.events.account_ids).to_numpy()]
    source, target = (network[graph.table[end].to_numpy()] for end in ("source", "target"))
    rows = np.flatnonzero((source >= 0) & (source == target))
    order = stable_order(source[rows])
    return rows[order], source[rows[order]]


def edges_at(graph: Graph, rows: NDArray[np.int64]) -> pl.DataFrame:
    """Return some rows of the table of a graph, with account ids."""
    edges = graph.table[rows]
    return edges.with_columns(source=graph.ids.gather(edges["source"]), target=graph.ids.gather(edges["target"]))


def acts_of_members(graph: Graph, network: NDArray[np.int64]) -> pl.DataFrame:
    """Return acts of members: ``network, account, object, time``, the second and third as codes of the incidence.

    `network` holds the network of each account of the events, from :func:`networks_in`.
    """
    incidence = graph.events
    account, object_, time, *_ = incidence.events_of(network >= 0)
    return pl.DataFrame({"network": network[account], "account": account, "object": object_, "time": time})
