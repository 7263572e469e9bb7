"""Graph: an edge table with a SciPy matrix, a data frame, and the events behind each edge.

The matrix and the frame are derived from the edge table. Accounts are sorted by id and edges by
(source, target), so equal input gives an equal graph.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from cib.activity import encode, to_library
from cib.atomic import atomically
from cib.domains import IDS, SEED, TEXT, takes
from cib.errors import InputError, MissingDependencyError, SettingsError, check_several, did_you_mean
from cib.graphs.construction import Construction, Significance
from cib.graphs.graph_xml import iso_time, write_gexf, write_graphml
from cib.graphs.incidence import Incidence
from cib.mapped import EDGES, mapped_columns

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Graph", "shared_acts"]

#: Construction of graphs that are not projections: their weights are not numbers of shared objects.
NO_COUNTS = Construction(counts=False)


@dataclass(frozen=True, eq=False, repr=False)
class Graph:
    """Accounts and weighted, timed edges between them.

    Parameters
    ----------
    name : str
        What an edge means, such as ``'retweet'`` or ``'co-retweet post 60s'``.
    directed : bool
        If true, an edge runs from the account that acted to the account acted on.
    ids : polars.Series of str
        Account ids, sorted.
    table : polars.DataFrame
        Columns ``source`` and ``target`` (positions in `ids`), ``weight``, then attributes; sorted by
        the first two, each pair once.
    incidence : Incidence, optional
        Events that a projection was made from.
    construction : Construction
        How a projection was made.
    strength : ndarray of int64, shape (n_incidence_accounts,), optional
        For co-action graphs, the number of co-actions of each account of the incidence with any other, including
        edges below the minimum weight.
    library : str
        Library of the frame :attr:`edges`.
    origin : tuple of three polars.Series, optional
        `ids`, the longer list from which they were taken, and the position of each in it; see :meth:`codes_in`.

    Examples
    --------
    >>> import cib
    >>> frame = pl.DataFrame({"account_id": ["b", "c", "b"], "action": ["retweet"] * 3,
    ...                       "target_account_id": ["a", "a", "a"],
    ...                       "created_at": ["2020-06-12T00:00:00Z"] * 2 + ["2020-06-12T00:01:00Z"]})
    >>> graph = cib.retweet_graph(cib.read(frame, progress=False))
    >>> graph
    Graph('retweet', directed, 3 accounts, 2 edges, total weight 3)
    >>> graph.matrix.toarray()
    array([[0., 0., 0.],
           [2., 0., 0.],
           [1., 0., 0.]])
    """

    name: str
    directed: bool
    ids: pl.Series
    table: pl.DataFrame
    incidence: Incidence | None = None
    construction: Construction = NO_COUNTS
    strength: NDArray[np.int64] | None = None
    library: str = "polars"
    origin: tuple[pl.Series, pl.Series, pl.Series] | None = None

    @property
    def n_accounts(self) -> int:
        """Number of accounts."""
        return len(self.ids)

    @property
    def n_edges(self) -> int:
        """Number of edges; for undirected graphs each pair counts once."""
        return self.table.height

    @property
    def accounts(self) -> Any:
        """One row per account, in the order of :attr:`ids`, in the library of the activity's input.

        Columns ``account_id``, ``degree`` (number of edges) and ``weight`` (their sum); of a directed graph
        ``out_degree``, ``in_degree``, ``out_weight`` and ``in_weight``.
        """
        values = {"degree": np.ones(self.n_edges, np.int64), "weight": self.table["weight"].to_numpy()}
        out, into = (
            {name: np.bincount(end, each, self.n_accounts).astype(each.dtype) for name, each in values.items()}
            for end in self.endpoints
        )
        columns = {name: out[name] + into[name] for name in values}
        if self.directed:
            columns = {f"{side}_{name}": sums[name] for name in values for side, sums in (("out", out), ("in", into))}
        return to_library(pl.DataFrame({"account_id": self.ids, **columns}), self.library)

    @cached_property
    def matrix(self) -> sp.csr_array:
        """Weights, shape (n_accounts, n_accounts); symmetric if the graph is undirected."""
        return self.matrix_of("weight")

    @takes(column=TEXT)
    def matrix_of(self, column: str) -> sp.csr_array:
        """Return the matrix of an edge attribute instead of the weight."""
        if column not in self.table.columns:
            remedy = did_you_mean(column, self.table.columns) or f"There are {', '.join(self.table.columns)}."
            raise InputError(f"the edges have no {column!r}", remedy=remedy)
        source, target = (self.table[end].to_numpy().astype(np.int32) for end in ("source", "target"))
        values = self.table[column].cast(pl.Float64).to_numpy()
        shape = (self.n_accounts, self.n_accounts)
        if not self.directed:
            apart = source != target
            source, target, values = (
                np.concatenate([source, target[apart]]),
                np.concatenate([target, source[apart]]),
                np.concatenate([values, values[apart]]),
            )
        matrix = sp.coo_array((values, (source, target)), shape=shape).tocsr()
        matrix.sort_indices()
        return matrix

    @property
    def endpoints(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Positions of source and target of each edge."""
        return (
            self.table["source"].to_numpy().astype(np.int64),
            self.table["target"].to_numpy().astype(np.int64),
        )

    @property
    def events(self) -> Incidence:
        """The incidence of a projection.

        Raises
        ------
        InputError
            If the graph is not a projection.
        """
        if self.incidence is None:
            raise InputError(
                f"graph {self.name!r} is not a co-action graph, so its edges have no shared objects",
                remedy="Take a graph made by coaction_graph().",
            )
        return self.incidence

    @property
    def significance(self) -> Significance:
        """How the edges were tested.

        Raises
        ------
        InputError
            If they were not.
        """
        if self.construction.tested is None:
            raise InputError(f"graph {self.name!r} has no significance", remedy="Pass it to cib.backbone() first.")
        return self.construction.tested

    @property
    def edge_table(self) -> pl.DataFrame:
        """The edges with account ids, as a Polars frame."""
        return self.table.with_columns(
            source=self.ids.gather(self.table["source"]), target=self.ids.gather(self.table["target"])
        )

    @property
    def edges(self) -> Any:
        """The edges with account ids, in the library of the activity's input."""
        return to_library(self.edge_table, self.library)

    def keep_edges(self, keep: NDArray[np.bool_]) -> Graph:
        """Keep the edges where `keep` (shape (n_edges,)) is true; accounts without an edge are left out."""
        chosen = np.asarray(keep)
        if chosen.shape != (self.n_edges,) or chosen.dtype != np.bool_:
            raise SettingsError(
                f"keep must be an array of {self.n_edges} truth values",
                got=f"{chosen.dtype} of shape {chosen.shape}",
                remedy="Compare a column of .table, say.",
            )
        origin = self.origin if self.origin is not None and self.origin[0] is self.ids else None
        if origin and chosen.all():  # each account has an edge
            return self
        kept = _compact(self.ids, self.table.filter(pl.Series(chosen)))
        if origin:
            kept["origin"] = (kept["ids"], origin[1], origin[2].gather(kept["origin"][2]))
        return replace(self, **kept)

    @takes(accounts=IDS)
    def subgraph(self, accounts: Iterable[str]) -> Graph:
        """Return the graph induced by some accounts.

        Parameters
        ----------
        accounts : iterable of str
            Ids; those that are not in the graph are ignored.

        Returns
        -------
        Graph
        """
        check_several("accounts", accounts, f"[{accounts!r}]")
        return self.keep_edges(self.are_among(pl.Series(list(accounts), dtype=pl.String)))

    def are_among(self, accounts: pl.Series) -> NDArray[np.bool_]:
        """Return which edges are between some accounts; shape (n_edges,)."""
        wanted = np.zeros(self.n_accounts, dtype=bool)
        wanted[encode(accounts, self.ids).drop_nulls().to_numpy()] = True
        source, target = (self.table[end].to_numpy() for end in ("source", "target"))
        inside: NDArray[np.bool_] = wanted[source] & wanted[target]
        return inside

    @takes(most=SEED)
    def strongest(self, most: int) -> Graph:
        """Keep the `most` edges with the smallest p-value, or with the largest weight if there are no p-values."""
        if self.n_edges <= most:
            return self
        strength = self.table["p"] if "p" in self.table.columns else -self.table["weight"]
        keep = np.zeros(self.n_edges, dtype=bool)
        keep[np.argsort(strength.to_numpy(), kind="stable")[:most]] = True
        return self.keep_edges(keep)

    def in_files(self) -> Graph:
        """Return the graph with its edges in temporary files if there are many; see :mod:`cib.mapped`."""
        return replace(self, table=mapped_columns(self.table, EDGES))

    def spread(self, ids: pl.Series) -> Graph:
        """Return the same edges over a larger, sorted list of accounts that includes all accounts of this graph."""
        codes = self.codes_in(ids)
        if codes.null_count():
            raise InputError(f"graph {self.name!r} has accounts that are not in the list", got=codes.null_count())
        table = self.table.with_columns(
            source=codes.gather(self.table["source"]), target=codes.gather(self.table["target"])
        )
        return replace(self, ids=ids, table=table)

    def codes_in(self, ids: pl.Series) -> pl.Series:
        """Position of each of :attr:`ids` in another list, null where it is not there; shape (n_accounts,)."""
        if ids is self.ids:
            return pl.int_range(len(ids), dtype=pl.UInt32, eager=True)
        if self.origin is not None and self.origin[0] is self.ids and self.origin[1] is ids:
            return self.origin[2]
        return encode(self.ids, ids)

    def save(self, path: str | Path) -> Path:
        """Write the graph to a file.

        Parameters
        ----------
        path : str or Path
            ``.gexf`` and ``.graphml`` for Gephi, networkx, igraph and graphology; ``.parquet`` and ``.csv`` for
            the table of edges.

        Returns
        -------
        Path

        Raises
        ------
        InputError
            If the file name has another ending.
        """
        file = Path(path)
        edges = self.edge_table
        writers: dict[str, Callable[[Path], object]] = {
            ".gexf": lambda part: write_gexf(part, self.ids, self.table, directed=self.directed),
            ".graphml": lambda part: write_graphml(part, self.ids, self.table, directed=self.directed),
            ".parquet": edges.write_parquet,
            ".csv": edges.write_csv,
        }
        if file.suffix.lower() not in writers:
            raise InputError(
                "a graph cannot be written as this kind of file",
                where=str(path),
                remedy=f"End the name in one of {', '.join(writers)}.",
            )
        file.parent.mkdir(parents=True, exist_ok=True)
        atomically(file, writers[file.suffix.lower()])
        return file

    def to_networkx(self) -> nx.Graph[str]:
        """Convert to a networkx ``Graph`` or ``DiGraph`` whose attributes are strings and numbers.

        Times are ISO 8601 strings, so that all writers of networkx accept the graph.
        """
        import networkx as nx

        graph: nx.Graph[str] = nx.DiGraph(name=self.name) if self.directed else nx.Graph(name=self.name)
        graph.add_nodes_from(self.ids.to_list())
        for edge in self._plain_edges.iter_rows(named=True):
            source, target = edge.pop("source"), edge.pop("target")
            graph.add_edge(source, target, **{name: value for name, value in edge.items() if value is not None})
        return graph

    def to_igraph(self) -> Any:
        """Convert to an igraph ``Graph``; the ids are the vertex attribute ``name``, and times are ISO 8601 strings.

        Raises
        ------
        MissingDependencyError
            If igraph is not installed.
        """
        try:
            from igraph import Graph as IGraph
        except ImportError as error:
            raise MissingDependencyError("this needs igraph", remedy="Install it: pip install igraph.") from error
        ends = np.column_stack(self.endpoints).tolist()
        attributes = self._plain_edges.drop("source", "target").to_dict(as_series=False)
        graph = IGraph(self.n_accounts, ends, directed=self.directed, edge_attrs=attributes)
        graph["name"], graph.vs["name"] = self.name, self.ids.to_list()
        return graph

    @property
    def _plain_edges(self) -> pl.DataFrame:
        """The edges with account ids, and times as ISO 8601 strings."""
        schema = self.table.schema
        return self.edge_table.with_columns(
            iso_time(name, kind) for name, kind in schema.items() if isinstance(kind, pl.Datetime)
        )

    @takes(a=TEXT, b=TEXT)
    def evidence(self, a: str, b: str) -> Any:
        """Return the posts behind one edge of a projection.

        Parameters
        ----------
        a, b : str
            Account ids.

        Returns
        -------
        frame
            One row per shared object: ``object_id``, the closest posts of both (``post_a``, ``post_b``),
            their times, ``lag`` in seconds, and ``second``, the account that acted second (null on a tie).

        Raises
        ------
        InputError
            If the graph is not a projection, or an account is not in it.
        """
        incidence = self.events
        for account in (a, b):
            if account not in self.ids:
                remedy = did_you_mean(account, self.ids) or "The accounts with an edge are in .ids."
                raise InputError(f"account {account!r} is not in graph {self.name!r}", remedy=remedy)
        pair = pl.DataFrame({"a": [a], "b": [b]})
        acts = shared_acts(incidence, pair, self.construction).drop("a", "b")
        return to_library(acts, self.library)

    def __repr__(self) -> str:
        kind = "directed" if self.directed else "undirected"
        total = self.table["weight"].sum()
        return (
            f"Graph({self.name!r}, {kind}, {self.n_accounts:,} accounts, {self.n_edges:,} edges, "
            f"total weight {total:,.10g})"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>{self.edge_table.head(5)._repr_html_()}"


def shared_acts(incidence: Incidence, pairs: pl.DataFrame, made: Construction, most: int | None = None) -> pl.DataFrame:
    """Find the closest acts of each pair of accounts on each object that both acted on.

    Parameters
    ----------
    incidence : Incidence
    pairs : polars.DataFrame
        ``a`` and ``b``, account ids, each pair once.
    made : Construction
        Acts further apart than its window, or than the window of an object in ``shortened``, are left out.
    most : int, optional
        Maximum number of objects of each pair, those of smallest lag; all by default.

    Returns
    -------
    polars.DataFrame
        ``a, b, object_id, post_a, post_b, time_a, time_b, lag, second``, sorted by pair, then time; by lag, then time
        if there is a maximum.
    """
    accounts = pl.concat([pairs["a"], pairs["b"]]).unique()
    events = incidence.of_accounts(accounts.to_list()).sort("created_at", "post_id")
    # joins are by numbers: those of ids take twice as long
    objects = events["object_id"].rank("dense").cast(pl.Int64)
    base = len(events) + 1
    numbered = events.select("account_id", object=objects, time="created_at").with_row_index("event")
    key = pl.col("pair").cast(pl.Int64) * base + pl.col("object")
    left, right = (
        numbered.join(pairs.select(account_id=end).with_row_index("pair"), on="account_id", maintain_order="left")
        .with_columns(key=key)
        .select("key", pl.col("time", "event").name.suffix(f"_{end}"))
        for end in ("a", "b")
    )
    shared = left.join(right, on="key", how="semi", maintain_order="left").join_asof(
        right, left_on="time_a", right_on="time_b", by="key", strategy="nearest", coalesce=False, check_sortedness=False
    )
    ahead = (pl.col("time_b") - pl.col("time_a")).dt.total_microseconds() / 1e6
    shared = shared.with_columns(ahead=ahead, lag=ahead.abs())
    shared = shared.sort("lag", "time_a", "event_a").unique("key", keep="first", maintain_order=True)
    own = {item.object: item.window_s for item in made.shortened}
    if made.window_s is not None or own:
        widest = math.inf if made.window_s is None else made.window_s
        window = events["object_id"].gather(shared["event_a"]).replace_strict(own, default=widest) if own else widest
        shared = shared.filter(pl.col("lag") <= window)
    if most is not None:
        shared = shared.sort("lag", "time_a", "key")
        shared = shared.group_by(pair=pl.col("key") // base, maintain_order=True).head(most)
    pair, first, second = pairs[shared["key"] // base], events[shared["event_a"]], events[shared["event_b"]]
    told = shared.select(
        pair["a"],
        pair["b"],
        first["object_id"],
        first["post_id"].alias("post_a"),
        second["post_id"].alias("post_b"),
        "time_a",
        "time_b",
        "lag",
        second=pl.when(pl.col("ahead") > 0).then(pair["b"]).when(pl.col("ahead") < 0).then(pair["a"]),
    )
    return told.sort("a", "b", "time_a", "object_id") if most is None else told


def graph_from_codes(
    name: str, ids: pl.Series, table: pl.DataFrame, *, directed: bool, library: str = "polars", **more: Any
) -> Graph:
    """Make a graph of edges coded against a larger list of accounts; accounts without an edge are left out.

    `table` has ``source`` and ``target`` (positions in `ids`), ``weight`` and attributes.
    """
    return Graph(name=name, directed=directed, library=library, **_compact(ids, table), **more)


def _compact(ids: pl.Series, table: pl.DataFrame) -> dict[str, Any]:
    source, target = ends = table["source"].to_numpy(), table["target"].to_numpy()
    used = sum(np.bincount(end, minlength=len(ids)) for end in ends) > 0
    position = (np.cumsum(used) - 1).astype(np.uint32)
    # in half the time of an index, which checks each position
    table = table.with_columns(
        pl.Series(name, np.take(position, end, mode="clip"))
        for name, end in zip(("source", "target"), ends, strict=True)
    )
    later = (source[1:] > source[:-1]) | ((source[1:] == source[:-1]) & (target[1:] > target[:-1]))
    if not later.all():  # the edges of the kernel are already sorted, and sorting is slow
        table = table.sort("source", "target")
    codes = pl.Series(np.flatnonzero(used).astype(np.uint32))
    kept = ids.gather(codes)
    return {"ids": kept, "table": table, "origin": (kept, ids, codes)}
