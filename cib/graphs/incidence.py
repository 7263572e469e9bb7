"""Who acted on which object when: what a co-action graph was projected from, and the proof of its edges.

A projection has forgotten *what* two accounts shared. The incidence is kept beside it, so that every
edge leads back to its posts without a second reading of the data.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity, encode

__all__ = ["Incidence", "distinct_values"]


@dataclass(frozen=True, eq=False, repr=False)
class Incidence:
    """Events of accounts on objects, sorted by object, time, account and post.

    Parameters
    ----------
    account_ids : polars.Series of str
        All accounts of the activity, sorted; the codes below are positions in it.
    object_ids : polars.Series of str
        All objects, sorted.
    account : ndarray of int32, shape (n_events,)
    object : ndarray of int32, shape (n_events,)
        Ascending.
    time : ndarray of int64, shape (n_events,)
        Microseconds since 1970, UTC.
    row : ndarray of uint32, shape (n_events,)
        Row of ``activity.posts`` that the event came from.
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
        """Build from a table of ``row`` (position in posts) and ``object`` (text); nulls are left out.

        A post that names an object twice is one event on it.
        """
        # grouping looks at each text once, and does so on all cores; to sort text and look it up is faster than argsort
        groups = events.drop_nulls().rechunk().sort("row").group_by("object").agg("row")
        object_ids = groups["object"].sort()
        rows_of = groups["row"].gather(encode(object_ids, groups["object"]))
        objects = np.repeat(np.arange(len(groups), dtype=np.int32), rows_of.list.len().to_numpy())
        rows = rows_of.explode()  # by time, account and post, as the posts are
        return cls._of(activity, objects, rows.to_numpy(), object_ids)

    @classmethod
    def from_codes(
        cls, activity: Activity, row: NDArray[np.uint32], code: NDArray[np.int32], object_ids: pl.Series
    ) -> Incidence:
        """Build from rows of posts, ascending, the code of the object of each, and the objects, sorted."""
        order = np.argsort(code, kind="stable")
        return cls._of(activity, code[order], row[order], object_ids)

    @classmethod
    def _of(
        cls, activity: Activity, objects: NDArray[np.int32], row: NDArray[np.uint32], object_ids: pl.Series
    ) -> Incidence:
        """Build from objects, ascending, and the row of posts of each event."""
        rows = pl.Series(row)
        time = activity.posts_table["created_at"].gather(rows).to_physical().to_numpy()
        # an activity hands its posts out sorted; who shuffled them gets the same graph
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
        """First event of each object, and one past the last; shape (n_objects + 1,)."""
        return np.searchsorted(self.object, np.arange(len(self.object_ids) + 1)).astype(np.int64)

    @property
    def distinct(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Account and object of each distinct pair of them, by object."""
        keys = distinct_values(self.object.astype(np.int64) * len(self.account_ids) + self.account)
        return keys % len(self.account_ids), keys // len(self.account_ids)

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
        """Both at once: the pairs themselves would be held for long."""
        (account, object_), sizes = self.distinct, (len(self.account_ids), len(self.object_ids))
        return np.bincount(account, minlength=sizes[0]), np.bincount(object_, minlength=sizes[1])

    @property
    def n_active(self) -> int:
        """Number of accounts with at least one event."""
        return int(np.count_nonzero(self.degree))

    def keep_objects(self, keep: NDArray[np.bool_]) -> Incidence:
        """The events on the objects where `keep` (shape (n_objects,)) is true; object codes stay."""
        return self.keep_events(keep[self.object])

    def shared_by_at_most(self, most: int | None) -> Incidence:
        """The events on objects of no more accounts than that; all if it is None."""
        return self if most is None else self.keep_objects(self.popularity <= most)

    def keep_events(self, keep: NDArray[np.bool_]) -> Incidence:
        """The events where `keep` (shape (n_events,)) is true; all codes stay."""
        return replace(
            self,
            account=self.account[keep],
            object=self.object[keep],
            time=self.time[keep],
            row=self.row[keep],
        )

    def within(self, group: NDArray[np.int64]) -> Incidence:
        """The events of accounts in groups (shape (n_accounts,), -1: in none), each object once a group.

        Who acts on an object with his group alone shares nothing with another's.
        """
        mine = np.flatnonzero(group[self.account] >= 0)
        key = group[self.account[mine]] * len(self.object_ids) + self.object[mine]
        order = np.argsort(key, kind="stable")
        mine, new = mine[order], np.diff(key[order], prepend=-1) > 0
        return replace(
            self,
            object_ids=self.object_ids.gather(self.object[mine[new]]),
            account=self.account[mine],
            object=np.cumsum(new, dtype=np.int32) - 1,
            time=self.time[mine],
            row=self.row[mine],
        )

    def transposed(self) -> Incidence:
        """The same events with accounts and objects exchanged: who was acted on by whom."""
        order = np.lexsort((self.time, self.account))
        return replace(
            self,
            account_ids=self.object_ids,
            object_ids=self.account_ids,
            account=self.object[order],
            object=self.account[order],
            time=self.time[order],
            row=self.row[order],
        )

    def of_accounts(self, accounts: list[str]) -> pl.DataFrame:
        """The events of some accounts as a table: account_id, object_id, created_at, post_id."""
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


def distinct_values(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each of some numbers from 0 on, once, ascending: ``np.unique``, which hashes and takes twenty times as long.

    >>> distinct_values(np.array([3, 0, 3])).tolist()
    [0, 3]
    """
    ascending = np.sort(values)
    return ascending[np.diff(ascending, prepend=-1) > 0]
