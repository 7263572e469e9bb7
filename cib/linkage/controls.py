"""Groups of other accounts: what a network is compared with before its likeness to another means anything.

A decoy has as many accounts as the network, drawn from the same activity among accounts that are in no
network and do not act much on those that are; they use its language and act about as often, where there are
enough of those. A third of the decoys are parts of an account's audience, and a third speak of what the known
network speaks of, because people with the same interests are alike without any plan.
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

#: Sizes of groups are cut down to one of these, so that networks share their decoys.
_SIZES = np.array([2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128])

#: Accounts outside networks that decoys are drawn from.
MOST_OTHERS = 20_000

#: Share of the acts on an account that are by one network, and of an account's acts that aim at members and at
#: those whom a network boosts so: above it the account is no stranger.
_BOOSTED, _AIMED = 0.2, 0.2

#: They are narrowed to the same language and pace (within so many octaves) while they hold so many groups.
_ROOM, _OCTAVES = 4, 1.5

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def usual_size(n: int) -> int:
    """The size that groups of so many accounts are cut down to; at most 128."""
    return int(_SIZES[max(n, _SIZES[0]) >= _SIZES].max())


class Kind(NamedTuple):
    """What a group and its decoys have in common: accounts, dominant language, octave of acts an account."""

    size: int
    language: int
    pace: int


@dataclass(frozen=True, eq=False, repr=False)
class Crowd:
    """Groups among accounts that are in none of them, from which their decoys come."""

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
        """So many accounts of each group, and everybody else; only of those who did something."""
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
        """The kind of a group."""
        spoken = self.signals.languages[group]
        spoken = spoken[spoken >= 0]
        language = int(np.bincount(spoken).argmax()) if len(spoken) else -1
        return Kind(len(group), language, int(np.log2(max(np.median(self.signals.acts[group]), 1))))

    def by_kind(self) -> dict[Kind, list[str]]:
        """The groups of each kind."""
        kinds: dict[Kind, list[str]] = {}
        for name, group in self.groups.items():
            kinds.setdefault(self.kind(group), []).append(name)
        return kinds

    def decoys(self, kind: Kind, n: int, topic: Bools) -> list[Ints]:
        """Groups of other accounts, of one kind where there are enough.

        A third of them is drawn from all, a third from audiences, a third from those on a topic, which is
        given as true or false for each account.
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
        """Who of the pool acted on one account, where they are enough, and the share of each audience in all."""
        if "targets" not in self.signals.tables:
            return [], np.zeros(0)
        acted = sp.csc_array(self.signals.matrix("targets")[pool])
        counts = np.diff(acted.indptr)
        large = np.flatnonzero(counts >= size)
        audiences = [pool[acted.indices[acted.indptr[k] : acted.indptr[k + 1]]] for k in large]
        return audiences, counts[large] / counts[large].sum()


def _entangled(posts: pl.DataFrame, members: pl.DataFrame) -> pl.Series:
    """Accounts that act a good deal on members, or on those whom one network boosts: they may be members unfound."""
    acted = posts.select("account_id", target="target_account_id").drop_nulls()
    by_network = acted.join(members, on="account_id").group_by("target", "group").agg(theirs=pl.len())
    all_acts = acted.group_by("target").agg(acts=pl.len())
    captured = by_network.join(all_acts, on="target").filter(pl.col("theirs") >= _BOOSTED * pl.col("acts"))
    aims = pl.concat([members["account_id"], captured["target"]])
    # the set is made once here, and once a group if the question is asked inside the aggregation
    at_them = acted.with_columns(aims=pl.col("target").is_in(aims.implode()))
    aimed = at_them.group_by("account_id").agg(share=pl.col("aims").mean())
    return pl.concat([aims, aimed.filter(pl.col("share") >= _AIMED)["account_id"]])


def _some(rng: np.random.Generator, ids: pl.Series, most: int) -> pl.Series:
    """The ids, or so many of them, sorted as they are."""
    return ids if len(ids) <= most else ids.gather(np.sort(rng.choice(len(ids), most, replace=False)))
