"""Activity on an engine with its accounts numbered, for stages that use integer codes.

:func:`number_accounts` writes a copy of the posts on their engine, with codes in place of the ids of accounts. The
stages of a detection query this table.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import POST_COLUMNS, PSEUDO_ACCOUNTS, TIME, Activity, encode
from cib.content.media import near_media
from cib.content.reworded import reworded
from cib.content.text import hashtag, message
from cib.content.urls import canonical_urls, hosts
from cib.engine import EngineActivity, fetch, with_rows
from cib.errors import InputError
from cib.graphs.objects import KINDS, Objects, check_objects
from cib.graphs.relational import ACTED_ON, EngineIncidence, Frame, engine_events, number_values, seconds
from cib.import_report import ImportReport

__all__ = ["NumberedActivity", "number_accounts"]

Ints = NDArray[np.int64]


def _message(texts: pl.Series) -> pl.Series:
    return texts.to_frame("text").select(message(pl.col("text")))["text"]


def _hashtag(tags: pl.Series) -> pl.Series:
    return tags.to_frame("tag").select(hashtag(pl.col("tag")))["tag"]


#: Kinds of objects that are normalised values of a column of the posts.
_FORMS: dict[str, Callable[[pl.Series], pl.Series]] = {
    "text": _message,
    "url": canonical_urls,
    "domain": hosts,
    "hashtag": _hashtag,
}


def _near_duplicates(texts: pl.Series) -> pl.Series:
    # needs an optional library, and numba
    from cib.content.near_duplicates import near_duplicates

    return near_duplicates(texts)


#: Kinds of objects that are found by comparing all texts, or all media, with each other.
_ALIKE: dict[str, Callable[[pl.Series], pl.Series]] = {
    "near-text": _near_duplicates,
    "reworded": reworded,
    "media": near_media,
}


@dataclass(frozen=True, eq=False, repr=False)
class NumberedActivity:
    """Posts on an engine by codes of accounts, and the properties of an :class:`Activity` that concern all accounts.

    Parameters
    ----------
    engine : EngineActivity
    account_ids : polars.Series of str
        All accounts that acted, were acted on or were mentioned, sorted; codes are positions in it.
    posts : narwhals.LazyFrame
        Columns of the posts, with ``account`` and ``target`` in place of the ids of accounts, and the row number as
        ``row``.
    stack : ExitStack
        Context of the tables that the engine holds for this activity; they are released when it is closed.
    """

    engine: EngineActivity
    account_ids: pl.Series
    posts: Frame
    stack: ExitStack
    _incidences: dict[tuple[Objects, bool], EngineIncidence] = field(default_factory=dict)

    @property
    def accounts_table(self) -> pl.DataFrame:
        """Return the metadata of the accounts."""
        return self.engine.accounts_table

    @property
    def imported(self) -> ImportReport:
        """Return the import report, with the number of rows."""
        return self.engine.imported

    @property
    def library(self) -> str:
        """Return the name of the data-frame library of results."""
        return self.engine.library

    @cached_property
    def columns(self) -> list[str]:
        """Return the names of the columns of the posts."""
        return list(self.posts.collect_schema().names())

    def held(self, frame: Frame) -> Frame:
        """Materialise a query on the engine, until the stack of this activity is closed."""
        return self.stack.enter_context(self.engine.held(frame))

    def lent(self, chosen: NDArray[np.bool_]) -> Frame:
        """Put the codes of some accounts, a mask of shape (n_accounts,), on the engine as column ``account``."""
        codes = pl.DataFrame({"account": np.flatnonzero(chosen).astype(np.int32)})
        return self.stack.enter_context(self.engine.lent(codes))

    def by_account(self, frame: Frame, **sums: nw.Expr) -> dict[str, Ints]:
        """Aggregate integers by account, 0 for accounts that are not in the frame; each of shape (n_accounts,)."""
        table = fetch(frame.group_by("account").agg(**sums))
        found = {name: np.zeros(len(self.account_ids), np.int64) for name in sums}
        for name, values in found.items():
            values[table["account"].to_numpy()] = table[name].cast(pl.Int64).to_numpy()
        return found

    @cached_property
    def counts(self) -> dict[str, Ints]:
        """Count acts and retweets of each account, and return first, last and summed times of its acts."""
        time, retweets = nw.col("created_at"), (nw.col("action") == "retweet").cast(nw.Int64)
        rows = self.posts.select("account", "created_at", retweets=retweets, seconds=seconds(time))
        counts = self.by_account(
            rows,
            made=nw.len(),
            retweets=nw.col("retweets").sum(),
            first=time.min(),
            last=time.max(),
            seconds=nw.col("seconds").sum(),
        )
        counts["first"][counts["made"] == 0] = np.iinfo(np.int64).max
        return counts

    @cached_property
    def aimed(self) -> Frame:
        """Return acts aimed at another account without duplicates: ``row, source, target``."""
        parts = [self.posts.select("row", "target", source="account").filter(~nw.col("target").is_null())]
        if "mentions" in self.columns:
            parts.append(self.mentions.select("row", "target", source="account"))
        return self.held(nw.concat([part.select("row", "source", "target") for part in parts])
                         .filter(nw.col("source") != nw.col("target")).unique())  # fmt: skip

    @cached_property
    def mentions(self) -> Frame:
        """Return distinct mentions in posts other than retweets: ``row, account, target, created_at``."""
        own = self.posts.filter(nw.col("action") != "retweet", ~nw.col("mentions").is_null())
        named = own.select("row", "account", "created_at", account_id="mentions").explode("account_id")
        coded = named.join(self._codes, on="account_id").select("row", "account", "created_at", target="code")
        return self.held(coded.unique())

    @cached_property
    def _codes(self) -> Frame:
        ids = self.account_ids.to_frame("account_id").with_row_index("code").cast({"code": pl.Int32})
        return self.stack.enter_context(self.engine.lent(ids))

    def incidence(self, objects: Objects, self_actions: bool = False) -> EngineIncidence:
        """Return the incidence of accounts and objects; see :func:`cib.graphs.objects.object_events`."""
        key = (check_objects(objects), self_actions)
        if key not in self._incidences:
            self._incidences[key] = self._incidence(*key)
        return self._incidences[key]

    def _incidence(self, objects: Objects, self_actions: bool) -> EngineIncidence:
        if objects in _FORMS:
            return self._numbered(self._in_form(str(objects)), None)
        if objects in _ALIKE:
            same = self._numbered(self._in_form("media"), None) if objects == "media" else self.incidence("text")
            return self._alike(same, _ALIKE[str(objects)])
        if objects == "mention":
            return self._numbered(self.mentions.select("row", "account", "created_at", thing="target"), None)
        if objects not in ACTED_ON:
            raise InputError(
                f"objects={objects!r} cannot be looked for on an engine",
                remedy="Leave the layer out, or take the rows over first: activity.collect().",
            )
        posts = self.posts.filter(nw.col("action") == ACTED_ON[str(objects)])
        if not self_actions:
            target = nw.col("target")
            posts = posts.filter(target.is_null() | (target != nw.col("account")))
        column = "target" if objects == "author" else "target_post_id"
        events = posts.select("row", "account", "created_at", thing=nw.col(column)).filter(~nw.col("thing").is_null())
        return self._numbered(self.held(events), engine_events(self.engine, objects, self_actions=self_actions))

    def _alike(self, same: EngineIncidence, stand_for: Callable[[pl.Series], pl.Series]) -> EngineIncidence:
        """Replace each object by its representative; the function is applied to the distinct objects in memory."""
        table = pl.DataFrame({"object": pl.int_range(len(same.object_ids), eager=True, dtype=pl.Int32)})
        table = table.with_columns(stand_for(same.object_ids).alias("name")).drop_nulls()
        names = table["name"].unique().sort()
        lent = self.stack.enter_context(
            self.engine.lent(table.select("object", alike=encode(table["name"], names).cast(pl.Int32)))
        )
        coded = same.coded.join(lent, on="object").select("account", "row", "time", object="alike").unique()
        return EngineIncidence(self.engine, self.account_ids, self.held(coded), names.alias("object_id"), self.stack)

    def _in_form(self, kind: str) -> Frame:
        """Return the normalised values of a column of posts other than retweets."""
        column = KINDS[kind].column
        own = self.posts.filter(nw.col("action") != "retweet", ~nw.col(column).is_null())
        events = own.select("row", "account", "created_at", thing=nw.col(column))
        if column != "text":
            events = events.explode("thing").filter(~nw.col("thing").is_null(), nw.col("thing") != "")
        formed = events
        if kind in _FORMS:
            formed = self.stack.enter_context(self.engine.mapped(events, "thing", _FORMS[kind]))
        return self.held(formed.filter(~nw.col("thing").is_null(), nw.col("thing") != "").unique())

    def _numbered(self, events: Frame, named: Frame | None) -> EngineIncidence:
        things = self.held(number_values(events, "thing", "object"))
        coded = events.join(things, on="thing").select("account", "object", "row", time=nw.col("created_at"))
        names: Frame | pl.Series = things.select("object", object_id="thing")
        if events.collect_schema()["thing"].is_integer():
            codes = fetch(things, "ids").sort("object")["thing"]
            names = self.account_ids.gather(codes).alias("object_id")
        return EngineIncidence(self.engine, self.account_ids, self.held(coded), names, self.stack, named)

    def rows_of(self, chosen: NDArray[np.bool_]) -> tuple[Activity, Ints]:
        """Return the posts of some accounts as an activity of all accounts, and their row numbers on the engine."""
        rows = fetch(self.posts.join(self.lent(chosen), on="account", how="semi"), "acts of members")
        rows = rows.sort("created_at", "account", "post_id", "target_post_id", nulls_last=True)
        ids, codes = self.account_ids, rows["account"].cast(pl.UInt32)
        posts = rows.with_columns(
            ids.gather(codes).alias("account_id"),
            ids.gather(rows["target"]).alias("target_account_id"),
            pl.col("created_at", "target_created_at").cast(pl.Int64).cast(TIME),
            pl.col("action").cast(POST_COLUMNS["action"]),
        ).select(name for name in POST_COLUMNS if name in (*rows.columns, "account_id", "target_account_id"))
        activity = Activity(posts, self.accounts_table, self.imported, self.library, numbered=(ids, codes))
        return activity, rows["row"].cast(pl.Int64).to_numpy()


def number_accounts(activity: EngineActivity, stack: ExitStack) -> EngineActivity:
    """Number the accounts of an activity, in the order of their ids; closing `stack` releases its tables."""
    posts = stack.enter_context(activity.held(with_rows(activity.with_targets())))
    columns = posts.collect_schema().names()
    seen = [posts.select(account_id=nw.col(name)) for name in ("account_id", "target_account_id")]
    if "mentions" in columns:
        named = posts.filter(~nw.col("mentions").is_null()).select(account_id="mentions").explode("account_id")
        seen.append(named.filter(~nw.col("account_id").is_in(["", *PSEUDO_ACCOUNTS])))
    every = nw.concat(seen).filter(~nw.col("account_id").is_null())
    accounts = stack.enter_context(activity.held(number_values(every, "account_id", "account")))
    ids = fetch(accounts, "ids").sort("account")["account_id"]
    targets = accounts.select(target="account", target_account_id="account_id")
    coded = posts.join(accounts, on="account_id").join(targets, on="target_account_id", how="left")
    coded = coded.drop("account_id", "target_account_id")
    numbered = NumberedActivity(activity, ids, stack.enter_context(activity.held(coded)), stack)
    return replace(activity, numbered=numbered)
