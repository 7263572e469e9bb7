"""Elements of operations: recruits, shifts, prepared lines, cover."""

from __future__ import annotations

import numpy as np
import polars as pl
from crowds import FRESH, pairs
from stage import DAY, HOUR, LEISURE, OFFICE, Look, Posts, Stage
from town import sometimes
from wording import ZONES, composed, links, spelled, varied


class Team:
    """An operation whose profiles, working hours and texts are drawn from wide priors.

    Parameters
    ----------
    stage : Stage
    name : str
    empty : float, optional
        Share of the recruits that are new and empty; the others were bought and resemble ordinary accounts.
    """

    def __init__(self, stage: Stage, name: str, empty: float | None = None) -> None:
        self.stage, self.name = stage, name
        rng = stage.rng
        self.language = int(rng.choice(len(stage.languages), p=stage.languages))
        self.zone = int(rng.choice(ZONES[int(rng.integers(len(ZONES)))]))
        self.empty = stage.between(0.2, 1) if empty is None else empty
        self.office = rng.random() < 0.65
        self.weekend = stage.between(0.02, 0.5) if self.office else 1.0
        self.copies, self.rewords = stage.between(0.1, 0.8), stage.between(0.05, 0.3)
        self.linked, self.tagged = stage.between(0, 0.6), stage.between(0, 0.7)
        self.sites, self.tags = stage.new_sites(int(rng.integers(1, 6))), stage.new_tags(int(rng.integers(1, 8)))
        self.client = str(rng.choice(["Web app", "Android app", "Planner", "Cascade"]))
        self.look = Look(
            followers=(stage.about(1, 60), 1.3),
            following=(stage.about(3, 300), 1.0),
            zero=stage.between(0, 0.8),
            given_names=stage.between(0.2, 0.9),
            described=stage.between(0, 0.6),
            client=self.client,
            one_client=stage.between(0.2, 0.9),
        )

    def recruit(self, n: int, role: str = "core", cell: np.ndarray | int = -1) -> np.ndarray:
        """Create accounts in batches, except those that were bought."""
        stage, rng = self.stage, self.stage.rng
        bought = round((1 - self.empty) * n)
        cell = np.broadcast_to(cell, n)
        same = {"operation": self.name, "role": role, "language": self.language, "zone": np.full(n, self.zone)}
        aged = stage.join(bought, "operation", cell=cell[:bought], **same | {"zone": same["zone"][:bought]}, fame=0.1)
        made = self._batches(n - bought)
        new = stage.join(
            n - bought,
            "operation",
            self.look,
            cell=cell[bought:],
            created=made,
            **same | {"zone": same["zone"][bought:]},
            fame=0.1,
        )
        return rng.permutation(np.concatenate([aged, new])) if cell[0] < 0 else np.concatenate([aged, new])

    def _batches(self, n: int) -> np.ndarray:
        """Draw creation times: batches on one day in working hours, up to two years before the start or early on."""
        stage, rng = self.stage, self.stage.rng
        size = stage.count(3, 60)
        days = -stage.about(5, 700) * rng.beta(1, stage.between(0.7, 3), n // size + 1)
        batch = rng.permutation(n) // size
        return (days[batch].astype(np.int64) * DAY) + rng.integers(1 * HOUR, 10 * HOUR, n)

    def shifts(self, who: np.ndarray) -> np.ndarray:
        """Draw times of work: in office hours of the team's zone, or in leisure hours."""
        curve = OFFICE if self.office else LEISURE
        return self.stage.moments(who, curve, self.weekend)

    def lines(self, n: int, shortest: int = 6) -> np.ndarray:
        """Create prepared texts."""
        return composed(self.stage.rng, np.full(n, self.language), shortest)

    def wording(self, lines: np.ndarray) -> pl.Series:
        """Return the lines as they are posted: a share verbatim, the others with some words replaced."""
        rng = self.stage.rng
        share = np.where(rng.random(len(lines)) < self.copies, 0, self.rewords)
        return spelled(varied(rng, lines, share))

    def trimmings(self, n: int) -> dict[str, pl.Series]:
        """Return links to the team's sites and its hashtags, in some posts."""
        rng = self.stage.rng
        page = np.minimum(rng.zipf(1.6, n), 500)
        return {
            "url": sometimes(rng, links(rng.choice(self.sites, n), page), self.linked),
            "tags": sometimes(rng, pl.Series(rng.choice(self.tags, n).tolist(), dtype=pl.String), self.tagged),
        }

    def post_lines(self, who: np.ndarray, lines: np.ndarray, when: np.ndarray) -> Posts:
        """Create posts of prepared lines, with links and hashtags."""
        return self.stage.act(
            "post", who, when, text=self.wording(lines), language=self.language, **self.trimmings(len(who))
        )

    def boost(self, who: np.ndarray, posts: Posts, share: float, median: float, sigma: float) -> None:
        """Create reposts, replies and mentions by accounts, each for a varying share of the posts with mean `share`."""
        stage, rng = self.stage, self.stage.rng
        dose = np.minimum(share * rng.gamma(1.2, 1 / 1.2, len(who)), 0.9)
        appeal = rng.lognormal(-0.2, 0.6, len(posts))
        member, item = pairs(rng, dose[:, None] * appeal)
        actor, post = who[member], posts.take(item)
        when = stage.later(post.time, median, sigma, None if rng.random() < 0.5 else actor)
        when = np.maximum(when, stage.people["created"][actor] + rng.integers(HOUR, 9 * DAY, len(actor)))
        kind = rng.choice(3, len(actor), p=self._kinds())
        comments = self.lines(12, 2)
        stage.act("retweet", actor[kind == 0], when[kind == 0], on=post.take(kind == 0))
        for code, name in ((1, "reply"), (2, "mention")):
            chosen = kind == code
            to = {"on": post.take(chosen)} if name == "reply" else {"named": post.author[chosen]}
            stage.act(
                name,
                actor[chosen],
                when[chosen],
                text=self.wording(comments[rng.integers(0, 12, int(chosen.sum()))]),
                language=self.language,
                **to,
            )

    def _kinds(self) -> np.ndarray:
        return self.stage.rng.dirichlet([6, 1.2, 0.8])


def empties(stage: Stage, n: int, operation: str, role: str) -> np.ndarray:
    """Create accounts without followers, a few days before they are used."""
    made = (stage.between(-40, -3) + stage.rng.uniform(0, 3, n)) * DAY
    return stage.join(n, "operation", FRESH, operation=operation, role=role, created=made.astype(np.int64), fame=0.05)
