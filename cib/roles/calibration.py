"""Calibration: map scores to probabilities, learned from accounts with known roles.

The reported quality of a calibration is measured on held-out accounts: the weights and the map are learned on all
folds but one, and evaluated on that one. Accounts of one campaign are in one fold because they are similar.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

from cib.errors import InputError
from cib.evaluation.calibration import Calibration, calibration
from cib.roles.role import Role

__all__ = ["RoleCalibration", "calibrate"]

Numbers = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Minimum number of accounts of a role for isotonic regression; below it Platt scaling is used.
MANY = 1_000

FOLDS = 5


@dataclass(frozen=True, eq=False, repr=False)
class RoleCalibration:
    """Map from the score of a role to a probability, and its quality.

    Parameters
    ----------
    method : {'platt', 'isotonic'}
        A logistic curve below 1,000 accounts of the role, a step function otherwise.
    logits, probabilities : ndarray
        Knots of the map, which is linear between them.
    positives, accounts : int
        Number of accounts of the role, and of all accounts.
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
        """Return the probability of each logit; logits outside of the knots get that of the nearest knot."""
        return np.interp(logits, self.logits, self.probabilities)

    def __repr__(self) -> str:
        return (
            f"RoleCalibration({self.method}, {self.positives:,} of {self.accounts:,} accounts, "
            f"Brier {self.held_out.brier:.3f}, ECE {self.held_out.ece:.3f})"
        )


def calibrate(
    role: Role, evidence: Mapping[str, Numbers], truth: Bools, groups: NDArray[Any] | None
) -> tuple[Role, RoleCalibration]:
    """Learn the weights of a role and the probability of its score from labels.

    The weights are those of a logistic regression that starts from the weights of the role (they are its offset, so
    that without evidence nothing changes), with L2 penalty 1 on each change and equal weight of both classes. The map
    is Platt scaling (Platt 2000), or isotonic regression (Zadrozny and Elkan 2002).

    Parameters
    ----------
    role : Role
    evidence : mapping of str to ndarray, shape (n_accounts,)
        ``reliability * z`` of each feature of the role.
    truth : ndarray of bool, shape (n_accounts,)
        Whether an account has the role.
    groups : ndarray, shape (n_accounts,), optional
        Campaign of each account; accounts of one campaign are evaluated in one fold. By default each account is a group
        of its own.

    Returns
    -------
    role : Role
        The role with the learned weights and bias.
    calibration : RoleCalibration

    Raises
    ------
    InputError
        If fewer than two groups have accounts with the role, or fewer than two have accounts without it.
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
    """Yield training rows and test rows; each campaign is in one fold."""
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
    fold_of[np.argsort(has, kind="stable")] = np.arange(len(has)) % folds  # groups with the role are distributed evenly
    for fold in range(folds):
        yield np.flatnonzero(fold_of[group] != fold), np.flatnonzero(fold_of[group] == fold)


def _learned(role: Role, names: list[str], matrix: Numbers, truth: Bools) -> tuple[Numbers, float]:
    """Fit the weights and bias of the regression that is penalised for changes of those of the role."""
    from scipy.optimize import minimize  # takes a fifth of a second to import, and few runs calibrate

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
    """Compute the knots of the map from logits to probabilities."""
    if method == "isotonic":
        from sklearn.isotonic import IsotonicRegression

        steps = IsotonicRegression(y_min=0, y_max=1).fit(logits, truth)
        return steps.X_thresholds_, steps.y_thresholds_
    from scipy.optimize import minimize

    # Platt's targets prevent probabilities of 0 and 1
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
