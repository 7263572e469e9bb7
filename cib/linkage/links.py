"""Link networks to known networks by public signals, with the probability of chance similarity.

Platforms link operations by addresses, devices and telephone numbers, which are not public. Public signals are traces
(target accounts, links, wording, recurring names) and habits (names, creation, hours, clients, languages). For each
signal the score compares two probabilities, after Fellegi & Sunter (1969):

* u, the probability that an unrelated group is as similar, estimated from control groups of other accounts of the same
  activity (:mod:`cib.linkage.controls`). Common values have a small weight, by their frequency here, in the activity
  of the known network, or among the other known networks, which have similar topics. One unrelated operation in a
  hundred is assumed to share a trace like a later part of the same network, three in ten the hours and the client,
  because operations have similar topics and office hours.
* m, the probability that a later part of the known network is as similar, estimated by splitting the known network by
  the creation time of its accounts; mixed with u, since a restarted network may give up any trace (one time in four),
  and its name pattern (one time in two).

The score is W = sum of ``log10(m / u)`` over signals. A trace adds at most 1.9 decades and all habits together at most
1.5, so W = 3 requires two signals of which one is a trace, and usually two traces. Links are based on signals only;
none of them shows who runs a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity, to_library
from cib.domains import DETECTION, SEED, instance, real, takes, whole
from cib.errors import InputError, MissingDependencyError, SettingsError
from cib.linkage.controls import Crowd, usual_size
from cib.linkage.known import FEWEST_CONTROLS, LEVELS, KnownNetwork, KnownNetworks, levels, likeness, usual
from cib.linkage.signals import SIGNALS, TRACES, group_matrix
from cib.networks.network import Networks

__all__ = ["Links", "cllr", "link", "link_members", "tippett"]

#: Probability that a network keeps a signal in its next generation; otherwise it is similar by chance only. Hours,
#: clients and languages are kept most often, names least often (benchmarks/linkage.py).
_PASSED_ON = {
    **dict.fromkeys(TRACES, 0.75),
    "names": 0.5,
    "creation": 0.75,
    "hours": 0.9,
    "client": 0.9,
    "language": 0.9,
}

#: Probability that an unrelated network with the same topic and language is as similar as the halves of the known
#: network: operations may have the same topics and similar habits (benchmarks/linkage.py).
_IN_COMMON = {
    **dict.fromkeys(TRACES, 0.01),
    "names": 0.2,
    "creation": 0.7,
    "hours": 0.3,
    "client": 0.3,
    "language": 0.7,
}

#: Number of pairs that are printed.
_SHOWN = 10

_BITS = np.log2(10)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Detected(Protocol):
    """Attributes of a detection that :func:`link` uses."""

    @property
    def activity(self) -> Activity:
        """Return the analysed activity."""

    @property
    def networks(self) -> Networks:
        """Return the detected networks."""


@takes(
    detection=DETECTION,
    known=instance("KnownNetworks"),
    prior=real(0, above=True),
    seed=SEED,
    controls=whole(FEWEST_CONTROLS),
)
def link(
    detection: Detected, known: KnownNetworks, prior: float = 1e-3, seed: int = 0, *, controls: int = 1_000
) -> Links:
    """Compare each network of a detection with each known network.

    Parameters
    ----------
    detection : Detection
    known : KnownNetworks
    prior : float
        Prior odds of a link, chosen by the user and shown with each result.
    seed : int
        Seed of the control groups.
    controls : int
        Number of control groups of other accounts with which each network is compared.

    Returns
    -------
    Links
        Links of all networks with at least two members that acted.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> detection = cib.detect(activity, progress=False)
    >>> known = cib.KnownNetworks().add(detection.networks[0], "harbour", activity)
    >>> links = cib.link(detection, known, controls=100)
    >>> best = links.table.row(0, named=True)
    >>> best["network_id"], best["known"], best["score"] > 3
    ('N1', 'harbour', True)
    """
    members = detection.networks.members.select("account_id", "network_id")
    return link_members(detection.activity, members, known, prior, seed, controls=controls)


def link_members(
    activity: Activity,
    members: pl.DataFrame,
    known: KnownNetworks,
    prior: float = 1e-3,
    seed: int = 0,
    *,
    controls: int = 1_000,
) -> Links:
    """Compare groups of accounts (``account_id, network_id``) with known networks, as :func:`link` does."""
    if not isinstance(known, KnownNetworks):
        got, remedy = type(known).__name__, "Read a folder with cib.KnownNetworks.read(folder)."
        raise InputError("these are no known networks", got=got, remedy=remedy)
    if not prior > 0:
        raise SettingsError("prior must be positive odds", got=prior, remedy="Take 0.001, one in a thousand, say.")
    if controls < FEWEST_CONTROLS:
        raise SettingsError("too few control groups to measure chance with", got=controls, remedy="Take 1000.")
    rng = np.random.default_rng(seed)
    by_network = members.sort("network_id", "account_id").partition_by("network_id", as_dict=True, maintain_order=True)
    groups = {str(network): group["account_id"] for (network,), group in by_network.items()}
    crowd = Crowd.of(activity, groups, rng, usual_size)
    compared, weighed = [], known.weighed()
    for networks in crowd.by_kind().values():
        compared += [_compared(crowd, networks, one, controls) for one in weighed]
    return _links(compared, prior, activity.library)


@dataclass(frozen=True, eq=False, repr=False)
class Links:
    """Similarity of each network to each known network, and the probability of chance similarity.

    Parameters
    ----------
    table : polars.DataFrame
        One row per pair, by decreasing score: ``network_id, known, score, p, odds, strongest,
        without_strongest``. ``score`` is W, in decades, 0 where no signal can be compared; ``p`` is
        (1 + number of control groups with at least this score) / (1 + number of control groups); ``odds`` are
        ``prior * 10 ** score``; ``without_strongest`` is the score without the signal with the largest contribution.
    signals : polars.DataFrame
        One row per pair and signal: ``network_id, known, signal, likeness, level, u, m, contribution, without,
        reason``. ``level`` compares the likeness with that of control groups, from 0 (no more than half of them) to
        4 (more than any), -1 if a side lacks the signal or the common share is undecided. Contributions
        add up to the score; ``without`` is the score without that signal.
    prior : float
        Prior odds of a link.
    controls : numpy.ndarray of float
        Scores of the control groups, which are unrelated to the known networks.
    kept : numpy.ndarray of float
        Scores of the halves of the known networks, relative to the same control groups.
    library : str
        Library of :attr:`frame`.
    """

    table: pl.DataFrame
    signals: pl.DataFrame
    prior: float
    controls: Floats
    kept: Floats
    library: str = "polars"

    @property
    def frame(self) -> Any:
        """Return :attr:`table` in the library of the activity."""
        return to_library(self.table, self.library)

    def reasons(self, network: str, known: str) -> tuple[str, ...]:
        """Describe the contributions to the score of a pair, by decreasing absolute value.

        Raises
        ------
        InputError
            If the pair was not compared.
        """
        pair = self.signals.filter(network_id=network, known=known)
        if not pair.height:
            raise InputError(f"{network!r} and {known!r} were not compared", remedy="See the pairs in .table.")
        return tuple(pair.sort(pl.col("contribution").abs(), descending=True, maintain_order=True)["reason"])

    def tippett(self, axes: Any = None) -> Any:
        """Plot how often control groups and halves of the known networks reach each score; see :func:`tippett`."""
        return tippett(self.kept, self.controls, axes)

    def __len__(self) -> int:
        return self.table.height

    def __repr__(self) -> str:
        lines = [
            f"  {row['network_id']} and {row['known']!r}: score {row['score']:+.1f}, p {row['p']:.2g}, "
            f"odds {row['odds']:.2g} from a prior of {self.prior:g}"
            for row in self.table.head(_SHOWN).iter_rows(named=True)
        ]
        more = [f"  ... and {len(self) - _SHOWN:,} more"] if len(self) > _SHOWN else []
        return "\n".join([f"Links({len(self):,} pair{'' if len(self) == 1 else 's'})", *lines, *more])

    def _repr_html_(self) -> str:
        return f"<p>Prior odds {self.prior:g}. {escape(LIMITS)}</p>{self.table.head(20)._repr_html_()}"


#: Limitations stated with every comparison.
LIMITS = (
    "A link says that two networks share public signals more than groups of other accounts do. It does not say "
    "who runs them; technical links, which platforms hold, cannot be seen in such data."
)


def tippett(same: Floats, different: Floats, axes: Any = None) -> Any:
    """Plot the share of linked and of unrelated pairs that reach each score (Tippett plot).

    Parameters
    ----------
    same, different : ndarray of float
        Scores W, in decades.
    axes : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    if axes is None:
        try:
            from matplotlib import pyplot as plt  # its figures are displayed in notebooks
        except ImportError as error:
            raise MissingDependencyError(
                "plots need matplotlib", remedy="Install it: pip install 'cib-detect[plots]'."
            ) from error
        axes = plt.subplots(layout="constrained")[1]
    for scores, label in ((same, "known to belong together"), (different, "unrelated")):
        reached = np.sort(scores)
        axes.step(reached, 1 - np.arange(len(reached)) / max(len(reached), 1), where="pre", label=label)
    axes.axvline(0, color="0.7", linewidth=0.8)
    axes.set(xlabel="score W (decades)", ylabel="share of pairs with this score or more", ylim=(0, 1))
    axes.legend(frameon=False)
    return axes


