"""Hold the accounts and actions of a world, and write its files."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from wording import LANGUAGES, ZONES, composed, names, spelled

HOUR, DAY, WEEK = 3_600, 86_400, 604_800
MONDAY = 1_577_664_000  # 30 December 2019
ACTIONS = ("post", "retweet", "mention", "reply")
CLIENTS = ("Android app", "iPhone app", "Web app", "Tablet app", "Desk", "Planner", "Cascade", "Relay bot")
#: Weight of each local hour in leisure time, and in working time with a break at noon.
LEISURE = np.array([2, 1, 0.5, 0.3, 0.3, 0.6, 1.6, 3, 3.6, 3.8, 4, 4.3, 5, 4.6, 4, 4, 4.3, 5, 5.6, 6.3, 7, 7.4, 6, 3.8])
OFFICE = np.array([0, 0, 0, 0, 0, 0, 0, 0.3, 2, 5, 6, 5, 1.5, 3, 6, 6, 5, 3, 0.8, 0.2, 0, 0, 0, 0])
#: Local hours of the beginning and end of sleep.
ASLEEP = (0.75, 7.0)


@dataclass(frozen=True)
class Posts:
    """Posts that can be acted on: their rows, authors and times."""

    row: np.ndarray
    author: np.ndarray
    time: np.ndarray

    def take(self, index: np.ndarray) -> Posts:
        return Posts(self.row[index], self.author[index], self.time[index])

    def __len__(self) -> int:
        return len(self.row)


class Look(NamedTuple):
    """Distributions of profiles: medians, sigmas of the logarithm, and shares."""

    followers: tuple[float, float] = (90, 1.6)
    following: tuple[float, float] = (180, 1.1)
    zero: float = 0.02
    given_names: float = 0.3
    described: float = 0.7
    client: str | None = None
    one_client: float = 0.75


class Stage:
    """A world: its accounts, actions and random generator.

    Parameters
    ----------
    name : str
    seed : int
        The same name and seed yield the same world.
    kinds : tuple of str
        The actions that exist on the platform.
    """

    def __init__(self, name: str, seed: int, kinds: tuple[str, ...] = ACTIONS) -> None:
        self.name, self.kinds = name, kinds
        self.rng = rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        self.start = MONDAY + int(rng.integers(0, 200)) * WEEK
        self.days = 7 * int(rng.integers(3, 10))
        self.end = self.days * DAY
        self.busy = self._busy_days()
        self.describes = rng.random() < 0.5
        self.minutes: tuple[int, int] | None = None
        self.people: dict[str, np.ndarray] = {}
        self.acts: list[pl.DataFrame] = []
        self.rows = 0
        self._tags = self._sites = 0

    def _busy_days(self) -> np.ndarray:
        weight = np.exp(self.rng.normal(0, 0.15, self.days))
        weight[self.rng.integers(0, self.days, 3)] *= self.rng.uniform(1, 3)
        weight[np.arange(self.days) % 7 >= 5] *= self.rng.uniform(0.7, 1.3)
        return weight / weight.sum()

    # ---------------------------------------------------------------- draws
    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def about(self, low: float, high: float) -> float:
        """Draw a log-uniform number between two positive numbers."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def count(self, low: float, high: float) -> int:
        return round(self.about(low, high))

    def new_tags(self, n: int) -> np.ndarray:
        """Return hashtags that are not used elsewhere."""
        self._tags += n
        return np.array([f"tag{k:05}" for k in range(self._tags - n, self._tags)])

    def new_sites(self, n: int) -> np.ndarray:
        """Return numbers of sites that are not linked elsewhere."""
        self._sites += n
        return np.arange(1_000 + self._sites - n, 1_000 + self._sites)

    # ------------------------------------------------------------- accounts
    def join(
        self,
        n: int,
        community: str,
        look: Look = Look(),  # noqa: B008
        *,
        operation: str | None = None,
        role: str = "organic",
        cell: np.ndarray | int = -1,
        language: np.ndarray | int | None = None,
        zone: np.ndarray | int | None = None,
        created: np.ndarray | None = None,
        fame: np.ndarray | float = 1.0,
        until: np.ndarray | float | None = None,
        description: str | None = None,
    ) -> np.ndarray:
        """Add accounts and return their numbers.

        ``fame`` is the weight with which others follow them, ``until`` the end of their everyday life in seconds from
        the start; members of operations have none by default.
        """
        rng = self.rng
        language = rng.choice(len(LANGUAGES), n, p=self.languages) if language is None else language
        language = np.broadcast_to(language, n).astype(np.int64)
        home = np.array([rng.choice(ZONES[code]) for code in language], dtype=np.int64) if zone is None else zone
        lives = self.grown(n) if created is None else created
        columns: dict[str, Any] = {
            "community": community,
            "operation": operation or "",
            "role": role,
            "cell": cell,
            "language": language,
            "zone": home,
            "late": rng.normal(0, 1.3, n),
            "created": lives,
            "fame": fame,
            "until": (np.inf if operation is None else 0) if until is None else until,
            "followers": self._counts(n, *look.followers) * (rng.random(n) >= look.zero),
            "following": self._counts(n, *look.following),
            "given": (rng.random(n) < look.given_names) & (lives > -1_200 * DAY),
            "description": self._descriptions(language, look.described, description),
            "client": self._clients(n, look),
        }
        columns = {name: np.broadcast_to(values, n) for name, values in columns.items()}
        first = self.size
        self.people = {
            name: np.concatenate([self.people[name], values]) if self.people else values.copy()
            for name, values in columns.items()
        }
        return np.arange(first, first + n)

    @property
    def size(self) -> int:
        return len(self.people["zone"]) if self.people else 0

    @cached_property
    def languages(self) -> np.ndarray:
        """Return the shares of the languages."""
        return self.rng.dirichlet(np.full(len(LANGUAGES), 0.6))

    def grown(self, n: int) -> np.ndarray:
        """Draw creation times over the years, in seconds before the start."""
        return -(self.rng.beta(1, 1.6, n) * 3_800 * DAY).astype(np.int64) - DAY

    def _counts(self, n: int, median: float, sigma: float) -> np.ndarray:
        return self.rng.lognormal(np.log(median), sigma, n).astype(np.int64)

    def _clients(self, n: int, look: Look) -> np.ndarray:
        own = self.rng.choice(4, n, p=(0.45, 0.33, 0.18, 0.04))
        if look.client is None:
            return own
        return np.where(self.rng.random(n) < look.one_client, CLIENTS.index(look.client), own)

    def _descriptions(self, language: np.ndarray, share: float, description: str | None) -> np.ndarray:
        if description is not None:
            return np.full(len(language), description, dtype=object)
        said = spelled(composed(self.rng, language, 2, 9)).to_numpy().astype(object)
        return np.where(self.rng.random(len(language)) < share, said, "")

    # ---------------------------------------------------------------- times
    def moments(self, who: np.ndarray, curve: np.ndarray = LEISURE, weekend: float = 1.0) -> np.ndarray:
        """Draw a time for each account by its local hours."""
        weight = self.busy * np.where(np.arange(self.days) % 7 >= 5, weekend, 1)
        day = self.rng.choice(self.days, len(who), p=weight / weight.sum())
        hour = self.rng.choice(24, len(who), p=curve / curve.sum()) + self.rng.random(len(who))
        local = day * DAY + ((hour + self.people["late"][who] * (curve is LEISURE)) * HOUR).astype(np.int64)
        return (local - self.people["zone"][who] * HOUR) % self.end

    def later(self, time: np.ndarray, median: float, sigma: float, who: np.ndarray | None = None) -> np.ndarray:
        """Add a lognormal delay in seconds; times of `who` during sleep are mostly postponed."""
        time = time + self.rng.lognormal(np.log(median), sigma, len(time)).astype(np.int64) + 1
        return time if who is None else self.awake(time, who)

    def awake(self, time: np.ndarray, who: np.ndarray) -> np.ndarray:
        slept, woke = (limit + self.people["late"][who] for limit in ASLEEP)
        hour = (time / HOUR + self.people["zone"][who]) % 24
        asleep = (hour > slept) & (hour < woke) & (self.rng.random(len(time)) < 0.9)
        morning = time + ((woke - hour) * HOUR + self.rng.exponential(HOUR, len(time))).astype(np.int64)
        return np.where(asleep, morning, time)

    # ----------------------------------------------------------------- acts
    def act(
        self,
        kind: str,
        who: np.ndarray,
        when: np.ndarray,
        *,
        on: Posts | None = None,
        named: np.ndarray | None = None,
        text: pl.Series | None = None,
        url: pl.Series | None = None,
        tags: pl.Series | None = None,
        language: np.ndarray | int | None = None,
        client: str | None = None,
    ) -> Posts:
        """Add actions; ``tags`` are joined by spaces, ``named`` is the account that a mention names."""
        n = len(who)
        nothing = pl.repeat(None, n, dtype=pl.String, eager=True)
        spoken = self.people["language"][who] if language is None else np.broadcast_to(language, n)
        used = self.people["client"][who] if client is None else np.full(n, CLIENTS.index(client))
        other = self.rng.random(n) < (0.1 if client is None else 0)
        self.acts.append(
            pl.DataFrame(
                {
                    "kind": np.full(n, ACTIONS.index(kind), dtype=np.int64),
                    "who": np.asarray(who, dtype=np.int64),
                    "when": np.asarray(when, dtype=np.int64),
                    "on": np.full(n, -1, dtype=np.int64) if on is None else on.row,
                    "named": np.full(n, -1, dtype=np.int64) if named is None else np.asarray(named, dtype=np.int64),
                    "text": nothing if text is None else text,
                    "url": nothing if url is None else url,
                    "tags": nothing if tags is None else tags,
                    "language": np.full(n, -1) if kind == "retweet" else spoken.astype(np.int64),
                    "client": np.where(other, self.rng.integers(0, 3, n), used).astype(np.int64),
                }
            )
        )
        self.rows += n
        return Posts(np.arange(self.rows - n, self.rows), np.asarray(who), np.asarray(when))

    def says(
        self, kind: str, who: np.ndarray, when: np.ndarray, language: np.ndarray | int | None = None, **more: Any
    ) -> Posts:
        """Add actions with new texts."""
        spoken = self.people["language"][who] if language is None else np.broadcast_to(language, len(who))
        text = spelled(composed(self.rng, spoken.astype(np.int64)))
        return self.act(kind, who, when, text=text, language=language, **more)

    # --------------------------------------------------------------- output
    def write(self, folder: Path) -> dict[str, Any]:
        """Write the world in the format of the rival takedown, and return counts."""
        rng = self.rng
        folder.mkdir(parents=True, exist_ok=True)
        acts = self._valid(pl.concat(self.acts).with_row_index("row").cast({"row": pl.Int64}))
        ids = 10**15 + rng.permutation(self.size) * 997 + rng.integers(0, 997, self.size)
        post_ids = 10**17 + rng.permutation(self.rows) * 991 + rng.integers(0, 991, self.rows)
        account, post, none = pl.Series(ids), pl.Series(post_ids), pl.lit(None, pl.Int64)
        on, target = pl.col("on") >= 0, pl.coalesce(pl.col("author"), pl.when(pl.col("named") >= 0).then("named"))
        codes = {"kind": ACTIONS, "client": CLIENTS, "language": LANGUAGES}
        said = {name: pl.col(name).replace_strict(dict(enumerate(words))) for name, words in codes.items()}
        actions = acts.select(
            pl.lit(post).gather(pl.col("row")).alias("post_id"),
            pl.lit(account).gather(pl.col("who")).alias("account_id"),
            said["kind"].alias("action"),
            pl.when(on).then(pl.lit(post).gather(pl.col("on").clip(0))).otherwise(none).alias("object_id"),
            pl.when(target.is_not_null()).then(pl.lit(account).gather(target.fill_null(0))).alias("target_account_id"),
            pl.from_epoch(pl.col("when") + self.start).dt.replace_time_zone("UTC").alias("created_at"),
            "text",
            pl.when(pl.col("url").is_not_null()).then(pl.concat_list("url")).alias("urls"),
            pl.col("tags").str.split(" ").alias("hashtags"),
            said["client"].alias("client"),
            said["language"].alias("lang"),
        ).sort("created_at", "post_id")
        actions.write_parquet(folder / "actions.parquet")
        seen = np.unique(np.concatenate([acts["who"], acts.select(target.drop_nulls()).to_series()]))
        self._profiles(ids, seen).write_parquet(folder / "accounts.parquet")
        self._truth(ids, seen).write_parquet(folder / "truth.parquet")
        told = {"world": self.name, "days": self.days, "actions": actions.height, "accounts": len(seen)}
        (folder / "summary.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        return told

    def _valid(self, acts: pl.DataFrame) -> pl.DataFrame:
        """Keep the actions that are possible and observed: in time, after their target, and each repost once."""
        exists = pl.Series(self.people["created"]).gather(acts["who"]) <= acts["when"]
        answered = acts.select(on="row", author="who", before="when", their_language="language")
        acts = acts.join(answered, on="on", how="left", maintain_order="left").filter(
            exists,
            pl.col("when").is_between(0, self.end - 1),
            pl.col("kind").is_in([ACTIONS.index(kind) for kind in self.kinds]),
            (pl.col("on") < 0) | ((pl.col("when") > pl.col("before")) & (pl.col("who") != pl.col("author"))),
            pl.col("who") != pl.col("named"),
        )
        for _ in range(6):  # actions on removed actions are removed, too, and so on
            acts = acts.filter((pl.col("on") < 0) | pl.col("on").is_in(acts["row"].implode()))
        spoken = pl.when(pl.col("language") < 0).then("their_language").otherwise("language")
        again = (pl.col("kind") == ACTIONS.index("retweet")) & (pl.int_range(pl.len()).over("who", "on", "kind") > 0)
        return self._observed(acts.with_columns(language=spoken).sort("when", "row").filter(~again))

    def _observed(self, acts: pl.DataFrame) -> pl.DataFrame:
        """Keep the minutes that were collected; all of them by default."""
        if self.minutes is None:
            return acts
        every, length = self.minutes
        return acts.filter(pl.col("when") // 60 % every < length)

    def _profiles(self, ids: np.ndarray, seen: np.ndarray) -> pl.DataFrame:
        people = {name: values[seen] for name, values in self.people.items()}
        table = pl.DataFrame(
            {
                "account_id": ids[seen],
                "created_at": pl.from_epoch(pl.Series(people["created"] + self.start)).dt.replace_time_zone("UTC"),
                "followers": people["followers"].astype(np.int64),
                "following": people["following"].astype(np.int64),
                "name": names(self.rng, people["given"]),
            }
        )
        if self.describes:
            table = table.with_columns(description=pl.Series(people["description"].tolist(), dtype=pl.String))
        return table.sort("account_id")

    def _truth(self, ids: np.ndarray, seen: np.ndarray) -> pl.DataFrame:
        known = {name: self.people[name][seen] for name in ("operation", "role", "community", "cell")}
        return (
            pl.DataFrame({"account_id": ids[seen], **known})
            .with_columns(
                operation=pl.when(pl.col("operation") != "").then("operation"),
                cell=pl.when(pl.col("cell") >= 0).then("cell"),
            )
            .sort("account_id")
        )
