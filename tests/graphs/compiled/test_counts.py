"""Statistics of given pairs, against comparing every two events."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cib.graphs.compiled.counts import changed_pairs, done_together, shared_objects
from cib.graphs.compiled.windows import window_bounds

N = 5
EVENTS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40), st.integers(0, N - 1)), max_size=30).map(sorted)
KEYS = np.array([u * N + v for u, v in combinations(range(N), 2)])


def columns(rows):
    objects, time, account = np.array(rows, np.int64).reshape(-1, 3).T.copy()
    return account.astype(np.int32), objects.astype(np.int32), time


@given(EVENTS, st.integers(0, 15), st.sets(st.integers(0, 29)), st.sets(st.integers(0, N - 1)))
def test_changed_pairs_are_those_of_the_new_events(rows, window, new, able):
    account, objects, time = columns(rows)
    low, high = window_bounds(np.searchsorted(objects, np.arange(4)), time, window)
    new = sorted(k for k in new if k < len(rows))
    found = changed_pairs(np.array(new, np.int64), account, low, high, np.isin(np.arange(N), list(able)))
    expected = {
        min(u, v) * N + max(u, v)
        for o, t, u in (rows[k] for k in new)
        for p, s, v in rows
        if o == p and abs(s - t) <= window and u != v and {u, v} <= able
    }
    assert found.tolist() == sorted(expected)


@given(EVENTS, st.integers(0, 15))
def test_pairs_have_the_objects_and_lags_of_every_two_events(rows, window):
    account, objects, time = columns(rows)
    weight = shared_objects(KEYS, account, objects, time, N, window)
    together = done_together(KEYS, account, objects, time, N, window)
    for k, key in enumerate(KEYS.tolist()):
        u, v = divmod(key, N)
        met = [(o, s, t) for o, s, a in rows for p, t, b in rows if (a, b, o) == (u, v, p) and abs(s - t) <= window]
        assert weight[k] == len({o for o, *_ in met})
        assert together.pairs[k] == len(met)
        assert together.led[k] == sum((s < t) + (s <= t) for _, s, t in met)
        assert together.lag[k] == sum(abs(s - t) for _, s, t in met)
        if met:
            assert together.first[k] == min(min(s, t) for _, s, t in met)
            assert together.last[k] == max(max(s, t) for _, s, t in met)