def cllr(same: Floats, different: Floats) -> float:
    """Compute the log-likelihood-ratio cost: 0 for perfect scores, 1 for uninformative scores.

    Parameters
    ----------
    same, different : ndarray of float
        Scores in decades, of pairs that belong together and of unrelated pairs.

    References
    ----------
    Brummer & du Preez (2006), Application-independent evaluation of speaker detection.

    Examples
    --------
    >>> cllr(np.zeros(3), np.zeros(5))
    1.0
    """
    missed = np.logaddexp2(0, -same * _BITS).mean()
    false = np.logaddexp2(0, different * _BITS).mean()
    return float((missed + false) / 2)


class _Compared(NamedTuple):
    """Comparison of networks of one kind with one known network: parts of :class:`Links`."""

    pairs: pl.DataFrame
    signals: pl.DataFrame
    controls: Floats
    kept: Floats


def _compared(crowd: Crowd, networks: list[str], one: KnownNetwork, n_controls: int) -> _Compared:
    alike, part = likeness(crowd, one, [crowd.groups[network] for network in networks], n_controls)
    level = np.full((n_controls + len(networks), len(SIGNALS)), -1)
    likely = np.full((len(networks), len(SIGNALS)), np.nan)
    u, m = np.ones((2, LEVELS, len(SIGNALS)))
    for signal, found in levels(alike, part, n_controls).items():
        k = SIGNALS.index(signal)
        level[:, k], likely[:, k] = found, alike[signal][n_controls:]
        by_chance, kept = _frequencies(found[:n_controls]), _frequencies(np.array(one.kept[signal], dtype=np.int64))
        u[:, k] = _IN_COMMON[signal] * kept + (1 - _IN_COMMON[signal]) * by_chance
        m[:, k] = _PASSED_ON[signal] * kept + (1 - _PASSED_ON[signal]) * by_chance
    evidence = _evidence(level, u, m)
    chance, mine, level = evidence[:n_controls], evidence[n_controls:], level[n_controls:]
    score = mine.sum(axis=1)
    above = (chance.sum(axis=1) >= score[:, None]).sum(axis=1)
    pairs = pl.DataFrame({"network_id": networks, "score": score, "p": (1 + above) / (1 + n_controls)})
    at = (np.maximum(level, 0), np.arange(len(SIGNALS)))
    signals = pl.DataFrame(
        {
            "network_id": np.repeat(networks, len(SIGNALS)),
            "signal": SIGNALS * len(networks),
            **{
                name: part.ravel()
                for name, part in (("likeness", likely), ("level", level), ("u", u[at]), ("m", m[at]))
            },
            "contribution": mine.ravel(),
            "without": (score[:, None] - mine).ravel(),
        }
    )
    signals = signals.join(_shared(crowd, networks, one), on=["network_id", "signal"], how="left")
    halves = np.array([one.kept[signal] for signal in SIGNALS], dtype=np.int64).T
    known = pl.lit(one.name).alias("known")
    return _Compared(
        pairs.select("network_id", known, "score", "p"),
        signals.select("network_id", known, pl.exclude("network_id")),
        chance.sum(axis=1),
        _evidence(halves, u, m).sum(axis=1),
    )


