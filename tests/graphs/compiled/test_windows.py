"""Windows around events, against looking at every other event."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.graphs.compiled.windows import ALWAYS, longest_window, window_bounds, window_pairs, window_span

TIMES = st.lists(st.lists(st.integers(0, 30), max_size=12).map(sorted), min_size=1, max_size=3)


@given(TIMES, st.integers(0, 10) | st.just(ALWAYS))
def test_bounds_and_pairs_are_those_of_every_two_events(times, window):
    starts, time = np.cumsum([0, *map(len, times)]), np.array([*chain(*times)], np.int64)
    low, high = window_bounds(starts, time, window)
    expected = [
        [begin + k for k, other in enumerate(own) if abs(other - at) <= window]
        for begin, own in zip(starts, times, strict=False)
        for at in own
    ]
    assert [list(range(a, b)) for a, b in zip(low, high, strict=True)] == expected
    pairs = [sum(abs(own[k] - at) <= window for i, at in enumerate(own) for k in range(i)) for own in times]
    assert window_pairs(starts, high).tolist() == pairs


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12).map(sorted), st.integers(0, 40), st.integers(0, 20))
def test_the_longest_window_is_the_last_that_holds_few_enough_pairs(times, window, most):
    lags = sorted(times[i] - times[k] for i in range(len(times)) for k in range(i))
    fitting = [w for w in range(min(window, times[-1] - times[0]) + 1) if sum(lag <= w for lag in lags) <= most]
    assert longest_window(np.array(times), window, most) == max(fitting, default=-1)


@pytest.mark.parametrize(("seconds", "span"), [(0.25, 250_000), (0, 0), (None, ALWAYS)])
def test_a_span_is_in_microseconds(seconds, span):
    assert window_span(seconds) == span
