"""Draw times of actions: waking and office hours, delays, sleep.

Times are whole seconds since :data:`START`. The span is a whole number of weeks, so that times can wrap around its ends
without a change of weekday.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from cib.simulation.draws import Floats, Ints

__all__ = [
    "DAY",
    "END",
    "HOUR",
    "MINUTE",
    "START",
    "after_sleep",
    "lognormal_delays",
    "office_times",
    "waking_times",
]

MINUTE, HOUR, DAY = 60, 3_600, 86_400
#: Start of the span, a Saturday; the span ends with 17 April 2020, the last day of the release of June 2020.
START = datetime(2020, 3, 21, tzinfo=UTC)
DAYS = 28
END = DAYS * DAY

#: Weight of each local hour in leisure time and in working time (with a lunch break).
WAKING = np.array([3, 1.5, 0.8, 0.5, 0.4, 0.6, 1.5, 3, 4, 4.5, 5, 5, 5.5, 5.5, 5, 5, 5, 5.5, 6, 7, 8, 8, 7, 5])
OFFICE = np.array([0, 0, 0, 0, 0, 0, 0, 0, 3, 10, 12, 9, 4, 6, 11, 12, 10, 6, 2, 0, 0, 0, 0, 0], dtype=float)
ALL_DAYS = np.arange(DAYS)
WEEKDAYS = ALL_DAYS[(START.weekday() + ALL_DAYS) % 7 < 5]

ASLEEP = (1 * HOUR, 7 * HOUR)  # local time of day
LIGHT_SLEEPERS = 0.15  # share of actions at night that are not postponed
LATE_START = 75 * MINUTE  # mean time from waking up to postponed actions


def waking_times(rng: np.random.Generator, zones: Ints) -> Ints:
    """Draw a time for each account, on any day, from the waking hours of its time zone (hours ahead of UTC)."""
    return _times(rng, zones, ALL_DAYS, WAKING)


def office_times(rng: np.random.Generator, zones: Ints) -> Ints:
    """Draw a time for each account, Monday to Friday, from the office hours of its time zone."""
    return _times(rng, zones, WEEKDAYS, OFFICE)


def _times(rng: np.random.Generator, zones: Ints, days: Ints, hours: Floats) -> Ints:
    n = len(zones)
    hour = rng.choice(24, n, p=hours / hours.sum())
    local = rng.choice(days, n) * DAY + hour * HOUR + rng.integers(0, HOUR, n)
    return np.asarray((local - zones * HOUR) % END, dtype=np.int64)


def lognormal_delays(rng: np.random.Generator, n: int, median: float, sigma: float) -> Ints:
    """Draw lognormal delays of at least one second, in seconds."""
    return np.maximum(rng.lognormal(np.log(median), sigma, n), 1).astype(np.int64)


def after_sleep(rng: np.random.Generator, times: Ints, zones: Ints) -> Ints:
    """Postpone times at night, in the local time zone, until the morning."""
    fell_asleep, woke_up = ASLEEP
    local = (times + zones * HOUR) % DAY
    asleep = (local >= fell_asleep) & (local < woke_up) & (rng.random(len(times)) >= LIGHT_SLEEPERS)
    wait = woke_up - local + rng.exponential(LATE_START, len(times)).astype(np.int64)
    return np.where(asleep, times + wait, times)
