"""Roles: how much an account behaves like one that others engage with, and like one that amplifies others.

Two scores in [0, 1] for each account, independent of each other. Each is the logistic function of a sum,

    logit = bias + sum over features of  weight * reliability * z

so that what each feature contributes can be read off, and adds up exactly. ``z`` is where the account stands
among all accounts: its rank turned into a normal deviate (van der Waerden), within -3 and 3, equal values
sharing the middle of their ranks. Ranks do not care how heavy a tail is, or on which scale something is
measured. ``reliability`` is ``n / (n + 5)`` for the n actions that an account made or received: little data
pulls every score to 0.10, the score of an account that stands in the middle of everything. So does a
feature about which the data say nothing.

A score is *relative*: 0.9 says that few accounts of the collection it was fitted on behave so. It says
nothing about why. Below three actions no role is named at all.

The weights are priors, set by what is known of takedowns; they are not published values and not yet tuned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from cib.activity import to_library
from cib.errors import InputError, SettingsError, did_you_mean
from cib.features.table import FeatureTable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["AMPLIFIER", "HIGHLY_ENGAGED", "Role", "RoleScorer", "RoleScores"]

Numbers = NDArray[np.float64]

#: Score of an account that stands in the middle of everything.
MIDDLE = 0.10

#: Nobody is further from the middle than this, in standard deviations.
LIMIT = 3.0

#: What counts as an action made or received.
COUNTS = ("posts_made", "retweets_made", "retweets_received")

#: Values that are kept of a feature's distribution: enough to tell 1 account in 2,000 from its neighbours.
KNOTS = 4_001


@dataclass(frozen=True)
class Role:
    """A role: a name, what it means, and how much each feature speaks for it.

    Parameters
    ----------
    name : str
        The column of its score.
    label : str
        What a high score says about an account, in a sentence.
    weights : mapping of str to float
        By feature; negative ones speak against the role. Features that a table lacks do not count.
    bias : float
        Logit of the score of an account in the middle of everything.

    Examples
    --------
    >>> newsroom = Role("newsroom", "Posts at all hours and retweets nobody.", {"hour_entropy": 1, "originality": 1})
    >>> scorer = RoleScorer(roles=(newsroom,))
    """

    name: str
    label: str
    weights: Mapping[str, float]
    bias: float = float(logit(MIDDLE))


HIGHLY_ENGAGED = Role(
    "highly_engaged",
    "Others engage with what the account posts, more than it engages with others.",
    {
        "h_index": 0.9,
        "in_share": 0.7,
        "originality": 0.5,
        "mention_balance": 0.4,
        "asymmetry": -0.5,
    },
)

AMPLIFIER = Role(
    "amplifier",
    "The account passes on what others post: much, soon, and of few.",
    {
        "asymmetry": 0.9,
        "speed": 0.6,
        "target_concentration": 0.4,
        "fast_excess": 0.4,
        "originality": -0.4,
    },
)


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
    def of(cls, sample: Numbers) -> Distribution:
        """The distribution of a sample; NaN is left out."""
        values, counts = np.unique(sample[~np.isnan(sample)], return_counts=True)
        shares = (np.cumsum(counts) - counts / 2) / max(counts.sum(), 1)
        if len(values) > KNOTS:
            kept = np.searchsorted(shares, np.linspace(shares[0], shares[-1], KNOTS))
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


@dataclass(eq=False, repr=False)
class RoleScorer:
    """Scores roles against a reference population.

    Parameters
    ----------
    roles : sequence of Role
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
    distributions_ : dict of str to Distribution
        What was learned: how each feature is distributed over the reference.

    Notes
    -----
    Van der Waerden (1952) for the scores of ranks. The contributions are the Shapley values of the logit, as
    of any sum of independent terms.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> scores = cib.RoleScorer().fit(cib.extract(activity)).score(cib.extract(activity))
    >>> scores.frame.columns
    ['account_id', 'highly_engaged', 'amplifier', 'role', 'support']
    """

    roles: Sequence[Role] = (HIGHLY_ENGAGED, AMPLIFIER)
    shrinkage: float = 5.0
    min_actions: int = 3
    threshold: float = 0.5
    margin: float = 0.2

    def fit(self, features: FeatureTable) -> RoleScorer:
        """Learn how the features are distributed.

        Parameters
        ----------
        features : FeatureTable
            Of the reference population; accounts without an action are left out of it.

        Returns
        -------
        RoleScorer
            Itself.

        Raises
        ------
        SettingsError
            If two roles have one name, or a setting makes no sense.
        InputError
            If the table has none of a role's features, or not the counts of actions.
        """
        self._check_settings()
        for role in self.roles:
            if not any(name in features.names for name in role.weights):
                raise InputError(
                    f"no feature of the role {role.name!r} is in the table",
                    got=f"features {', '.join(features.names)}",
                    remedy=f"Extract one or more of {', '.join(role.weights)}.",
                )
        present = _support(features) > 0
        wanted = dict.fromkeys(name for role in self.roles for name in role.weights)
        self.distributions_ = {
            name: Distribution.of(features[name][present]) for name in wanted if name in features.names
        }
        return self

    def score(self, features: FeatureTable) -> RoleScores:
        """Score accounts, of the reference or others.

        Parameters
        ----------
        features : FeatureTable
            With the features that the scorer was fitted on.

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
        if not hasattr(self, "distributions_"):
            raise SettingsError("this RoleScorer has no reference yet", remedy="Call fit(features) first.")
        support = _support(features)
        reliability = support / (support + self.shrinkage)
        evidence = [reliability * known.deviate(features[name]) for name, known in self.distributions_.items()]
        used = features.select(self.distributions_)
        table = FeatureTable(
            pl.DataFrame({"account_id": features.ids, **dict(zip(used.names, evidence, strict=True))}),
            labels=features.labels,
            library=features.library,
        )
        scores = {role.name: expit(role.bias + _contributions(role, table).values.sum(axis=1)) for role in self.roles}
        frame = pl.DataFrame({"account_id": features.ids, **scores}).with_columns(
            role=pl.Series(self._named(np.column_stack(list(scores.values())), support), dtype=pl.String),
            support=pl.Series(support.astype(np.int64)),
        )
        return RoleScores(frame, tuple(self.roles), used, table, self.distributions_)

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
        fitted = "fitted" if hasattr(self, "distributions_") else "not fitted"
        return f"RoleScorer({roles}; {fitted})"


