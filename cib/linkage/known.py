"""Store known networks as counts of their public signals.

For each network the library stores how many accounts have each trace and what share of actions has each habit (see
:mod:`cib.linkage.signals`), how common each trace was among other accounts of the activity, and how similar the earlier
and later accounts of the network are. It stores no texts, no names and no list of members.
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

#: Levels of similarity, and the share of control groups that are at least as similar: at most 50 % (level 1), 10 %,
#: 1 % and 0 % (level 4).
LEVELS = 5
_SHARE_ABOVE = (0.5, 0.1, 0.01, 0.0)

#: Share of a group's trace, weighted by rarity, that the known network has in common. Below the first value it counts
#: as no similarity, since groups with the same topic share some words; between both values it is undecided
#: (benchmarks/linkage.py).
_SLIGHT, _TELLING = 0.05, 0.1

#: Minimum number of control groups that must have a signal for it to be compared.
FEWEST_CONTROLS = 30

#: Number of control groups for the halves of a known network, and the minimum size of a half.
_DECOYS_OF_HALVES, _SMALLEST_HALF = 1_000, 4

#: Minimum number of accounts outside the network from which the frequency of a value is estimated.
_FEWEST_OTHERS = 100

#: Minimum ratio of the frequencies of a trace inside and outside the network: in a large network some members have
#: every popular trace.
_MARKED = 3.0

#: Maximum number of values stored per signal.
_MOST_VALUES = 20_000

#: Tolerance of comparisons of float sums.
_ROUNDING = 1e-9

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class KnownNetwork:
    """Public signals of one known network: counts, without texts or a list of members.

    Parameters
    ----------
    name : str
    values : polars.DataFrame
        ``signal, value, weight, background``: number of accounts with a trace, or share of actions (or accounts)
        with a habit; and the share of other accounts of the same activity with the trace, null if unknown.
    kept : dict of str to list of int
        Similarity of the earlier and the later half of its accounts in each signal, as levels from 0 (no
        more similar than half of the control groups) to 4 (more than any control group); -1 without the signal.
    about : dict
        ``accounts`` (number of members), ``first``, ``last`` and ``fingerprint`` of the activity.
    """

    name: str
    values: pl.DataFrame
    kept: Mapping[str, Sequence[int]]
    about: Mapping[str, Any]

    @cached_property
    def of_signal(self) -> dict[str, pl.DataFrame]:
        """Return the values of each signal."""
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
    """Library of known networks; :meth:`add` returns a library with one more.

    Parameters
    ----------
    networks : tuple of KnownNetwork
        The networks in the order of addition, with unique names.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> detection = cib.detect(activity, progress=False)
    >>> known = cib.KnownNetworks().add(detection.networks[0], "harbour", activity)
    >>> known
    KnownNetworks(1)
      KnownNetwork('harbour', ... accounts, 2020-... to 2020-...)
    >>> cib.link(detection, known, controls=100).table["known"][0]
    'harbour'
    """

    networks: tuple[KnownNetwork, ...] = ()

    @takes(name=TEXT, activity=ACTIVITY, network=either(instance("Network"), IDS))
    def add(self, network: Network | Sequence[str] | pl.Series, name: str, activity: Activity) -> KnownNetworks:
        """Return a library with one more network.

        Parameters
        ----------
        network : Network or sequence of str
            The network, or the ids of its accounts, as from a published archive, or from several networks that
            belong together.
        name : str
            Unique name.
        activity : Activity
            Activity in which it was found; all other accounts are the background. An archive of the network alone
            is sufficient, but then the background is unknown.

        Raises
        ------
        InputError
            If the name is taken, or fewer than two of the accounts acted in the activity.
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
        """Return the names in the order of addition."""
        return [network.name for network in self.networks]

    @takes(folder=PATH)
    def save(self, folder: str | Path) -> Path:
        """Write the library to ``known.json`` and ``signals.parquet``, for :meth:`read`.

        Parameters
        ----------
        folder : str or Path
            Created if necessary; an existing library is replaced.
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
        """Read a library written by :meth:`save`.

        Raises
        ------
        InputError
            If there is no library, its files do not belong together, or a value is invalid.
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
        """Return the networks with the background of each trace raised to its frequency in the other known networks.

        Networks of different names are unrelated, so values that several of them share are due to their topic.
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


#: Version of the file format; version 1 had no library hash.
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
    """Raise if a value is invalid, since a changed weight would silently change the links."""
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
    """Return the values of one group in each signal, by decreasing weight; traces only if marked for the group."""
    parts = [pl.DataFrame(schema=_SCHEMA).drop("name")]
    matrix = group_matrix([group], len(crowd.signals.accounts))
    for signal in crowd.signals.tables:
        values = crowd.signals.vocabulary(signal)
        row = crowd.signals.weights(signal, matrix, values)
        table = pl.DataFrame({"signal": [signal] * row.nnz, "value": values.gather(row.indices), "weight": row.data})
        if signal in TRACES and len(crowd.pool) >= _FEWEST_OTHERS:
            usual = pl.Series(crowd.signals.background(signal, crowd.pool, table["value"]))
            seen = usual - 1 / (len(crowd.pool) + 2)  # 0 if no other account has the value
            table = table.with_columns(background=usual).filter(pl.col("weight") >= _MARKED * seen * len(group))
        else:
            table = table.with_columns(background=pl.lit(None, dtype=pl.Float64))
        parts.append(table.sort("weight", "value", descending=[True, False]).head(_MOST_VALUES))
    return pl.concat(parts)


def _halves(activity: Activity, accounts: pl.Series, group: Ints) -> tuple[Ints, Ints]:
    """Split a group into halves by the creation time of its accounts, or by their first action if unknown."""
    seen = activity.posts_table.group_by("account_id").agg(time=pl.col("created_at").min())
    if "created_at" in activity.accounts_table.columns:
        created = activity.accounts_table.select("account_id", created="created_at")
        seen = seen.join(created, on="account_id", how="left").with_columns(time=pl.coalesce("created", "time"))
    mine = accounts.gather(group).alias("account_id").to_frame().with_columns(position=pl.Series(group))
    order = mine.join(seen, on="account_id").sort("time", "account_id")["position"].to_numpy()
    return order[: len(order) // 2], order[len(order) // 2 :]


def likeness(
    crowd: Crowd, one: KnownNetwork, groups: Sequence[Ints], n_controls: int
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Compute the similarity of control groups, then of groups of one kind, to a known network, for each common signal.

    For a trace: the sum over common values of ``-log10`` of the share of other accounts with the value, here or in the
    activity of the known network, whichever is larger. For a habit: 1 minus the Jensen-Shannon divergence, in bits. NaN
    for groups without the signal. The second dict contains, for each trace, the similarity of the groups (not the
    control groups) divided by the rarity of all their values.
    """
    signals, topic = crowd.signals, np.zeros(len(crowd.signals.accounts), dtype=bool)
    if "links" in signals.tables and "links" in one.of_signal:
        topic = signals.having("links", one.of_signal["links"]["value"])
    controls = crowd.controls(crowd.kind(groups[0]), n_controls, topic)
    matrix, own = (group_matrix(rows, len(signals.accounts)) for rows in ([*controls, *groups], list(groups)))
    alike, part = {}, {}
    for signal in (signal for signal in SIGNALS if signal in one.of_signal and signal in signals.tables):
        table = one.of_signal[signal]
        weights = signals.weights(signal, matrix, table["value"])
        if signal in TRACES:
            shared = (weights > 0) @ -np.log10(usual(crowd, signal, table))
            part[signal] = shared[n_controls:] / np.maximum(signals.rarity(signal, own, crowd.pool), _ROUNDING)
        else:
            shared = 1 - _divergence(weights.toarray(), table["weight"].to_numpy())
        alike[signal] = np.where(signals.present(signal, matrix) > 0, shared, np.nan)
    return alike, part


