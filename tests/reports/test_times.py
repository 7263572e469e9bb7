"""Acts of networks over time."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from cib.reports.times import Bins, timeline, week
from tests.toys import START, activity


@pytest.mark.parametrize(
    ("days", "hours", "count"),
    [(0, 1, 1), (2.5, 1, 61), (2.6, 6, 11), (15, 6, 61), (16, 24, 17), (60, 24, 61), (61, 168, 9), (5_000, 672, 179)],
)
def test_bins_are_the_smallest_of_which_sixty_are_enough(days, hours, count):
    bins = Bins.of(activity([{"account_id": "a", "at": 86_400 * each} for each in (0, days)]))
    assert (bins.step, bins.count) == (timedelta(hours=hours), count)
    assert bins.first == datetime.fromtimestamp(START, UTC)


def test_acts_are_counted_as_one_by_one(detection):
    members = detection.networks.members
    acts = detection.activity.posts_table.join(members, on="account_id").select("network_id", "created_at").rows()
    bins = Bins.of(detection.activity)
    by_bin = Counter((network, int((time - bins.first) / bins.step)) for network, time in acts)
    by_hour = Counter((network, time.weekday() * 24 + time.hour) for network, time in acts)
    for counted, expected in (
        (timeline(detection.activity, members, bins), by_bin),
        (week(detection.activity, members), by_hour),
    ):
        told = {(network, k): n for network, row in counted.items() for k, n in enumerate(row) if n}
        assert told == expected
    assert {len(row) for row in week(detection.activity, members).values()} == {168}


def test_a_network_without_posts_is_absent():
    toy = activity([{"account_id": "a", "at": 0}])
    nobody = pl.DataFrame({"account_id": ["b"], "network_id": ["N1"]})
    assert timeline(toy, nobody, Bins.of(toy)) == week(toy, nobody) == {}
