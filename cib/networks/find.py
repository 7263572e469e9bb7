"""find_networks(): cluster each layer, join clusters across layers, test the group, attach evidence.

Layers are never flattened into one graph: each is clustered by itself, and clusters of different layers
become one network only where they share members. Then those that the network boosts are added, the
group's behaviour is measured, and a verdict says what may be concluded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from cib.errors import InputError, SettingsError
from cib.graphs.graph import Graph
from cib.networks.communities import communities
from cib.networks.evidence import (
    Evidence,
    boosted_accounts,
    coordination,
    decades,
    group_statistics,
    internal_edges,
    log_evidence,
    shared_objects,
)
from cib.networks.network import Network, Networks
from cib.roles import RoleScores

__all__ = ["Rule", "find_networks"]


#: From the most that can be concluded to the least.
_VERDICTS = ("candidate", "coordinated", "insufficient")


@dataclass(frozen=True)
class Rule:
    """Thresholds of clusters and verdicts.

    Parameters
    ----------
    resolution : float
        Mean decades of evidence (-log10 p) per pair above which accounts form one cluster.
    min_size : int
        Smaller clusters are no network.
    min_objects : int
        Below so many shared objects the verdict is ``insufficient``.
    max_top_share : float
        Above this share of common acts due to one object the verdict is ``insufficient``: one viral post
        makes no network.
    min_capture : float
        For ``candidate``: members made at least this share of all acts on what they have in common.
    min_exclusivity : float
        For ``candidate``: at least this share of the members' acts went to it. Newsrooms share sources, and
        do much else.
    max_dispersion : float
        For ``candidate``: the members' acts on it are spread no more than this (variance over mean). An
        audience has casual and ardent fans; those who work through a list do not.
    """

    resolution: float = 1.0
    min_size: int = 5
    min_objects: int = 5
    max_top_share: float = 0.5
    min_capture: float = 0.6
    min_exclusivity: float = 0.4
    max_dispersion: float = 2.0

    def __post_init__(self) -> None:
        if self.min_size < 2:
            raise SettingsError("min_size must be at least 2", got=self.min_size)


def find_networks(
    coactions: Graph | Iterable[Graph],
    roles: RoleScores | None = None,
    *,
    retweets: Graph | None = None,
    rule: Rule | None = None,
    seed: int = 0,
) -> Networks:
    """Candidate networks in the significant edges of one or several layers.

    Parameters
    ----------
    coactions : Graph or iterable of Graph
        From :func:`cib.backbone`, one a layer.
    roles : RoleScores, optional
        Adds the role of each member.
    retweets : Graph, optional
        From :func:`cib.retweet_graph`; adds the accounts that a network boosts.
    rule : Rule, optional
    seed : int
        Of the clustering.

    Returns
    -------
    Networks
        Those with verdict ``candidate`` first, then by coordination.

    Raises
    ------
    InputError
        If a graph has no significance.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> coactions = cib.coaction_graph(activity, objects="author", window=None, min_weight=3, max_accounts=500)
    >>> networks = cib.find_networks(cib.backbone(coactions, null="chung-lu"))
    >>> all(len(network) >= 3 for network in networks)
    True
    """
    rule = rule or Rule()
    graphs = [coactions] if isinstance(coactions, Graph) else list(coactions)
    for graph in graphs:
        if "q" not in graph.table.columns:
            raise InputError(
                f"graph {graph.name!r} has no significance",
                remedy="Pass cib.backbone(graph) instead of the graph.",
            )
    library = graphs[0].library if graphs else "polars"
    graphs = [graph for graph in graphs if graph.n_edges]
    if not graphs:
        return Networks(library=library)
    placed = _joined([_clusters(graph, rule, seed) for graph in graphs], graphs)
    membership = _with_partners(placed, internal_edges(graphs, placed), rule.min_size)
    members = membership.with_columns(joined=pl.lit("co-action")).join(coordination(graphs), on="account_id")
    if retweets is not None and membership.height:
        members = pl.concat([members, _boosted(retweets, members)])
    return _networks(graphs, members, roles, rule)


def _clusters(graph: Graph, rule: Rule, seed: int) -> pl.DataFrame:
    """Clusters of one layer: account_id, cluster."""
    weighted = graph.table.with_columns(evidence=log_evidence(graph))
    matrix = Graph(graph.name, False, graph.ids, weighted).matrix_of("evidence")
    labels = communities(matrix, resolution=rule.resolution, seed=seed)
    clusters = pl.DataFrame({"account_id": graph.ids, "cluster": labels})
    return clusters.filter(pl.len().over("cluster") >= rule.min_size)


def _joined(layers: Sequence[pl.DataFrame], graphs: Sequence[Graph]) -> pl.DataFrame:
    """One network an account: clusters of which the smaller has half its members in the other are one."""
    clusters = pl.concat([layer.with_columns(layer=pl.lit(k)) for k, layer in enumerate(layers)])
    keys = clusters.select("layer", "cluster").unique().sort("layer", "cluster").with_row_index("node")
    clusters = clusters.join(keys, on=["layer", "cluster"])
    sizes = np.bincount(clusters["node"].to_numpy(), minlength=keys.height)
    both = clusters.join(clusters, on="account_id").filter(pl.col("node") < pl.col("node_right"))
    shared = both.group_by("node", "node_right").agg(pl.len())
    a, b = shared["node"].to_numpy(), shared["node_right"].to_numpy()
    same = shared["len"].to_numpy() >= 0.5 * np.minimum(sizes[a], sizes[b])
    links = sp.coo_array((np.ones(same.sum()), (a[same], b[same])), shape=(len(sizes), len(sizes)))
    _, network = connected_components(links, directed=False)
    evidence = decades(graphs)
    placed = clusters.with_columns(network=pl.Series(network[clusters["node"].to_numpy()].astype(np.int64)))
    placed = placed.join(evidence, on=["layer", "account_id"]).sort(
        "account_id", "decades", "network", descending=[False, True, False]
    )
    placed = placed.unique("account_id", keep="first", maintain_order=True)
    return placed.select("account_id", "network").sort("account_id")


def _with_partners(placed: pl.DataFrame, edges: pl.DataFrame, min_size: int) -> pl.DataFrame:
    """Members with a significant edge to another member: no evidence, no membership."""
    ends = pl.concat([edges["source"], edges["target"]]).unique().implode()
    return placed.filter(pl.col("account_id").is_in(ends)).filter(pl.len().over("network") >= min_size)


def _boosted(retweets: Graph, members: pl.DataFrame) -> pl.DataFrame:
    """Those whom a network boosts; their coordination is the network's times its share of their retweeters."""
    level = members.group_by("network").agg(level=pl.col("coordination").median())
    boosted = boosted_accounts(retweets, members.select("account_id", "network")).join(level, on="network")
    return boosted.select(
        "account_id",
        "network",
        joined=pl.lit("boosted"),
        coordination=pl.col("capture") * pl.col("level"),
    ).select(members.columns)


