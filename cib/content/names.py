"""Properties of account names, as Polars expressions."""

from __future__ import annotations

import polars as pl

__all__ = ["default_name"]

#: Date from which the platform proposes names, and the pattern of proposed names: letters and eight digits.
_PROPOSED_SINCE = pl.datetime(2017, 12, 1, time_zone="UTC")
_PROPOSED = r"^\p{L}+[0-9]{8}$"


def default_name(name: pl.Expr, created_at: pl.Expr) -> pl.Expr:
    """Return whether an account kept the name that the platform proposed: letters and eight digits.

    Parameters
    ----------
    name : polars.Expr of str
    created_at : polars.Expr of datetime
        When the account was created, in UTC.

    Returns
    -------
    polars.Expr of bool
        Null where the name is not known, and for accounts created before December 2017, when no names were proposed.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> frame = pl.DataFrame({"name": ["Anna12345678", "anna"], "created_at": [datetime(2019, 5, 1, tzinfo=UTC)] * 2})
    >>> frame.select(default_name(pl.col("name"), pl.col("created_at"))).to_series().to_list()
    [True, False]
    """
    proposed = (created_at >= _PROPOSED_SINCE).fill_null(value=True)
    return pl.when(proposed).then(name.str.contains(_PROPOSED))
