"""Match the networks of two runs: over time, over samples, over seeds.

``members`` is always a table of ``account_id`` and ``network_id``, with at most one network per account. Two networks
match if they share half of the smaller one (after MONIC, Spiliopoulou et al. 2006).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import count
from typing import Any

import numpy as np
import polars as pl

from cib.activity import to_library

__all__ = ["Timeline", "agreement", "lasting_ids", "staying", "timeline", "together"]

#: Minimum common share of the smaller network of a match.
_SAME = 0.5

#: Ratio of sizes from which a network has grown; its inverse, from which it has shrunk.
_GROWN = 1.25


@dataclass(frozen=True, eq=False, repr=False)
class Timeline:
    """Networks of consecutive time windows, matched from each window to the next.

    Parameters
    ----------
    table : polars.DataFrame
        One row a network and window: ``start, network_id, lasting_id, accounts, fate, gone, before, after, jaccard``.
        ``lasting_id`` stays with a network that continues (see :func:`lasting_ids`). ``fate``
        is its origin: ``born``, ``kept``, ``grown``, ``shrunk``, ``merged`` (from several) or ``split``
        (from one that others match, too). ``gone`` is true if no network of the next window matches.
        ``before`` and ``after`` list the matching networks; ``jaccard`` is the similarity to the most
        similar one before.
    library : str
        Library of :attr:`frame`.
    """

    table: pl.DataFrame
    library: str = "polars"

    @property
    def frame(self) -> Any:
        """Return :attr:`table` in the library of the activity."""
        return to_library(self.table, self.library)

    @property
    def stability(self) -> float | None:
        """Return the mean Jaccard similarity of networks to those of the window before, weighted by accounts.

        1 means no change; a network without a match counts as 0. None with a single window.
        """
        later = self.table.filter(pl.col("start") > pl.col("start").min())
        if later.is_empty():
            return None
        return float(np.average(later["jaccard"].to_numpy(), weights=later["accounts"].to_numpy()))

    def __repr__(self) -> str:
        fates = dict(self.table["fate"].value_counts().sort("fate").iter_rows())
        told = ", ".join(f"{count} {fate}" for fate, count in fates.items())
        stability = "" if self.stability is None else f"; stability {self.stability:.2f}"
        return f"Timeline({self.table['start'].n_unique()} windows with networks: {told}{stability})"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>{self.table._repr_html_()}"


def timeline(windows: Mapping[datetime, pl.DataFrame], library: str = "polars") -> Timeline:
    """Match the networks of consecutive windows.

    Parameters
    ----------
    windows : mapping of datetime to polars.DataFrame
        Start of each window, in ascending order, and its members.
    library : str

    Examples
    --------
    >>> day = [datetime(2020, 6, k) for k in (1, 2)]
    >>> before = pl.DataFrame({"account_id": list("abcdef"), "network_id": ["N1"] * 3 + ["N2"] * 3})
    >>> after = pl.DataFrame({"account_id": list("abcdef"), "network_id": ["N1"] * 6})
    >>> timeline({day[0]: before, day[1]: after}).table["fate"].to_list()
    ['born', 'born', 'merged']
    """
    starts = list(windows)
    parts = [pl.DataFrame(schema=_TIMELINE).drop("lasting_id")]
    for k, start in enumerate(starts):
        sizes = windows[start].group_by("network_id").agg(accounts=pl.len())
        before = together(windows[starts[k - 1]] if k else windows[start].clear(), windows[start])
        after = together(windows[start], windows[starts[k + 1]] if k + 1 < len(starts) else windows[start].clear())
        came = before.group_by(network_id="other").agg(
            before=pl.col("network_id").sort(),
            jaccard=pl.col("jaccard").max(),
            was=pl.col("accounts").max(),
            siblings=pl.col("siblings").max(),
        )
        went = after.group_by("network_id").agg(after=pl.col("other").sort())
        known = sizes.join(came, on="network_id", how="left").join(went, on="network_id", how="left")
        gone = pl.lit(k + 1 < len(starts)) & pl.col("after").is_null()
        parts.append(known.select(pl.lit(start).cast(_TIMELINE["start"]).alias("start"), *_columns(gone)))
    table = pl.concat(parts).join(lasting_ids(windows), on=["start", "network_id"], how="left")
    return Timeline(table.select(list(_TIMELINE)).sort("start", "network_id"), library)


def lasting_ids(windows: Mapping[datetime, pl.DataFrame]) -> pl.DataFrame:
    """Name networks so that one which goes on keeps its name.

    Of the networks that go together with one of the window before, the one that shares the most accounts with it goes
    on under its name, and so does the one of several before that merge; the others end, or are new. One that comes
    back after a window without it is new, too.

    Parameters
    ----------
    windows : mapping of datetime to polars.DataFrame
        Start of each window, in order, and its members.

    Returns
    -------
    polars.DataFrame
        ``start, network_id, lasting_id``, the latter ``'L1'``, ``'L2'``, ...: larger networks first.

    Examples
    --------
    >>> day = [datetime(2020, 6, k) for k in (1, 2)]
    >>> before = pl.DataFrame({"account_id": list("abc"), "network_id": ["N1"] * 3})
    >>> after = pl.DataFrame({"account_id": list("wxyzabc"), "network_id": ["N1"] * 4 + ["N2"] * 3})
    >>> lasting_ids({day[0]: before, day[1]: after})["lasting_id"].to_list()
    ['L1', 'L2', 'L1']
    """
    rows: list[tuple[datetime, str, str]] = []
    before, names, numbers = pl.DataFrame(schema=_MEMBERS), dict[str, str](), count(1)
    for start, members in windows.items():
        pairs = together(before, members).with_columns(-pl.col("shared").cast(pl.Int64), -pl.col("jaccard"))
        ranked = pairs.sort("shared", "jaccard", "network_id", "other")
        going_on: dict[str, str] = {}
        for old, new in ranked.select("network_id", "other").iter_rows():
            if new not in going_on and names[old] not in going_on.values():
                going_on[new] = names[old]
        sizes = members.group_by("network_id").agg(pl.len(), first=pl.col("account_id").min())
        ordered = sizes.sort("len", "first", descending=[True, False])["network_id"]
        names = {network: going_on.get(network) or f"L{next(numbers)}" for network in ordered}
        rows += [(start, network, name) for network, name in sorted(names.items())]
        before = members
    return pl.DataFrame(
        rows, schema={name: _TIMELINE[name] for name in ("start", "network_id", "lasting_id")}, orient="row"
    )


_MEMBERS = {"account_id": pl.String, "network_id": pl.String}

_TIMELINE: dict[str, Any] = {
    "start": pl.Datetime("us", "UTC"),
    "network_id": pl.String,
    "lasting_id": pl.String,
    "accounts": pl.UInt32,
    "fate": pl.String,
    "gone": pl.Boolean,
    "before": pl.List(pl.String),
    "after": pl.List(pl.String),
    "jaccard": pl.Float64,
}


def _columns(gone: pl.Expr) -> list[pl.Expr]:
    change = pl.col("accounts") / pl.col("was")
    fate = (
        pl.when(pl.col("before").is_null())
        .then(pl.lit("born"))
        .when(pl.col("before").list.len() > 1)
        .then(pl.lit("merged"))
        .when(pl.col("siblings") > 1)
        .then(pl.lit("split"))
        .when(change > _GROWN)
        .then(pl.lit("grown"))
        .when(change < 1 / _GROWN)
        .then(pl.lit("shrunk"))
        .otherwise(pl.lit("kept"))
    )
    lists = [pl.col(side).fill_null([]) for side in ("before", "after")]
    jaccard = pl.col("jaccard").fill_null(0.0)
    return [pl.col("network_id"), pl.col("accounts"), fate.alias("fate"), gone.alias("gone"), *lists, jaccard]


def _overlaps(members: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Return pairs of networks with common accounts: ``network_id, other, shared, accounts, others`` (sizes)."""
    both = members.select("account_id", "network_id").join(
        others.select("account_id", other="network_id"), on="account_id"
    )
    sizes = members.group_by("network_id").agg(accounts=pl.len())
    other_sizes = others.group_by(other="network_id").agg(others=pl.len())
    return (
        both.group_by("network_id", "other")
        .agg(shared=pl.len())
        .join(sizes, on="network_id")
        .join(other_sizes, on="other")
    )


