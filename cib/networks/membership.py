"""Leaders of a network: accounts whose acts the others follow.

An account does not control who follows its acts, so that this is no evidence on the account. ``membership`` is always a
table of ``account_id`` and ``network``.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from cib.graphs.graph import Graph
from cib.graphs.incidence import distinct_values, repeated
from cib.networks.acts import Flags, Ints
from cib.networks.evidence import networks_of

__all__ = ["leading"]


def leading(graph: Graph, membership: pl.DataFrame) -> pl.DataFrame:
    """Compute how often an account was the first of its network on shared objects: ``account_id, objects, led``.

    ``led`` is the share of the ``objects`` shared with other members on which it acted strictly before all of
    them. An account whose acts are copied within seconds co-acts with its copiers as they do with each other;
    only the order of the acts distinguishes them.
    """
    of = networks_of(graph.events.account_ids, membership)
    account, object_, time, *_ = graph.events.events_of(of >= 0)  # by object and time
    key = object_.astype(np.int64) * (int(of.max(initial=0)) + 1) + of[account]
    order = np.argsort(key, kind="stable")
    order = order[repeated(key[order])]
    account, object_, time, key = account[order], object_[order].astype(np.int64), time[order], key[order]
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    sizes = np.diff(starts, append=len(order))
    leader = np.repeat(starts, sizes)
    other = account != account[leader]
    shared, tied = (_any(each, starts) for each in (other, other & (time == time[leader])))
    led = np.bincount(account[starts[shared & ~tied]], minlength=len(of))
    taking_part = np.repeat(shared, sizes)
    pairs = distinct_values(object_[taking_part] * len(of) + account[taking_part])
    objects = np.bincount(pairs % len(of), minlength=len(of))
    codes = np.flatnonzero(objects)
    return pl.DataFrame(
        {
            "account_id": graph.events.account_ids.gather(codes),
            "objects": objects[codes].astype(np.uint32),
            "led": led[codes] / objects[codes],
        }
    )


def _any(flags: Flags, starts: Ints) -> Flags:
    """Return whether any flag of each run is true."""
    found: Flags = np.logical_or.reduceat(flags, starts) if len(starts) else flags
    return found
