"""Every standard feature obeys every law, and each law is broken by something."""

from __future__ import annotations

import itertools
import pickle

import narwhals as nw
import numpy as np
import pytest

import cib
from cib.errors import CibError, SettingsError
from cib.features.standard import STANDARD
from cib.testing import LAWS, FeatureLawError, check_feature, toy_activity


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("feature", STANDARD, ids=lambda feature: feature.title)
def test_standard_features_obey_the_laws(feature, law):
    assert law(feature, toy_activity()) == ""


@pytest.mark.parametrize("feature", STANDARD, ids=lambda feature: feature.title)
def test_they_obey_them_on_made_activity_too(feature, made):
    check_feature(feature, made)


@pytest.fixture(scope="module")
def made():
    return cib.simulate(scale=0.0005, seed=3).activity


def unexplained(posts):
    return posts.group_by("account_id").agg(nw.len())


def first_action(posts):
    """Whether the first row of an account is a retweet."""
    rows = posts.to_polars().group_by("account_id", maintain_order=True).first()
    return {row["account_id"]: row["action"] == "retweet" for row in rows.iter_rows(named=True)}


def doubling(retweets):
    """Retweets made, and a matrix that is never the same again."""
    retweets.matrix.data *= 2
    return retweets.matrix.sum(axis=1)


def needs_somebody(posts):
    """Rows beside those of the first account."""
    first = posts["account_id"].to_list()[0]
    return posts.filter(nw.col("account_id") != first).group_by("account_id").agg(nw.len())


def needs_two(posts):
    """Gap between the first two rows of the busiest account."""
    counts = posts.group_by("account_id").agg(n=nw.len())
    return {account: 1 / (n - 1) if n > 1 else 1 // (counts["n"].max() - 1) for account, n in counts.iter_rows()}


counter = itertools.count()


def counting(retweets):
    """How often it was asked."""
    return np.full(retweets.n_accounts, next(counter))


def short(posts):
    """Too few numbers."""
    return [1.0, len(posts)]


def above_average(posts):
    """Rows beyond the average."""
    counts = posts.group_by("account_id").agg(n=nw.len())
    return counts.select("account_id", nw.col("n") - nw.col("n").mean())


def meeting_everybody(posts):
    """Rows, found by comparing every two."""
    ids = posts["account_id"].to_list()
    counts = dict.fromkeys(ids, 0)
    for one in ids:
        for other in ids:
            counts[one] += one == other
    return {account: n**0.5 for account, n in counts.items()}


BROKEN = {
    "is_explained": unexplained,
    "gives_one_number_an_account": short,
    "gives_the_same_again": counting,
    "takes_rows_in_any_order": first_action,
    "leaves_inputs_alone": doubling,
    "takes_no_posts": needs_somebody,
    "takes_single_posts": needs_two,
    "gives_parts_what_the_whole_gives": above_average,
    "takes_time_in_proportion": meeting_everybody,
}


@pytest.mark.parametrize("law", BROKEN)
def test_each_law_is_broken_by_something(law):
    with pytest.raises(FeatureLawError, match=rf"'{BROKEN[law].__name__}' breaks the law '{law}'"):
        check_feature(BROKEN[law])


def test_a_function_inside_a_function_does_not_pickle():
    def inner(posts):
        """Rows."""
        return posts.group_by("account_id").agg(nw.len())

    with pytest.raises(FeatureLawError, match="breaks the law 'pickles': It can be pickled"):
        check_feature(inner)


def test_all_laws_are_tried_and_say_what_they_are():
    assert {law.__name__ for law in LAWS} == {*BROKEN, "pickles"}
    assert all(law.__doc__.splitlines()[0].endswith(".") for law in LAWS)


def test_what_is_no_feature_is_refused_before_any_law():
    with pytest.raises(SettingsError):
        check_feature(3)


def test_the_error_is_one_of_ours_and_an_assertion_and_pickles():
    error = FeatureLawError("a law is broken", got="nothing")
    assert isinstance(error, CibError | AssertionError)
    assert str(pickle.loads(pickle.dumps(error))) == str(error) == "a law is broken. Got nothing."


def test_the_toy_has_everything_somewhere_and_is_sorted():
    toy = toy_activity()
    assert toy.posts_table.equals(toy.posts_table.sort("created_at", "account_id", "post_id"))
    assert all(column.drop_nulls().len() for column in toy.posts_table)
    assert all(column.drop_nulls().len() for column in toy.accounts_table)
    assert len(toy.account_ids) == 8