def usual(crowd: Crowd, signal: str, table: pl.DataFrame) -> Floats:
    """Return the share of other accounts with each value of a known network, here or there, whichever is larger."""
    here = crowd.signals.background(signal, crowd.pool, table["value"])
    larger: Floats = np.fmax(here, table["background"].to_numpy())  # nan if the background is unknown
    return larger


def _divergence(p: Floats, q: Floats) -> Floats:
    """Compute the Jensen-Shannon divergence of each row of `p` from `q`, in bits; missing mass counts as disjoint."""
    middle = np.where(p + q > 0, p + q, 1) / 2
    apart = xlogy(p, p / middle).sum(axis=1) + xlogy(q, q / middle).sum(axis=1)
    divergence: Floats = (apart / np.log(2) + (1 - p.sum(axis=1)) + (1 - q.sum())) / 2
    return divergence


def levels(alike: Mapping[str, Floats], part: Mapping[str, Floats], n_controls: int) -> dict[str, Ints]:
    """Return the level of each control group and group in each signal that enough control groups have.

    The level is -1 without the signal, and for groups above level 0 whose common share of a trace is too small to
    distinguish it from a common topic.
    """
    found = {}
    for signal, values in alike.items():
        chance = np.sort(values[:n_controls])  # nan are last
        chance = chance[: np.count_nonzero(~np.isnan(chance))]
        if len(chance) >= FEWEST_CONTROLS:
            above = len(chance) - np.searchsorted(chance, values - _ROUNDING)
            level = (above[:, None] <= np.array(_SHARE_ABOVE) * len(chance)).sum(axis=1)
            if signal in TRACES:
                group, common = level[n_controls:], part[signal]
                group[(group > 0) & (common < _TELLING)] = -1
                group[common < _SLIGHT] = 0
            found[signal] = np.where(np.isnan(values), -1, level)
    return found
