"""What accounts show of themselves, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from cib.activity import ACCOUNT_COLUMNS
from cib.features.extract import extract
from cib.features.standard import FeatureSet
from tests.toys import START, activity

DAY = 86_400
NOON = datetime.fromtimestamp(START, UTC)  # the start is 12 June 2020


def shown(rows, posts):
    """An activity whose accounts have these profiles."""
    made = activity(posts)
    columns = [name for name in ACCOUNT_COLUMNS if any(name in row for row in rows)]
    table = pl.DataFrame(rows, schema={name: ACCOUNT_COLUMNS[name] for name in columns})
    return replace(made, accounts_table=table.sort("account_id"))


def posts_of(counts):
    return [{"account_id": a, "action": "post", "at": k} for a, n in counts.items() for k in range(n)]


def values(made, name):
    return dict(extract(made, [name]).table.iter_rows())


def test_followers_and_their_ratio():
    made = shown(
        [{"account_id": "a", "followers": 99, "following": 9}, {"account_id": "b"}], posts_of({"a": 1, "b": 1})
    )
    assert values(made, "followers") == {"a": 99, "b": None}
    assert values(made, "follower_ratio") == {"a": pytest.approx(np.log(100 / 10)), "b": None}


def test_engagement_anomaly_is_what_is_left_of_a_line():
    """Three accounts with 1, 3 and 7 posts: log(P + 1) is 1, 2 and 3 times log 2; nobody is retweeted but c."""
    posts = posts_of({"a": 1, "b": 3, "c": 7}) + [{"account_id": "z", "target_account_id": "c", "at": 99}] * 7
    made = shown([{"account_id": x, "followers": 0} for x in "abcz"], posts)
    # log((Q + 1) / (F + 1)) is 0, 0 and log 8 = 3 log 2; the line through them has slope 3/2 and mean log 2
    expected = {"a": 0.5, "b": -1.0, "c": 0.5}
    found = values(made, "engagement_anomaly")
    assert found["z"] is None  # wrote nothing
    assert {x: found[x] / np.log(2) for x in "abc"} == pytest.approx(expected)


def test_age_and_company_at_creation():
    born = {"a": 0, "b": 11, "c": 13, "d": 100}
    rows = [{"account_id": x, "created_at": NOON - timedelta(hours=200 - h)} for x, h in born.items()]
    made = shown(rows, posts_of(dict.fromkeys(born, 2)))
    assert values(made, "created_together") == {"a": 1, "b": 2, "c": 1, "d": 0}
    assert values(made, "age_at_first_post")["a"] == pytest.approx(200 / 24)


def test_default_names_are_held_against_those_of_their_year():
    old, new = datetime(2012, 5, 1, tzinfo=UTC), datetime(2019, 5, 1, tzinfo=UTC)
    rows = [
        {"account_id": "a", "name": "Anna12345678", "created_at": new, "description": "writes"},
        {"account_id": "b", "name": "ben_12345678", "created_at": new},
        {"account_id": "c", "name": "Cleo1234567", "created_at": new},
        {"account_id": "d", "name": "Dora12345678", "created_at": new},
        {"account_id": "e", "name": "Emil12345678", "created_at": old},
    ]
    made = shown(rows, posts_of(dict.fromkeys("abcdef", 1)))
    assert values(made, "default_name") == {"a": 0.5, "b": -0.5, "c": -0.5, "d": 0.5, "e": None, "f": None}
    assert values(made, "empty_bio") == {"a": 0, "b": 1, "c": 1, "d": 1, "e": 1, "f": None}


def test_without_profiles_nothing_is_known():
    table = extract(activity(posts_of({"a": 2})), FeatureSet.by_family("profile"))
    assert np.isnan(table.values).all()


def test_if_nobody_has_a_description_the_source_does_not_tell():
    made = shown([{"account_id": "a", "name": "Anna"}], posts_of({"a": 1}))
    assert values(made, "empty_bio") == {"a": None}
