"""Features of the attention that an account gives and receives, computed from the accounts it acts on and their actors.

An act is a retweet, quote, reply or mention of another account. An account's own actions say little about its role in
an operation, and their number nothing; properties of the accounts at the other end generalise across kinds of data.
Each feature is a sum over pairs of accounts by account. Shares are over all actions of the account and four more with
value 0, so that they are small for accounts with few acts.

>>> import cib
>>> activity, _ = cib.simulate(scale=0.002, seed=1)
>>> cib.extract(activity, ["unearned_given", "audience_days_off"])
FeatureTable(... accounts x 2 features: unearned_given, audience_days_off)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.features.acts import PRIOR, Acts, rounded
from cib.features.feature import feature
from cib.graphs.graph import Graph
from cib.graphs.incidence import distinct_values

__all__ = ["creation_batches", "days_off", "unearned_attention"]

Frame = nw.DataFrame[Any]
Numbers = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Pseudocount of pairs of accounts not created together, added to every audience.
PRIOR_PAIRS = 20.0

#: Pseudocount of days, or acts received, with the weekend share of all accounts, added to every account.
PRIOR_DAYS = 10.0

#: In microseconds.
DAY = 86_400 * 10**6

#: Days of a week that begins on Monday; 1970 began on a Thursday.
THURSDAY, SATURDAY = 3, 5

#: Least number of days from the first to the last act for weekends to be compared.
LEAST_DAYS = 14


@feature(
    outputs={
        "unearned_given": "Share of what it does that goes, unreturned, to accounts more act on than follow.",
        "unearned_received": "How many accounts act on it, unreturned, for each that follows it or does so.",
        "attention_returned": "Share of the acts that it receives which it returned.",
    },
    relative=True,
)
def unearned_attention(posts: Frame, accounts: Frame, interactions: Graph) -> Mapping[str, Numbers]:
    """Compute the attention given and received that the number of followers does not explain.

    For A accounts that act on an account, which never acts on them, and F followers:

    - ``unearned_received``: ``A / (A + F + 4)``.
    - ``unearned_given``: the mean of ``B / (B + F + 1)`` over all actions of the account and four more with value 0;
      B is the number of other accounts that act on the target, as above. Acts that are returned, and actions on no
      account, have value 0.
    - ``attention_returned``: ``M / (R + 4)`` for R acts received, of which M have one in return: the smaller number of
      the two directions, summed over the accounts that act on it. High in groups of mutual promotion; unknown without
      acts received.

    The core disclosed in June 2020 had few followers and tens of retweets per post (Twitter 2020; ASPI 2020). Unknown
    where the number of followers is not known.
    """
    acts, followers = Acts.of(interactions), _column(accounts, "followers", interactions.n_accounts)
    one_sided = acts.returned == 0
    actors = acts.received(one_sided)
    received, returned = acts.received(acts.weight), acts.received(np.minimum(acts.weight, acts.returned))
    others = np.maximum(actors - 1, 0)
    unearned = others / (others + followers + 1)
    return {
        "unearned_given": acts.share(posts, unearned[acts.target] * one_sided),
        "unearned_received": actors / (actors + followers + PRIOR),
        "attention_returned": np.where(received > 0, returned / (received + PRIOR), np.nan),
    }


@feature(
    outputs={
        "audience_batches": "Share of the pairs of accounts acting on it that were created on one day, beyond chance.",
        "aimed_at_batches": "The same of the accounts that it acts on, over all that it does.",
        "audience_aim_at_batches": "How much those who act on it act on accounts with an audience created together.",
    },
    relative=True,
)
def creation_batches(posts: Frame, accounts: Frame, interactions: Graph) -> Mapping[str, Numbers]:
    """Compute whether the accounts that act on an account were created in batches, as in some operations.

    - ``audience_batches``: ``(S - s P) / (P + 20)``, with P the number of pairs of accounts that act on it, S the
      number of these pairs created on one day (UTC), and s the share of such pairs among all accounts that act on
      others; unknown with fewer than two accounts of known creation.
    - ``aimed_at_batches``: the mean of the targets' ``audience_batches`` over all actions of the account and four more
      with value 0.
    - ``audience_aim_at_batches``: the mean of ``aimed_at_batches`` over the accounts that act on it and four more with
      value 0.

    Batches: Bellingcat (2020) on the June 2020 network. Unknown where no time of creation is known.
    """
    acts, created = Acts.of(interactions), _column(accounts, "created_at", interactions.n_accounts)
    born, day = ~np.isnan(created[acts.source]), created // DAY
    target, count = _runs(acts.target[born], day[acts.source[born]])
    same, audience = np.bincount(target, count * (count - 1), acts.n), acts.received(born)
    pairs = audience * (audience - 1)
    beyond = same - _chance(day[distinct_values(acts.source[born])]) * pairs
    batches = np.where(pairs > 0, beyond / (pairs + 2 * PRIOR_PAIRS), np.nan)
    aimed = acts.share(posts, np.where(born.any(), np.nan_to_num(batches), np.nan)[acts.target])
    actors, aim = acts.received(np.ones(len(born))), acts.received(np.nan_to_num(aimed)[acts.source])
    return {
        "audience_batches": batches,
        "aimed_at_batches": aimed,
        "audience_aim_at_batches": rounded(np.where(born.any() & (actors > 0), aim / (actors + PRIOR), np.nan)),
    }


@feature(
    outputs={
        "audience_days_off": "How much more seldom than others those who act on it are active at weekends.",
        "aimed_at_days_off": "The same of the accounts that it acts on, over all that it does.",
    },
    relative=True,
)
def days_off(posts: Frame, interactions: Graph, counted: tuple[Ints, Ints, int] | None = None) -> Mapping[str, Numbers]:
    """Compute whether the accounts that act on an account are less active at weekends, as with paid work.

    The value of one account is ``(w N - W) / (N + 10)``, with N the number of days on which it was active, W the number
    of these that are a Saturday or Sunday (UTC), and w the share of weekend days among all active days of all accounts.
    A day counts once, because acts of one day are not independent.

    - ``audience_days_off``: the mean of this value over the acts that the account receives and ten more with value 0.
    - ``aimed_at_days_off``: the mean of the targets' ``audience_days_off`` over all actions of the account and four
      more with value 0.

    The core disclosed in June 2020 was active in office hours (ASPI 2020). The week of a single account has too few
    days; the accounts that act on one target, or on the targets of one audience, have many. Unknown for all accounts
    with less than two weeks of data.
    """
    acts = Acts.of(interactions)
    own = _own_days_off(*(_days(posts, acts.n) if counted is None else counted))
    received = acts.received(acts.weight)
    audience = np.where(received > 0, acts.received(acts.weight * own[acts.source]) / (received + PRIOR_DAYS), np.nan)
    return {"audience_days_off": rounded(audience), "aimed_at_days_off": acts.share(posts, audience[acts.target])}


def _days(posts: Frame, n: int) -> tuple[Ints, Ints, int]:
    """Count days and weekend days on which each account was active, each of shape (n,), and the days of all data."""
    from cib.features.passes import account_times  # numba takes half a second to import

    starts, times = account_times(posts)
    day, account = times // DAY, np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    new = (np.diff(day, prepend=-1) != 0) | (np.diff(account, prepend=-1) != 0)
    account, weekend = account[new], (day[new] + THURSDAY) % 7 >= SATURDAY
    return (
        np.bincount(account, minlength=n),
        np.bincount(account[weekend], minlength=n),
        int(np.ptp(day)) if len(day) else 0,
    )


def _own_days_off(days: Ints, weekend: Ints, span: int) -> Numbers:
    """Compute how much less than all accounts each was active at weekends, shape (n,)."""
    if span < LEAST_DAYS:
        return np.full(len(days), np.nan)
    rest: Numbers = (weekend.sum() / days.sum() * days - weekend) / (days + PRIOR_DAYS)
    return rest


def _runs(key: NDArray[np.int64], value: Numbers) -> tuple[NDArray[np.int64], Numbers]:
    """Count pairs of a key and a value, whole numbers below 2^31; return the key and the count of each."""
    pairs = np.sort(key << 32 | value.astype(np.int64) + 2**31)
    first = np.flatnonzero(np.diff(pairs, prepend=-1))
    return pairs[first] >> 32, np.diff(first, append=len(pairs)).astype(np.float64)


def _chance(values: Numbers) -> float:
    """Compute the share of pairs of values that are equal."""
    count = np.unique(values, return_counts=True)[1].astype(np.float64)
    return float((count * (count - 1)).sum() / max(len(values) * (len(values) - 1), 1))


def _column(accounts: Frame, name: str, n: int) -> Numbers:
    """Return a column of the accounts as numbers, shape (n,); NaN where it is not known."""
    values = np.full(n, np.nan)
    if name in accounts.columns:
        known: pl.DataFrame = accounts.select("account_row", name).to_polars().drop_nulls()
        values[known["account_row"].to_numpy()] = known[name].cast(pl.Int64).to_numpy()
    return values