def _frequencies(level: Ints) -> Floats:
    """Estimate the frequency of each level with one additional uniform observation (Perks 1947)."""
    counts = np.bincount(level[level >= 0], minlength=LEVELS)
    frequencies: Floats = (counts + 1 / LEVELS) / (counts.sum() + 1)
    return frequencies


def _evidence(level: Ints, u: Floats, m: Floats) -> Floats:
    """Return the contributions in decades, shape (n_groups, n_signals); 0 without the signal."""
    decades = np.log10(m / u)
    return np.where(level >= 0, decades[np.maximum(level, 0), np.arange(len(SIGNALS))], 0.0)


def _shared(crowd: Crowd, networks: list[str], one: KnownNetwork) -> pl.DataFrame:
    """Return the number of common values of each trace, and the rarest of them, for each network."""
    parts = [pl.DataFrame(schema={"network_id": pl.String, "signal": pl.String, **_RAREST})]
    matrix = group_matrix([crowd.groups[network] for network in networks], len(crowd.signals.accounts))
    for signal in (signal for signal in TRACES if signal in one.of_signal and signal in crowd.signals.tables):
        table = one.of_signal[signal]
        found = crowd.signals.weights(signal, matrix, table["value"]).tocoo()
        values = pl.DataFrame(
            {
                "network_id": pl.Series(networks, dtype=pl.String).gather(found.row),
                "value": table["value"].gather(found.col),
                "usual": usual(crowd, signal, table)[found.col],
            }
        )
        rarest = pl.col("value").sort_by("usual", "value").first()
        counted = values.group_by("network_id").agg(rarest=rarest, common=pl.len(), one_in=1 / pl.col("usual").min())
        parts.append(counted.select("network_id", pl.lit(signal).alias("signal"), *_RAREST))
    return pl.concat(parts)


