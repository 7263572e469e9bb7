"""Objects on which several members of one network acted, counted in one pass over their acts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cib.compiled import CODES, INTS, WRITE_BYTES, WRITE_CODES, WRITE_INTS, Codes, Ints, compiled
from cib.graphs.incidence import stable_order

Bytes = NDArray[np.uint8]

__all__ = ["Shared", "shared_by"]


class Shared(NamedTuple):
    """Objects on which at least two members of a network acted, sorted by network and object."""

    network: Ints
    object: Codes
    members: Codes  #: members that acted on the object
    acts: Codes  #: their acts on it
    first: Ints  #: the first time of these
    last: Ints  #: the last
    accounts: Ints  #: members that acted on one of these objects, ascending; not aligned with the other arrays


def shared_by(network: Ints, account: Codes, objects: Codes, time: Ints) -> Shared:
    """Find the objects that members share.

    Parameters
    ----------
    network : ndarray of int64, shape (n_acts,)
        Network of each act of a member, which is that of its account.
    account, objects : ndarray of int32, shape (n_acts,)
        Codes, sorted by object and time.
    time : ndarray of int64, shape (n_acts,)
    """
    n, n_accounts = len(account), int(account.max(initial=-1)) + 1
    of = np.full(int(network.max(initial=-1)) + 1, -1, np.int32)
    seen, sharing = np.full(n_accounts, -1, np.int32), np.zeros(n_accounts, np.uint8)
    act, members, acts = np.empty((3, n), np.int32)
    last = np.empty(n, np.int64)
    n = _count(network, account, objects, time, of, seen, act, members, acts, last, sharing)
    found = np.flatnonzero(members[:n] > 1)
    found = found[stable_order(network[act[found]])]
    start = act[found]
    return Shared(
        network[start], objects[start], members[found], acts[found], time[start], last[found], np.flatnonzero(sharing)
    )


@compiled(INTS, CODES, CODES, INTS, *[WRITE_CODES] * 5, WRITE_INTS, WRITE_BYTES)
def _count(
    network: Ints,
    account: Codes,
    objects: Codes,
    time: Ints,
    of: Codes,
    seen: Codes,
    act: Codes,
    members: Codes,
    acts: Codes,
    last: Ints,
    sharing: Bytes,
) -> int:
    """Count members and acts of each network on each object; return the number of these pairs.

    `act` is the first act of each pair, `of` the last pair of each network, and `seen` the first act on the object on
    which each account acted last.
    """
    n = stop = 0
    while stop < len(account):
        begin, pairs = stop, n
        while stop < len(account) and objects[stop] == objects[begin]:
            u, pair = account[stop], of[network[stop]]
            if pair < pairs:
                pair = of[network[stop]] = n
                act[pair], members[pair], acts[pair] = stop, 0, 0
                n += 1
            if seen[u] != begin:
                seen[u] = begin
                members[pair] += 1
            acts[pair] += 1
            last[pair] = time[stop]
            stop += 1
        if n - pairs < stop - begin:
            for k in range(begin, stop):
                if members[of[network[k]]] > 1:
                    sharing[account[k]] = 1
    return n
