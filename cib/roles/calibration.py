"""Calibration: from scores to probabilities, where accounts with known roles say how often a score is right.

What is reported about a calibration was measured on accounts that it had not seen: the weights and the map are
learned on all folds but one, and judged on that one. Accounts of one campaign are in one fold, for they are
alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from cib.errors import InputError
from cib.evaluation.calibration import Calibration, calibration
from cib.roles.role import Role

__all__ = ["RoleCalibration", "calibrate"]

Numbers = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Accounts of a role from which on the map is learned by isotonic regression, which needs many.
MANY = 1_000

FOLDS = 5


@dataclass(frozen=True, eq=False, repr=False)
class RoleCalibration:
    """How the score of a role becomes a probability, and how well.

    Parameters
    ----------
    method : {'platt', 'isotonic'}
        A logistic curve below 1,000 accounts of the role, steps from there on.
    logits, probabilities : ndarray
        The map: knots between which it is linear.
    positives, accounts : int
        Accounts of the role, and all.
    held_out : cib.evaluation.Calibration
        Brier score, expected calibration error and reliability table on accounts not learned from.
    """

    method: str
    logits: Numbers
    probabilities: Numbers
    positives: int
    accounts: int
    held_out: Calibration

    def probability(self, logits: Numbers) -> Numbers:
        """The probability of each logit; those outside of what was seen get the nearest seen."""
        return np.interp(logits, self.logits, self.probabilities)

    def __repr__(self) -> str:
        return (
            f"RoleCalibration({self.method}, {self.positives:,} of {self.accounts:,} accounts, "
            f"Brier {self.held_out.brier:.3f}, ECE {self.held_out.ece:.3f})"
        )


def calibrate(
    role: Role, evidence: Mapping[str, Numbers], truth: Bools, groups: NDArray[Any] | None
) -> tuple[Role, RoleCalibration]:
    """Learn a role's weights and the probability of its score from labels.

    The weights are those of a logistic regression that starts from the role's own (they are its offset, so that
    without evidence nothing changes), with L2 penalty 1 on each change and both classes weighted alike. The map
    is Platt's (2000), or isotonic regression (Zadrozny and Elkan 2002).

    Parameters
    ----------
    role : Role
    evidence : mapping of str to ndarray, shape (n_accounts,)
        ``reliability * z`` of each of its features.
    truth : ndarray of bool, shape (n_accounts,)
        Whether an account has the role.
    groups : ndarray, shape (n_accounts,), optional
        The campaign of each account; accounts of one are judged together. Without it each stands for itself.

    Returns
    -------
    role : Role
        With the weights and the bias learned.
    calibration : RoleCalibration

    Raises
    ------
    InputError
        If the role, or its absence, is known of accounts of fewer than two groups.
    """
    matrix = np.column_stack([evidence[name] for name in role.weights if name in evidence])
    names = [name for name in role.weights if name in evidence]
    folds = list(_folds(truth, groups, role.name))
    logits = np.empty(len(truth))
    for train, test in folds:
        weights, bias = _learned(role, names, matrix[train], truth[train])
        logits[test] = matrix[test] @ weights + bias
    method = "isotonic" if truth.sum() >= MANY else "platt"
    judged = np.empty(len(truth))
    for train, test in folds:
        judged[test] = np.interp(logits[test], *_map(method, logits[train], truth[train]))
    learned_map = RoleCalibration(
        method,
        *_map(method, logits, truth),
        positives=int(truth.sum()),
        accounts=len(truth),
        held_out=calibration(truth, judged),
    )
    weights, bias = _learned(role, names, matrix, truth)
    learned = dict(zip(names, weights.tolist(), strict=True))
    return replace(role, weights={**role.weights, **learned}, bias=bias), learned_map


def _folds(
    truth: Bools, groups: NDArray[Any] | None, name: str
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rows to learn from and rows to judge; each fold holds campaigns whole."""
    each = np.arange(len(truth)) if groups is None else groups
    _, group = np.unique(each, return_inverse=True)
    has, lacks = (np.bincount(group, weights=part) > 0 for part in (truth, ~truth))
    if min(has.sum(), lacks.sum()) < 2:
        raise InputError(
            f"the role {name!r} cannot be calibrated: it needs two groups with it, and two without",
            got=f"{int(truth.sum())} of {len(truth)} accounts with it",
            remedy="Label more accounts, or leave groups= out.",
        )
    folds = min(FOLDS, int(has.sum()))
    fold_of = np.empty(len(has), np.int64)
    fold_of[np.argsort(has, kind="stable")] = np.arange(len(has)) % folds  # groups with the role are dealt out evenly
    for fold in range(folds):
        yield np.flatnonzero(fold_of[group] != fold), np.flatnonzero(fold_of[group] == fold)


def _learned(role: Role, names: list[str], matrix: Numbers, truth: Bools) -> tuple[Numbers, float]:
    """Weights and bias of the penalised regression around the role's own."""
    prior = np.array([role.weights[name] for name in names])
    sign = np.where(truth, 1.0, -1.0)
    balance = len(truth) / 2 / np.where(truth, max(truth.sum(), 1), max((~truth).sum(), 1))

    def loss(change: Numbers) -> tuple[float, Numbers]:
        margin = sign * (matrix @ (prior + change[:-1]) + role.bias + change[-1])
        slope = -sign * balance * expit(-margin)
        penalty = change[:-1]
        return (
            float(-(balance * log_expit(margin)).sum() + penalty @ penalty / 2),
            np.append(matrix.T @ slope + penalty, slope.sum()),
        )

    change = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B").x
    return prior + change[:-1], float(role.bias + change[-1])


def _map(method: str, logits: Numbers, truth: Bools) -> tuple[Numbers, Numbers]:
    """Knots of the map from logits to probabilities."""
    if method == "isotonic":
        from sklearn.isotonic import IsotonicRegression

        steps = IsotonicRegression(y_min=0, y_max=1).fit(logits, truth)
        return steps.X_thresholds_, steps.y_thresholds_
    # Platt's targets keep the curve from running to 0 and 1
    yes, no = truth.sum(), (~truth).sum()
    target = np.where(truth, (yes + 1) / (yes + 2), 1 / (no + 2))

    def loss(line: Numbers) -> tuple[float, Numbers]:
        x = line[0] * logits + line[1]
        slope = expit(x) - target
        return float(-(target * log_expit(x) + (1 - target) * log_expit(-x)).sum()), np.array(
            [slope @ logits, slope.sum()]
        )

    slope, start = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B").x
    knots = np.linspace(logits.min(), logits.max(), 1_001)
    return knots, expit(slope * knots + start)
