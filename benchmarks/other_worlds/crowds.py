"""Organic crowds that resemble operations. Each joins the stage when it is created and acts in a town."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import polars as pl
from stage import DAY, HOUR, LEISURE, OFFICE, Look, Posts, Stage
from town import Town, sometimes
from wording import composed, links, spelled, varied

FAMOUS = Look((400_000, 1.2), (200, 1), zero=0, given_names=0, described=1)
DESK = Look((20_000, 1.3), (60, 1), zero=0, given_names=0, described=1, client="Desk")
FRESH = Look((2, 1.2), (35, 1), zero=0.35, given_names=0.85, described=0.25)
SMALL = Look((25, 0.9), (40, 0.9), described=0.6)
AUTOMATIC = Look((300, 1.6), (3, 1.5), zero=0, given_names=0, described=1, client="Relay bot", one_client=1)


class Crowd(Protocol):
    def act(self, town: Town) -> None:
        """Perform the actions of the crowd, after the everyday actions of all accounts."""


def pairs(rng: np.random.Generator, chance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draw the pairs of member (row) and item (column) that occur."""
    return np.nonzero(rng.random(chance.shape) < chance)


def repost(stage: Stage, who: np.ndarray, posts: Posts, chance: np.ndarray, median: float, sigma: float) -> None:
    """Create reposts by the probability of each pair, after a lognormal delay, postponed during sleep."""
    member, item = pairs(stage.rng, np.broadcast_to(chance, (len(who), len(posts))))
    chosen, actor = posts.take(item), who[member]
    stage.act("retweet", actor, stage.later(chosen.time, median, sigma, actor), on=chosen)


def listed(tag: np.ndarray | str, n: int) -> pl.Series:
    return pl.Series(np.broadcast_to(tag, n).tolist(), dtype=pl.String)


class Fandom:
    """Fans of a few idols: fast and frequent reposts, birthday hashtags, and announced hours of joint posting."""

    def __init__(self, stage: Stage, size: int, fresh: float | None = None) -> None:
        self.stage, rng = stage, stage.rng
        language = int(rng.choice(len(stage.languages), p=stage.languages))
        fresh = stage.between(0, 0.3) if fresh is None else fresh
        joined = int(stage.between(0, 0.6) * stage.end)
        new = round(fresh * size)
        wave = joined + rng.exponential(stage.about(1, 6) * DAY, new).astype(np.int64)
        self.idols = stage.join(
            int(rng.integers(1, 6)), "idol", FAMOUS, language=language, fame=stage.about(30, 300), until=0
        )
        self.fans = np.concatenate(
            [
                stage.join(size - new, "fandom", language=language),
                stage.join(new, "new_fans", FRESH, language=language, created=wave),
            ]
        )
        self.devotion = rng.beta(stage.between(0.3, 1), stage.between(1.5, 5), size)
        self.tags = stage.new_tags(6)

    def act(self, town: Town) -> None:
        stage, rng = self.stage, self.stage.rng
        who = np.repeat(self.idols, rng.poisson(stage.about(0.4, 4) * stage.days, len(self.idols)))
        posts = stage.says("post", who, stage.moments(who), tags=sometimes(rng, listed(self.tags[0], len(who)), 0.4))
        repost(stage, self.fans, posts, self.devotion[:, None], stage.about(60, 2_000), stage.between(1, 1.7))
        town.spread(posts, 1.0, 1)
        self._appeals()
        self._love()

    def _appeals(self) -> None:
        """Create joint posting in announced hours: votes, premieres, birthdays."""
        stage, rng = self.stage, self.stage.rng
        for tag in self.tags[1 : 1 + int(rng.integers(1, 6))]:
            hour = stage.between(0.1, 0.9) * stage.end
            texts = composed(rng, np.full(int(rng.integers(2, 8)), stage.people["language"][self.idols[0]]), 6, 14)
            who = np.repeat(self.fans, rng.poisson(self.devotion * stage.about(0.5, 4)))
            which = rng.integers(0, len(texts), len(who))
            said = spelled(varied(rng, texts[which], np.where(rng.random(len(who)) < stage.between(0.2, 0.8), 0, 0.5)))
            when = stage.later(np.full(len(who), int(hour)), stage.about(300, 4_000), 1.0)
            link = sometimes(rng, links(np.full(len(who), 7), which), stage.between(0, 0.8))
            stage.act("post", who, when, text=said, tags=listed(f"{tag} {self.tags[0]}", len(who)), url=link)

    def _love(self) -> None:
        rng = self.stage.rng
        who = np.repeat(self.fans, rng.poisson(4 * self.devotion))
        self.stage.says("mention", who, self.stage.moments(who), named=rng.choice(self.idols, len(who)))


