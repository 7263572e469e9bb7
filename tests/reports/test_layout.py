"""Where accounts are drawn."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from cib.reports.layout import positions


def networks(*sizes):
    return [f"N{k}" for k, size in enumerate(sizes) for _ in range(size)]


def chained(sizes):
    starts = np.cumsum([0, *sizes])
    return [(a, a + 1) for low, high in pairwise(starts) for a in range(low, high - 1)]


def test_networks_do_not_overlap():
    sizes = [40, 3, 25, 1, 2, 700, 12] + [8] * 40
    places = positions(networks(*sizes), chained(sizes))
    parts = np.split(places, np.cumsum(sizes)[:-1])
    for k, part in enumerate(parts):
        for other in parts[:k]:
            assert np.hypot(*(part[:, None] - other[None]).transpose(2, 0, 1)).min() > 0.5


def test_the_same_each_time():
    sizes = [30, 20]
    assert np.array_equal(positions(networks(*sizes), chained(sizes)), positions(networks(*sizes), chained(sizes)))


def test_accounts_of_one_network_have_places_of_their_own():
    places = positions(networks(50), [])
    assert len(np.unique(places, axis=0)) == 50


def test_no_account_has_no_place():
    assert positions([], []).shape == (0, 2)
