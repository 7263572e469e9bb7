"""Ordinary accounts: the follow graph, and the spread of posts along it."""

from __future__ import annotations

import numpy as np
import polars as pl
from stage import Posts, Stage
from wording import links


class Draw:
    """Draw members of groups by weight, many at once."""

    def __init__(self, group: np.ndarray, weight: np.ndarray, groups: int) -> None:
        self.order = np.argsort(group, kind="stable")
        self.sums = np.concatenate([[0.0], np.cumsum(weight[self.order])])
        ends = np.searchsorted(group[self.order], np.arange(groups + 1))
        self.low, self.high = self.sums[ends[:-1]], self.sums[ends[1:]]

    @property
    def total(self) -> np.ndarray:
        return self.high - self.low

    def __call__(self, rng: np.random.Generator, group: np.ndarray) -> np.ndarray:
        """Draw the position of a member of each group; groups must not be empty."""
        level = self.low[group] + rng.random(len(group)) * self.total[group]
        place = np.searchsorted(self.sums, level, side="right") - 1
        return self.order[np.minimum(place, len(self.order) - 1)]


class Town:
    """Accounts of several circles, with followers, favourites and conversations.

    All accounts on the stage follow others; those with an everyday life also post, repost, reply and mention.
    Popularity, activity, reciprocity and the share of each kind of action are drawn from wide priors.
    """

    def __init__(self, stage: Stage, size: int) -> None:
        self.stage = stage
        rng = stage.rng
        self.residents = stage.join(size, "general", fame=rng.lognormal(0, stage.between(1.2, 2.1), size))
        self.mutual = stage.between(0.15, 0.6)
        self.tail = stage.between(1.1, 1.9)
        self.least = stage.between(1, 2.5)
        self.reshares, self.replies = stage.about(0.3, 1.6), stage.about(0.1, 0.5)
        self.slow, self.spread_out = stage.about(900, 7_200), stage.between(1.3, 2.0)
        self.sites = stage.new_sites(60)
        self.posts: Posts

    def settle(self) -> None:
        """Draw the follow graph, once all accounts have joined, and adjust the profiles."""
        stage, rng = self.stage, self.stage.rng
        n, language = stage.size, stage.people["language"]
        circles = max(n // 300, 1)
        self.circle = rng.integers(0, circles, n) * 10 + language
        fame = stage.people["fame"]
        near, far = Draw(self.circle, fame, circles * 10), Draw(np.zeros(n, dtype=np.int64), fame, 1)
        degree = np.minimum(rng.lognormal(np.log(stage.between(12, 35)), 0.9, n), 400).astype(np.int64)
        follower = np.repeat(np.arange(n), degree)
        everywhere = rng.random(len(follower)) < stage.between(0.15, 0.4)
        followed = near(rng, self.circle[follower])
        followed[everywhere] = far(rng, np.zeros(int(everywhere.sum()), dtype=np.int64))
        back = rng.random(len(follower)) < self.mutual * (fame[followed] < np.quantile(fame, 0.95))
        edges = np.stack([np.append(follower, followed[back]), np.append(followed, follower[back])])
        edges = np.unique(edges[:, edges[0] != edges[1]], axis=1)
        self.follower, self.followed = edges
        self.activity = np.minimum(self.least * (1 + rng.pareto(self.tail, n)), 600)
        self.eager = self.activity * rng.lognormal(0, 0.7, n)
        self.audience = Draw(self.followed, self.eager[self.follower], n)
        self.living = np.flatnonzero(stage.people["until"] > 0)
        self._show_degrees()

    def _show_degrees(self) -> None:
        """Set the followers of residents in proportion to their degree in the follow graph."""
        n, rng, own = self.stage.size, self.stage.rng, self.residents
        for name, end in (("followers", self.followed), ("following", self.follower)):
            degree = np.bincount(end, minlength=n)[own]
            self.stage.people[name][own] = (degree * rng.lognormal(0.8, 0.9, len(own))).astype(np.int64)

    # ------------------------------------------------------------ behaviour
    def act(self) -> None:
        """Create everyday posts, reposts along the graph, conversations and mentions."""
        self.posts = self.post(self.living, self.stage.between(0.2, 0.45))
        self.spread(self.posts, self.reshares)
        self.converse(self.posts, self.replies)
        self.mention_friends()

    def post(self, who: np.ndarray, share: float) -> Posts:
        """Create everyday posts, some with a hashtag of the circle or a popular link."""
        stage, rng = self.stage, self.stage.rng
        who = np.repeat(who, rng.poisson(self.activity[who] * share))
        when = stage.moments(who)
        who, when = self._alive(who, when)
        n = len(who)
        rank = np.minimum(rng.zipf(1.7, n), 12)
        tags = pl.Series(self.circle[who]).cast(pl.String) + "x" + pl.Series(rank).cast(pl.String)
        site, page = self.sites[np.minimum(rng.zipf(1.5, n), 60) - 1], np.minimum(rng.zipf(1.25, n), 9_000)
        return stage.says(
            "post",
            who,
            when,
            tags=sometimes(rng, tags, 0.18),
            url=sometimes(rng, links(site, page), 0.12),
        )

    def spread(self, posts: Posts, rate: float, generations: int = 3, appeal: np.ndarray | None = None) -> None:
        """Create reposts by followers, by their followers, and so on; ``rate`` is the mean of the first generation."""
        stage, rng = self.stage, self.stage.rng
        appeal = rng.lognormal(-0.7, 1.2, len(posts)) if appeal is None else appeal
        sway = self.audience.total / max(self.audience.total[posts.author].mean(), 1e-9)
        source, time, post = posts.author, posts.time, np.arange(len(posts))
        for generation in range(generations):
            n = rng.poisson(np.minimum(rate * 0.4**generation * appeal[post] * sway[source], 2_000))
            source, time, post = (np.repeat(values, n) for values in (source, time, post))
            if not len(source):
                return
            source = self.follower[self.audience(rng, source)]
            time = stage.later(time, self.slow, self.spread_out, source)
            source, time, post = self._alive(source, time, post)
            stage.act("retweet", source, time, on=posts.take(post))

    def converse(self, posts: Posts, rate: float) -> None:
        """Create replies by followers, some of which are answered, and so on."""
        stage, rng = self.stage, self.stage.rng
        sway = self.audience.total / max(self.audience.total[posts.author].mean(), 1e-9)
        n = rng.poisson(np.minimum(rate * sway[posts.author], 300))
        asked = posts.take(np.repeat(np.arange(len(n)), n))
        who = self.follower[self.audience(rng, asked.author)]
        for _ in range(4):
            when = stage.later(asked.time, self.slow / 2, 1.4, who)
            who, when, kept = self._alive(who, when, np.arange(len(who)))
            asked = asked.take(kept)
            said = stage.says("reply", who, when, on=asked)
            answered = np.flatnonzero(rng.random(len(who)) < 0.3)
            who, asked = asked.author[answered], said.take(answered)

    def mention_friends(self) -> None:
        """Create posts that name an account that the author follows."""
        stage, rng = self.stage, self.stage.rng
        home = np.isin(self.follower, self.living)
        edge = rng.choice(np.flatnonzero(home), round(0.15 * len(self.posts)))
        who, when, edge = self._alive(self.follower[edge], stage.moments(self.follower[edge]), edge)
        stage.says("mention", who, when, named=self.followed[edge])

    def _alive(self, who: np.ndarray, when: np.ndarray, *more: np.ndarray) -> list[np.ndarray]:
        """Drop actions after the end of an everyday life."""
        alive = when < self.stage.people["until"][who]
        return [values[alive] for values in (who, when, *more)]

    # ----------------------------------------------------------- for others
    def famous(self, n: int) -> np.ndarray:
        """Return the residents with the most followers."""
        degree = np.bincount(self.followed, minlength=self.stage.size)
        return self.residents[np.argsort(-degree[self.residents], kind="stable")[:n]]

    def passers_by(self, n: int) -> np.ndarray:
        """Draw residents by activity, with repetition."""
        weight = self.eager[self.residents]
        return self.stage.rng.choice(self.residents, n, p=weight / weight.sum())

    def cover(self, who: np.ndarray, each: float) -> None:
        """Create ordinary actions: posts, and reposts of and replies to popular posts."""
        stage, rng = self.stage, self.stage.rng
        who = np.repeat(who, rng.poisson(each * rng.gamma(2, 0.5, len(who))))
        sway = self.audience.total[self.posts.author] + 1e-9
        post = self.posts.take(rng.choice(len(sway), len(who), p=sway / sway.sum()))
        kind = rng.choice(3, len(who), p=(0.3, 0.5, 0.2))
        stage.says("post", who[kind == 0], stage.moments(who[kind == 0]))
        when = stage.later(post.time, self.slow, self.spread_out, who)
        stage.act("retweet", who[kind == 1], when[kind == 1], on=post.take(kind == 1))
        stage.says("reply", who[kind == 2], when[kind == 2], on=post.take(kind == 2))


def sometimes(rng: np.random.Generator, values: pl.Series, share: float) -> pl.Series:
    """Keep a random share of the values, and set the others to null."""
    return pl.select(pl.when(pl.lit(pl.Series(rng.random(len(values)) < share))).then(pl.lit(values))).to_series()
