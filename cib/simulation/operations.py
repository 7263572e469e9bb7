"""Define parts of a scenario that run operations other than boosting.

Ring and cross-posters are modelled on publications by ASPI and the Stanford Internet Observatory about the two smaller
operations of 12 June 2020. Their posts reach almost nobody outside the operation, so they are not in the feed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cib.simulation.boosting import AMPLIFIER, ISTANBUL, MOSCOW, TEAM_BATCHES
from cib.simulation.clock import END, MINUTE, office_times, waking_times
from cib.simulation.draws import takes_part
from cib.simulation.events import acts, marked
from cib.simulation.everyday import CURIOUS, Part, World, own_reactions, team_retweets
from cib.simulation.population import Batches, Homes, People, Profile, recruits
from cib.simulation.wording import LANGUAGES, SITES, links, write

__all__ = ["CrossPosting", "Piggybacking", "RetweetRing"]

#: Topics of these operations, which determine their hashtags.
RING_TOPICS, CROSS_POSTED_TOPICS = 100_009, 100_010
#: Sites of cross-posters, distinct from those of newsrooms.
OWN_SITES = SITES + 100_000 + np.arange(3)

RING_MEMBER = Profile(
    followers=(40, 1.2),
    following=(300, 0.8),
    zero_followers=0.05,
    default_names=0.6,
    described=0.5,
    past_posts=500,
    client="android",
)
CROSS_POSTER = Profile(
    followers=(400, 1),
    following=(350, 0.8),
    zero_followers=0.01,
    default_names=0.3,
    described=0.8,
    past_posts=2_000,
    client="scheduler",
)

RING_BATCHES = Batches(size=(10, 40), days=(60, 700), zone=ISTANBUL, older=0.3)
CROSS_POSTER_BATCHES = Batches(size=(4, 12), days=(200, 1_500), zone=MOSCOW, older=0.3)


@dataclass(frozen=True)
class Piggybacking(Part):
    """Accounts that boost popular authors by being the first to retweet them, repeatedly.

    Parameters
    ----------
    size : int
        Number of accounts.
    name : str
    authors : int
        Number of authors that are boosted, of the `among` most popular.
    among : int
    participation : float
        Share of the authors' posts that an account retweets.
    within : int
        Maximum delay in seconds; the delay is uniform.
    camouflage : float
        Mean number of everyday actions, geometric.
    language : str
    batches : Batches
    """

    size: int
    name: str
    authors: int = 3
    among: int = 30
    participation: float = 0.4
    within: int = 90
    camouflage: float = 8
    language: str = "en"
    batches: Batches = TEAM_BATCHES

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Create the accounts, all amplifiers."""
        return recruits(
            rng, homes, self.size, self.language, AMPLIFIER, self.name, self.camouflage, self.batches, role="amplifier"
        )

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Create the boosts, and camouflage."""
        posts = world.feed.posts_of(rng.choice(self.among, self.authors, replace=False))
        who, what = takes_part(rng, np.full((len(people), len(posts)), self.participation))
        time = world.time[posts[what]] + rng.integers(2, self.within + 1, len(what))
        boosts = acts("retweet", people.number[who], time, target=posts[what])
        return pl.concat([marked(boosts), own_reactions(rng, people, world, CURIOUS)])


@dataclass(frozen=True)
class RetweetRing(Part):
    """Accounts that all retweet each other, as in Turkey, where 75 % of their posts were retweets.

    Parameters
    ----------
    size : int
        Number of accounts, in rings of at most `largest`.
    name : str
    mean_posts : float
        Mean number of posts of a member; Poisson, at least one.
    retweets : float
        Mean number of retweets of a post inside the ring; 3 corresponds to 75 % retweets.
    median_latency, sigma : float
        Parameters of the lognormal delay.
    largest : int
    batches : Batches
        Distribution of creation times; many accounts were bought or taken over.
    """

    size: int
    name: str = "retweet-ring"
    mean_posts: float = 8
    retweets: float = 3
    median_latency: float = 12 * MINUTE
    sigma: float = 1.2
    largest: int = 80
    batches: Batches = RING_BATCHES

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Create the accounts, all amplifiers; the group is the ring."""
        ring = np.arange(self.size) % -(-self.size // self.largest)
        return recruits(rng, homes, self.size, "tr", RING_MEMBER, self.name, 6, self.batches, ring, "amplifier")

    def posts(self, rng: np.random.Generator, people: People) -> pl.DataFrame:
        """Create the posts that the ring retweets."""
        authors = people.repeat(1 + rng.poisson(self.mean_posts - 1, len(people)))
        words = write(rng, authors.language, np.full(len(authors), RING_TOPICS))
        return acts("post", authors.number, waking_times(rng, authors.zone), words=words)

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Create retweets inside the ring, and everyday reactions."""
        passed = team_retweets(rng, people, people, lambda n: self.retweets / n, world, self.median_latency, self.sigma)
        return pl.concat([marked(passed), own_reactions(rng, people, world)])


@dataclass(frozen=True)
class CrossPosting(Part):
    """Accounts that post the same text and link within minutes, as in Russia.

    Parameters
    ----------
    size : int
        Number of accounts, in groups of at most `largest`.
    name : str
    stories : int
        Number of texts of each group, released in office hours.
    posted_by, retweeted_by : float
        Shares of the group that post a story, and that retweet a post of another member.
    pause : float
        Mean of the exponential delay of a post after the release of the story, in seconds.
    median_latency, sigma : float
        Parameters of the lognormal delay of the retweets.
    largest : int
    batches : Batches
    """

    size: int
    name: str = "cross-posters"
    stories: int = 40
    posted_by: float = 0.5
    retweeted_by: float = 0.05
    pause: float = 4 * MINUTE
    median_latency: float = 5 * MINUTE
    sigma: float = 1
    largest: int = 15
    batches: Batches = CROSS_POSTER_BATCHES

    @property
    def groups(self) -> int:
        """Return the number of groups."""
        return -(-self.size // self.largest)

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Create the accounts, without a role; the group is the posting group."""
        group = np.arange(self.size) % self.groups
        return recruits(rng, homes, self.size, "en", CROSS_POSTER, self.name, 8, self.batches, group)

    def posts(self, rng: np.random.Generator, people: People) -> pl.DataFrame:
        """Create posts of each story by several members of the group."""
        n = self.groups * self.stories
        told = office_times(rng, np.full(n, MOSCOW))
        link = links(rng.choice(OWN_SITES, n), np.arange(n))
        stories = write(rng, np.full(n, LANGUAGES.index("en")), np.full(n, CROSS_POSTED_TOPICS), link)
        theirs = people.group[:, None] == np.arange(n) // self.stories
        member, story = takes_part(rng, np.where(theirs, self.posted_by, 0.0))
        time = told[story] + rng.exponential(self.pause, len(story)).astype(np.int64)
        return marked(acts("post", people.number[member], np.minimum(time, END - 1), words=stories[story]))

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Create retweets inside the group, and everyday reactions."""
        passed = team_retweets(rng, people, people, self.retweeted_by, world, self.median_latency, self.sigma)
        return pl.concat([marked(passed), own_reactions(rng, people, world)])
