"""find_networks(): cluster each layer, join clusters across layers, test the group, attach evidence.

Layers are never flattened into one graph: each is clustered by itself, and clusters of different layers
become one network only where they share members. Then those that the network boosts are added, the
group's behaviour is measured, and a verdict says what may be concluded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from cib.activity import Activity
from cib.errors import InputError, check_whole
from cib.graphs.graph import Graph
from cib.graphs.nulls.registry import check_counts
from cib.networks.account_metadata import NO_FACTS, account_facts
from cib.networks.communities import clusters_of
from cib.networks.confirmation import confirm
from cib.networks.evidence import Evidence, decades, rows_inside, told_objects
from cib.networks.membership import boosted_accounts, leading
from cib.networks.network import VERDICTS, Network, Networks
from cib.networks.object_sets import audiences, is_timeless
from cib.networks.statistics import Inside, group_statistics, support
from cib.notebook import html_rows
from cib.roles import RoleScores

__all__ = ["Rule", "find_networks"]

#: Decades of a network of which no layer says anything.
_UNSUPPORTED = -3.0


@dataclass(frozen=True)
class Rule:
    """Thresholds of clusters and verdicts.

    Parameters
    ----------
    resolution : float
        Mean decades of evidence (-log10 p) per pair above which accounts form one cluster.
    set_resolution : float
        The same per pair of objects, for sets of objects with one audience; see
        :func:`cib.networks.object_sets.audiences`.
    min_size : int
        Smaller clusters are no network.
    min_objects : int
        Below so many shared objects the verdict is ``insufficient``.
    max_top_share : float
        Above this share of common acts due to one object the verdict is ``insufficient``: one viral post
        makes no network.
    max_p_confirm : float
        Above this p-value on acts that had no part in finding it, the verdict is ``insufficient``; see
        :func:`cib.networks.confirmation.confirm`. At 1 it is not asked, which takes half the time.
    min_support : float
        For ``candidate``: decades of evidence against a shared audience, see
        :func:`cib.networks.statistics.support`.
    min_facts : float
        Or so many decades from what is known of the accounts, where behaviour does not speak against it; see
        :mod:`cib.networks.account_metadata`.
    min_led : float
        An account that acted before all other members on at least this share of what it shares with them is
        ``followed``.
    """

    resolution: float = 1.0
    set_resolution: float = 10.0
    min_size: int = 5
    min_objects: int = 5
    max_top_share: float = 0.5
    max_p_confirm: float = 1e-3
    min_support: float = 0.5
    min_facts: float = 3.0
    min_led: float = 0.8

    def __post_init__(self) -> None:
        check_whole("min_size", self.min_size, 2)

    def _repr_html_(self) -> str:
        return html_rows(asdict(self))


def find_networks(
    coactions: Graph | Iterable[Graph],
    roles: RoleScores | None = None,
    *,
    retweets: Graph | None = None,
    activity: Activity | None = None,
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
    activity : Activity, optional
        Adds what is known of the accounts; see :mod:`cib.networks.account_metadata`.
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
    _check_tested(graphs)
    library = graphs[0].library if graphs else "polars"
    quickest = _quickest(graphs)  # one without an edge says something, too: nobody kept so close
    graphs = [graph for graph in graphs if graph.n_edges or is_timeless(graph)]
    if not graphs:
        return Networks(library=library)
    proposals = [_proposed(graph, rule, seed) for graph in graphs]
    placed, origin = _joined([clusters for clusters, _ in proposals])
    membership = _with_evidence(placed, graphs, rule.min_size)
    groups = membership.select("account_id", "network")
    sets = [_of_networks(sets, origin.filter(layer=k)) for k, (_, sets) in enumerate(proposals)]
    statistics, inside = group_statistics(graphs, groups, sets)
    weighed = support(statistics, quickest.name if quickest else None)
    statistics = statistics.join(weighed, on=["network", "layer"], how="left")
    confirmed = confirm(
        graphs if rule.max_p_confirm < 1 else [],
        groups,
        resolution=rule.resolution,
        set_resolution=rule.set_resolution,
        min_size=rule.min_size,
        seed=seed,
    )
    facts = account_facts(activity, groups) if activity is not None else NO_FACTS
    judged = _judged(statistics, confirmed, facts, rule)
    members = _ranked(_with_order(membership, quickest, rule), judged)
    if retweets is not None and members.height:
        members = pl.concat([members, _boosted(retweets, members)])
    return _networks(graphs, inside, _with_roles(members, roles), statistics, judged, facts)


def _check_tested(graphs: Iterable[Graph]) -> None:
    """Refuse a graph whose edges were not tested, or are no counts of shared objects."""
    for graph in graphs:
        if graph.construction.tested is None:
            raise InputError(
                f"graph {graph.name!r} has no significance",
                remedy="Pass cib.backbone(graph) instead of the graph.",
            )
        check_counts(graph)


def _proposed(graph: Graph, rule: Rule, seed: int) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Clusters of one layer, ``account_id, cluster, decades``, and the sets of objects that they come from, if any."""
    if is_timeless(graph):
        alpha = graph.significance.alpha
        return audiences(graph.events, alpha=alpha, resolution=rule.set_resolution, min_size=rule.min_size, seed=seed)
    clusters = clusters_of(graph, resolution=rule.resolution, min_size=rule.min_size, seed=seed)
    return clusters.join(decades(graph), on="account_id"), None


