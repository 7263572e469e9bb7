"""RoleScorer: the scoring of :mod:`cib.roles.scoring` as a scikit-learn transformer.

Its base classes take a second to import, so ``cib`` and ``cib.roles`` load this module when ``RoleScorer`` is first
accessed, and :func:`cib.detect` does not use it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import validate_data

from cib.errors import InputError, SettingsError, check_several, did_you_mean
from cib.features.table import FeatureTable
from cib.roles.population import Population
from cib.roles.role import Role
from cib.roles.scores import RoleScores
from cib.roles.scoring import COUNTS, ROLES, Scoring, check_features, check_names, wanted

__all__ = ["RoleScorer"]


class RoleScorer(TransformerMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn ships no types
    """Score roles against a reference population.

    Parameters
    ----------
    roles : sequence of Role
    reference : Population, str or Path, optional
        Population with which accounts are compared: ``'simulated'``, which comes with the package, or one of your own
        (see :class:`cib.roles.population.Population`). Default: the accounts of :meth:`fit`.
    shrinkage : float
        Number of actions at which the features of an account have half their weight.
    min_actions : int
        Below this number of actions made or received the role is ``low_support``.
    threshold : float
        Minimum score at which a role is assigned.
    margin : float
        Minimum difference to the score of any other role; with a smaller difference, accounts that reach the
        threshold with two roles are ``both``.

    Attributes
    ----------
    population_ : Population
        Distribution of each feature over the reference.
    roles_ : tuple of Role
        The roles, with learned weights if there were labels.
    calibrations_ : dict of str to RoleCalibration
        Calibration of each role; empty without labels.
    untested_ : tuple of str
        Roles of which the data have no feature: their score is 0.10 for every account, and not informative.
    n_features_in_ : int
        Number of columns of a matrix.
    feature_names_in_ : ndarray of str
        Names of the columns, if the matrix had any.

    Notes
    -----
    Scores are defined in :mod:`cib.roles.scoring`; rank scores are those of van der Waerden (1952). The contributions
    are the Shapley values of the logit, as for any sum of independent terms.

    Examples
    --------
    >>> import cib
    >>> activity, truth = cib.simulate(scale=0.002, seed=1)
    >>> features = cib.extract(activity)
    >>> scores = cib.RoleScorer().fit(features).score(features)
    >>> scores.table.columns
    ['account_id', 'highly_engaged', 'amplifier', 'role', 'support']

    With labels, ``highly_engaged`` and ``amplifier`` are probabilities:

    >>> cib.RoleScorer().fit(features, truth["role"]).calibrations_["amplifier"]
    RoleCalibration(platt, 315 of ... accounts, Brier ..., ECE ...)
    """

    def __init__(
        self,
        roles: Sequence[Role] = ROLES,
        reference: Population | str | Path | None = None,
        shrinkage: float = 1.0,
        min_actions: int = 3,
        threshold: float = 0.7,
        margin: float = 0.2,
    ) -> None:
        self.roles = roles
        self.reference = reference
        self.shrinkage = shrinkage
        self.min_actions = min_actions
        self.threshold = threshold
        self.margin = margin

    def fit(self, X: Any, y: Any = None, groups: Any = None) -> RoleScorer:
        """Learn the distributions of the features and, with labels, the calibration of the scores.

        Parameters
        ----------
        X : FeatureTable, frame or array of shape (n_accounts, n_features)
            Features of the reference population; accounts without an action are left out. Columns of a frame are
            identified by name; those of an array are the features of the roles in the order of the roles, up to the
            number of columns.
        y : sequence of str, shape (n_accounts,), optional
            Role of each account, null for none. Other types than strings are another target and ignored.
        groups : sequence, shape (n_accounts,), optional
            Campaign of each account, null for none; a calibration is evaluated on campaigns that were not used to
            learn it.

        Returns
        -------
        RoleScorer
            The fitted scorer.

        Raises
        ------
        SettingsError
            If two roles have the same name, or a setting is invalid.
        InputError
            If a table has no feature of a role or lacks the counts of actions, a role names a feature that is
            neither in the table nor a standard one, `y` names unknown roles, or `y` or `groups` has another length.
        """
        scoring = self._scoring()
        features = self._taken(X, reset=True)
        if isinstance(X, FeatureTable):
            check_features(features, self.roles)
        if isinstance(X, FeatureTable) or hasattr(self, "feature_names_in_"):  # an array has the features of the roles
            check_names(features.names, self.roles)
        for name, given in (("y", y), ("groups", groups)):
            if given is not None and len(np.asarray(given)) != len(features):
                raise InputError(
                    f"{name} must have a value for each account",
                    got=f"{len(np.asarray(given)):,} for {len(features):,} accounts",
                    remedy="Give them in the order of the rows.",
                )
        scoring = scoring.learn(features, self.reference)
        if y is not None and (labels := pl.Series(np.asarray(y).tolist())).dtype == pl.String:
            scoring = scoring.calibrated(features, labels, None if groups is None else _campaigns(groups))
        self.population_, self.roles_ = scoring.population, scoring.roles
        self.calibrations_ = dict(scoring.calibrations)
        self.untested_ = tuple(
            role.name for role in self.roles if not any(name in features.names for name in role.weights)
        )
        return self

    def score(self, X: Any, y: Any = None) -> RoleScores:  # noqa: ARG002 scikit-learn hands it over
        """Score accounts of the reference population or others.

        Parameters
        ----------
        X : FeatureTable, frame or array
            Table with the features on which the scorer was fitted.
        y : object
            Not used.

        Returns
        -------
        RoleScores

        Raises
        ------
        SettingsError
            If the scorer is not fitted.
        InputError
            If a feature is missing.
        """
        if not hasattr(self, "population_"):
            raise SettingsError("this RoleScorer has no reference yet", remedy="Call fit(features) first.")
        if isinstance(X, FeatureTable):
            check_features(X, self.roles)
        scoring = replace(
            self._scoring(), roles=self.roles_, population=self.population_, calibrations=self.calibrations_
        )
        return scoring.score(self._taken(X, reset=False))

    def transform(self, X: Any) -> Any:
        """Score the accounts of a matrix or table, for scikit-learn.

        Parameters
        ----------
        X : FeatureTable, frame or array
            As for :meth:`fit`.

        Returns
        -------
        ndarray of shape (n_accounts, n_roles), or the frame configured by :meth:`set_output`
        """
        return np.asarray(self.score(X))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002 scikit-learn's
        """Return the names of the roles."""
        return np.array([role.name for role in self.roles], dtype=object)

    def set_params(self, **settings: Any) -> RoleScorer:
        """Change settings by name.

        Raises
        ------
        SettingsError
            If there is no such setting.
        """
        known = self.get_params(deep=False)
        for name in settings:
            if name not in known:
                raise SettingsError(f"RoleScorer has no setting {name!r}", remedy=did_you_mean(name, known))
        super().set_params(**settings)
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _scoring(self) -> Scoring:
        check_several("roles", self.roles, "[cib.roles.HIGHLY_ENGAGED]")
        return Scoring(tuple(self.roles), self.shrinkage, self.min_actions, self.threshold, self.margin)

    def _taken(self, X: Any, *, reset: bool) -> FeatureTable:
        """Convert a matrix to a table of the features that roles name."""
        if isinstance(X, FeatureTable):
            return X
        matrix = validate_data(self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
        names = getattr(self, "feature_names_in_", wanted(self.roles)[: matrix.shape[1]])
        columns = {str(name): matrix[:, k] for k, name in enumerate(names)}
        known = {name: columns[name] for name in (*wanted(self.roles), *COUNTS) if name in columns}
        return FeatureTable(pl.DataFrame({"account_id": [str(k) for k in range(len(matrix))], **known}))

    def __repr__(self) -> str:
        roles = ", ".join(role.name for role in self.roles)
        fitted = "fitted" if hasattr(self, "population_") else "not fitted"
        untested = "".join(f"; no data on {role}" for role in getattr(self, "untested_", ()))
        return f"RoleScorer({roles}; {fitted}{untested})"


def _campaigns(groups: Any) -> NDArray[np.int64]:
    """Return a number for each campaign, and a unique one for each account without a campaign."""
    named = pl.Series(np.asarray(groups).tolist())
    alone = pl.Series(np.arange(len(named)))
    return pl.select(pl.when(named.is_null()).then(-1 - alone).otherwise(named.rank("dense"))).to_series().to_numpy()
