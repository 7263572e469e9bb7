"""Times of day, weekdays, delays and sleep."""

from __future__ import annotations

import numpy as np
import pytest

from cib.simulation.clock import DAY, END, HOUR, START, after_sleep, lognormal_delays, office_times, waking_times

ZONES = np.repeat([-8, 0, 3, 10], 2_000)


def test_offices_work_from_monday_to_friday_by_day_in_every_zone():
    times = office_times(np.random.default_rng(0), ZONES)
    assert ((times >= 0) & (times < END)).all()
    local = (times + ZONES * HOUR) % END
    assert ((START.weekday() + local // DAY) % 7 < 5).all()
    assert ((local % DAY // HOUR >= 8) & (local % DAY // HOUR <= 18)).all()


def test_leisure_is_on_all_days_and_seldom_at_night():
    local = (waking_times(np.random.default_rng(0), ZONES) + ZONES * HOUR) % END
    assert len(np.unique(local // DAY)) == END // DAY
    assert (local % DAY // HOUR < 6).mean() < 0.1


def test_who_sleeps_acts_in_the_morning_and_others_at_once():
    rng = np.random.default_rng(0)
    times = rng.integers(0, END, len(ZONES))
    later = after_sleep(rng, times, ZONES)
    clock = (times + ZONES * HOUR) % DAY
    asleep = (clock >= 1 * HOUR) & (clock < 7 * HOUR)
    assert (later[~asleep] == times[~asleep]).all()
    woken = asleep & (later > times)
    assert ((later + ZONES * HOUR) // DAY * DAY + 7 * HOUR <= later + ZONES * HOUR)[woken].all()
    assert woken.sum() / asleep.sum() == pytest.approx(0.85, abs=0.03)


def test_a_delay_has_its_median_and_is_never_nothing():
    delays = lognormal_delays(np.random.default_rng(0), 10_000, 600, 1.5)
    assert np.median(delays) == pytest.approx(600, rel=0.05)
    assert lognormal_delays(np.random.default_rng(0), 1_000, 1, 3).min() == 1
