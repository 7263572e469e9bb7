"""Occasions: accounts outside of networks that use the same hashtags as a network.

Fans who joined together when their idol became popular have the same age and look, and copy the same appeals. So do
those fans who are in no network: what the members have in common is then the occasion. Their look and batch are
compared with these accounts, and not only with unaffiliated ones.
"""

from __future__ import annotations

import polars as pl

from cib.networks.account_metadata import FEW_FOLLOWERS
from cib.networks.acts import Acts, Flags, Ints, in_chosen
from cib.networks.verdict import Rule

__all__ = ["companies"]


def companies(acts: Acts, group: Ints, asked: Flags, rule: Rule) -> pl.DataFrame:
    """Select the accounts that take part in the same occasions as the members of some networks.

    A hashtag is an occasion of a network if at least `rule.min_occasion` of its members use it, and is public if at
    least `rule.min_public` of the accounts that use it are in none of the networks asked for. Hashtags that are used
    mostly by these networks are theirs. Accounts of an operation that no network contains may be most of those that use
    its hashtags, so that the company must have followers as well.

    Parameters
    ----------
    acts : Acts
    group : ndarray of int, shape (n_accounts,)
        Network of each account, -1 for none.
    asked : ndarray of bool, shape (n_networks,)
    rule : Rule

    Returns
    -------
    polars.DataFrame
        ``network, account``: the accounts outside of the networks asked for that use a public hashtag of each,
        sorted; none if they are fewer than `rule.min_company` or than the members, or if more than `rule.max_few` of
        them have few followers.
    """
    ours = in_chosen(group, asked)
    used = acts.hashtag_users(ours)
    used = used.with_columns(
        network=pl.Series(group).gather(used["account"]), ours=pl.Series(ours).gather(used["account"])
    )
    public = used.group_by("tag").agg(public=1 - pl.col("ours").mean()).filter(pl.col("public") >= rule.min_public)
    used = used.join(public, on="tag", how="semi")
    sizes = pl.Series(group[ours]).value_counts(name="size").select(network="", size="size")
    common = used.filter("ours").group_by("network", "tag").agg(members=pl.len()).join(sizes, on="network")
    common = common.filter(pl.col("members") >= rule.min_occasion * pl.col("size"))
    others = used.filter(~pl.col("ours")).select("tag", "account")
    found = common.select("network", "tag", "size").join(others, on="tag").unique(["network", "account"])
    ordinary = pl.lit(value=True)
    if "followers" in acts.about.columns:
        few = acts.about["followers"] < FEW_FOLLOWERS
        found = found.with_columns(few=few.gather(found["account"]))
        ordinary = (pl.col("few").mean().over("network") <= rule.max_few).fill_null(value=True)
    enough = pl.len().over("network") >= pl.max_horizontal("size", pl.lit(rule.min_company))
    found = found.filter(enough, ordinary)
    return found.select("network", "account").sort("network", "account")
