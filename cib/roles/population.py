"""Population: distributions of features over the reference accounts of the scores.

A population can be learned from the scored accounts. Another one comes with the package, so that scores are comparable
between data sets and defined for few accounts: ``Population.read("simulated")``. It was made by
``docs/population.py`` from the organic accounts of the simulator. It contains no real accounts, and a score relative to
it only compares an account with simulated ones.
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

#: Maximum absolute normal deviate of a value, in standard deviations.
LIMIT = 3.0

#: Maximum number of values kept of the distribution of a feature: enough to resolve 1 account in 2,000.
KNOTS = 4_001

#: The populations that come with the package, by name.
SHIPPED = {"simulated": Path(__file__).with_name("simulated.json")}


@dataclass(frozen=True, eq=False)
class Distribution:
    """Distribution of a feature in a reference population.

    Parameters
    ----------
    values : ndarray, shape (n_knots,)
        Distinct values, ascending.
    shares : ndarray, shape (n_knots,)
        Share of accounts below each value, plus half the share of accounts equal to it.

    Examples
    --------
    >>> Distribution.of(np.array([0, 0, 0, 1.0])).percentile(np.array([0, 0.5, 1, 9]))
    array([0.375, 0.625, 0.875, 0.875])
    """

    values: Numbers
    shares: Numbers

    @classmethod
    def of(cls, sample: Numbers, knots: int = KNOTS) -> Distribution:
        """Return the distribution of a sample; NaN is left out."""
        values, counts = np.unique(sample[~np.isnan(sample)], return_counts=True)
        shares = (np.cumsum(counts) - counts / 2) / max(counts.sum(), 1)
        if len(values) > knots:
            kept = np.searchsorted(shares, np.linspace(shares[0], shares[-1], knots))
            kept = np.unique(np.minimum(kept, len(values) - 1))
            values, shares = values[kept], shares[kept]
        return cls(values, shares)

    def percentile(self, values: Numbers) -> Numbers:
        """Return the share of the reference below each value, in (0, 1); NaN stays NaN."""
        if not len(self.values):
            return np.full(len(values), np.nan)
        return np.interp(values, self.values, self.shares)

    def deviate(self, values: Numbers) -> Numbers:
        """Return the percentile of each value as a normal deviate, clipped to [-3, 3]; 0 if it is not known."""
        return np.nan_to_num(np.clip(ndtri(self.percentile(values)), -LIMIT, LIMIT))

    def compared(self, value: float) -> str:
        """Describe in words how many accounts have a smaller or a larger value.

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
    """Distributions of features over some accounts.

    Parameters
    ----------
    source : str
        Description of the accounts.
    accounts : int
        Number of accounts.
    distributions : mapping of str to Distribution
        Distribution of each feature.

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
        """Read a population that comes with the package, by name, or a saved one, by path.

        Raises
        ------
        InputError
            If the file does not exist or does not contain a population.
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
        """Write the population as JSON, numbers with six significant digits."""
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
