"""Days off are seen on effective days, against accounts of no network."""

from __future__ import annotations

import numpy as np

from cib.networks.acts import Acts
from cib.networks.days_off import days_off
from tests.toys import activity

DAY = 86_400


def resting(days):
    """Ten accounts of no network that post every day for six weeks, and four that post on some days."""
    rows = [{"account_id": f"u{k}", "action": "post", "at": DAY * d + k} for d in range(42) for k in range(10)]
    rows += [{"account_id": f"m{k}", "action": "post", "at": DAY * d + k} for d in days for k in range(4)]
    acts = Acts(activity(rows))
    group = np.where(acts.activity.account_ids.str.starts_with("m").to_numpy(), 0, -1)
    return days_off(acts, group, group < 0).row(0, named=True)


def test_who_rests_at_weekends_is_seen():
    row = resting([d for d in range(42) if d % 7 not in {1, 2}])  # the first day is a Friday
    assert row["weekend"] == 0
    assert round(row["elsewhere"], 2) == round(2 / 7, 2)
    assert row["days"] == 30
    assert row["p"] < 1e-4


def test_who_posts_every_day_is_not():
    assert resting(range(42))["p"] > 0.3


def test_who_reacts_rests_when_those_rest_whom_he_reacts_to():
    weekdays = [d for d in range(42) if d % 7 not in {1, 2}]
    rows = [{"account_id": f"u{k}", "action": "post", "at": DAY * d + k} for d in range(42) for k in range(5)]
    rows += [{"account_id": "shop", "action": "post", "post_id": f"s{d}", "at": DAY * d} for d in weekdays]
    answers = [(f"u{k}", d) for d in weekdays for k in range(5)] + [(f"m{k}", d) for d in weekdays for k in range(4)]
    rows += [
        {
            "account_id": who,
            "action": "reply",
            "target_post_id": f"s{d}",
            "target_account_id": "shop",
            "at": DAY * d + 99,
        }
        for who, d in answers
    ]
    acts = Acts(activity(rows))
    group = np.where(acts.activity.account_ids.str.starts_with("m").to_numpy(), 0, -1)
    row = days_off(acts, group, group < 0).row(0, named=True)
    assert row["weekend"] == row["elsewhere"] == 0
    assert row["p"] > 0.9


def test_one_evening_of_many_acts_is_one_day():
    row = resting([3] * 50)
    assert row["days"] == 1
    assert row["p"] > 0.5
