"""RoleScorer: how much an account behaves like one that others engage with, and like one that amplifies others.

Two scores in [0, 1] for each account, independent of each other. Each is the logistic function of a sum,

    logit = bias + sum over features of  weight * reliability * z

so that what each feature contributes can be read off, and adds up exactly. ``z`` is where the account stands
among all accounts: its rank turned into a normal deviate (van der Waerden), within -3 and 3, equal values
sharing the middle of their ranks. Ranks do not care how heavy a tail is, or on which scale something is
measured. ``reliability`` is ``n / (n + 1)`` for the n actions that an account made or received: little data
pulls every score to 0.10, the score of an account that stands in the middle of everything. So does a
feature about which the data say nothing.

A score is *relative*: 0.9 says that few accounts of the collection it was fitted on behave so. It says
nothing about why. Below three actions no role is named at all. With labels it becomes a probability; see
:mod:`cib.roles.calibration`.

The scorer follows scikit-learn's protocol without deriving from its classes, which take a second to import.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from cib.activity import to_library
from cib.errors import InputError, SettingsError, did_you_mean, warn
from cib.features.table import FeatureTable
from cib.notebook import html_rows
from cib.roles.calibration import Calibration, calibrate
from cib.roles.population import Distribution, Population
from cib.roles.role import AMPLIFIER, HIGHLY_ENGAGED, Role
from cib.roles.scores import RoleScores, contributions

__all__ = ["COUNTS", "RoleScorer"]

Numbers = NDArray[np.float64]

#: What counts as an action made or received.
COUNTS = ("posts_made", "retweets_made", "retweets_received")


@dataclass(eq=False, repr=False)
class RoleScorer:
    """Scores roles against a reference population.

    Parameters
    ----------
    roles : sequence of Role
    reference : Population, str or Path, optional
        What accounts are compared with: ``'simulated'``, a population that comes with the package, or one of your
        own (see :class:`cib.roles.population.Population`). Default: the accounts of :meth:`fit`.
    shrinkage : float
        Actions at which an account's own features count half.
    min_actions : int
        Below so many actions made or received the role is ``low_support``.
    threshold : float
        A role is named from this score on.
    margin : float
        By how much its score must exceed that of any other role; within it, accounts that reach the
        threshold twice are ``both``.

    Attributes
    ----------
    population_ : Population
        How each feature is distributed over the reference.
    roles_ : tuple of Role
        The roles, with the weights that were learned where there were labels.
    calibrations_ : dict of str to Calibration
        By role; empty without labels.
    n_features_in_ : int
        Columns of a matrix.
    feature_names_in_ : ndarray of str
        Their names, where it had any.

    Notes
    -----
    Van der Waerden (1952) for the scores of ranks. The contributions are the Shapley values of the logit, as
    of any sum of independent terms.

    Examples
    --------
    >>> import cib
    >>> activity, truth = cib.simulate(scale=0.002, seed=1)
    >>> features = cib.extract(activity)
    >>> scores = cib.RoleScorer().fit(features).score(features)
    >>> scores.frame.columns
    ['account_id', 'highly_engaged', 'amplifier', 'role', 'support']

    With labels, ``highly_engaged`` and ``amplifier`` are probabilities:

    >>> cib.RoleScorer().fit(features, truth["role"]).calibrations_["amplifier"]
    Calibration(platt, 315 of ... accounts, Brier ..., ECE ...)
    """

    roles: Sequence[Role] = (HIGHLY_ENGAGED, AMPLIFIER)
    reference: Population | str | Path | None = None
    shrinkage: float = 1.0
    min_actions: int = 3
    threshold: float = 0.7
    margin: float = 0.2

    def fit(self, X: Any, y: Any = None, groups: Any = None) -> RoleScorer:
        """Learn how the features are distributed and, with labels, how often the scores are right.

        Parameters
        ----------
        X : FeatureTable, frame or array of shape (n_accounts, n_features)
            Of the reference population; accounts without an action are left out of it. Columns of a frame are
            known by their names; those of an array are the features of the roles in the order in which they
            name them, as far as it goes.
        y : sequence of str, shape (n_accounts,), optional
            The role of each account, null for none. What is no text is some other target, and left alone.
        groups : sequence, shape (n_accounts,), optional
            The campaign of each account, null for none; a calibration is judged on campaigns it was not learned
            from.

        Returns
        -------
        RoleScorer
            Itself.

        Raises
        ------
        SettingsError
            If two roles have one name, or a setting makes no sense.
        InputError
            If a table has none of a role's features or not the counts of actions, or `y` names unknown roles.

        Warns
        -----
        CibWarning
            If a matrix has none of a role's features: then its score is 0.10 for all.
        """
        self._check_settings()
        features = self._taken(X, reset=True)
        self._check_features(features, strict=isinstance(X, FeatureTable))
        support = _support(features)
        self.population_ = self._population(features, support)
        self.roles_ = tuple(self.roles)
        self.calibrations_: dict[str, Calibration] = {}
        if y is not None and (labels := pl.Series(np.asarray(y).tolist())).dtype == pl.String:
            self._calibrate(self._evidence(features, support), labels, groups)
        return self

    def score(self, features: Any, y: Any = None) -> RoleScores:  # noqa: ARG002 scikit-learn hands it over
        """Score accounts, of the reference or others.

        Parameters
        ----------
        features : FeatureTable, frame or array
            With the features that the scorer was fitted on.
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
        self._check_fitted()
        if isinstance(features, FeatureTable):
            _check_counts(features)
        features = self._taken(features, reset=False)
        support = _support(features)
        used = features.select(self.population_.distributions)
        evidence = self._evidence(features, support)
        table = FeatureTable(
            pl.DataFrame({"account_id": features.ids, **evidence}), labels=features.labels, library=features.library
        )
        scores = {role.name: self._scored(role, table) for role in self.roles_}
        frame = pl.DataFrame({"account_id": features.ids, **scores}).with_columns(
            role=pl.Series(self._named(np.column_stack(list(scores.values())), support), dtype=pl.String),
            support=pl.Series(support.astype(np.int64)),
        )
        return RoleScores(frame, self.roles_, used, table, self.population_.distributions)

    def transform(self, X: Any) -> Any:
        """The scores of a matrix or table, shape (n_accounts, n_roles), for scikit-learn.

        Parameters
        ----------
        X : FeatureTable, frame or array
            As for :meth:`fit`.

        Returns
        -------
        ndarray, or the frame that :meth:`set_output` asked for
        """
        scores = self.score(X).frame.select(self.get_feature_names_out().tolist())
        return self._handed_back(scores, getattr(X, "index", None))

    def fit_transform(self, X: Any, y: Any = None, groups: Any = None) -> Any:
        """:meth:`fit`, then :meth:`transform`."""
        return self.fit(X, y, groups).transform(X)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002 scikit-learn's
        """The names of the roles."""
        return np.array([role.name for role in self.roles], dtype=object)

    def set_output(self, *, transform: str | None = None) -> RoleScorer:
        """Have :meth:`transform` give a frame: 'pandas', 'polars' or 'default'."""
        if transform not in {None, "default", "pandas", "polars"}:
            raise SettingsError(
                f"there is no output {transform!r}", remedy="Take 'pandas', 'polars' or 'default' (an array)."
            )
        if transform is not None:
            self._sklearn_output_config = {"transform": transform}  # the name under which clone() looks for it
        return self

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 scikit-learn's clone() passes it
        """The settings, as scikit-learn asks for them."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def set_params(self, **settings: Any) -> RoleScorer:
        """Change settings by name, as scikit-learn does."""
        known = self.get_params()
        for name, value in settings.items():
            if name not in known:
                raise SettingsError(f"RoleScorer has no setting {name!r}", remedy=did_you_mean(name, known))
            setattr(self, name, value)
        return self

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(),
            input_tags=InputTags(allow_nan=True),
        )

    def _taken(self, X: Any, *, reset: bool) -> FeatureTable:
        """A matrix as a table of the features that roles name."""
        if isinstance(X, FeatureTable):
            return X
        from sklearn.utils.validation import validate_data

        matrix = validate_data(self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
        names = getattr(self, "feature_names_in_", list(self._wanted())[: matrix.shape[1]])
        columns = {str(name): matrix[:, k] for k, name in enumerate(names)}
        known = {name: columns[name] for name in (*self._wanted(), *COUNTS) if name in columns}
        return FeatureTable(pl.DataFrame({"account_id": [str(k) for k in range(len(matrix))], **known}))

    def _handed_back(self, scores: pl.DataFrame, index: Any) -> Any:
        from sklearn import get_config

        wanted = getattr(self, "_sklearn_output_config", {}).get("transform", get_config()["transform_output"])
        if wanted == "polars":
            return scores
        if wanted == "pandas":
            frame = to_library(scores, "pandas")
            return frame if index is None else frame.set_axis(index)
        return scores.to_numpy()

    def _wanted(self) -> Mapping[str, None]:
        """The features of all roles, each once."""
        return dict.fromkeys(name for role in self.roles for name in role.weights)

    def _population(self, features: FeatureTable, support: Numbers) -> Population:
        """The reference, as far as the features go."""
        if self.reference is None:
            names = [name for name in self._wanted() if name in features.names]
            known = {name: Distribution.of(features[name][support > 0]) for name in names}
            return Population("the accounts it was fitted on", int((support > 0).sum()), known)
        given = self.reference if isinstance(self.reference, Population) else Population.read(self.reference)
        names = [name for name in self._wanted() if name in features.names and name in given.distributions]
        return Population(given.source, given.accounts, {name: given.distributions[name] for name in names})

    def _evidence(self, features: FeatureTable, support: Numbers) -> dict[str, Numbers]:
        """``reliability * z`` of each feature."""
        reliability = np.divide(support, support + self.shrinkage, out=np.zeros(len(support)), where=support > 0)
        known = self.population_.distributions
        return {name: reliability * known[name].deviate(features[name]) for name in known}

    def _scored(self, role: Role, evidence: FeatureTable) -> Numbers:
        logits = role.bias + contributions(role, evidence).values.sum(axis=1)
        calibration = self.calibrations_.get(role.name)
        return calibration.probability(logits) if calibration else expit(logits)

    def _calibrate(self, evidence: Mapping[str, Numbers], labels: pl.Series, groups: Any) -> None:
        names = [role.name for role in self.roles]
        for label in labels.drop_nulls().unique():
            if label not in names:
                raise InputError(
                    f"y names a role {label!r} that there is not",
                    remedy=did_you_mean(label, names) or f"There are {', '.join(names)}; null is for none.",
                )
        of_campaign = None if groups is None else _campaigns(groups)
        given = [role for role in self.roles if role.name in labels]
        learned = {
            role.name: calibrate(role, evidence, (labels == role.name).fill_null(False).to_numpy(), of_campaign)
            for role in given
        }
        self.roles_ = tuple(learned[role.name][0] if role.name in learned else role for role in self.roles)
        self.calibrations_ = {name: calibration for name, (_, calibration) in learned.items()}

    def _check_features(self, features: FeatureTable, *, strict: bool) -> None:
        for role in self.roles:
            if any(name in features.names for name in role.weights):
                continue
            what = f"no feature of the role {role.name!r} is in the table"
            if strict:
                raise InputError(
                    what,
                    got=f"features {', '.join(features.names)}",
                    remedy=f"Extract one or more of {', '.join(role.weights)}.",
                )
            warn(f"{what}: its score says nothing")
        if strict:
            _check_counts(features)

    def _check_fitted(self) -> None:
        if not hasattr(self, "population_"):
            raise SettingsError("this RoleScorer has no reference yet", remedy="Call fit(features) first.")

    def _check_settings(self) -> None:
        names = [role.name for role in self.roles]
        if not names or len(set(names)) < len(names):
            raise SettingsError("a RoleScorer needs roles, each with a name of its own", got=names)
        if not (0 < self.threshold < 1 and 0 <= self.margin < 1 and self.shrinkage >= 0):
            raise SettingsError(
                "threshold and margin lie between 0 and 1, and shrinkage is not negative",
                got=f"threshold={self.threshold}, margin={self.margin}, shrinkage={self.shrinkage}",
            )

    def _named(self, scores: Numbers, support: Numbers) -> NDArray[np.object_]:
        """The role of each account."""
        order = np.sort(scores, axis=1)
        best, second = order[:, -1], order[:, -2] if scores.shape[1] > 1 else np.zeros(len(scores))
        named = np.array([role.name for role in self.roles], dtype=object)[scores.argmax(axis=1)]
        clear = (best >= self.threshold) & (best > second + self.margin)
        role = np.where(clear, named, np.where(second >= self.threshold, "both", "peripheral"))
        return np.where(support < self.min_actions, "low_support", role)

    def __repr__(self) -> str:
        roles = ", ".join(role.name for role in self.roles)
        fitted = "fitted" if hasattr(self, "population_") else "not fitted"
        return f"RoleScorer({roles}; {fitted})"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>{html_rows(self.get_params())}"


def _support(features: FeatureTable) -> Numbers:
    """Actions that each account made or received; as good as endless where a matrix does not count them."""
    counts = [name for name in COUNTS if name in features.names]
    if not counts:
        return np.full(len(features), 1e18)
    support: Numbers = np.nansum(features.select(counts).values, axis=1)
    return support


def _check_counts(features: FeatureTable) -> None:
    for name in COUNTS:
        if name not in features.names:
            raise InputError(
                f"roles need the feature {name!r}, which this table lacks",
                got=f"features {', '.join(features.names)}",
                remedy=f"Extract it too: features + {list(COUNTS)}.",
            )


def _campaigns(groups: Any) -> NDArray[np.int64]:
    """A number for each campaign, and one of its own for each account without."""
    named = pl.Series(np.asarray(groups).tolist())
    alone = pl.Series(np.arange(len(named)))
    return pl.select(pl.when(named.is_null()).then(-1 - alone).otherwise(named.rank("dense"))).to_series().to_numpy()
