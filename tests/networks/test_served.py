"""Accounts that one group acts on and hardly anybody else are a set; others are not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

import cib
from cib.networks.acts import Acts
from cib.networks.served import fitting, served_by, served_sets
from cib.networks.verdict import Rule
from tests.toys import activity

SERVED = [f"s{k}" for k in range(4)]
SERVANTS = [f"a{k}" for k in range(5)]
BOOSTS = [(a, s) for a in SERVANTS for s in SERVED]


def acting(pairs):
    return activity(
        [{"account_id": s, "target_account_id": t, "action": "reply", "at": 10.0 * k} for k, (s, t) in enumerate(pairs)]
    )


def sets(pairs, followers=1, **rule):
    """The set of each of SERVED that acts or is acted on; SERVANTS form one group."""
    accounts = pl.DataFrame({"account_id": SERVED, "followers": [followers] * len(SERVED)})
    acts = Acts(cib.read(acting(pairs).posts_table, accounts=accounts, progress=False))
    ids = acts.activity.account_ids
    found = served_sets(acts, np.where(ids.is_in(SERVANTS).to_numpy(), 0, -1), Rule(**rule))
    assert set(found[ids.is_in(SERVANTS).to_numpy()]) == {0}
    return set(found[ids.is_in(SERVED).to_numpy()].tolist())


def test_who_is_served_forms_a_set():
    assert sets(BOOSTS) == {1}


def test_an_audience_explains_attention():
    assert sets(BOOSTS, followers=15) == {-1}


def test_who_answers_is_not_served():
    assert sets(BOOSTS + [(s, a) for a, s in BOOSTS]) == {-1}


def test_who_is_known_to_others_is_not_served():
    strangers = [(f"x{k}", s) for k in range(5) for s in SERVED]
    assert sets(BOOSTS + strangers) == {-1}
    assert sets(BOOSTS + strangers, served_share=0.5) == {1}


def test_few_are_no_set():
    assert sets([(a, s) for a, s in BOOSTS if s != "s3"]) == {-1}


def test_a_group_of_served_accounts_joins_the_set():
    acts = Acts(acting(BOOSTS))
    ids = acts.activity.account_ids
    group = np.where(ids.is_in(SERVANTS).to_numpy(), 0, np.where(ids.is_in(["s0", "s1"]).to_numpy(), 1, -1))
    assert len(set(served_sets(acts, group, Rule())[ids.is_in(SERVED).to_numpy()])) == 1


def test_who_serves_half_of_a_network_is_known():
    acts = Acts(acting([(a, s) for a, s in BOOSTS if s in {"s0", "s1"}] + [("s2", "s3")]))
    ids = acts.activity.account_ids
    group = np.where(ids.is_in(SERVANTS).to_numpy(), 0, np.where(ids.is_in(SERVED).to_numpy(), 1, -1))
    assert served_by(acts, group, Rule()).tolist() == [-1, 0]


@pytest.mark.parametrize(
    ("verdict", "joined", "stays"),
    [
        ({}, "served", False),
        ({}, "co-action", True),
        ({"verdict": "coordinated"}, "served", True),
        ({"copying": 1.0}, "served", True),
        ({"copying": 1.0, "together": True}, "served", False),  # those who serve the account copy
        ({"days off": 1.0}, "served", True),
        ({"boosted": 0.0, "targets": 3.0}, "co-action", False),  # fans
    ],
)
def test_whom_others_act_on_is_a_member_with_look_or_batch_only(verdict, joined, stays):
    days = [0.0, 0.1, 300.0, 600.0]
    accounts = pl.DataFrame(
        {
            "account_id": SERVED,
            "followers": [900, 900, 0, 900],  # the last has neither look nor batch
            "created_at": [datetime(2015, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in days],
        }
    )
    acts = Acts(cib.read(acting(BOOSTS).posts_table, accounts=accounts, progress=False))
    judged = {"network": 7, "verdict": "candidate", "targets": 20.0, "together": False}
    kinds = {"copying": 0.0, "boosted": 3.0, "days off": None}
    members = pl.DataFrame({"account_id": SERVED, "network": 7, "joined": joined})
    kept = fitting(acts, members, pl.DataFrame([judged | kinds | verdict]), Rule())
    assert kept["account_id"].to_list() == SERVED[: 4 if stays else 3]
