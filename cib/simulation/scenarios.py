"""Define the scenarios: their parts, and the size of each part at a given scale."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from cib.errors import SettingsError, did_you_mean
from cib.simulation.boosting import Boosting, Signature, later, soon
from cib.simulation.clock import HOUR, MINUTE, START
from cib.simulation.crowds import Activists, BreakingNews, RetweetPods, Scheduled
from cib.simulation.everyday import Part
from cib.simulation.operations import CrossPosting, Piggybacking, RetweetRing
from cib.simulation.organic import Fandoms, Newsrooms, Ordinary, ViralPost
from cib.simulation.population import Batches, Profile
from cib.simulation.prepared import Originals, ReplyBrigade
from cib.simulation.readers import Friends, Publishers

__all__ = ["SCENARIOS", "Scenario"]

#: Accounts of the takedown of June 2020 at full scale: Twitter, 12 June 2020.
CORE, AMPLIFIERS, RING, CROSS_POSTERS = 23_750, 150_000, 7_340, 1_152
#: Number of accounts disclosed in August 2019, and the signature that operation shares with the one of 2020.
PRIOR = 936
PRIOR_SIGNATURE = Signature(
    wording=101, sites=tuple(range(300_000, 300_003)), targets=tuple(range(400, 1_400, 100)), aimed=25
)
#: Number of small operations of the scenario "operations" at scale 1, and the creation of their accounts.
OPERATIONS = 200
SMALL = Batches(size=(6, 20), days=(61, 400), zone=8, older=0.1)
#: Minimum number of accounts of a smaller operation or crowd.
FEWEST = 8
#: Number of organic accounts per account of the operations.
ORGANIC = 10.5
TAKEN_DOWN = ORGANIC * (CORE + AMPLIFIERS + RING + CROSS_POSTERS)


def _takedown(scale: float) -> tuple[Part, ...]:
    return (*_organic(scale), *_operations(scale))


def _mixed_roles(scale: float) -> tuple[Part, ...]:
    """Return the takedown with a core of which a fifth also amplifies."""
    return (*_organic(scale), *_operations(scale, mixed=0.2))


def _prior_generation(scale: float) -> tuple[Part, ...]:
    """Return the operation of 936 accounts disclosed in August 2019, the predecessor of the takedown of 2020."""
    core = max(round(PRIOR * scale / 5), 4)
    prior = Boosting(core, max(round(PRIOR * scale), 20) - core, "takedown-2019", signature=PRIOR_SIGNATURE)
    return (*_organic(scale), prior)


def _many_operations(scale: float) -> tuple[Part, ...]:
    """Return unrelated small operations in one language on the same topics, some of which restart.

    A name that ends in ``-again`` is the next generation of the operation with the rest of the name.
    """
    parts: list[Part] = [Ordinary(round(MIXED * scale)), Fandoms(max(round(600 * scale), FEWEST))]
    for number in range(max(round(OPERATIONS * scale), 2)):
        signature, name = Signature.of(number), f"operation-{number:03}"
        parts.append(
            Boosting(4, 16, name, team=4, signature=signature, batches=replace(SMALL, zone=signature.zone or 0))
        )
        if number % 4 == 0:
            again = signature.again(reuse=number // 4 % 6 / 10)
            later_on = replace(SMALL, days=(2, 60), zone=signature.zone or 0)
            parts.append(Boosting(4, 16, f"{name}-again", team=4, signature=again, batches=later_on))
    return tuple(parts)


def _organic(scale: float) -> tuple[Part, ...]:
    n = round(TAKEN_DOWN * scale)
    crowds = (
        Fandoms(round(0.02 * n)),
        Fandoms(round(0.017 * n), "multi-idol-fandom", idols=8, idol_posts=15, devotion=(0.3, 2.2), largest=1_000),
        Fandoms(round(0.008 * n), "multi-idol-fandom-even", idols=5, idol_posts=15, devotion=0.15, largest=500),
        Newsrooms(round(0.004 * n)),
        ViralPost(casual=round(0.05 * n), guests=round(0.055 * n)),
    )
    return (Ordinary(n - round(0.099 * n)), *crowds)


def _operations(scale: float, mixed: float = 0) -> tuple[Part, ...]:
    ring, cross_posters = round(RING * scale), round(CROSS_POSTERS * scale)
    signature = PRIOR_SIGNATURE.again(reuse=0.4)
    boosting = Boosting(round(CORE * scale), round(AMPLIFIERS * scale), mixed=mixed, signature=signature)
    parts: tuple[Part, ...] = (boosting,)
    if ring >= FEWEST:
        parts += (RetweetRing(ring),)
    if cross_posters >= FEWEST:
        parts += (CrossPosting(cross_posters),)
    return parts


#: Number of organic accounts of the mix of tactics at scale 1: about 16 thousand of them act at least three times.
MIXED = 22_000
#: Approximate number of organic accounts of a scenario with drawn parts at scale 1.
DRAWN = 18_000
NEWCOMER = Profile(
    followers=(6, 1.3), following=(30, 1.2), zero_followers=0.4, default_names=0.8, described=0.3, past_posts=3
)


def _tactics(scale: float) -> tuple[Part, ...]:
    """Return five small operations, one per tactic, among all look-alike crowds."""
    return (
        *_lookalikes(scale),
        _tactic("A", 60, styles=(soon(60),), amplification=(0.3, 0.3)),
        _tactic("B", 70, styles=(later(HOUR, 1),), amplification=(0.15, 0.15), language="en"),
        _tactic("C", 60, styles=(soon(5 * MINUTE),), amplification=(0.4, 0.4), cells=6),
        _tactic(
            "D", 70, styles=(later(40 * MINUTE, 1.8),), amplification=(0.05, 0.05), cover=80, aged=1, language="en"
        ),
        Piggybacking(56, "tactic-E", participation=0.25),
    )


def _tactic(letter: str, amplifiers: int, **how: Any) -> Boosting:
    """Return an operation of six accounts with 30 posts each, and amplifiers of similar activity."""
    usual = {"quota": 30, "team": 6, "spread": 0.1, "across": 0, "handful": 3, "camouflage": 4}
    english = float(how.get("language") == "en")
    return Boosting(
        6, amplifiers, f"tactic-{letter}", topics=(100_020 + ord(letter), 1), english=english, **usual | how
    )


def _lookalikes(scale: float) -> tuple[Part, ...]:
    """Return ordinary accounts and every kind of crowd that resembles an operation."""

    def share(accounts: int) -> int:
        return max(round(accounts * scale), FEWEST)

    return (
        Ordinary(share(MIXED - 7_500)),
        Fandoms(share(400), casual=share(1_000)),
        Fandoms(share(300), "multi-idol-fandom", idols=8, idol_posts=30, devotion=(0.3, 2.2), casual=share(2_000)),
        Fandoms(share(150), "multi-idol-fandom-even", idols=5, idol_posts=30, devotion=0.15),
        Fandoms(share(3_000), "news-crowd", idols=10, idol_posts=90, devotion=(0.25, 12), median_latency=15 * MINUTE),
        Fandoms(share(400), "new-wave", idols=3, idol_posts=40, devotion=(0.5, 3), profile=NEWCOMER, joined=(-3, 0)),
        Newsrooms(share(120)),
        ViralPost(casual=share(800), guests=share(1_000)),
        BreakingNews(share(1_800)),
        Activists(share(250)),
        RetweetPods(share(160)),
        Scheduled(share(60)),
    )


def _originals(scale: float, rng: np.random.Generator) -> tuple[Part, ...]:
    """Return one to three operations that post prepared lines, among drawn look-alikes."""
    (own,) = rng.spawn(1)
    crowds = _drawn_lookalikes(scale, own)
    names = [f"originals-{letter}" for letter in "ABC"[: own.integers(1, 4)]]
    return (*crowds, *(Originals(_about(own, 30, 150), name, **_drawn_originals(own)) for name in names))


def _drawn_originals(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "desk": int(rng.integers(6, 41)),
        "lines": _about(rng, 15, 90),
        "posted_by": (rng.uniform(1, 4), rng.uniform(3, 9)),
        "verbatim": rng.uniform(0.05, 0.9),
        "median_latency": _about(rng, 10, 600) * MINUTE,
        "sigma": rng.uniform(0.5, 1.5),
        "off_hours": rng.uniform(0, 1),
        "linked": rng.uniform(0, 0.6),
        **_drawn_members(rng),
    }


def _reply_brigade(scale: float, rng: np.random.Generator) -> tuple[Part, ...]:
    """Return a brigade that answers well-known authors, among drawn look-alikes."""
    (own,) = rng.spawn(1)
    crowds = _drawn_lookalikes(scale, own)
    brigade = ReplyBrigade(
        _about(own, 40, 200),
        targets=int(own.integers(4, 30)),
        calls=_about(own, 20, 150),
        answered=(own.uniform(1, 4), own.uniform(3, 9)),
        points=_about(own, 10, 100),
        verbatim=own.uniform(0, 0.6),
        median_latency=_about(own, 10, 240) * MINUTE,
        sigma=own.uniform(0.5, 1.5),
        **_drawn_members(own),
    )
    return (*crowds, brigade)


def _readers(scale: float, rng: np.random.Generator) -> tuple[Part, ...]:
    """Return publishers, share buttons, friends and all other crowds, with drawn habits; no operation."""
    (own,) = rng.spawn(1)
    return _drawn_lookalikes(scale, own)


def _drawn_members(rng: np.random.Generator) -> dict[str, Any]:
    """Draw how the accounts of an operation are created and disguised."""
    fewest = int(rng.integers(2, 20))
    first = int(rng.integers(3, 200))
    batches = Batches(
        size=(fewest, fewest * int(rng.integers(1, 6))),
        days=(first, first + _about(rng, 3, 600)),
        zone=int(rng.integers(-8, 11)),
        older=rng.uniform(0, 0.4),
    )
    language = str(rng.choice(["en", "es", "tr", "ar", "zh"]))
    return {
        "batches": batches,
        "language": language,
        "camouflage": 1 + rng.exponential(5),
        "aged": rng.uniform(0, 0.6),
    }


def _drawn_lookalikes(scale: float, rng: np.random.Generator) -> tuple[Part, ...]:
    """Return every kind of crowd, with sizes and habits drawn from wide priors."""

    def size(accounts: int) -> int:
        return max(_about(rng, accounts / 2, accounts * 2, scale), FEWEST)

    def habit(high: float = 2) -> tuple[float, float]:
        return rng.uniform(0.3, 1.2), rng.uniform(1, high) + 1

    return (
        Ordinary(size(12_000), least=rng.uniform(1.5, 3), shape=rng.uniform(1.1, 1.7)),
        Fandoms(size(400), devotion=habit(), median_latency=_about(rng, 1, 20) * MINUTE, casual=size(800)),
        Fandoms(size(250), "multi-idol-fandom", idols=8, idol_posts=20, devotion=habit(3)),
        Fandoms(size(400), "new-wave", idols=3, idol_posts=40, devotion=habit(4), profile=NEWCOMER, joined=(-4, 0)),
        Newsrooms(size(100), articles=rng.uniform(3, 12)),
        ViralPost(casual=size(400), guests=size(400)),
        BreakingNews(size(900)),
        Activists(size(250), storms=int(rng.integers(2, 9)), texts=int(rng.integers(1, 9)), joining=habit(3)),
        RetweetPods(size(160), pod=int(rng.integers(6, 30)), loyalty=(rng.uniform(0.8, 3), rng.uniform(2, 6))),
        Scheduled(size(60)),
        Publishers(
            size(600),
            houses=int(rng.integers(1, 6)),
            outlets=int(rng.integers(2, 16)),
            articles=rng.uniform(2, 15),
            taken_up=rng.uniform(0.1, 1),
            pause=int(rng.choice([5, 60, 3_600])),
            median_latency=_about(rng, 20, 400) * MINUTE,
        ),
        Friends(size(500), circle=int(rng.integers(3, 13)), closeness=(1, rng.uniform(1.5, 6))),
    )


def _about(rng: np.random.Generator, low: float, high: float, scale: float = 1) -> int:
    """Draw a log-uniform integer between `low` and `high`, times a scale."""
    return round(scale * float(np.exp(rng.uniform(np.log(low), np.log(high)))))


def _fixed(parts: Callable[[float], tuple[Part, ...]]) -> Callable[[float, np.random.Generator], tuple[Part, ...]]:
    """Adapt parts that do not draw to the signature of parts that do."""
    return lambda scale, rng: parts(scale)  # noqa: ARG005


class Scenario(NamedTuple):
    """Parts of a scenario as a function of scale, its organic accounts at scale 1, and its scales.

    Organic parts come first. Parts are drawn from a separate stream, which is spawned only by scenarios that draw.
    """

    parts: Callable[[float, np.random.Generator], tuple[Part, ...]]
    organic: float
    usual: float
    smallest: float
    start: datetime = START

    @classmethod
    def named(cls, name: str) -> Scenario:
        """Return the scenario of a name."""
        if name not in SCENARIOS:
            raise SettingsError(
                "there is no such scenario",
                where="simulate",
                got=repr(name),
                remedy=did_you_mean(name, SCENARIOS) or f"Take one of {', '.join(SCENARIOS)}.",
            )
        return SCENARIOS[name]

    def checked(self, scale: float | None) -> float:
        """Validate the scale; None is replaced by the usual scale."""
        if scale is None:
            return self.usual
        if not self.smallest <= scale < math.inf:
            raise SettingsError(
                "the scale does not hold teams and crowds",
                where="simulate",
                got=scale,
                remedy=f"Take {self.smallest} or more; {self.usual:g} is usual.",
            )
        return scale


SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        "takedown-2020": Scenario(_fixed(_takedown), TAKEN_DOWN, 0.01, 0.0005),
        "takedown-2020-mixed-roles": Scenario(_fixed(_mixed_roles), TAKEN_DOWN, 0.01, 0.0005),
        "takedown-2019": Scenario(_fixed(_prior_generation), TAKEN_DOWN, 0.01, 0.0005, START - timedelta(weeks=32)),
        "operations": Scenario(_fixed(_many_operations), MIXED, 1, 0.05),
        "organic": Scenario(_fixed(_organic), TAKEN_DOWN, 0.01, 0.0005),
        "tactics": Scenario(_fixed(_tactics), MIXED, 1, 0.05),
        "tactics-organic": Scenario(_fixed(_lookalikes), MIXED, 1, 0.05),
        "originals": Scenario(_originals, DRAWN, 0.5, 0.05),
        "reply-brigade": Scenario(_reply_brigade, DRAWN, 0.5, 0.05),
        "readers": Scenario(_readers, DRAWN, 0.5, 0.05),
    }
)
