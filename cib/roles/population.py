"""Population: how features are distributed over the accounts that scores are relative to.

One is learned from the accounts that are scored. Another comes with the package, so that a score means the same
on other data, and on few accounts: ``Population.read("simulated")``. It was made by ``docs/population.py`` from
the organic accounts of the simulator. No real account is in it, and a score relative to it says only how an
account compares with these.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from cib.domains import PATH
from cib.errors import InputError

__all__ = ["Distribution", "Population"]

Numbers = NDArray[np.float64]

#: Nobody is further from the middle than this, in standard deviations.
LIMIT = 3.0

#: Values that are kept of a feature's distribution: enough to tell 1 account in 2,000 from its neighbours.
KNOTS = 4_001

#: The populations that come with the package, by name.
SHIPPED = {"simulated": Path(__file__).with_name("simulated.json")}


@dataclass(frozen=True, eq=False)
class Distribution:
    """Where a value stands among the values of a feature in a reference population.

    Parameters
    ----------
    values : ndarray, shape (n_knots,)
        Ascending, each once.
    shares : ndarray, shape (n_knots,)
        Share of accounts below each, half of those that equal it included.

    Examples
    --------
    >>> Distribution.of(np.array([0, 0, 0, 1.0])).percentile(np.array([0, 0.5, 1, 9]))
    array([0.375, 0.625, 0.875, 0.875])
    """

    values: Numbers
    shares: Numbers

    @classmethod
    def of(cls, sample: Numbers, knots: int = KNOTS) -> Distribution:
        """The distribution of a sample; NaN is left out."""
        values, counts = np.unique(sample[~np.isnan(sample)], return_counts=True)
        shares = (np.cumsum(counts) - counts / 2) / max(counts.sum(), 1)
        if len(values) > knots:
            kept = np.searchsorted(shares, np.linspace(shares[0], shares[-1], knots))
            kept = np.unique(np.minimum(kept, len(values) - 1))
            values, shares = values[kept], shares[kept]
        return cls(values, shares)

    def percentile(self, values: Numbers) -> Numbers:
        """The share of the reference below each value, in (0, 1); NaN stays NaN."""
        if not len(self.values):
            return np.full(len(values), np.nan)
        return np.interp(values, self.values, self.shares)

    def deviate(self, values: Numbers) -> Numbers:
        """The same as a normal deviate within -3 and 3; 0 where nothing is known."""
        return np.nan_to_num(np.clip(ndtri(self.percentile(values)), -LIMIT, LIMIT))

    def compared(self, value: float) -> str:
        """How many accounts have less than a value, or more, in words.

        >>> Distribution.of(np.array([0.0] * 9 + [1])).compared(1)
        '90 of 100 accounts have 0'
        >>> Distribution.of(np.arange(101.0)).compared(80)
        '80 of 100 accounts have less'
        """
        least = 2 * self.shares[0]
        if value > self.values[0] and least >= 0.9:
            return f"{_hundreds(least)} accounts have {self.values[0]:g}"
        share = float(self.percentile(np.array([value]))[0])
        less = share >= 0.5
        return f"{_hundreds(share if less else 1 - share)} accounts have {'less' if less else 'more'}"


@dataclass(frozen=True, eq=False, repr=False)
class Population:
    """The distributions of features over some accounts.

    Parameters
    ----------
    source : str
        Whose they are, in a sentence.
    accounts : int
        How many.
    distributions : mapping of str to Distribution
        By feature.

    Examples
    --------
    >>> Population.read("simulated").distributions["h_index"].compared(3.0)
    '9... of 100 accounts have less'
    """

    source: str
    accounts: int
    distributions: Mapping[str, Distribution]

    @classmethod
    def read(cls, name: str | Path) -> Population:
        """A population that comes with the package, by name, or one that was saved, by path.

        Raises
        ------
        InputError
            If there is no such file, or it holds no population.
        """
        PATH.check("name", name, "Population.read()")
        path = SHIPPED.get(str(name), Path(name))
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            known = {
                feature: Distribution(np.array(table["values"], float), np.array(table["shares"], float))
                for feature, table in told["features"].items()
            }
            return cls(told["source"], told["accounts"], known)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                "cannot be read as a population",
                where=str(name),
                got=f"{type(error).__name__}: {error}",
                remedy=f"Take one of {', '.join(SHIPPED)}, or a file written by Population.save().",
            ) from error

    def save(self, path: str | Path) -> Path:
        """Write it as JSON, numbers to six digits."""
        features = {
            name: {"values": _short(known.values), "shares": _short(known.shares)}
            for name, known in self.distributions.items()
        }
        told = {"source": self.source, "accounts": self.accounts, "features": features}
        Path(path).write_text(json.dumps(told, ensure_ascii=False) + "\n", encoding="utf-8")
        return Path(path)

    def __repr__(self) -> str:
        return f"Population({self.accounts:,} accounts, {len(self.distributions)} features; {self.source})"


def _short(numbers: Iterable[float]) -> list[float]:
    return [float(f"{number:.6g}") for number in numbers]


def _hundreds(share: float) -> str:
    return f"{min(max(round(100 * share), 1), 99)} of 100"
