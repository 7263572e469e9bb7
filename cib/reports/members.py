"""Accounts of a report: scores, their contributions, and the posts they are based on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from cib.activity import Activity, encode
from cib.graphs.graph import Graph
from cib.graphs.objects import KINDS, object_events
from cib.mapped import release_pages
from cib.reports.plain import Columns, Rows, as_columns, as_rows
from cib.reports.result import Result
from cib.roles import RoleScores

__all__ = ["described", "roles_told"]

#: Maximum number of posts of each kind per account.
ACCOUNT_POSTS = 2


def described(
    result: Result,
    activity: Activity,
    accounts: pl.DataFrame,
    members: pl.DataFrame,
    edges: pl.DataFrame,
    shared: pl.DataFrame,
    layers: Mapping[str, Graph],
) -> tuple[Rows, dict[str, Columns]]:
    """Return the accounts with their scores and contributions, and tables of their posts by ``place``.

    Accounts that are in no pair of accounts shown have their own acts among these.

    `activity` is that of `accounts`, from :func:`cib.reports.selection.accounts_of`, of which `members` are shown.
    """
    drawn = edges.drop_nulls(["place_a", "place_b"])
    paired = pl.concat([drawn["place_a"], drawn["place_b"]]).unique()
    alone = members.filter(~pl.col("place").is_in(paired.implode()), pl.col("joined") != "boosted")
    alone = alone.select("account_id", "network_id")
    posts = {"own": _own(alone, shared, layers), "copied": _copied(result.activity, accounts, alone)}
    release_pages()
    posts |= _posts(result.activity, activity, accounts, members)
    release_pages()
    reasons = _reasons(result.roles, members["account_id"])
    release_pages()
    rows = as_rows(members.drop("place").rename({"account_id": "account"}))
    told = [{**row, "reasons": each} for row, each in zip(rows, reasons, strict=True)]
    return told, {name: _few(table, members) for name, table in posts.items()}


def _few(acts: pl.DataFrame, members: pl.DataFrame) -> Columns:
    """Return the first acts of each ``owner`` by its place."""
    placed = acts.join(members.select("place", owner="account_id"), on="owner", maintain_order="left")
    few = placed.drop("owner").group_by("place", maintain_order=True).head(ACCOUNT_POSTS)
    return as_columns(few.sort("place", maintain_order=True))


def _reasons(scores: RoleScores, accounts: pl.Series) -> list[dict[str, Any]]:
    """Return for each account and role the value, percentile and contribution of each feature, as three lists."""
    order = accounts.to_frame("account_id")
    values = order.join(scores.features.table, on="account_id", how="left", maintain_order="left")
    per_role = {}
    for role in scores.roles:
        added = order.join(scores.contributions(role.name).table, on="account_id", how="left", maintain_order="left")
        names = [name for name in role.weights if name in scores.features.names]
        per_role[role.name] = (
            _table(values, names),
            _table(values.with_columns(_percentile(scores, name, values[name]) for name in names), names),
            _table(added, names),
        )
    return [{name: [part[k] for part in parts] for name, parts in per_role.items()} for k in range(len(accounts))]


def _percentile(scores: RoleScores, name: str, values: pl.Series) -> pl.Series:
    percentile = 100 * scores.distributions[name].percentile(values.to_numpy())
    return pl.Series(name, percentile, nan_to_null=True).round().cast(pl.Int64)


def _table(frame: pl.DataFrame, names: Sequence[str]) -> list[list[float | None]]:
    numbers = frame.select(pl.col(name).fill_nan(None).round_sig_figs(4) for name in names)
    return [list(row) for row in numbers.iter_rows()]


def _posts(activity: Activity, own: Activity, accounts: pl.DataFrame, members: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return evidence of roles by ``owner``: fastest retweets, most retweeted posts, boosters and targets."""
    retweeted = pl.col("action") == "retweet"
    soon = own.posts_table.lazy().filter(retweeted, pl.col("target_created_at").is_not_null())
    soon = soon.join(members.lazy().select("account_id").unique(), on="account_id").select(
        owner="account_id",
        post="post_id",
        target_post="target_post_id",
        time="created_at",
        lag=(pl.col("created_at") - pl.col("target_created_at")).dt.total_microseconds() / 1e6,
    )
    aims = _aims(own, accounts.lazy().select("account_id", "network_id", "joined")).collect()
    inside = pl.col("network_id") == pl.col("network_id_target")
    amplified = aims.filter(inside & (pl.col("joined") == "amplifier")).select(
        "account", "post", "time", owner="source"
    )
    boosts = aims.filter((inside & (pl.col("joined_target") == "boosted")) | (pl.col("joined_target") == "served"))
    boosts = boosts.select("post", "time", account="source", owner="account")
    return {
        "soonest": soon.sort("lag", "post").collect(),
        "most_retweeted": _most_retweeted(activity, members),
        "boosted_by": boosts.sort("time", "post", "account"),
        "aimed_at": amplified.sort("time", "post", "account"),
    }


