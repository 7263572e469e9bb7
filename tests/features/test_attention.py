"""Attention given and received, by hand, and its laws."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from cib.features.extract import extract
from cib.features.standard import FeatureSet
from tests.toys import activity

DAY = 86_400


def retweet(account, target, at=0.0):
    return {"account_id": account, "target_account_id": target, "at": at}


def mention(account, *targets, at=0.0):
    return {"account_id": account, "action": "post", "mentions": list(targets), "at": at}


def known(made, **columns):
    """The activity with something known about each account: a value by account for each column."""
    ids = made.account_ids
    told = {name: [values.get(account) for account in ids] for name, values in columns.items()}
    types = {"followers": pl.Int64(), "created_at": pl.Datetime("us", "UTC")}
    table = pl.DataFrame({"account_id": ids, **told}, schema_overrides={name: types[name] for name in columns})
    return replace(made, accounts_table=table)


def values(made, name):
    return dict(extract(made, [name]).table.iter_rows())


def test_unearned_attention_by_hand():
    rows = [retweet(a, "core") for a in "abc"] + [retweet("a", "star"), retweet("b", "pal"), retweet("pal", "b")]
    made = known(activity(rows), followers={"core": 2, "star": 10**6, "pal": 0, "b": 0})
    # two others act on the core, which two follow: 2 / (2 + 2 + 1); nobody else acts on the star; b and its pal return
    given = values(made, "unearned_given")
    assert given["a"] == pytest.approx((2 / 5 + 0) / (2 + 4))
    assert given["b"] == pytest.approx((2 / 5 + 0) / (2 + 4))
    assert given["c"] == pytest.approx((2 / 5) / (1 + 4))
    assert given["pal"] == 0
    assert given["core"] is None
    received = values(made, "unearned_received")
    assert received["core"] == pytest.approx(3 / (3 + 2 + 4))
    assert received["star"] == pytest.approx(1 / (1 + 10**6 + 4))
    assert received["pal"] == 0
    assert received["a"] is None
    returned = values(made, "attention_returned")
    assert (returned["core"], returned["pal"], returned["a"]) == (0, pytest.approx(1 / 5), None)


def test_acts_of_all_kinds_count_and_a_post_that_names_several_is_several():
    rows = [retweet(a, "core") for a in "xyz"] + [
        mention("a", "core", "else"),
        {"account_id": "a", "action": "post", "at": 1},
    ]
    made = known(activity(rows), followers={"core": 0, "else": 0})
    others = 3 / (3 + 0 + 1)
    assert values(made, "unearned_given")["a"] == pytest.approx((others + 0) / (2 + 4))


def test_acts_on_accounts_of_unknown_followers_are_no_evidence():
    rows = (
        [retweet(a, "core") for a in "abc"]
        + [retweet("a", "hidden", at=k) for k in range(9)]
        + [retweet("d", "hidden")]
    )
    given = values(known(activity(rows), followers={"core": 0}), "unearned_given")
    assert given["a"] == given["b"] == pytest.approx((2 / 3) / (1 + 4))
    assert given["d"] is None


def test_batches_by_hand():
    rows = [retweet(a, "core") for a in "abcd"] + [retweet("e", "star"), retweet("a", "star")]
    june = datetime(2020, 6, 1, 1, tzinfo=UTC)
    born = {a: june + timedelta(hours=k) for k, a in enumerate("abc")}
    born |= {"d": june - timedelta(days=9), "e": june + timedelta(days=99)}
    made = known(activity(rows), created_at=born)
    chance = 6 / 20  # ordered pairs of a, b, c among those of the five who act
    batches = values(made, "audience_batches")
    assert batches["core"] == pytest.approx((6 - chance * 12) / (12 + 40))
    assert batches["star"] == pytest.approx((0 - chance * 2) / (2 + 40))
    assert batches["a"] is None
    aimed = values(made, "aimed_at_batches")
    assert aimed["b"] == pytest.approx(batches["core"] / 5)
    assert aimed["a"] == pytest.approx((batches["core"] + batches["star"]) / 6)
    around = values(made, "audience_aim_at_batches")
    assert around["star"] == pytest.approx((aimed["a"] + aimed["e"]) / (2 + 4))


def test_days_off_by_hand():
    """The toys begin on a Friday: w is active from Monday to Friday, s on every day, three weeks long."""
    rows = [retweet("s", "other", at=DAY * k) for k in range(21)]
    rows += [retweet("w", "core", at=DAY * k) for k in range(21) if k % 7 not in (1, 2)]
    rows += [retweet("w", "core", at=DAY * 20 + k) for k in range(50)]  # many acts of one day are one day
    found = values(activity(rows), "audience_days_off")
    weekend = 6 / (21 + 15)
    assert found["core"] == pytest.approx(65 * (weekend * 15 - 0) / (15 + 10) / (65 + 10))
    assert found["other"] == pytest.approx(21 * (weekend * 21 - 6) / (21 + 10) / (21 + 10))
    assert found["w"] is None
    aimed = values(activity(rows), "aimed_at_days_off")
    assert aimed["w"] == pytest.approx(65 * found["core"] / (65 + 4))


@pytest.mark.parametrize("days", [13, 14])
def test_weekends_are_compared_from_two_weeks_on(days):
    found = values(activity([retweet("s", "other", at=DAY * k) for k in (0, days)]), "audience_days_off")
    assert (found["other"] is not None) == (days >= 14)


def test_nothing_is_known_without_followers_creation_and_two_weeks():
    made = activity([retweet("a", "b"), retweet("b", "c"), retweet("c", "a")])
    names = [name for name in FeatureSet.by_family("attention").names if name != "attention_returned"]
    assert extract(made, names).table.drop("account_id").null_count().row(0) == (3,) * len(names)


def test_renaming_accounts_changes_no_bit():
    rows = [retweet(f"a{k}", f"t{k * j % 11}", at=DAY * j * 1.7) for k in range(40) for j in range(1, 9)]
    made = activity(rows)
    ids = made.account_ids.to_list()
    about = {name: {account: k for k, account in enumerate(ids)} for name in ("followers",)}
    other = dict(zip(ids, reversed(ids), strict=True))
    renamed = [{name: other.get(value, value) for name, value in row.items()} for row in rows]
    names = FeatureSet.by_family("attention").names
    plain = extract(known(made, **about), names).table
    moved = {name: {other[account]: value for account, value in of.items()} for name, of in about.items()}
    back = extract(known(activity(renamed), **moved), names).table
    assert back.with_columns(pl.col("account_id").replace_strict(other)).sort("account_id").equals(plain)
