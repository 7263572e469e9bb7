"""RoleScores: scores of accounts, with the contribution of each feature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import DTypeLike, NDArray

from cib.activity import to_library
from cib.domains import LIMIT, TEXT, either, takes
from cib.errors import InputError, MissingDependencyError, did_you_mean
from cib.features.table import FeatureTable
from cib.roles.population import Distribution
from cib.roles.role import Role

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["RoleScores", "contributions"]


@dataclass(frozen=True, eq=False, repr=False)
class RoleScores:
    """Scores and roles of accounts, with the contribution of each feature.

    Parameters
    ----------
    table : polars.DataFrame
        ``account_id``, a score in [0, 1] for each role, ``role``, and ``support``: actions made or received.
    roles : tuple of Role
    features : FeatureTable
        Values from which the scores were computed.
    evidence : FeatureTable
        The transformed values, ``reliability * z``.
    distributions : mapping of str to Distribution
        Distributions of the reference population.
    """

    table: pl.DataFrame
    roles: tuple[Role, ...]
    features: FeatureTable
    evidence: FeatureTable
    distributions: Mapping[str, Distribution] = field(repr=False)

    @takes(role=TEXT)
    def contributions(self, role: str) -> FeatureTable:
        """Return the contribution of each feature to the logit of a role.

        Parameters
        ----------
        role : str

        Returns
        -------
        FeatureTable
            Row sums plus the bias of the role are the logit of the score, before calibration if there is one.
        """
        return contributions(self._role(role), self.evidence)

    @takes(account=TEXT, role=either(TEXT, None), top=LIMIT)
    def explain(self, account: str, role: str | None = None, top: int | None = None) -> Any:
        """Explain the scores of an account, largest contribution first.

        Parameters
        ----------
        account : str
        role : str, optional
            Default: all roles.
        top : int, optional
            Maximum number of reasons per role; default: all.

        Returns
        -------
        frame
            ``role, feature, reason`` (a sentence), ``value, percentile`` (among the reference, 0 to 100)
            and ``contribution`` to the logit; in the data-frame library of the activity.

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
        ['aimed_at_batches', 'aimed_at_copies', 'aimed_at_days_off', 'asymmetry', 'originality', ...]
        """
        row = self._row(account)
        rows = [
            {
                "role": each.name,
                "feature": name,
                "reason": self._reason(name, row),
                "value": self.features.table[name][row],
                "percentile": self._percentile(name, row),
                "contribution": weight * self.evidence.table[name][row],
            }
            for each in (self.roles if role is None else (self._role(role),))
            for name, weight in self._weights(each)
        ]
        numbers = dict.fromkeys(("value", "percentile", "contribution"), pl.Float64())
        schema = {"role": pl.String(), "feature": pl.String(), "reason": pl.String(), **numbers}
        table = pl.DataFrame(rows, schema=schema)
        place = table["role"].replace_strict({each.name: k for k, each in enumerate(self.roles)})
        table = table.sort(place, pl.col("contribution").abs(), "feature", descending=[False, True, False])
        if top is not None:
            table = table.group_by("role", maintain_order=True).head(top)
        return to_library(table, self.features.library)

    def plot_explanation(self, account: str, role: str, ax: Axes | None = None) -> Axes:
        """Plot a waterfall chart from the score of an account with median features to that of one account.

        Parameters
        ----------
        account, role : str
        ax : matplotlib.axes.Axes, optional
            Axes to draw on; default: a new figure.

        Returns
        -------
        matplotlib.axes.Axes
            One bar per feature, largest contribution first, on the scale of the logit.

        Raises
        ------
        MissingDependencyError
            If matplotlib is not installed.
        """
        try:
            import matplotlib.pyplot as plt
        except ImportError as error:
            raise MissingDependencyError(
                "plot_explanation() needs matplotlib", remedy="Install it: pip install 'cib-detect[plots]'."
            ) from error
        own, row = self._role(role), self._row(account)
        steps = [(name, weight * self.evidence.table[name][row]) for name, weight in self._weights(own)]
        steps.sort(key=lambda step: (-abs(step[1]), step[0]))
        ends = own.bias + np.cumsum([0.0, *(step for _, step in steps)])
        if ax is None:
            _, ax = plt.subplots(figsize=(8, 0.4 * len(steps) + 1.2), layout="constrained")
        colours = ["#c44e52" if step > 0 else "#4c72b0" for _, step in steps]
        ax.barh(range(len(steps)), np.diff(ends), left=ends[:-1], color=colours)
        for k, end in enumerate(ends[1:-1]):  # each bar begins where the last one ended
            ax.plot([end, end], [k - 0.4, k + 1.4], color="0.4", linewidth=0.8)
        ax.axvline(own.bias, color="0.6", linewidth=0.8)
        ax.use_sticky_edges = False  # bars end within the frame
        ax.margins(x=0.05)
        ax.set_yticks(range(len(steps)), [f"{name} = {self._value(name, row)}" for name, _ in steps])
        ax.invert_yaxis()
        ax.set_xlabel("logit of the score; an account in the middle of everything is at the line")
        ax.set_title(f"{account}: {role} {self.for_account(account)[role]:.2f}")
        return ax

    def in_network(self, accounts: Any) -> Any:
        """Return the scores of members of candidate networks: a celebrity may be highly engaged outside of networks.

        Parameters
        ----------
        accounts : frame
            ``account_id`` and ``verdict``, as in ``detection.table`` and ``detection.accounts``.

        Returns
        -------
        frame
            ``account_id`` and the score of each role; 0 for accounts that are not in a network with verdict
            ``candidate``, such as those that are only boosted by one; in the data-frame library of the activity.
        """
        known = nw.from_native(accounts, eager_only=True).to_polars()
        candidates = known.filter(pl.col("verdict") == "candidate")["account_id"]
        inside = pl.col("account_id").is_in(candidates.implode()).cast(pl.Float64)
        table = self.table.select("account_id", *(pl.col(role.name) * inside for role in self.roles))
        return to_library(table, self.features.library)

    @takes(account=TEXT)
    def for_account(self, account: str) -> dict[str, Any]:
        """Return the scores, role and support of one account."""
        return self.table.row(self._row(account), named=True)

    @property
    def frame(self) -> Any:
        """Return the scores in the data-frame library of the activity."""
        return to_library(self.table, self.features.library)

    def to_pandas(self) -> pd.DataFrame:
        """Return the scores as a pandas frame."""
        frame: pd.DataFrame = to_library(self.table, "pandas")
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
        row = self.table["account_id"].index_of(account)
        if row is None:
            raise InputError(
                f"account {account!r} was not scored", remedy="The column 'account_id' of .table has those that were."
            )
        return row

    def _percentile(self, name: str, row: int) -> float | None:
        value = self.features.table[name][row]
        return None if value is None else 100 * float(self.distributions[name].percentile(np.array([value]))[0])

    def _reason(self, name: str, row: int) -> str:
        """Return a sentence with the label, the value, and how many accounts have less, or more."""
        label = self.features.labels.get(name, name.replace("_", " ")).rstrip(".")
        value = self.features.table[name][row]
        if value is None or not len(self.distributions[name].values):
            return f"{label}: not known from these data."
        unit = self.features.units.get(name, "")
        return f"{label}: {f'{value:,.4g} {unit}'.strip()}; {self.distributions[name].compared(value)}."

    def _value(self, name: str, row: int) -> str:
        value = self.features.table[name][row]
        return "unknown" if value is None else f"{value:,.3g}"

    def _weights(self, role: Role) -> list[tuple[str, float]]:
        """Return the weights of the features that the table has."""
        return [(name, weight) for name, weight in role.weights.items() if name in self.features.names]

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Return the scores as a matrix, shape (n_accounts, n_roles)."""
        return np.array(self.table.select(role.name for role in self.roles).to_numpy(), dtype=dtype, copy=copy)

    def __len__(self) -> int:
        return self.table.height

    def __repr__(self) -> str:
        counts = self.table["role"].value_counts().sort("count", "role", descending=[True, False])
        return f"RoleScores({len(self):,} accounts: {', '.join(f'{n:,} {role}' for role, n in counts.iter_rows())})"

    def _repr_html_(self) -> str:
        labels = "".join(f"<li>{escape(role.name)}: {escape(role.label)}" for role in self.roles)
        return f"<p>{escape(repr(self))}</p><ul>{labels}</ul>{self.table.head(5)._repr_html_()}"


def contributions(role: Role, evidence: FeatureTable) -> FeatureTable:
    """Compute the contribution of each feature to the logit of a role: weight times evidence."""
    weighted = [pl.col(name) * weight for name, weight in role.weights.items() if name in evidence.names]
    return FeatureTable(evidence.table.select("account_id", *weighted), evidence.labels, library=evidence.library)
