"""What may be given to others: what the candidates did in all, and their accounts under pseudonyms.

A pseudonym is worth little beside a sequence of acts: nearly every account of a data set is alone with its times and
actions, even by the hour, so whoever has a copy of the data can find it again. By default a release has no sequences;
its counts are of networks. Archives of takedowns have them, and keep the ids of accounts with 5,000 followers and
more, who are public figures of their network: both can be asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from cib.errors import SettingsError, check_whole
from cib.folders import RELEASE, replace_result
from cib.graphs.objects import object_events
from cib.reports.anonymity import FEWEST, RARE, handles, is_open, public_about
from cib.reports.files import CSV, check_csv, write_json, write_table
from cib.reports.pseudonyms import Pseudonyms
from cib.reports.result import Result, about

__all__ = ["write_release"]

#: Kinds of values that are counted, and the column of posts that they are from.
_VALUES = {"lang": "lang", "client": "client", "domain": "urls", "hashtag": "hashtags"}

_ACTS = ("account_id", "post_id", "action", "created_at", "target_post_id", "target_account_id")
_WORDS = ("text", "urls", "mentions")


def write_release(
    result: Result,
    folder: Path,
    *,
    sequences: bool = False,
    texts: bool = False,
    public_from: int | None = None,
    overwrite: bool = False,
    csv: CSV = "safe",
) -> None:
    """Write a release; see :meth:`cib.Detection.save_release`.

    Raises
    ------
    SettingsError
        If texts are asked for without the posts that they are of, or a setting makes no sense.
    """
    check_csv(csv)
    if texts and not sequences:
        raise SettingsError("texts are of posts, which only a release with sequences has", remedy="Say sequences=True.")
    if public_from is not None:
        check_whole("public_from", public_from, 1)
    networks = result.networks.with_verdict("candidate")
    members = networks.members.select("account_id", "network_id")
    posts = result.activity.posts_table.join(members, on="account_id", maintain_order="left")
    names, public = Pseudonyms(), _public(result, public_from)
    accounts = _accounts(result, members, public, names)
    tables = {
        "accounts": accounts.sort("network_id", "account_id"),
        "networks": networks.table.with_columns(pl.col("first", "last").dt.truncate("1h")),
        "activity": _by_hour(posts),
        "values": _values(result, posts),
    }
    told: dict[str, Any] = public_about(about(result)) | {
        "sequences": sequences,
        "hidden": _HIDDEN if public_from is None else _HIDDEN_BELOW,
        "fewest_accounts_of_a_value": FEWEST,
        "unique_accounts": _alone(accounts.drop("account_id")),
    }
    if sequences:
        tables["posts"] = _sequences(result, posts, public, names, texts=texts)
        told |= _uniqueness(posts)
    with replace_result(folder, RELEASE, overwrite=overwrite) as new:
        for name, table in tables.items():
            write_table(table, new, name, csv=csv)
        write_json(told, new / RELEASE.marker)


_HIDDEN = "all accounts and posts, values that few accounts use, and values that hold the name of an account"
_HIDDEN_BELOW = f"{_HIDDEN}; accounts with many followers, as asked for, keep their ids"


def _public(result: Result, public_from: int | None) -> pl.Series:
    """The accounts that keep their ids."""
    known = result.activity.accounts_table
    if public_from is None or "followers" not in known.columns:
        return pl.Series("account_id", dtype=pl.String)
    return known.filter(pl.col("followers") >= public_from)["account_id"]


def _accounts(result: Result, members: pl.DataFrame, public: pl.Series, names: Pseudonyms) -> pl.DataFrame:
    """The accounts with their scores to one digit: exact scores are as good as a name to whoever has the data."""
    table = result.table.filter(pl.col("account_id").is_in(members["account_id"].implode()))
    table = table.drop("cluster", strict=False).with_columns(pl.selectors.float().round(1))
    return table.with_columns(_named(table["account_id"], public, names))


def _alone(rows: pl.DataFrame) -> int:
    """How many rows there are once."""
    return int(rows.is_unique().sum())


def _by_hour(posts: pl.DataFrame) -> pl.DataFrame:
    hour = pl.col("created_at").dt.truncate("1h")
    return posts.group_by("network_id", "action", hour=hour).agg(acts=pl.len()).sort("network_id", "hour", "action")


def _values(result: Result, posts: pl.DataFrame) -> pl.DataFrame:
    """What the networks' posts hold, by kind; what others must not see in one row."""
    names = handles(result.activity)
    parts = [_counted(result, posts, kind, names) for kind, column in _VALUES.items() if column in posts.columns]
    return pl.concat([pl.DataFrame(schema=_COUNTS), *parts]).sort("network_id", "kind", "value")


