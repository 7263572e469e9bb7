"""FeatureTable: a table of accounts x features, with a label for each feature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import to_library
from cib.domains import IDS, takes
from cib.errors import InputError, did_you_mean
from cib.mapped import FEWER, mapped_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FeatureTable"]


@dataclass(frozen=True, eq=False, repr=False)
class FeatureTable:
    """A table with one row per account and one column per feature; null where a feature is unknown.

    Parameters
    ----------
    table : polars.DataFrame
        ``account_id`` (each once), then one column of float64 per feature.
    labels : mapping of str to str
        Sentence that explains each feature.
    units : mapping of str to str
        Unit of each feature that has one.
    library : str
        The library of :attr:`frame`.

    Examples
    --------
    >>> table = FeatureTable(pl.DataFrame({"account_id": ["a", "b"], "h_index": [2.0, None]}), {"h_index": "h-index"})
    >>> table
    FeatureTable(2 accounts x 1 features: h_index)
    >>> table["h_index"]
    array([ 2., nan])
    """

    table: pl.DataFrame
    labels: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    library: str = "polars"

    def __post_init__(self) -> None:
        if "account_id" not in self.table.columns:
            raise InputError("a feature table needs the column 'account_id'", got=f"columns {self.table.columns}")
        for name in self.names:
            if self.table.schema[name] != pl.Float64:
                raise InputError(
                    f"the feature {name!r} is not a number", got=self.table.schema[name], remedy="Cast it to float64."
                )
        object.__setattr__(self, "table", mapped_columns(self.table, FEWER))

    @property
    def ids(self) -> pl.Series:
        """Account ids, shape (n_accounts,)."""
        return self.table["account_id"]

    @cached_property
    def accounts(self) -> NDArray[np.object_]:
        """Account ids; row ``i`` of :attr:`values` is ``accounts[i]``."""
        return np.array(self.ids.to_list(), dtype=object)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features, in order."""
        return tuple(name for name in self.table.columns if name != "account_id")

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """Values, shape (n_accounts, n_features); NaN where a feature is unknown."""
        return np.column_stack([self[name] for name in self.names]) if self.names else np.empty((len(self), 0))

    @takes(names=IDS)
    def select(self, names: Iterable[str]) -> FeatureTable:
        """Return the table of some of the features, in the given order."""
        names = list(names)
        for name in names:
            self._check(name)
        return replace(self, table=self.table.select("account_id", *names))

    @property
    def frame(self) -> Any:
        """The table in the library of the activity's input."""
        return to_library(self.table, self.library)

    def to_pandas(self) -> pd.DataFrame:
        """Convert the table to a pandas frame."""
        frame: pd.DataFrame = to_library(self.table, "pandas")
        return frame

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        self._check(name)
        return self.table[name].fill_null(float("nan")).to_numpy()

    def _check(self, name: str) -> None:
        if name not in self.names:
            raise InputError(
                f"there is no feature {name!r} in this table",
                remedy=did_you_mean(name, self.names) or f"It has {', '.join(self.names)}.",
            )

    def __len__(self) -> int:
        return self.table.height

    def __repr__(self) -> str:
        return f"FeatureTable({len(self):,} accounts x {len(self.names)} features: {', '.join(self.names)})"

    def _repr_html_(self) -> str:
        labels = "".join(f"<li>{escape(name)}: {escape(self.labels.get(name, ''))}" for name in self.names)
        return f"<p>{escape(repr(self))}</p><ul>{labels}</ul>{self.table.head(5)._repr_html_()}"