class Publisher:
    """Outlets of one house and one domain, its reporters, and readers who use the share button."""

    def __init__(self, stage: Stage, outlets: int, readers: int) -> None:
        self.stage, self.readers, rng = stage, readers, stage.rng
        language = int(rng.choice(len(stage.languages), p=stage.languages))
        opened = stage.grown(1) if rng.random() < 0.5 else stage.grown(outlets)
        created = opened + rng.integers(0, 6 * HOUR, outlets)
        self.outlets = stage.join(
            outlets, "outlet", DESK, language=language, created=created, fame=stage.about(10, 200), until=0
        )
        self.reporters = stage.join(int(rng.integers(3, 25)), "reporter", language=language, fame=6.0)
        self.site = int(stage.new_sites(1)[0])

    def act(self, town: Town) -> None:
        stage, rng = self.stage, self.stage.rng
        articles = rng.poisson(stage.about(3, 25) * stage.days)
        curve = OFFICE if rng.random() < 0.4 else LEISURE
        out = stage.moments(np.full(articles, self.outlets[0]), curve, weekend=stage.between(0.2, 1))
        titles = composed(rng, np.full(articles, stage.people["language"][self.outlets[0]]), 7, 13)
        place, item = pairs(rng, np.full((len(self.outlets), articles), stage.about(0.05, 0.9)))
        paused = rng.integers(0, 1 + int(rng.choice([1, 30, 3_600])), len(item))
        posts = stage.act(
            "post",
            self.outlets[place],
            out[item] // 60 * 60 + paused,
            text=spelled(titles[item]),
            url=links(np.full(len(item), self.site), item),
        )
        town.spread(posts, stage.about(0.1, 1), 2)
        repost(stage, self.reporters, posts, rng.beta(0.5, 6, (len(self.reporters), 1)), stage.about(300, 5_000), 1.3)
        self._buttons(town, titles, out)

    def _buttons(self, town: Town, titles: np.ndarray, out: np.ndarray) -> None:
        """Create shares by readers, with title and link as written by the button; a few share dozens."""
        stage, rng = self.stage, self.stage.rng
        readers = np.unique(town.passers_by(self.readers))
        who = np.repeat(readers, np.minimum(rng.zipf(1.8, len(readers)), 150))
        item = rng.choice(len(titles), len(who), p=rng.dirichlet(np.full(len(titles), 0.15)))
        when = stage.later(out[item], stage.about(1_800, 20_000), 1.5, who)
        text = pl.select(pl.lit(spelled(titles[item])) + " via " + pl.lit(f"site{self.site}")).to_series()
        stage.act("post", who, when, text=text, url=links(np.full(len(who), self.site), item))


