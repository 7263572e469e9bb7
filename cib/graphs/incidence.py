"""Incidence: the events (account, object, time) from which a co-action graph is projected.

A projection does not record *what* two accounts shared. The incidence is kept with it, so that the posts behind
every edge can be looked up without reading the data again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity, coded, encode
from cib.mapped import EDGES, mapped, mapped_array

__all__ = ["Incidence", "distinct_values", "repeated", "run_starts", "stable_order"]


@dataclass(frozen=True, eq=False, repr=False)
class Incidence:
    """Events of accounts on objects, sorted by object, time, account and post.

    Parameters
    ----------
    account_ids : polars.Series of str
        All accounts of the activity, sorted; account codes are positions in it.
    object_ids : polars.Series of str
        All objects, sorted.
    account : ndarray of int32, shape (n_events,)
    object : ndarray of int32, shape (n_events,)
        Ascending.
    time : ndarray of int64, shape (n_events,)
        Microseconds since 1970, UTC.
    row : ndarray of uint32, shape (n_events,)
        Row of the event in ``activity.posts``.
    post_ids : polars.Series of str
        ``activity.posts['post_id']``, not copied.
    target_ids : polars.Series of str
        ``activity.posts['target_account_id']``, not copied.
    """

    account_ids: pl.Series
    object_ids: pl.Series
    account: NDArray[np.int32]
    object: NDArray[np.int32]
    time: NDArray[np.int64]
    row: NDArray[np.uint32]
    post_ids: pl.Series = field(repr=False)
    target_ids: pl.Series = field(repr=False)

    @classmethod
    def from_events(cls, activity: Activity, events: pl.DataFrame) -> Incidence:
        """Build an incidence from a table of ``row`` (position in posts) and ``object`` (text); nulls are left out.

        A post that names an object twice is one event on it.
        """
        events = events.drop_nulls().rechunk().sort("row")  # by time, account and post, as the posts are
        import cib.compiled  # noqa: F401 - makes coding faster, and is needed for the graph anyway

        object_ids, codes = coded(events["object"])
        return cls.from_codes(activity, events["row"].to_numpy(), codes.to_numpy().view(np.int32), object_ids)

    @classmethod
    def from_codes(
        cls, activity: Activity, row: NDArray[np.uint32], code: NDArray[np.int32], object_ids: pl.Series
    ) -> Incidence:
        """Build from rows of posts, ascending, the code of the object of each, and the objects, sorted."""
        from cib.compiled import grouped, taken  # numba takes half a second to import

        order = grouped(code, len(object_ids))[1]
        return cls._of(activity, taken(code, order), taken(row, order), object_ids)

    @classmethod
    def _of(
        cls, activity: Activity, objects: NDArray[np.int32], row: NDArray[np.uint32], object_ids: pl.Series
    ) -> Incidence:
        """Build from objects, ascending, and the row of posts of each event."""
        rows = pl.Series(row)
        time = activity.posts_table["created_at"].gather(rows).to_physical().to_numpy()
        # posts of an activity are sorted by time; shuffled posts give the same graph
        if ((objects[1:] == objects[:-1]) & (time[1:] < time[:-1])).any():
            order = np.lexsort((row, time, objects))
            row, rows, time = row[order], rows.gather(order), time[order]
        again = (objects[1:] == objects[:-1]) & (row[1:] == row[:-1])
        if again.any():
            once = np.concatenate([[True], ~again])
            objects, row, rows, time = objects[once], row[once], rows.filter(pl.Series(once)), time[once]
        return cls(
            account_ids=activity.account_ids,
            object_ids=object_ids.alias("object_id"),
            account=activity.account_codes.gather(rows).to_numpy().astype(np.int32),
            object=objects,
            time=time,
            row=row,
            post_ids=activity.posts_table["post_id"],
            target_ids=activity.posts_table["target_account_id"],
        )

    def __len__(self) -> int:
        return len(self.account)

    def __repr__(self) -> str:
        return f"Incidence({len(self):,} events of {self.n_active:,} accounts on {len(self.object_ids):,} objects)"

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Offset of the first event of each object, and the number of events; shape (n_objects + 1,)."""
        return np.append(0, np.cumsum(np.bincount(self.object, minlength=len(self.object_ids))))

    @property
    def distinct(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Account and object codes of each distinct pair, sorted by object."""
        from cib.compiled import firsts  # numba takes half a second to import

        first = firsts(self.account, self.object, len(self.account_ids))
        return self.account[first], self.object[first]

    @cached_property
    def degree(self) -> NDArray[np.int64]:
        """Number of distinct objects of each account; shape (n_accounts,)."""
        return self._margins[0]

    @cached_property
    def popularity(self) -> NDArray[np.int64]:
        """Number of distinct accounts of each object; shape (n_objects,)."""
        return self._margins[1]

    @cached_property
    def _margins(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Degree and popularity, computed together so that the distinct pairs need not be kept."""
        (account, object_), sizes = self.distinct, (len(self.account_ids), len(self.object_ids))
        return np.bincount(account, minlength=sizes[0]), np.bincount(object_, minlength=sizes[1])

    @property
    def events_of_objects(self) -> NDArray[np.int64]:
        """Number of events on each object; shape (n_objects,)."""
        return np.diff(self.starts)

    @cached_property
    def totals(self) -> tuple[NDArray[np.int64], ...]:
        """Number of events of each account, and their first, last and summed times (s); each of shape (n_accounts,)."""
        return self.acts, *time_totals(self.account, self.time, len(self.account_ids))

    @cached_property
    def acts(self) -> NDArray[np.int64]:
        """Number of events of each account; shape (n_accounts,)."""
        return np.bincount(self.account, minlength=len(self.account_ids))

    def names_of(self, objects: pl.Series) -> pl.Series:
        """Return the ids of given object codes."""
        return self.object_ids.gather(objects)

    def events_of(self, chosen: NDArray[np.bool_]) -> tuple[NDArray[Any], ...]:
        """Return account, object and time of each event of the accounts `chosen` (shape (n_accounts,)), in order."""
        mine = np.flatnonzero(chosen[self.account])  # once, instead of for each array
        return self.account[mine], self.object[mine], self.time[mine]

    def acts_on(self, objects: pl.Series) -> pl.DataFrame:
        """Count the acts of all accounts on given objects: ``account, object, acts``, which may repeat a pair."""
        chosen = np.zeros(len(self.object_ids), dtype=bool)
        chosen[objects.to_numpy()] = True
        on = chosen[self.object]
        return pl.DataFrame({"account": self.account[on], "object": self.object[on], "acts": np.ones(on.sum(), int)})

    def halves(self, *, of_events: bool) -> Sequence[Incidence]:
        """Split the events in halves: those of every other time, or on the objects of every other first time.

        The halves do not depend on ids, because they are made by times and not by rows.
        """
        if of_events:
            turn = _turns(self.time)
            return [self.keep_events(turn == side) for side in (0, 1)]
        first = np.flatnonzero(np.diff(self.object, prepend=-1))  # by time within an object
        turn = np.repeat(_turns(self.time[first]), np.diff(first, append=len(self)))
        return [self.keep_events(turn == side) for side in (0, 1)]

    @property
    def n_active(self) -> int:
        """Number of accounts with at least one event."""
        return int(np.count_nonzero(self.degree))

    def keep_objects(self, keep: NDArray[np.bool_]) -> Incidence:
        """Keep the events on the objects where `keep` (shape (n_objects,)) is true; object codes are unchanged."""
        return self.keep_events(keep[self.object])

    def shared_by_at_most(self, most: int | None) -> Incidence:
        """Keep the events on objects shared by at most `most` accounts; all events if it is None."""
        return self if most is None else self.keep_objects(self.popularity <= most)

    def forget(self) -> None:
        """Remove what was computed from the events, to free its memory; it is computed again where it is needed."""
        for name in vars(self).keys() - self.__dataclass_fields__.keys():
            del vars(self)[name]

    def in_files(self) -> Incidence:
        """Return the incidence with its events in temporary files if there are many; see :mod:`cib.mapped`."""
        return replace(
            self,
            object_ids=mapped(self.object_ids),
            account=mapped_array(self.account, EDGES),
            object=mapped_array(self.object, EDGES),
            time=mapped_array(self.time, EDGES),
            row=mapped_array(self.row, EDGES),
        )

    def without(self, left_out: Sequence[str]) -> Incidence:
        """Leave out the events on some objects; the result is the same one for the same objects, to be held once."""
        if not left_out:
            return self
        rest: Incidence
        latest, rest = vars(self).get("_latest", (None, self))
        if latest != left_out:
            keep = np.ones(len(self.object_ids), dtype=bool)
            keep[encode(pl.Series(left_out), self.object_ids).to_numpy()] = False
            rest = self.keep_objects(keep).in_files()
            vars(self)["_latest"] = left_out, rest
        return rest

    def keep_events(self, keep: NDArray[np.bool_]) -> Incidence:
        """Keep the events where `keep` (shape (n_events,)) is true; all codes are unchanged."""
        kept = np.flatnonzero(keep)  # once, instead of for each array
        return replace(
            self,
            account=self.account[kept],
            object=self.object[kept],
            time=self.time[kept],
            row=self.row[kept],
        )

    def within(self, group: NDArray[np.int64]) -> Incidence:
        """Keep the events of accounts in groups (shape (n_accounts,), -1: no group) and split each object by group.

        Accounts of different groups then share no object.
        """
        mine = np.flatnonzero(group[self.account] >= 0)
        mine = mine[stable_order(group[self.account[mine]])]
        new = np.diff(group[self.account[mine]] * len(self.object_ids) + self.object[mine], prepend=-1) > 0
        return replace(
            self,
            object_ids=self.object_ids.gather(self.object[mine[new]]),
            account=self.account[mine],
            object=np.cumsum(new, dtype=np.int32) - 1,
            time=self.time[mine],
            row=self.row[mine],
        )

    def transposed(self) -> Incidence:
        """Exchange accounts and objects."""
        from cib.compiled import grouped, taken  # numba takes half a second to import

        order = np.argsort(self.time, kind="stable").astype(np.int32)
        order = taken(order, grouped(taken(self.account, order), len(self.account_ids))[1])
        turned = replace(
            self,
            account_ids=self.object_ids,
            object_ids=self.account_ids,
            account=taken(self.object, order),
            object=taken(self.account, order),
            time=taken(self.time, order),
            row=taken(self.row, order),
        )
        turned.__dict__["_margins"] = self._margins[::-1]
        return turned

    def of_accounts(self, accounts: list[str]) -> pl.DataFrame:
        """Return the events of some accounts as a table: account_id, object_id, created_at, post_id."""
        codes = encode(pl.Series(accounts, dtype=pl.String), self.account_ids).drop_nulls().to_numpy()
        mask = np.isin(self.account, codes.astype(np.int32))
        return pl.DataFrame(
            {
                "account_id": self.account_ids.gather(self.account[mask]),
                "object_id": self.object_ids.gather(self.object[mask]),
                "created_at": pl.Series(self.time[mask]).cast(pl.Datetime("us", "UTC")),
                "post_id": self.post_ids.gather(self.row[mask]),
            }
        )


def time_totals(
    account: NDArray[Any], time: NDArray[np.int64], n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the first, last and summed times (s) of the events of each of `n` accounts.

    >>> [part.tolist() for part in time_totals(np.array([0, 0]), np.array([7_000_000, 2_000_000]), 1)]
    [[2000000], [7000000], [9]]
    """
    first = np.full(n, np.iinfo(np.int64).max)
    last, total = np.zeros((2, n), dtype=np.int64)
    np.minimum.at(first, account, time)
    np.maximum.at(last, account, time)
    np.add.at(total, account, time // 10**6)
    return first, last, total


def _turns(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Assign 0 and 1 in turn to the distinct times; return the value of each time."""
    order = np.argsort(times)
    turns = np.empty(len(times), dtype=np.int64)
    turns[order] = np.cumsum(np.diff(times[order], prepend=times[order[:1]]) > 0) & 1
    return turns


def distinct_values(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sorted distinct values of non-negative integers, 20 times as fast as ``np.unique``, which hashes.

    >>> distinct_values(np.array([3, 0, 3])).tolist()
    [0, 3]
    """
    ascending = np.sort(values)
    return ascending[run_starts(ascending)]


def run_starts(ascending: NDArray[Any]) -> NDArray[np.int64]:
    """Return the position of the first of each run of equal values.

    >>> run_starts(np.array([0, 3, 3])).tolist()
    [0, 1]
    """
    return np.flatnonzero(np.append(True, ascending[1:] != ascending[:-1])[: len(ascending)])


def repeated(ascending: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of ascending integers occur more than once.

    >>> repeated(np.array([0, 3, 3])).tolist()
    [False, True, True]
    """
    same = np.diff(ascending) == 0
    found: NDArray[np.bool_] = np.append(False, same)[: len(ascending)] | np.append(same, False)[: len(ascending)]
    return found


def stable_order(values: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Return the order of non-negative integers below 2^32, equal ones as they are, in a quarter of the time.

    >>> stable_order(np.array([3, 0, 3])).tolist()
    [1, 0, 2]
    """
    if values.max(initial=0) < 1 << 16:  # numpy has a radix sort for 16 bits
        return np.argsort(values.astype(np.uint16), kind="stable")
    place = np.arange(len(values), dtype=np.uint64)
    order: NDArray[np.uint64] = np.sort(values.astype(np.uint64) << np.uint64(32) | place) & np.uint64(2**32 - 1)
    return order.astype(np.int64)