def _most_retweeted(activity: Activity, members: pl.DataFrame) -> pl.DataFrame:
    """Count the retweets of each post of members, by numbers of accounts, which are compared faster than ids."""
    ids, posts = activity.account_ids, activity.posts_table
    shown = np.zeros(len(ids), dtype=bool)
    shown[encode(members["account_id"], ids).drop_nulls()] = True
    received = (posts["action"] == "retweet") & pl.Series(shown).gather(activity.target_codes)
    told = pl.DataFrame(
        {
            "owner": activity.target_codes.filter(received),
            "account": activity.account_codes.filter(received),
            "post": posts["target_post_id"].filter(received),
            "time": posts["created_at"].filter(received),
        }
    )
    posted = told.drop_nulls("post").group_by("owner", "post")
    popular = posted.agg(retweets=pl.len(), accounts=pl.col("account").n_unique(), time=pl.col("time").min())
    popular = popular.with_columns(owner=ids.gather(popular["owner"]))
    return popular.sort("retweets", "post", descending=[True, False])


def _aims(activity: Activity, members: pl.LazyFrame) -> pl.LazyFrame:
    """Select the acts of members aimed at members: ``source, account``, ``joined`` and ``network_id`` of both ends."""
    ends = [activity.posts_table.lazy().with_columns(account="target_account_id")]
    if "mentions" in activity.posts_table.columns:
        named = ends[0].filter(pl.col("action") != "retweet", pl.col("mentions").list.len() > 0)
        ends.append(named.with_columns(account="mentions").explode("account"))
    columns = {"source": "account_id", "post": "post_id", "time": "created_at"}
    acts = pl.concat([end.select("account", "account_id", **columns) for end in ends])
    targets = members.rename({"account_id": "account"})
    inside = acts.join(targets, on="account").join(members, on="account_id", suffix="_source")
    inside = inside.rename({name: f"{name}_target" for name in ("network_id", "joined")})
    inside = inside.rename({f"{name}_source": name for name in ("network_id", "joined")})
    return inside.drop("account_id").unique()


def _own(members: pl.DataFrame, shared: pl.DataFrame, layers: Mapping[str, Graph]) -> pl.DataFrame:
    """Return the acts of some members on objects shared in their network by ``owner``, most shared objects first."""
    columns = ("account_id", "network_id", "layer", "object_id")
    parts = [pl.DataFrame(schema=_OWN)]
    for (layer,), objects in shared.partition_by("layer", as_dict=True).items():
        incidence = layers[layer].incidence
        if incidence is not None:
            acts = incidence.of_accounts(members["account_id"].to_list()).join(members, on="account_id")
            acts = acts.with_columns(layer=pl.lit(layer)).join(objects, on=["network_id", "layer", "object_id"])
            first = acts.sort("created_at", "post_id").unique(columns, keep="first", maintain_order=True)
            parts.append(
                first.with_columns(pl.col("accounts") - 1)
                .rename({"account_id": "owner", "object_id": "object", "accounts": "others"})
                .rename({"post_id": "post", "created_at": "time"})
                .select(*_OWN)
            )
    return pl.concat(parts).sort("members", "kind", "object", descending=[True, False, False])


def _copied(activity: Activity, members: pl.DataFrame, some: pl.DataFrame) -> pl.DataFrame:
    """Return posts of some members with a text or link also posted by others, by ``owner``; most members first."""
    network = members.select("account_id", "network_id")
    acts = activity.posts_table.select(owner="account_id", time="created_at", post="post_id")
    parts = [pl.DataFrame(schema=_OWN)]
    chosen = acts["owner"].is_in(some["account_id"].implode())
    for kind in ("text", "url"):
        if KINDS[kind].column in activity.posts_table.columns:
            events = object_events(activity, kind)
            objects = events.filter(chosen.gather(events["row"]))["object"].unique()
            events = events.filter(pl.col("object").is_in(objects.implode())).unique()
            told = acts[events["row"]].with_columns(object=events["object"], kind=pl.lit(kind))
            mine = told.join(some, left_on="owner", right_on="account_id")
            told = told.join(network, left_on="owner", right_on="account_id", how="left")
            counts = told.group_by("object", "network_id").agg(accounts=pl.col("owner").n_unique().cast(pl.Int64))
            everybody = told.group_by("object").agg(others=pl.col("owner").n_unique().cast(pl.Int64) - 1)
            mine = mine.join(counts, on=["object", "network_id"]).join(everybody, on="object")
            parts.append(mine.filter(pl.col("others") > 0).with_columns(members=pl.col("accounts") - 1).select(*_OWN))
    by = ["members", "others", "time", "post", "kind"]
    order = pl.concat(parts).sort(by, descending=[name == "members" for name in by])
    return order.unique(["owner", "object"], keep="first", maintain_order=True)


_OWN = {
    **dict.fromkeys(("owner", "kind", "object"), pl.String()),
    **dict.fromkeys(("members", "others"), pl.Int64()),
    "post": pl.String(),
    "time": pl.Datetime("us", "UTC"),
}


def roles_told(scores: RoleScores) -> list[dict[str, Any]]:
    """Return name, label, bias and features of each role, the features with their labels and units."""
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
