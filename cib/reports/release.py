"""What may be given to others: the candidates' accounts and acts, under pseudonyms, without their words.

As the public archives of takedowns do it: accounts with fewer than 5,000 followers, and those of whom that is
not known, are hidden; larger ones are public figures of their network and keep their ids. A post is hidden with
its author, for its id leads there.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from cib.reports.files import write_json, write_table
from cib.reports.pseudonyms import Pseudonyms, handles
from cib.reports.result import Result, about

__all__ = ["write_release"]

#: Accounts with fewer followers are hidden.
PUBLIC_FROM = 5_000

_ALWAYS = ("account_id", "post_id", "action", "created_at", "target_post_id", "target_account_id")
_IF_KNOWN = ("lang", "client", "hashtags")
_WORDS = ("text", "urls", "mentions")


def write_release(result: Result, folder: Path, *, texts: bool = False) -> None:
    """Write ``accounts``, ``posts`` and ``networks`` as Parquet and CSV, and ``about.json``.

    Parameters
    ----------
    result : Detection
        Of which the networks with verdict ``candidate`` are released.
    folder : Path
    texts : bool
        Also write texts, URLs and mentions; whoever has them can search for the accounts.
    """
    networks = result.networks.with_verdict("candidate")
    members = networks.members.select("account_id", "network_id")
    known = result.activity.accounts_table
    if "followers" not in known.columns:
        known = known.with_columns(followers=pl.lit(None, dtype=pl.Int64))
    public = known.filter(pl.col("followers") >= PUBLIC_FROM)["account_id"]
    names = Pseudonyms()

    accounts = result.table.filter(pl.col("account_id").is_in(members["account_id"].implode()))
    accounts = accounts.drop("cluster", strict=False).with_columns(_named(accounts["account_id"], public, names))
    write_table(accounts.sort("network_id", "account_id"), folder, "accounts")

    posts = result.activity.posts_table
    wanted = [*_ALWAYS, *(name for name in (*_IF_KNOWN, *(_WORDS if texts else ())) if name in posts.columns)]
    posts = posts.filter(pl.col("account_id").is_in(members["account_id"].implode())).select(wanted)
    hidden = [
        _named(posts["account_id"], public, names),
        _named(posts["target_account_id"], public, names),
        _named(posts["post_id"], public, names, posts["account_id"]),
        _named(posts["target_post_id"], public, names, posts["target_account_id"]),
    ]
    if "hashtags" in wanted:
        is_name = pl.element().str.to_lowercase().is_in(handles(known).implode())
        hidden.append(posts.select(pl.col("hashtags").list.eval(pl.element().filter(~is_name)))["hashtags"])
    if "mentions" in wanted:
        hidden.append(_mentions(posts["mentions"], public, names))
    write_table(posts.with_columns(hidden).sort("created_at", "account_id", "post_id"), folder, "posts")
    write_table(networks.table, folder, "networks")
    told = about(result)
    told["imported"] = {name: value for name, value in told["imported"].items() if name != "source"}
    write_json({**told, "hidden": _HIDDEN}, folder / "about.json")


_HIDDEN = f"accounts below {PUBLIC_FROM:,} followers, their posts, and hashtags that are names of accounts"


def _named(ids: pl.Series, public: pl.Series, names: Pseudonyms, owners: pl.Series | None = None) -> pl.Series:
    """Ids of public accounts as they are, pseudonyms for the others; for posts, by their `owners`."""
    kind = "account" if owners is None else "post"
    shown = (ids if owners is None else owners).is_in(public.implode()).fill_null(False)
    return names.of_all(kind, ids).zip_with(~shown, ids).alias(ids.name)


def _mentions(lists: pl.Series, public: pl.Series, names: Pseudonyms) -> pl.Series:
    rows = lists.to_frame().with_row_index("row").explode("mentions").drop_nulls()
    rows = rows.with_columns(_named(rows["mentions"], public, names))
    found = rows.group_by("row").agg("mentions")
    return (
        lists.to_frame()
        .with_row_index("row")
        .select("row")
        .join(found, on="row", how="left", maintain_order="left")["mentions"]
    )
