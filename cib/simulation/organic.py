"""Define organic parts of a scenario: ordinary accounts, and crowds that resemble operations.

Fans, newsrooms and the audience of a viral post do the same things at the same time for independent reasons. A detector
must not report them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cib.simulation.clock import DAY, END, HOUR, MINUTE, lognormal_delays, waking_times
from cib.simulation.draws import Ints, pareto
from cib.simulation.events import acts
from cib.simulation.everyday import Part, World, own_posts, own_reactions, scattered, team_retweets
from cib.simulation.population import Homes, People, Profile, accounts
from cib.simulation.wording import SITES, links, write

__all__ = ["Fandoms", "Newsrooms", "Ordinary", "ViralPost"]

FAMOUS = Profile(followers=(900_000, 0.9), zero_followers=0, default_names=0, described=1, past_posts=4_000)
FAN = Profile(followers=(90, 1.6), past_posts=2_500)
DESK = Profile(
    followers=(60_000, 0.8), zero_followers=0, default_names=0, described=1, past_posts=20_000, client="scheduler"
)
REPORTER = Profile(followers=(1_500, 1), zero_followers=0, described=0.95)


@dataclass(frozen=True)
class Ordinary(Part):
    """Accounts with communities, favourites and habits, and some celebrities.

    Parameters
    ----------
    size : int
        Number of accounts.
    least, shape : float
        Minimum and exponent of the Pareto distribution of everyday actions.
    celebrities : float
        Share of accounts that are celebrities, at least four.
    """

    size: int
    least: float = 2.2
    shape: float = 1.25
    celebrities: float = 0.0005

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Create the accounts, celebrities first."""
        famous = max(round(self.size * self.celebrities), 4)
        rest = self.size - famous
        activity = pareto(rng, rest, self.least, self.shape)
        home, renown = homes.draw(rng, rest), rng.lognormal(0, 1, rest)
        ordinary = accounts(rng, homes, home, "organic", Profile(), activity=activity, renown=renown)
        return pl.concat([celebrities(rng, homes, np.zeros(famous, dtype=np.int64)), ordinary])


