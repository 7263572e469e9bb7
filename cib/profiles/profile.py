"""Profile a network: its members, narratives, times, and reach.

Reach measures the reactions of others and is separate from coordination: a coordinated network may have no reach.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from html import escape
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity, encode
from cib.mapped import release_pages
from cib.networks.acts import binomial_tail
from cib.networks.network import Network, stacked
from cib.networks.parts import part_of
from cib.profiles.narratives import MOST, distinctive_terms, distinctive_values

__all__ = ["Profile", "profile", "profile_tables", "profiles", "working_zone"]

#: Office hours, local time, Monday to Friday.
_WORK = range(9, 18)

#: Significance level at which weeks with more created members than expected are batches.
_BATCH_ALPHA = 0.01


@dataclass(frozen=True, eq=False, repr=False)
class Profile:
    """Profile of one network.

    Parameters
    ----------
    network_id : str
    roles : dict of str to int
        Number of members by role.
    reach : dict of str to float
        ``followers`` (median of members where known), ``without_followers`` (share), ``posts`` (actions of
        members other than retweets), ``engagement`` (retweets, quotes and replies received), ``inside`` (share
        of these from members), ``outsiders`` (number of other accounts that engaged) and ``impressions`` (a proxy:
        followers of the accounts that wrote or retweeted a member's post, summed over these actions).
    languages, clients : polars.DataFrame
        ``value, share`` of the members' actions.
    narratives : polars.DataFrame
        ``kind, value, inside, outside, z``: number of posts of members and of others with a distinctive hashtag,
        domain, url or term of up to three words, and log-odds over their standard error; largest first within a kind.
    hours : polars.DataFrame
        ``weekday`` (1 is Monday), ``hour`` (UTC) and number of actions ``acts``; all 168 hours of the week.
    zone : int or None
        Offset from UTC in hours that maximises the share of actions in office hours; not evidence of a location.
    office : float
        Share of actions in office hours of that zone, Monday to Friday, 9 to 18; 0.27 for a uniform distribution.
    batches : polars.DataFrame
        ``week, accounts, expected, p``: weeks in which significantly more members were created than expected.
    timeline : polars.DataFrame
        ``day, acts, accounts``: number of actions and of active members by day.
    leads : polars.DataFrame
        ``account_id, role, posts, engagement, inside``: the members with the most engagement from members.
    """

    network_id: str
    roles: dict[str, int]
    reach: dict[str, float | None]
    languages: pl.DataFrame
    clients: pl.DataFrame
    narratives: pl.DataFrame
    hours: pl.DataFrame
    zone: int | None
    office: float
    batches: pl.DataFrame
    timeline: pl.DataFrame
    leads: pl.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """Convert to plain values: tables become lists of rows."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: part.to_dicts() if isinstance(part, pl.DataFrame) else part for name, part in parts.items()}

    def __repr__(self) -> str:
        return f"Profile({self.network_id!r})\n" + "\n".join(f"  {line}" for line in self._lines())

    def _repr_html_(self) -> str:
        said = "".join(f"<li>{escape(line)}" for line in self._lines())
        return f"<p><b>{escape(self.network_id)}</b></p><ul>{said}</ul>{self.narratives._repr_html_()}"

    def _lines(self) -> list[str]:
        """Return the profile as sentences."""
        roles = ", ".join(f"{count:,} {role}" for role, count in self.roles.items())
        lines = [f"{sum(self.roles.values()):,} accounts: {roles}"]
        if self.reach["followers"] is not None:
            lines.append(
                f"{self.reach['followers']:,.0f} followers in the middle, "
                f"{self.reach['without_followers']:.0%} without any"
            )
        if self.reach["engagement"]:
            lines.append(
                f"{self.reach['engagement']:,.0f} engagements received, {self.reach['inside']:.0%} of them from "
                f"members, the others from {self.reach['outsiders']:,.0f} accounts"
            )
        for what, table in (("languages", self.languages), ("clients", self.clients)):
            if table.height:
                lines.append(f"{what}: " + ", ".join(f"{value} {share:.0%}" for value, share in table.head(3).rows()))
        for kind, values in self.narratives.group_by("kind", maintain_order=True):
            lines.append(f"{kind[0]}: " + ", ".join(values["value"].head(5)))
        if self.zone is not None:
            lines.append(f"{self.office:.0%} of acts in office hours of about UTC{self.zone:+d} (27% if spread evenly)")
        if self.batches.height:
            in_batches = self.batches["accounts"].sum()
            weeks = f"{self.batches.height} weeks" if self.batches.height > 1 else "one week"
            lines.append(f"{in_batches:,} accounts created in batches, in {weeks}")
        return lines


def profile(activity: Activity, network: Network) -> Profile:
    """Profile a network by the properties and actions of its members.

    Parameters
    ----------
    activity : Activity
        Activity in which the network was found.
    network : Network

    Returns
    -------
    Profile

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> detection = cib.detect(activity, progress=False)
    >>> detection.profile("N1")
    Profile('N1')
      ... accounts: ...
      ...
    """
    [found] = profiles(activity, [network])
    inside = activity.posts_table["account_id"].is_in(network.members["account_id"].implode())
    return replace(found, narratives=pl.concat([found.narratives, distinctive_terms(activity, inside)]))


def profiles(activity: Activity, networks: Sequence[Network]) -> list[Profile]:
    """Return the profiles of several networks without common accounts, without terms of texts.

    All networks are profiled in one pass over all posts.

    Parameters
    ----------
    activity : Activity
        Activity in which the networks were found.
    networks : sequence of Network
    """
    tables = {name: _split(table) for name, table in profile_tables(activity, networks).items()}
    found = []
    for network in networks:
        told: dict[str, Any] = {name: parts[network.id] for name, parts in tables.items()}
        reach = told.pop("reach").row(0, named=True)
        zone, office = working_zone(told["hours"]["acts"].to_numpy())
        found.append(Profile(network.id, network.roles, reach, zone=zone, office=office, **told))
    return found


def profile_tables(activity: Activity, networks: Sequence[Network]) -> dict[str, pl.DataFrame]:
    """Return the tables of :func:`profiles` for all networks together, with ``network_id``, in one query.

    Returns
    -------
    dict of str to polars.DataFrame
        The fields of :class:`Profile` that are tables, and ``reach``, one row per network.
    """
    roles = stacked(((n.id, part_of(n, "members")) for n in networks), {"account_id": pl.String, "role": pl.String})
    narratives = distinctive_values(activity, roles.drop("role"))
    release_pages()
    # accounts and networks are numbered, as ids are compared and joined more slowly
    ids = pl.DataFrame({"network_id": pl.Series([n.id for n in networks], dtype=pl.Enum([n.id for n in networks]))})
    members = roles.with_columns(
        pl.col("network_id").cast(ids.schema["network_id"]), account=encode(roles["account_id"], activity.account_ids)
    )
    network = members["network_id"].gather(encode(activity.account_ids, members["account_id"]))
    known, followers = activity.accounts_table, _followers(activity)
    account, target = activity.account_codes.alias("account"), activity.target_codes.alias("target")
    posts = activity.posts_table.select(pl.col("^action|created_at|lang|client$"), account, target)
    mine = posts.with_columns(network.gather(account)).drop_nulls("network_id")
    received = posts.select("account", "target", "action", network.gather(target), theirs=network.gather(account))
    received = received.filter(pl.col("network_id").is_not_null(), pl.col("account") != pl.col("target"))
    received = received.with_columns(inside=pl.col("theirs").eq_missing(pl.col("network_id"))).drop("theirs")
    own, seen, passed_on = (
        table.with_columns(followers.gather(table["account"]))
        for table in (members, mine.filter(pl.col("action") != "retweet"), received.filter(action="retweet"))
    )
    tables = {
        "reach": _reach(ids, own, seen, received, passed_on),
        "languages": _shares(mine, "lang"),
        "clients": _shares(mine, "client"),
        "hours": _hours(ids, mine),
        "batches": _batches(known.with_columns(network.gather(encode(known["account_id"], activity.account_ids)))),
        "timeline": mine.group_by("network_id", day=pl.col("created_at").dt.date())
        .agg(acts=pl.len(), accounts=pl.col("account").n_unique())
        .sort("network_id", "day"),
        "leads": _leads(seen, received, members),
    }
    named = {name: table.with_columns(pl.col("network_id").cast(pl.String)) for name, table in tables.items()}
    return named | {"narratives": narratives}


def _followers(activity: Activity) -> pl.Series:
    """Return the number of followers of every account, null where it is not known."""
    known = activity.accounts_table
    if "followers" not in known.columns:
        return pl.repeat(None, len(activity.account_ids), dtype=pl.Int64, eager=True).alias("followers")
    return known["followers"].gather(encode(activity.account_ids, known["account_id"]))


def _split(table: pl.DataFrame) -> defaultdict[str, pl.DataFrame]:
    """Split a table by network; networks without rows get an empty table."""
    nothing = table.clear().drop("network_id")
    parts = table.partition_by("network_id", as_dict=True, include_key=False)
    return defaultdict(lambda: nothing, {str(network): part for (network,), part in parts.items()})


def _reach(
    ids: pl.DataFrame, own: pl.DataFrame, wrote: pl.DataFrame, received: pl.DataFrame, passed_on: pl.DataFrame
) -> pl.DataFrame:
    """Compute the reach of each network, one row per network."""
    followers, audience = (
        pl.col("followers"),
        pl.concat([t.select("network_id", "followers") for t in (wrote, passed_on)]),
    )
    parts = (
        own.group_by("network_id").agg(followers=followers.median(), without_followers=(followers == 0).mean()),
        wrote.group_by("network_id").agg(posts=pl.len()),
        received.group_by("network_id").agg(
            engagement=pl.len(),
            inside=pl.col("inside").mean(),
            outsiders=pl.col("account").filter(~pl.col("inside")).n_unique(),
        ),
        audience.drop_nulls().group_by("network_id").agg(impressions=followers.sum()),
    )
    reach = ids
    for part in parts:
        reach = reach.join(part, on="network_id", how="left", maintain_order="left")
    counts = pl.col("posts", "engagement", "outsiders")
    return reach.with_columns(counts.fill_null(0)).with_columns(pl.all().exclude("network_id").cast(pl.Float64))


def _shares(posts: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return ``network_id, value, share``, by decreasing share."""
    if column not in posts.columns:
        return pl.DataFrame(schema={"network_id": posts.schema["network_id"], "value": pl.String, "share": pl.Float64})
    counts = posts.drop_nulls(column).group_by("network_id", value=column).agg(share=pl.len())
    shares = counts.with_columns(pl.col("share") * (1 / pl.col("share").sum().over("network_id")))
    return shares.sort("network_id", "share", "value", descending=[False, True, False])


def _hours(ids: pl.DataFrame, posts: pl.DataFrame) -> pl.DataFrame:
    week = pl.DataFrame({"weekday": np.repeat(np.arange(1, 8), 24), "hour": np.tile(np.arange(24), 7)})
    time = pl.col("created_at").dt
    acts = posts.group_by("network_id", weekday=time.weekday().cast(pl.Int64), hour=time.hour().cast(pl.Int64))
    whole = ids.join(week, how="cross", maintain_order="left_right")
    counts = whole.join(
        acts.agg(acts=pl.len()), on=["network_id", "weekday", "hour"], how="left", maintain_order="left"
    )
    return counts.fill_null(0)


def working_zone(acts: NDArray[np.int64]) -> tuple[int | None, float]:
    """Return the UTC offset with the largest share of actions in office hours (nearest to 0 if tied), and the share."""
    if not acts.sum():
        return None, 0.0
    office = np.isin(np.arange(168) % 24, _WORK) & (np.arange(168) < 5 * 24)
    zones = sorted(range(-11, 13), key=abs)
    shares = acts[np.flatnonzero(office) - np.array(zones)[:, None]].sum(axis=1) / acts.sum()
    best = int(np.argmax(shares))
    return zones[best], float(shares[best])


def _batches(known: pl.DataFrame) -> pl.DataFrame:
    """Return the weeks with significantly many created members, given the creation weeks of all others."""
    if "created_at" not in known.columns:
        return pl.DataFrame(schema={"network_id": known.schema["network_id"], **_BATCH})
    created = known.drop_nulls("created_at")
    created = created.select("network_id", week=pl.col("created_at").dt.truncate("1w").dt.date())
    totals = created.group_by("week").agg(all=pl.len())
    weeks = created.drop_nulls("network_id").group_by("network_id", "week").agg(accounts=pl.len())
    weeks = weeks.join(totals, on="week").with_columns(mine=pl.col("accounts").sum().over("network_id"))
    share = (pl.col("all") - pl.col("accounts") + 1) / (created.height - pl.col("mine") + totals.height)
    weeks = weeks.with_columns(share=share, expected=share * pl.col("mine"))
    p = binomial_tail(weeks["accounts"].to_numpy(), weeks["mine"].to_numpy(), weeks["share"].to_numpy())
    tested = weeks.with_columns(p=pl.Series(np.minimum(np.asarray(p) * totals.height, 1.0)))
    return (
        tested.filter(pl.col("p") < _BATCH_ALPHA, pl.col("accounts") > 1)
        .select("network_id", *_BATCH)
        .sort("p", "week")
    )


_BATCH = {"week": pl.Date, "accounts": pl.UInt32, "expected": pl.Float64, "p": pl.Float64}


def _leads(wrote: pl.DataFrame, received: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    got = received.group_by(account="target").agg(engagement=pl.len(), inside=pl.col("inside").sum())
    leads = members.join(got, on="account")
    leads = leads.join(wrote.group_by("account").agg(posts=pl.len()), on="account", how="left")
    leads = leads.with_columns(pl.col("posts").fill_null(0))
    ranked = leads.sort("network_id", "inside", "engagement", "account_id", descending=[False, True, True, False])
    ranked = ranked.select("network_id", "account_id", "role", "posts", "engagement", "inside")
    return ranked.group_by("network_id", maintain_order=True).head(MOST)
