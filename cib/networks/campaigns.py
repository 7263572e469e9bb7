"""Campaigns: candidate networks that act on each other, or on the same posts, more than chance explains.

Clustering divides a large operation into teams, cells and the accounts that they serve; each is a network of its own.
Candidates are linked if the members of one reach another more often than all other accounts do, and the connected
components of the links are campaigns. A link says that networks act together, not that one hand runs them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.special import pdtrc

from cib.activity import encode
from cib.graphs.incidence import distinct_values
from cib.networks.acts import Acts, Ints
from cib.networks.network import Network, Networks
from cib.networks.parts import changed
from cib.networks.verdict import Reason, Rule

__all__ = ["network_links", "with_campaigns"]

_WORDS = {"members": "act on members of", "posts": "act on the same posts as"}


def with_campaigns(networks: Networks, acts: Acts, rule: Rule) -> Networks:
    """Number the campaigns of the candidates, and add the strongest link of each to its reasons.

    Parameters
    ----------
    networks : Networks
    acts : Acts
    rule : Rule

    Returns
    -------
    Networks
        Candidates with ``campaign`` ``'C1'``, ``'C2'``, ... in the order of their first networks.
    """
    candidates = networks.with_verdict("candidate").found
    if not candidates:
        return networks
    members = pl.concat([network.members["account_id"] for network in candidates])
    number = np.repeat(np.arange(len(candidates)), [len(network) for network in candidates])
    links = network_links(acts, acts.group_of(members, number), rule)
    shape = (len(candidates), len(candidates))
    ends = links["network"].to_numpy(), links["other"].to_numpy()
    _, label = connected_components(sp.coo_array((np.ones(len(ends[0])), ends), shape=shape), directed=False)
    told = {row["network"]: row for row in links.unique("network", keep="first", maintain_order=True).to_dicts()}
    named = [
        _named(network, f"C{label[k] + 1}", [_reason(told[k], candidates)] if k in told else [])
        for k, network in enumerate(candidates)
    ]
    return replace(networks, found=(*named, *networks.found[len(named) :]))


def _named(network: Network, campaign: str, reasons: list[Reason]) -> Network:
    named: Network = changed(network, campaign=campaign, reasons=(*network.reasons, *reasons))
    return named


def _reason(link: dict[str, Any], candidates: tuple[Network, ...]) -> Reason:
    how = f"{_WORDS[link['kind']]} {candidates[link['other']].id}"
    text = (
        f"{link['accounts']:,} of its {link['of']:,} accounts {how}, {link['expected']:,.1f} expected by chance: "
        "both are in one campaign"
    )
    return Reason("campaign", text, {name: float(link[name]) for name in ("accounts", "of", "expected", "p")})


def network_links(acts: Acts, group: Ints, rule: Rule) -> pl.DataFrame:
    """Test whether the members of one network reach another more often than accounts outside of networks do.

    An account reaches a network if it acts on a member (kind ``'members'``), or on a post on which a member acts (kind
    ``'posts'``). Let q be the share of the acts of all accounts outside of networks that reach a network, and n the
    mean number of acts of the k accounts of another network. Then ``k (1 - exp(-q n))`` of these accounts are expected
    to reach it by chance, and the number that do is compared with the Poisson distribution. If accounts differ in
    activity, the mean overestimates the number expected (Jensen's inequality), so that the test is conservative.

    Parameters
    ----------
    acts : Acts
    group : ndarray of int, shape (n_accounts,)
        Network of each account, -1 for none.
    rule : Rule
        ``linked_p``, ``linked_odds``, ``linked_share`` and ``most_linked``.

    Returns
    -------
    polars.DataFrame
        ``network, other, kind, accounts, of, expected, p``: the links, strongest first for each network; p is corrected
        for the number of pairs of networks and both kinds (Bonferroni).
    """
    n = int(group.max(initial=-1)) + 1
    _, source, target = acts.pairs_of(group >= 0)
    inside = group[source] >= 0
    n_acts = np.bincount(group[source[inside]], minlength=n)
    outside_acts = max(int(acts.received.sum()) - int(inside.sum()), 1)
    of = np.bincount(group[group >= 0], minlength=n)
    found = [pl.DataFrame(schema=_LINK)]
    reached_by = {"members": _members_reached(source, target, group), "posts": _posts_reached(acts, group, rule)}
    for kind, (reached, by_others) in reached_by.items():
        accounts, other = np.divmod(distinct_values(reached), n)
        pairs, accounts = np.unique(group[accounts] * n + other, return_counts=True)
        a, b = np.divmod(pairs, n)
        share = (by_others[b] + 1) / outside_acts
        expected = of[a] * -np.expm1(-share * n_acts[a] / of[a])
        p = pdtrc(accounts - 1, expected) * 2 * n * (n - 1)
        columns = {"network": a, "other": b, "accounts": accounts, "of": of[a], "expected": expected, "p": p}
        found.append(pl.DataFrame(columns).with_columns(kind=pl.lit(kind)).select(*_LINK))
    reach, of_all, by_chance = pl.col("accounts"), pl.col("of"), pl.col("expected")
    return (
        pl.concat(found)
        .with_columns(pl.col("p").clip(upper_bound=1.0))
        .filter(
            pl.col("p") <= rule.linked_p,
            reach * (of_all - by_chance) >= rule.linked_odds * by_chance * (of_all - reach),
            reach >= rule.linked_share * of_all,
        )
        .sort("network", "p", "accounts", "other", "kind", descending=[False, False, True, False, False])
    )


_LINK = {
    "network": pl.Int64,
    "other": pl.Int64,
    "kind": pl.String,
    "accounts": pl.Int64,
    "of": pl.Int64,
    "expected": pl.Float64,
    "p": pl.Float64,
}


def _members_reached(source: Ints, target: Ints, group: Ints) -> tuple[Ints, Ints]:
    """Return the accounts that act on other networks, and the number of acts of outsiders on each network.

    The first is ``account * n_networks + network`` of each act.
    """
    n, aimed = int(group.max(initial=-1)) + 1, group[target]
    both = (group[source] >= 0) & (aimed >= 0) & (group[source] != aimed)
    others = aimed[(group[source] < 0) & (aimed >= 0)]
    return source[both] * n + aimed[both], np.bincount(others, minlength=n)


def _posts_reached(acts: Acts, group: Ints, rule: Rule) -> tuple[Ints, Ints]:
    """Return the accounts that act on posts of other networks, and the acts of outsiders on these posts.

    A post belongs to each network whose members act on it. Acts of one account on one post count once; the first value
    is as in :func:`_members_reached`.
    """
    n, ids = int(group.max(initial=-1)) + 1, acts.activity.account_ids
    reached, by_others = [np.empty(0, dtype=np.int64)], np.zeros(n, dtype=np.int64)
    for incidence in acts.incidences("post", "quoted", "replied"):
        codes = np.arange(len(group))
        if incidence.account_ids is not ids:
            codes = encode(incidence.account_ids, ids).cast(pl.Int64).fill_null(-1).to_numpy()
        account, post, *_ = incidence.events_of(np.append(group, -1)[codes] >= 0)
        post, account = np.divmod(distinct_values(post * np.int64(len(group)) + codes[account]), len(group))
        owned = distinct_values(post * n + group[account])
        owners = np.bincount(owned // n, minlength=len(incidence.popularity))
        owned = owned[owners[owned // n] <= rule.most_linked]
        insiders = np.bincount(post, minlength=len(owners))
        outsiders = (incidence.popularity - insiders)[owned // n]
        by_others += np.bincount(owned % n, weights=outsiders, minlength=n).astype(np.int64)
        shared = (owners[post] > 1) & (owners[post] <= rule.most_linked)
        first, times = np.searchsorted(owned // n, post[shared]), owners[post[shared]]
        within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
        account, other = np.repeat(account[shared], times), owned[np.repeat(first, times) + within] % n
        reached.append((account * n + other)[group[account] != other])
    return np.concatenate(reached), by_others
