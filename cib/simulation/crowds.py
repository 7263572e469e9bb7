"""Define parts of a scenario with organic crowds that act at the same time without an operation.

Audiences of breaking news, activists with prepared texts, friends who retweet each other, and accounts that declare
that they are automatic. Fans and newsrooms are in ``organic``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cib.simulation.clock import DAY, END, HOUR, MINUTE, lognormal_delays, waking_times
from cib.simulation.draws import pareto, takes_part
from cib.simulation.events import acts, stacked
from cib.simulation.everyday import Part, World, own_posts, own_reactions, retweets, team_retweets
from cib.simulation.population import Homes, People, Profile, accounts
from cib.simulation.wording import SITES, links, write

__all__ = ["Activists", "BreakingNews", "RetweetPods", "Scheduled"]

#: Topics of these crowds, which determine their hashtags.
BURST_TOPIC, FIRST_CAUSE, FIRST_BULLETIN = 90_000, 90_100, 91_000
ACTIVIST = Profile(followers=(180, 1.4), described=0.85, past_posts=1_500)
SCHEDULE = Profile(
    followers=(400, 1.5),
    following=(3, 1.5),
    zero_followers=0,
    default_names=0,
    described=1,
    past_posts=8_000,
    client="scheduler",
)
DISCLOSED = "Automatic account, run by its author. Posts by a schedule."


@dataclass(frozen=True)
class BreakingNews(Part):
    """A crowd that retweets the posts of eyewitnesses within hours of an event.

    Parameters
    ----------
    size : int
        Number of accounts.
    witnesses : int
        Number of unknown accounts that post about the event, twice on average; added to `size`.
    at : int
        Time of the event, in seconds since the start.
    within : int
        Seconds within which the witnesses post.
    eagerness : tuple of float
        Beta distribution of the share of the posts that an account retweets.
    median_latency, sigma : float
        Parameters of the lognormal delay.
    """

    size: int
    witnesses: int = 12
    at: int = 19 * DAY + 15 * HOUR
    within: int = 2 * HOUR
    eagerness: tuple[float, float] = (0.7, 5)
    median_latency: float = 8 * MINUTE
    sigma: float = 1.1

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Create the accounts, first the witnesses, which are ordinary accounts."""
        activity = np.concatenate([np.zeros(self.witnesses, dtype=np.int64), pareto(rng, self.size, 1.8, 1.25)])
        crowds = (("organic", slice(0, self.witnesses)), ("breaking-burst", slice(self.witnesses, None)))
        home = homes.draw(rng, len(activity))
        return pl.concat(
            accounts(rng, homes, home[rows], community, Profile(), activity=activity[rows])
            for community, rows in crowds
        )

    def posts(self, rng: np.random.Generator, people: People) -> pl.DataFrame:
        """Create the posts of witnesses, with one set of hashtags, and everyday posts."""
        witnesses, crowd = people.split(self.witnesses)
        authors = witnesses.repeat(1 + rng.poisson(1, len(witnesses)))
        time = self.at + rng.integers(0, self.within, len(authors))
        words = write(rng, authors.language, np.full(len(authors), BURST_TOPIC))
        return pl.concat([acts("post", authors.number, time, words=words), own_posts(rng, crowd)])

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Create the retweets of witnesses, and everyday reactions."""
        witnesses, crowd = people.split(self.witnesses)
        chance = rng.beta(*self.eagerness, (len(crowd), 1))
        posts = world.posts_by(witnesses)
        burst = retweets(rng, crowd, posts, chance, world, self.median_latency, self.sigma)
        return pl.concat([burst, own_reactions(rng, crowd, world)])


@dataclass(frozen=True)
class Activists(Part):
    """Movements that post the same prepared texts within the same hours, and retweet their organisers.

    Parameters
    ----------
    size : int
        Number of accounts, in movements of at most `largest`.
    organisers : int
        Number of accounts of a movement whose posts the others retweet.
    storms : int
        Number of storms (concerted posting) of a movement.
    texts : int
        Number of prepared texts of a storm.
    joining : tuple of float
        Beta distribution of the share of storms that a member joins.
    loyalty : tuple of float
        Beta distribution of the share of the organisers' posts that a member retweets.
    median_latency, sigma : float
        Parameters of the lognormal delay of posts after the start of the storm and of retweets after the post.
    largest : int
    """

    size: int
    organisers: int = 4
    storms: int = 5
    texts: int = 4
    joining: tuple[float, float] = (1.2, 1.8)
    loyalty: tuple[float, float] = (0.6, 4)
    median_latency: float = 25 * MINUTE
    sigma: float = 1
    largest: int = 150

    @property
    def movements(self) -> int:
        """Return the number of movements."""
        return max(-(-self.size // self.largest), 1)

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Create the accounts, organisers first; the group is the movement, and each movement has one home."""
        movement = np.arange(self.size) % self.movements
        activity = pareto(rng, self.size, 3, 1.3)
        activity[: self._organisers] += 60
        return accounts(
            rng,
            homes,
            homes.draw(rng, self.movements)[movement],
            "activist",
            ACTIVIST,
            activity=activity,
            group=movement,
            renown=rng.lognormal(0, 1, self.size),
        )

    def posts(self, rng: np.random.Generator, people: People) -> pl.DataFrame:
        """Create the posts of the storms, and everyday posts."""
        storm = np.repeat(np.arange(self.movements * self.storms), self.texts)
        first = people.take(storm // self.storms)  # one member of each movement, for its home
        texts = write(rng, first.language, FIRST_CAUSE + first.group)
        at = waking_times(rng, people.zone[np.arange(self.movements * self.storms) // self.storms])
        theirs = people.group[:, None] == np.arange(len(at)) // self.storms
        who, what = takes_part(rng, theirs * rng.beta(*self.joining, (len(people), 1)))
        time = np.minimum(at[what] + lognormal_delays(rng, len(what), self.median_latency, self.sigma), END - 1)
        copied = texts[what * self.texts + rng.integers(0, self.texts, len(what))]
        return pl.concat([acts("post", people.number[who], time, words=copied), own_posts(rng, people)])

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Create retweets of the organisers, and everyday reactions."""
        organisers, members = people.split(self._organisers)
        loyal = team_retweets(rng, members, organisers, self.loyalty, world, self.median_latency, self.sigma)
        return pl.concat([loyal, own_reactions(rng, people, world)])

    @property
    def _organisers(self) -> int:
        return min(self.organisers * self.movements, self.size)


@dataclass(frozen=True)
class RetweetPods(Part):
    """Friends who retweet each other, with shares that vary between members.

    Parameters
    ----------
    size : int
        Number of accounts, in pods of at most `pod`.
    pod : int
    loyalty : tuple of float
        Beta distribution of the share of the pod's posts that a member retweets.
    median_latency, sigma : float
        Parameters of the lognormal delay.
    """

    size: int
    pod: int = 20
    loyalty: tuple[float, float] = (1, 5)
    median_latency: float = 30 * MINUTE
    sigma: float = 1.5

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Create the accounts; the group is the pod, and each pod has one home."""
        pods = -(-self.size // self.pod)
        member = np.arange(self.size) % pods
        home = homes.draw(rng, pods)[member]
        activity, renown = pareto(rng, self.size, 12, 1.6), rng.lognormal(0, 1, self.size)
        return accounts(rng, homes, home, "retweet-pod", Profile(), activity=activity, group=member, renown=renown)

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Create retweets inside the pod, and everyday reactions."""
        favours = team_retweets(rng, people, people, self.loyalty, world, self.median_latency, self.sigma)
        return pl.concat([favours, own_reactions(rng, people, world)])


@dataclass(frozen=True)
class Scheduled(Part):
    """Accounts that declare that they are automatic: bulletins at fixed times, and relays of popular authors.

    Parameters
    ----------
    size : int
        Number of accounts, half of them bulletins and half relays.
    a_day : int
        Number of bulletins of an account per day, at the minute of its service.
    service : int
        Number of accounts of a service: one per town, with the same text and a separate link.
    followed : int
        Number of authors that a relay retweets, of the `among` most popular.
    among : int
    delay : float
        Mean of the exponential delay of a relay, in seconds.
    """

    size: int
    a_day: int = 2
    service: int = 10
    followed: int = 4
    among: int = 60
    delay: float = 10

    @property
    def bulletins(self) -> int:
        """Return the number of accounts that post bulletins."""
        return self.size // 2

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Create the accounts, bulletins first; the group is the service."""
        service = np.arange(self.size) // self.service
        table = accounts(
            rng,
            homes,
            homes.draw(rng, service.max() + 1)[service],
            "scheduled",
            SCHEDULE,
            activity=np.zeros(self.size, dtype=np.int64),
            group=service,
            renown=rng.lognormal(0, 1, self.size),
        )
        return table.with_columns(description=pl.lit(DISCLOSED))

    def posts(self, rng: np.random.Generator, people: People) -> pl.DataFrame:
        """Create the bulletins."""
        towns, _ = people.split(self.bulletins)
        slots = self.a_day * END // DAY
        author = towns.repeat(np.full(len(towns), slots))
        slot = np.tile(np.arange(slots), len(towns))
        minute = rng.integers(0, DAY // self.a_day // MINUTE, len(people))[author.group] * MINUTE
        texts = write(rng, people.language, FIRST_BULLETIN + people.group)["text"]
        first_of_service = np.searchsorted(people.group, author.group)
        words = write(
            rng, author.language, FIRST_BULLETIN + author.group, links(SITES + 50_000 + author.group, author.number)
        ).with_columns(text=texts.gather(first_of_service))
        time = slot * (DAY // self.a_day) + minute + rng.integers(0, 3, len(author))
        return acts("post", author.number, time, words=words)

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Create the retweets of the relays."""
        _, relays = people.split(self.bulletins)
        return stacked([self._relayed(rng, number, world) for number in relays.number])

    def _relayed(self, rng: np.random.Generator, relay: int, world: World) -> pl.DataFrame:
        most = min(self.among, len(world.feed.everywhere))
        posts = world.feed.posts_of(rng.choice(most, self.followed, replace=False))
        time = world.time[posts] + 1 + rng.exponential(self.delay, len(posts)).astype(np.int64)
        return acts("retweet", np.full(len(posts), relay), time, target=posts)
