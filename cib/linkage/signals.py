"""Compute nine public signals of groups of accounts, as counts of values.

*Traces* are values that few other accounts share: target accounts, links and hashtags, wording, recurring names.
*Habits* are patterns of behaviour: name patterns, account creation, hours, clients, languages. Both are tables of
account, value and weight, so that the signals of groups are a product of sparse matrices, and a thousand groups cost
hardly more than one.

Texts are stored as fingerprints: hashes of a sample of their six-character substrings, from which no text can be
recovered. The hash selects the substrings (Manber 1994), so the same substrings are selected everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from cib.activity import Activity, encode
from cib.content.text import look
from cib.graphs.objects import KINDS, object_events

__all__ = ["HABITS", "SIGNALS", "TRACES", "Signals", "fingerprints", "group_matrix"]

#: Names of the signals.
TRACES = ("targets", "links", "text", "sequels")
HABITS = ("names", "creation", "hours", "client", "language")
SIGNALS = TRACES + HABITS

#: Maximum number of actions per account; of more, an evenly spaced subset is used.
MAX_ACTS = 200

#: Minimum number of a group's accounts with a trace: values of a single account are individual, except that a single
#: account suffices for a sequel.
_SHARED_BY = {"targets": 2, "links": 2, "text": 2, "sequels": 1}

_PRIME = np.uint64(0x100000001B3)
_MIXER = np.uint64(0x9E3779B97F4A7C15)

#: Minimum length of a name without digits and symbols at its ends; shorter names recur by chance.
_SHORTEST_STEM = 5

#: Classes of the number of a group's accounts created on one day, by lower bound.
_CROWDS = (1, 2, 5, 20)
CROWDS = pl.Series([f"{fewest} or more on a day" for fewest in _CROWDS])

#: Kinds of objects of each signal.
_KINDS = {"targets": ("author", "mention"), "links": ("url", "domain", "hashtag"), "text": ("text",)}

#: Values stored as fingerprints: length of a substring (0: the whole text), and divisor of the sampling.
_HASHED = {"text": (6, 4), "account": (0, 1), "name": (0, 1), "description": (0, 1)}

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Signals:
    """Signals of a set of accounts.

    Parameters
    ----------
    accounts : polars.Series of str
        Sorted ids; the tables refer to accounts by position.
    tables : dict of str to polars.DataFrame
        For each signal in the data: ``account, value, weight``, each pair once. Weights of a trace
        are 1; those of a habit add up to 1 per account, so that all accounts have the same weight.
    acts : ndarray of int, shape (n_accounts,)
        Number of actions of each account, before the limit :data:`MAX_ACTS`.
    """

    accounts: pl.Series
    tables: dict[str, pl.DataFrame]
    acts: Ints

    @classmethod
    def of(cls, activity: Activity, accounts: pl.Series) -> Signals:
        """Compute the signals of accounts of an activity; unknown ids have none."""
        ids = accounts.unique().sort().alias("account_id")
        posts = activity.posts_table.with_columns(account=encode(activity.posts_table["account_id"], ids))
        posts = posts.filter(pl.col("account").is_not_null())
        acts = np.bincount(posts["account"].to_numpy(), minlength=len(ids))
        step = (pl.len().over("account") - 1) // MAX_ACTS + 1
        posts = posts.filter(pl.int_range(pl.len()).over("account") % step == 0)
        parts: dict[str, list[pl.DataFrame]] = {}
        for signal, table in _tables(activity, posts, ids):
            if table.height:
                parts.setdefault(signal, []).append(table)
        return cls(ids, {signal: pl.concat(tables) for signal, tables in parts.items()}, acts)

    def vocabulary(self, signal: str) -> pl.Series:
        """Return the values of a signal."""
        values = self._coded[signal][0]
        return pl.concat([values.filter(~values.str.starts_with("day ")), CROWDS]) if signal == "creation" else values

    def matrix(self, signal: str) -> sp.csr_array:
        """Return the weights of a signal, shape (n_accounts, n_values)."""
        return self._coded[signal][1]

    @cached_property
    def _coded(self) -> dict[str, tuple[pl.Series, sp.csr_array]]:
        coded = {}
        for signal, table in self.tables.items():
            values = table["value"].unique().sort()
            at = (table["account"].to_numpy(), encode(table["value"], values).to_numpy())
            shape = (len(self.accounts), len(values))
            coded[signal] = (values, sp.csr_array((table["weight"].to_numpy().astype(float), at), shape=shape))
        return coded

    @cached_property
    def languages(self) -> Ints:
        """Return the most frequent language of each account as a position in the vocabulary; -1 if unknown."""
        if "language" not in self.tables:
            return np.full(len(self.accounts), -1)
        weights = self.matrix("language")
        most = np.asarray(weights.argmax(axis=1)).ravel()
        return np.where(np.diff(weights.indptr) > 0, most, -1)

    def weights(self, signal: str, groups: sp.csr_array, values: pl.Series) -> sp.csr_array:
        """Compute the weight of each value of a signal in each group.

        Parameters
        ----------
        signal : str
        groups : csr_array, shape (n_groups, n_accounts)
            1 for each member; from :func:`group_matrix`.
        values : polars.Series of str
            Distinct values; unknown values get weight 0.

        Returns
        -------
        csr_array, shape (n_groups, n_values)
            For a trace: the number of members that have it, if it reaches the minimum. For a habit: shares, which add
            up to 1 over all values.
        """
        own, matrix = self._coded[signal]
        if signal == "creation":
            own, matrix = _creation(own, sp.csr_array(groups @ matrix))
            return _shares(_columns(own, matrix, values), self.present(signal, groups))
        weights = sp.csr_array(groups @ _columns(own, matrix, values))
        if signal in HABITS:
            return _shares(weights, self.present(signal, groups))
        weights.data[weights.data < _SHARED_BY[signal]] = 0
        weights.eliminate_zeros()
        return weights

    def present(self, signal: str, groups: sp.csr_array) -> NDArray[np.float64]:
        """Return the number of members of each group that have the signal."""
        return np.asarray(groups @ (np.diff(self.matrix(signal).indptr) > 0).astype(float))

    def background(self, signal: str, accounts: Ints, values: pl.Series) -> NDArray[np.float64]:
        """Estimate the share of some accounts that have each value, by the rule of succession; never 0."""
        own, matrix = self._coded[signal]
        having = np.bincount(_columns(own, matrix[accounts], values).indices, minlength=len(values))
        return (having + 1) / (len(accounts) + 2)

    def rarity(self, signal: str, groups: sp.csr_array, accounts: Ints) -> NDArray[np.float64]:
        """Sum ``-log10`` of the share of some accounts that have a value, over all values of a trace in each group."""
        values = self.vocabulary(signal)
        found: NDArray[np.float64] = (self.weights(signal, groups, values) > 0) @ -np.log10(
            self.background(signal, accounts, values)
        )
        return found

    def having(self, signal: str, values: pl.Series) -> NDArray[np.bool_]:
        """Return a mask of the accounts that have any of the values."""
        return np.diff(_columns(*self._coded[signal], values).indptr) > 0


def group_matrix(groups: list[Ints], n_accounts: int) -> sp.csr_array:
    """Return the membership matrix of groups, shape (n_groups, n_accounts); groups are positions of accounts."""
    sizes = [len(group) for group in groups]
    members = np.concatenate(groups) if groups else np.zeros(0, dtype=np.int64)
    at = (np.repeat(np.arange(len(groups)), sizes), members)
    return sp.csr_array((np.ones(len(members)), at), shape=(len(groups), n_accounts))


def fingerprints(texts: pl.Series, piece: int = 0, kept: int = 1) -> tuple[Ints, NDArray[np.uint64]]:
    """Hash texts, or their substrings; hashes are equal on all machines.

    Parameters
    ----------
    texts : polars.Series of str, shape (n,)
        Texts without missing values.
    piece : int
        Length of a substring in characters; 0 hashes each whole text.
    kept : int
        Sampling divisor: hashes divisible by `kept` are returned.

    Returns
    -------
    row : ndarray of int, shape (n_pieces,)
        Position of the text of each substring.
    hash : ndarray of uint64, shape (n_pieces,)
    """
    lengths = texts.str.len_chars().to_numpy().astype(np.int64)
    characters = np.frombuffer("".join(texts.to_list()).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    ends = np.cumsum(lengths)
    if piece:
        first = np.flatnonzero(np.repeat(ends, lengths) - np.arange(len(characters)) >= piece)
        row = np.repeat(np.arange(len(texts)), lengths)[first]
        hashed = np.zeros(len(first), dtype=np.uint64)
        for k in range(piece):
            hashed = hashed * _PRIME + characters[first + k]
    else:
        row = np.flatnonzero(lengths)
        place = np.arange(len(characters)) - np.repeat(ends - lengths, lengths)
        power = _PRIME ** place.astype(np.uint64)
        begins = (ends - lengths)[row]
        hashed = np.add.reduceat((characters + np.uint64(1)) * power, begins) if len(row) else np.zeros(0, np.uint64)
    hashed = hashed * _MIXER
    hashed ^= hashed >> np.uint64(29)
    keep = hashed % np.uint64(kept) == 0
    return row[keep], hashed[keep]


def _tables(activity: Activity, posts: pl.DataFrame, ids: pl.Series) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield each signal with its table, for the given posts with an ``account`` column."""
    some = replace(activity, posts_table=posts.drop("account"))
    for signal, kinds in _KINDS.items():
        for kind in kinds:
            if KINDS[kind].column in posts.columns:
                events = object_events(some, kind)
                yield signal, _trace(posts["account"].gather(events["row"]), events["object"], kind)
    known = activity.accounts_table.with_columns(account=encode(activity.accounts_table["account_id"], ids))
    known = known.filter(pl.col("account").is_not_null())
    yield "sequels", _trace(known["account"], known["account_id"], "account")
    stem = look(pl.col("name")).str.replace_all(r"^[\d\W_]+|[\d\W_]+$", "")
    for column, sequel, shortest in (("name", stem, _SHORTEST_STEM), ("description", look(pl.col("description")), 12)):
        telling = _told(known, column, sequel).filter(pl.col("value").str.len_chars() >= shortest)
        yield "sequels", _trace(telling["account"], telling["value"], column)
    yield "names", _habit(_told(known, "name", _template(pl.col("name"))))
    yield "creation", _created(known)
    week = pl.when(pl.col("created_at").dt.weekday() > 5).then(pl.lit("weekend")).otherwise(pl.lit("workday"))
    yield "hours", _habit(_told(posts, "created_at", week + pl.col("created_at").dt.strftime(" %H")))
    yield "client", _habit(_told(posts, "client", pl.col("client")))
    yield "language", _habit(_told(posts, "lang", pl.col("lang")))