@dataclass(frozen=True, eq=False, repr=False)
class RoleScores:
    """Roles of accounts, with what each feature contributed.

    Parameters
    ----------
    frame : polars.DataFrame
        ``account_id``, a score in [0, 1] for each role, ``role``, and ``support``: actions made or received.
    roles : tuple of Role
    features : FeatureTable
        The values that the scores were made of.
    evidence : FeatureTable
        What they were turned into: ``reliability * z``.
    distributions : mapping of str to Distribution
        The reference.
    """

    frame: pl.DataFrame
    roles: tuple[Role, ...]
    features: FeatureTable
    evidence: FeatureTable
    distributions: Mapping[str, Distribution] = field(repr=False)

    def contributions(self, role: str) -> FeatureTable:
        """What each feature added to the logit of a role.

        Parameters
        ----------
        role : str

        Returns
        -------
        FeatureTable
            Row sums and the role's bias add up to the logit of the score.
        """
        return _contributions(self._role(role), self.evidence)

    def explain(self, account: str, role: str | None = None) -> Any:
        """Why an account has its scores, strongest reason first.

        Parameters
        ----------
        account : str
        role : str, optional
            Default: all roles.

        Returns
        -------
        frame
            ``role, feature, reason`` (a sentence), ``value, percentile`` (among the reference, 0 to 100)
            and ``contribution`` to the logit; in the library that the activity came in.

        Raises
        ------
        InputError
            If the account was not scored.

        Examples
        --------
        >>> import cib
        >>> activity, _ = cib.simulate(scale=0.002, seed=1)
        >>> scores = cib.RoleScorer().fit(cib.extract(activity)).score(cib.extract(activity))
        >>> scores.explain(activity.account_ids[0], "amplifier")["feature"].sort().to_list()
        ['asymmetry', 'fast_excess', 'originality', 'speed', 'target_concentration']
        """
        row = self._row(account)
        rows = [
            {
                "role": each.name,
                "feature": name,
                "reason": self._reason(name, row),
                "value": self.features.frame[name][row],
                "percentile": self._percentile(name, row),
                "contribution": weight * self.evidence.frame[name][row],
            }
            for each in (self.roles if role is None else (self._role(role),))
            for name, weight in each.weights.items()
            if name in self.features.names
        ]
        numbers = dict.fromkeys(("value", "percentile", "contribution"), pl.Float64())
        schema = {"role": pl.String(), "feature": pl.String(), "reason": pl.String(), **numbers}
        table = pl.DataFrame(rows, schema=schema)
        place = table["role"].replace_strict({each.name: k for k, each in enumerate(self.roles)})
        table = table.sort(place, pl.col("contribution").abs(), "feature", descending=[False, True, False])
        return to_library(table, self.features.library)

    def for_account(self, account: str) -> dict[str, Any]:
        """The scores, role and support of one account."""
        return self.frame.row(self._row(account), named=True)

    def to_native(self) -> Any:
        """The scores in the library that the activity came in."""
        return to_library(self.frame, self.features.library)

    def to_pandas(self) -> pd.DataFrame:
        """The scores as a pandas frame."""
        frame: pd.DataFrame = to_library(self.frame, "pandas")
        return frame

    def _role(self, name: str) -> Role:
        known = {role.name: role for role in self.roles}
        if name not in known:
            raise InputError(
                f"there is no score for a role {name!r}",
                remedy=did_you_mean(name, known) or f"There are {', '.join(known)}.",
            )
        return known[name]

    def _row(self, account: str) -> int:
        row = self.frame["account_id"].index_of(account)
        if row is None:
            raise InputError(
                f"account {account!r} was not scored", remedy="The column 'account_id' of .frame has those that were."
            )
        return row

    def _percentile(self, name: str, row: int) -> float | None:
        value = self.features.frame[name][row]
        return None if value is None else 100 * float(self.distributions[name].percentile(np.array([value]))[0])

    def _reason(self, name: str, row: int) -> str:
        label = self.features.labels.get(name, name.replace("_", " ")).rstrip(".")
        value, percentile = self.features.frame[name][row], self._percentile(name, row)
        if value is None or percentile is None:
            return f"{label}: not known from these data."
        unit = self.features.units.get(name, "")
        return f"{label}: {f'{value:,.4g} {unit}'.strip()}, percentile {min(max(round(percentile), 1), 99)}."

    def __len__(self) -> int:
        return self.frame.height

    def __repr__(self) -> str:
        counts = self.frame["role"].value_counts().sort("count", "role", descending=[True, False])
        return f"RoleScores({len(self):,} accounts: {', '.join(f'{n:,} {role}' for role, n in counts.iter_rows())})"

    def _repr_html_(self) -> str:
        labels = "".join(f"<li>{escape(role.name)}: {escape(role.label)}" for role in self.roles)
        return f"<p>{escape(repr(self))}</p><ul>{labels}</ul>{self.frame.head(5)._repr_html_()}"


def _support(features: FeatureTable) -> Numbers:
    """Actions that each account made or received."""
    for name in COUNTS:
        if name not in features.names:
            raise InputError(
                f"roles need the feature {name!r}, which this table lacks",
                got=f"features {', '.join(features.names)}",
                remedy=f"Extract it too: features + {list(COUNTS)}.",
            )
    support: Numbers = np.nansum(features.select(COUNTS).values, axis=1)
    return support


def _contributions(role: Role, evidence: FeatureTable) -> FeatureTable:
    weighted = [pl.col(name) * weight for name, weight in role.weights.items() if name in evidence.names]
    return FeatureTable(evidence.frame.select("account_id", *weighted), evidence.labels, library=evidence.library)
