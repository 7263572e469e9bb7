"""What a report says, as plain values: gathered once from a detection, shown as often as wanted.

Everything is cut to what people can look at, strongest first, and says how much there was. Each pair of
accounts, each shared object and each account leads to its posts. Whole frames are worked on, all networks
at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import numpy as np
import polars as pl

from cib.activity import Activity, encode
from cib.graphs.graph import Graph, shared_acts
from cib.graphs.incidence import Incidence
from cib.networks.explanations import explanations_of
from cib.networks.facts import FACTS
from cib.networks.network import Network
from cib.networks.profile import profiles
from cib.reports.pseudonyms import Pseudonyms
from cib.reports.result import Result, about
from cib.roles import RoleScores

__all__ = ["Bins", "gather", "hidden", "timeline", "week"]

#: Networks with details of their own, and accounts in them.
MAX_NETWORKS, MAX_ACCOUNTS = 150, 10_000

#: For each network: the most significant pairs and the objects that most members share, each with posts.
PAIRS, OBJECTS, POSTS = 10, 8, 5

#: Values of a profile that are shown of each kind.
VALUES = 5

#: For each account: posts of each sort.
ACCOUNT_POSTS = 3

#: Edges on the map for each account: enough to see the shape.
EDGES = 4

#: What stands under these names are ids, of this kind.
_KINDS = {
    **dict.fromkeys(("account", "a", "b"), "account"),
    **dict.fromkeys(("post", "post_a", "post_b", "target_post"), "post"),
}

#: The same for kinds of objects. The open ones lead to no account; others, such as texts, could.
_OBJECT_KINDS = {
    **dict.fromkeys(("author", "mention"), "account"),
    **dict.fromkeys(("post", "quoted", "replied"), "post"),
    **dict.fromkeys(("domain", "hashtag", "hashtag-sequence"), None),
}

_STATISTICS = ("layer", "pairs", "observed", "expected", "p", "objects", "top_share", "capture", "exclusivity")

Rows = list[dict[str, Any]]


def gather(result: Result) -> dict[str, Any]:
    """Everything that a report shows, as values that JSON can hold.

    Parameters
    ----------
    result : Detection

    Returns
    -------
    dict
        The same for the same result. Ids are as they are in the data; see :func:`hidden`.
    """
    shown = result.networks[:MAX_NETWORKS]
    layers = {name: graph for name, graph in result.graphs.items() if not graph.directed}
    members = _stacked(((n.id, n.members) for n in shown), _MEMBERS).head(MAX_ACCOUNTS).with_row_index("place")
    shared = _shared(shown, layers)
    edges = _edges(shown, members)
    bins = Bins.of(result.activity)
    parts: dict[str, Mapping[str, Any]] = {
        "timeline": timeline(result.activity, members, bins),
        "week": week(result.activity, members),
        "pairs": _pairs(edges, layers),
        "objects": _objects(shared, members, layers),
        "profile": _profiles(result.activity, shown),
        "explanations": _explanations(result.activity, shown),
    }
    return {
        **about(result),
        "accounts": result.table.height,
        "bins": {"first": f"{bins.first:%Y-%m-%d %H:%M}", "hours": bins.step / timedelta(hours=1)},
        "layers": {name: {"kind": _kind(g), "window_s": g.parameters.get("window_s")} for name, g in layers.items()},
        "networks": [_network(network, parts) for network in result.networks],
        "roles": _roles(result.roles),
        "members": _members(result, members, edges, shared, layers),
        "edges": _drawn(result.graphs, edges, members),
    }


def hidden(value: Any, pseudonyms: Pseudonyms) -> Any:
    """The same findings with pseudonyms for ids, however deep they stand."""
    if isinstance(value, list):
        return [hidden(each, pseudonyms) for each in value]
    if not isinstance(value, Mapping):
        return value
    kept = {}
    for name, each in value.items():
        kind = _OBJECT_KINDS.get(value["kind"], value["kind"]) if name == "object" else _KINDS.get(name)
        lead = kind is not None and isinstance(each, str)
        kept[name] = pseudonyms.of(str(kind), each) if lead else hidden(each, pseudonyms)
    return kept


@dataclass(frozen=True)
class Bins:
    """Equal stretches of time: hours, days or weeks, 60 of them at most.

    Parameters
    ----------
    first : datetime
        Start of the first.
    step : timedelta
    count : int
    """

    first: datetime
    step: timedelta
    count: int

    @classmethod
    def of(cls, activity: Activity) -> Bins:
        """As fine as the span of the activity allows."""
        times = activity.posts_table["created_at"]
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        first, last = cast("datetime", times.min() or epoch), cast("datetime", times.max() or epoch)
        step = next((each for each in _STEPS if (last - first) / each <= 60), _STEPS[-1])
        first = first.replace(minute=0, second=0, microsecond=0)
        if step >= timedelta(days=1):
            first = first.replace(hour=0)
        return cls(first, step, (last - first) // step + 1)


_STEPS = (*(timedelta(hours=h) for h in (1, 6)), *(timedelta(days=d) for d in (1, 7, 28)))


def timeline(activity: Activity, members: pl.DataFrame, bins: Bins) -> dict[str, list[int]]:
    """Acts of the members of each network in each bin; `members` has ``account_id`` and ``network_id``."""
    place = (pl.col("created_at") - bins.first).dt.total_microseconds() // (bins.step // timedelta(microseconds=1))
    return _counted(activity, members, place, bins.count)


def week(activity: Activity, members: pl.DataFrame) -> dict[str, list[int]]:
    """Acts of the members of each network by hour of the week, 168 from Monday 0:00 UTC on."""
    hour = (pl.col("created_at").dt.weekday().cast(pl.Int64) - 1) * 24 + pl.col("created_at").dt.hour()
    return _counted(activity, members, hour, 168)


def _counted(activity: Activity, members: pl.DataFrame, place: pl.Expr, size: int) -> dict[str, list[int]]:
    mine = members.select("account_id", "network_id")
    acts = activity.posts_table.select("account_id", place=place.cast(pl.Int64)).join(mine, on="account_id")
    tables = acts.partition_by("network_id", as_dict=True).items()
    return {network: np.bincount(table["place"], minlength=size).tolist() for (network,), table in tables}


def _network(network: Network, parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    told, statistics = network.profile, _rows(network.statistics)
    row = {
        **{name: _plain(told.get(name)) for name in _PROFILE},
        "joined": dict(network.members["joined"].value_counts().sort("joined").iter_rows()),
        # what is known of the accounts is shown as a table of its own
        "reasons": [reason for reason in network.reasons if reason.partition(":")[0] not in FACTS],
        "facts": _rows(network.facts),
        "statistics": [{name: layer.get(name) for name in _STATISTICS} for layer in statistics],
        "shared": network.evidence.objects.select("layer", "object_id").n_unique(),
        "linked": network.evidence.edges.select("source", "target").n_unique(),
    }
    return row | {name: found[network.id] for name, found in parts.items() if network.id in found}


_PROFILE = (
    *("network_id", "accounts", "boosted", "coordination", "verdict", "first", "last"),
    *("highly_engaged", "amplifier", "both", "peripheral", "low_support"),
)


def _edges(shown: Sequence[Network], members: pl.DataFrame) -> pl.DataFrame:
    """The edges among `members`, each pair once with its most significant layer, strongest first."""
    edges = _stacked(((n.id, n.evidence.edges) for n in shown), _EDGES).rename({"source": "a", "target": "b"})
    place = members.select("account_id", "place")
    for end in ("a", "b"):
        numbered = place.rename({"account_id": end, "place": f"place_{end}"})
        edges = edges.join(numbered, on=end, maintain_order="left")
    return edges.unique(["network_id", "a", "b"], keep="first", maintain_order=True)


def _pairs(edges: pl.DataFrame, layers: Mapping[str, Graph]) -> dict[str, Rows]:
    """The most significant pairs of each network, with the acts that were closest in time."""
    best = edges.group_by("network_id", maintain_order=True).head(PAIRS)
    return _by(_with_acts(best, layers, POSTS), "network_id")


def _with_acts(pairs: pl.DataFrame, layers: Mapping[str, Graph], posts: int) -> Rows:
    """Rows of pairs, each with its acts: which object, which posts, when, how far apart, who was second."""
    acts: dict[tuple[str, str, str], Rows] = {}
    for (layer,), wanted in pairs.partition_by("layer", as_dict=True).items():
        graph = layers[layer]
        if graph.incidence is None:
            continue
        shared = shared_acts(graph.incidence, wanted.select("a", "b").unique(), graph.parameters)
        closest = shared.sort("lag", "time_a", "object_id").group_by("a", "b", maintain_order=True).head(posts)
        for row in _rows(closest.rename({"object_id": "object"}).with_columns(kind=pl.lit(_kind(graph)))):
            key = (layer, row.pop("a"), row.pop("b"))
            row["second"] = {key[1]: "a", key[2]: "b"}.get(row["second"])
            acts.setdefault(key, []).append(row)
    rows = _rows(pairs.select("network_id", "layer", "a", "b", "weight", "expected", "q"))
    return [{**row, "acts": acts.get((row["layer"], row["a"], row["b"]), [])} for row in rows]


def _shared(shown: Sequence[Network], layers: Mapping[str, Graph]) -> pl.DataFrame:
    """The objects that members of each network share, each kind of object once, most members first."""
    kinds = {name: _kind(graph) for name, graph in layers.items()}
    objects = _stacked(((n.id, n.evidence.objects) for n in shown), _OBJECTS)
    objects = objects.with_columns(kind=pl.col("layer").replace_strict(kinds, return_dtype=pl.String))
    objects = objects.sort("network_id", "members", "object_id", "kind", descending=[False, True, False, False])
    return objects.unique(["network_id", "kind", "object_id"], keep="first", maintain_order=True)


def _objects(shared: pl.DataFrame, members: pl.DataFrame, layers: Mapping[str, Graph]) -> dict[str, Rows]:
    """The objects that most members of each network acted on, each with the first posts of members."""
    objects = shared.group_by("network_id", maintain_order=True).head(OBJECTS)
    posts: dict[tuple[str, str, str], Rows] = {}
    for (layer,), wanted in objects.partition_by("layer", as_dict=True).items():
        for row in _rows(_first_posts(layers[layer].incidence, wanted, members)):
            posts.setdefault((layer, row.pop("network_id"), row.pop("object_id")), []).append(row)
    rows = _rows(objects.rename({"object_id": "object"}))
    told = [{**row, "acts": posts.get((row["layer"], row["network_id"], row["object"]), [])} for row in rows]
    return _by(told, "network_id")


def _own(members: pl.DataFrame, shared: pl.DataFrame, layers: Mapping[str, Graph]) -> dict[str, Rows]:
    """Acts of some members on what their network shares, by account: objects of most members first."""
    columns = ("account_id", "network_id", "layer", "object_id")
    parts = []
    for (layer,), objects in shared.partition_by("layer", as_dict=True).items():
        incidence = layers[layer].incidence
        if incidence is not None:
            acts = incidence.of_accounts(members["account_id"].to_list()).join(members, on="account_id")
            acts = acts.with_columns(layer=pl.lit(layer)).join(objects, on=["network_id", "layer", "object_id"])
            first = acts.sort("created_at", "post_id").unique(columns, keep="first", maintain_order=True)
            parts.append(
                first.select(
                    "kind",
                    "members",
                    owner="account_id",
                    object="object_id",
                    others=pl.col("accounts") - 1,
                    post="post_id",
                    time="created_at",
                )
            )
    if not parts:
        return {}
    order = pl.concat(parts).sort("owner", "members", "kind", "object", descending=[False, True, False, False])
    return _few(order)


def _profiles(activity: Activity, networks: Sequence[Network]) -> dict[str, Mapping[str, Any]]:
    """What each network talks about, when, how far it reached, and what its accounts are."""
    named = pl.col("object").str.to_lowercase().is_in(_handles(activity).implode())
    told: dict[str, Mapping[str, Any]] = {}
    for found in profiles(activity, networks):
        values = found.narratives.filter(pl.col("kind").is_in(["hashtag", "domain"]))
        values = values.group_by("kind", maintain_order=True).head(VALUES).rename({"value": "object"})
        told[found.network_id] = {
            "narratives": _rows(
                values.with_columns(shown="kind", kind=pl.when(named).then(pl.lit("account")).otherwise("kind"))
            ),
            "languages": _rows(found.languages.head(VALUES)),
            "clients": _rows(found.clients.head(VALUES)),
            "batches": _rows(found.batches.head(VALUES).with_columns(pl.col("week").cast(pl.String))),
            "reach": {name: _plain(value) for name, value in found.reach.items()},
            "zone": found.zone,
            "office": _plain(found.office),
        }
    return told


def _handles(activity: Activity) -> pl.Series:
    """Names of accounts in lower case: a hashtag that is one leads to an account."""
    people = activity.accounts_table
    return people["name"].str.to_lowercase().unique() if "name" in people.columns else pl.Series(dtype=pl.String)


def _explanations(activity: Activity, networks: Sequence[Network]) -> dict[str, Any]:
    """What else might explain each network."""
    return {n.id: _rows(told) for n, told in zip(networks, explanations_of(activity, networks), strict=True)}


def _first_posts(incidence: Incidence | None, objects: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """The first posts of members on some objects: network_id, object_id, account, post, time."""
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


def _roles(scores: RoleScores) -> list[dict[str, Any]]:
    """What the roles mean, and the sentence behind each of their features."""
    features = scores.features
    return [
        {
            "name": role.name,
            "label": role.label,
            "bias": role.bias,
            "features": [
                {
                    "name": name,
                    "label": features.labels.get(name, name).rstrip("."),
                    "unit": features.units.get(name, ""),
                }
                for name in role.weights
                if name in features.names
            ],
        }
        for role in scores.roles
    ]


def _members(
    result: Result, members: pl.DataFrame, edges: pl.DataFrame, shared: pl.DataFrame, layers: Mapping[str, Graph]
) -> Rows:
    """Each account with its scores, what they add up from, its strongest pair or its own acts, and its posts."""
    ends = pl.concat([edges.with_columns(place=f"place_{end}") for end in ("a", "b")])
    best = ends.sort("q", "p", "layer", "a", "b").unique("place", keep="first", maintain_order=True)
    pairs = dict(zip(best["place"].to_list(), _with_acts(best, layers, ACCOUNT_POSTS), strict=True))
    alone = members.join(best.select("place"), on="place", how="anti").filter(pl.col("joined") != "boosted")
    own = _own(alone.select("account_id", "network_id"), shared, layers)
    posts = {"own": own, **_posts(result.activity, members)}
    reasons = _reasons(result.roles, members["account_id"])
    rows = []
    for row in _rows(members.rename({"account_id": "account"})):
        place = row.pop("place")
        account = row["account"]
        mine = {name: found[account] for name, found in posts.items() if account in found}
        rows.append({**row, "reasons": reasons[place], "pair": pairs.get(place), **mine})
    return rows


def _reasons(scores: RoleScores, accounts: pl.Series) -> list[dict[str, Any]]:
    """For each account and role: value, percentile and contribution of each feature, as three lists."""
    order = accounts.to_frame("account_id")
    values = order.join(scores.features.frame, on="account_id", how="left", maintain_order="left")
    per_role = {}
    for role in scores.roles:
        added = order.join(scores.contributions(role.name).frame, on="account_id", how="left", maintain_order="left")
        names = [name for name in role.weights if name in scores.features.names]
        per_role[role.name] = (
            _table(values, names),
            _table(values.with_columns(_percentile(scores, name, values[name]) for name in names), names),
            _table(added, names),
        )
    return [{name: [part[k] for part in parts] for name, parts in per_role.items()} for k in range(len(accounts))]


def _percentile(scores: RoleScores, name: str, values: pl.Series) -> pl.Series:
    return pl.Series(name, 100 * scores.distributions[name].percentile(values.to_numpy()))


def _table(frame: pl.DataFrame, names: Sequence[str]) -> list[list[float | None]]:
    numbers = frame.select(pl.col(name).fill_nan(None).round_sig_figs(4) for name in names)
    return [list(row) for row in numbers.iter_rows()]


def _posts(activity: Activity, members: pl.DataFrame) -> dict[str, dict[str, Rows]]:
    """What a role rests on, by account: its retweets that came soonest, its posts most retweeted, who boosted it."""
    mine = members.select("account_id", "network_id", "joined")
    columns = ("account_id", "post_id", "created_at", "target_post_id", "target_account_id", "target_created_at")
    retweets = activity.posts_table.lazy().filter(pl.col("action") == "retweet").select(columns).collect()
    soon = retweets.join(mine, on="account_id").drop_nulls("target_created_at")
    soon = soon.select(
        owner="account_id",
        post="post_id",
        target_post="target_post_id",
        time="created_at",
        lag=(pl.col("created_at") - pl.col("target_created_at")).dt.total_microseconds() / 1e6,
    ).sort("owner", "lag", "post")
    received = retweets.join(mine.rename({"account_id": "target_account_id"}), on="target_account_id")
    popular = received.group_by(owner="target_account_id", post="target_post_id").agg(
        retweets=pl.len(), accounts=pl.col("account_id").n_unique(), time=pl.col("created_at").min()
    )
    boosted = received.filter(pl.col("joined") == "boosted").join(mine, on=["account_id", "network_id"])
    boosts = boosted.select(owner="target_account_id", account="account_id", post="post_id", time="created_at")
    return {
        "soonest": _few(soon),
        "most_retweeted": _few(
            popular.drop_nulls("post").sort("owner", "retweets", "post", descending=[False, True, False])
        ),
        "boosted_by": _few(boosts.sort("owner", "time", "post")),
    }


def _few(table: pl.DataFrame) -> dict[str, Rows]:
    return _by(_rows(table.group_by("owner", maintain_order=True).head(ACCOUNT_POSTS)), "owner")


def _drawn(graphs: Mapping[str, Graph], edges: pl.DataFrame, members: pl.DataFrame) -> list[list[int]]:
    """Pairs of places in `members` to draw a line between: co-actions first, then retweets of boosted accounts."""
    ends = pl.concat([edges.select("place_a", "place_b", place=f"place_{end}") for end in ("a", "b")])
    strongest = (
        ends.group_by("place", maintain_order=True).head(EDGES).select(pl.col("place_a", "place_b").cast(pl.Int64))
    )
    lines = [strongest]
    if "retweet" in graphs:
        place = members.select("account_id", "place", "network_id", "joined")
        retweets = graphs["retweet"].edge_table.select("source", "target", "weight")
        retweets = retweets.join(place.filter(pl.col("joined") == "boosted"), left_on="target", right_on="account_id")
        retweets = retweets.join(place, left_on=["source", "network_id"], right_on=["account_id", "network_id"])
        retweets = retweets.sort("place", "weight", "place_right", descending=[False, True, False])
        lines.append(
            retweets.group_by("place", maintain_order=True)
            .head(EDGES)
            .select(place_a=pl.col("place_right").cast(pl.Int64), place_b=pl.col("place").cast(pl.Int64))
        )
    return [list(row) for row in pl.concat(lines).unique(maintain_order=True).sort("place_a", "place_b").iter_rows()]


def _stacked(tables: Iterable[tuple[str, pl.DataFrame]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
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
_OBJECTS = {**dict.fromkeys(("layer", "object_id"), _TEXT), **dict.fromkeys(("members", "accounts"), _COUNT)}


def _kind(graph: Graph) -> str:
    return str(graph.parameters.get("objects", "object"))


def _by(rows: Rows, name: str) -> dict[str, Rows]:
    """Rows by the value of one of their fields, which they lose."""
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(row.pop(name), []).append(row)
    return found


def _rows(table: pl.DataFrame) -> Rows:
    """The rows as plain values: times as text, numbers to four figures, no NaN."""
    return table.with_columns(
        pl.selectors.temporal().dt.strftime(_TIME), pl.selectors.float().fill_nan(None).round_sig_figs(4)
    ).to_dicts()


def _plain(value: Any) -> Any:
    if hasattr(value, "strftime"):
        return value.strftime(_TIME)
    return float(f"{value:.4g}") if isinstance(value, float) else value


_TIME = "%Y-%m-%d %H:%M:%S"