@dataclass(frozen=True)
class Fandoms(Part):
    """Fans who retweet their idols' posts within minutes.

    Parameters
    ----------
    size : int
        Number of fans, in fandoms of at most `largest`.
    community : str
    idols : int
        Number of idols of a fandom, who are celebrities and added to `size`.
    idol_posts : float
        Mean number of posts of an idol.
    devotion : tuple of float or float
        Beta distribution of the share of the idols' posts that a fan retweets, or the same share for all.
        The heavy tail of the former distinguishes an audience from accounts that work through a list.
    median_latency, sigma : float
        Parameters of the lognormal delay.
    largest : int
    casual : int
        Number of other organic accounts that retweet some of the idols' posts, `casual_acts` each on average.
    casual_acts : float
    profile : Profile
        Profile of the fans.
    joined : tuple of int, optional
        First and last day, relative to the start, on which the fans created their accounts; by default they were
        created over the years.
    """

    size: int
    community: str = "fandom"
    idols: int = 1
    idol_posts: float = 50
    devotion: tuple[float, float] | float = (0.4, 1.6)
    median_latency: float = 4 * MINUTE
    sigma: float = 1.3
    largest: int = 2_000
    casual: int = 0
    casual_acts: float = 3
    profile: Profile = FAN
    joined: tuple[int, int] | None = None

    @property
    def fandoms(self) -> int:
        """Return the number of fandoms."""
        return max(-(-self.size // self.largest), 1)

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Create the accounts, idols first; the group is the fandom."""
        fandom = np.arange(self.size) % self.fandoms
        activity, renown = pareto(rng, self.size, 1.2, 1.4), rng.lognormal(-0.5, 0.8, self.size)
        home = homes.draw(rng, self.size)
        created = None if self.joined is None else rng.integers(self.joined[0] * DAY, self.joined[1] * DAY, self.size)
        fans = accounts(
            rng,
            homes,
            home,
            self.community,
            self.profile,
            activity=activity,
            group=fandom,
            renown=renown,
            created=created,
        )
        return pl.concat([celebrities(rng, homes, np.repeat(np.arange(self.fandoms), self.idols)), fans])

    def posts(self, rng: np.random.Generator, people: People) -> pl.DataFrame:
        """Create the frequent posts of the idols, and everyday posts of the fans."""
        idols, fans = self._idols_and_fans(people)
        stars = idols.repeat(1 + rng.poisson(self.idol_posts - 1, len(idols)))
        words = write(rng, stars.language, stars.home)
        return pl.concat([acts("post", stars.number, waking_times(rng, stars.zone), words=words), own_posts(rng, fans)])

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Create the fans' retweets of their idols, everyday reactions, and retweets by casual accounts."""
        idols, fans = self._idols_and_fans(people)
        cheers = team_retweets(rng, fans, idols, self.devotion, world, self.median_latency, self.sigma)
        outer = world.organic.take(rng.integers(0, len(world.organic), self.casual))
        acts_of_outer = rng.poisson(self.casual_acts * self.casual)
        passing = scattered(rng, outer, world.posts_by(idols), acts_of_outer, world)
        return pl.concat([cheers, own_reactions(rng, fans, world), passing])

    def _idols_and_fans(self, people: People) -> tuple[People, People]:
        return people.split(self.idols * self.fandoms)


@dataclass(frozen=True)
class Newsrooms(Part):
    """Newsrooms of a desk, sections that post the desk's links, and reporters who retweet the desk.

    Parameters
    ----------
    size : int
        Number of accounts, in houses of `house`.
    articles : float
        Mean number of posts of a desk per day, scheduled at multiples of five minutes.
    house : int
    sections : int
        Number of accounts of a house that also post some of the desk's links.
    taken_up : float
        Share of the links that a section posts.
    loyalty : tuple of float
        Beta distribution of the share of the desk's posts that a member of staff retweets.
    median_latency, sigma : float
        Parameters of the lognormal delay of these retweets.
    """

    size: int
    articles: float = 8
    house: int = 12
    sections: int = 3
    taken_up: float = 0.3
    loyalty: tuple[float, float] = (1.5, 10)
    median_latency: float = 25 * MINUTE
    sigma: float = 1.2

    @property
    def houses(self) -> int:
        """Return the number of houses."""
        return max(round(self.size / self.house), 1)

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Create the accounts, desks first, then the staff of all houses in turn; the group is the house."""
        home, n = homes.draw(rng, self.houses), self.size - self.houses
        desk, staff = np.arange(self.houses), np.arange(n) % self.houses
        none, some = np.zeros(self.houses, dtype=np.int64), pareto(rng, n, 4, 1.5)
        known, read = rng.lognormal(4, 0.5, self.houses), rng.lognormal(1, 0.8, n)
        return pl.concat(
            [
                accounts(rng, homes, home, "newsroom", DESK, activity=none, group=desk, renown=known),
                accounts(rng, homes, home[staff], "newsroom", REPORTER, activity=some, group=staff, renown=read),
            ]
        )

    def posts(self, rng: np.random.Generator, people: People) -> pl.DataFrame:
        """Create articles of the desks, posts with the same links by their sections, and everyday posts."""
        desk = np.repeat(np.arange(self.houses), rng.poisson(self.articles * END / DAY, self.houses))
        time = waking_times(rng, people.zone[desk]) // (5 * MINUTE) * (5 * MINUTE)
        link = links(SITES + desk, np.arange(len(desk)))
        articles = [_linking(rng, people.take(desk), time, link)]
        for section in range(1, self.sections + 1):
            member = desk + section * self.houses
            copied = np.flatnonzero((rng.random(len(desk)) < self.taken_up) & (member < len(people)))
            later = np.minimum(time[copied] + lognormal_delays(rng, len(copied), 6 * MINUTE, 1), END - 1)
            articles.append(_linking(rng, people.take(member[copied]), later, link.gather(copied)))
        return pl.concat([*articles, own_posts(rng, people)])

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Create retweets of the desk by its staff, and everyday reactions."""
        desks, staff = people.split(self.houses)
        shared = team_retweets(rng, staff, desks, self.loyalty, world, self.median_latency, self.sigma)
        return pl.concat([shared, own_reactions(rng, staff, world)])


@dataclass(frozen=True)
class ViralPost(Part):
    """One post of an unknown account that a tenth of all accounts retweet within hours.

    Parameters
    ----------
    casual : int
        Number of accounts without any other action.
    guests : int
        Number of other organic accounts that retweet it.
    at : int
        Time of the post, in seconds since the start.
    median_latency, sigma : float
        Parameters of the lognormal delay.
    """

    casual: int
    guests: int
    at: int = 12 * DAY + 17 * HOUR
    median_latency: float = 100 * MINUTE
    sigma: float = 0.9

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Create the author, an ordinary account, then the casual accounts."""
        kinds = (("organic", 1), ("viral-post", self.casual))
        return pl.concat(
            accounts(rng, homes, homes.draw(rng, n), community, Profile(), activity=np.zeros(n, dtype=np.int64))
            for community, n in kinds
        )

    def posts(self, rng: np.random.Generator, people: People) -> pl.DataFrame:
        """Create the post."""
        author, _ = people.split(1)
        return acts("post", author.number, np.array([self.at]), words=write(rng, author.language, author.home))

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Create its retweets, without postponement during sleep, since the crowd spans all time zones."""
        author, casual = people.split(1)
        others = np.setdiff1d(world.organic.number, people.number)
        crowd = np.concatenate([casual.number, rng.choice(others, self.guests, replace=False)])
        time = self.at + lognormal_delays(rng, len(crowd), self.median_latency, self.sigma)
        return acts("retweet", crowd, time, target=np.repeat(world.posts_by(author), len(crowd)))


def celebrities(rng: np.random.Generator, homes: Homes, group: Ints) -> pl.DataFrame:
    """Create one celebrity for each entry of `group`."""
    n = len(group)
    home, activity, renown = homes.draw(rng, n), rng.poisson(120, n), rng.lognormal(6, 0.7, n)
    return accounts(rng, homes, home, "celebrity", FAMOUS, activity=activity, group=group, renown=renown)


def _linking(rng: np.random.Generator, authors: People, time: Ints, link: pl.Series) -> pl.DataFrame:
    """Create posts with the given links."""
    return acts("post", authors.number, time, words=write(rng, authors.language, authors.home, link))
