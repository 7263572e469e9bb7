"""Create accounts, their homes and their profiles.

Accounts are rows of one table with the columns of :data:`ACCOUNT_FIELDS`; their number is the row. Every organic
account belongs to a *home*, a community of one language and time zone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cib.simulation.clock import DAY, HOUR
from cib.simulation.draws import Bools, Floats, Ints, masked, pick, sometimes
from cib.simulation.wording import LANGUAGES, ZONES, invented

__all__ = ["Batches", "Homes", "People", "Profile", "accounts", "bought", "recruits", "renamed"]

ACCOUNT_FIELDS = (
    "operation", "role", "community", "home", "zone", "language", "group", "activity", "renown",
    "client", "created", "name", "followers", "following", "past_posts", "description",
)  # fmt: skip

#: Mean number of accounts of a home.
ACCOUNTS_A_HOME = 450
LANGUAGE_WEIGHTS = {"en": 0.36, "es": 0.14, "pt": 0.08, "fr": 0.06, "tr": 0.08, "ar": 0.08, "ja": 0.1, "zh": 0.1}
CLIENTS, CLIENT_WEIGHTS = ("android", "ios", "web", "scheduler"), (0.42, 0.34, 0.22, 0.02)
SAME_CLIENT = 0.7  # share of accounts that use the common client, if there is one

OLDEST = 3_900 * DAY  # maximum age of accounts, created in summer 2009
#: Maximum age of accounts created since December 2017, when default names became a name and eight digits.
DEFAULT_NAMES_SINCE = 840 * DAY
BETWEEN = (" and ", " | ", ", mostly ", " fan from ", " & ", " / ", ", sometimes ", ". Likes ")


@dataclass(frozen=True)
class Homes:
    """Communities of one language and time zone; row ``i`` is home ``i``."""

    language: Ints
    zone: Ints
    weight: Floats

    @classmethod
    def settle(cls, rng: np.random.Generator, n_accounts: int) -> Homes:
        """Draw homes for a number of accounts, at least one per language."""
        more = max(n_accounts // ACCOUNTS_A_HOME - len(LANGUAGES), 0)
        weights = np.array([LANGUAGE_WEIGHTS[language] for language in LANGUAGES])
        drawn = rng.choice(len(LANGUAGES), more, p=weights / weights.sum())
        language = np.concatenate([np.arange(len(LANGUAGES)), drawn])
        zone = [rng.choice(ZONES[LANGUAGES[code]]) for code in language]
        weight = rng.uniform(0.5, 1.5, len(language))
        return cls(language.astype(np.int64), np.array(zone, dtype=np.int64), weight / weight.sum())

    def draw(self, rng: np.random.Generator, n: int, language: str | None = None) -> Ints:
        """Draw a home for each of `n` accounts, of one language if given."""
        weight = self.weight if language is None else self.weight * (self.language == LANGUAGES.index(language))
        return rng.choice(len(weight), n, p=weight / weight.sum()).astype(np.int64)


@dataclass(frozen=True)
class Profile:
    """Distributions of the profiles of one kind of account.

    Parameters
    ----------
    followers, following : tuple of float
        Median and sigma of the lognormal distribution of values above zero.
    zero_followers : float
        Share of accounts without followers.
    default_names : float
        Share of accounts created since December 2017 that kept their default name.
    described : float
        Share of accounts with a description.
    past_posts : float
        Median number of posts before the simulated span.
    client : str, optional
        Client that most of the accounts use.
    """

    followers: tuple[float, float] = (130.0, 1.9)
    following: tuple[float, float] = (190.0, 1.3)
    zero_followers: float = 0.02
    default_names: float = 0.45
    described: float = 0.72
    past_posts: float = 900.0
    client: str | None = None

    def draw(self, rng: np.random.Generator, created: Ints) -> pl.DataFrame:
        """Draw the profiles, one row per account."""
        n = len(created)
        followers = np.ceil(rng.lognormal(np.log(self.followers[0]), self.followers[1], n)).astype(np.int64)
        following = np.floor(rng.lognormal(np.log(self.following[0]), self.following[1], n)).astype(np.int64)
        return pl.DataFrame(
            {
                "client": self._clients(rng, n),
                "created": created,
                "name": _names(rng, created, self.default_names),
                "followers": np.where(rng.random(n) < self.zero_followers, 0, followers),
                "following": following,
                "past_posts": rng.lognormal(np.log(self.past_posts), 1.5, n).astype(np.int64),
                "description": _descriptions(rng, n, self.described),
            }
        )

    def _clients(self, rng: np.random.Generator, n: int) -> pl.Series:
        usual = CLIENTS.index(self.client) if self.client else 0
        same = rng.random(n) < (SAME_CLIENT if self.client else 0)
        return pick(CLIENTS, np.where(same, usual, rng.choice(len(CLIENTS), n, p=CLIENT_WEIGHTS)))


@dataclass(frozen=True)
class Batches:
    """Distribution of the creation times of an operation's accounts.

    Parameters
    ----------
    size : tuple of int
        Minimum and maximum number of accounts created on one day.
    days : tuple of int
        First and last day before the start.
    zone : int
        Time zone of the office hours in which batches are created, in hours ahead of UTC.
    older : float
        Share of accounts that were created individually, over the years.
    """

    size: tuple[int, int]
    days: tuple[int, int]
    zone: int
    older: float

    def draw(self, rng: np.random.Generator, n: int) -> Ints:
        """Draw times of creation, in seconds since the start; neighbours share a batch."""
        sizes = rng.integers(self.size[0], self.size[1] + 1, n // self.size[0] + 1)
        batch = np.repeat(np.arange(len(sizes)), sizes)[:n]
        day = -rng.integers(self.days[0], self.days[1] + 1, len(sizes))
        local = rng.uniform(9 * HOUR, 18 * HOUR, n).astype(np.int64)
        made = day[batch] * DAY + local - self.zone * HOUR
        return np.where(rng.random(n) < self.older, _grown(rng, n), made)


@dataclass(frozen=True, eq=False)
class People:
    """Selected accounts, as arrays of equal length.

    Parameters
    ----------
    number : ndarray of int
        Row in the table of all accounts.
    home, zone, language, group, activity : ndarray of int
        ``group`` is the team, house or fandom inside a part; ``activity`` is the number of everyday actions.
    """

    number: Ints
    home: Ints
    zone: Ints
    language: Ints
    group: Ints
    activity: Ints

    @classmethod
    def of(cls, table: pl.DataFrame, number: Ints) -> People:
        """Create people from a table whose rows have these numbers."""
        columns = ("home", "zone", "language", "group", "activity")
        return cls(number, *(table[name].to_numpy() for name in columns))

    def take(self, index: Ints | Bools | slice) -> People:
        """Return the accounts at some positions, in that order, with repetition."""
        return People(
            self.number[index],
            self.home[index],
            self.zone[index],
            self.language[index],
            self.group[index],
            self.activity[index],
        )

    def repeat(self, counts: Ints) -> People:
        """Repeat each account by its count."""
        return self.take(np.repeat(np.arange(len(self)), counts))

    def split(self, first: int) -> tuple[People, People]:
        """Split into the first `first` accounts and the others."""
        return self.take(slice(0, first)), self.take(slice(first, None))

    def __len__(self) -> int:
        return len(self.number)


def accounts(
    rng: np.random.Generator,
    homes: Homes,
    home: Ints,
    community: str,
    profile: Profile,
    *,
    activity: Ints,
    group: Ints | None = None,
    renown: Floats | float | None = None,
    created: Ints | None = None,
    operation: str | None = None,
    role: str | None = None,
) -> pl.DataFrame:
    """Create a table of accounts of one kind.

    Parameters
    ----------
    rng : numpy.random.Generator
    homes : Homes
    home : ndarray of int, shape (n,)
    community : str
        Name of the community in the ground truth.
    profile : Profile
    activity : ndarray of int, shape (n,)
    group : ndarray of int, shape (n,), optional
    renown : ndarray of float or float, optional
        Weight with which others react to their posts; None keeps them out of the feed.
    created : ndarray of int, shape (n,), optional
        Seconds since the start; by default drawn over the years.
    operation, role : str, optional
    """
    n = len(home)
    facts = pl.DataFrame(
        {
            "home": home,
            "zone": homes.zone[home],
            "language": homes.language[home],
            "group": np.zeros(n, dtype=np.int64) if group is None else group,
            "activity": activity,
            "renown": np.broadcast_to(np.nan if renown is None else renown, n).astype(np.float64),
        }
    ).with_columns(
        operation=pl.lit(operation, dtype=pl.String),
        role=pl.lit(role, dtype=pl.String),
        community=pl.lit(community),
    )
    profiles = profile.draw(rng, _grown(rng, n) if created is None else created)
    return pl.concat([facts, profiles], how="horizontal").select(ACCOUNT_FIELDS)


def recruits(
    rng: np.random.Generator,
    homes: Homes,
    n: int,
    language: str,
    profile: Profile,
    name: str,
    busy: float,
    batches: Batches,
    group: Ints | None = None,
    role: str | None = None,
) -> pl.DataFrame:
    """Create the accounts of an operation, created in batches, with `busy` everyday actions on average (geometric)."""
    home, activity = homes.draw(rng, n, language), rng.geometric(1 / busy, n)
    created = batches.draw(rng, n)
    return accounts(
        rng, homes, home, name, profile, activity=activity, group=group, created=created, operation=name, role=role
    )


def bought(rng: np.random.Generator, table: pl.DataFrame, share: float) -> pl.DataFrame:
    """Replace a share of the profiles and creation times by those of ordinary accounts."""
    if not share:
        return table
    others = Profile().draw(rng, _grown(rng, table.height))
    own = pl.Series(rng.random(table.height) >= share)
    return table.with_columns(table[name].zip_with(own, others[name]) for name in others.columns)


def renamed(rng: np.random.Generator, table: pl.DataFrame, grammar: int) -> pl.DataFrame:
    """Replace the names of accounts by names of one of five patterns."""
    n = table.height
    first, second = (pl.lit(invented(rng.integers(0, 1_000_000, n))) for _ in range(2))
    digits = pl.lit(pl.Series(rng.integers(10_000_000, 100_000_000, n)).cast(pl.String))
    grammars = (
        first + digits,
        first + "_" + second,
        first.str.to_titlecase() + second.str.to_titlecase() + digits.str.slice(0, 2),
        first + pl.lit("19") + digits.str.slice(6),
        second.str.slice(0, 3) + digits.str.slice(3) + first.str.slice(0, 2),
    )
    return table.with_columns(name=grammars[grammar % len(grammars)])


def _grown(rng: np.random.Generator, n: int) -> Ints:
    """Draw creation times of accounts that were created individually, over the years."""
    return -HOUR - (OLDEST * rng.beta(1, 1.5, n)).astype(np.int64)


def _names(rng: np.random.Generator, created: Ints, default: float) -> pl.Series:
    n = len(created)
    word = invented(rng.integers(0, 1_000_000, n))
    given = (created > -DEFAULT_NAMES_SINCE) & (rng.random(n) < default)
    digits = np.where(given, rng.integers(10_000_000, 100_000_000, n), rng.integers(0, 3_000, n))
    # Chosen names have a short number or none.
    numbered = masked(pl.Series(digits).cast(pl.String), ~given & (digits >= 1_500)).fill_null("")
    return pl.select(pl.concat_str(pl.lit(word), pl.lit(numbered))).to_series()


def _descriptions(rng: np.random.Generator, n: int, share: float) -> pl.Series:
    first, second = (pl.lit(invented(rng.integers(0, 1_000_000, n))) for _ in range(2))
    between = pl.lit(pick(BETWEEN, rng.integers(0, len(BETWEEN), n)))
    return sometimes(rng, pl.select(first + between + second).to_series(), share)
