"""find_networks(): propose groups, measure them, decide the verdicts, recruit members and attach evidence.

Groups are clusters of ties over all layers; for accounts outside of these, clusters of single layers, joined if they
share members; and the sets of accounts that these groups serve. The verdict (:mod:`cib.networks.verdict`) depends on
all acts of a group and on the metadata of its accounts; confirmed groups recruit (:mod:`cib.networks.recruitment`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from cib.activity import Activity
from cib.domains import GRAPHS, IDS, SEED, either, instance, takes
from cib.errors import InputError
from cib.graphs.graph import Graph
from cib.graphs.nulls.registry import check_counts
from cib.graphs.numbered import NumberedActivity
from cib.mapped import release_pages
from cib.networks.account_metadata import (
    NO_FACTS,
    account_facts,
    among,
    automatic,
    created_together,
    disclosed,
    unaffiliated,
)
from cib.networks.acts import Acts, Ints
from cib.networks.behaviour import behaviour
from cib.networks.campaigns import with_campaigns
from cib.networks.communities import clusters_of
from cib.networks.confirmation import confirm
from cib.networks.days_off import days_off
from cib.networks.engine_acts import EngineActs
from cib.networks.evidence import (
    Evidence,
    acts_in,
    decades,
    networks_in,
    rows_inside,
    told_objects,
)
from cib.networks.membership import leading
from cib.networks.network import Network, Networks
from cib.networks.object_sets import audiences, is_timeless
from cib.networks.occasions import companies
from cib.networks.parts import cut
from cib.networks.pools import pools
from cib.networks.recruitment import recruit
from cib.networks.served import fitting, served_by, served_sets
from cib.networks.statistics import Inside, group_statistics
from cib.networks.ties import is_slow, tie_groups, ties
from cib.networks.verdict import (
    KINDS,
    VERDICTS,
    Reason,
    Rule,
    kinds_of_evidence,
    like_pools,
    pooled_kinds,
    reasons_of,
    rule_of_pools,
    shared_kinds,
    verdicts,
)
from cib.roles import RoleScores

__all__ = ["find_networks"]


@takes(
    roles=either(instance("RoleScores"), None),
    activity=either(instance("Activity", "NumberedActivity"), None),
    rule=either(instance("Rule"), None),
    seed=SEED,
    coactions=GRAPHS,
    exclude=IDS,
)
def find_networks(
    coactions: Graph | Iterable[Graph],
    roles: RoleScores | None = None,
    *,
    activity: Activity | NumberedActivity | None = None,
    tied: Sequence[Graph] | None = None,
    exclude: Collection[str] = (),
    rule: Rule | None = None,
    seed: int = 0,
) -> Networks:
    """Find candidate networks in the significant edges of one or several layers.

    Parameters
    ----------
    coactions : Graph or iterable of Graph
        From :func:`cib.backbone`, one per layer.
    roles : RoleScores, optional
        Role scores, which add the role of each member.
    activity : Activity, optional
        The activity from which the graphs were made. Without it no kind of evidence can be tested, so that no network
        is a ``candidate``.
    tied : sequence of Graph, optional
        The same layers with edges up to a larger false discovery rate, from which ties are computed.
    exclude : collection of str
        Accounts that cannot be members.
    rule : Rule, optional
    seed : int
        Seed of the clustering.

    Returns
    -------
    Networks
        Networks with verdict ``candidate`` first, then by coordination.

    Raises
    ------
    InputError
        If a graph has no significance.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> coactions = cib.coaction_graph(activity, objects="author", window=None, min_weight=3, max_accounts=500)
    >>> networks = cib.find_networks(cib.backbone(coactions, null="chung-lu"), activity=activity)
    >>> all(len(network) >= 3 for network in networks)
    True
    """
    rule = rule or Rule()
    graphs = [coactions] if isinstance(coactions, Graph) else list(coactions)
    _check_tested(graphs)
    library = graphs[0].library if graphs else "polars"
    graphs = [_without(graph, exclude) for graph in graphs]
    quickest = _quickest(graphs)
    graphs = [graph for graph in graphs if graph.n_edges or is_timeless(graph)]
    if not graphs:
        return Networks(library=library)
    acts = None if activity is None else _acts(activity, [_without(graph, exclude) for graph in tied or graphs])
    membership, sets = _groups(graphs, acts, exclude, rule, seed)
    release_pages()
    groups = membership.select("account_id", "network")
    statistics, inside = group_statistics(graphs, groups, sets)
    if acts is not None:
        inside = []  # to be computed of the members, who are not known yet
    confirmed = confirm(
        _widest(graphs) if rule.max_p_confirm < 1 else [],
        groups,
        resolution=rule.resolution,
        set_resolution=rule.set_resolution,
        min_size=rule.min_size,
        seed=seed,
    )
    release_pages()
    best = _best_layer(statistics, confirmed, rule)
    members = _with_order(membership, quickest, rule)
    judged, facts = (_unmeasured(best), NO_FACTS) if acts is None else _judged(acts, groups, best, rule)
    members = _ranked(members, judged)
    scores = None
    if acts is not None:
        members = fitting(acts, members, judged, rule)
        release_pages()
        members, scores = _recruited(acts, members, judged, exclude, rule)
        release_pages()
        inside, members = _with_shared_objects(graphs, members, rule)
    release_pages()
    members = _with_roles(members, roles)
    networks = _networks(graphs, inside, members, statistics, judged, facts, rule)
    if acts is not None:
        networks = with_campaigns(networks, acts, rule)
    return replace(networks, scores=scores, library=library)


def _acts(activity: Activity | NumberedActivity, graphs: Sequence[Graph]) -> Acts:
    return EngineActs(activity, graphs) if isinstance(activity, NumberedActivity) else Acts(activity, graphs)


#: Result for a layer whose clusters are not needed.
_NO_CLUSTERS = (pl.DataFrame(schema={"account_id": pl.String, "cluster": pl.Int64, "decades": pl.Float64}), None)


def _check_tested(graphs: Iterable[Graph]) -> None:
    """Raise an error for a graph whose edges were not tested, or are not counts of shared objects."""
    for graph in graphs:
        if graph.construction.tested is None:
            raise InputError(
                f"graph {graph.name!r} has no significance",
                remedy="Pass cib.backbone(graph) instead of the graph.",
            )
        check_counts(graph)


def _without(graph: Graph, exclude: Collection[str]) -> Graph:
    """Return the graph without the edges of some accounts."""
    if not exclude:
        return graph
    out = graph.ids.is_in(list(exclude)).to_numpy()
    source, target = graph.endpoints
    return graph.keep_edges(~(out[source] | out[target]))


def _groups(
    graphs: Sequence[Graph], acts: Acts | None, exclude: Collection[str], rule: Rule, seed: int
) -> tuple[pl.DataFrame, list[pl.DataFrame | None]]:
    """Find groups of ties, and clusters of each layer for accounts outside of these.

    Returns ``account_id, network, joined, decades``, and for each layer the sets of objects by which networks were
    found, ``network, object``, or None.
    """
    # if ties are known, the clusters of slow layers and of contents add nothing to them
    quick = [acts is None or is_timeless(graph) or not is_slow(graph) for graph in graphs]
    proposals = [
        _proposed(graph, rule, seed) if own else _NO_CLUSTERS for graph, own in zip(graphs, quick, strict=True)
    ]
    placed, origin = _joined([clusters for clusters, _ in proposals])
    placed = placed.filter(~pl.col("account_id").is_in(list(exclude)))
    if acts is not None:
        table = ties(acts, rule)
        placed, origin = _with_ties(placed, origin, acts, tie_groups(table, acts, rule, seed), rule.min_size)
    membership = _with_evidence(placed, graphs, rule.min_size)
    if acts is not None:
        membership = _without_automatic(_with_served(membership, acts, exclude, rule), acts, rule)
    return membership, [_of_networks(found, origin.filter(layer=k)) for k, (_, found) in enumerate(proposals)]


def _widest(graphs: Sequence[Graph]) -> list[Graph]:
    """Return for each kind of object the layer with the largest number of significant edges."""
    found: dict[str, Graph] = {}
    for graph in graphs:
        kind = graph.construction.objects
        if kind not in found or graph.n_edges > found[kind].n_edges:
            found[kind] = graph
    return list(found.values())


def _with_ties(
    placed: pl.DataFrame, origin: pl.DataFrame, acts: Acts, tied: Ints, min_size: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add groups of ties; a network of layers joins the group that holds half of it, else keeps its other members."""
    ids = acts.activity.account_ids
    groups = pl.DataFrame({"account_id": ids, "tied": tied}).filter(pl.col("tied") >= 0)
    of = placed.join(groups, on="account_id", how="left", maintain_order="left")
    home = of.drop_nulls("tied").group_by("network", "tied").len()
    home = home.sort("network", "len", "tied", descending=[False, True, False])
    home = home.unique("network", keep="first", maintain_order=True)
    home = home.join(placed.group_by("network").agg(size=pl.len()), on="network")
    home = home.filter(2 * pl.col("len") >= pl.col("size")).select("network", home="tied")
    free = int(tied.max(initial=-1)) + 1
    new = origin.select("network").unique().sort("network").with_row_index("new", offset=free)
    new = new.join(home, on="network", how="left").select(
        "network", new=pl.coalesce("home", pl.col("new").cast(pl.Int64))
    )
    left = of.filter(pl.col("tied").is_null()).drop("tied").join(new, on="network")
    left = left.select("account_id", "layer", "decades", network="new")
    known = groups.select("account_id", network="tied").join(placed.drop("network"), on="account_id", how="left")
    together = pl.concat([known.select(left.columns), left]).with_columns(pl.col("decades").fill_null(0.0))
    together = together.filter(pl.len().over("network") >= min_size).sort("account_id")
    origin = origin.join(new, on="network").select("layer", "cluster", network="new")
    return together.select("account_id", "network", "layer", "decades"), origin


