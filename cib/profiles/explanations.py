"""Measure indicators of alternative explanations of a network.

The indicators decide nothing. They show what to check before drawing a conclusion: share buttons, schedulers, one
event, a public campaign, newsrooms and other accounts with an audience.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from cib.activity import Activity
from cib.content.text import messages
from cib.networks.network import Network, stacked
from cib.networks.parts import part_of

__all__ = ["explanation_table", "explanations", "explanations_of"]

#: Number of followers from which an account counts as public.
_AUDIENCE = 5_000

#: Schedulers mostly post at second 0 of minutes that are multiples of this step.
_STEP = 5

_SCHEMA = {
    "explanation": pl.String,
    "measure": pl.String,
    "members": pl.Float64,
    "others": pl.Float64,
}


def explanations(activity: Activity, network: Network) -> pl.DataFrame:
    """Measure indicators of alternative explanations among members and among all others.

    Parameters
    ----------
    activity : Activity
        Activity in which the network was found.
    network : Network

    Returns
    -------
    polars.DataFrame
        ``explanation, measure, members, others``: the possible explanation, the quantity measured, and its share in
        [0, 1] among members and among others; null where the data do not contain it. A larger share among members
        supports an explanation.
    """
    [found] = explanations_of(activity, [network])
    return found


def explanations_of(activity: Activity, networks: Sequence[Network]) -> list[pl.DataFrame]:
    """Return :func:`explanations` of several networks without common accounts."""
    table = explanation_table(activity, networks)
    return [table.filter(network_id=network.id).drop("network_id") for network in networks]


def explanation_table(activity: Activity, networks: Sequence[Network]) -> pl.DataFrame:
    """Return :func:`explanations` of several networks in one table with ``network_id``, in one pass over all posts."""
    ids = pl.Enum([network.id for network in networks])
    members = stacked(((n.id, part_of(n, "members")) for n in networks), {"account_id": pl.String})
    members = members.with_columns(pl.col("network_id").cast(ids))
    accounts = activity.account_ids.to_frame("account_id")
    network = accounts.join(members, on="account_id", how="left", maintain_order="left")["network_id"]
    codes = activity.account_codes
    posts = activity.posts_table.select(pl.col("^(created_at|client)$"), network_id=network.gather(codes))
    known = activity.accounts_table.select(pl.col("^account_id|followers$")).join(members, on="account_id", how="left")
    texts = _texts(activity, posts["network_id"])
    shares = {
        "busiest day": _most_frequent(posts, pl.col("created_at").dt.date()),
        "on time": _true_of(posts, "created_at", _ON_TIME),
        "client": _most_frequent(posts, pl.col("client")) if "client" in posts.columns else {},
        "audience": _true_of(known, "followers", pl.col("followers") >= _AUDIENCE),
        "text of another": _true_of(texts, "text", pl.col("again")),
        "text of both": _of_both_sides(texts),
    }
    rows = [
        (network.id, *row)
        for network in networks
        for row in _explained(network, {name: found.get(network.id, _UNKNOWN) for name, found in shares.items()})
    ]
    return pl.DataFrame(rows, schema={"network_id": pl.String, **_SCHEMA}, orient="row")


#: A share among members, and among others.
Shares = tuple[float | None, float | None]
_UNKNOWN: Shares = (None, None)


def _explained(network: Network, shares: Mapping[str, Shares]) -> list[tuple[Any, ...]]:
    """Return the rows of one network."""
    return [
        ("one event", "common acts that are on one object", network.statistics["top_share"].min(), None),
        ("one event", "acts on the busiest day", *shares["busiest day"]),
        ("a share button", "own posts with the text of another account", *shares["text of another"]),
        ("a public template", "own posts with a text of both sides", *shares["text of both"]),
        ("a scheduler", f"acts at second 0 of every {_STEP}th minute", *shares["on time"]),
        ("a tool in common", "acts by the client that is used most", *shares["client"]),
        ("public accounts", f"accounts with {_AUDIENCE:,} followers or more", *shares["audience"]),
        ("public accounts", "accounts that are verified or disclosed", None, None),
        ("friends, colleagues", "pairs that follow each other", None, None),
    ]


_ON_TIME = (pl.col("created_at").dt.minute() % _STEP == 0) & (pl.col("created_at").dt.second() == 0)


def _true_of(table: pl.DataFrame, column: str, true: pl.Expr) -> dict[str, Shares]:
    """Return the share of rows that satisfy a condition, by network and for all others; empty without the column."""
    if column not in table.columns:
        return {}
    known = table.lazy().filter(pl.col(column).is_not_null())
    counts = known.group_by("network_id").agg(rows=pl.len(), true=true.sum()).collect(engine="streaming")
    others = [pl.col(name).sum() - pl.col(name) for name in ("true", "rows")]
    return _by_network(
        counts.select("network_id", members=pl.col("true") / pl.col("rows"), others=others[0] / others[1])
    )


def _most_frequent(table: pl.DataFrame, value: pl.Expr) -> dict[str, Shares]:
    """Return the share of the most frequent value, by network and for all others."""
    known = table.lazy().select("network_id", value=value).filter(pl.col("value").is_not_null())
    counts = known.group_by("network_id", "value").agg(n=pl.len()).collect(engine="streaming")
    totals = counts.group_by("value").agg(total=pl.col("n").sum())
    members = (
        counts.drop_nulls()
        .group_by("network_id")
        .agg(own=pl.col("n").sum(), members=pl.col("n").max() / pl.col("n").sum())
    )
    left = members.join(totals, how="cross").join(counts, on=["network_id", "value"], how="left")
    left = left.with_columns(left=pl.col("total") - pl.col("n").fill_null(0))
    others = left.group_by("network_id").agg(others=pl.col("left").max() / pl.col("left").sum())
    return _by_network(members.join(others, on="network_id").select("network_id", "members", "others"))


def _of_both_sides(texts: pl.DataFrame) -> dict[str, Shares]:
    """Return the share of own posts with a text that both members and others posted, by network and for others."""
    of_members = texts.drop_nulls("network_id")["text"].unique()
    counts = texts.filter(pl.col("text").is_in(of_members.implode())).group_by("network_id", "text").agg(n=pl.len())
    counts = counts.with_columns(others=pl.col("n").sum().over("text") - pl.col("n")).drop_nulls("network_id")
    both = counts.group_by("network_id").agg(
        members=pl.col("n").filter(pl.col("others") > 0).sum() / pl.col("n").sum(),
        others=pl.col("others").sum() / (texts.height - pl.col("n").sum()),
    )
    return _by_network(both)


def _by_network(shares: pl.DataFrame) -> dict[str, Shares]:
    """Convert ``network_id, members, others`` to a dict of pairs by network; undefined shares are None."""
    return {
        network: (mine, others) for network, mine, others in shares.fill_nan(None).drop_nulls("network_id").iter_rows()
    }


def _texts(activity: Activity, network: pl.Series) -> pl.DataFrame:
    """Return own posts: ``text`` (coded), ``network_id``, and ``again``, whether another account posted the text."""
    if "text" not in activity.posts_table.columns:
        return pl.DataFrame(schema={"text": pl.Int32, "network_id": network.dtype, "again": pl.Boolean})
    said = messages(activity)
    account, network = (values.gather(said.row) for values in (activity.account_codes, network))
    texts = pl.DataFrame({"text": said.code, "network_id": network, "account": account})
    again = pl.col("account").min().over("text") != pl.col("account").max().over("text")
    return texts.select("text", "network_id", again=again)
