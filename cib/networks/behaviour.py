"""Behaviour: the shares of the acts of a network that are copied, joint, captured, or aimed at its members.

Statistics are counts by network over all acts of its members. An act is *joint* if another member acts on the same
object within a window. Every statistic is a sum over acts, pairs, objects or accounts; pairs of acts are not
enumerated.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence, distinct_values, repeated, stable_order
from cib.networks.acts import Acts, Flags, Ints, Numbers, is_in, share_of
from cib.networks.object_sets import TEXTS

__all__ = ["COPIED", "JOINT", "behaviour", "joint_events"]

#: Kinds of objects of which equal ones are copies, and kinds on which joint acts are counted.
COPIED = TEXTS
JOINT = ("post", "quoted", "replied")

#: Minimum length of a reply, in characters, to count as a copy.
MIN_REPLY = 40

#: On objects of more than `POPULAR` accounts all accounts are regular; accounts on the objects of one batch.
POPULAR, BATCH = 1_000, 10_000_000

#: Links are copies if at least this share of the others who posted them are members.
MIN_HELD = 0.5

#: Maximum distance of joint acts, and of hasty acts, in microseconds.
HOUR, MINUTE = 3600 * 10**6, 60 * 10**6
_EVER = np.iinfo(np.int64).max - 1


def behaviour(acts: Acts, group: Ints, regulars: bool = False) -> pl.DataFrame:
    """Measure the behaviour of the members of each network, over all of their acts.

    Parameters
    ----------
    acts : Acts
    group : ndarray of int, shape (n_accounts,)
        Network of each account, -1 for none.
    regulars : bool
        Whether to measure ``held_regular``, which needs a pass over all accounts on the objects of joint acts.

    Returns
    -------
    polars.DataFrame
        One row per network, in order: ``network, members, acts`` and, as shares of the acts,

        * ``copied``: texts that another member posted as well, at any time, and links for which at least half of the
          other accounts that posted them are members;
        * ``joint``: acts on a post within an hour of an act of another member; ``hasty``: within a minute;
        * ``inside``: acts aimed at members;
        * ``aimed``: acts aimed at accounts on which at least three members act and whose followers do not explain the
          attention (:attr:`cib.networks.acts.Acts.unearned`);
        * ``one_host``: acts that link to the host to which most of them link; ``copied_host``: the same among the
          copied acts, and ``host_held``: share of the accounts linking to this host that are in any network;

        further, between 0 and 1,

        * ``density``: share of the other members with which a member has a significant edge, mean over joint acts;
        * ``held``: share of members among the other accounts on the object of a joint act, times density, mean over
          joint acts;
        * ``held_regular``: the same, counting only those non-members that act on the objects of at least two joint acts
          of the network: passers-by do not explain a network;
        * ``prompted``: share of the joint acts that are aimed only at accounts outside of the network whose followers
          explain the attention;
        * ``copiers``: share of members that made any of these copies;
        * ``copied_held``: share of members among the others who posted a copied text, mean over these acts;
        * ``aimed_held``: share of all acts on the targets of ``aimed`` that members make, mean over these acts;
        * ``mutual``: share of the acts aimed at members that are returned;

        and ``targets``, the effective number of accounts at which the acts are aimed, ``(sum n_t)^2 / sum n_t^2`` for
        n_t acts on account t.

        A statistic is null if the data or the layers lack what it is measured on.
    """
    n = int(group.max(initial=-1)) + 1
    of_post = group[acts.account]
    total = np.bincount(of_post[of_post >= 0], minlength=n)
    table = {
        "network": np.arange(n),
        "members": np.bincount(group[group >= 0], minlength=n),
        "acts": total,
        **_copied(acts, group, of_post, total),
        **_joint(acts, group, of_post, total, regulars),
        **_aimed(acts, group, total),
    }
    return pl.DataFrame({name: pl.Series(values) for name, values in table.items()}).with_columns(
        pl.col(pl.Float64).round(9)
    )


def joint_events(incidence: Incidence, account: Ints, group: Ints, window: int) -> Flags:
    """Return whether another member of the same network acted on the object of each event within a window.

    Parameters
    ----------
    incidence : Incidence
    account : ndarray of int, shape (n_events,)
        Account of each event, as a code of the activity.
    group : ndarray of int, shape (n_accounts,)
    window : int
        Microseconds.

    Returns
    -------
    ndarray of bool, shape (n_events,)
    """
    return _nearest(incidence, account, group) <= window


def _nearest(incidence: Incidence, account: Ints, group: Ints) -> Ints:
    """Compute the microseconds from each event to the nearest event of another member on the same object."""
    found = np.full(len(incidence), np.iinfo(np.int64).max)
    mine = np.flatnonzero(group[account] >= 0)  # by object and time, as the events are
    mine = mine[stable_order(group[account[mine]])]
    key = group[account[mine]] * len(incidence.object_ids) + incidence.object[mine]
    several = repeated(key)  # of most objects there is one act
    mine, key = mine[several], key[several]
    who, time = account[mine], incidence.time[mine]
    # the nearest act of another account lies just before or just after a run of acts of one account
    starts = np.flatnonzero(np.diff(who, prepend=-1) | np.diff(key, prepend=-1))
    run = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(mine)))
    before, after = starts[run] - 1, np.append(starts[1:], len(mine))[run]
    for near in (before, after):
        inside = (near >= 0) & (near < len(mine))
        near = np.clip(near, 0, max(len(mine) - 1, 0))  # noqa: PLW2901
        inside &= key[near] == key
        at = mine[inside]
        found[at] = np.minimum(found[at], np.abs(time[near[inside]] - incidence.time[at]))
    return found


def _copied(acts: Acts, group: Ints, of_post: Ints, total: Ints) -> dict[str, Numbers | pl.Series]:
    incidences = acts.incidences(*COPIED)
    if not incidences:
        none = np.zeros(0, dtype=np.int64)
        untested = dict.fromkeys(("copied", "copiers", "copied_held"), _untested(len(total)))
        return {**untested, **_hosts(acts, of_post, none, total)}
    rows, held = [], np.zeros(len(of_post))
    for incidence in [*incidences, *acts.incidences("url")]:
        account = acts.codes(incidence)
        copied = joint_events(incidence, account, group, _EVER)
        captured = _capture(incidence, account, group, copied)
        link = incidence not in incidences
        rows.append(incidence.row[copied & (captured >= MIN_HELD)] if link else _told(acts, incidence, copied))
        np.maximum.at(held, incidence.row, captured)  # a post may have several links
    copies = np.unique(np.concatenate(rows)).astype(np.int64)
    copies = copies[of_post[copies] >= 0]
    count = np.bincount(of_post[copies], minlength=len(total))
    copier, size = group[np.unique(acts.account[copies])], np.bincount(group[group >= 0], minlength=len(total))
    return {
        "copied": share_of(count, total),
        "copiers": share_of(np.bincount(copier, minlength=len(total)), size),
        "copied_held": share_of(np.bincount(of_post[copies], held[copies], len(total)), count),
        **_hosts(acts, of_post, copies, total),
    }


def _told(acts: Acts, incidence: Incidence, copied: Flags) -> NDArray[np.uint32]:
    """Return the rows of copied texts, without short replies: thanks, greetings and contest entries are often equal."""
    long = (incidence.object_ids.str.len_chars() >= MIN_REPLY).to_numpy()[incidence.object]
    reply = (acts.activity.posts_table["action"] == "reply").to_numpy()[incidence.row]
    rows: NDArray[np.uint32] = incidence.row[copied & (long | ~reply)]
    return rows


def _hosts(acts: Acts, of_post: Ints, copies: Ints, total: Ints) -> dict[str, Numbers | pl.Series]:
    """Compute the largest shares of acts and copies with links to one host, and how much of it networks hold."""
    n = len(total)
    if "urls" not in acts.activity.posts_table.columns:
        return dict.fromkeys(("one_host", "copied_host", "host_held"), _untested(n))
    mine = acts.links.filter(pl.Series(of_post[acts.links["row"].to_numpy()] >= 0))
    row = mine["row"].to_numpy()
    values = {"network": of_post[row], "account": acts.account[row], "copy": is_in(row, copies)}
    mine = mine.with_columns(pl.Series(name, each) for name, each in values.items())
    known = mine.unique(["host", "account"]).group_by("host").agg(grouped=pl.len()).join(acts.host_accounts, on="host")
    known = known.select("host", held=pl.col("grouped") / pl.col("accounts"))
    counts = mine.group_by("network", "host").agg(acts=pl.len(), copies=pl.col("copy").sum()).join(known, on="host")
    best = counts.group_by("network").agg(
        pl.col("acts").max(), pl.col("copies").max(), pl.col("held").sort_by("copies", "host").last()
    )
    most, copied, held = np.zeros((3, n))
    network = best["network"].to_numpy()
    most[network], copied[network], held[network] = (best[name].to_numpy() for name in ("acts", "copies", "held"))
    of_copies = np.bincount(of_post[copies][of_post[copies] >= 0], minlength=n)
    return {"one_host": share_of(most, total), "copied_host": share_of(copied, of_copies), "host_held": held}


def _joint(acts: Acts, group: Ints, of_post: Ints, total: Ints, regulars: bool) -> dict[str, Numbers | pl.Series]:
    incidences = acts.incidences(*JOINT)
    names = ("joint", "hasty", "density", "held", "held_regular", "prompted")
    if not incidences:
        return dict.fromkeys(names, _untested(len(total)))
    tied = _tied(acts, group)
    rows, hasty = [], []
    known, captured, regular = np.zeros((3, len(of_post)))
    for incidence in incidences:
        account = acts.codes(incidence)
        nearest = _nearest(incidence, account, group)
        near = nearest <= HOUR
        rows.append(incidence.row[near])
        hasty.append(incidence.row[nearest <= MINUTE])
        row, density = incidence.row[near], tied[account[near]]  # a post is an event on one object of one kind
        known[row] = density
        captured[row] = density * _capture(incidence, account, group, near)[near]
        if regulars:
            passing = _passers_by(incidence, account, group, near)
            regular[row] = density * _capture(incidence, account, group, near, passing)[near]
    joint = _once(rows, len(of_post))
    joint = joint[of_post[joint] >= 0]
    count = np.bincount(of_post[joint], minlength=len(total))
    shares: list[Numbers | pl.Series] = [
        share_of(count, total),
        share_of(_acts_by_network(hasty, of_post, len(total)), total),
        *(share_of(np.bincount(of_post[joint], values[joint], len(total)), count) for values in (known, captured)),
        share_of(np.bincount(of_post[joint], regular[joint], len(total)), count) if regulars else _untested(len(total)),
    ]
    prompted = np.bincount(of_post[joint[_prompted(acts, group, joint)]], minlength=len(total))
    return dict(zip(names, [*shares, share_of(prompted, count)], strict=True))


def _prompted(acts: Acts, group: Ints, rows: Ints) -> Flags:
    """Return whether each act is aimed only at accounts outside of its network that have followers enough for it.

    The rows ascend. Acts aimed at nobody are not.
    """
    row, source, target = acts.pairs
    on = is_in(row, rows)
    row, source, target = row[on], source[on], target[on]
    ours = (group[source] == group[target]) | acts.unearned[target]
    found = np.zeros(len(acts.account), dtype=bool)
    found[row] = True
    found[row[ours]] = False
    return found[rows]


def _tied(acts: Acts, group: Ints) -> Numbers:
    """Compute the share of the other members with which each member has an edge in a layer of joint acts."""
    pairs = [_pairs(graph, acts) for graph in acts.graphs if graph.construction.objects in JOINT]
    source, target = np.divmod(distinct_values(np.concatenate([np.empty(0, np.int64), *pairs])), acts.n_accounts)
    inside = (group[source] >= 0) & (group[source] == group[target])
    partners = np.bincount(np.concatenate([source[inside], target[inside]]), minlength=len(group))
    size = np.bincount(group[group >= 0], minlength=1)
    return np.where(group >= 0, partners / np.maximum(size[group] - 1, 1), 0.0)


def _pairs(graph: Graph, acts: Acts) -> Ints:
    """Pack the codes of both ends of each edge into one integer."""
    codes = graph.codes_in(acts.activity.account_ids).to_numpy().astype(np.int64)
    source, target = (codes[graph.table[end].to_numpy()] for end in ("source", "target"))
    pairs: Ints = source * acts.n_accounts + target
    return pairs


def _capture(incidence: Incidence, account: Ints, group: Ints, asked: Flags, passing: Ints | int = 0) -> Numbers:
    """Compute the share of members among the other accounts on the object of some events of members, else 0.

    `asked` selects the events, all on objects on which another member acted; accounts that are `passing` do not count.
    """
    from cib.networks.sharing import shared_by  # numba takes half a second to import

    on = np.zeros(len(incidence.popularity), dtype=bool)
    on[incidence.object[asked]] = True
    mine = np.flatnonzero((group[account] >= 0) & on[incidence.object])
    who = account[mine]
    shared = shared_by(group[who], who.astype(np.int32), incidence.object[mine], incidence.time[mine])
    keys = shared.network * len(on) + shared.object
    events = np.flatnonzero(asked)
    own = shared.members[np.searchsorted(keys, group[account[events]] * len(on) + incidence.object[events])] - 1
    captured = np.zeros(len(incidence))
    captured[events] = share_of(own, (incidence.popularity[incidence.object] - 1 - passing)[events])
    return captured


def _passers_by(incidence: Incidence, account: Ints, group: Ints, joint: Flags) -> Ints:
    """Count the accounts on the object of each event that share no other object of joint acts with its network.

    Objects of more than `POPULAR` accounts are skipped: all accounts on them count as regular.
    """
    named = {"object": incidence.object.astype(np.int64), "account": account}
    events = pl.DataFrame({**named, "network": group[account]})
    popular = pl.Series(incidence.popularity > POPULAR).gather(events["object"])
    keys = events.filter(pl.Series(joint) & ~popular).select("network", "object").unique().sort("network", "object")
    on = events.select("object", "account").join(keys.select("object").unique(), on="object", how="semi").unique()
    work = pl.Series(incidence.popularity.astype(np.int64)).gather(keys["object"]).cum_sum() // BATCH
    keys = keys.with_columns(batch=work).with_columns(pl.col("batch").min().over("network"))
    parts = [_once_only(part.join(on, on="object"), group) for part in keys.partition_by("batch", include_key=False)]
    found = pl.concat([pl.DataFrame(schema=dict.fromkeys(("network", "object", "n"), pl.Int64)), *parts])
    return events.join(found, on=["network", "object"], how="left", maintain_order="left")["n"].fill_null(0).to_numpy()


def _once_only(rows: pl.DataFrame, group: Ints) -> pl.DataFrame:
    """Count the non-members on each object that are on no other object of the network, from the three columns."""
    outside = rows.filter(pl.Series(group[rows["account"].to_numpy()]) != pl.col("network"))
    once = outside.filter(pl.len().over("network", "account") == 1)
    return once.group_by("network", "object").agg(n=pl.len().cast(pl.Int64))


def _aimed(acts: Acts, group: Ints, total: Ints) -> dict[str, Numbers]:
    n = len(total)
    row, source, target = acts.pairs
    mine = group[source] >= 0
    row, source, target = row[mine], source[mine], target[mine]
    network = group[source]
    inside = network == group[target]
    pairs, made = np.unique(source * acts.n_accounts + target, return_counts=True)
    key = group[pairs // acts.n_accounts] * acts.n_accounts + pairs % acts.n_accounts
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    key, members = key[order[starts]], np.diff(starts, append=len(order))
    on_each = np.add.reduceat(made[order], starts) if len(starts) else made
    by_network = key // acts.n_accounts
    targets = share_of(
        np.bincount(by_network, on_each, n) ** 2, np.bincount(by_network, on_each.astype(float) ** 2, minlength=n)
    )
    common = (members >= 3) & acts.unearned[key % acts.n_accounts]
    key, on_each = key[common], on_each[common]
    share = share_of(on_each, acts.received[key % acts.n_accounts])
    own = network * acts.n_accounts + target
    on = is_in(own, key)
    weights = share[np.searchsorted(key, own[on])]
    return {
        "inside": share_of(_distinct(row[inside], network[inside], n), total),
        "mutual": _mutual(source[inside], target[inside], network[inside], acts.n_accounts, n),
        "aimed": share_of(_distinct(row[on], network[on], n), total),
        "targets": targets,
        "aimed_held": share_of(np.bincount(network[on], weights, n), np.bincount(network[on], minlength=n)),
    }


def _mutual(source: Ints, target: Ints, network: Ints, n_accounts: int, n: int) -> Numbers:
    """Compute the share of the acts between members of each network that is returned."""
    pairs, first, counts = np.unique(source * n_accounts + target, return_index=True, return_counts=True)
    back = target[first] * n_accounts + source[first]
    place = np.minimum(np.searchsorted(pairs, back), max(len(pairs) - 1, 0))
    returned = np.where(pairs[place] == back, np.minimum(counts, counts[place]), 0) if len(pairs) else counts
    return share_of(np.bincount(network[first], returned, n), np.bincount(network[first], counts, n))


def _distinct(row: Ints, network: Ints, n: int) -> Ints:
    """Count the distinct posts of each network; `row` is ascending."""
    return np.bincount(network[np.diff(row, prepend=-1) > 0], minlength=n)


def _acts_by_network(rows: Sequence[NDArray[np.uint32]], of_post: Ints, n: int) -> Ints:
    network = of_post[_once(rows, len(of_post))]
    return np.bincount(network[network >= 0], minlength=n)


def _once(rows: Sequence[NDArray[np.uint32]], n: int) -> Ints:
    """Return the distinct rows, all below n, in ascending order."""
    found = np.zeros(n, dtype=bool)
    for each in rows:
        found[each] = True
    return np.flatnonzero(found)


def _untested(n: int) -> pl.Series:
    return pl.Series([None] * n, dtype=pl.Float64)
