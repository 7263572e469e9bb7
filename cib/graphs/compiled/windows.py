"""Find and count the events within a window of each event, without listing pairs.

Events are sorted by object and time, so those within a window of one event are a slice of the array.
"""

from __future__ import annotations

import numpy as np

from cib.compiled import CODES, INT, INTS, WRITE_CODES, WRITE_INTS, Codes, Ints, compiled

__all__ = ["ALWAYS", "longest_window", "window_bounds", "window_pairs", "window_span"]

#: A window longer than any time span: every two events on an object are a pair.
ALWAYS = np.iinfo(np.int64).max // 4


def window_span(seconds: float | None) -> int:
    """Convert a window to microseconds, None to :data:`ALWAYS`."""
    return ALWAYS if seconds is None else round(seconds * 1e6)


def window_bounds(starts: Ints, time: Ints, window: int) -> tuple[Codes, Codes]:
    """Return the first event within `window` of each event on its object, and one past the last."""
    low, high = np.empty(len(time), np.int32), np.empty(len(time), np.int32)
    _bounds(starts, time, window, low, high)
    return low, high


@compiled(INTS, INTS, INT, WRITE_CODES, WRITE_CODES)
def _bounds(starts: Ints, time: Ints, window: int, low: Codes, high: Codes) -> None:
    for k in range(len(starts) - 1):
        begin, end = starts[k], starts[k + 1]
        i, j = begin, begin
        for e in range(begin, end):
            while time[e] - time[i] > window:
                i += 1
            while j < end and time[j] - time[e] <= window:
                j += 1
            low[e], high[e] = i, j


def window_pairs(starts: Ints, high: Codes) -> Ints:
    """Count the pairs of events within the window, per object.

    Pairs of an account with itself are counted too.
    """
    pairs = np.zeros(len(starts) - 1, np.int64)
    _count_pairs(starts, high, pairs)
    return pairs


@compiled(INTS, CODES, WRITE_INTS)
def _count_pairs(starts: Ints, high: Codes, pairs: Ints) -> None:
    for k in range(len(pairs)):
        for e in range(starts[k], starts[k + 1]):
            pairs[k] += high[e] - e - 1


def longest_window(time: Ints, window: int, max_pairs: int) -> int:
    """Find the longest window, up to `window`, in which the events of one object have at most `max_pairs` pairs.

    Returns -1 if events with equal times alone have more. `time` is ascending.
    """
    starts = np.array([0, len(time)])
    shortest, longest = -1, min(window, int(time[-1] - time[0]))
    while shortest < longest:
        middle = (shortest + longest + 1) // 2
        if window_pairs(starts, window_bounds(starts, time, middle)[1])[0] > max_pairs:
            longest = middle - 1
        else:
            shortest = middle
    return shortest
