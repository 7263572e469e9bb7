"""Evaluate the calibration of probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.domains import COUNT, check_lengths, column, takes
from cib.errors import InputError

__all__ = ["Calibration", "calibration"]


@dataclass(frozen=True, repr=False)
class Calibration:
    """Calibration of probabilities: scores and reliability table.

    Parameters
    ----------
    brier : float
        Brier score, the mean squared difference of probability and outcome; 0 is best.
    ece : float
        Expected calibration error: mean over accounts of the absolute difference between the mean probability and
        the share of positives of their bin.
    table : polars.DataFrame
        The reliability table, one row per non-empty bin: ``low, high, accounts, probability`` (mean),
        ``observed`` (share of positives).
    """

    brier: float
    ece: float
    table: pl.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """Convert to plain values."""
        return {"brier": self.brier, "ece": self.ece, "table": self.table.to_dicts()}

    def __repr__(self) -> str:
        return f"Calibration(Brier {self.brier:.4f}, ECE {self.ece:.4f}, {self.table.height} bins)"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>{self.table._repr_html_()}"


@takes(bins=COUNT, truth=column("truth values"), probability=column("numbers"))
def calibration(truth: NDArray[np.bool_], probability: NDArray[np.float64], bins: int = 15) -> Calibration:
    """Compare probabilities with outcomes, in bins of equal width.

    Parameters
    ----------
    truth : ndarray of bool, shape (n,)
    probability : ndarray of float, shape (n,)
        In [0, 1].
    bins : int

    Returns
    -------
    Calibration

    Raises
    ------
    InputError
        If a value is not in [0, 1].

    Notes
    -----
    Brier (1950); the expected calibration error as in Guo et al. (2017).

    Examples
    --------
    >>> result = calibration(np.array([True, False, False, True]), np.array([0.9, 0.1, 0.1, 0.9]))
    >>> result
    Calibration(Brier 0.0100, ECE 0.1000, 2 bins)
    """
    check_lengths(truth=truth, probability=probability)
    if not ((probability >= 0) & (probability <= 1)).all():
        raise InputError(
            "these are no probabilities: they must lie between 0 and 1",
            got=f"{np.min(probability)} to {np.max(probability)}",
            remedy="Calibrate the score first.",
        )
    place = np.minimum((probability * bins).astype(np.int64), bins - 1)
    table = (
        pl.DataFrame({"bin": place, "probability": probability, "truth": truth})
        .group_by("bin")
        .agg(accounts=pl.len(), probability=pl.col("probability").mean(), observed=pl.col("truth").mean())
        .sort("bin")
        .select(
            low=pl.col("bin") / bins,
            high=(pl.col("bin") + 1) / bins,
            accounts="accounts",
            probability="probability",
            observed="observed",
        )
    )
    off = (table["probability"] - table["observed"]).abs()
    ece = float((off * table["accounts"]).sum()) / max(len(truth), 1)
    return Calibration(float(np.mean((probability - truth) ** 2)), ece, table)