def _with_served(membership: pl.DataFrame, acts: Acts, exclude: Collection[str], rule: Rule) -> pl.DataFrame:
    """Add the sets of accounts that networks serve to the members."""
    found = served_sets(acts, acts.group_of(membership["account_id"], membership["network"]), rule)
    table = pl.DataFrame({"account_id": acts.activity.account_ids, "network": found}).filter(pl.col("network") >= 0)
    table = table.filter(~pl.col("account_id").is_in(list(exclude)))
    table = table.join(membership.drop("network"), on="account_id", how="left", maintain_order="left")
    table = table.with_columns(pl.col("joined").fill_null("served"), pl.col("decades").fill_null(0.0))
    return table.filter(pl.len().over("network") >= rule.min_size).select(membership.columns)


def _without_automatic(membership: pl.DataFrame, acts: Acts, rule: Rule) -> pl.DataFrame:
    """Leave out accounts that declare that they are automatic, except from networks in which most do."""
    told, _ = automatic(acts.seen_by(acts.group_of(membership["account_id"], membership["network"])))
    declared = pl.col("account_id").is_in(acts.activity.account_ids.filter(pl.Series(told)).implode())
    kept = membership.filter(~declared | (declared.mean().over("network") > rule.max_automatic))
    return kept.filter(pl.len().over("network") >= rule.min_size)