def _networks(graphs: Sequence[Graph], members: pl.DataFrame, roles: RoleScores | None, rule: Rule) -> Networks:
    acting = members.filter(pl.col("joined") == "co-action").select("account_id", "network")
    edges = internal_edges(graphs, acting).partition_by("network", as_dict=True, include_key=False)
    objects = shared_objects(graphs, acting).partition_by("network", as_dict=True, include_key=False)
    statistics = group_statistics(graphs, acting).partition_by("network", as_dict=True, include_key=False)
    members = _with_roles(members, roles).sort("joined", "coordination", "account_id", descending=[True, True, False])
    library = graphs[0].library
    found = []
    for (key,), mine in members.partition_by("network", as_dict=True, include_key=False).items():
        verdict, reasons = _verdict(statistics[(key,)], rule)
        level = float(mine.filter(pl.col("joined") == "co-action")["coordination"].median() or 0.0)  # type: ignore[arg-type]
        evidence = Evidence(edges[(key,)], objects[(key,)], library)
        found.append(Network("", mine, level, verdict, reasons, statistics[(key,)], evidence, library))
    found.sort(key=lambda n: (_VERDICTS.index(n.verdict), -n.coordination, -len(n), n.members["account_id"].min()))
    return Networks(tuple(replace(network, id=f"N{k}") for k, network in enumerate(found, 1)), library)


def _with_roles(members: pl.DataFrame, roles: RoleScores | None) -> pl.DataFrame:
    columns = ("role", "highly_engaged", "amplifier")
    if roles is None:
        unknown = {"role": pl.String, "highly_engaged": pl.Float64, "amplifier": pl.Float64}
        return members.with_columns(*(pl.lit(None, dtype=dtype).alias(name) for name, dtype in unknown.items()))
    return members.join(roles.frame.select("account_id", *columns), on="account_id", how="left")


def _verdict(statistics: pl.DataFrame, rule: Rule) -> tuple[str, tuple[str, ...]]:
    """The most that any layer supports, with the sentences that it rests on."""
    layers = [_layer_verdict(row, rule) for row in statistics.iter_rows(named=True)]
    best = min((verdict for verdict, _ in layers), key=_VERDICTS.index)
    return best, tuple(reason for verdict, reason in layers if verdict == best)


def _layer_verdict(row: dict[str, float | str | None], rule: Rule) -> tuple[str, str]:
    number = {name: float(value) if isinstance(value, (int, float)) else float("nan") for name, value in row.items()}
    seen = (
        f"{row['layer']}: {number['pairs']:.0f} pairs did the same {number['observed']:,.0f} times, "
        f"{number['expected']:,.1f} expected by chance"
    )
    if number["objects"] < rule.min_objects:
        return "insufficient", f"{seen}; only {number['objects']:.0f} objects shared"
    if number["top_share"] > rule.max_top_share:
        return "insufficient", f"{seen}; {number['top_share']:.0%} of it on one object"
    if not number["targets"] > 0:
        return "coordinated", f"{seen}; no object that a quarter of the members share"
    behaviour = (
        f"{seen}; members made {number['capture']:.0%} of all acts on their {number['targets']:.0f} common objects, "
        f"{number['exclusivity']:.0%} of their own went there, spread {number['dispersion']:.1f} (variance over mean)"
    )
    devoted = number["capture"] >= rule.min_capture and number["exclusivity"] >= rule.min_exclusivity
    if devoted and number["dispersion"] <= rule.max_dispersion:
        return "candidate", behaviour
    return "coordinated", f"{behaviour}, as a shared audience might"
