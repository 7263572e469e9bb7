"""Network and Networks: candidates with members, roles, statistics, a verdict and the evidence.

Two results are kept apart. *Coordination* measures how little of the co-action of the members chance
explains. The *verdict* says what may be concluded: ``candidate`` (the behaviour of the group is hard to
explain by a shared audience), ``coordinated`` (acting together, authenticity unknown: fans, activists and
newsrooms belong here) or ``insufficient``. Neither says who runs the accounts, or why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Any, overload

import numpy as np
import polars as pl

from cib.activity import to_library
from cib.domains import INSIDE, TEXT, takes
from cib.errors import InputError, SettingsError, did_you_mean
from cib.networks.account_metadata import NO_FACTS
from cib.networks.evidence import Evidence
from cib.networks.parts import concatenated, part_of, sliced
from cib.networks.verdict import VERDICTS, Reason

__all__ = ["VERDICTS", "Network", "Networks", "Verdict", "stacked"]

#: Lower bound of probabilities.
_LEAST = 1e-300

Verdict = str  #: one of :data:`VERDICTS`


@sliced("members", "statistics", "facts", "boosted")
@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """One candidate network.

    Parameters
    ----------
    id : str
        ``'N1'`` is the first network of its detection; numbers have no meaning beyond one detection.
    members : polars.DataFrame
        One row per member, without boosted accounts:
        ``account_id, joined, coordination, network_role, acts, aimed, role`` and a score for each role.
        ``joined`` is ``'co-action'`` (co-acted with another member beyond chance), ``'shared targets'`` (acts on the
        objects of the network more than chance explains, though no pair is significant), ``'tied'`` (shares a large
        part of its acts, or objects that few others posted, with members), ``'served'`` (receives acts from a network
        and from few other accounts), ``'leader'`` (acts first, and the others after it), ``'copied text'`` or
        ``'amplifier'`` (copies texts of the confirmed members, or aims its acts at them without return) or ``'created
        together'`` (created with confirmed members, and more accounts act on it than its few followers explain). An
        account does not control whether it is `served` or `leader`. ``network_role`` is its role in the network:
        ``'core'`` or ``'amplifier'``; ``acts`` is the number of all its acts and ``aimed`` of those aimed at confirmed
        members that never act on it.
    coordination : float
        In [0, 1]: median over the co-acting members; ranks the networks of one detection.
    verdict : {'candidate', 'coordinated', 'insufficient'}
    reasons : tuple of Reason
        Reasons for and against, and what could not be tested.
    statistics : polars.DataFrame
        One row per layer; see :func:`cib.networks.statistics.group_statistics`.
    evidence : Evidence
    library : str
    facts : polars.DataFrame
        Account metadata; see :func:`cib.networks.account_metadata.account_facts`.
    kinds : mapping of str to float
        Decades of each kind of evidence; 0 if it does not count, None if it could not be tested.
    campaign : str, optional
        ``'C1'``, ``'C2'``, ...: candidates whose members act on each other or on the same posts more than chance
        explains are in one campaign; see :mod:`cib.networks.campaigns`. None for other networks.
    boosted : polars.DataFrame
        Accounts that receive acts mostly from members, with the columns of `members`; ``joined`` and ``network_role``
        are ``'boosted'``. They are not members, because an account does not control who acts on it.
    """

    id: str
    members: pl.DataFrame
    coordination: float
    verdict: Verdict
    reasons: tuple[Reason, ...]
    statistics: pl.DataFrame
    evidence: Evidence
    library: str = "polars"
    facts: pl.DataFrame = field(default_factory=lambda: NO_FACTS.drop("network"))
    kinds: Mapping[str, float | None] = field(default_factory=dict)
    campaign: str | None = None
    boosted: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_MEMBERS))

    @property
    def accounts(self) -> Any:
        """Return the members, in the data-frame library of the activity."""
        return to_library(self.members, self.library)

    @property
    def roles(self) -> dict[str, int]:
        """Count the members by role."""
        return dict(self.members["role"].value_counts().sort("role").iter_rows())

    @property
    def profile(self) -> dict[str, Any]:
        """Return size, roles, verdict and time span as plain values."""
        return Networks((self,)).table.row(0, named=True)

    @takes(a=TEXT, b=TEXT)
    def edge(self, a: str, b: str) -> Any:
        """Return the evidence on one pair of members, one row per layer.

        Parameters
        ----------
        a, b : str
            Account ids, in any order.
        """
        pair = pl.col("source").is_in([a, b]) & pl.col("target").is_in([a, b])
        return to_library(self.evidence.edges.filter(pair), self.library)

    @takes(account=TEXT, alpha=INSIDE)
    def account_evidence(self, account: str, alpha: float = 0.01) -> Any:
        """Return the evidence on one member: its partners, their significance, and how robust each edge is.

        Parameters
        ----------
        account : str
        alpha : float
            False discovery rate above which an edge is not significant.

        Returns
        -------
        frame
            One row per layer and partner, strongest first: ``layer, partner, weight, expected, p, q, lag, led,
            removed_by, first, last``. ``led`` is the share of common acts in which this account was first, equal
            times counted half; ``removed_by`` the number of shared objects whose removal makes the edge
            insignificant (all else, and its rank among all edges, being equal).

        Raises
        ------
        InputError
            If the account is not a member.
        """
        if account not in self:
            remedy = did_you_mean(account, self.members["account_id"]) or "The members are in .members."
            raise InputError(f"account {account!r} is not in network {self.id}", remedy=remedy)
        edges = self.evidence.edges.filter((pl.col("source") == account) | (pl.col("target") == account))
        source = pl.col("source") == account
        seen = edges.with_columns(
            partner=pl.when(source).then("target").otherwise("source"),
            led=pl.when(source).then("led").otherwise(1 - pl.col("led")),
            removed_by=_removed_by(edges, alpha),
        )
        columns = ("layer", "partner", "weight", "expected", "p", "q", "lag", "led", "removed_by", "first", "last")
        return to_library(seen.select(columns), self.library)

    def __len__(self) -> int:
        return self.members.height

    def __contains__(self, account: object) -> bool:
        return account in self.members["account_id"]

    def __repr__(self) -> str:
        roles = ", ".join(f"{count} {role}" for role, count in self.roles.items())
        return (
            f"Network({self.id!r}, {self.verdict}, {len(self)} accounts: {roles}; coordination {self.coordination:.2f})"
        )

    def _repr_html_(self) -> str:
        reasons = "".join(f"<li>{escape(str(reason))}" for reason in self.reasons)
        return f"<p><b>{escape(repr(self))}</b></p><ul>{reasons}</ul>{self.members.head(10)._repr_html_()}"


def _removed_by(edges: pl.DataFrame, alpha: float) -> pl.Series:
    """Compute how many shared objects fewer make each edge insignificant, if q stays the same multiple of p."""
    from scipy.stats import poisson  # takes half a second to import

    p, q = (np.maximum(edges[name].to_numpy(), _LEAST) for name in ("p", "q"))
    fewest = poisson.isf(np.minimum(alpha * p / q, 1.0), edges["expected"].to_numpy()) + 1
    return pl.Series(np.maximum(edges["weight"].to_numpy() - fewest + 1, 1).astype(np.int64))


@dataclass(frozen=True, eq=False, repr=False)
class Networks(Sequence[Network]):
    """Networks of one detection, most coordinated first within each verdict.

    Parameters
    ----------
    found : tuple of Network
    library : str
    scores : polars.DataFrame, optional
        ``account_id, coordination`` of all accounts with evidence, including accounts outside of networks.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> networks = cib.detect(activity, progress=False).networks
    >>> len(networks) > 0
    True
    >>> sorted(networks[0].profile)[:3]
    ['accounts', 'amplifier', 'boosted']
    """

    found: tuple[Network, ...] = field(default_factory=tuple)
    library: str = "polars"
    scores: pl.DataFrame | None = None

    @overload
    def __getitem__(self, key: int | str) -> Network: ...
    @overload
    def __getitem__(self, key: slice) -> Networks: ...
    def __getitem__(self, key: int | str | slice) -> Network | Networks:
        if isinstance(key, slice):
            return Networks(self.found[key], self.library)
        if isinstance(key, str):
            if key not in self._by_id:
                raise InputError(
                    f"there is no network {key!r}",
                    remedy=did_you_mean(key, self._by_id) or f"There are {len(self)}, from 'N1' on.",
                )
            return self._by_id[key]
        return self.found[key]

    @cached_property
    def _by_id(self) -> Mapping[str, Network]:
        return {network.id: network for network in self.found}

    @cached_property
    def table(self) -> pl.DataFrame:
        """Return one row per network: id, accounts, roles, coordination, verdict, campaign, first, last, own roles."""
        rows = [(n.id, len(n), n.boosted.height, n.coordination, n.verdict, n.campaign) for n in self.found]
        told = ("network_id", "accounts", "boosted", "coordination", "verdict", "campaign")
        table = pl.DataFrame(rows, schema={name: _TABLE[name] for name in told}, orient="row")
        members = stacked(((n.id, part_of(n, "members")) for n in self.found), {"role": pl.String})
        own = sorted({*members["role"]} - {*_TABLE, "", None})
        counts = members.group_by("network_id").agg(
            (pl.col("role") == name).sum().alias(name) for name in (*_ROLES, *own)
        )
        # objects on which every edge was found
        objects = stacked(
            ((n.id, part_of(n.evidence, "objects")) for n in self.found), {end: _TABLE[end] for end in _SPAN}
        )
        spans = objects.group_by("network_id").agg(pl.col("first").min(), pl.col("last").max())
        for part in (counts, spans):
            table = table.join(part, on="network_id", how="left", maintain_order="left")
        return table.select(*_TABLE, *own).with_columns(pl.col(*_ROLES, *own).cast(pl.Int64).fill_null(0))

    @cached_property
    def members(self) -> pl.DataFrame:
        """Return one row per member: account_id, network_id, verdict, campaign, joined, network_role, coordination."""
        return self._accounts("members")

    @cached_property
    def boosted(self) -> pl.DataFrame:
        """Return one row per boosted account, with the columns of :attr:`members`; ``verdict`` is null."""
        return self._accounts("boosted").with_columns(verdict=pl.lit(None, dtype=pl.String))

    def _accounts(self, part: str) -> pl.DataFrame:
        """Stack accounts of all networks, and add what is known of their network."""
        of = pl.DataFrame([(n.id, n.verdict, n.campaign) for n in self.found], schema=_OF_NETWORK, orient="row")
        accounts = stacked(((network.id, part_of(network, part)) for network in self.found), _MEMBERS)
        return accounts.join(of, on="network_id", how="left", maintain_order="left")

    @property
    def frame(self) -> Any:
        """Return :attr:`table`, in the data-frame library of the activity."""
        return to_library(self.table, self.library)

    @takes(verdict=TEXT)
    def with_verdict(self, verdict: Verdict) -> Networks:
        """Return the networks of one verdict: ``'candidate'``, ``'coordinated'`` or ``'insufficient'``."""
        if verdict not in VERDICTS:
            remedy = did_you_mean(verdict, VERDICTS) or f"Take one of {', '.join(VERDICTS)}."
            raise SettingsError(f"there is no verdict {verdict!r}", remedy=remedy)
        return Networks(tuple(network for network in self if network.verdict == verdict), self.library)

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Network]:
        return iter(self.found)

    def __repr__(self) -> str:
        lines = [f"  {network!r}" for network in self.found[:10]]
        more = [f"  ... and {len(self) - 10} more"] if len(self) > 10 else []
        return "\n".join([f"Networks({len(self)})", *lines, *more])

    def _repr_html_(self) -> str:
        return self.table._repr_html_() if self.found else "<p>no networks</p>"


def stacked(
    parts: Iterable[tuple[str, Any]], schema: Mapping[str, pl.DataType | type[pl.DataType]] | None = None
) -> pl.DataFrame:
    """Concatenate one table or :class:`~cib.networks.parts.Part` per network and add ``network_id``.

    With the columns of `schema`, or of the first table, in a single query.
    """
    networks, held = zip(*parts, strict=True) if (parts := list(parts)) else ((), ())
    table, of = concatenated(held, None if schema is None else [*schema])
    if schema is not None:
        typed = [pl.col(name).cast(kind) for name, kind in schema.items()]
        table = pl.DataFrame(schema=schema) if table.is_empty() else table.select(typed)
    return table.with_columns(pl.Series("network_id", networks, dtype=pl.String).gather(of))


#: Columns of :attr:`Networks.members` from the members of a network.
_MEMBERS: dict[str, Any] = {
    **dict.fromkeys(("account_id", "joined", "network_role"), pl.String),
    "coordination": pl.Float64,
}

#: What members have from their network.
_OF_NETWORK = dict.fromkeys(("network_id", "verdict", "campaign"), pl.String)

_ROLES, _SPAN = ("highly_engaged", "amplifier", "both", "peripheral", "low_support"), ("first", "last")
_TABLE: dict[str, Any] = {
    "network_id": pl.String,
    **dict.fromkeys(("accounts", "boosted", *_ROLES), pl.Int64),
    "coordination": pl.Float64,
    **dict.fromkeys(("verdict", "campaign"), pl.String),
    **dict.fromkeys(_SPAN, pl.Datetime("us", "UTC")),
}
