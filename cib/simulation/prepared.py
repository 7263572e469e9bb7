"""Define operations that write instead of boosting: prepared originals, and prepared replies.

Modelled on publications about the originals of the operation of June 2020, and about brigades that answer journalists.
Their own posts are not in the feed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cib.simulation.boosting import CORE, TEAM_BATCHES
from cib.simulation.clock import END, HOUR, lognormal_delays, office_times, waking_times
from cib.simulation.draws import Ints, sometimes, takes_part
from cib.simulation.events import acts, marked
from cib.simulation.everyday import CURIOUS, Part, World, own_posts, own_reactions
from cib.simulation.population import Batches, Homes, People, bought, recruits
from cib.simulation.wording import SITES, links, reworded, write

__all__ = ["Originals", "ReplyBrigade"]

#: Topic, which determines the hashtags, and site of these operations.
PREPARED_TOPIC, PREPARED_SITE = 100_011, SITES + 110_000


@dataclass(frozen=True)
class Originals(Part):
    """Accounts that post prepared lines, verbatim or with one added word, without retweeting each other.

    Parameters
    ----------
    size : int
        Number of accounts, in desks of at most `desk`.
    name : str
    desk : int
    lines : int
        Number of lines of a desk.
    posted_by : tuple of float
        Beta distribution of the share of its desk's lines that an account posts.
    verbatim : float
        Share of the posts that repeat the line verbatim.
    median_latency, sigma : float
        Parameters of the lognormal delay of a post after the release of the line.
    off_hours : float
        Share of the lines released at any hour; the others are released in office hours, Monday to Friday.
    linked : float
        Share of the lines with a link to the site of the operation.
    camouflage : float
        Mean number of everyday actions, geometric.
    aged : float
        Share of the accounts that were bought.
    language : str
    batches : Batches
    """

    size: int
    name: str = "originals"
    desk: int = 20
    lines: int = 40
    posted_by: tuple[float, float] = (2, 5)
    verbatim: float = 0.5
    median_latency: float = 2 * HOUR
    sigma: float = 1
    off_hours: float = 0.2
    linked: float = 0.2
    camouflage: float = 4
    aged: float = 0.1
    language: str = "zh"
    batches: Batches = TEAM_BATCHES

    @property
    def desks(self) -> int:
        """Return the number of desks."""
        return -(-self.size // self.desk)

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Create the accounts, without a role: neither boosted nor amplifiers. The group is the desk."""
        return _recruits(rng, homes, self, np.arange(self.size) % self.desks)

    def posts(self, rng: np.random.Generator, people: People) -> pl.DataFrame:
        """Create posts of each line by several accounts of its desk, and everyday posts."""
        desk = np.repeat(np.arange(self.desks), self.lines)
        office = people.take(desk)  # one member of each desk
        off = rng.random(len(desk)) < self.off_hours
        told = np.where(off, waking_times(rng, office.zone), office_times(rng, office.zone))
        link = sometimes(rng, links(np.full(len(desk), PREPARED_SITE), np.arange(len(desk))), self.linked)
        lines = write(rng, office.language, np.full(len(desk), PREPARED_TOPIC), link)
        chance = rng.beta(*self.posted_by, (len(people), 1)) * (people.group[:, None] == desk)
        member, line = takes_part(rng, chance)
        time = told[line] + lognormal_delays(rng, len(line), self.median_latency, self.sigma)
        words = lines[line]
        words = words.with_columns(text=reworded(rng, words["text"], 1 - self.verbatim))
        posted = acts("post", people.number[member], np.minimum(time, END - 1), words=words)
        return pl.concat([marked(posted), own_posts(rng, people)])

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Create everyday reactions."""
        return own_reactions(rng, people, world, CURIOUS)


@dataclass(frozen=True)
class ReplyBrigade(Part):
    """Accounts that reply to selected posts of well-known authors with prepared points.

    Parameters
    ----------
    size : int
        Number of accounts.
    name : str
    targets, among : int
        Number of authors that are answered, of the `among` most popular.
    calls : int
        Number of posts that the brigade is called to answer.
    answered : tuple of float
        Beta distribution of the share of the calls that an account follows.
    points : int
        Number of prepared replies.
    verbatim : float
        Share of the replies that repeat a point verbatim.
    median_latency, sigma : float
        Parameters of the lognormal delay of a reply after the post.
    camouflage : float
        Mean number of everyday actions, geometric.
    aged : float
        Share of the accounts that were bought.
    language : str
    batches : Batches
    """

    size: int
    name: str = "reply-brigade"
    targets: int = 12
    among: int = 150
    calls: int = 60
    answered: tuple[float, float] = (2, 6)
    points: int = 40
    verbatim: float = 0.2
    median_latency: float = HOUR
    sigma: float = 1
    camouflage: float = 5
    aged: float = 0.2
    language: str = "en"
    batches: Batches = TEAM_BATCHES

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Create the accounts, without a role: neither boosted nor amplifiers."""
        return _recruits(rng, homes, self, np.zeros(self.size, dtype=np.int64))

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Create replies to the posts that the brigade is called to, and everyday reactions."""
        among = min(self.among, len(world.feed.everywhere))
        known = world.feed.posts_of(rng.choice(among, min(self.targets, among), replace=False))
        called = rng.choice(known, min(self.calls, len(known)), replace=False)
        member, call = takes_part(
            rng, np.broadcast_to(rng.beta(*self.answered, (len(people), 1)), (len(people), len(called)))
        )
        target = called[call]
        time = world.time[target] + lognormal_delays(rng, len(target), self.median_latency, self.sigma)
        points = write(
            rng, people.language[np.zeros(self.points, dtype=np.int64)], np.full(self.points, PREPARED_TOPIC)
        )
        words = points[rng.integers(0, self.points, len(target))]
        words = words.with_columns(
            text=reworded(rng, words["text"], 1 - self.verbatim), mentioned=pl.Series(world.author[target])
        )
        replies = acts("reply", people.number[member], time, target=pl.Series(target), words=words)
        return pl.concat([marked(replies), own_reactions(rng, people, world, CURIOUS)])


def _recruits(rng: np.random.Generator, homes: Homes, part: Originals | ReplyBrigade, group: Ints) -> pl.DataFrame:
    """Create the accounts of an operation without roles, some of them bought."""
    members = recruits(rng, homes, part.size, part.language, CORE, part.name, part.camouflage, part.batches, group)
    return bought(rng, members, part.aged)