_COUNTS = {"network_id": pl.String, "kind": pl.String, "value": pl.String, "acts": pl.UInt32}


def _counted(result: Result, posts: pl.DataFrame, kind: str, names: pl.Series) -> pl.DataFrame:
    used = _used(result, posts, kind)
    of_value = used.group_by("value").agg(accounts=pl.col("account_id").n_unique()).sort("value")
    shown = of_value.filter(is_open(of_value["value"], of_value["accounts"], names))["value"]
    value = pl.when(pl.col("value").is_in(shown.implode())).then("value").otherwise(pl.lit(RARE))
    counted = used.group_by("network_id", value=value).agg(acts=pl.len().cast(pl.UInt32))
    return counted.select("network_id", pl.lit(kind).alias("kind"), "value", "acts")


def _used(result: Result, posts: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Values of posts: ``account_id, network_id, value``."""
    if kind in posts.columns:
        return posts.select("account_id", "network_id", value=kind).drop_nulls()
    activity = result.activity
    events = object_events(activity, kind)
    used = pl.DataFrame(
        {"account_id": activity.posts_table["account_id"].gather(events["row"]), "value": events["object"]}
    )
    return used.join(posts.select("account_id", "network_id").unique(), on="account_id")


def _sequences(
    result: Result, posts: pl.DataFrame, public: pl.Series, names: Pseudonyms, *, texts: bool
) -> pl.DataFrame:
    """Every act under pseudonyms, rare values left out."""
    wanted = [*_ACTS, *(name for name in _WORDS if texts and name in posts.columns)]
    hidden = [
        _named(posts["account_id"], public, names),
        _named(posts["target_account_id"], public, names),
        _named(posts["post_id"], public, names, posts["account_id"]),
        _named(posts["target_post_id"], public, names, posts["target_account_id"]),
    ]
    if "mentions" in wanted:
        hidden.append(_each(posts["mentions"], lambda ids: _named(ids, public, names)))
    known = handles(result.activity)
    for name in ("lang", "client", "hashtags"):
        if name in posts.columns:
            hidden.append(_open_only(posts, name, known))
            wanted.append(name)
    return posts.with_columns(hidden).select(wanted).sort("created_at", "account_id", "post_id")


def _open_only(posts: pl.DataFrame, column: str, names: pl.Series) -> pl.Series:
    """A column with null, or nothing in the list, for values that others must not see."""
    lists = posts.schema[column] == pl.List(pl.String)
    each = posts.select("account_id", value=column)
    each = (each.explode("value") if lists else each).drop_nulls()
    of_value = each.group_by("value").agg(accounts=pl.col("account_id").n_unique())
    shown = of_value.filter(is_open(of_value["value"], of_value["accounts"], names))["value"].implode()
    if lists:
        return posts.select(pl.col(column).list.eval(pl.element().filter(pl.element().is_in(shown))))[column]
    return posts.select(pl.when(pl.col(column).is_in(shown)).then(column).alias(column))[column]


def _uniqueness(posts: pl.DataFrame) -> dict[str, Any]:
    """How many accounts are alone with their sequence of times and actions, by the second and by the hour."""
    told: dict[str, Any] = {}
    for unit in ("second", "hour"):
        act = pl.concat_str(
            pl.col("created_at").dt.truncate(f"1{unit[0]}").cast(pl.Int64), pl.col("action").cast(pl.String)
        )
        sequences = posts.group_by("account_id").agg(act.sort().str.join(" "))
        told[f"unique_sequences_by_{unit}"] = _alone(sequences.drop("account_id"))
    share = told["unique_sequences_by_second"] / max(posts["account_id"].n_unique(), 1)
    meaning = (
        f"{share:.1%} of the accounts have a sequence that no other account here has: whoever has a copy of the data "
        "can find them again, and undo their pseudonyms."
    )
    return told | {"what_sequences_mean": meaning}


def _named(ids: pl.Series, public: pl.Series, names: Pseudonyms, owners: pl.Series | None = None) -> pl.Series:
    """Ids of public accounts as they are, pseudonyms for the others; for posts, by their `owners`."""
    kind = "account" if owners is None else "post"
    shown = (ids if owners is None else owners).is_in(public.implode()).fill_null(False)
    return names.of_all(kind, ids).zip_with(~shown, ids).alias(ids.name)


def _each(lists: pl.Series, rename: Any) -> pl.Series:
    """The lists with each of their texts renamed."""
    rows = lists.to_frame().with_row_index("row").explode(lists.name).drop_nulls()
    found = rows.with_columns(rename(rows[lists.name])).group_by("row", maintain_order=True).agg(lists.name)
    whole = lists.to_frame().with_row_index("row").select("row")
    return whole.join(found, on="row", how="left", maintain_order="left")[lists.name]