def _of_networks(sets: pl.DataFrame | None, origin: pl.DataFrame) -> pl.DataFrame | None:
    """``network, object`` of the sets whose clusters became networks."""
    return None if sets is None else sets.join(origin, on="cluster").select("network", "object").unique()


def _joined(layers: Sequence[pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One network an account: clusters of which the smaller has half its members in the other are one.

    Returns ``account_id, network, layer, decades``, and ``layer, cluster, network``.
    """
    clusters = pl.concat([clusters.with_columns(layer=pl.lit(k)) for k, clusters in enumerate(layers)])
    keys = clusters.select("layer", "cluster").unique().sort("layer", "cluster").with_row_index("node")
    clusters = clusters.join(keys, on=["layer", "cluster"])
    sizes = np.bincount(clusters["node"].to_numpy(), minlength=keys.height)
    both = clusters.join(clusters, on="account_id").filter(pl.col("node") < pl.col("node_right"))
    shared = both.group_by("node", "node_right").agg(pl.len())
    a, b = shared["node"].to_numpy(), shared["node_right"].to_numpy()
    same = shared["len"].to_numpy() >= 0.5 * np.minimum(sizes[a], sizes[b])
    links = sp.coo_array((np.ones(same.sum()), (a[same], b[same])), shape=(len(sizes), len(sizes)))
    _, network = connected_components(links, directed=False)
    keys = keys.with_columns(network=pl.Series(network.astype(np.int64)))
    placed = clusters.join(keys, on="node").sort("account_id", "decades", "network", descending=[False, True, False])
    placed = placed.unique("account_id", keep="first", maintain_order=True)
    return placed.select("account_id", "network", "layer", "decades"), keys.drop("node")


def _with_evidence(placed: pl.DataFrame, graphs: Sequence[Graph], min_size: int) -> pl.DataFrame:
    """Members with a significant edge to another, or drawn to what they act on: no evidence, no membership."""
    ends = pl.concat([_ends_inside(graph, placed) for graph in graphs]).implode()
    audience = [k for k, graph in enumerate(graphs) if is_timeless(graph)]
    joined = (
        pl.when(pl.col("account_id").is_in(ends))
        .then(pl.lit("co-action"))
        .when(pl.col("layer").is_in(audience))
        .then(pl.lit("alike"))
    )
    members = placed.with_columns(joined=joined).drop_nulls("joined").filter(pl.len().over("network") >= min_size)
    return members.drop("layer")


def _ends_inside(graph: Graph, placed: pl.DataFrame) -> pl.Series:
    """Accounts with an edge to another of their network."""
    rows, _ = rows_inside(graph, placed)
    inside = np.zeros(graph.n_accounts, dtype=bool)
    for end in graph.endpoints:
        inside[end[rows]] = True
    return graph.ids.filter(pl.Series(inside))


def _quickest(graphs: Sequence[Graph]) -> Graph | None:
    """The layer of the shortest window."""
    timed = [
        (graph.construction.window_s, k) for k, graph in enumerate(graphs) if graph.construction.window_s is not None
    ]
    return graphs[min(timed)[1]] if timed else None


def _with_order(membership: pl.DataFrame, quickest: Graph | None, rule: Rule) -> pl.DataFrame:
    """Who nearly always acts first is ``followed``; what others do after it is no evidence of its own."""
    if quickest is None:
        return membership
    members = membership.join(leading(quickest, membership), on="account_id", how="left")
    followed = ((pl.col("objects") >= rule.min_objects) & (pl.col("led") >= rule.min_led)).fill_null(False)
    return members.with_columns(
        joined=pl.when(followed).then(pl.lit("followed")).otherwise("joined"),
        decades=pl.col("decades") * (1 - pl.col("led").fill_null(0.0)),
    )


def _judged(statistics: pl.DataFrame, confirmed: pl.DataFrame, facts: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """The layer that says most about each network, with its statistics, and the verdict."""
    known = facts.group_by("network").agg(facts=pl.col("decades").sum().round(6))
    rows = statistics.join(confirmed, on="network", how="left").join(known, on="network", how="left")
    rows = rows.with_columns(
        pl.col("support").fill_null(_UNSUPPORTED), pl.col("facts").fill_null(0.0), pl.col("p_confirm").fill_null(1.0)
    )
    enough = (
        (pl.col("objects") >= rule.min_objects)
        & (pl.col("top_share") <= rule.max_top_share)
        & (pl.col("p_confirm") <= rule.max_p_confirm)
    )
    by_facts = (pl.col("support") >= 0) & (pl.col("facts") >= rule.min_facts)
    verdict = (
        pl.when(~enough.fill_null(False))
        .then(pl.lit("insufficient"))
        .when((pl.col("support") >= rule.min_support) | by_facts)
        .then(pl.lit("candidate"))
        .otherwise(pl.lit("coordinated"))
    )
    rows = rows.with_columns(verdict=verdict.cast(pl.Enum(VERDICTS)))
    best = rows.sort("network", "verdict", "support", "layer", descending=[False, False, True, False])
    return best.unique("network", keep="first", maintain_order=True)


def _ranked(membership: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """Members with their coordination: half of how sure the group is, the other half by their own evidence."""
    sure = judged.select("network", sure=1 / (1 + 10.0 ** -pl.col("support")))
    own = pl.col("decades") / (pl.col("decades") + 10.0)
    members = membership.join(sure, on="network").with_columns(coordination=(pl.col("sure") * (1 + own) / 2).round(12))
    return members.select("account_id", "network", "joined", "coordination")


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


def _networks(
    graphs: Sequence[Graph],
    inside: Sequence[Inside],
    members: pl.DataFrame,
    statistics: pl.DataFrame,
    judged: pl.DataFrame,
    facts: pl.DataFrame,
) -> Networks:
    shared = told_objects(graphs, [layer.objects for layer in inside])
    no_objects, no_facts = shared.head(0).drop("network"), NO_FACTS.drop("network")
    objects, rows, known = (
        table.partition_by("network", as_dict=True, include_key=False) for table in (shared, statistics, facts)
    )
    verdicts = {row["network"]: row for row in judged.iter_rows(named=True)}
    members = members.sort("coordination", "account_id", descending=[True, False])
    library = graphs[0].library
    found = []
    for key, mine in members.partition_by("network", as_dict=True, include_key=False).items():
        best = verdicts[key[0]]
        level = float(mine["coordination"].median() or 0.0)  # type: ignore[arg-type]
        own = tuple(at.rows[slice(*np.searchsorted(at.network, [key[0], key[0] + 1]))] for at in inside)
        evidence = Evidence(tuple(graphs), own, objects.get(key, no_objects), library)
        about = known.get(key, no_facts)
        reasons = (*_reasons(best), *_known(about))
        found.append(Network("", mine, level, best["verdict"], reasons, rows[key], evidence, library, about))
    found.sort(key=lambda n: (VERDICTS.index(n.verdict), -n.coordination, -len(n), n.members["account_id"].min()))
    return Networks(tuple(replace(network, id=f"N{k}") for k, network in enumerate(found, 1)), library)


def _with_roles(members: pl.DataFrame, roles: RoleScores | None) -> pl.DataFrame:
    columns = ("role", "highly_engaged", "amplifier")
    if roles is None:
        unknown = {"role": pl.String, "highly_engaged": pl.Float64, "amplifier": pl.Float64}
        return members.with_columns(*(pl.lit(None, dtype=dtype).alias(name) for name, dtype in unknown.items()))
    return members.join(roles.table.select("account_id", *columns), on="account_id", how="left")


def _reasons(row: dict[str, Any]) -> tuple[str, ...]:
    """The sentences that a verdict rests on."""
    seen = (
        f"{row['layer']}: {row['pairs']:,} pairs did the same {row['observed']:,} times, "
        f"{row['expected']:,.1f} expected by chance"
        if row["pairs"]
        else f"{row['layer']}: {row['members']:,} members share {row['objects']:,} objects, though no pair stands out"
    )
    if row["verdict"] == "insufficient":
        shared = f"{row['objects']:,} objects shared, {row['top_share'] or 1:.0%} of it on one"
        return seen, f"too little to tell: {shared}; p {row['p_confirm']:.1g} on acts that had no part in finding them"
    if not row["targets"]:
        return seen, "no object that enough of the members share"
    behaviour = (
        f"members made {row['capture']:.0%} of all acts on their {row['targets']:,} common objects, "
        f"{row['exclusivity']:.0%} of their own went there, spread {row['dispersion']:.1f} (variance over mean)"
    )
    weight = f"together {row['support']:+.1f} decades of evidence against a shared audience"
    return seen, behaviour, weight


def _known(facts: pl.DataFrame) -> Iterator[str]:
    """A sentence for each fact that stands out."""
    for row in facts.filter(pl.col("decades") >= 1).iter_rows(named=True):
        yield (
            f"{row['fact']}: {row['share']:.0%} of {row['members']:,} members, {row['elsewhere']:.1%} elsewhere "
            f"({row['decades']:+.1f} decades)"
        )
