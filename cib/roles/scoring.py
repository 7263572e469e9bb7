"""Scoring: compute role scores from features, without scikit-learn.

Two scores in [0, 1] for each account, independent of each other. Each is the logistic function of a sum,

    logit = bias + sum over features of  weight * reliability * z

so that the contributions of the features are explicit and add up exactly. ``z`` is the rank of the account
among all accounts as a normal deviate (van der Waerden), clipped to [-3, 3]; equal values get the mean of
their ranks. Ranks do not depend on the scale of a feature or the weight of its tail. ``reliability`` is
``n / (n + 1)`` for the n actions that an account made or received: with little data every score is close to
0.10, the score of an account with median values of all features. A feature that the data lack contributes 0.

A score is *relative*: 0.9 means that few accounts of the reference behave in this way. It does not explain why. With
fewer than three actions no role is assigned. With labels it becomes a probability; see :mod:`cib.roles.calibration`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from cib.domains import INSIDE, check_fields, real
from cib.errors import InputError, SettingsError, check_kind, did_you_mean
from cib.features.standard import STANDARD
from cib.features.table import FeatureTable
from cib.roles.calibration import RoleCalibration, calibrate
from cib.roles.population import Distribution, Population
from cib.roles.role import AMPLIFIER, HIGHLY_ENGAGED, Role
from cib.roles.scores import RoleScores

__all__ = ["COUNTS", "ROLES", "Scoring", "check_names", "score_roles"]

Numbers = NDArray[np.float64]

#: The roles that come with the package.
ROLES = (HIGHLY_ENGAGED, AMPLIFIER)

#: Features that count the actions made or received.
COUNTS = ("posts_made", "retweets_made", "retweets_received")


@dataclass(frozen=True)
class Scoring:
    """Roles, settings and learned values that map features to scores.

    Parameters
    ----------
    roles : tuple of Role
    shrinkage, min_actions, threshold, margin
        As in :class:`cib.RoleScorer`.
    population : Population, optional
        Distribution of each feature over the reference; set by :meth:`learn`.
    calibrations : mapping of str to RoleCalibration
        Calibration of each role; set by :meth:`calibrated`.
    """

    roles: tuple[Role, ...] = ROLES
    shrinkage: float = 1.0
    min_actions: int = 3
    threshold: float = 0.7
    margin: float = 0.2
    population: Population | None = None
    calibrations: Mapping[str, RoleCalibration] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for k, role in enumerate(self.roles):
            check_kind(f"roles[{k}]", role, Role)
        names = [role.name for role in self.roles]
        if not names or len(set(names)) < len(names):
            raise SettingsError(
                "a RoleScorer needs roles, each with a name of its own", got=names, remedy="Leave roles= out, say."
            )
        check_fields(self, threshold=INSIDE, margin=real(0, 1, below=True))

    def learn(self, features: FeatureTable, reference: Population | str | Path | None = None) -> Scoring:
        """Learn the distributions of features over the accounts with any action, or take those of a reference."""
        if reference is None:
            acts = support(features) > 0
            names = [name for name in wanted(self.roles) if name in features.names]
            known = {name: Distribution.of(features[name][acts]) for name in names}
            return replace(self, population=Population("the accounts it was fitted on", int(acts.sum()), known))
        given = reference if isinstance(reference, Population) else Population.read(reference)
        names = [name for name in wanted(self.roles) if name in features.names and name in given.distributions]
        taken = {name: given.distributions[name] for name in names}
        return replace(self, population=Population(given.source, given.accounts, taken))

    def calibrated(self, features: FeatureTable, labels: pl.Series, groups: NDArray[np.int64] | None) -> Scoring:
        """Learn weights and the probability of each score from labels."""
        names = [role.name for role in self.roles]
        for label in labels.drop_nulls().unique():
            if label not in names:
                raise InputError(
                    f"y names a role {label!r} that there is not",
                    remedy=did_you_mean(label, names) or f"There are {', '.join(names)}; null is for none.",
                )
        evidence = self.evidence(features)
        learned = {
            role.name: calibrate(role, evidence, (labels == role.name).fill_null(False).to_numpy(), groups)
            for role in self.roles
            if role.name in labels
        }
        roles = tuple(learned[role.name][0] if role.name in learned else role for role in self.roles)
        return replace(self, roles=roles, calibrations={name: found for name, (_, found) in learned.items()})

    def evidence(self, features: FeatureTable) -> dict[str, Numbers]:
        """Compute ``reliability * z`` of each feature of the reference."""
        n = support(features)
        reliability = np.divide(n, n + self.shrinkage, out=np.zeros(len(n)), where=n > 0)
        known = self.distributions
        return {name: reliability * known[name].deviate(features[name]) for name in known}

    @property
    def distributions(self) -> Mapping[str, Distribution]:
        """Return the distributions of the reference."""
        return {} if self.population is None else self.population.distributions

    def score(self, features: FeatureTable) -> RoleScores:
        """Score accounts of the reference or others."""
        used = features.select(self.distributions)
        evidence = FeatureTable(
            pl.DataFrame({"account_id": features.ids, **self.evidence(features)}),
            labels=features.labels,
            library=features.library,
        )
        scores = {role.name: self._scored(role, evidence) for role in self.roles}
        n = support(features)
        table = pl.DataFrame({"account_id": features.ids, **scores}).with_columns(
            role=pl.Series(self.named(np.column_stack(list(scores.values())), n), dtype=pl.String),
            support=pl.Series(n.astype(np.int64)),
        )
        return RoleScores(table, self.roles, used, evidence, self.distributions)

    def named(self, scores: Numbers, support: Numbers) -> NDArray[np.object_]:
        """Return the role of each account, from scores of shape (n_accounts, n_roles)."""
        order = np.sort(scores, axis=1)
        best, second = order[:, -1], order[:, -2] if scores.shape[1] > 1 else np.zeros(len(scores))
        named = np.array([role.name for role in self.roles], dtype=object)[scores.argmax(axis=1)]
        clear = (best >= self.threshold) & (best > second + self.margin)
        role = np.where(clear, named, np.where(second >= self.threshold, "both", "peripheral"))
        return np.where(support < self.min_actions, "low_support", role)

    def _scored(self, role: Role, evidence: FeatureTable) -> Numbers:
        used = [name for name in role.weights if name in evidence.names]
        parts = np.empty((len(evidence), len(used)))
        for k, name in enumerate(used):
            parts[:, k] = evidence[name] * role.weights[name]
        logits = role.bias + parts.sum(axis=1)
        calibration = self.calibrations.get(role.name)
        return calibration.probability(logits) if calibration else expit(logits)


def score_roles(features: FeatureTable, roles: Sequence[Role] = ROLES) -> RoleScores:
    """Score the accounts of a table relative to each other.

    Parameters
    ----------
    features : FeatureTable
        Table with the counts of actions and features of each role.
    roles : sequence of Role

    Returns
    -------
    RoleScores
        The result of ``RoleScorer(roles).fit(features).score(features)``.

    Raises
    ------
    InputError
        If features are missing.
    """
    check_features(features, roles)
    check_names(features.names, roles)
    return Scoring(tuple(roles)).learn(features).score(features)


def wanted(roles: Iterable[Role]) -> list[str]:
    """Return the distinct features of roles."""
    return list(dict.fromkeys(name for role in roles for name in role.weights))


def support(features: FeatureTable) -> Numbers:
    """Count the actions that each account made or received; 1e18 if a matrix does not have these counts."""
    counts = [name for name in COUNTS if name in features.names]
    if not counts:
        return np.full(len(features), 1e18)
    made: Numbers = np.nansum(np.column_stack([features[name] for name in counts]), axis=1)
    return made


def check_features(features: FeatureTable, roles: Sequence[Role]) -> None:
    """Raise an error for a table that lacks the counts of actions, or all features of a role."""
    for role in roles:
        if not any(name in features.names for name in role.weights):
            raise InputError(
                f"no feature of the role {role.name!r} is in the table",
                got=f"features {', '.join(features.names)}",
                remedy=f"Extract one or more of {', '.join(role.weights)}.",
            )
    for name in COUNTS:
        if name not in features.names:
            raise InputError(
                f"roles need the feature {name!r}, which this table lacks",
                got=f"features {', '.join(features.names)}",
                remedy=f"Extract it too: features + {list(COUNTS)}.",
            )


def check_names(names: Sequence[str], roles: Sequence[Role]) -> None:
    """Raise an error for a role that names a feature which is neither in the data nor a standard one."""
    known = [*names, *STANDARD.names]
    for role in roles:
        for name in role.weights:
            if name not in known:
                raise InputError(
                    f"the role {role.name!r} names a feature {name!r} that there is not",
                    remedy=did_you_mean(name, known) or "Extract it with the others, or take it out of the role.",
                )
