"""Simulate boosting: a core that posts, and teams of amplifiers that retweet it.

Modelled on publications by Twitter, ASPI and the Stanford Internet Observatory about the largest of the three
operations disclosed on 12 June 2020. Its posts reach almost nobody outside the operation, so they are not in the feed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from cib.simulation.clock import MINUTE, lognormal_delays, office_times, waking_times
from cib.simulation.draws import Ints, sometimes, takes_part, varied
from cib.simulation.events import acts, marked, stacked
from cib.simulation.everyday import CURIOUS, Part, World, own_posts, own_reactions, scattered
from cib.simulation.population import Batches, Homes, People, Profile, accounts, bought, renamed
from cib.simulation.wording import SITES, approvals, links, slogans

__all__ = ["AMPLIFIER", "ISTANBUL", "MOSCOW", "TEAM_BATCHES", "Boosting", "Signature", "later", "soon"]

#: Hours ahead of UTC.
BEIJING, ISTANBUL, MOSCOW = 8, 3, 3

#: First topic and number of topics; operations have separate topics and therefore separate hashtags.
BOOSTED_TOPICS = (100_000, 9)

#: 78.5 % of the core have no followers, 95 % fewer than eight; few have a description (ASPI).
CORE = Profile(
    followers=(3, 1.2),
    following=(8, 1.3),
    zero_followers=0.785,
    default_names=0.8,
    described=0.05,
    past_posts=2,
    client="web",
)
AMPLIFIER = Profile(
    followers=(2, 0.9),
    following=(25, 1.2),
    zero_followers=0.92,
    default_names=0.8,
    described=0.04,
    past_posts=10,
    client="web",
)
TEAM_BATCHES = Batches(size=(30, 100), days=(5, 200), zone=BEIJING, older=0.1)


#: Function of a random generator and post indices (repeated) that returns delays in seconds.
Style = Callable[[np.random.Generator, Ints], Ints]


def soon(mean: float) -> Style:
    """Return a style with exponential delays in seconds, as of accounts that watch for posts."""
    return lambda rng, post: 2 + rng.exponential(mean, len(post)).astype(np.int64)


def later(median: float, sigma: float) -> Style:
    """Return a style with lognormal delays in seconds."""
    return lambda rng, post: lognormal_delays(rng, len(post), median, sigma)


at_once = soon(75)


def when_told(rng: np.random.Generator, post: Ints) -> Ints:
    """Draw delays around one instruction per post: a common delay of 5 to 60 minutes, plus an exponential one."""
    told = rng.integers(5 * MINUTE, 60 * MINUTE, post.max(initial=0) + 1)
    delays: Ints = told[post] + at_once(rng, post)
    return delays


def at_leisure(rng: np.random.Generator, post: Ints) -> Ints:
    """Draw lognormal delays with a median of 20 to 60 minutes, as of accounts that work through a list."""
    return lognormal_delays(rng, len(post), rng.uniform(20, 60) * MINUTE, 0.8)


#: Each team uses one style; styles are equally frequent.
STYLES: tuple[Style, ...] = (at_once, when_told, at_leisure)


@dataclass(frozen=True)
class Signature:
    """Properties that an operation partly keeps when it restarts with new accounts.

    Parameters
    ----------
    zone : int, optional
        Time zone of its office in hours ahead of UTC; by default that of its accounts.
    client : str
        Client that most of its accounts use.
    grammar : int, optional
        Pattern of its account names; see :func:`cib.simulation.population.renamed`.
    wording : int, optional
        Code of the preferred forms of its slogans, see :func:`cib.simulation.wording.slogans`.
    sites : tuple of int
        Sites that a fifth of its posts link to.
    targets : tuple of int
        Popularity ranks of the outside authors that it retweets or mentions, once for every `aimed` boosts.
    aimed : float
    """

    zone: int | None = None
    client: str = "web"
    grammar: int | None = None
    wording: int | None = None
    sites: tuple[int, ...] = ()
    targets: tuple[int, ...] = ()
    aimed: float = 0

    @classmethod
    def of(cls, number: int) -> Signature:
        """Return the signature of a number; signatures may share an office, a client or a name pattern."""
        rng = np.random.default_rng(number)
        return cls(
            zone=int(rng.choice([BEIJING, ISTANBUL, MOSCOW, 1, -5])),
            client=str(rng.choice(["web", "android", "ios", "scheduler"])),
            grammar=int(rng.integers(0, 5)),
            wording=int(rng.integers(0, 216)),
            sites=tuple(int(site) for site in SITES + 200_000 + 3 * number + np.arange(3)),
            targets=tuple(int(rank) for rank in rng.choice(np.arange(300, 3_000), 10, replace=False)),
            aimed=4,
        )

    def again(self, reuse: float) -> Signature:
        """Return the signature of the next generation: new names, one of three sites, a share of the targets."""
        kept = round(reuse * len(self.targets))
        return replace(
            self,
            grammar=None if self.grammar is None else self.grammar + 1,
            sites=self.sites[:1] + tuple(site + 500_000 for site in self.sites[1:]),
            targets=self.targets[:kept] + tuple(rank + 3_000 for rank in self.targets[kept:]),
        )


@dataclass(frozen=True)
class Boosting(Part):
    """A core that posts, and teams of amplifiers that retweet it.

    Parameters
    ----------
    core, amplifiers : int
        Numbers of accounts.
    name : str
    team : int
        Approximate number of core accounts of a team; amplifiers are distributed unevenly over the teams.
    core_posts : float
        Mean number of posts of a core account, geometric: 348,608 tweets by 23,750 accounts.
    quota : int, optional
        Number of posts of each core account, if it is the same for all.
    off_hours : float
        Share of these posts at any hour; the others are made in office hours, Monday to Friday.
    english : float
        Share of these posts in English; the others are in Chinese.
    amplification : tuple of float
        Range of the team's mean share of core posts that an amplifier acts on.
    spread, post_spread : float
        Sigma of the lognormal variation of that share between amplifiers, and between posts.
    handful : int
        Minimum expected number of actions of an amplifier.
    across : float
        Number of actions on posts of any team per action on posts of the own team.
    comments : float
        Share of actions that are replies with a few words of approval.
    camouflage : float
        Mean number of everyday actions of an amplifier: posts, and reactions to popular accounts.
    traction : float
        Number of organic retweets of the core per boost.
    batches : Batches
        Distribution of creation times: 30 to 100 accounts on a day, a tenth long before.
    language : str
    topics : tuple of int
        First topic and number of topics.
    styles : tuple of Style
        Distributions of delays; each team uses one, and they are equally frequent.
    cells : int
        Number of cells of a team's amplifiers; each post is assigned to one cell.
    cover : float
        Mean number of everyday actions of an amplifier beyond `camouflage`, Poisson, similar for all.
    aged : float
        Share of accounts that were bought: profile and creation time as of ordinary accounts.
    mixed : float
        Share of the core that also amplifies.
    signature : Signature
    """

    core: int
    amplifiers: int
    name: str = "takedown-2020"
    team: int = 6
    core_posts: float = 348_608 / 23_750
    quota: int | None = None
    off_hours: float = 0.1
    english: float = 0.15
    amplification: tuple[float, float] = (0.1, 0.4)
    spread: float = 0.15
    post_spread: float = 0.4
    handful: int = 8
    across: float = 0.08
    comments: float = 0.05
    camouflage: float = 8
    traction: float = 0.02
    batches: Batches = TEAM_BATCHES
    language: str = "zh"
    topics: tuple[int, int] = BOOSTED_TOPICS
    styles: tuple[Style, ...] = STYLES
    cells: int = 1
    cover: float = 0
    aged: float = 0
    mixed: float = 0
    signature: Signature = Signature()

    @property
    def teams(self) -> int:
        """Return the number of teams."""
        return max(round(self.core / self.team), 1)

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Create the accounts, core first; the group is the team. Teams are created one after the other."""
        team = self._teams(rng)
        created = np.empty_like(team)
        created[np.argsort(team, kind="stable")] = self.batches.draw(rng, len(team))
        home = homes.draw(rng, len(team), self.language)
        camouflage = rng.geometric(1 / self.camouflage, self.amplifiers) + rng.poisson(self.cover, self.amplifiers)
        busy = np.concatenate([rng.poisson(1.5, self.core), camouflage])
        kinds = ((slice(0, self.core), "highly_engaged", CORE), (slice(self.core, None), "amplifier", AMPLIFIER))
        members = pl.concat(
            accounts(
                rng,
                homes,
                home[rows],
                self.name,
                replace(profile, client=self.signature.client),
                activity=busy[rows],
                group=team[rows],
                created=created[rows],
                operation=self.name,
                role=role,
            )
            for rows, role, profile in kinds
        )
        if self.signature.grammar is not None:
            members = renamed(rng, members, self.signature.grammar)
        both = pl.int_range(pl.len()) < self._n_mixed
        return bought(rng, members.with_columns(role=pl.when(both).then(pl.lit("both")).otherwise("role")), self.aged)

    def posts(self, rng: np.random.Generator, people: People) -> pl.DataFrame:
        """Create the posts to boost, and everyday posts of amplifiers."""
        core, amplifiers = people.split(self.core)
        n_posts = rng.geometric(1 / self.core_posts, len(core)) if self.quota is None else self.quota
        authors = core.repeat(np.broadcast_to(n_posts, len(core)))
        off = rng.random(len(authors)) < self.off_hours
        zone = self.signature.zone
        office = authors.zone if zone is None else np.full(len(authors), zone)
        time = np.where(off, waking_times(rng, authors.zone), office_times(rng, office))
        # Each team has two topics, which it shares with other teams.
        first, n_topics = self.topics
        topic = first + (authors.group + rng.integers(0, 2, len(authors))) % n_topics
        words = slogans(rng, topic, self.english, self.signature.wording, self._links(rng, len(topic)))
        return pl.concat([acts("post", authors.number, time, words=words), own_posts(rng, amplifiers)])

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Create the boosts, the organic retweets of the core, and camouflage."""
        core, _ = people.split(self.core)
        amplifiers = people.take(np.concatenate([np.arange(self._n_mixed), np.arange(self.core, len(people))]))
        styles = rng.permutation(np.arange(self.teams) % len(self.styles))
        boosts = [
            self._boosts(rng, members, posts, self.styles[style], world)
            for (members, posts), style in zip(world.teams(amplifiers, core), styles, strict=True)
        ]
        boosted, posts = sum(table.height for table in boosts), world.posts_by(core)
        elsewhere = scattered(rng, amplifiers, posts, rng.poisson(self.across * boosted), world)
        traction = scattered(rng, world.organic, posts, rng.poisson(self.traction * boosted), world)
        aimed = self._aimed(rng, amplifiers, boosted, world)
        return pl.concat([marked(*boosts, elsewhere), traction, aimed, own_reactions(rng, people, world, CURIOUS)])

    @property
    def _n_mixed(self) -> int:
        return round(self.mixed * self.core)

    def _links(self, rng: np.random.Generator, n: int) -> pl.Series | None:
        if not self.signature.sites:
            return None
        linked = links(rng.choice(self.signature.sites, n), rng.integers(0, 40, n))
        return sometimes(rng, linked, 0.2)

    def _aimed(self, rng: np.random.Generator, amplifiers: People, boosted: int, world: World) -> pl.DataFrame:
        """Create retweets of and replies to the outside targets."""
        if not self.signature.targets:
            return stacked([])
        ranks = np.array(self.signature.targets) % len(world.feed.everywhere)
        n = rng.poisson(boosted / self.signature.aimed)
        acted = scattered(rng, amplifiers, world.feed.posts_of(ranks), n, world)
        talks = np.arange(n) % 4 == 0
        told = acted.filter(pl.Series(talks))
        words = approvals(rng, told.height).with_columns(
            mentioned=world.author[told["target"].to_numpy().astype(np.int64)]
        )
        replies = acts("reply", told["account"].to_numpy(), told["time"].to_numpy(), target=told["target"], words=words)
        return pl.concat([acted.filter(pl.Series(~talks)), replies])

    def _teams(self, rng: np.random.Generator) -> Ints:
        share = rng.dirichlet(np.full(self.teams, 8))
        return np.concatenate([np.arange(self.core) % self.teams, rng.choice(self.teams, self.amplifiers, p=share)])

    def _boosts(
        self, rng: np.random.Generator, members: People, posts: Ints, style: Style, world: World
    ) -> pl.DataFrame:
        """Create the actions of one team's amplifiers on the posts of its core."""
        share = rng.uniform(*self.amplification) * varied(rng, len(members), self.spread)
        share = np.maximum(share, self.handful / len(posts))
        chance = share[:, None] * varied(rng, len(posts), self.post_spread)
        if self.cells > 1:
            chance *= np.arange(len(members))[:, None] % self.cells == rng.integers(0, self.cells, len(posts))
        who, what = takes_part(rng, chance)
        actor, target = members.number[who], posts[what]
        time = world.time[target] + style(rng, what)
        talks = rng.random(len(who)) < self.comments
        words = approvals(rng, int(talks.sum())).with_columns(mentioned=world.author[target[talks]])
        return pl.concat(
            [
                acts("retweet", actor[~talks], time[~talks], target=target[~talks]),
                acts("reply", actor[talks], time[talks], target=target[talks], words=words),
            ]
        )
