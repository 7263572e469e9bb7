"""Profile: who is in a network, what it talks about, when, and how far it reached.

Reach is what others did with it, and is kept apart from coordination: a network can be perfectly coordinated
and heard by nobody.
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
from scipy.stats import binom

from cib.activity import Activity
from cib.networks.network import Network
from cib.profiles.narratives import MOST, distinctive_pieces, distinctive_values

__all__ = ["Profile", "profile", "profiles"]

#: Hours of work, local time, Monday to Friday.
_WORK = range(9, 18)

#: Weeks in which more members were created than chance explains at this level are batches.
_BATCH_ALPHA = 0.01


@dataclass(frozen=True, eq=False, repr=False)
class Profile:
    """One network in figures.

    Parameters
    ----------
    network_id : str
    roles : dict of str to int
        Members by role.
    reach : dict of str to float
        ``followers`` (median of members where known), ``without_followers`` (share), ``posts`` (acts of
        members that are no retweets), ``engagement`` (retweets, quotes and replies received), ``inside`` (share
        of that from members), ``outsiders`` (other accounts that engaged) and ``impressions`` (a proxy:
        followers of whoever wrote or passed on a member's post, summed over these acts).
    languages, clients : polars.DataFrame
        ``value, share``: of the members' acts.
    narratives : polars.DataFrame
        ``kind, value, inside, outside, z``: posts of members and of others with a distinctive hashtag,
        domain, url or piece of text, and log-odds over their standard error; strongest first within a kind.
    hours : polars.DataFrame
        ``weekday`` (1 is Monday), ``hour`` (UTC) and ``acts``; all 168.
    zone : int or None
        The hours ahead of UTC at which most acts fall into office hours; a hint, no place.
    office : float
        Share of acts in office hours of that zone, Monday to Friday, 9 to 18; 0.27 if spread evenly.
    batches : polars.DataFrame
        ``week, accounts, expected, p``: weeks in which more members were created than chance explains.
    timeline : polars.DataFrame
        ``day, acts, accounts``.
    leads : polars.DataFrame
        ``account_id, role, posts, engagement, inside``: the members that members engage with most.
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
        """Plain values: tables as lists of rows."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: part.to_dicts() if isinstance(part, pl.DataFrame) else part for name, part in parts.items()}

    def __repr__(self) -> str:
        return f"Profile({self.network_id!r})\n" + "\n".join(f"  {line}" for line in self._lines())

    def _repr_html_(self) -> str:
        said = "".join(f"<li>{escape(line)}" for line in self._lines())
        return f"<p><b>{escape(self.network_id)}</b></p><ul>{said}</ul>{self.narratives._repr_html_()}"

    def _lines(self) -> list[str]:
        """The profile in sentences."""
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
    """Describe a network by what its members are and did.

    Parameters
    ----------
    activity : Activity
        In which the network was found.
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
    return replace(found, narratives=pl.concat([found.narratives, distinctive_pieces(activity, inside)]))


def profiles(activity: Activity, networks: Sequence[Network]) -> list[Profile]:
    """The profiles of several networks, none of which share an account, without pieces of text.

    Each profile needs all posts; here they are gone through once for all networks.

    Parameters
    ----------
    activity : Activity
        In which the networks were found.
    networks : sequence of Network
    """
    members = pl.concat([_NO_MEMBERS, *(n.members.select("account_id", network_id=pl.lit(n.id)) for n in networks)])
    known, followers = activity.accounts_table, _followers(activity.accounts_table)
    posts = activity.posts_table.select(pl.col("^account_id|target_account_id|action|created_at|lang|client$"))
    mine = posts.join(members, on="account_id", maintain_order="left")
    received = posts.select("account_id", "target_account_id", "action").join(
        members, left_on="target_account_id", right_on="account_id", maintain_order="left"
    )
    received = received.filter(pl.col("account_id") != pl.col("target_account_id")).join(
        members.select("account_id", theirs="network_id"), on="account_id", how="left", maintain_order="left"
    )
    parts = {
        "own": _split(members.join(followers, on="account_id", how="left", maintain_order="left")),
        "mine": _split(mine.join(followers, on="account_id", how="left", maintain_order="left")),
        "received": _split(
            received.with_columns(inside=pl.col("theirs").eq_missing(pl.col("network_id")))
            .drop("theirs")
            .join(followers, on="account_id", how="left", maintain_order="left")
        ),
        "narratives": _split(distinctive_values(activity, members)),
        "batches": _split(_batches(known, members)),
    }
    return [_profile(network, **{name: found[network.id] for name, found in parts.items()}) for network in networks]


_NO_MEMBERS = pl.DataFrame(schema={"account_id": pl.String, "network_id": pl.String})


def _split(table: pl.DataFrame) -> defaultdict[str, pl.DataFrame]:
    """The rows of each network; none of those it does not name."""
    nothing = table.clear().drop("network_id")
    parts = table.partition_by("network_id", as_dict=True, include_key=False)
    return defaultdict(lambda: nothing, {str(network): part for (network,), part in parts.items()})


def _profile(
    network: Network,
    own: pl.DataFrame,
    mine: pl.DataFrame,
    received: pl.DataFrame,
    narratives: pl.DataFrame,
    batches: pl.DataFrame,
) -> Profile:
    """One network, by its members, what they did, what they received, and what is distinctive of it."""
    hours = _hours(mine)
    zone, office = _working_zone(hours["acts"].to_numpy())
    return Profile(
        network_id=network.id,
        roles=network.roles,
        reach=_reach(own, mine, received),
        languages=_shares(mine, "lang"),
        clients=_shares(mine, "client"),
        narratives=narratives,
        hours=hours,
        zone=zone,
        office=office,
        batches=batches,
        timeline=mine.group_by(day=pl.col("created_at").dt.date())
        .agg(acts=pl.len(), accounts=pl.col("account_id").n_unique())
        .sort("day"),
        leads=_leads(mine, received, network),
    )


def _reach(own: pl.DataFrame, mine: pl.DataFrame, received: pl.DataFrame) -> dict[str, float | None]:
    """What others saw and did, as far as the data tell."""
    wrote = mine.filter(pl.col("action") != "retweet")
    passed_on = received.filter(pl.col("action") == "retweet")
    audience = pl.concat([wrote["followers"], passed_on["followers"]]).drop_nulls()
    reach = pl.select(
        followers=own["followers"].median(),
        without_followers=(own["followers"] == 0).mean(),
        posts=wrote.height,
        engagement=received.height,
        inside=received["inside"].mean(),
        outsiders=received.filter(~pl.col("inside"))["account_id"].n_unique(),
        impressions=audience.sum() if len(audience) else None,
    )
    return reach.cast(pl.Float64).row(0, named=True)


def _followers(known: pl.DataFrame) -> pl.DataFrame:
    """``account_id, followers`` where known."""
    if "followers" not in known.columns:
        return pl.DataFrame(schema={"account_id": pl.String, "followers": pl.Int64})
    return known.select("account_id", "followers").drop_nulls()


def _shares(posts: pl.DataFrame, column: str) -> pl.DataFrame:
    """``value, share``, most frequent first."""
    if column not in posts.columns:
        return pl.DataFrame(schema={"value": pl.String, "share": pl.Float64})
    counts = posts[column].drop_nulls().alias("value").value_counts(name="share")
    return counts.with_columns(pl.col("share") / pl.col("share").sum()).sort("share", "value", descending=[True, False])


def _hours(posts: pl.DataFrame) -> pl.DataFrame:
    week = pl.DataFrame({"weekday": np.repeat(np.arange(1, 8), 24), "hour": np.tile(np.arange(24), 7)})
    acts = posts.group_by(
        weekday=pl.col("created_at").dt.weekday().cast(pl.Int64), hour=pl.col("created_at").dt.hour().cast(pl.Int64)
    ).agg(acts=pl.len())
    return week.join(acts, on=["weekday", "hour"], how="left", maintain_order="left").fill_null(0)


def _working_zone(acts: NDArray[np.int64]) -> tuple[int | None, float]:
    """The hours ahead of UTC with most acts in office hours, the nearest to 0 of equals, and their share."""
    if not acts.sum():
        return None, 0.0
    office = np.isin(np.arange(168) % 24, _WORK) & (np.arange(168) < 5 * 24)
    zones = sorted(range(-11, 13), key=abs)
    shares = [np.roll(acts, zone)[office].sum() / acts.sum() for zone in zones]
    best = int(np.argmax(shares))
    return zones[best], float(shares[best])


def _batches(known: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Weeks of creation that chance does not explain, given when all others were created; with ``network_id``."""
    if "created_at" not in known.columns:
        return pl.DataFrame(schema=_BATCH)
    created = known.drop_nulls("created_at").select("account_id", week=pl.col("created_at").dt.truncate("1w").dt.date())
    totals = created.group_by("week").agg(all=pl.len())
    weeks = created.join(members, on="account_id").group_by("network_id", "week").agg(accounts=pl.len())
    weeks = weeks.join(totals, on="week").with_columns(mine=pl.col("accounts").sum().over("network_id"))
    share = (pl.col("all") - pl.col("accounts") + 1) / (created.height - pl.col("mine") + totals.height)
    weeks = weeks.with_columns(share=share, expected=share * pl.col("mine"))
    p = binom.sf(weeks["accounts"].to_numpy() - 1.0, weeks["mine"].to_numpy(), weeks["share"].to_numpy())
    tested = weeks.with_columns(p=pl.Series(np.minimum(np.asarray(p) * totals.height, 1.0)))
    return tested.filter(pl.col("p") < _BATCH_ALPHA, pl.col("accounts") > 1).select(*_BATCH).sort("p", "week")


_BATCH = {
    "network_id": pl.String,
    "week": pl.Date,
    "accounts": pl.UInt32,
    "expected": pl.Float64,
    "p": pl.Float64,
}


def _leads(mine: pl.DataFrame, received: pl.DataFrame, network: Network) -> pl.DataFrame:
    got = received.group_by(account_id="target_account_id").agg(engagement=pl.len(), inside=pl.col("inside").sum())
    wrote = mine.filter(pl.col("action") != "retweet").group_by("account_id").agg(posts=pl.len())
    leads = network.members.select("account_id", "role").join(got, on="account_id")
    leads = leads.join(wrote, on="account_id", how="left").with_columns(pl.col("posts").fill_null(0))
    ranked = leads.sort("inside", "engagement", "account_id", descending=[True, True, False])
    return ranked.select("account_id", "role", "posts", "engagement", "inside").head(MOST)
