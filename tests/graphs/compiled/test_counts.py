"""Statistics of given pairs, against comparing every two events."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cib.graphs.compiled.counts import changed_pairs, done_together, inserted, merged, shared_objects
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


@given(st.integers(0, 2**20), st.integers(0, 15))
def test_shared_objects_of_an_account_with_many_more_events(seed, window):
    """From 16 times the events on, the objects of the account with more are found by bisection."""
    rng = np.random.default_rng(seed)
    rows = [(o, t, 0) for o, t in rng.integers(0, 40, (100, 2)).tolist()]
    rows = sorted(rows + [(o, t, 1) for o, t in rng.integers(0, 40, (4, 2)).tolist()])
    met = {o for o, s, a in rows for p, t, b in rows if a < b and o == p and abs(s - t) <= window}
    assert shared_objects(np.array([1, 2]), *columns(rows), 2, window).tolist() == [len(met)] * 2
    lags = [t - s for o, s, a in rows for p, t, b in rows if a < b and o == p and abs(s - t) <= window]
    together = done_together(np.array([1, 2]), *columns(rows), 2, window)
    assert together.pairs.tolist() == [len(lags)] * 2
    assert together.lag.tolist() == [sum(map(abs, lags))] * 2
    assert together.led.tolist() == [sum((sign * lag > 0) + (sign * lag >= 0) for lag in lags) for sign in (1, -1)]


@given(st.integers(0, 2**20), st.integers(0, 15), st.integers(1, 12))
def test_pairs_with_enough_shared_objects_are_counted(seed, window, least):
    """Of 500 objects many have the same of 64 bits."""
    rng = np.random.default_rng(seed)
    rows = sorted(zip(*(rng.integers(0, n, 120).tolist() for n in (500 if seed % 2 else 30, 20, N)), strict=True))
    exact = shared_objects(KEYS, *columns(rows), N, window)
    weight = shared_objects(KEYS, *columns(rows), N, window, least)
    assert np.where(exact >= least, weight, 0).tolist() == np.where(exact >= least, exact, 0).tolist()
    assert (weight <= exact).all()


WEIGHTS = st.dictionaries(st.integers(0, 30), st.integers(0, 4))


@given(WEIGHTS.map(lambda edges: {pair: weight + 2 for pair, weight in edges.items()}), WEIGHTS)
def test_merged_edges_have_the_changed_weights(edges, changed):
    (key, weight), (pairs, other) = (
        np.array(sorted(own.items()), int).reshape(-1, 2).T.copy() for own in (edges, changed)
    )
    order = merged(key, pairs, other.astype(np.int32), 2)
    found = zip(np.append(key, pairs)[order].tolist(), np.append(weight, other)[order].tolist(), strict=True)
    assert list(found) == sorted((pair, weight) for pair, weight in (edges | changed).items() if weight >= 2)


@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 9))), st.sets(st.integers(0, 9)), st.sets(st.integers(0, 5)))
def test_inserted_events_are_in_order(events, new_rows, new_objects):
    """Events of new rows may be on new objects, those of earlier rows are not."""
    is_new = {event for event in events if event[1] in new_rows}
    objects, rows = ([k for k in range(n) if k not in new] for n, new in ((6, new_objects), (10, new_rows)))
    before = sorted((o, r) for o, r in events - is_new if o in objects)
    coded = np.array([(objects.index(o), rows.index(r)) for o, r in before], np.int32).reshape(-1, 2).T.copy()
    added = np.array(sorted(is_new), np.int32).reshape(-1, 2).T.copy()
    found = inserted(*coded, np.array(objects, np.int32), np.array(rows, np.int32), *added)
    expected = sorted([*before, *is_new])
    assert list(zip(*(part.tolist() for part in found), strict=True)) == [
        (*event, event in is_new) for event in expected
    ]