def _proposed(graph: Graph, rule: Rule, seed: int) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Find clusters of one layer, ``account_id, cluster, decades``, and the sets of objects behind them, if any."""
    if is_timeless(graph):
        alpha = graph.significance.alpha
        return audiences(graph.events, alpha=alpha, resolution=rule.set_resolution, min_size=rule.min_size, seed=seed)
    clusters = clusters_of(graph, resolution=rule.resolution, min_size=rule.min_size, seed=seed)
    return clusters.join(decades(graph), on="account_id"), None


def _of_networks(sets: pl.DataFrame | None, origin: pl.DataFrame) -> pl.DataFrame | None:
    """Return ``network, object`` of the sets whose clusters became networks."""
    return None if sets is None else sets.join(origin, on="cluster").select("network", "object").unique()


def _joined(layers: Sequence[pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Join clusters that share half of the members of the smaller one; each account is in one network.

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
    """Keep members with evidence: a significant edge to another, common targets, or ties."""
    ends = pl.concat([_ends_inside(graph, network) for graph, network in networks_in(graphs, placed)]).implode()
    audience = [k for k, graph in enumerate(graphs) if is_timeless(graph)]
    joined = (
        pl.when(pl.col("account_id").is_in(ends))
        .then(pl.lit("co-action"))
        .when(pl.col("layer").is_in(audience))
        .then(pl.lit("shared targets"))
        .when(pl.col("layer").is_null())
        .then(pl.lit("tied"))
    )
    members = placed.with_columns(joined=joined).drop_nulls("joined").filter(pl.len().over("network") >= min_size)
    return members.drop("layer")


def _ends_inside(graph: Graph, network: Ints) -> pl.Series:
    """Return the accounts with an edge to another of their network."""
    rows, _ = rows_inside(graph, network)
    inside = np.zeros(graph.n_accounts, dtype=bool)
    for end in graph.endpoints:
        inside[end[rows]] = True
    return graph.ids.filter(pl.Series(inside))


def _quickest(graphs: Sequence[Graph]) -> Graph | None:
    """Return the layer with the shortest window."""
    timed = [
        (graph.construction.window_s, k) for k, graph in enumerate(graphs) if graph.construction.window_s is not None
    ]
    return graphs[min(timed)[1]] if timed else None


def _with_order(membership: pl.DataFrame, quickest: Graph | None, rule: Rule) -> pl.DataFrame:
    """Mark accounts that nearly always act first as ``leader``; acts of others after theirs are no evidence on them."""
    if quickest is None:
        return membership
    members = membership.join(leading(quickest, membership), on="account_id", how="left")
    leads = ((pl.col("objects") >= rule.min_objects) & (pl.col("led") >= rule.min_led)).fill_null(False)
    return members.with_columns(
        joined=pl.when(leads).then(pl.lit("leader")).otherwise("joined"),
        decades=pl.col("decades") * (1 - pl.col("led").fill_null(0.0)),
    )


def _best_layer(statistics: pl.DataFrame, confirmed: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Return the layer with the most evidence on each network, its statistics, and whether these are enough."""
    rows = statistics.join(confirmed, on="network", how="left")
    enough = (
        (pl.col("objects") >= rule.min_objects)
        & (pl.col("top_share") <= rule.max_top_share)
        & (pl.lit(rule.max_p_confirm >= 1) | (pl.col("p_confirm") <= rule.max_p_confirm))
    )
    rows = rows.with_columns(enough=enough.fill_null(False))
    best = rows.sort("network", "enough", "observed", "layer", descending=[False, True, True, False])
    return best.unique("network", keep="first", maintain_order=True).sort("network")


