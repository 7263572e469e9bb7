"""What is known of the accounts themselves: evidence apart from what they did.

Coordination is seen in acts; whether accounts are what they seem to be is a second question, and mostly one
that such data cannot answer. Four facts say something where accounts come with them: made in one batch,
followed by nobody, named by the platform's default, acting through one client. Each is a binomial test of
a group against everybody else, and none is evidence alone: people join in waves, and start without followers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from scipy.stats import binom

from cib.activity import ACCOUNT_COLUMNS, Activity

__all__ = ["FACTS", "NO_FACTS", "account_facts"]

#: Accounts made within so many days are one batch.
BATCH_DAYS = 7
#: The platform proposes a name that ends in eight digits since then; before, who had one chose it.
_DEFAULT_NAMES_SINCE = pl.datetime(2017, 12, 1, time_zone="UTC")
_DEFAULT_NAME = r"\D[0-9]{8}$"
#: What there is where nothing is known.
NO_FACTS = pl.DataFrame(
    schema={
        "network": pl.Int64,
        "fact": pl.String,
        "members": pl.Int64,
        "share": pl.Float64,
        "elsewhere": pl.Float64,
        "decades": pl.Float64,
    }
)
#: One fact counts up to this many decades.
MOST_DECADES = 4.0


def account_facts(activity: Activity, membership: pl.DataFrame) -> pl.DataFrame:
    """Decades of evidence from what is known of the accounts, one row per network and fact.

    Parameters
    ----------
    activity : Activity
    membership : polars.DataFrame
        ``account_id, network``.

    Returns
    -------
    polars.DataFrame
        ``network, fact, members, share, elsewhere, decades``: how many members the fact is known of, their
        share with it, that of the other accounts, and the largest log10 of a likelihood ratio that a
        binomial test of its p-value allows, ``1 / (-e p ln p)``, at most 4. No row where nothing is known.

    Notes
    -----
    Source of the bound: Sellke, Bayarri & Berger (2001).
    """
    about = _about(activity).join(membership, on="account_id", how="left")
    parts = [fact(about).with_columns(fact=pl.lit(name)) for name, fact in FACTS.items()]
    table = pl.concat(parts).filter(pl.col("members") >= 3)
    p = table["p"].to_numpy().clip(1e-300, 1 / np.e)
    decades = np.clip(-np.log10(-np.e * p * np.log(p)), 0.0, MOST_DECADES)
    columns = ("network", "fact", "members", "share", "elsewhere")
    return table.with_columns(decades=pl.Series(decades)).select(*columns, "decades").sort("network", "fact")


def _about(activity: Activity) -> pl.DataFrame:
    """What is known of each account, its client among them: null where it is not."""
    about = activity.account_ids.to_frame().join(activity.accounts_table, on="account_id", how="left")
    if "client" in activity.posts_table.columns:
        posts = activity.posts_table.lazy().select("client", row=activity.account_codes).drop_nulls("client")
        used = posts.group_by("row", "client").len().collect(engine="streaming")
        used = used.sort("row", "len", "client", descending=[False, True, False]).unique("row", keep="first")
        used = used.select("client", account_id=activity.account_ids.gather(used["row"]))
        about = about.join(used, on="account_id", how="left")
    asked = {**ACCOUNT_COLUMNS, "client": pl.String()}
    absent = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in asked.items() if name not in about.columns]
    return about.with_columns(absent)


def _batch(about: pl.DataFrame) -> pl.DataFrame:
    """The densest week in which members were made, corrected for having looked at each."""
    known = about.drop_nulls("created_at").with_columns(made=pl.col("created_at").to_physical() / 86_400e6)
    everybody = known["made"].sort().to_numpy()
    mine = known.drop_nulls("network").sort("network", "made")
    made = mine["made"].to_numpy()
    network = mine["network"].to_numpy()
    # positions of the members of one network follow one another, so a shift by network keeps them apart
    far = 1e6
    last = np.searchsorted(made + far * network, made + far * network + BATCH_DAYS, side="right")
    seen = last - np.arange(len(made))
    crowd = np.searchsorted(everybody, made + BATCH_DAYS, side="right") - np.searchsorted(everybody, made)
    table = mine.select("network", seen=pl.Series(seen), crowd=pl.Series(crowd), members=pl.len().over("network"))
    return _tested(table, len(everybody), tries=pl.col("members"))


def _zero_followers(about: pl.DataFrame) -> pl.DataFrame:
    """Members that nobody follows."""
    return _share(about, pl.col("followers") == 0)


def _default_name(about: pl.DataFrame) -> pl.DataFrame:
    """Members with the name that the platform proposed, among those made since it proposes one."""
    recent = pl.col("created_at") >= _DEFAULT_NAMES_SINCE
    return _share(about, pl.when(recent).then(pl.col("name").str.contains(_DEFAULT_NAME)))


def _one_client(about: pl.DataFrame) -> pl.DataFrame:
    """The client that most members act through, corrected for the number of clients."""
    known = about.drop_nulls("client")
    clients = known.group_by("client").agg(crowd=pl.len())
    used = known.drop_nulls("network").group_by("network", "client").agg(seen=pl.len())
    table = used.join(clients, on="client").with_columns(members=pl.col("seen").sum().over("network"))
    return _tested(table, known.height, tries=pl.lit(clients.height))


#: The facts by name; each takes a table of accounts and gives ``network, members, share, elsewhere, p``.
FACTS: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "creation batch": _batch,
    "no followers": _zero_followers,
    "default name": _default_name,
    "one client": _one_client,
}


def _share(about: pl.DataFrame, has: pl.Expr) -> pl.DataFrame:
    known = about.with_columns(has=has).drop_nulls("has")
    groups = known.drop_nulls("network").group_by("network").agg(members=pl.len(), seen=pl.col("has").sum())
    return _tested(groups.with_columns(crowd=pl.lit(known["has"].sum())), known.height, tries=pl.lit(1))


def _tested(table: pl.DataFrame, known: int, tries: pl.Expr) -> pl.DataFrame:
    """Binomial tests of ``seen`` among ``members`` against the rest of the ``crowd``; the best a network."""
    elsewhere = (pl.col("crowd") - pl.col("seen") + 1) / (known - pl.col("members") + 2)
    table = table.with_columns(share=pl.col("seen") / pl.col("members"), elsewhere=elsewhere.clip(0, 1))
    seen, members, share = (table[name].to_numpy() for name in ("seen", "members", "elsewhere"))
    p = np.asarray(binom.sf(seen.astype(np.int64) - 1, members.astype(np.int64), share))
    table = table.with_columns(p=(pl.Series(p) * tries).clip(0, 1))
    # clients of as many members, all at a p of 1, differ in how many others have them
    best = table.sort("network", "p", "seen", "elsewhere", descending=[False, False, True, False])
    best = best.unique("network", keep="first", maintain_order=True)
    return best.select("network", pl.col("members").cast(pl.Int64), "share", "elsewhere", "p")