def together(members: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Return the matching networks, their similarity, and the number of matches of the same network.

    Parameters
    ----------
    members, others : polars.DataFrame

    Returns
    -------
    polars.DataFrame
        ``network_id, other, shared, accounts, others, jaccard, siblings``.
    """
    smaller = pl.min_horizontal("accounts", "others")
    pairs = _overlaps(members, others).filter(pl.col("shared") >= _SAME * smaller)
    jaccard = pl.col("shared") / (pl.col("accounts") + pl.col("others") - pl.col("shared"))
    return pairs.with_columns(jaccard=jaccard, siblings=pl.len().over("network_id"))


def staying(members: pl.DataFrame, others: pl.DataFrame) -> pl.Series:
    """Return whether each member is, in another run, in the network with most members of its own network.

    Parameters
    ----------
    members, others : polars.DataFrame

    Returns
    -------
    polars.Series of bool, as long as `members`

    Examples
    --------
    >>> members = pl.DataFrame({"account_id": list("abc"), "network_id": ["N1"] * 3})
    >>> others = pl.DataFrame({"account_id": list("abc"), "network_id": ["N2", "N2", "N3"]})
    >>> staying(members, others).to_list()
    [True, True, False]
    """
    ranked = _overlaps(members, others).sort("network_id", "shared", "other", descending=[False, True, False])
    home = ranked.unique("network_id", keep="first", maintain_order=True).select("network_id", home="other")
    placed = members.join(home, on="network_id", how="left", maintain_order="left").join(
        others.select("account_id", other="network_id"), on="account_id", how="left", maintain_order="left"
    )
    return placed.select((pl.col("home") == pl.col("other")).fill_null(False)).to_series().alias("stays")


def agreement(members: pl.DataFrame, others: pl.DataFrame) -> float:
    """Compute the Jaccard similarity of the accounts in any network; 1 if both sets are empty."""
    shared = members.join(others, on="account_id", how="semi").height
    either = members.height + others.height - shared
    return shared / either if either else 1.0
