"""KnownNetworks: a library of networks that were found before, as counts of what they left behind in public.

Of each network it keeps how many accounts have each trace and what share of the acts has each habit (see
:mod:`cib.linkage.signals`), how common that was among other accounts of its time, and how much of it the
network passed on from its earlier to its later accounts. No texts, no names and no list of members.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import xlogy

from cib.activity import Activity
from cib.domains import ACTIVITY, IDS, PATH, TEXT, either, instance, takes
from cib.errors import InputError, did_you_mean
from cib.folders import KNOWN, replace_result
from cib.linkage.controls import MOST_OTHERS, Crowd, usual_size
from cib.linkage.signals import SIGNALS, TRACES, group_matrix
from cib.networks.network import Network
from cib.schema import count, read_json

__all__ = ["KnownNetwork", "KnownNetworks", "levels", "likeness", "usual"]

#: How much alike: no more than half of the decoys, than nine tenths, than all but one in a hundred, than the
#: most similar decoy, or more than any.
LEVELS = 5
_SHARE_ABOVE = (0.5, 0.1, 0.01, 0.0)

#: Share, by rarity, of what a group has of a trace that the known network has, too. Below the first that is no
#: likeness, however rare among decoys: who speaks of the same things has some words in common. Up to the second nobody
#: can say (benchmarks/linkage.py).
_SLIGHT, _TELLING = 0.05, 0.1

#: Signals that fewer decoys have are not compared.
FEWEST_DECOYS = 30

#: Decoys that the halves of a known network are compared with; smaller halves say nothing.
_DECOYS_OF_HALVES, _SMALLEST_HALF = 1_000, 4

#: With fewer accounts beside the network, as in an archive of it alone, nothing is known of how common a value was.
_FEWEST_OTHERS = 100

#: A trace marks a network if its accounts have it so many times as often as others: in a large network somebody
#: has done everything that is popular.
_MARKED = 3.0

#: Values that are kept of a signal.
_MOST_VALUES = 20_000

#: Sums of floats are equal up to this.
_ROUNDING = 1e-9

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class KnownNetwork:
    """What is kept of one network that was found before: counts, no texts and no list of members.

    Parameters
    ----------
    name : str
    values : polars.DataFrame
        ``signal, value, weight, background``: how many accounts have a trace, or what share of the acts (or
        accounts) has a habit; and the share of other accounts of its time that have a trace, null where
        that is not known.
    kept : dict of str to list of int
        How much alike the earlier and the later half of its accounts are in each signal, as levels: 0 (no
        more than half of the decoys) to 4 (more than any decoy); -1 without the signal.
    about : dict
        ``accounts``, ``first``, ``last`` and ``fingerprint`` of the activity it was found in.
    """

    name: str
    values: pl.DataFrame
    kept: Mapping[str, Sequence[int]]
    about: Mapping[str, Any]

    @cached_property
    def of_signal(self) -> dict[str, pl.DataFrame]:
        """The values of each signal."""
        parts = self.values.partition_by("signal", as_dict=True, include_key=False)
        return {str(signal): part for (signal,), part in parts.items()}

    def __repr__(self) -> str:
        return (
            f"KnownNetwork({self.name!r}, {self.about['accounts']:,} accounts, "
            f"{self.about['first']:.10} to {self.about['last']:.10})"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>{self.values.head(10)._repr_html_()}"


@dataclass(frozen=True, eq=False, repr=False)
class KnownNetworks:
    """A library of networks that were found before; it grows by :meth:`add`.

    Parameters
    ----------
    networks : tuple of KnownNetwork
        In the order in which they were added; names differ.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> detection = cib.detect(activity, progress=False)
    >>> known = cib.KnownNetworks().add(detection.networks[0], "harbour", activity)
    >>> known
    KnownNetworks(1)
      KnownNetwork('harbour', ... accounts, 2020-... to 2020-...)
    >>> cib.link(detection, known, decoys=100).table["known"][0]
    'harbour'
    """

    networks: tuple[KnownNetwork, ...] = ()

    @takes(name=TEXT, activity=ACTIVITY, network=either(instance("Network"), IDS))
    def add(self, network: Network | Sequence[str] | pl.Series, name: str, activity: Activity) -> KnownNetworks:
        """A library with one network more.

        Parameters
        ----------
        network : Network or sequence of str
            Or the ids of its accounts, as of a published archive, or of several networks that you hold for
            one.
        name : str
            What you call it.
        activity : Activity
            What it was found in; everybody else in it is the background. An archive of the network alone
            does, but then it is not known what was common.

        Raises
        ------
        InputError
            If the name is taken, or fewer than two of the accounts are in the activity.
        """
        if isinstance(network, str):
            remedy = "Take it from the detection: detection.networks['N1']."
            raise InputError("a network is wanted, not its name", got=repr(network), remedy=remedy)
        if name in self.names:
            raise InputError(f"there is a known network {name!r} already", remedy="Give it another name.")
        given = network.members["account_id"] if isinstance(network, Network) else network
        ids = pl.Series(list(given), dtype=pl.String)
        return KnownNetworks((*self.networks, _known(ids.unique().sort(), name, activity)))

    @property
    def names(self) -> list[str]:
        """The names, in the order in which they were added."""
        return [network.name for network in self.networks]

    @takes(folder=PATH)
    def save(self, folder: str | Path) -> Path:
        """Write ``known.json`` and ``signals.parquet``, which :meth:`read` reads.

        Parameters
        ----------
        folder : str or Path
            Made if need be; an earlier library there is replaced.
        """
        listed = [{"name": one.name, "kept": one.kept, "about": one.about} for one in self.networks]
        tables = [network.values.select(pl.lit(network.name).alias("name"), pl.all()) for network in self.networks]
        values = pl.concat([_NO_VALUES, *tables])
        library = blake2b(values.write_csv().encode() + json.dumps(listed).encode(), digest_size=16).hexdigest()
        told = {"format": _FORMAT, "library": library, "networks": listed}
        text = json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        with replace_result(Path(folder), KNOWN, overwrite=True) as new:
            values.write_parquet(new / "signals.parquet", metadata={"cib": library})
            (new / "known.json").write_text(text, encoding="utf-8")
        return Path(folder)

    @classmethod
    @takes(folder=PATH)
    def read(cls, folder: str | Path) -> KnownNetworks:
        """Read a library that :meth:`save` wrote.

        Raises
        ------
        InputError
            If there is none, its files do not belong together, or a value is not one that is written there.
        """
        path = Path(folder)
        if not (path / "known.json").is_file():
            raise InputError("there is no library of known networks", where=str(path), remedy=_REMEDY)
        told = read_json(path / "known.json", _SHAPE, _REMEDY)
        table = path / "signals.parquet"
        try:
            mark = pl.read_parquet_metadata(table).get("cib")
            values = pl.read_parquet(table, schema=_SCHEMA, glob=False)
        except (OSError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            raise InputError("cannot be read as signals", where=str(table), got=error, remedy=_REMEDY) from error
        if told["format"] > 1 and mark != told.get("library"):
            raise InputError("this is of another library than known.json", where=str(table), remedy=_REMEDY)
        accounts = {one["name"]: one["about"]["accounts"] for one in told["networks"]}
        if len(accounts) < len(told["networks"]):
            raise InputError("two known networks have one name", where=str(path), remedy=_REMEDY)
        _check_values(values, accounts, str(table))
        parts = values.partition_by("name", as_dict=True, include_key=False)
        nothing = values.clear().drop("name")
        return cls(
            tuple(
                KnownNetwork(one["name"], parts.get((one["name"],), nothing), one["kept"], one["about"])
                for one in told["networks"]
            )
        )

    def weighed(self) -> list[KnownNetwork]:
        """The networks, with each trace as common as it is among the other known ones, if that is more.

        Networks of different names do not belong together, so what several of them have is of their topic.
        """
        values = pl.concat([_NO_VALUES, *(one.values.select(pl.lit(one.name).alias("name"), pl.all()) for one in self)])
        others = (pl.len().over("signal", "value") - 1) / max(len(self), 1)
        common = pl.when(pl.col("signal").is_in(TRACES), others > 0).then(others)
        values = values.with_columns(background=pl.max_horizontal("background", common))
        parts = values.partition_by("name", as_dict=True, include_key=False)
        return [replace(one, values=parts.get((one.name,), one.values)) for one in self]

    def __getitem__(self, name: str) -> KnownNetwork:
        for network in self.networks:
            if network.name == name:
                return network
        raise InputError(
            f"there is no known network {name!r}", remedy=did_you_mean(name, self.names) or f"There are {self.names}."
        )

    def __len__(self) -> int:
        return len(self.networks)

    def __iter__(self) -> Iterator[KnownNetwork]:
        return iter(self.networks)

    def __repr__(self) -> str:
        return "\n".join([f"KnownNetworks({len(self)})", *(f"  {network!r}" for network in self.networks)])

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"


_SCHEMA = {
    "name": pl.String,
    "signal": pl.String,
    "value": pl.String,
    "weight": pl.Float64,
    "background": pl.Float64,
}


#: Of a saved library; 1 had no marks.
_FORMAT = 2

_REMEDY = "Make one with KnownNetworks().add(...).save(folder)."

_SHAPE = {
    "format": lambda value: count(value) and 1 <= value <= _FORMAT,
    "library?": str,
    "networks": [
        {
            "name": lambda value: isinstance(value, str) and value != "",
            "kept": {str: [lambda value: isinstance(value, int) and -1 <= value < LEVELS]},
            "about": {"accounts": count, "first": str, "last": str, "fingerprint": str},
        }
    ],
}


def _check_values(values: pl.DataFrame, accounts: Mapping[str, int], where: str) -> None:
    """Refuse what no library holds: a changed weight would change unnoticed what is linked."""
    weight, background = pl.col("weight"), pl.col("background")
    most = pl.col("name").replace_strict(accounts, default=None, return_dtype=pl.Int64)
    most = pl.when(pl.col("signal").is_in(TRACES)).then(most).otherwise(1 + _ROUNDING)
    wrong = {
        "has a gap": pl.any_horizontal(pl.col("name", "signal", "value", "weight").is_null()),
        "is of a network or signal that is not there": ~pl.col("name").is_in(list(accounts))
        | ~pl.col("signal").is_in(SIGNALS),
        "has a weight that is no number of accounts, or no share of acts": ~weight.is_between(0, most, closed="right"),
        "has a background that is no share": ~background.is_between(0, 1, closed="right"),
        "is there twice": pl.struct("name", "signal", "value").is_duplicated(),
    }
    for what, condition in wrong.items():
        found = values.with_row_index("row").filter(condition)
        if found.height:
            got = found.row(0, named=True)
            raise InputError(f"row {got.pop('row')} {what}", where=where, got=got, remedy=_REMEDY)


_NO_VALUES = pl.DataFrame(schema=_SCHEMA)


def _known(members: pl.Series, name: str, activity: Activity) -> KnownNetwork:
    rng = np.random.default_rng(0)
    crowd = Crowd.of(activity, {"all": members}, rng, lambda n: min(n, MOST_OTHERS))
    if not crowd.groups:
        raise InputError(
            f"{name!r} has fewer than two accounts that did anything in this activity",
            remedy="Give the activity that the network was found in.",
        )
    group = crowd.groups["all"]
    halves = _halves(activity, crowd.signals.accounts, group)
    kept: dict[str, list[int]] = {signal: [] for signal in SIGNALS}
    for earlier, later in (halves, halves[::-1]) if len(halves[0]) >= _SMALLEST_HALF else ():
        newcomers = rng.choice(later, usual_size(len(later)), replace=False)
        half = KnownNetwork(name, _values(crowd, earlier), {}, {})
        alike, part = likeness(crowd, half, [newcomers], _DECOYS_OF_HALVES)
        level = levels(alike, part, _DECOYS_OF_HALVES)
        for signal, seen in kept.items():
            seen.append(int(level[signal][-1]) if signal in level else -1)
    about = {
        "accounts": len(members),
        "first": str(activity.imported.first),
        "last": str(activity.imported.last),
        "fingerprint": activity.fingerprint,
    }
    return KnownNetwork(name, _values(crowd, group), kept, about)


def _values(crowd: Crowd, group: Ints) -> pl.DataFrame:
    """What one group has in each signal, most of it first; of traces what marks it off from others."""
    parts = [pl.DataFrame(schema=_SCHEMA).drop("name")]
    matrix = group_matrix([group], len(crowd.signals.accounts))
    for signal in crowd.signals.tables:
        values = crowd.signals.vocabulary(signal)
        row = crowd.signals.weights(signal, matrix, values)
        table = pl.DataFrame({"signal": [signal] * row.nnz, "value": values.gather(row.indices), "weight": row.data})
        if signal in TRACES and len(crowd.pool) >= _FEWEST_OTHERS:
            usual = pl.Series(crowd.signals.background(signal, crowd.pool, table["value"]))
            seen = usual - 1 / (len(crowd.pool) + 2)  # 0 where nobody else has the value
            table = table.with_columns(background=usual).filter(pl.col("weight") >= _MARKED * seen * len(group))
        else:
            table = table.with_columns(background=pl.lit(None, dtype=pl.Float64))
        parts.append(table.sort("weight", "value", descending=[True, False]).head(_MOST_VALUES))
    return pl.concat(parts)


def _halves(activity: Activity, accounts: pl.Series, group: Ints) -> tuple[Ints, Ints]:
    """The group by the time at which its accounts were created, or else first seen."""
    seen = activity.posts_table.group_by("account_id").agg(time=pl.col("created_at").min())
    if "created_at" in activity.accounts_table.columns:
        created = activity.accounts_table.select("account_id", created="created_at")
        seen = seen.join(created, on="account_id", how="left").with_columns(time=pl.coalesce("created", "time"))
    mine = accounts.gather(group).alias("account_id").to_frame().with_columns(position=pl.Series(group))
    order = mine.join(seen, on="account_id").sort("time", "account_id")["position"].to_numpy()
    return order[: len(order) // 2], order[len(order) // 2 :]


def likeness(
    crowd: Crowd, one: KnownNetwork, groups: Sequence[Ints], n_decoys: int
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """How much decoys, and then some groups of one kind, are like a known network, in each signal that both have.

    Of a trace: the sum over common values of ``-log10`` of the share of other accounts that have it, there or
    then, whichever is more. Of a habit: 1 less the Jensen-Shannon divergence, in bits. Nan for a group without
    the signal. Beside it, of each trace, which part of what the groups have (not the decoys) that is.
    """
    signals, topic = crowd.signals, np.zeros(len(crowd.signals.accounts), dtype=bool)
    if "links" in signals.tables and "links" in one.of_signal:
        topic = signals.having("links", one.of_signal["links"]["value"])
    decoys = crowd.decoys(crowd.kind(groups[0]), n_decoys, topic)
    matrix, own = (group_matrix(rows, len(signals.accounts)) for rows in ([*decoys, *groups], list(groups)))
    alike, part = {}, {}
    for signal in (signal for signal in SIGNALS if signal in one.of_signal and signal in signals.tables):
        table = one.of_signal[signal]
        weights = signals.weights(signal, matrix, table["value"])
        if signal in TRACES:
            shared = (weights > 0) @ -np.log10(usual(crowd, signal, table))
            part[signal] = shared[n_decoys:] / np.maximum(signals.rarity(signal, own, crowd.pool), _ROUNDING)
        else:
            shared = 1 - _divergence(weights.toarray(), table["weight"].to_numpy())
        alike[signal] = np.where(signals.present(signal, matrix) > 0, shared, np.nan)
    return alike, part


def usual(crowd: Crowd, signal: str, table: pl.DataFrame) -> Floats:
    """Share of accounts outside networks that have each value of a known network, here or there, the larger."""
    here = crowd.signals.background(signal, crowd.pool, table["value"])
    larger: Floats = np.fmax(here, table["background"].to_numpy())  # nan, if there was nobody else
    return larger


def _divergence(p: Floats, q: Floats) -> Floats:
    """Jensen-Shannon divergence of each row of `p` from `q`, in bits; what they lack to 1 lies apart."""
    middle = np.where(p + q > 0, p + q, 1) / 2
    apart = xlogy(p, p / middle).sum(axis=1) + xlogy(q, q / middle).sum(axis=1)
    divergence: Floats = (apart / np.log(2) + (1 - p.sum(axis=1)) + (1 - q.sum())) / 2
    return divergence


def levels(alike: Mapping[str, Floats], part: Mapping[str, Floats], n_decoys: int) -> dict[str, Ints]:
    """The level of decoys and groups in each signal that enough decoys have; -1 where nobody can say.

    That is without the signal, and where a group has more of a trace in common with the known network than
    decoys have, but not so much as to tell what it does from the talk of its topic.
    """
    found = {}
    for signal, values in alike.items():
        chance = np.sort(values[:n_decoys])  # nan come last
        chance = chance[: np.count_nonzero(~np.isnan(chance))]
        if len(chance) >= FEWEST_DECOYS:
            above = len(chance) - np.searchsorted(chance, values - _ROUNDING)
            level = (above[:, None] <= np.array(_SHARE_ABOVE) * len(chance)).sum(axis=1)
            if signal in TRACES:
                group, common = level[n_decoys:], part[signal]
                group[(group > 0) & (common < _TELLING)] = -1
                group[common < _SLIGHT] = 0
            found[signal] = np.where(np.isnan(values), -1, level)
    return found
