"""What a group of accounts leaves behind in public: nine signals, as counts of values.

*Traces* are things that few others touch: accounts acted on, links and hashtags, wording, names that come
back. *Habits* are how things are done: the grammar of names, the way accounts are created, hours, clients,
languages. Both are tables of account, value and weight, so that a group is one row of a sparse matrix times
another, and a thousand groups cost hardly more than one.

Words are kept as fingerprints: hashes of some of their six-character pieces, from which no text can be
read. Which pieces is decided by the hash (Manber 1994), so the same piece is kept everywhere.
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

#: Things that few others touch, and how things are done.
TRACES = ("targets", "links", "text", "sequels")
HABITS = ("names", "creation", "hours", "client", "language")
SIGNALS = TRACES + HABITS

#: Acts of one account that are looked at; of more, so many spread evenly.
MAX_ACTS = 200

#: A trace belongs to a group if so many of its accounts have it: one account's tastes are its own, but one
#: account is enough to come back.
_SHARED_BY = {"targets": 2, "links": 2, "text": 2, "sequels": 1}

_PRIME = np.uint64(0x100000001B3)
_MIXER = np.uint64(0x9E3779B97F4A7C15)

#: Names shorter than this, once numbers and signs at their ends are gone, recur by chance.
_SHORTEST_STEM = 5

#: Accounts of a group that were created on one day, by the fewest of each class.
_CROWDS = (1, 2, 5, 20)
CROWDS = pl.Series([f"{fewest} or more on a day" for fewest in _CROWDS])

#: Kinds of objects that make a signal.
_KINDS = {"targets": ("author", "mention"), "links": ("url", "domain", "hashtag"), "text": ("text",)}

#: Values that are kept as fingerprints: characters of a piece (0: the whole), and one in so many kept.
_HASHED = {"text": (6, 4), "account": (0, 1), "name": (0, 1), "description": (0, 1)}

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Signals:
    """The signals of some accounts.

    Parameters
    ----------
    accounts : polars.Series of str
        Sorted ids; accounts are positions in it below.
    tables : dict of str to polars.DataFrame
        For each signal that the data have: ``account, value, weight``, each pair once. Weights of a trace
        are 1; those of a habit add up to 1 an account, so that none speaks louder than another.
    acts : ndarray of int, shape (n_accounts,)
        What each account did, before :data:`MAX_ACTS`.
    """

    accounts: pl.Series
    tables: dict[str, pl.DataFrame]
    acts: Ints

    @classmethod
    def of(cls, activity: Activity, accounts: pl.Series) -> Signals:
        """The signals of some accounts of an activity; ids that it does not know leave none."""
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
        """The values of a signal."""
        values = self._coded[signal][0]
        return pl.concat([values.filter(~values.str.starts_with("day ")), CROWDS]) if signal == "creation" else values

    def matrix(self, signal: str) -> sp.csr_array:
        """Weights, shape (n_accounts, n_values)."""
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
        """The language that each account uses most, as a position in its vocabulary; -1 if unknown."""
        if "language" not in self.tables:
            return np.full(len(self.accounts), -1)
        weights = self.matrix("language")
        most = np.asarray(weights.argmax(axis=1)).ravel()
        return np.where(np.diff(weights.indptr) > 0, most, -1)

    def weights(self, signal: str, groups: sp.csr_array, values: pl.Series) -> sp.csr_array:
        """How much each group has of each value of a signal.

        Parameters
        ----------
        signal : str
        groups : csr_array, shape (n_groups, n_accounts)
            1 for each member; from :func:`group_matrix`.
        values : polars.Series of str
            Distinct; those that nobody here has get 0.

        Returns
        -------
        csr_array, shape (n_groups, n_values)
            Of a trace: how many members have it, where at least two do. Of a habit: shares, which add up to
            1 over all values.
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
        """How many members of each group have the signal at all."""
        return np.asarray(groups @ (np.diff(self.matrix(signal).indptr) > 0).astype(float))

    def background(self, signal: str, accounts: Ints, values: pl.Series) -> NDArray[np.float64]:
        """Share of some accounts that have each value, by the rule of succession; never 0."""
        own, matrix = self._coded[signal]
        having = np.bincount(_columns(own, matrix[accounts], values).indices, minlength=len(values))
        return (having + 1) / (len(accounts) + 2)

    def rarity(self, signal: str, groups: sp.csr_array, accounts: Ints) -> NDArray[np.float64]:
        """Sum over all that each group has of a trace, of ``-log10`` of the share of some accounts that have it."""
        values = self.vocabulary(signal)
        found: NDArray[np.float64] = (self.weights(signal, groups, values) > 0) @ -np.log10(
            self.background(signal, accounts, values)
        )
        return found

    def having(self, signal: str, values: pl.Series) -> NDArray[np.bool_]:
        """Which accounts have any of the values."""
        return np.diff(_columns(*self._coded[signal], values).indptr) > 0


