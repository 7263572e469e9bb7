"""Report data: the content of a report as plain values, computed once from a detection.

Lists are truncated to a readable length, strongest entries first, with the total count. Each pair of accounts, each
shared object and each account refers to its posts. Computations are on whole frames, for all networks at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from cib.activity import Activity, encode
from cib.graphs.graph import Graph
from cib.graphs.incidence import distinct_values
from cib.graphs.objects import object_events
from cib.mapped import release_pages
from cib.networks.evidence import networks_of
from cib.networks.network import Network, Networks, stacked
from cib.networks.parts import part_of
from cib.profiles.explanations import explanation_table
from cib.profiles.profile import profile_tables, working_zone
from cib.reports.anonymity import handles, mark_open
from cib.reports.drawn_edges import drawn_edges
from cib.reports.evidence_posts import acts_of, first_posts, kind_of
from cib.reports.members import described, roles_told
from cib.reports.plain import Rows, as_plain, as_rows, grouped, uncollected
from cib.reports.post_texts import post_texts
from cib.reports.result import Result, about
from cib.reports.selection import accounts_of, edges_among, lines, shown_members
from cib.reports.times import Bins, timeline, week

__all__ = ["gather"]

#: Maximum number of networks with details.
MAX_NETWORKS = 100

#: Per network: number of the most significant pairs, and of the objects shared by most members.
PAIRS, OBJECTS = 5, 5

#: Per profile: number of values of each kind, and of posts and accounts listed with them.
VALUES, BEHIND = 5, 2

_STATISTICS = ("layer", "pairs", "observed", "expected", "p", "objects", "top_share", "capture", "exclusivity")


@uncollected()
def gather(result: Result) -> dict[str, Any]:
    """Collect the content of a report as JSON-compatible values.

    Parameters
    ----------
    result : Detection

    Returns
    -------
    dict
        Deterministic for a given result. Ids are those of the data; see :func:`cib.reports.anonymity.hide_findings`.
        ``networks``, ``members`` and ``edges`` are rows; of networks after the first :data:`MAX_NETWORKS` only what is
        counted. ``posts`` are tables, one list per column: ``pair_acts`` and ``retweets`` by the position of their
        ``line`` in ``edges``, the others by the ``place`` of their account in ``members``. ``said`` has the texts of
        posts.
    """
    shown = result.networks[:MAX_NETWORKS]
    layers = {name: graph for name, graph in result.graphs.items() if not graph.directed}
    roles = [role.name for role in result.roles.roles]
    accounts = accounts_of(shown, roles)
    members = shown_members(accounts, shown)
    acting = accounts.filter(pl.col("joined") != "boosted")
    release_pages()
    own = _of_accounts(result.activity, accounts["account_id"])
    release_pages()
    shared = _shared(shown, layers)
    edges = edges_among(shown, members)
    release_pages()
    drawn = lines(result.graphs, edges, members)
    best = edges.group_by("network_id", maintain_order=True).head(PAIRS)
    ends = pl.DataFrame(drawn, schema=dict.fromkeys(("place_a", "place_b"), pl.UInt32), orient="row")
    connected = edges.join(ends, on=["place_a", "place_b"], how="semi")
    both = pl.concat([part.select("layer", "a", "b") for part in (best, connected)])
    acts = acts_of(both.unique(["a", "b"], maintain_order=True), layers)
    release_pages()
    bins = Bins.of(result.activity)
    parts: dict[str, Mapping[str, Any]] = {
        "timeline": timeline(own, acting, bins),
        "week": week(own, acting),
        "linked": _linked(result.activity.account_ids, shown),
        "pairs": _pairs(best, acts),
        "objects": _objects(shared, acting, layers),
        "profile": _profiles(result.activity, own, shown, acting),
        "explanations": _explanations(result.activity, shown),
    }
    release_pages()
    told_members, posts = described(result, own, accounts, members, edges, shared, layers)
    told_edges, posts_of_lines = drawn_edges(own, drawn, members, edges, acts)
    found = {
        **about(result),
        "accounts": result.table.height,
        "bins": {"first": f"{bins.first:%Y-%m-%d %H:%M}", "hours": bins.step / timedelta(hours=1)},
        "layers": {name: {"kind": kind_of(g), "window_s": g.construction.window_s} for name, g in layers.items()},
        "networks": _networks(shown, parts, roles) + _counted(result.networks[MAX_NETWORKS:]),
        "roles": roles_told(result.roles),
        "members": told_members,
        "edges": told_edges,
        "posts": {**posts, **posts_of_lines},
    }
    release_pages()
    found["said"] = post_texts(result.activity, found)
    release_pages()
    mark_open(found, own, handles(result.activity))
    return found


def _of_accounts(activity: Activity, accounts: pl.Series) -> Activity:
    """Return the activity of some accounts, so that what only needs theirs does not read all posts again."""
    chosen = np.zeros(len(activity.account_ids), dtype=bool)
    chosen[encode(accounts, activity.account_ids).drop_nulls().to_numpy()] = True
    return activity.keep_posts(pl.Series(chosen[activity.account_codes.to_numpy()]))


def _networks(networks: Networks, parts: Mapping[str, Mapping[str, Any]], roles: Sequence[str]) -> Rows:
    """Return one row per network that is shown, with its `parts`."""
    joined: dict[str, dict[str, int]] = {network.id: {} for network in networks}
    accounts = pl.concat([networks.members, networks.boosted])
    counts = accounts.group_by("network_id", "joined").len().sort("joined")
    for network, way, count in counts.select("network_id", "joined", "len").iter_rows():
        joined[network][way] = count
    statistics, facts = (
        grouped(as_rows(stacked((n.id, part_of(n, name)) for n in networks)), "network_id")
        for name in ("statistics", "facts")
    )
    rows = []
    for network, told in zip(networks, networks.table.to_dicts(), strict=True):
        row = {
            **{name: as_plain(told.get(name, 0)) for name in dict.fromkeys((*_PROFILE, *roles))},
            "joined": joined[network.id],
            "reasons": [reason.to_dict() for reason in network.reasons],
            "facts": facts.get(network.id, []),
            "statistics": [{name: layer.get(name) for name in _STATISTICS} for layer in statistics.get(network.id, [])],
            "shared": network.evidence.objects.height,
        }
        rows.append(row | {name: found[network.id] for name, found in parts.items() if network.id in found})
    return rows


def _counted(networks: Networks) -> Rows:
    """Return what is counted of networks that are not shown."""
    return networks.table.select("network_id", "verdict", "accounts", "campaign").to_dicts()


def _linked(ids: pl.Series, networks: Networks) -> dict[str, int]:
    """Count the pairs of accounts of each network that have an edge in any layer."""
    pairs = [np.empty(0, np.int64)]
    for k, graph in enumerate(networks[0].evidence.graphs if networks else ()):
        rows = np.concatenate([network.evidence.rows[k] for network in networks])
        code = graph.codes_in(ids).to_numpy().astype(np.int64)
        source, target = (code[graph.table[end].to_numpy()[rows]] for end in ("source", "target"))
        pairs.append(source * len(ids) + target)
    # each account is in one network, so both ends of an edge are in the same one
    number = np.repeat(np.arange(len(networks)), [len(network) for network in networks])
    network = networks_of(ids, networks.members.select("account_id", network=pl.Series(number)))
    of_pair = network[distinct_values(np.concatenate(pairs)) // max(len(ids), 1)]
    counts = np.bincount(of_pair, minlength=len(networks)).tolist()
    return dict(zip((each.id for each in networks), counts, strict=True))


_PROFILE = (
    *("network_id", "accounts", "boosted", "coordination", "verdict", "campaign", "first", "last"),
    *("highly_engaged", "amplifier", "both", "peripheral", "low_support"),
)


def _pairs(best: pl.DataFrame, acts: pl.DataFrame) -> dict[str, Rows]:
    """Return the most significant pairs of each network with their acts of smallest lag."""
    found: dict[tuple[str, str], Rows] = {}
    for act in as_rows(acts.join(best, on=["a", "b"], how="semi", maintain_order="left")):
        found.setdefault((act.pop("a"), act.pop("b")), []).append(act)
    told = as_rows(best.select("network_id", "layer", "a", "b", "weight", "expected", "q"))
    return grouped([{**row, "acts": found.get((row["a"], row["b"]), [])} for row in told], "network_id")


def _shared(shown: Sequence[Network], layers: Mapping[str, Graph]) -> pl.DataFrame:
    """Return the objects shared in each network, distinct by kind and id, in decreasing number of members."""
    kinds = {name: kind_of(graph) for name, graph in layers.items()}
    objects = stacked(((n.id, part_of(n.evidence, "objects")) for n in shown), _OBJECTS)
    objects = objects.with_columns(kind=pl.col("layer").replace_strict(kinds, return_dtype=pl.String))
    objects = objects.sort("network_id", "members", "object_id", "kind", descending=[False, True, False, False])
    return objects.unique(["network_id", "kind", "object_id"], keep="first", maintain_order=True)


def _objects(shared: pl.DataFrame, members: pl.DataFrame, layers: Mapping[str, Graph]) -> dict[str, Rows]:
    """Return the objects that most members of each network acted on, with the first posts of members."""
    objects = shared.group_by("network_id", maintain_order=True).head(OBJECTS)
    posts: dict[tuple[str, str, str], Rows] = {}
    for (layer,), wanted in objects.partition_by("layer", as_dict=True).items():
        for row in as_rows(first_posts(layers[layer].incidence, wanted, members)):
            posts.setdefault((layer, row.pop("network_id"), row.pop("object_id")), []).append(row)
    rows = as_rows(objects.rename({"object_id": "object"}))
    told = [{**row, "acts": posts.get((row["layer"], row["network_id"], row["object"]), [])} for row in rows]
    return grouped(told, "network_id")


def _profiles(
    activity: Activity, own: Activity, networks: Sequence[Network], members: pl.DataFrame
) -> dict[str, Mapping[str, Any]]:
    """Return the profile of each network: topics, clients, creation dates, active hours, reach and leads."""
    release_pages()
    tables = profile_tables(activity, networks)
    release_pages()
    values = tables["narratives"].filter(pl.col("kind").is_in(["hashtag", "domain"]))
    values = values.group_by("network_id", "kind", maintain_order=True).head(VALUES)
    values = values.select("network_id", "kind", "value", "inside", "outside")
    leads = tables["leads"].rename({"account_id": "account"})
    batches = tables["batches"].with_columns(pl.col("week").cast(pl.String))
    told = {
        "narratives": grouped(_with_posts(own, values, members), "network_id"),
        **{
            name: grouped(as_rows(table.group_by("network_id", maintain_order=True).head(most)), "network_id")
            for name, table, most in (
                ("languages", tables["languages"], VALUES),
                ("clients", tables["clients"], VALUES),
                ("batches", batches, VALUES),
                ("leads", leads, BEHIND),
            )
        },
    }
    reach = {row.pop("network_id"): row for row in tables["reach"].to_dicts()}
    hours = tables["hours"]["acts"].to_numpy().reshape(-1, 168)
    found: dict[str, Mapping[str, Any]] = {}
    for network, acts in zip(networks, hours, strict=True):
        zone, office = working_zone(acts)
        found[network.id] = {
            **{name: rows.get(network.id, []) for name, rows in told.items()},
            "reach": {name: as_plain(value) for name, value in reach[network.id].items()},
            "zone": zone,
            "office": as_plain(office),
        }
    return found


def _with_posts(activity: Activity, values: pl.DataFrame, members: pl.DataFrame) -> Rows:
    """Return rows of the values of networks, each with the first posts of members."""
    posts = activity.posts_table.join(members.select("account_id", "network_id"), on="account_id")
    posts = posts.sort("created_at", "account_id", "post_id")
    acts: dict[tuple[str, str, str], Rows] = {}
    for (kind,), wanted in values.partition_by("kind", as_dict=True).items():
        events = object_events(replace(activity, posts_table=posts.drop("network_id")), str(kind)).unique()
        told = posts.select(account="account_id", post="post_id", time="created_at", network_id="network_id")
        mine = pl.concat([events.select(value="object"), told[events["row"]], events.select("row")], how="horizontal")
        mine = mine.join(wanted.select("network_id", "value"), on=["network_id", "value"]).sort("row").drop("row")
        for row in as_rows(mine.group_by("network_id", "value", maintain_order=True).head(BEHIND)):
            acts.setdefault((row.pop("network_id"), str(kind), row.pop("value")), []).append(row)
    rows = as_rows(values.rename({"value": "object"}))
    return [{**row, "acts": acts.get((row["network_id"], row["kind"], row["object"]), [])} for row in rows]


def _explanations(activity: Activity, networks: Sequence[Network]) -> dict[str, Any]:
    """Return the alternative explanations of each network."""
    return grouped(as_rows(explanation_table(activity, networks)), "network_id")


_OBJECTS = {
    **dict.fromkeys(("layer", "object_id"), pl.String()),
    **dict.fromkeys(("members", "accounts"), pl.Int64()),
}