def _unmeasured(best: pl.DataFrame) -> pl.DataFrame:
    """Return the table of networks of which only the edges are known."""
    verdict = pl.when("enough").then(pl.lit("coordinated")).otherwise(pl.lit("insufficient"))
    nothing = {kind: pl.lit(None, dtype=pl.Float64) for kind in KINDS}
    return best.with_columns(
        **nothing,
        verdict=verdict.cast(pl.Enum(VERDICTS)),
        evidence=pl.lit(0.0),
        recruits=pl.lit(False),
        copied=pl.lit(None, dtype=pl.Float64),
        measured=pl.lit(False),
        level=pl.lit(0.0),
    )


def _judged(acts: Acts, groups: pl.DataFrame, best: pl.DataFrame, rule: Rule) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Compute the behaviour, kinds of evidence and verdict of each network; and its account facts."""
    numbers = groups.select("network").unique().sort("network").with_row_index("dense")
    dense = groups.join(numbers, on="network")
    group = acts.group_of(dense["account_id"], dense["dense"])
    free = unaffiliated(acts, group, rule.most_aimed)
    seen = acts.seen_by(group, everybody=rule.min_single > 0)
    done = behaviour(seen, group, regulars=rule.min_single > 0)
    release_pages()
    for about in (disclosed(seen, group), created_together(acts, group)):
        done = done.join(about, on="network", maintain_order="left")
    facts, rest = account_facts(acts, group, free, rule.min_batched), days_off(acts, group, free)
    release_pages()
    copies = kinds_of_evidence(done, facts, rest, rule)["copying"].fill_null(0.0) > 0
    pool = pools(seen, group, copies.to_numpy(), rule)
    in_pool = np.append(pool, -1)[group]
    pooled = account_facts(acts, in_pool, free, rule.min_batched)
    served = pl.Series(served_by(acts, group, rule))

    def judge(facts: pl.DataFrame, pooled: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        of = pl.DataFrame({"of": np.arange(len(pool)), "network": pool}).join(pooled, on="network")
        of = like_pools(facts, of.with_columns(network="of").select(facts.columns), rule)
        kinds = kinds_of_evidence(done, facts, rest, rule)
        kinds, facts = pooled_kinds(kinds, kinds_of_evidence(done, of, rest, rule_of_pools(rule)), facts, of)
        kinds = shared_kinds(kinds, served)
        return kinds, facts, verdicts(kinds, done, best["enough"], rule)

    kinds, named, judged = judge(facts, pooled)
    company = companies(acts, group, (judged["verdict"] == "candidate").to_numpy(), rule)
    facts, counts = among(acts, group, free, facts, company, rule.min_batch_held)
    if company.height:
        of_pool = company.with_columns(network=pl.Series(pool).gather(company["network"])).filter(
            pl.col("network") >= 0
        )
        pooled, _ = among(acts, in_pool, free, pooled, of_pool.unique().sort("network", "account"), rule.min_batch_held)
        kinds, named, judged = judge(facts, pooled)
    facts = named
    judged = judged.join(counts, on="network", how="left", maintain_order="left")
    table = done.drop("members").with_columns(level=pl.col("held").fill_null(0.0))
    for part in (kinds, rest.drop("p"), judged):
        table = table.join(part, on="network")
    back = numbers.select("network", dense=pl.col("dense").cast(pl.Int64))
    table = (
        best.drop("targets")
        .join(back, on="network")
        .join(table.rename({"network": "dense"}), on="dense", maintain_order="left")
    )
    named = facts.rename({"network": "dense"}).join(back, on="dense", maintain_order="left").select(facts.columns)
    return table.drop("dense").with_columns(measured=pl.lit(True)), named


def _ranked(membership: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """Compute the coordination of members: candidates above 0.5, ordered by evidence, then by their own edges."""
    candidate = pl.col("verdict") == "candidate"
    sure = pl.min_horizontal(pl.col("evidence") / 15, pl.lit(0.5))
    doubt = (1 - 0.9 * candidate.cast(pl.Float64)) * (1 - sure) * (1 - 0.3 * pl.col("level"))
    levels = judged.select("network", level=0.5 * candidate.cast(pl.Float64) + 0.5 * (1 - doubt))
    own = pl.col("decades") / (pl.col("decades") + 10.0)
    members = membership.join(levels, on="network").with_columns(
        coordination=(pl.col("level") * (0.9 + 0.1 * own)).round(9)
    )
    unknown = {
        "network_role": pl.lit(None, dtype=pl.String),
        **dict.fromkeys(("acts", "aimed"), pl.lit(None, dtype=pl.Int64)),
    }
    return members.select("account_id", "network", "joined", "coordination", **unknown)


def _recruited(
    acts: Acts, members: pl.DataFrame, judged: pl.DataFrame, exclude: Collection[str], rule: Rule
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add recruited and boosted members, and compute the coordination of all accounts that act on candidates.

    Returns ``account_id, network, joined, coordination, network_role, acts, aimed``, and ``account_id, coordination``.
    """
    ids = acts.activity.account_ids
    numbers = judged.filter(pl.col("verdict") == "candidate").sort("network").with_row_index("dense")
    recruits = numbers["recruits"].to_numpy()
    if not len(recruits):
        recruits = np.zeros(1, dtype=bool)
    confirmed = members.join(numbers.select("network", "dense"), on="network")
    core = acts.group_of(confirmed["account_id"], confirmed["dense"])
    out = ids.is_in(list(exclude)).to_numpy()
    found = recruit(acts, core, recruits, out, rule)
    ways = {"created together": found.together, "copied text": found.copies, "amplifier": found.aims}
    joined = np.select([each >= 0 for each in ways.values()], list(ways), "boosted")
    joins = (found.found >= 0) & (core < 0)
    network = np.append(numbers["network"].to_numpy(), -1)
    table = pl.DataFrame(
        {
            "account_id": ids,
            "found": network[found.found],
            "how": np.where(joins, joined, ""),
            "acts": acts.made,
            "aimed": found.aimed,
            "flagged": found.confirmed >= 0,
            "copies": (found.copies >= 0) | (found.together >= 0),
            "lifted": found.lifted >= 0,
        }
    ).with_columns(pl.col("how").replace("", None))
    known = members.drop("network_role", "acts", "aimed")
    table = table.join(known, on="account_id", how="left", maintain_order="left")
    recruited = pl.col("how").is_not_null()
    share = (3 * pl.col("aimed") / (pl.col("acts") + 4)).clip(0.0, 0.85)
    flagged = pl.col("flagged").cast(pl.Float64)
    own = pl.when(recruited | pl.col("network").is_null()).then(0.0).otherwise(pl.col("coordination").fill_null(0.0))
    rest = pl.when("flagged").then(2 * own - 1).otherwise(2 * own).clip(0.0, 1.0)
    doubt = (1 - rest) * (1 - share) * (1 - 0.9 * pl.col("copies")) * (1 - 0.5 * pl.col("lifted"))
    score = (0.5 * flagged + 0.5 * (1 - doubt)).round(9)
    table = table.with_columns(
        coordination=score,
        network=pl.when(recruited).then("found").otherwise("network"),
        joined=pl.when(recruited).then("how").otherwise("joined"),
        aimed=pl.col("aimed").cast(pl.Int64),
    )
    scores = table.filter(pl.col("coordination") > 0).select("account_id", "coordination")
    # a group that lost members to a confirmed network may be too small now
    table = table.drop_nulls("network").filter(_of_size(rule))
    return _with_network_role(table, rule), scores


