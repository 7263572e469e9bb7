"""Simulate ordinary behaviour: daily posts, and reactions to popular authors with a delay.

Heavy-tailed activity and popularity, communities with favourite authors, lognormal latency, hours by time zone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl

from cib.simulation.clock import MINUTE, after_sleep, lognormal_delays, waking_times
from cib.simulation.draws import Floats, Ints, by_group, masked, pick, takes_part, zipf_ranks
from cib.simulation.events import acts, stacked
from cib.simulation.population import Homes, People
from cib.simulation.wording import write

__all__ = [
    "CURIOUS",
    "Feed",
    "Part",
    "World",
    "own_posts",
    "own_reactions",
    "reaction_times",
    "retweets",
    "scattered",
    "team_retweets",
]

#: Share of everyday actions that are posts that others may react to.
POSTED = 0.22
REACTIONS, REACTION_WEIGHTS = ("retweet", "reply", "quote", "post"), (0.64, 0.18, 0.09, 0.09)

FAVOURITES = 8  # number of authors that receive most reactions from their home
#: Shares of reactions to favourites of the home, to any author of the home, and to any author.
AT_HOME = (0.6, 0.25, 0.15)
#: The same for accounts that react to popular authors everywhere and have no favourites.
CURIOUS = (0.0, 0.2, 0.8)
ZIPF = 1.1  # exponent of popularity by rank
MEDIAN_LATENCY, LATENCY_SIGMA = 40 * MINUTE, 1.8


@dataclass(frozen=True, eq=False)
class Feed:
    """Authors by popularity, and their posts, from which accounts choose what they react to.

    Parameters
    ----------
    everywhere : ndarray of int
        Authors (positions in `first_post`), sorted by decreasing popularity.
    at_home : ndarray of int
        The same, grouped by home.
    home_start, home_size : ndarray of int
        Start and number of the authors of each home in `at_home`.
    first_post, n_posts : ndarray of int
        Start and number of the posts of each author in `posts`.
    posts : ndarray of int
        Numbers of posts, grouped by author.
    """

    everywhere: Ints
    at_home: Ints
    home_start: Ints
    home_size: Ints
    first_post: Ints
    n_posts: Ints
    posts: Ints

    @classmethod
    def of(cls, rng: np.random.Generator, author: Ints, home: Ints, renown: Floats) -> Feed:
        """Create the feed of all posts by authors with a renown.

        Parameters
        ----------
        rng : numpy.random.Generator
        author : ndarray of int, shape (n_posts,)
            Account of each post.
        home, renown : ndarray, shape (n_accounts,)
            Accounts whose renown is nan are not in the feed.
        """
        shown = np.flatnonzero(~np.isnan(renown[author]))
        # Random order within an author, because the first posts are chosen most often.
        shown = shown[np.lexsort((rng.random(len(shown)), author[shown]))]
        accounts, first_post, n_posts = np.unique(author[shown], return_index=True, return_counts=True)
        popularity = renown[accounts] * np.sqrt(n_posts)
        everywhere = np.argsort(-popularity, kind="stable")
        home_size = np.bincount(home[accounts], minlength=home.max() + 1)
        return cls(
            everywhere=everywhere,
            at_home=everywhere[np.argsort(home[accounts][everywhere], kind="stable")],
            home_start=np.cumsum(home_size) - home_size,
            home_size=home_size,
            first_post=first_post,
            n_posts=n_posts,
            posts=shown,
        )

    def posts_of(self, ranks: Ints) -> Ints:
        """Return the numbers of the posts of the authors with these ranks; rank 0 is the most popular."""
        author = self.everywhere[ranks]
        return np.concatenate(
            [
                self.posts[start : start + n]
                for start, n in zip(self.first_post[author], self.n_posts[author], strict=True)
            ]
        )

    def choose(self, rng: np.random.Generator, home: Ints, mix: tuple[float, float, float]) -> Ints:
        """Draw the number of a post for each account, given its home."""
        n = len(home)
        kind = rng.choice(3, n, p=mix)
        size = self.home_size[home]
        favourite = (rng.random(n) * np.minimum(size, FAVOURITES)).astype(np.int64)
        rank = np.where(kind == 0, favourite, zipf_ranks(rng, np.where(kind == 2, len(self.everywhere), size), ZIPF))
        nearby = self.at_home[(self.home_start[home] + rank) % len(self.at_home)]
        author = np.where(kind == 2, self.everywhere[rank % len(self.everywhere)], nearby)
        popular_first = (rng.random(n) ** 2 * self.n_posts[author]).astype(np.int64)
        chosen: Ints = self.posts[self.first_post[author] + popular_first]
        return chosen


@dataclass(frozen=True, eq=False)
class World:
    """State visible to all parts: organic accounts, the posts to act on, and the feed.

    Parameters
    ----------
    organic : People
        Accounts that belong to no operation.
    author, time : ndarray of int, shape (n_posts,)
        Account and time of each post.
    feed : Feed
    """

    organic: People
    author: Ints
    time: Ints
    feed: Feed

    def posts_by(self, authors: People) -> Ints:
        """Return the numbers of the posts of some authors."""
        return np.flatnonzero(np.isin(self.author, authors.number))

    def teams(self, members: People, authors: People) -> Iterator[tuple[People, Ints]]:
        """Yield, for each group, the members and the posts by authors of the same group.

        `authors` must be sorted by number.
        """
        posts = self.posts_by(authors)
        group = authors.group[np.searchsorted(authors.number, self.author[posts])]
        n_groups = int(authors.group.max()) + 1
        for ours, theirs in zip(by_group(members.group, n_groups), by_group(group, n_groups), strict=True):
            yield members.take(ours), posts[theirs]


class Part(Protocol):
    """One population of a scenario; posts and reactions are everyday ones unless a part defines its own."""

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Create its accounts; see :func:`cib.simulation.population.accounts`."""

    def posts(self, rng: np.random.Generator, people: People) -> pl.DataFrame:
        """Create the posts of its `people` that anyone can act on."""
        return own_posts(rng, people)

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Create all other actions of its `people`, given all posts."""
        return own_reactions(rng, people, world)


def own_posts(rng: np.random.Generator, people: People) -> pl.DataFrame:
    """Create the everyday posts of some accounts."""
    authors = people.repeat(rng.binomial(people.activity, POSTED))
    words = write(rng, authors.language, authors.home)
    return acts("post", authors.number, waking_times(rng, authors.zone), words=words)


def own_reactions(
    rng: np.random.Generator, people: People, world: World, mix: tuple[float, float, float] = AT_HOME
) -> pl.DataFrame:
    """Create the everyday retweets, replies, quotes and mentions of some accounts."""
    actors = people.repeat(rng.binomial(people.activity, 1 - POSTED))
    kind = rng.choice(len(REACTIONS), len(actors), p=REACTION_WEIGHTS)
    target = world.feed.choose(rng, actors.home, mix)
    time = reaction_times(rng, world.time[target], actors.zone)
    silent, loud = kind == REACTIONS.index("retweet"), kind != REACTIONS.index("retweet")
    retweets = acts("retweet", actors.number[silent], time[silent], target=target[silent])
    return pl.concat([retweets, _in_words(rng, actors.take(loud), kind[loud], target[loud], time[loud], world)])


def _in_words(
    rng: np.random.Generator, actors: People, kind: Ints, target: Ints, time: Ints, world: World
) -> pl.DataFrame:
    """Create replies and quotes, and posts that mention the author instead of acting on a post."""
    author, mentioning = world.author[target], kind == REACTIONS.index("post")
    names = masked(pl.Series(author), kind == REACTIONS.index("quote"))
    words = write(rng, actors.language, actors.home).with_columns(mentioned=names)
    time = np.where(mentioning, waking_times(rng, actors.zone), time)
    acted_on = masked(pl.Series(target), mentioning)
    return acts(pick(REACTIONS, kind), actors.number, time, target=acted_on, words=words)


def retweets(
    rng: np.random.Generator,
    members: People,
    posts: Ints,
    chance: Floats | float,
    world: World,
    median: float,
    sigma: float,
) -> pl.DataFrame:
    """Create retweets of posts by members of a group.

    Parameters
    ----------
    rng : numpy.random.Generator
    members : People
    posts : ndarray of int
        Numbers of the posts.
    chance : ndarray of float or float
        Probability of each member to retweet each post; broadcast to the shape (members, posts).
    world : World
    median, sigma : float
        Parameters of the lognormal delay.
    """
    who, what = takes_part(rng, np.broadcast_to(chance, (len(members), len(posts))))
    actors, target = members.take(who), posts[what]
    time = reaction_times(rng, world.time[target], actors.zone, median, sigma)
    return acts("retweet", actors.number, time, target=target)


def team_retweets(
    rng: np.random.Generator,
    members: People,
    authors: People,
    share: tuple[float, float] | float | Callable[[int], Floats | float],
    world: World,
    median: float,
    sigma: float,
) -> pl.DataFrame:
    """Create, for each group, retweets by its members of the posts of its authors.

    `share` is the share of the posts that a member retweets: the same for all, drawn for each member from a beta
    distribution, or a function of the number of members; all other parameters are those of :func:`retweets`.
    """

    def chance(n: int) -> Floats | float:
        if callable(share):
            return share(n)
        return rng.beta(*share, (n, 1)) if isinstance(share, tuple) else share

    return stacked(
        [
            retweets(rng, ours, posts, chance(len(ours)), world, median, sigma)
            for ours, posts in world.teams(members, authors)
        ]
    )


def scattered(rng: np.random.Generator, people: People, posts: Ints, n: int, world: World) -> pl.DataFrame:
    """Create `n` retweets of random posts by random people."""
    if not n:
        return stacked([])
    actor, target = people.take(rng.integers(0, len(people), n)), rng.choice(posts, n)
    return acts("retweet", actor.number, reaction_times(rng, world.time[target], actor.zone), target=target)


def reaction_times(
    rng: np.random.Generator,
    posted: Ints,
    zones: Ints,
    median: float = MEDIAN_LATENCY,
    sigma: float = LATENCY_SIGMA,
) -> Ints:
    """Draw the times of reactions to posts: after a lognormal delay, postponed during sleep."""
    return after_sleep(rng, posted + lognormal_delays(rng, len(posted), median, sigma), zones)
