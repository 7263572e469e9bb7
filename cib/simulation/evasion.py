"""Apply evasion to operations, at four strengths, and measure its costs.

Parts run their operation as planned and mark the actions that serve it (`boost`). An :class:`Evasion` then changes
these actions, so that the same evasions apply to every operation, and the loss can be counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import polars as pl

from cib.errors import SettingsError, did_you_mean
from cib.simulation.clock import END, HOUR, MINUTE, lognormal_delays
from cib.simulation.draws import Bools, Floats, Ints, varied
from cib.simulation.events import EVENT_COLUMNS, shaped
from cib.simulation.everyday import CURIOUS, POSTED, World, own_reactions
from cib.simulation.population import People

__all__ = ["EVASIONS", "STRENGTHS", "Evasion"]

#: Parameter of each evasion at the strengths 0 (as planned) to 3.
STRENGTHS: Mapping[str, tuple[float, float, float, float]] = MappingProxyType(
    {
        "jitter": (0, 10 * MINUTE, HOUR, 12 * HOUR),  # median of an additional lognormal delay, in seconds
        "camouflage": (0, 1, 4, 10),  # everyday reactions of a member per boost
        "cells": (1, 2, 5, 20),  # number of cells; a cell acts only on its own share of the posts
        "rate_matching": (np.inf, 100, 50, 10),  # maximum actions of a member, boosts and camouflage, in the four weeks
        "dilution": (0, 0.2, 0.4, 0.6),  # share of boosts redirected to posts of popular authors
        "quota_skew": (0, 0.5, 1, 1.5),  # sigma of the lognormal weights by which boosts are distributed over members
        "aged_metadata": (0, 1 / 3, 2 / 3, 1),  # share of accounts that were bought: profiles of ordinary accounts
        "partial_observation": (1, 0.5, 0.1, 0.01),  # share of all actions, of all accounts, that are observed
    }
)
BEHAVIOUR = tuple(STRENGTHS)[:6]
#: Evasions by name.
EVASIONS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {"moderate": MappingProxyType(dict.fromkeys(BEHAVIOUR, 2))}
)

POPULAR = 30  # number of authors that diluted boosts are redirected to
SIGMA = 1.0  # sigma of the jitter


@dataclass(frozen=True)
class Evasion:
    """Parameters of all evasions; the values are those of :data:`STRENGTHS`."""

    jitter: float
    camouflage: float
    cells: float
    rate_matching: float
    dilution: float
    quota_skew: float
    aged_metadata: float
    partial_observation: float

    @classmethod
    def of(cls, strengths: Mapping[str, int] | str | None) -> Evasion:
        """Return the evasion of a name, or of a mapping to strengths; evasions not listed have strength 0."""
        if isinstance(strengths, str):
            strengths = EVASIONS[_known(strengths, EVASIONS)]
        if not isinstance(strengths, Mapping | None):
            got, remedy = f"a {type(strengths).__name__}", "Write evasion={'jitter': 2}, say."
            raise SettingsError(
                "an evasion is a mapping of names to strengths", where="simulate", got=got, remedy=remedy
            )
        chosen = {_known(name, STRENGTHS): strength for name, strength in (strengths or {}).items()}
        for name, strength in chosen.items():
            if strength not in range(4):
                raise SettingsError(
                    f"the evasion {name!r} has the strengths 0 to 3",
                    where="simulate",
                    got=repr(strength),
                    remedy=f"Take one, as {name}=2.",
                )
        return cls(**{name: values[chosen.get(name, 0)] for name, values in STRENGTHS.items()})

    def put_off(self, rng: np.random.Generator, posts: pl.DataFrame) -> pl.DataFrame:
        """Delay the posts that serve an operation."""
        boost = posts["boost"].fill_null(False).to_numpy()
        if not (self.jitter and boost.any()):
            return posts
        later = np.minimum(posts["time"].to_numpy() + self._delays(rng, posts.height), END - 1)
        return posts.with_columns(time=pl.when("boost").then(pl.Series(later)).otherwise("time"))

    def applied(self, rng: np.random.Generator, reactions: pl.DataFrame, members: People, world: World) -> pl.DataFrame:
        """Apply the evasion to the boosts among some reactions, and add camouflage.

        Parameters
        ----------
        rng : numpy.random.Generator
        reactions : polars.DataFrame
        members : People
            Members of the operation, sorted by number.
        world : World
        """
        boosts = reactions.filter("boost")
        if self == PLAIN or not boosts.height:
            return reactions
        others = reactions.filter(pl.col("boost").is_null())
        return pl.concat([others, *self._made(rng, boosts, members, world)])

    def _delays(self, rng: np.random.Generator, n: int) -> Ints:
        return lognormal_delays(rng, n, self.jitter, SIGMA) if self.jitter else np.zeros(n, dtype=np.int64)

    def _made(
        self, rng: np.random.Generator, boosts: pl.DataFrame, members: People, world: World
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        actor = np.searchsorted(members.number, boosts["account"].to_numpy())
        target = boosts["target"].to_numpy().astype(np.int64)
        delay = boosts["time"].to_numpy() - world.time[target] + self._delays(rng, len(actor))
        group = members.group[actor]
        if self.quota_skew:
            actor = _reassigned(rng, actor, group, varied(rng, len(members), self.quota_skew))
        kept = np.ones(len(actor), dtype=bool)
        if self.cells > 1:
            target, kept = _in_cells(rng, actor, group, target, int(self.cells))
        retweet = (boosts["action"] == "retweet").to_numpy()
        diverted = retweet & (rng.random(len(actor)) < self.dilution)
        popular = world.feed.posts_of(np.arange(min(POPULAR, len(world.feed.everywhere))))
        target = np.where(diverted, rng.choice(popular, len(actor)), target)
        kept &= ~(retweet & _repeated(actor, target))
        kept &= _turn(rng, actor) < self.rate_matching / (1 + self.camouflage)
        changed = boosts.with_columns(
            account=pl.Series(members.number[actor]),
            target=pl.Series(target),
            time=pl.Series(world.time[target] + delay),
            mentioned=pl.when(pl.col("mentioned").is_not_null()).then(pl.Series(world.author[target])),
            boost=pl.when(~pl.Series(diverted)).then(True),
        )
        made = shaped(changed, EVENT_COLUMNS)
        n_made = np.bincount(actor[kept], minlength=len(members))
        disguised = replace(members, activity=rng.poisson(self.camouflage * n_made / (1 - POSTED)))
        return made.filter(pl.Series(kept)), own_reactions(rng, disguised, world, CURIOUS)


#: No evasion.
PLAIN = Evasion(**{name: values[0] for name, values in STRENGTHS.items()})


def _reassigned(rng: np.random.Generator, actor: Ints, group: Ints, weight: Floats) -> Ints:
    """Draw a member of the same group for each action, with probability proportional to weight."""
    pairs = np.unique(np.stack([group, actor]), axis=1)
    ends = np.cumsum(weight[pairs[1]])
    first, last = (np.searchsorted(pairs[0], group, side) for side in ("left", "right"))
    start = np.append(0, ends)
    drawn = start[first] + rng.random(len(actor)) * (start[last] - start[first])
    chosen: Ints = pairs[1][np.minimum(np.searchsorted(ends, drawn, side="right"), last - 1)]
    return chosen


def _in_cells(rng: np.random.Generator, actor: Ints, group: Ints, target: Ints, cells: int) -> tuple[Ints, Bools]:
    """Draw a post of the member's own cell for each action; and return whether the cell has any."""
    cell_of_member = rng.permutation(actor.max(initial=0) + 1) % cells
    posts, post = np.unique(target, return_inverse=True)
    cell_of_act = rng.integers(0, cells, len(posts))[post]
    # Posts are drawn from the group's actions on posts of the cell, proportionally to the actions on them.
    order = np.argsort(group * cells + cell_of_act, kind="stable")
    key = (group * cells + cell_of_act)[order]
    wanted = group * cells + cell_of_member[actor]
    first, last = (np.searchsorted(key, wanted, side) for side in ("left", "right"))
    drawn = first + (rng.random(len(actor)) * (last - first)).astype(np.int64)
    moved = target[order[np.minimum(drawn, len(order) - 1)]]
    return np.where(cell_of_act == cell_of_member[actor], target, moved), last > first


def _repeated(actor: Ints, target: Ints) -> Bools:
    """Return whether an earlier row has the same actor and target, in order of rows, not of time."""
    order = np.lexsort((target, actor))
    repeated = np.zeros(len(actor), dtype=bool)
    repeated[order[1:]] = (np.diff(actor[order]) == 0) & (np.diff(target[order]) == 0)
    return repeated


def _turn(rng: np.random.Generator, actor: Ints) -> Ints:
    """Return the position of each action among those of its actor, in random order, from 0."""
    order = np.lexsort((rng.random(len(actor)), actor))
    turn = np.empty_like(order)
    turn[order] = np.arange(len(actor)) - np.searchsorted(actor[order], actor[order])
    return turn


def _known(name: str, names: Mapping[str, object]) -> str:
    if name not in names:
        raise SettingsError(
            "there is no such evasion",
            where="simulate",
            got=repr(name),
            remedy=did_you_mean(name, names) or f"Take one of {', '.join(names)}.",
        )
    return name
