"""Define organic parts that share news and talk with friends: publishers, share buttons, circles of friends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cib.simulation.clock import DAY, END, HOUR, MINUTE, after_sleep, lognormal_delays, waking_times
from cib.simulation.draws import Ints, pareto, takes_part, zipf_ranks
from cib.simulation.events import acts, stacked
from cib.simulation.everyday import Part, World, own_posts, own_reactions, reaction_times, team_retweets
from cib.simulation.organic import DESK
from cib.simulation.population import Homes, People, Profile, accounts
from cib.simulation.wording import SITES, links, write

__all__ = ["Friends", "Publishers"]

#: First site of publishers, distinct from those of newsrooms.
PUBLISHED = SITES + 400_000
FRIEND = Profile(followers=(25, 0.9), following=(40, 0.9), past_posts=700)


@dataclass(frozen=True)
class Publishers(Part):
    """Publishers whose outlets post the same headlines with links to one domain, and readers who share both.

    Parameters
    ----------
    size : int
        Number of readers who use the share button.
    houses : int
    outlets : int
        Number of outlets of a house, all created on one day; added to `size`.
    articles : float
        Mean number of articles of a house per day.
    taken_up : float
        Share of the articles that an outlet posts.
    pause : int
        Seconds within which the outlets post an article.
    shared : tuple of float
        Minimum and exponent of the Pareto distribution of the number of articles that a reader shares.
    median_latency, sigma : float
        Parameters of the lognormal delay of a share.
    """

    size: int
    houses: int = 3
    outlets: int = 8
    articles: float = 8
    taken_up: float = 0.5
    pause: int = 60
    shared: tuple[float, float] = (1.2, 1.2)
    median_latency: float = 2 * HOUR
    sigma: float = 1.4

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Create the accounts, first the outlets of all houses in turn; the group is the house."""
        house = np.arange(self.houses * self.outlets) % self.houses
        home, n = homes.draw(rng, self.houses), len(house)
        opened = -rng.integers(100, 3_000, self.houses) * DAY
        reads, none = np.arange(self.size) % self.houses, np.zeros(n, dtype=np.int64)
        created, known = opened[house] + rng.integers(0, 6 * HOUR, n), rng.lognormal(3, 0.7, n)
        busy, read = pareto(rng, self.size, 2.2, 1.25), rng.lognormal(0, 1, self.size)
        staff = accounts(
            rng, homes, home[house], "outlet", DESK, activity=none, group=house, renown=known, created=created
        )
        readers = accounts(rng, homes, home[reads], "reader", Profile(), activity=busy, group=reads, renown=read)
        return pl.concat([staff, readers])

    def posts(self, rng: np.random.Generator, people: People) -> pl.DataFrame:
        """Create articles of the outlets, shares of them by readers in the same words, and everyday posts."""
        outlets, readers = people.split(self.houses * self.outlets)
        house = np.repeat(np.arange(self.houses), 1 + rng.poisson(self.articles * END / DAY, self.houses))
        first = outlets.take(house)  # the first outlet of each house
        out = waking_times(rng, first.zone)
        articles = write(rng, first.language, first.home, links(PUBLISHED + house, np.arange(len(house))))
        outlet, item = takes_part(rng, self.taken_up * (outlets.group[:, None] == house))
        posted = np.minimum(out[item] // MINUTE * MINUTE + rng.integers(0, self.pause + 1, len(item)), END - 1)
        reader, shared = self._shares(rng, readers, house)
        delays = lognormal_delays(rng, len(shared), self.median_latency, self.sigma)
        time = after_sleep(rng, out[shared] + delays, readers.zone[reader])
        kept = time < END
        return pl.concat(
            [
                acts("post", outlets.number[outlet], posted, words=articles[item]),
                acts("post", readers.number[reader[kept]], time[kept], words=articles[shared[kept]]),
                own_posts(rng, readers),
            ]
        )

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Create everyday reactions of the readers."""
        _, readers = people.split(self.houses * self.outlets)
        return own_reactions(rng, readers, world)

    def _shares(self, rng: np.random.Generator, readers: People, house: Ints) -> tuple[Ints, Ints]:
        """Draw the articles of their house that readers share, popular ones most often."""
        n = np.bincount(house, minlength=self.houses)
        start = np.cumsum(n) - n
        reader = np.repeat(np.arange(len(readers)), pareto(rng, len(readers), *self.shared, most=200))
        chosen = readers.group[reader]
        rank = zipf_ranks(rng, n[chosen], 0.7)
        pairs = np.unique(np.stack([reader, start[chosen] + rank]), axis=1)
        return pairs[0], pairs[1]


@dataclass(frozen=True)
class Friends(Part):
    """Small circles of friends with few followers, who mostly answer and retweet each other.

    Parameters
    ----------
    size : int
        Number of accounts, in circles of at most `circle`.
    circle : int
    closeness : tuple of float
        Beta distribution of the share of the circle's posts that a member answers; half as many are retweeted.
    median_latency, sigma : float
        Parameters of the lognormal delay.
    """

    size: int
    circle: int = 8
    closeness: tuple[float, float] = (1, 4)
    median_latency: float = 35 * MINUTE
    sigma: float = 1.5

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Create the accounts; the group is the circle, and each circle has one home."""
        circles = -(-self.size // self.circle)
        group = np.arange(self.size) % circles
        home, activity = homes.draw(rng, circles)[group], pareto(rng, self.size, 6, 1.6)
        renown = rng.lognormal(-2, 0.8, self.size)
        return accounts(rng, homes, home, "friends", FRIEND, activity=activity, group=group, renown=renown)

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Create replies and retweets inside the circle, and everyday reactions."""
        liked = team_retweets(
            rng, people, people, lambda n: rng.beta(*self.closeness, (n, 1)) / 2, world, self.median_latency, self.sigma
        )
        return pl.concat([liked, self._talk(rng, people, world), own_reactions(rng, people, world)])

    def _talk(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Create replies to posts of the circle."""
        return stacked([self._replies(rng, members, posts, world) for members, posts in world.teams(people, people)])

    def _replies(self, rng: np.random.Generator, members: People, posts: Ints, world: World) -> pl.DataFrame:
        chance = np.broadcast_to(rng.beta(*self.closeness, (len(members), 1)), (len(members), len(posts)))
        who, what = takes_part(rng, chance)
        actors, target = members.take(who), posts[what]
        time = reaction_times(rng, world.time[target], actors.zone, self.median_latency, self.sigma)
        words = write(rng, actors.language, actors.home).with_columns(mentioned=pl.Series(world.author[target]))
        return acts("reply", actors.number, time, target=pl.Series(target), words=words)
