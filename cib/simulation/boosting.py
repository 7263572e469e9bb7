"""Boosting: a core that posts, and amplifiers that retweet it, in teams.

Modelled on what Twitter, ASPI and the Stanford Internet Observatory published about the largest of the three
operations that were made known on 12 June 2020. Its posts reach almost nobody outside, so they are not in the feed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from cib.simulation.clock import MINUTE, lognormal_delays, office_times, waking_times
from cib.simulation.draws import Ints, sometimes, takes_part, varied
from cib.simulation.events import acts, marked, stacked
from cib.simulation.everyday import CURIOUS, World, own_posts, own_reactions, scattered
from cib.simulation.population import Batches, Homes, People, Profile, accounts, bought, renamed
from cib.simulation.wording import SITES, approvals, links, slogans

__all__ = ["AMPLIFIER", "ISTANBUL", "MOSCOW", "TEAM_BATCHES", "Boosting", "Signature", "later", "soon"]

#: Hours ahead of UTC.
BEIJING, ISTANBUL, MOSCOW = 8, 3, 3

#: Operations speak of topics, and so use hashtags, of their own; this one of nine from the first.
BOOSTED_TOPICS = (100_000, 9)

#: 78.5 % of the core have no follower, 95 % fewer than eight; hardly any has a description (ASPI).
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


#: From posts (numbers from 0, repeated) to delays in seconds.
Style = Callable[[np.random.Generator, Ints], Ints]


def soon(mean: float) -> Style:
    """Delays of those who watch: exponential, in seconds."""
    return lambda rng, post: 2 + rng.exponential(mean, len(post)).astype(np.int64)


def later(median: float, sigma: float) -> Style:
    """Delays of those who take their time: lognormal, in seconds."""
    return lambda rng, post: lognormal_delays(rng, len(post), median, sigma)


at_once = soon(75)


def when_told(rng: np.random.Generator, post: Ints) -> Ints:
    """Delays of those who are sent a link: the same after a moment common to all, up to an hour later."""
    told = rng.integers(5 * MINUTE, 60 * MINUTE, post.max(initial=0) + 1)
    delays: Ints = told[post] + at_once(rng, post)
    return delays


def at_leisure(rng: np.random.Generator, post: Ints) -> Ints:
    """Delays of those who work through a list: lognormal, half an hour or so."""
    return lognormal_delays(rng, len(post), rng.uniform(20, 60) * MINUTE, 0.8)


#: Teams use one each, in equal numbers.
STYLES: tuple[Style, ...] = (at_once, when_told, at_leisure)


@dataclass(frozen=True)
class Signature:
    """What an operation keeps, more or less, when it begins again with new accounts.

    Parameters
    ----------
    zone : int, optional
        Its office, hours ahead of UTC; where its accounts are at home if not given.
    client : str
        That most of its accounts use.
    grammar : int, optional
        The way its names are made; see :func:`cib.simulation.population.renamed`.
    wording : int, optional
        The forms its slogans prefer.
    sites : tuple of int
        Where a fifth of its posts link to.
    targets : tuple of int
        Ranks, by popularity, of the authors outside that it turns to: each amplifier retweets or mentions
        one for every `aimed` boosts.
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
        """A signature for each number; some share an office, a client or a way to make names."""
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
        """Of the next generation: other names, one site of three, a share of the targets."""
        kept = round(reuse * len(self.targets))
        return replace(
            self,
            grammar=None if self.grammar is None else self.grammar + 1,
            sites=self.sites[:1] + tuple(site + 500_000 for site in self.sites[1:]),
            targets=self.targets[:kept] + tuple(rank + 3_000 for rank in self.targets[kept:]),
        )


@dataclass(frozen=True)
class Boosting:
    """A core that posts and amplifiers that retweet it, in teams.

    Parameters
    ----------
    core, amplifiers : int
        Accounts.
    name : str
    team : int
        Core accounts of a team, about; amplifiers are spread over the teams unevenly.
    core_posts : float
        Mean posts of a core account, geometric: 348,608 tweets by 23,750 accounts.
    quota : int, optional
        Posts of each core account, if all are told to post as much.
    off_hours : float
        Share of these posts at any hour; the others come in office hours, Monday to Friday.
    english : float
        Share of these posts in English; the others are in Chinese.
    amplification : tuple of float
        A team's share of its core's posts that an amplifier acts on lies between these.
    spread, post_spread : float
        Sigma of the lognormal variation of that share between amplifiers, and between posts.
    handful : int
        The fewest acts that an amplifier is asked for.
    across : float
        Acts on posts of any team, for each on one's own.
    comments : float
        Share of acts that are replies with a few words of approval.
    camouflage : float
        Mean everyday acts of an amplifier: posts, and reactions to popular accounts.
    traction : float
        Organic retweets of the core, for each by an amplifier.
    batches : Batches
        How accounts were created: 30 to 100 on a day, a tenth long before.
    language : str
    topics : tuple of int
        Hashtags are those of so many topics from the first.
    styles : tuple of Style
        When amplifiers act; teams use one each, in equal numbers.
    cells : int
        Each post is given to one of so many cells of the team's amplifiers.
    cover : float
        Mean everyday acts of an amplifier beyond `camouflage`, Poisson: about as many for each.
    aged : float
        Share of accounts that were bought: they look and were created as those of anybody.
    mixed : float
        Share of the core that amplifies, too.
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
        """Number of teams."""
        return max(round(self.core / self.team), 1)

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """The core first; the group is the team. Teams are set up one after the other."""
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
        """The posts to boost, and everyday posts of amplifiers."""
        core, amplifiers = people.split(self.core)
        n_posts = rng.geometric(1 / self.core_posts, len(core)) if self.quota is None else self.quota
        authors = core.repeat(np.broadcast_to(n_posts, len(core)))
        off = rng.random(len(authors)) < self.off_hours
        zone = self.signature.zone
        office = authors.zone if zone is None else np.full(len(authors), zone)
        time = np.where(off, waking_times(rng, authors.zone), office_times(rng, office))
        # A team has two topics, and teams share them.
        first, n_topics = self.topics
        topic = first + (authors.group + rng.integers(0, 2, len(authors))) % n_topics
        words = slogans(rng, topic, self.english, self.signature.wording, self._links(rng, len(topic)))
        return pl.concat([acts("post", authors.number, time, words=words), own_posts(rng, amplifiers)])

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """The boosting, what little traction it gets, and camouflage."""
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
        """Retweets of the targets outside, and replies to them."""
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
        """What the amplifiers of one team do for the posts of its core."""
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
