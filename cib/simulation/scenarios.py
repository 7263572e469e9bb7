"""simulate(): the parts of a scenario put together, ids given, and the truth written down.

Every part draws from a random stream of its own, so the organic parts are the same whether or not an
operation runs beside them. Ids are drawn at random and tell neither who an account is nor when a post
was made (unlike those of the platforms, which count time), so that nothing can be learnt from them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from cib.activity import ACCOUNT_COLUMNS, POST_COLUMNS, TIME, Activity
from cib.errors import SettingsError, did_you_mean
from cib.import_report import ImportReport
from cib.simulation.clock import HOUR, MINUTE, START, waking_times
from cib.simulation.crowds import Activists, BreakingNews, RetweetPods, Scheduled
from cib.simulation.events import acts, settled, shaped
from cib.simulation.everyday import Feed, World
from cib.simulation.operations import Boosting, CrossPosting, Piggybacking, RetweetRing, later, soon
from cib.simulation.organic import Fandoms, Newsrooms, Ordinary, Part, ViralPost
from cib.simulation.population import Homes, People, Profile
from cib.simulation.wording import write

__all__ = ["SCENARIOS", "Simulation", "simulate"]

#: Accounts of the takedown of June 2020 at full scale (methods.md section 2).
CORE, AMPLIFIERS, RING, CROSS_POSTERS = 23_750, 150_000, 7_340, 1_152
#: Smaller networks appear when they come to this many accounts.
FEWEST = 8
#: Organic accounts for each account of the operations.
ORGANIC = 10.5
TAKEN_DOWN = ORGANIC * (CORE + AMPLIFIERS + RING + CROSS_POSTERS)

ACCOUNT_IDS = (1_000_000_000_000_000_000, 1_150_000_000_000_000_000)
POST_IDS = (1_200_000_000_000_000_000, 1_300_000_000_000_000_000)


class Simulation(NamedTuple):
    """Activity with the truth about it.

    Parameters
    ----------
    activity : Activity
    truth : polars.DataFrame
        One row an account, sorted by ``account_id``: ``operation`` (null if organic), ``role``
        (``'highly_engaged'``, ``'amplifier'``, or null for accounts of neither role and organic ones),
        ``community`` (``'organic'``, ``'celebrity'``, ``'fandom'``, ``'multi-idol-fandom'``
        and the like, or the name of the operation).
    """

    activity: Activity
    truth: pl.DataFrame

    def __repr__(self) -> str:
        sizes = self.truth["community"].value_counts().sort("count", "community", descending=[True, False])
        crowds = ", ".join(f"{size:,} {name}" for name, size in sizes.iter_rows())
        return f"Simulation({self.activity.imported.source}: {len(self.activity):,} rows; accounts: {crowds})"

    def _repr_html_(self) -> str:
        counts = self.truth.group_by("community", "operation", "role").len("accounts")
        table = counts.sort("accounts", "community", "role", descending=[True, False, False])
        with pl.Config(tbl_rows=-1):
            return f"<p>{escape(repr(self))}</p>{table._repr_html_()}"


def simulate(scenario: str = "takedown-2020", *, scale: float | None = None, seed: int = 0) -> Simulation:
    """Make account activity of which the truth is known.

    Parameters
    ----------
    scenario : {'takedown-2020', 'organic', 'tactics', 'tactics-organic'}
        ``'takedown-2020'``: the operations made known in June 2020, among organic accounts with
        fandoms, newsrooms, celebrities and a viral post. ``'organic'``: the same without the operations.
        ``'tactics'``: five small operations, ``'tactic-A'`` (retweets within a minute or so) to ``'tactic-E'``,
        among all crowds that look alike: fans of one idol and of several, news crowds, a breaking
        burst, activists, retweet pods, scheduled accounts, a wave of new accounts.
        ``'tactics-organic'``: the same without the operations.
    scale : float, optional
        Of the takedown, 1 is the published size: 23,750 highly engaged accounts and 150,000
        amplifiers; 0.01, the default, makes 21 thousand accounts and 200 thousand rows. Of the
        tactics, 1, the default, is 22 thousand organic accounts; the operations keep their size of
        340 accounts at any scale.
    seed : int
        The same seed makes the same activity.

    Returns
    -------
    Simulation
        ``activity, truth``.

    Raises
    ------
    SettingsError
        If there is no such scenario, the scale is too small to hold it, or the seed is negative.

    Notes
    -----
    Four weeks, times in seconds. Retweets have no text of their own. Sources of all numbers: Twitter,
    ASPI and the Stanford Internet Observatory on the takedown; Pareto activity, Zipf popularity and
    lognormal latency for everybody else. Nothing here was measured on real accounts, and results on it
    hold for made data only.

    Examples
    --------
    >>> import cib
    >>> activity, truth = cib.simulate("takedown-2020", scale=0.002, seed=1)
    >>> truth.columns
    ['account_id', 'operation', 'role', 'community']
    >>> truth.filter(operation="takedown-2020")["role"].value_counts(sort=True).rows()
    [('amplifier', 300), ('highly_engaged', 48)]
    >>> len(truth) == len(activity.account_ids)
    True
    """
    recipe, rng = _scenario(scenario), _generator(seed)
    scale = _scale(recipe, scale)
    parts = recipe.parts(scale)
    streams = rng.spawn(len(parts))
    homes = Homes.settle(rng, round(recipe.organic * scale))
    tables = [part.accounts(stream, homes) for part, stream in zip(parts, streams, strict=True)]
    accounts, people = pl.concat(tables), _numbered(tables)
    posts = [part.posts(stream, own) for part, stream, own in zip(parts, streams, people, strict=True)]
    originals = pl.concat(posts)
    world = _world(rng, accounts, originals)
    reactions = [part.reactions(stream, own, world) for part, stream, own in zip(parts, streams, people, strict=True)]
    events = settled(originals, pl.concat(reactions))
    events = pl.concat([events, _first_words(rng, accounts, events)])
    return _published(rng, accounts, events, f"simulate({scenario!r}, scale={scale:g}, seed={seed})")


def _takedown(scale: float) -> tuple[Part, ...]:
    return (*_organic(scale), *_operations(scale))


def _organic(scale: float) -> tuple[Part, ...]:
    n = round(TAKEN_DOWN * scale)
    crowds = (
        Fandoms(round(0.02 * n)),
        Fandoms(round(0.017 * n), "multi-idol-fandom", idols=8, idol_posts=15, devotion=(0.3, 2.2), largest=1_000),
        Fandoms(round(0.008 * n), "multi-idol-fandom-even", idols=5, idol_posts=15, devotion=0.15, largest=500),
        Newsrooms(round(0.004 * n)),
        ViralPost(casual=round(0.05 * n), guests=round(0.055 * n)),
    )
    return (Ordinary(n - round(0.099 * n)), *crowds)


def _operations(scale: float) -> tuple[Part, ...]:
    ring, cross_posters = round(RING * scale), round(CROSS_POSTERS * scale)
    parts: tuple[Part, ...] = (Boosting(round(CORE * scale), round(AMPLIFIERS * scale)),)
    if ring >= FEWEST:
        parts += (RetweetRing(ring),)
    if cross_posters >= FEWEST:
        parts += (CrossPosting(cross_posters),)
    return parts


#: Organic accounts of the mix of tactics at scale 1: some 16 thousand of them act at least three times.
MIXED = 22_000
NEWCOMER = Profile(
    followers=(6, 1.3), following=(30, 1.2), zero_followers=0.4, default_names=0.8, described=0.3, past_posts=3
)


def _tactics(scale: float) -> tuple[Part, ...]:
    """Five small operations, one a tactic (methods.md section 4), among everything that looks alike."""
    return (
        *_lookalikes(scale),
        _tactic("A", 60, styles=(soon(60),), amplification=(0.3, 0.3)),
        _tactic("B", 70, styles=(later(HOUR, 1),), amplification=(0.15, 0.15), language="en"),
        _tactic("C", 60, styles=(soon(5 * MINUTE),), amplification=(0.4, 0.4), cells=6),
        _tactic(
            "D", 70, styles=(later(40 * MINUTE, 1.8),), amplification=(0.05, 0.05), cover=80, aged=1, language="en"
        ),
        Piggybacking(56, "tactic-E", participation=0.25),
    )


def _tactic(letter: str, amplifiers: int, **how: Any) -> Boosting:
    """Six accounts that post 30 times each, and those who retweet them; each member does about as much."""
    usual = {"quota": 30, "team": 6, "spread": 0.1, "across": 0, "handful": 3, "camouflage": 4}
    english = float(how.get("language") == "en")
    return Boosting(
        6, amplifiers, f"tactic-{letter}", topics=(100_020 + ord(letter), 1), english=english, **usual | how
    )


def _lookalikes(scale: float) -> tuple[Part, ...]:
    """Ordinary people and every kind of crowd that looks like an operation (methods.md section 9)."""

    def share(accounts: int) -> int:
        return max(round(accounts * scale), FEWEST)

    return (
        Ordinary(share(MIXED - 7_500)),
        Fandoms(share(400), casual=share(1_000)),
        Fandoms(share(300), "multi-idol-fandom", idols=8, idol_posts=30, devotion=(0.3, 2.2), casual=share(2_000)),
        Fandoms(share(150), "multi-idol-fandom-even", idols=5, idol_posts=30, devotion=0.15),
        Fandoms(share(3_000), "news-crowd", idols=10, idol_posts=90, devotion=(0.25, 12), median_latency=15 * MINUTE),
        Fandoms(share(400), "new-wave", idols=3, idol_posts=40, devotion=(0.5, 3), profile=NEWCOMER, joined=(-3, 0)),
        Newsrooms(share(120)),
        ViralPost(casual=share(800), guests=share(1_000)),
        BreakingNews(share(1_800)),
        Activists(share(250)),
        RetweetPods(share(160)),
        Scheduled(share(60)),
    )


class Scenario(NamedTuple):
    """How a scenario is made: its parts at a scale, organic ones first; organic accounts at scale 1; scales."""

    parts: Callable[[float], tuple[Part, ...]]
    organic: float
    usual: float
    smallest: float


SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        "takedown-2020": Scenario(_takedown, TAKEN_DOWN, 0.01, 0.0005),
        "organic": Scenario(_organic, TAKEN_DOWN, 0.01, 0.0005),
        "tactics": Scenario(_tactics, MIXED, 1, 0.05),
        "tactics-organic": Scenario(_lookalikes, MIXED, 1, 0.05),
    }
)


def _scenario(name: str) -> Scenario:
    if name not in SCENARIOS:
        raise SettingsError(
            "there is no such scenario",
            where="simulate",
            got=repr(name),
            remedy=did_you_mean(name, SCENARIOS) or f"Take one of {', '.join(SCENARIOS)}.",
        )
    return SCENARIOS[name]


def _scale(scenario: Scenario, scale: float | None) -> float:
    if scale is None:
        return scenario.usual
    if not scenario.smallest <= scale < math.inf:
        raise SettingsError(
            "the scale does not hold teams and crowds",
            where="simulate",
            got=scale,
            remedy=f"Take {scenario.smallest} or more; {scenario.usual:g} is usual.",
        )
    return scale


def _generator(seed: int) -> np.random.Generator:
    if seed < 0:
        raise SettingsError(
            "a seed is not negative", where="simulate", got=seed, remedy="Take 0 or any whole number above."
        )
    return np.random.default_rng(seed)


def _numbered(tables: Sequence[pl.DataFrame]) -> list[People]:
    """The people of each table, numbered through."""
    ends = np.cumsum([table.height for table in tables])
    return [People.of(table, np.arange(end - table.height, end)) for table, end in zip(tables, ends, strict=True)]


def _world(rng: np.random.Generator, accounts: pl.DataFrame, posts: pl.DataFrame) -> World:
    organic = np.flatnonzero(accounts["operation"].is_null().to_numpy())
    author = posts["account"].to_numpy().astype(np.int64)
    return World(
        organic=People.of(accounts, np.arange(accounts.height)).take(organic),
        author=author,
        time=posts["time"].to_numpy(),
        feed=Feed.of(rng, author, accounts["home"].to_numpy(), accounts["renown"].to_numpy()),
    )


def _first_words(rng: np.random.Generator, accounts: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """A post by each account that did nothing: who is not seen is not there."""
    everyone = People.of(accounts, np.arange(accounts.height))
    seen = np.bincount(events["account"].to_numpy(), minlength=len(everyone)) > 0
    silent = everyone.take(~seen)
    return acts("post", silent.number, waking_times(rng, silent.zone), words=write(rng, silent.language, silent.home))


def _published(rng: np.random.Generator, accounts: pl.DataFrame, events: pl.DataFrame, source: str) -> Simulation:
    """What an observer gets to see, and the truth."""
    ids = _ids(rng, accounts.height, ACCOUNT_IDS)
    posts = _posts(ids, _ids(rng, events.height, POST_IDS), accounts["client"], events)
    counts = np.bincount(events["account"].to_numpy(), minlength=accounts.height)
    known = accounts.with_columns(account_id=ids, posts=pl.col("past_posts") + pl.Series(counts)).sort("account_id")
    shown = shaped(known.with_columns(created_at=_moment("created")), ACCOUNT_COLUMNS)
    report = ImportReport(
        source,
        "simulation",
        rows_read=posts.height,
        rows_kept=posts.height,
        first=posts["created_at"][0],
        last=posts["created_at"][-1],
        precision=1.0,
        notes=("Made by cib.simulate(): no account or post is real.",),
    )
    return Simulation(Activity(posts, shown, report), known.select("account_id", "operation", "role", "community"))


def _posts(ids: pl.Series, post_ids: pl.Series, clients: pl.Series, events: pl.DataFrame) -> pl.DataFrame:
    """The events with ids for numbers, in the order of an Activity."""
    target, author = pl.col("target"), pl.col("author")
    named = events.with_columns(author=pl.col("account").gather(target), created_at=_moment("time"))
    table = named.select(
        pl.lit(ids).gather(pl.col("account")).alias("account_id"),
        pl.lit(post_ids).alias("post_id"),
        "action",
        "created_at",
        pl.lit(post_ids).gather(target).alias("target_post_id"),
        pl.lit(ids).gather(author).alias("target_account_id"),
        pl.col("created_at").gather(target).alias("target_created_at"),
        "text",
        pl.coalesce("lang", pl.col("lang").gather(target)),
        pl.lit(clients).gather(pl.col("account")).alias("client"),
        "urls",
        "hashtags",
        pl.when(pl.col("mentioned").is_not_null())
        .then(pl.concat_list(pl.lit(ids).gather(pl.col("mentioned"))))
        .alias("mentions"),
    )
    return shaped(table, POST_COLUMNS).sort("created_at", "account_id", "post_id")


def _moment(column: str) -> pl.Expr:
    """Seconds since the start as a time."""
    return pl.lit(START).cast(TIME) + pl.duration(seconds=column)


def _ids(rng: np.random.Generator, n: int, between: tuple[int, int]) -> pl.Series:
    """Different numbers of nineteen digits in random order, as text."""
    first, last = between
    room = (last - first) // max(n, 1)
    return pl.Series(first + rng.permutation(n) * room + rng.integers(0, room, n)).cast(pl.String)