def _with_network_role(table: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Add the role of each account in its network: ``core``, ``amplifier`` or ``boosted``."""
    aims = (pl.col("aimed") >= rule.aimed_acts) & (pl.col("aimed") >= 0.5 * pl.col("acts"))
    amplifies = ((pl.col("joined") == "amplifier") | aims) & ~pl.col("lifted")
    role = (
        pl.when(pl.col("joined") == "boosted")
        .then(pl.lit("boosted"))
        .when(amplifies)
        .then(pl.lit("amplifier"))
        .otherwise(pl.lit("core"))
    )
    columns = ("account_id", "network", "joined", "coordination", "network_role", "acts", "aimed")
    return table.with_columns(network_role=role).select(columns)


def _with_shared_objects(
    graphs: Sequence[Graph], members: pl.DataFrame, rule: Rule
) -> tuple[list[Inside], pl.DataFrame]:
    """Recompute edges and shared objects of each layer after recruitment, which also moves accounts between networks.

    Accounts that were tied only to accounts that left share no object with the others, and are no longer members.
    """
    membership = members.filter(_OWN).select("account_id", "network")
    inside, sharing = [], []
    for graph, network, _, shared, accounts in acts_in(graphs, membership):
        inside.append(Inside(*rows_inside(graph, network), shared))
        sharing.append(graph.events.account_ids.gather(accounts))
    tied = pl.col("joined") != "tied"
    kept = members.filter(tied | pl.col("account_id").is_in(pl.concat(sharing).unique().implode()))
    return inside, kept.filter(_of_size(rule))


#: Members by their own acts. An account does not control whether it is boosted.
_OWN = pl.col("joined").ne_missing("boosted")


def _of_size(rule: Rule) -> pl.Expr:
    """Select the rows of networks with enough members, boosted accounts not counted."""
    return _OWN.sum().over("network") >= rule.min_size


def _networks(
    graphs: Sequence[Graph],
    inside: Sequence[Inside],
    members: pl.DataFrame,
    statistics: pl.DataFrame,
    judged: pl.DataFrame,
    facts: pl.DataFrame,
    rule: Rule,
) -> Networks:
    shared = told_objects(graphs, [layer.objects for layer in inside])
    members = members.sort("coordination", "account_id", descending=[True, False])
    tables = (shared, statistics, facts, members.filter(_OWN), members.filter(~_OWN))
    (objects, no_objects), (rows, _), (known, no_facts), (own, _), (boosted, no_boosted) = (
        cut(table, "network") for table in tables
    )
    told: dict[int, dict[str, dict[str, Any]]] = {}
    for row in facts.iter_rows(named=True):
        told.setdefault(row["network"], {})[row["fact"]] = row
    verdict_of = {row["network"]: row for row in judged.iter_rows(named=True)}
    order = members.filter(_OWN).group_by("network").agg(pl.col("coordination").median(), pl.col("account_id").min())
    levels = {network: (level, first) for network, level, first in order.iter_rows()}
    bounds = [np.searchsorted(at.network, np.arange(max(levels, default=-1) + 2)) for at in inside]
    library, layers = graphs[0].library, tuple(graphs)
    found = []
    for k, mine in own.items():
        best, (level, first) = verdict_of[k], levels[k]
        at_edges = tuple(at.rows[starts[k] : starts[k + 1]] for at, starts in zip(inside, bounds, strict=True))
        evidence = Evidence(layers, at_edges, objects.get(k, no_objects), library)
        measured = reasons_of(best, told.get(k, {}), rule) if best["measured"] else (_NOTHING_MEASURED,)
        kinds = {kind: best[kind] for kind in KINDS}
        parts = {
            "members": mine,
            "coordination": level,
            "verdict": best["verdict"],
            "reasons": (*_seen(best), *measured),
            "statistics": rows[k],
            "evidence": evidence,
            "library": library,
            "facts": known.get(k, no_facts),
            "kinds": kinds,
            "boosted": boosted.get(k, no_boosted),
        }
        found.append(((VERDICTS.index(best["verdict"]), -level, mine.start - mine.stop, first), parts))
    found.sort(key=itemgetter(0))
    return Networks(tuple(Network(f"N{k}", **parts) for k, (_, parts) in enumerate(found, 1)), library)


_NOTHING_MEASURED = Reason(
    "acts", "no kind of evidence was tested: the acts of the members were not given", speaks="untested"
)


def _seen(row: dict[str, Any]) -> tuple[Reason, ...]:
    """Return the reasons on co-action of the members, and on its confirmation on held-out acts."""
    if row["pairs"]:
        text = (
            f"{row['layer']}: {row['pairs']:,} pairs did the same {row['observed']:,} times, "
            f"{row['expected']:,.1f} expected by chance"
        )
    else:
        text = f"{row['layer']}: {row['members']:,} members share {row['objects']:,} objects, though no pair stands out"
    numbers = {name: float(row[name]) for name in ("pairs", "observed", "expected", "objects")}
    seen = Reason("co-action", text, numbers)
    if row["p_confirm"] is None:
        text = "not tested on acts that had no part in finding them: neither half of the acts alone shows the group"
        return seen, Reason("confirmation", text, speaks="untested")
    text = f"p {row['p_confirm']:.1g} on acts that had no part in finding them"
    return seen, Reason("confirmation", text, {"p": row["p_confirm"]}, "for" if row["p_confirm"] <= 0.05 else "against")


def _with_roles(members: pl.DataFrame, roles: RoleScores | None) -> pl.DataFrame:
    if roles is None:
        unknown = {"role": pl.String, "highly_engaged": pl.Float64, "amplifier": pl.Float64}
        return members.with_columns(*(pl.lit(None, dtype=dtype).alias(name) for name, dtype in unknown.items()))
    return members.join(
        roles.table.select("account_id", "role", *(role.name for role in roles.roles)), on="account_id", how="left"
    )
