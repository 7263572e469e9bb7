"""Draw control groups (decoys) with which the similarity of a network to a known network is compared.

A control group has as many accounts as the network, drawn from the same activity among accounts that are in no network
and rarely act on members; they use the same language and have similar activity, if there are enough of them. A third of
the control groups is drawn from audiences of single accounts, and a third from accounts with the topics of the known
network, because accounts with the same interests are similar without coordination.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from cib.activity import Activity, encode
from cib.linkage.signals import Signals

__all__ = ["Crowd", "Kind", "usual_size"]

#: Sizes to which groups are rounded down, so that networks share control groups.
_SIZES = np.array([2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128])

#: Maximum number of accounts outside networks from which control groups are drawn.
MOST_OTHERS = 20_000

#: Share of the actions on an account that are by one network, from which it counts as boosted; share of an account's
#: actions on members and boosted accounts from which it is excluded from control groups.
_BOOSTED, _AIMED = 0.2, 0.2

#: The pool is restricted to the same language and activity (within this number of octaves) if it still holds at least
#: this multiple of the group size.
_ROOM, _OCTAVES = 4, 1.5

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def usual_size(n: int) -> int:
    """Round a group size down to the nearest usual size, at most 128."""
    return int(_SIZES[max(n, _SIZES[0]) >= _SIZES].max())


class Kind(NamedTuple):
    """Properties that a group shares with its control groups: size, dominant language, log2 of median actions."""

    size: int
    language: int
    pace: int


@dataclass(frozen=True, eq=False, repr=False)
class Crowd:
    """Groups, and the accounts outside them from which control groups are drawn."""

    signals: Signals
    groups: dict[str, Ints]
    pool: Ints
    rng: np.random.Generator

    @classmethod
    def of(
        cls,
        activity: Activity,
        groups: Mapping[str, pl.Series],
        rng: np.random.Generator,
        size: Callable[[int], int],
    ) -> Crowd:
        """Sample accounts of each group, and accounts outside all groups, among accounts with at least one action."""
        acting = activity.posts_table["account_id"].unique().sort()
        members = [pl.DataFrame({"account_id": ids, "group": [name] * len(ids)}) for name, ids in groups.items()]
        inside = pl.concat([pl.DataFrame(schema={"account_id": pl.String, "group": pl.String}), *members])
        entangled = _entangled(activity.posts_table, inside).implode()
        others = _some(rng, acting.filter(~acting.is_in(entangled)), MOST_OTHERS)
        active = {name: ids.filter(ids.is_in(acting.implode())) for name, ids in groups.items()}
        taken = {name: _some(rng, ids, size(len(ids))) for name, ids in active.items()}
        signals = Signals.of(activity, pl.concat([others, *taken.values()]))
        at = {name: encode(ids, signals.accounts).to_numpy().astype(np.int64) for name, ids in taken.items()}
        pool = encode(others, signals.accounts).to_numpy().astype(np.int64)
        return cls(signals, {name: group for name, group in at.items() if len(group) >= _SIZES[0]}, pool, rng)

    def kind(self, group: Ints) -> Kind:
        """Return the kind of a group."""
        spoken = self.signals.languages[group]
        spoken = spoken[spoken >= 0]
        language = int(np.bincount(spoken).argmax()) if len(spoken) else -1
        return Kind(len(group), language, int(np.log2(max(np.median(self.signals.acts[group]), 1))))

    def by_kind(self) -> dict[Kind, list[str]]:
        """Return the names of the groups of each kind."""
        kinds: dict[Kind, list[str]] = {}
        for name, group in self.groups.items():
            kinds.setdefault(self.kind(group), []).append(name)
        return kinds

    def controls(self, kind: Kind, n: int, topic: Bools) -> list[Ints]:
        """Draw `n` control groups of one kind.

        A third is drawn from the whole pool, a third from audiences of single accounts, and a third from accounts on a
        topic, given as a boolean mask over accounts.
        """
        pool = self.pool
        pace = np.log2(np.maximum(self.signals.acts, 1)) - kind.pace - 0.5
        for fits in (self.signals.languages == kind.language, np.abs(pace) <= _OCTAVES):
            pool = pool[fits[pool]] if fits[pool].sum() >= _ROOM * kind.size else pool
        crowds = [pool] * n
        audiences, chance = self._audiences(pool, kind.size)
        if len(audiences):
            crowds[::3] = [audiences[k] for k in self.rng.choice(len(audiences), len(crowds[::3]), p=chance)]
        if topic[pool].sum() >= _ROOM * kind.size:
            crowds[1::3] = [pool[topic[pool]]] * len(crowds[1::3])
        return [self.rng.choice(crowd, min(kind.size, len(crowd)), replace=False, shuffle=False) for crowd in crowds]

    def _audiences(self, pool: Ints, size: int) -> tuple[list[Ints], Floats]:
        """Return the audiences of single accounts in the pool that are large enough, and the relative size of each."""
        if "targets" not in self.signals.tables:
            return [], np.zeros(0)
        acted = sp.csc_array(self.signals.matrix("targets")[pool])
        counts = np.diff(acted.indptr)
        large = np.flatnonzero(counts >= size)
        audiences = [pool[acted.indices[acted.indptr[k] : acted.indptr[k + 1]]] for k in large]
        return audiences, counts[large] / counts[large].sum()


def _entangled(posts: pl.DataFrame, members: pl.DataFrame) -> pl.Series:
    """Return accounts that often act on members or on accounts boosted by one network: possibly undetected members."""
    acted = posts.select("account_id", target="target_account_id").drop_nulls()
    by_network = acted.join(members, on="account_id").group_by("target", "group").agg(theirs=pl.len())
    all_acts = acted.group_by("target").agg(acts=pl.len())
    captured = by_network.join(all_acts, on="target").filter(pl.col("theirs") >= _BOOSTED * pl.col("acts"))
    aims = pl.concat([members["account_id"], captured["target"]])
    # the lookup set is built once here, but once per group inside the aggregation
    at_them = acted.with_columns(aims=pl.col("target").is_in(aims.implode()))
    aimed = at_them.group_by("account_id").agg(share=pl.col("aims").mean())
    return pl.concat([aims, aimed.filter(pl.col("share") >= _AIMED)["account_id"]])


def _some(rng: np.random.Generator, ids: pl.Series, most: int) -> pl.Series:
    """Return the ids, or a random sample of at most `most` of them, in the same order."""
    return ids if len(ids) <= most else ids.gather(np.sort(rng.choice(len(ids), most, replace=False)))