def group_matrix(groups: list[Ints], n_accounts: int) -> sp.csr_array:
    """1 for each member of each group, shape (n_groups, n_accounts); groups are positions of accounts."""
    sizes = [len(group) for group in groups]
    members = np.concatenate(groups) if groups else np.zeros(0, dtype=np.int64)
    at = (np.repeat(np.arange(len(groups)), sizes), members)
    return sp.csr_array((np.ones(len(members)), at), shape=(len(groups), n_accounts))


def fingerprints(texts: pl.Series, piece: int = 0, kept: int = 1) -> tuple[Ints, NDArray[np.uint64]]:
    """Hashes of texts, or of their pieces; the same on every machine.

    Parameters
    ----------
    texts : polars.Series of str, shape (n,)
        None missing.
    piece : int
        Characters of a piece; 0: each text is one piece.
    kept : int
        Of pieces, one in so many.

    Returns
    -------
    row : ndarray of int, shape (n_pieces,)
        Position of the text of each piece.
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
    """Each signal with its table; of some posts, with the account of each."""
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
    """``account, value`` where the column is there and not null."""
    if column not in table.columns:
        return pl.DataFrame(schema={"account": pl.UInt32, "value": pl.String})
    return table.filter(pl.col(column).is_not_null()).select("account", value=value)


def _trace(account: pl.Series, value: pl.Series, kind: str) -> pl.DataFrame:
    """Each value of each account once; words and what people call themselves as fingerprints."""
    if kind in _HASHED:
        row, hashed = fingerprints(value, *_HASHED[kind])
        account, value = account.gather(row), pl.Series(hashed).cast(pl.String)
    pairs = pl.DataFrame({"account": account, "value": f"{kind} " + value}).unique().sort("account", "value")
    return pairs.with_columns(weight=pl.lit(1.0))


def _habit(pairs: pl.DataFrame) -> pl.DataFrame:
    """How often each account does each, as shares that add up to 1 an account."""
    counts = pairs.group_by("account", "value").agg(weight=pl.len()).sort("account", "value")
    return counts.with_columns(pl.col("weight") / pl.col("weight").sum().over("account"))


def _template(name: pl.Expr) -> pl.Expr:
    """The grammar of a name: ``anna_1987`` is ``a_4``, what is not ASCII is ``w``."""
    digits = name.str.extract_all(r"\d+").list.eval(pl.element().str.len_chars().cast(pl.String)).list.join("+")
    shape = name.str.replace_all(r"\d+", "0").str.replace_all(r"[a-z]+", "a").str.replace_all(r"[A-Z]+", "A")
    return shape.str.replace_all(r"[^\x00-\x7F]+", "w") + " " + digits


def _created(known: pl.DataFrame) -> pl.DataFrame:
    """Half of an account's weight on the hour of its creation, half on the day."""
    times = _told(known, "created_at", pl.col("created_at").dt.strftime("hour %H"))
    days = _told(known, "created_at", pl.col("created_at").dt.strftime("day %Y-%m-%d"))
    return pl.concat([times, days]).with_columns(weight=pl.lit(0.5)).sort("account", "value")


def _columns(own: pl.Series, matrix: sp.csr_array, values: pl.Series) -> sp.csr_array:
    """The columns of some values, empty where a value is none of our own."""
    code = encode(values, own)
    there = np.flatnonzero(code.is_not_null().to_numpy())
    moved = sp.csr_array((np.ones(len(there)), (code.drop_nulls().to_numpy(), there)), shape=(len(own), len(values)))
    return sp.csr_array(matrix @ moved)


def _creation(values: pl.Series, weights: sp.csr_array) -> tuple[pl.Series, sp.csr_array]:
    """Hours, and instead of days the share of members that were created on a day with so many others."""
    is_day = values.str.starts_with("day ").to_numpy()
    days = weights[:, np.flatnonzero(is_day)].tocoo()
    crowd = np.searchsorted(_CROWDS, 2 * days.data, side="right") - 1
    crowds = sp.csr_array((days.data, (days.row, crowd)), shape=(weights.shape[0], len(_CROWDS)))
    hours = weights[:, np.flatnonzero(~is_day)]
    return pl.concat([values.filter(pl.Series(~is_day)), CROWDS]), sp.csr_array(sp.hstack([hours, crowds]))


def _shares(weights: sp.csr_array, members: NDArray[np.float64]) -> sp.csr_array:
    return sp.csr_array(sp.diags_array(1 / np.maximum(members, 1)) @ weights)
