"""Public release of a detection: aggregate counts of the candidates, and their accounts under pseudonyms.

Pseudonyms give little protection beside sequences of acts: nearly every account has a unique sequence of times and
actions, even by the hour, and can be re-identified with a copy of the data. By default a release contains no sequences,
only counts per network. Archives of takedowns contain sequences, and the ids of accounts with at least 5,000 followers,
which are public figures of their network; both are available as options.
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

#: Kinds of values that are counted, and the column of posts that each is computed from.
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
        If `texts` is true without `sequences`, or an argument is invalid.
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
    """Return the accounts that keep their ids."""
    known = result.activity.accounts_table
    if public_from is None or "followers" not in known.columns:
        return pl.Series("account_id", dtype=pl.String)
    return known.filter(pl.col("followers") >= public_from)["account_id"]


def _accounts(result: Result, members: pl.DataFrame, public: pl.Series, names: Pseudonyms) -> pl.DataFrame:
    """Return the accounts with scores rounded to one decimal, as exact scores would identify them in the data."""
    table = result.table.filter(pl.col("account_id").is_in(members["account_id"].implode()))
    table = table.drop("cluster", strict=False).with_columns(pl.selectors.float().round(1))
    return table.with_columns(_named(table["account_id"], public, names))


def _alone(rows: pl.DataFrame) -> int:
    """Count the unique rows."""
    return int(rows.is_unique().sum())


def _by_hour(posts: pl.DataFrame) -> pl.DataFrame:
    hour = pl.col("created_at").dt.truncate("1h")
    return posts.group_by("network_id", "action", hour=hour).agg(acts=pl.len()).sort("network_id", "hour", "action")


def _values(result: Result, posts: pl.DataFrame) -> pl.DataFrame:
    """Count the values in the posts of each network by kind; values that must be hidden are combined in one row."""
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
    """Return the values of posts: ``account_id, network_id, value``."""
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
    """Return all acts under pseudonyms, without rare values."""
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
    """Replace values of a column that must be hidden by null, or remove them from its lists."""
    lists = posts.schema[column] == pl.List(pl.String)
    each = posts.select("account_id", value=column)
    each = (each.explode("value") if lists else each).drop_nulls()
    of_value = each.group_by("value").agg(accounts=pl.col("account_id").n_unique())
    shown = of_value.filter(is_open(of_value["value"], of_value["accounts"], names))["value"].implode()
    if lists:
        return posts.select(pl.col(column).list.eval(pl.element().filter(pl.element().is_in(shown))))[column]
    return posts.select(pl.when(pl.col(column).is_in(shown)).then(column).alias(column))[column]


def _uniqueness(posts: pl.DataFrame) -> dict[str, Any]:
    """Count the accounts with a unique sequence of times and actions, by second and by hour."""
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
    """Replace ids by pseudonyms, except those of public accounts, or of posts whose `owners` are public."""
    kind = "account" if owners is None else "post"
    shown = (ids if owners is None else owners).is_in(public.implode()).fill_null(False)
    return names.of_all(kind, ids).zip_with(~shown, ids).alias(ids.name)


def _each(lists: pl.Series, rename: Any) -> pl.Series:
    """Apply `rename` to the elements of lists."""
    rows = lists.to_frame().with_row_index("row").explode(lists.name).drop_nulls()
    found = rows.with_columns(rename(rows[lists.name])).group_by("row", maintain_order=True).agg(lists.name)
    whole = lists.to_frame().with_row_index("row").select("row")
    return whole.join(found, on="row", how="left", maintain_order="left")[lists.name]
