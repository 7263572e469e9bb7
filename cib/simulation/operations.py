"""Parts of a scenario that run an operation.

Modelled on what Twitter, ASPI and the Stanford Internet Observatory published about the three operations
that were made known on 12 June 2020. Their posts reach almost nobody outside, so they are not in the feed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from cib.simulation.clock import END, MINUTE, lognormal_delays, office_times, waking_times
from cib.simulation.draws import Ints, sometimes, takes_part, varied
from cib.simulation.events import acts, marked, stacked
from cib.simulation.everyday import CURIOUS, World, own_posts, own_reactions, retweets, scattered
from cib.simulation.population import Batches, Homes, People, Profile, accounts, bought, renamed
from cib.simulation.wording import LANGUAGES, SITES, approvals, links, slogans, write

__all__ = ["Boosting", "CrossPosting", "Piggybacking", "RetweetRing", "Signature", "later", "soon"]

#: Hours ahead of UTC.
BEIJING, ISTANBUL, MOSCOW = 8, 3, 3

#: Operations speak of topics, and so use hashtags, of their own; boosting, ring and cross-posters apart.
BOOSTED_TOPICS, RING_TOPICS, CROSS_POSTED_TOPICS = (100_000, 9), 100_009, 100_010
#: Cross-posters link to sites that lie beyond those of newsrooms.
OWN_SITES = SITES + 100_000 + np.arange(3)

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

TEAM_BATCHES = Batches(size=(30, 100), days=(5, 200), zone=BEIJING, older=0.1)
RING_BATCHES = Batches(size=(10, 40), days=(60, 700), zone=ISTANBUL, older=0.3)
CROSS_POSTER_BATCHES = Batches(size=(4, 12), days=(200, 1_500), zone=MOSCOW, older=0.3)


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


@dataclass(frozen=True)
class Piggybacking:
    """Accounts that make popular authors look more popular: the first to retweet them, time and again.

    Parameters
    ----------
    size : int
        Accounts.
    name : str
    authors : int
        How many are boosted, of the `among` most popular.
    among : int
    participation : float
        Share of their posts that an account retweets.
    within : int
        Seconds after the post; each moment is as likely as any other.
    camouflage : float
        Mean everyday acts, geometric.
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
        """All amplify."""
        return accounts(
            rng,
            homes,
            homes.draw(rng, self.size, self.language),
            self.name,
            AMPLIFIER,
            activity=rng.geometric(1 / self.camouflage, self.size),
            created=self.batches.draw(rng, self.size),
            operation=self.name,
            role="amplifier",
        )

    def posts(self, rng: np.random.Generator, people: People) -> pl.DataFrame:
        """Everyday posts."""
        return own_posts(rng, people)

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """The boosting, and camouflage."""
        posts = world.feed.posts_of(rng.choice(self.among, self.authors, replace=False))
        who, what = takes_part(rng, np.full((len(people), len(posts)), self.participation))
        time = world.time[posts[what]] + rng.integers(2, self.within + 1, len(what))
        boosts = acts("retweet", people.number[who], time, target=posts[what])
        return pl.concat([marked(boosts), own_reactions(rng, people, world, CURIOUS)])


@dataclass(frozen=True)
class RetweetRing:
    """Accounts that retweet each other, all of them, as in Turkey: 75 % of what they post are retweets.

    Parameters
    ----------
    size : int
        Accounts, in rings of at most `largest`.
    name : str
    mean_posts : float
        Of a member; Poisson, at least one.
    retweets : float
        Mean retweets of a post inside the ring; three make 75 %.
    median_latency, sigma : float
        Of the lognormal delay.
    largest : int
    batches : Batches
        How accounts were created; many were bought or taken over.
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
        """All amplify each other; the group is the ring."""
        return accounts(
            rng,
            homes,
            homes.draw(rng, self.size, "tr"),
            self.name,
            RING_MEMBER,
            activity=rng.geometric(1 / 6, self.size),
            group=np.arange(self.size) % -(-self.size // self.largest),
            created=self.batches.draw(rng, self.size),
            operation=self.name,
            role="amplifier",
        )

    def posts(self, rng: np.random.Generator, people: People) -> pl.DataFrame:
        """Posts to pass round."""
        authors = people.repeat(1 + rng.poisson(self.mean_posts - 1, len(people)))
        words = write(rng, authors.language, np.full(len(authors), RING_TOPICS))
        return acts("post", authors.number, waking_times(rng, authors.zone), words=words)

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Retweets inside the ring, and everyday reactions."""
        passed = [
            retweets(rng, ours, posts, self.retweets / len(ours), world, self.median_latency, self.sigma)
            for ours, posts in world.teams(people, people)
        ]
        return pl.concat([marked(*passed), own_reactions(rng, people, world)])


@dataclass(frozen=True)
class CrossPosting:
    """Accounts that post the same text and link within minutes, as in Russia.

    Parameters
    ----------
    size : int
        Accounts, in groups of at most `largest`.
    name : str
    stories : int
        Texts that each group puts out, in office hours.
    posted_by, retweeted_by : float
        Shares of the group that post a story, and that retweet a post of another.
    pause : float
        Mean delay of a post after the story is there, in seconds, exponential.
    median_latency, sigma : float
        Of the lognormal delay of the retweets.
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
        """Number of groups."""
        return -(-self.size // self.largest)

    def accounts(self, rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
        """Neither much engaged with nor amplifiers: no role. The group is the group."""
        return accounts(
            rng,
            homes,
            homes.draw(rng, self.size, "en"),
            self.name,
            CROSS_POSTER,
            activity=rng.geometric(1 / 8, self.size),
            group=np.arange(self.size) % self.groups,
            created=self.batches.draw(rng, self.size),
            operation=self.name,
        )

    def posts(self, rng: np.random.Generator, people: People) -> pl.DataFrame:
        """Each story by several of the group."""
        n = self.groups * self.stories
        told = office_times(rng, np.full(n, MOSCOW))
        link = links(rng.choice(OWN_SITES, n), np.arange(n))
        stories = write(rng, np.full(n, LANGUAGES.index("en")), np.full(n, CROSS_POSTED_TOPICS), link)
        theirs = people.group[:, None] == np.arange(n) // self.stories
        member, story = takes_part(rng, np.where(theirs, self.posted_by, 0.0))
        time = told[story] + rng.exponential(self.pause, len(story)).astype(np.int64)
        return marked(acts("post", people.number[member], np.minimum(time, END - 1), words=stories[story]))

    def reactions(self, rng: np.random.Generator, people: People, world: World) -> pl.DataFrame:
        """Retweets inside the group, and everyday reactions."""
        passed = [
            retweets(rng, ours, posts, self.retweeted_by, world, self.median_latency, self.sigma)
            for ours, posts in world.teams(people, people)
        ]
        return pl.concat([marked(*passed), own_reactions(rng, people, world)])
