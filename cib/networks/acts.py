"""Acts: every act of every account as integer codes, from which the statistics of the verdict are computed.

A statistic of the verdict is a count of acts by account, pair, object or network over *all* acts of the accounts,
whichever layer proposed a network. This module provides the arrays for these counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

from cib.activity import Activity, are_among, encode, numbered_ids
from cib.content.text import hashtag
from cib.content.urls import hosts
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence, distinct_values, run_starts, time_totals
from cib.graphs.nulls.registry import adjust
from cib.mapped import release_pages

__all__ = ["Acts", "benjamini_hochberg", "binomial_tail", "in_chosen", "is_in", "is_weekend", "share_of", "unreturned"]

Ints = NDArray[np.int64]
Places = NDArray[np.int32]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

DAY = 86_400 * 10**6

#: Days counted from Monday; 1970 began on a Thursday.
THURSDAY, SATURDAY = 3, 5

#: Attention is unearned if an account has fewer followers than this multiple of the accounts that act on it.
AUDIENCE = 3

#: Time zone of most posts of a language, in hours ahead of UTC; 0 for others. The test of days off compares accounts of
#: the same language, so that an error here is the same on both sides.
_ZONES = {
    **dict.fromkeys(("zh", "zh-cn", "zh-tw", "tl"), 8.0),
    **dict.fromkeys(("ja", "ko"), 9.0),
    **dict.fromkeys(("id", "th", "vi"), 7.0),
    **dict.fromkeys(("hi", "bn", "ta", "te", "ur"), 5.5),
    **dict.fromkeys(("tr", "ru", "uk", "ar", "fa", "he"), 3.0),
    **dict.fromkeys(("fr", "de", "it", "nl", "pl", "sv"), 1.0),
    **dict.fromkeys(("en", "es"), -5.0),
    "pt": -3.0,
}


@dataclass(frozen=True, eq=False)
class Acts:
    """Acts of an activity by codes of accounts.

    Parameters
    ----------
    activity : Activity
    graphs : sequence of Graph
        Layers; the events on objects are taken from their incidences.
    """

    activity: Activity
    graphs: Sequence[Graph] = ()

    @cached_property
    def account(self) -> Ints:
        """Return the account of each post; shape (n_posts,)."""
        return self.activity.account_codes.to_numpy().astype(np.int64)

    @property
    def n_accounts(self) -> int:
        """Return the number of accounts that acted or were acted on."""
        return len(self.activity.account_ids)

    @cached_property
    def made(self) -> Ints:
        """Count the acts of each account; shape (n_accounts,)."""
        return np.bincount(self.account, minlength=self.n_accounts)

    @cached_property
    def time(self) -> Ints:
        """Return the time of each post in microseconds since 1970; shape (n_posts,)."""
        return self.activity.posts_table["created_at"].to_physical().to_numpy()

    def forget(self, *names: str) -> None:
        """Remove cached properties that are not needed again, to free their memory."""
        for name in names:
            vars(self).pop(name, None)

    def incidences(self, *kinds: str) -> list[Incidence]:
        """Return the incidence of the layers of some kinds of objects, one per kind."""
        found: dict[str, Incidence] = {}
        for graph in self.graphs:
            if graph.construction.objects in kinds and graph.incidence is not None:
                found.setdefault(graph.construction.objects, graph.incidence)
        return list(found.values())

    def codes(self, incidence: Incidence) -> Ints:
        """Return the account of each event of an incidence as a code of the activity; shape (n_events,)."""
        if incidence.account_ids is self.activity.account_ids:
            return incidence.account.astype(np.int64)
        own = encode(incidence.account_ids, self.activity.account_ids).fill_null(0).to_numpy().astype(np.int64)
        return own[incidence.account]

    def group_of(self, accounts: pl.Series, number: pl.Series | Ints) -> Ints:
        """Return the number given for each account, -1 for accounts that are not among `accounts`; (n_accounts,)."""
        group = np.full(self.n_accounts, -1, dtype=np.int64)
        group[encode(accounts, self.activity.account_ids).to_numpy()] = number
        return group

    @cached_property
    def received(self) -> Ints:
        """Count the acts aimed at each account by others; shape (n_accounts,)."""
        return np.bincount(self.pairs[2], minlength=self.n_accounts)

    @cached_property
    def end(self) -> int:
        """Return the time of the last act, at least 0."""
        return int(self.time.max(initial=0))

    @cached_property
    def reacts_to(self) -> pl.Series:
        """Return the time of the post on which each post acts, null for none; shape (n_posts,).

        For a post that is not in the data it is the time of the first act on it.
        """
        target, row, first = self._targets
        time = np.append(np.where(row[:-1] >= 0, self.time[row[:-1]], first), 0)[target]
        return pl.select(made=pl.when(pl.Series(target < len(first))).then(pl.Series(time)))["made"]

    @cached_property
    def target_row(self) -> Places:
        """Return the row of the post on which each post acts, -1 for none in the data; shape (n_posts,)."""
        target, row, _ = self._targets
        return row[target]

    @cached_property
    def _targets(self) -> tuple[Places, Places, Ints]:
        """Return the post on which each post acts, as a position in the other two values.

        These are the row of the post, -1 if it is not in the data, followed by -1 for none; and the time of the first
        act on it.
        """
        named, posts = self.activity.posts_table["target_post_id"], self.activity.posts_table["post_id"]
        rows, known = named.is_not_null().arg_true().to_numpy(), named.drop_nulls()
        numbers = numbered_ids(known)
        ids = known.unique() if numbers is None else numbers[0]
        code = encode(known, ids).to_numpy() if numbers is None else numbers[1]
        target = np.full(len(self.account), len(ids), dtype=np.int32)
        target[rows] = code
        first = np.full(len(ids), np.iinfo(np.int64).max)
        np.minimum.at(first, code, self.time[rows])
        del known, numbers, rows, code
        row = np.full(len(ids) + 1, -1, dtype=np.int32)
        # looking up hashes takes a third of the time; the ids of those found are compared
        there = are_among(posts, ids).arg_true()[::-1]  # of posts with one id the first
        code = encode(posts.gather(there), ids)
        row[code.drop_nulls().to_numpy()] = there.filter(code.is_not_null()).to_numpy()
        release_pages()
        return target, row, first

    @cached_property
    def occasion(self) -> NDArray[np.int8]:
        """Return what each post acts on: 0 no post, 1 a post of a working day, 2 of a weekend; shape (n_posts,)."""
        found = np.zeros(len(self.account), dtype=np.int8)
        rows = self.reacts_to.is_not_null().arg_true().to_numpy()
        day = (self.reacts_to.drop_nulls().to_numpy() + self.zone[self.account[rows]]) // DAY
        found[rows] = 1 + is_weekend(day)
        return found

    @cached_property
    def occasions(self) -> tuple[Ints, Ints]:
        """Count acts by account and occasion, and those of them at weekends; each of shape (n_accounts, 3)."""
        cell, weekend = self.account * 3 + self.occasion, is_weekend(self.day)
        acts, rested = (np.bincount(each, minlength=3 * self.n_accounts) for each in (cell, cell[weekend]))
        return acts.reshape(-1, 3), rested.reshape(-1, 3)

    @cached_property
    def host_accounts(self) -> pl.DataFrame:
        """Count the accounts that link to each host: ``host, accounts``."""
        linked = self.links.select("host", account=pl.Series(self.account[self.links["row"].to_numpy()])).unique()
        return linked.group_by("host").agg(accounts=pl.len())

    @cached_property
    def links(self) -> pl.DataFrame:
        """Return the hosts to which each post links: ``row, host``, each pair once."""
        linked = self.activity.posts_table.select("urls", row=pl.int_range(pl.len()))
        linked = linked.filter(pl.col("urls").list.len() > 0).explode("urls").drop_nulls("urls")
        known = linked.select(pl.col("urls").unique())
        known = known.with_columns(host=hosts(known["urls"])).drop_nulls()
        return linked.join(known, on="urls").select("row", "host").unique()

    def hashtag_users(self, chosen: Flags) -> pl.DataFrame:
        """Return ``tag, account``: the users of each hashtag that some accounts use in posts other than retweets."""
        if "hashtags" not in self.activity.posts_table.columns:
            return pl.DataFrame(schema={"tag": pl.String, "account": pl.Int64})
        posts = self.activity.posts_table.select("hashtags", "action", account=pl.Series(self.account))
        used = posts.filter(pl.col("action") != "retweet", pl.col("hashtags").list.len() > 0)
        used = used.select("account", tag="hashtags").explode("tag").unique()
        names = used.select(written=pl.col("tag").unique()).with_columns(tag=hashtag(pl.col("written")))
        used = used.join(names.filter(pl.col("tag") != ""), left_on="tag", right_on="written")
        used = used.select(tag="tag_right", account="account").unique()
        ours = used.filter(pl.Series(chosen).gather(used["account"])).select("tag").unique()
        return used.join(ours, on="tag", how="semi")

    def seen_by(self, group: Ints, *, everybody: bool = False) -> Acts:  # noqa: ARG002
        """Return at least the acts of members (-1: none); with `everybody` also all acts on their objects."""
        return self

    def pairs_of(self, chosen: Flags) -> tuple[Ints, Ints, Ints]:  # noqa: ARG002
        """Return :attr:`pairs`, with at least the acts of some accounts and those aimed at them."""
        return self.pairs

    def one_sided_of(self, chosen: Flags) -> tuple[Ints, Ints]:  # noqa: ARG002
        """Return :attr:`one_sided`, with at least the acts of some accounts."""
        return self.one_sided

    def touched_by(self, chosen: Flags, kind: str) -> list[Incidence]:  # noqa: ARG002
        """Return the incidences of a kind, with at least the events on objects on which some accounts acted."""
        return self.incidences(kind)

    @property
    def pairs(self) -> tuple[Ints, Ints, Ints]:
        """Return acts aimed at another account: row, source and target, sorted by row and target, without duplicates.

        Retweets, quotes and replies are aimed at the author of the post acted on; posts other than retweets also at the
        accounts that they mention.
        """
        row: Ints = self._aimed >> 32
        return row, self.account[row], self._aimed & 0xFFFFFFFF

    @cached_property
    def _aimed(self) -> Ints:
        """Return row and target of :attr:`pairs` as one integer, which takes a third of the memory."""
        acted_on, named = self.activity.target_codes, self.activity.mention_codes.drop_nulls()
        rows = np.concatenate([acted_on.is_not_null().arg_true().to_numpy(), named["row"].to_numpy()]).astype(np.int64)
        targets = np.concatenate([acted_on.drop_nulls().to_numpy(), named["target"].to_numpy()]).astype(np.int64)
        # sorting by two columns takes several times as long
        return distinct_values((rows << 32 | targets)[self.account[rows] != targets])

    @cached_property
    def language(self) -> tuple[Ints, list[str]]:
        """Return the code of the language of most acts of each account (0: unknown), and the languages."""
        posts = self.activity.posts_table
        code = np.zeros(self.n_accounts, dtype=np.int64)
        if "lang" not in posts.columns:
            return code, [""]
        known = posts["lang"].is_not_null()
        lang = posts["lang"].filter(known)
        names = ["", *lang.unique().sort().to_list()]
        number = lang.cast(pl.Enum(names)).to_physical().to_numpy()
        account = self.account[known.to_numpy()]
        code[account] = number
        several = np.zeros(self.n_accounts, dtype=bool)  # most accounts have posts in one language only
        several[account[code[account] != number]] = True
        mixed = several[account]
        keys, counts = np.unique(account[mixed] * len(names) + number[mixed], return_counts=True)
        account, number = np.divmod(keys, len(names))
        starts = run_starts(account)
        most = np.maximum.reduceat(counts, starts) if len(starts) else counts
        best = np.flatnonzero(counts == np.repeat(most, np.diff(starts, append=len(counts))))[::-1]
        code[account[best]] = number[best]  # of equal counts the first number, assigned last
        used = np.bincount(code, minlength=len(names)) > 0
        used[0] = True
        return (np.cumsum(used) - 1)[code], [name for name, of_some in zip(names, used, strict=True) if of_some]

    @cached_property
    def day(self) -> Places:
        """Return the local day of each post since 1970, in the time zone of its account; shape (n_posts,)."""
        return ((self.time + self.zone[self.account]) // DAY).astype(np.int32)

    @cached_property
    def zone(self) -> Ints:
        """Return the time zone of each account, by its language, in microseconds ahead of UTC; shape (n_accounts,)."""
        code, names = self.language
        return np.array([round(_ZONES.get(name.lower(), 0.0) * 3_600e6) for name in names], dtype=np.int64)[code]

    @cached_property
    def order(self) -> Ints:
        """Sort the accounts independently of their ids; return their codes in this order, shape (n_accounts,).

        The keys are number of acts, number of acts received, and first, last and summed times of acts. Accounts that
        are equal in all keys keep the order of their ids.
        """
        first, last, total = time_totals(self.account, self.time, self.n_accounts)
        return np.lexsort((total, last, first, self.received, self.made))

    @property
    def one_sided(self) -> tuple[Ints, Ints]:
        """Return source and target of each act in :attr:`pairs` whose target never acts on the source."""
        _, source, target = self.pairs
        return source[self._alone], target[self._alone]

    @cached_property
    def _alone(self) -> Flags:
        """Return whether the target of each act in :attr:`pairs` never acts on the source."""
        _, source, target = self.pairs
        return unreturned(source, target, self.n_accounts)

    @cached_property
    def actors(self) -> Ints:
        """Count the accounts that act on each account without return; shape (n_accounts,)."""
        source, target = self.one_sided
        ends = distinct_values(target * self.n_accounts + source)
        return np.bincount(ends // self.n_accounts, minlength=self.n_accounts)

    @cached_property
    def unearned(self) -> Flags:
        """Return whether more accounts act on an account than its followers explain; shape (n_accounts,).

        Only a part of the followers of an account acts on it. False if no account acts on it, true if the number of
        its followers is not known.
        """
        if "followers" not in self.about.columns:
            return self.actors > 0
        followers = self.about["followers"].fill_null(-1).to_numpy()
        return np.asarray(followers < AUDIENCE * self.actors)

    @cached_property
    def about(self) -> pl.DataFrame:
        """Return the metadata of each account, in the order of the codes; only columns that the data have."""
        return self.activity.account_ids.to_frame().join(
            self.activity.accounts_table, on="account_id", how="left", maintain_order="left"
        )

    @cached_property
    def created(self) -> Numbers:
        """Return the creation time of each account in days since 1970, NaN if unknown; needs ``created_at``."""
        days = self.about["created_at"].to_physical().cast(pl.Float64) / 86_400e6
        return days.fill_null(np.nan).to_numpy()


def is_in(values: Ints, ascending: Ints) -> Flags:
    """Return whether non-negative integers are among some in ascending order."""
    # most values are among none of them, as a look at their hashes shows in less time than bisection takes
    seen = np.zeros(1 << _HASH_BITS, dtype=bool)
    seen[_hashed(ascending)] = True
    found: Flags = seen[_hashed(values)]
    likely = values[found]
    found[found] = np.append(ascending, -1)[np.searchsorted(ascending, likely)] == likely
    return found


#: The table of hashes of :func:`is_in` has two million entries, which fit into the processor's cache.
_HASH_BITS = 21


def _hashed(values: Ints) -> Ints:
    """Hash integers by multiplication (Knuth)."""
    return ((values * 0x1E3779B97F4A7C15) >> (63 - _HASH_BITS)) & ((1 << _HASH_BITS) - 1)


def unreturned(source: Ints, target: Ints, n_accounts: int) -> Flags:
    """Return whether no act in the other direction is among some acts."""
    acts = source * n_accounts + target
    edges = distinct_values(acts)
    both = np.intersect1d(edges, edges % n_accounts * n_accounts + edges // n_accounts, assume_unique=True)
    return ~is_in(acts, both)


def in_chosen(group: Ints, chosen: Flags) -> Flags:
    """Return whether each group (-1: none) is one of the chosen; `chosen` has shape (n_groups,)."""
    return np.append(chosen, False)[group]  # -1 is the last


def is_weekend(day: NDArray[np.integer[Any]]) -> Flags:
    """Return whether days since 1970 are a Saturday or Sunday."""
    day = day + THURSDAY
    return day - day // 7 * 7 >= SATURDAY  # numpy divides several integers at once, but has no such remainder


def share_of(part: NDArray[np.generic], whole: NDArray[np.generic]) -> Numbers:
    """Compute the ratio of two counts, 0 where the denominator is 0."""
    ratio: Numbers = np.asarray(part, dtype=float) / np.maximum(np.asarray(whole, dtype=float), 1e-300)
    return np.where(np.asarray(whole) > 0, ratio, 0.0)


def binomial_tail(hits: ArrayLike, n: ArrayLike, p: ArrayLike) -> Numbers:
    """Compute the probability of at least as many hits in n trials, without the slow import of ``scipy.stats``.

    >>> binomial_tail([0, 1, 2], 2, 0.5).tolist()
    [1.0, 0.75, 0.25]
    """
    k, share = np.asarray(hits, dtype=float), np.asarray(p, dtype=float)
    return np.where(k > 0, betainc(np.maximum(k, 1.0), np.asarray(n, dtype=float) - k + 1.0, share), 1.0)


def benjamini_hochberg(p: Numbers, alpha: float, tests: int) -> float:
    """Return the largest p-value within the false discovery rate `alpha` over a number of tests, -1 if none is.

    >>> benjamini_hochberg(np.array([0.5, 0.001, 0.02]), 0.05, tests=3)
    0.02
    """
    return float(p[adjust(p, tests) <= alpha].max(initial=-1.0))
