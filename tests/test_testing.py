"""Every standard feature obeys every law, and each law is broken by something."""

from __future__ import annotations

import itertools
import pickle
from dataclasses import replace

import narwhals as nw
import numpy as np
import polars as pl
import pytest

import cib
from cib.errors import CibError, SettingsError
from cib.features.standard import STANDARD
from cib.graphs.nulls.registry import NULLS
from cib.roles.scoring import ROLES
from cib.sources.registry import known_formats
from cib.testing import (
    LAWS,
    FeatureLawError,
    LawError,
    check_feature,
    check_format,
    check_null,
    check_objects,
    check_role,
    toy_activity,
)
from tests.sources.samples import SAMPLES


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


CHECKED_NULLS = ("configuration", "chung-lu", "bicm", "sdsm", "hypergeometric")


@pytest.mark.parametrize("null", CHECKED_NULLS)
def test_the_null_models_of_the_package_obey_their_laws(null):
    check_null(NULLS[null])


def too_short(graph):
    return graph.table["weight"][:1], [0.5]


def not_the_same(graph):
    return np.ones(graph.n_edges), np.random.default_rng().random(graph.n_edges)


def rising(graph):
    return np.ones(graph.n_edges), 1 - 1 / graph.table["weight"].to_numpy()


def alarmed(graph):
    return np.ones(graph.n_edges), np.full(graph.n_edges, 0.01)


@pytest.mark.parametrize(
    ("null", "law"),
    [
        (too_short, "null_gives_a_value_an_edge"),
        (not_the_same, "null_gives_the_same_again"),
        (rising, "null_falls_with_weight"),
        (alarmed, "null_is_conservative"),
    ],
)
def test_each_law_of_null_models_is_broken_by_something(null, law):
    with pytest.raises(LawError, match=law):
        check_null(null)


def clients(posts):
    return posts.select("post_id", object="client")


def no_frame(posts):
    return {"posts": len(posts)}


def strangers(posts):
    return posts.select(post_id=nw.col("post_id") + "x", object="client")


def numbered(posts):
    frame = posts.to_polars()
    return frame.select("post_id", object=pl.int_range(pl.len()).cast(pl.String))


@pytest.mark.parametrize(
    ("function", "law"),
    [
        (no_frame, "objects_are_of_posts"),
        (strangers, "objects_are_of_posts"),
        (numbered, "objects_are_the_same_in_any_order"),
    ],
)
def test_each_law_of_objects_is_broken_by_something(function, law):
    check_objects(clients)
    with pytest.raises(LawError, match=law):
        check_objects(function)


@pytest.mark.parametrize("name", SAMPLES)
def test_formats_of_the_package_obey_the_laws(tmp_path, name):
    if name.startswith("canonical"):
        pytest.skip("any table may be of this one")
    path = tmp_path / name.replace(" ", "_")
    path.write_bytes(SAMPLES[name])
    check_format(known_formats()[name.split()[0]], path)


@pytest.mark.parametrize(
    ("change", "law"),
    [({"tells": None}, "is recognised"), ({"name": "other"}, "no other format takes")],
)
def test_a_format_that_breaks_a_law_is_named(tmp_path, change, law):
    path = tmp_path / "a.csv"
    path.write_bytes(SAMPLES["rtweet a.csv"])
    broken = replace(known_formats()["rtweet"], **change)
    with pytest.raises(LawError, match=law):
        check_format(broken, path)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_roles_that_come_with_the_package_obey_the_laws(role):
    check_role(role)


@pytest.mark.parametrize(
    ("weights", "law"),
    [
        ({"hour_entropie": 1}, "role_names_features_that_there_are"),
        ({"retweets_made": 0.1, "hour_entropy": 1}, "role_is_no_activity"),
    ],
)
def test_each_law_of_roles_is_broken_by_something(weights, law):
    with pytest.raises(LawError, match=law):
        check_role(cib.Role("mine", "A role.", weights))