_RAREST = {"common": pl.UInt32, "rarest": pl.String, "one_in": pl.Float64}

#: Descriptions of the levels.
_IN_WORDS = (
    "no more alike than half of the",
    "more alike than half of the",
    "more alike than nine in ten",
    "more alike than 99 in 100",
    "more alike than any of the",
)


def _links(compared: Sequence[_Compared], prior: float, library: str) -> Links:
    """Combine all comparisons, by decreasing score."""
    empty = pl.DataFrame(schema={"network_id": pl.String, "known": pl.String, "score": pl.Float64, "p": pl.Float64})
    pairs = pl.concat([empty, *(part.pairs for part in compared)])
    signals = pl.concat([_NO_SIGNALS, *(part.signals for part in compared)])
    signals = signals.with_columns(reason=_reason()).drop("common", "rarest", "one_in")
    strongest = (
        signals.sort("contribution", descending=True, maintain_order=True).group_by("network_id", "known").first()
    )
    table = pairs.join(
        strongest.select("network_id", "known", strongest="signal", without_strongest="without"),
        on=["network_id", "known"],
        how="left",
    ).sort("score", pl.col("network_id").str.len_chars(), "network_id", "known", descending=[True, False, False, False])
    odds = (prior * 10.0 ** pl.col("score")).alias("odds")
    return Links(
        table.select("network_id", "known", "score", "p", odds, "strongest", "without_strongest"),
        signals.sort("network_id", "known", maintain_order=True),
        prior,
        np.concatenate([np.zeros(0), *(part.controls for part in compared)]),
        np.concatenate([np.zeros(0), *(part.kept for part in compared)]),
        library,
    )


def _reason() -> pl.Expr:
    """Return a sentence that explains the contribution of a signal."""
    hidden = pl.col("rarest").str.contains("^(text|name|description|account) ")
    rarest = pl.format(", the rarest {}, which 1 in {} others have", "rarest", pl.col("one_in").round().cast(pl.Int64))
    common = pl.format("{} in common{}; ", "common", pl.when(hidden).then(pl.lit("")).otherwise(rarest))
    level = pl.col("level").replace_strict(dict(enumerate(_IN_WORDS)), default=None, return_dtype=pl.String)
    decades = pl.col("contribution").round(1)
    words = pl.format("{}{} groups of other accounts, {} decades", common.fill_null(""), level, decades)
    slight = pl.format("{}too little to say", common)
    return pl.format("{}: {}", "signal", pl.coalesce(words, slight, pl.lit("not on both sides")))


_NO_SIGNALS = pl.DataFrame(
    schema={
        "network_id": pl.String,
        "known": pl.String,
        "signal": pl.String,
        "likeness": pl.Float64,
        "level": pl.Int64,
        "u": pl.Float64,
        "m": pl.Float64,
        "contribution": pl.Float64,
        "without": pl.Float64,
        **_RAREST,
    }
)