def _told(table: pl.DataFrame, column: str, value: pl.Expr) -> pl.DataFrame:
    """Return ``account, value`` where the column exists and is not null."""
    if column not in table.columns:
        return pl.DataFrame(schema={"account": pl.UInt32, "value": pl.String})
    return table.filter(pl.col(column).is_not_null()).select("account", value=value)


def _trace(account: pl.Series, value: pl.Series, kind: str) -> pl.DataFrame:
    """Return each value of each account once; texts and account names as fingerprints."""
    if kind in _HASHED:
        row, hashed = fingerprints(value, *_HASHED[kind])
        account, value = account.gather(row), pl.Series(hashed).cast(pl.String)
    pairs = pl.DataFrame({"account": account, "value": f"{kind} " + value}).unique().sort("account", "value")
    return pairs.with_columns(weight=pl.lit(1.0))


def _habit(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the share of each value per account; shares add up to 1 per account."""
    counts = pairs.group_by("account", "value").agg(weight=pl.len()).sort("account", "value")
    return counts.with_columns(pl.col("weight") / pl.col("weight").sum().over("account"))


def _template(name: pl.Expr) -> pl.Expr:
    """Return the pattern of a name: ``anna_1987`` becomes ``a_4``, non-ASCII characters become ``w``."""
    digits = name.str.extract_all(r"\d+").list.eval(pl.element().str.len_chars().cast(pl.String)).list.join("+")
    shape = name.str.replace_all(r"\d+", "0").str.replace_all(r"[a-z]+", "a").str.replace_all(r"[A-Z]+", "A")
    return shape.str.replace_all(r"[^\x00-\x7F]+", "w") + " " + digits


def _created(known: pl.DataFrame) -> pl.DataFrame:
    """Assign half of an account's weight to the hour of its creation, half to the day."""
    times = _told(known, "created_at", pl.col("created_at").dt.strftime("hour %H"))
    days = _told(known, "created_at", pl.col("created_at").dt.strftime("day %Y-%m-%d"))
    return pl.concat([times, days]).with_columns(weight=pl.lit(0.5)).sort("account", "value")


def _columns(own: pl.Series, matrix: sp.csr_array, values: pl.Series) -> sp.csr_array:
    """Select the columns of some values; unknown values get an empty column."""
    code = encode(values, own)
    there = np.flatnonzero(code.is_not_null().to_numpy())
    moved = sp.csr_array((np.ones(len(there)), (code.drop_nulls().to_numpy(), there)), shape=(len(own), len(values)))
    return sp.csr_array(matrix @ moved)


def _creation(values: pl.Series, weights: sp.csr_array) -> tuple[pl.Series, sp.csr_array]:
    """Replace days of creation by the share of members created on a day with a number of others, by class."""
    is_day = values.str.starts_with("day ").to_numpy()
    days = weights[:, np.flatnonzero(is_day)].tocoo()
    crowd = np.searchsorted(_CROWDS, 2 * days.data, side="right") - 1
    crowds = sp.csr_array((days.data, (days.row, crowd)), shape=(weights.shape[0], len(_CROWDS)))
    hours = weights[:, np.flatnonzero(~is_day)]
    return pl.concat([values.filter(pl.Series(~is_day)), CROWDS]), sp.csr_array(sp.hstack([hours, crowds]))


def _shares(weights: sp.csr_array, members: NDArray[np.float64]) -> sp.csr_array:
    return sp.csr_array(sp.diags_array(1 / np.maximum(members, 1)) @ weights)
