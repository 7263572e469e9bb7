"""How good a detection is, against labels; for tests, benchmarks and `cib evaluate`.

Ties share their fate: an average precision that depends on the order of equal scores is not a
measurement. Thresholds are those of the detection, never chosen with the labels.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from html import escape

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.errors import InputError

__all__ = ["Evaluation", "average_precision", "evaluate"]


def average_precision(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """Area under the precision-recall curve, equal scores taken as one step.

    Parameters
    ----------
    truth : ndarray of bool, shape (n,)
    scores : ndarray of float, shape (n,)

    Returns
    -------
    float
        In [0, 1]; nan if nothing is true.

    Examples
    --------
    >>> average_precision(np.array([True, False, True]), np.array([3.0, 2.0, 1.0]))
    0.8333333333333333
    >>> average_precision(np.array([True, False]), np.array([1.0, 1.0]))
    0.5
    """
    if not truth.any():
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    last_of_tie = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    precision = hits[last_of_tie] / (last_of_tie + 1)
    recall = hits[last_of_tie] / hits[-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


@dataclass(frozen=True)
class Evaluation:
    """One row of an evaluation: which accounts count as flagged, and how right that was.

    Parameters
    ----------
    flagged_if : str
        What counts as flagged.
    flagged, true_positives, positives, accounts : int
        ``accounts`` is the number of labelled accounts.
    precision, recall, average_precision : float
        The last ranks accounts by ``coordination`` and does not depend on ``flagged_if``.
    """

    flagged_if: str
    flagged: int
    true_positives: int
    positives: int
    accounts: int
    precision: float
    recall: float
    average_precision: float

    def __str__(self) -> str:
        return (
            f"{self.flagged_if:<34} flagged {self.flagged:>7,}  precision {self.precision:.3f}  "
            f"recall {self.recall:.3f}  AP {self.average_precision:.3f}"
        )

    def _repr_html_(self) -> str:
        cells = "".join(f"<tr><th>{escape(name)}<td>{escape(str(value))}" for name, value in asdict(self).items())
        return f"<table>{cells}</table>"


def evaluate(accounts: pl.DataFrame, labels: pl.DataFrame, *, set_apart: str | None = None) -> list[Evaluation]:
    """Score the accounts of a detection against labels.

    Parameters
    ----------
    accounts : polars.DataFrame
        ``detection.accounts``: columns ``account_id``, ``coordination``, ``verdict``.
    labels : polars.DataFrame
        ``account_id`` and either ``label`` (``'coordinated'`` is positive) or ``operation`` (not null is
        positive). Labelled accounts that the detection never saw count as not flagged.
    set_apart : str, optional
        A Boolean column of `labels`; accounts where it is true are left out.

    Returns
    -------
    list of Evaluation
        For accounts in any network, in one with more than insufficient evidence, and in a candidate.

    Raises
    ------
    InputError
        If the labels lack a column, or share no account with the detection.
    """
    truth = _truth(labels, set_apart)
    joined = truth.join(accounts.select("account_id", "coordination", "verdict"), on="account_id", how="left")
    if joined["coordination"].null_count() == joined.height:
        raise InputError(
            "labels and detection have no account in common",
            got=f"label ids such as {labels['account_id'].head(1).to_list()}",
            remedy="Label the same account ids as in accounts.parquet of the detection.",
        )
    positive = joined["positive"].to_numpy()
    ap = average_precision(positive, joined["coordination"].fill_null(0.0).to_numpy())
    rules = {
        "in any network": ("candidate", "coordinated", "insufficient"),
        "verdict candidate or coordinated": ("candidate", "coordinated"),
        "verdict candidate": ("candidate",),
    }
    flagged = {name: joined["verdict"].is_in(verdicts).fill_null(False) for name, verdicts in rules.items()}
    return [_row(name, rule.to_numpy(), positive, ap) for name, rule in flagged.items()]


def _truth(labels: pl.DataFrame, set_apart: str | None) -> pl.DataFrame:
    if "account_id" not in labels.columns or not {"label", "operation"} & set(labels.columns):
        raise InputError(
            "labels need the columns 'account_id' and 'label' or 'operation'",
            got=f"columns {', '.join(labels.columns)}",
            remedy="Rename yours; label 'coordinated' is positive, or any operation that is not null.",
        )
    positive = pl.col("label") == "coordinated" if "label" in labels.columns else pl.col("operation").is_not_null()
    if set_apart is not None:
        labels = labels.filter(~pl.col(set_apart).fill_null(False))
    return labels.select(pl.col("account_id").cast(pl.String), positive=positive.fill_null(False))


def _row(name: str, flagged: NDArray[np.bool_], positive: NDArray[np.bool_], ap: float) -> Evaluation:
    hits = int((flagged & positive).sum())
    return Evaluation(
        flagged_if=name,
        flagged=int(flagged.sum()),
        true_positives=hits,
        positives=int(positive.sum()),
        accounts=len(positive),
        precision=hits / max(int(flagged.sum()), 1),
        recall=hits / max(int(positive.sum()), 1),
        average_precision=ap,
    )