class Activists:
    """A cause with organisers: on some evenings supporters send prepared texts to people in power."""

    def __init__(self, stage: Stage, size: int) -> None:
        self.stage, rng = stage, stage.rng
        language = int(rng.choice(len(stage.languages), p=stage.languages))
        self.organisers = stage.join(int(rng.integers(2, 8)), "activist", language=language, fame=10.0)
        late = round(stage.between(0, 0.25) * size)
        joined = rng.integers(0, stage.end // 2, late)
        self.supporters = np.concatenate(
            [
                stage.join(size - late, "activist", language=language),
                stage.join(late, "activist", FRESH, language=language, created=joined),
            ]
        )
        self.zeal = rng.beta(0.8, stage.between(1, 4), size)
        self.tags = stage.new_tags(3)

    def act(self, town: Town) -> None:
        stage, rng = self.stage, self.stage.rng
        power = town.famous(40)[rng.integers(0, 40, int(rng.integers(1, 6)))]
        copied = stage.between(0.3, 0.95)
        for _ in range(int(rng.integers(2, 12))):
            start = int(stage.between(0.05, 0.95) * stage.end)
            texts = composed(rng, np.full(int(rng.integers(1, 9)), stage.people["language"][self.organisers[0]]), 10)
            who = np.repeat(self.supporters, rng.poisson(self.zeal * stage.about(0.5, 5)))
            which = texts[rng.integers(0, len(texts), len(who))]
            share = np.where(rng.random(len(who)) < copied, 0, rng.uniform(0.1, 1, len(who)))
            stage.act(
                "mention",
                who,
                stage.later(np.full(len(who), start), stage.about(900, 20_000), 1.1, who),
                named=rng.choice(power, len(who)),
                text=spelled(varied(rng, which, share)),
                tags=listed(rng.choice(self.tags, len(who)), len(who)),
                url=sometimes(rng, links(np.full(len(who), 11), np.full(len(who), start % 50)), 0.3),
            )
        who = np.repeat(self.organisers, rng.poisson(stage.about(0.3, 3) * stage.days, len(self.organisers)))
        posts = stage.says("post", who, stage.moments(who), tags=listed(self.tags[0], len(who)))
        repost(stage, self.supporters, posts, 0.5 * self.zeal[:, None], stage.about(900, 10_000), 1.4)


class Party:
    """Leaders, local branches that post texts of the headquarters in office hours, and supporters."""

    def __init__(self, stage: Stage, size: int, language: int | None = None) -> None:
        self.stage, rng = stage, stage.rng
        language = int(rng.choice(len(stage.languages), p=stage.languages)) if language is None else language
        founded = stage.grown(1)
        branches = int(rng.integers(6, 40))
        self.leaders = stage.join(int(rng.integers(1, 5)), "leader", FAMOUS, language=language, fame=150.0, until=0)
        self.branches = stage.join(
            branches,
            "party_branch",
            Look((200, 0.9), (120, 0.7), zero=0, given_names=0, described=1, client="Planner"),
            language=language,
            created=founded + rng.integers(0, 40 * DAY, branches),
            until=0,
        )
        self.supporters = stage.join(size, "supporter", language=language)
        self.faith = rng.beta(stage.between(0.3, 0.9), stage.between(2, 8), size)
        self.tags = stage.new_tags(4)

    def act(self, town: Town) -> None:
        stage, rng = self.stage, self.stage.rng
        who = np.repeat(self.leaders, rng.poisson(stage.about(1, 8) * stage.days, len(self.leaders)))
        posts = stage.says("post", who, stage.moments(who), tags=sometimes(rng, listed(self.tags[0], len(who)), 0.5))
        repost(stage, self.supporters, posts, self.faith[:, None], stage.about(300, 4_000), 1.4)
        repost(stage, self.branches, posts, np.full((len(self.branches), 1), stage.between(0.1, 0.7)), 1_800, 1.2)
        town.spread(posts, 1.0, 2)
        self._headquarters()
        self._debates()

    def _headquarters(self) -> None:
        """Create posts of the same texts by all branches within hours, mostly unchanged."""
        stage, rng = self.stage, self.stage.rng
        lines = rng.poisson(stage.about(0.3, 3) * stage.days)
        texts = composed(rng, np.full(lines, stage.people["language"][self.branches[0]]), 8)
        sent = stage.moments(np.full(lines, self.branches[0]), OFFICE, weekend=0.15)
        branch, line = pairs(rng, np.full((len(self.branches), lines), stage.between(0.2, 0.9)))
        share = np.where(rng.random(len(line)) < 0.7, 0, 0.2)
        when = stage.later(sent[line], stage.about(300, 7_000), 1.0)
        stage.act(
            "post",
            self.branches[branch],
            when,
            text=spelled(varied(rng, texts[line], share)),
            tags=listed(self.tags[1], len(line)),
        )

    def _debates(self) -> None:
        """Create posts of supporters at the same time in their own words."""
        stage, rng = self.stage, self.stage.rng
        for _ in range(int(rng.integers(1, 5))):
            start = int(rng.integers(1, stage.days)) * DAY - int(stage.between(1, 5) * HOUR)
            who = np.repeat(self.supporters, rng.poisson(3 * self.faith))
            when = start + rng.integers(0, 2 * HOUR, len(who))
            stage.says("post", who, when, tags=listed(self.tags[2], len(who)))


class Pod:
    """Accounts that have agreed to repost and thank each other."""

    def __init__(self, stage: Stage, size: int) -> None:
        self.stage, rng = stage, stage.rng
        self.members = stage.join(size, "pod", Look((900, 1.2), (1_000, 1.0)))
        self.group = np.arange(size) // int(rng.integers(6, 26))
        self.duty = rng.beta(2, stage.between(1, 6), size)

    def act(self, town: Town) -> None:  # noqa: ARG002
        stage, rng = self.stage, self.stage.rng
        n_posts = rng.poisson(stage.about(0.1, 0.7) * stage.days, len(self.members))
        place = np.repeat(np.arange(len(self.members)), n_posts)
        posts = stage.says("post", self.members[place], stage.moments(self.members[place]))
        median = stage.about(120, 5_000)
        chance = self.duty[:, None] * (self.group[:, None] == self.group[place])
        repost(stage, self.members, posts, chance, median, 1.3)
        member, item = pairs(rng, 0.3 * chance)
        thanked = posts.take(item)
        said = stage.says("reply", self.members[member], stage.later(thanked.time, median, 1.3), on=thanked)
        back = np.flatnonzero(rng.random(len(said)) < 0.6)
        stage.says("reply", thanked.author[back], stage.later(said.time[back], 900, 1.2), on=said.take(back))


class Circles:
    """Small groups of friends with few followers, who mostly reply to and repost each other."""

    def __init__(self, stage: Stage, size: int) -> None:
        self.stage = stage
        self.members = stage.join(size, "circle", SMALL, fame=0.3)
        self.group = np.arange(size) // int(stage.rng.integers(3, 11))

    def act(self, town: Town) -> None:  # noqa: ARG002
        stage, rng = self.stage, self.stage.rng
        place = np.repeat(np.arange(len(self.members)), rng.poisson(rng.gamma(1, 6, len(self.members))))
        posts = stage.says("post", self.members[place], stage.moments(self.members[place]))
        closeness = rng.beta(1, stage.between(1.5, 4), (len(self.members), 1))
        chance = closeness * (self.group[:, None] == self.group[place])
        repost(stage, self.members, posts, 0.5 * chance, stage.about(1_200, 9_000), 1.5)
        member, item = pairs(rng, chance)
        asked = posts.take(item)
        stage.says("reply", self.members[member], stage.later(asked.time, 2_000, 1.4, self.members[member]), on=asked)


class Newcomers:
    """A wave of new accounts that mostly repost popular posts."""

    def __init__(self, stage: Stage, size: int) -> None:
        self.stage = stage
        day = stage.between(0, 0.7) * stage.end
        created = int(day) + stage.rng.exponential(stage.about(0.7, 5) * DAY, size).astype(np.int64)
        self.members = stage.join(size, "newcomer", FRESH, created=created, fame=0.1, until=0)

    def act(self, town: Town) -> None:
        town.cover(self.members, self.stage.about(4, 14))


class Automated:
    """Accounts whose client and description state that they are automatic: templated bulletins, and relays."""

    def __init__(self, stage: Stage, size: int) -> None:
        self.stage = stage
        described = "Automatic account: posts by a schedule, run by a volunteer."
        opened = stage.grown(1) + stage.rng.integers(0, 3 * DAY, size)
        kept = stage.rng.random(size) < 0.5
        created = np.where(kept, opened, stage.grown(size))
        self.members = stage.join(size, "automated", AUTOMATIC, created=created, until=0, description=described)

    def act(self, town: Town) -> None:
        stage, rng = self.stage, self.stage.rng
        bulletins, relays = np.array_split(self.members, 2)
        slots = np.arange(stage.end // (6 * HOUR))
        who, slot = np.repeat(bulletins, len(slots)), np.tile(slots, len(bulletins))
        form = spelled(composed(rng, np.zeros(1, dtype=np.int64), 4, 7))[0]
        figure = pl.Series(rng.integers(-20, 40, len(who))).cast(pl.String)
        text = pl.select(pl.lit(form) + " " + pl.lit(figure) + " degrees").to_series()
        stage.act(
            "post", who, slot * 6 * HOUR + rng.integers(0, 90, len(who)), text=text, tags=listed("weather", len(who))
        )
        for relay in relays:
            followed = np.flatnonzero(np.isin(town.posts.author, rng.choice(town.famous(60), 3, replace=False)))
            posts = town.posts.take(followed)
            stage.act("retweet", np.full(len(posts), relay), stage.later(posts.time, 15, 0.7), on=posts)


class Hunters:
    """Shops that give prizes for reposts, and accounts that do little but enter such contests."""

    def __init__(self, stage: Stage, size: int) -> None:
        self.stage = stage
        self.shops = stage.join(int(stage.rng.integers(5, 30)), "shop", DESK, fame=4.0, until=0)
        look = Look((15, 1.3), (600, 1.0), zero=0.08, given_names=0.6, described=0.3)
        self.hunters = stage.join(size, "contest_hunter", look, fame=0.1, until=0)

    def act(self, town: Town) -> None:
        stage, rng = self.stage, self.stage.rng
        who = np.repeat(self.shops, rng.poisson(stage.about(0.3, 2) * stage.days, len(self.shops)))
        when = stage.moments(who, OFFICE, weekend=0.3)
        posts = stage.says("post", who, when, tags=listed("giveaway", len(who)))
        zeal = rng.beta(1, stage.between(2, 8), (len(self.hunters), 1))
        repost(stage, self.hunters, posts, zeal, stage.about(1_800, 30_000), 1.5)
        hunter, item = pairs(rng, 0.3 * np.broadcast_to(zeal, (len(self.hunters), len(posts))))
        forms = spelled(composed(rng, np.zeros(5, dtype=np.int64), 2, 4))
        text = forms.gather(rng.integers(0, 5, len(item)))
        entered = stage.later(posts.time[item], 9_000, 1.4, self.hunters[hunter])
        stage.act("reply", self.hunters[hunter], entered, on=posts.take(item), text=text)
        some = town.passers_by(2 * len(posts))
        item = rng.integers(0, len(posts), len(some))
        stage.act("retweet", some, stage.later(posts.time[item], 9_000, 1.5, some), on=posts.take(item))


class Breaking:
    """An event: eyewitnesses post, and a crowd reposts them within hours."""

    def __init__(self, stage: Stage, size: int) -> None:
        self.stage, self.size = stage, size
        self.witnesses = stage.join(int(stage.rng.integers(3, 15)), "witness", SMALL)

    def act(self, town: Town) -> None:
        stage, rng = self.stage, self.stage.rng
        start = int(stage.between(0.1, 0.9) * stage.end)
        who = np.repeat(self.witnesses, rng.integers(1, 4, len(self.witnesses)))
        posts = stage.says("post", who, start + rng.integers(0, 2 * HOUR, len(who)))
        crowd = np.unique(town.passers_by(self.size))
        repost(stage, crowd, posts, rng.beta(0.6, 5, (len(crowd), 1)), stage.about(200, 2_000), 1.1)


class PileOn:
    """Outrage: a post of a well-known author gets hundreds of angry replies within a day, some in stock phrases."""

    def __init__(self, stage: Stage, size: int) -> None:
        self.stage, self.size = stage, size

    def act(self, town: Town) -> None:
        stage, rng = self.stage, self.stage.rng
        known = np.flatnonzero(np.isin(town.posts.author, town.famous(40)))
        for _ in range(int(rng.integers(1, 6))):
            post = town.posts.take(np.full(self.size, rng.choice(known)))
            who = town.passers_by(self.size)
            stock = composed(rng, np.full(8, stage.people["language"][post.author[0]]), 2, 4)
            own = composed(rng, stage.people["language"][who])
            text = np.where(rng.random(self.size)[:, None] < 0.15, stock[rng.integers(0, 8, self.size)], own)
            stage.act("reply", who, stage.later(post.time, 6_000, 1.4, who), on=post, text=spelled(text))


#: Crowds of any world, with their minimum and maximum number of accounts.
USUAL = {
    Fandom: (150, 900),
    Activists: (80, 500),
    Party: (80, 500),
    Pod: (40, 250),
    Circles: (100, 600),
    Newcomers: (100, 600),
    Automated: (10, 60),
    Hunters: (20, 120),
    Breaking: (200, 900),
    PileOn: (80, 400),
}


def usual_crowds(stage: Stage, leave_out: Sequence[type] = ()) -> list[Crowd]:
    """Create each usual crowd with probability 0.8, and one to four publishers."""
    crowds: list[Crowd] = [
        kind(stage, stage.count(*sizes))
        for kind, sizes in USUAL.items()
        if kind not in leave_out and stage.rng.random() < 0.8
    ]
    houses = int(stage.rng.integers(1, 5))
    return crowds + [Publisher(stage, int(stage.rng.integers(2, 14)), stage.count(50, 500)) for _ in range(houses)]
