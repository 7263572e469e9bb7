"""Run the parts of a scenario and collect all actions, with accounts and posts as integers.

Each part draws from a separate random stream, so organic parts are the same with or without an operation, and their
accounts keep their ids. Ids are drawn at random and carry information about neither the account nor the time of a post
(unlike those of the platforms, which encode time), so that nothing can be learnt from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from cib.activity import ACCOUNT_COLUMNS, POST_COLUMNS, TIME
from cib.simulation.clock import waking_times
from cib.simulation.draws import Ints
from cib.simulation.evasion import Evasion
from cib.simulation.events import acts, counting, shaped
from cib.simulation.everyday import Feed, World
from cib.simulation.population import Homes, People, bought
from cib.simulation.scenarios import Scenario
from cib.simulation.wording import write

__all__ = ["Draft", "draft"]

ACCOUNT_IDS = (1_000_000_000_000_000_000, 1_150_000_000_000_000_000)
POST_IDS = (1_200_000_000_000_000_000, 1_300_000_000_000_000_000)


@dataclass(frozen=True, eq=False)
class Draft:
    """All accounts and actions of a simulated scenario.

    Parameters
    ----------
    accounts : polars.DataFrame
        The fields of an account, ``account_id`` (a number), and ``posts``.
    events : polars.DataFrame
        One row per action, see :mod:`cib.simulation.events`.
    post_ids : ndarray of int, shape (n_events,)
    order : ndarray of int
        Rows of the observed events, in the order of an Activity.
    costs : polars.DataFrame
        See :class:`cib.simulation.Simulation`.
    start : datetime
    """

    accounts: pl.DataFrame
    events: pl.DataFrame
    post_ids: Ints
    order: Ints
    costs: pl.DataFrame
    start: datetime

    def posts(self, rows: slice = slice(None)) -> pl.DataFrame:
        """Return some of the posts of the activity, with ids."""
        told = self.events[self.order[rows]]
        target = told["target"]
        names, clients = self._names, pl.lit(self.accounts["client"])
        posted = self.events.select("account", "time", "lang")[target.fill_null(0)]
        original = pl.Series(self.post_ids)[target.fill_null(0)]
        table = told.with_columns(original=original, **posted.select(pl.all().name.prefix("their_")).to_dict())
        aimed = pl.col("target").is_not_null()
        named = table.select(
            names.gather("account").alias("account_id"),
            pl.lit(pl.Series(self.post_ids[self.order[rows]])).alias("post_id"),
            "action",
            self._moment("time").alias("created_at"),
            pl.when(aimed).then("original").alias("target_post_id"),
            pl.when(aimed).then(names.gather("their_account")).alias("target_account_id"),
            pl.when(aimed).then(self._moment("their_time")).alias("target_created_at"),
            "text",
            pl.coalesce("lang", pl.when(aimed).then("their_lang")),
            clients.gather(pl.col("account")).alias("client"),
            "urls",
            "hashtags",
            pl.when(pl.col("mentioned").is_not_null())
            .then(pl.concat_list(names.gather("mentioned")))
            .alias("mentions"),
        )
        return shaped(named, POST_COLUMNS)

    def profiles(self) -> pl.DataFrame:
        """Return the accounts table of the activity."""
        return shaped(self._seen.with_columns(created_at=self._moment("created")), ACCOUNT_COLUMNS)

    def truth(self) -> pl.DataFrame:
        """Return the ground truth of the accounts."""
        team = pl.when(pl.col("operation").is_not_null()).then(pl.format("{}/{}", "operation", "group"))
        named = self._seen.with_columns(pl.col("account_id").cast(pl.String), team=team)
        return named.select("account_id", "operation", "role", "community", "team")

    @property
    def _names(self) -> pl.Expr:
        return pl.lit(self.accounts["account_id"].cast(pl.String))

    @property
    def _seen(self) -> pl.DataFrame:
        """Return the accounts that acted, were acted on or were mentioned in observed events."""
        seen = np.zeros(self.accounts.height, dtype=bool)
        told = self.events.select("account", "target", "mentioned")[self.order]
        seen[told["account"].to_numpy()] = True
        seen[told["mentioned"].drop_nulls().to_numpy()] = True
        seen[self.events["account"][told["target"].drop_nulls()].to_numpy()] = True
        return self.accounts.filter(pl.Series(seen)).sort("account_id")

    def _moment(self, column: str) -> pl.Expr:
        """Convert seconds since the start to a time."""
        return pl.lit(self.start).cast(TIME) + pl.duration(seconds=column)


def draft(scenario: Scenario, scale: float, rng: np.random.Generator, evasion: Evasion) -> Draft:
    """Run the parts of a scenario.

    Parameters
    ----------
    scenario : Scenario
    scale : float
    rng : numpy.random.Generator
    evasion : Evasion
        Evasion of all operations.
    """
    parts = scenario.parts(scale, rng)
    own_ids, *streams = rng.spawn(1 + len(parts))
    schemes = rng.spawn(len(parts))
    homes = Homes.settle(rng, round(scenario.organic * scale))
    tables = []
    for part, stream, scheme in zip(parts, streams, schemes, strict=True):
        table = part.accounts(stream, homes)
        run = table["operation"].null_count() == 0
        tables.append(bought(scheme, table, evasion.aged_metadata if run else 0))
    accounts, people = pl.concat(tables), _numbered(tables)
    posts = pl.concat(
        evasion.put_off(scheme, part.posts(stream, own))
        for part, stream, scheme, own in zip(parts, streams, schemes, people, strict=True)
    )
    world = _world(rng, accounts, posts)
    reactions, planned = [], []
    for part, stream, scheme, own in zip(parts, streams, schemes, people, strict=True):
        plan = part.reactions(stream, own, world)
        planned.append(plan.filter("boost").rechunk())
        reactions.append(evasion.applied(scheme, plan, own, world))
    counts = counting(posts, pl.concat(table.select("action", "account", "time", "target") for table in reactions))
    first = 0
    for k, table in enumerate(reactions):  # one by one: two copies of all would not fit in memory
        reactions[k] = table.filter(counts[first : first + table.height]).rechunk()
        first += table.height
    events = pl.concat([posts, *reactions])
    del reactions
    events = pl.concat([events, _first_words(rng, accounts, events)])
    boosts = pl.concat(planned)
    costs = _costs(accounts, boosts.filter(counting(posts, boosts)), events, world, evasion)
    n_acts = np.bincount(events["account"].to_numpy(), minlength=accounts.height)
    post_ids = _scattered_ids(rng, events.height, POST_IDS)
    ids = _account_ids(own_ids, rng, accounts["operation"].null_count(), accounts.height)
    seen = np.flatnonzero(rng.random(events.height) < evasion.partial_observation)
    order = np.lexsort((post_ids[seen], ids[events["account"].to_numpy()[seen]], events["time"].to_numpy()[seen]))
    accounts = accounts.with_columns(account_id=pl.Series(ids), posts=pl.col("past_posts") + pl.Series(n_acts))
    return Draft(accounts, events, post_ids, seen[order], costs, scenario.start)


def _numbered(tables: Sequence[pl.DataFrame]) -> list[People]:
    """Return the people of each table, numbered consecutively."""
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
    """Create one post for each account without any action, so that it is observed."""
    everyone = People.of(accounts, np.arange(accounts.height))
    seen = np.bincount(events["account"].to_numpy(), minlength=len(everyone)) > 0
    silent = everyone.take(~seen)
    return acts("post", silent.number, waking_times(rng, silent.zone), words=write(rng, silent.language, silent.home))


def _costs(
    accounts: pl.DataFrame, planned: pl.DataFrame, events: pl.DataFrame, world: World, evasion: Evasion
) -> pl.DataFrame:
    """Return the costs of evasion of each operation; see :class:`cib.simulation.Simulation`."""
    operation = accounts.select("operation").with_row_index("account")

    def boosts(table: pl.DataFrame, suffix: str) -> pl.DataFrame:
        made = table.select("account", "time", "target", "boost").filter("boost").drop_nulls("target")
        delay = made["time"].to_numpy() - world.time[made["target"].to_numpy().astype(np.int64)]
        timed = made.with_columns(delay=pl.Series(delay, dtype=pl.Int64)).join(operation, on="account")
        measures = pl.len().alias(f"boosts_{suffix}"), pl.col("delay").median().alias(f"delay_{suffix}")
        return timed.group_by("operation").agg(*measures)

    as_planned, as_made = boosts(planned, "planned"), boosts(events, "made")
    acts_of = pl.Series(np.bincount(events["account"].to_numpy(), minlength=accounts.height))
    acted = operation.with_columns(acts=acts_of).drop_nulls("operation").group_by("operation").agg(pl.sum("acts"))
    costs = acted.join(as_planned, on="operation", how="left").join(as_made, on="operation", how="left")
    made = pl.col("boosts_made").fill_null(0)
    return costs.select(
        "operation",
        planned=pl.col("boosts_planned"),
        boosts=made,
        amplification_lost=1 - made / pl.col("boosts_planned"),
        delay=pl.col("delay_made"),
        delay_added=pl.col("delay_made") - pl.col("delay_planned"),
        effort=pl.when(made > 0).then(pl.col("acts") / made),
        bought=pl.lit(evasion.aged_metadata, dtype=pl.Float64),
    ).sort("operation")


def _account_ids(own: np.random.Generator, rng: np.random.Generator, n_organic: int, n: int) -> Ints:
    """Draw account ids, organic accounts first; these are the same whatever operations are present."""
    organic = _scattered_ids(own, n_organic, ACCOUNT_IDS)
    while True:  # a collision among two million ids occurs about once in 100,000 runs
        ids = np.concatenate([organic, rng.integers(*ACCOUNT_IDS, n - n_organic)])
        if len(np.unique(ids)) == n:
            return ids


def _scattered_ids(rng: np.random.Generator, n: int, between: tuple[int, int]) -> Ints:
    """Draw distinct numbers of nineteen digits in random order."""
    first, last = between
    room = (last - first) // max(n, 1)
    ids: Ints = first + rng.permutation(n) * room + rng.integers(0, room, n)
    return ids
