"""Profile: who is in a network, what it talks about, when, and how far it reached.

Reach is what others did with it, and is kept apart from coordination: a network can be perfectly coordinated
and heard by nobody. What is distinctive is measured against everybody else in the same activity by log-odds
with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008), so that neither rare nor common words
stand out by chance; pieces of text are runs of characters, so that Chinese needs no words.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from html import escape
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import binom

from cib.activity import Activity
from cib.graphs.objects import KINDS, object_events
from cib.networks.network import Network

__all__ = ["Profile", "profile"]

#: Texts of members, and as many of others, that are looked at for pieces; characters of a piece.
_TEXTS, _PIECES = 4_000, (2, 6)

#: Pieces that fewer texts have are passed over.
_FEWEST_TEXTS = 5

#: Distinctive values that are shown of each kind.
MOST = 15

#: Values that fewer posts of members have are no narrative.
_FEWEST_POSTS = 3

#: Smallest log-odds, in standard errors, that is distinctive.
_DISTINCTIVE = 3.0

#: Hours of work, local time, Monday to Friday.
_WORK = range(9, 18)

#: Weeks in which more members were created than chance explains at this level are batches.
_BATCH_ALPHA = 0.01

Floats = NDArray[np.float64]


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
            lines.append(f"{in_batches:,} accounts created in batches, in {self.batches.height} different weeks")
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
    members = network.members["account_id"].implode()
    posts = activity.posts_table
    mine = posts.filter(pl.col("account_id").is_in(members))
    received = posts.filter(
        pl.col("target_account_id").is_in(members), pl.col("account_id") != pl.col("target_account_id")
    ).with_columns(inside=pl.col("account_id").is_in(members))
    known = activity.accounts_table
    hours = _hours(mine)
    zone, office = _working_zone(hours["acts"].to_numpy())
    return Profile(
        network_id=network.id,
        roles=network.roles,
        reach=_reach(mine, received, known, members),
        languages=_shares(mine, "lang"),
        clients=_shares(mine, "client"),
        narratives=_narratives(activity, members),
        hours=hours,
        zone=zone,
        office=office,
        batches=_batches(known, members),
        timeline=mine.group_by(day=pl.col("created_at").dt.date())
        .agg(acts=pl.len(), accounts=pl.col("account_id").n_unique())
        .sort("day"),
        leads=_leads(mine, received, network),
    )


def _reach(
    mine: pl.DataFrame, received: pl.DataFrame, known: pl.DataFrame, members: pl.Series
) -> dict[str, float | None]:
    """What others saw and did, as far as the data tell."""
    wrote = mine.filter(pl.col("action") != "retweet")
    followers = pl.DataFrame({"account_id": members.explode()}).join(_followers(known), on="account_id")["followers"]
    shown = pl.concat([wrote["account_id"], received.filter(pl.col("action") == "retweet")["account_id"]]).to_frame()
    audience = shown.join(_followers(known), on="account_id")["followers"]
    reach = pl.select(
        followers=followers.median(),
        without_followers=(followers == 0).mean(),
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


def _batches(known: pl.DataFrame, members: pl.Series) -> pl.DataFrame:
    """Weeks of creation that chance does not explain, given when all other accounts were created."""
    empty = {"week": pl.Date, "accounts": pl.UInt32, "expected": pl.Float64, "p": pl.Float64}
    if "created_at" not in known.columns:
        return pl.DataFrame(schema=empty)
    created = known.drop_nulls("created_at").select(
        week=pl.col("created_at").dt.truncate("1w").dt.date(), inside=pl.col("account_id").is_in(members)
    )
    weeks = created.group_by("week").agg(accounts=pl.col("inside").sum(), others=(~pl.col("inside")).sum())
    mine, others = (weeks[side].to_numpy().astype(np.int64) for side in ("accounts", "others"))
    share = (others + 1) / (others.sum() + weeks.height)
    p = np.minimum(np.asarray(binom.sf(mine - 1, mine.sum(), share)) * weeks.height, 1.0)
    tested = weeks.with_columns(expected=pl.Series(share * mine.sum()), p=pl.Series(p))
    return tested.filter(pl.col("p") < _BATCH_ALPHA, pl.col("accounts") > 1).select(*empty).sort("p", "week")


def _leads(mine: pl.DataFrame, received: pl.DataFrame, network: Network) -> pl.DataFrame:
    got = received.group_by(account_id="target_account_id").agg(engagement=pl.len(), inside=pl.col("inside").sum())
    wrote = mine.filter(pl.col("action") != "retweet").group_by("account_id").agg(posts=pl.len())
    leads = network.members.select("account_id", "role").join(got, on="account_id")
    leads = leads.join(wrote, on="account_id", how="left").with_columns(pl.col("posts").fill_null(0))
    ranked = leads.sort("inside", "engagement", "account_id", descending=[True, True, False])
    return ranked.select("account_id", "role", "posts", "engagement", "inside").head(MOST)


def _narratives(activity: Activity, members: pl.Series) -> pl.DataFrame:
    inside = activity.posts_table["account_id"].is_in(members)
    parts = [pl.DataFrame(schema=_NARRATIVE)]
    for kind in ("hashtag", "domain", "url"):
        if KINDS[kind].column in activity.posts_table.columns:
            events = object_events(activity, kind).unique()
            events = events.with_columns(inside.gather(events["row"]).alias("inside"))
            counts = events.group_by(value="object").agg(
                inside=pl.col("inside").sum(), outside=(~pl.col("inside")).sum()
            )
            parts.append(_distinctive(counts, kind))
    if "text" in activity.posts_table.columns:
        parts.append(_pieces(activity, inside))
    return pl.concat(parts)


_NARRATIVE = {
    "kind": pl.String,
    "value": pl.String,
    "inside": pl.Int64,
    "outside": pl.Int64,
    "z": pl.Float64,
}


def _distinctive(counts: pl.DataFrame, kind: str, most: int = MOST) -> pl.DataFrame:
    """Values that members use more than others, by log-odds over their standard error."""
    counts = counts.cast({"inside": pl.Int64, "outside": pl.Int64})
    z = log_odds(counts["inside"].to_numpy(), counts["outside"].to_numpy())
    table = counts.with_columns(z=pl.Series(z, dtype=pl.Float64), kind=pl.lit(kind)).select(*_NARRATIVE)
    telling = table.filter(pl.col("z") > _DISTINCTIVE, pl.col("inside") >= _FEWEST_POSTS)
    longest = pl.col("value").str.len_chars()  # of pieces that always come together
    return telling.sort(pl.col("z").round(3), longest, "value", descending=[True, True, False]).head(most)


def log_odds(inside: NDArray[np.int64], outside: NDArray[np.int64]) -> Floats:
    """Log-odds ratio of each value with an informative Dirichlet prior, over its standard error.

    Parameters
    ----------
    inside, outside : ndarray of int, shape (n_values,)
        Counts. The prior is the sum of both, scaled to weigh as much as the smaller side.

    Returns
    -------
    ndarray of float, shape (n_values,)
        Positive where the value is more frequent inside.

    References
    ----------
    Monroe, Colaresi & Quinn (2008), Fightin' words, equations 16 to 22.
    """
    both = inside + outside
    prior = both * (min(inside.sum(), outside.sum()) + 1) / max(both.sum(), 1)

    def logit(counts: NDArray[np.int64]) -> Floats:
        odds: Floats = (counts + prior) / np.maximum(counts.sum() + prior.sum() - counts - prior, 1e-9)
        return np.log(np.maximum(odds, 1e-9))

    error = np.sqrt(1 / np.maximum(inside + prior, 1e-9) + 1 / np.maximum(outside + prior, 1e-9))
    z: Floats = (logit(inside) - logit(outside)) / error
    return z


def _pieces(activity: Activity, inside: pl.Series) -> pl.DataFrame:
    """Pieces of text that many of the members' texts have and few others; longer ones before their parts."""
    # scikit-learn takes a second to import
    from sklearn.feature_extraction.text import CountVectorizer

    events = object_events(activity, "text").with_columns(pl.col("object").str.replace_all(r"#\S+", " "))
    events = events.with_columns(inside.gather(events["row"]).alias("inside"))
    texts = [_evenly(events.filter(pl.col("inside") == side)["object"]) for side in (True, False)]
    if min(map(len, texts)) < _FEWEST_TEXTS:
        return pl.DataFrame(schema=_NARRATIVE)
    vectorizer = CountVectorizer(
        analyzer="char_wb", ngram_range=_PIECES, binary=True, lowercase=False, min_df=_FEWEST_TEXTS, dtype=np.int64
    )
    try:
        vectorizer.fit(texts[0])
    except ValueError:  # no piece is in so many texts
        return pl.DataFrame(schema=_NARRATIVE)
    seen = [np.asarray(vectorizer.transform(side).sum(axis=0)).ravel() for side in texts]
    counts = pl.DataFrame({"value": vectorizer.get_feature_names_out().tolist(), "inside": seen[0], "outside": seen[1]})
    trimmed = counts.with_columns(pl.col("value").str.strip_chars()).filter(
        pl.col("value").str.len_chars() >= _PIECES[0]
    )
    trimmed = trimmed.group_by("value").agg(pl.col("inside").max(), pl.col("outside").max())
    ranked = _distinctive(trimmed, "text", most=20 * MOST)
    return ranked.filter(pl.Series(_whole(ranked["value"].to_list()), dtype=pl.Boolean)).head(MOST)


def _evenly(texts: pl.Series) -> pl.Series:
    """So many of the texts as are looked at, spread evenly."""
    return texts.gather_every(max(len(texts) // _TEXTS, 1)).head(_TEXTS)


def _whole(values: list[str]) -> list[bool]:
    """Which values share no half with one before them: parts and neighbours of a piece say the same again."""
    kept: list[str] = []
    said = []
    for value in values:
        half = max(len(value) // 2, 2)
        parts = {value[k : k + half] for k in range(len(value) - half + 1)}
        said.append(not any(part in other for other in kept for part in parts))
        if said[-1]:
            kept.append(value)
    return said
