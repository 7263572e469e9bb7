"""What a feature is, and what is said when it is none."""

from __future__ import annotations

import pickle

import pytest

from cib.errors import SettingsError
from cib.features.feature import INPUTS, describe, feature


def shouting(posts):
    """Posts in capitals.

    More is said below the first line.
    """
    return posts.head(0)


@feature(unit="posts", family="style", missing=0, name="loud")
def shouting_renamed(posts, accounts, threshold=0.5):
    """Posts that are mostly capitals."""
    return posts.head(0), accounts, threshold


@feature
def bare(retweets):
    """Nothing."""
    return retweets


@feature(outputs={"first": "The first.", "second": "The second."})
def both(posts):
    """Two at once."""
    return posts


def wrong_input(retweet):
    """Retweets, asked for by a name that is not theirs."""
    return retweet


def nothing_asked():
    """The same for everybody."""
    return 1


def test_a_plain_function_is_a_feature():
    plain = describe(shouting)
    assert plain.names == ("shouting",)
    assert plain.labels == ("Posts in capitals.",)
    assert plain.needs == ("posts",)
    assert plain.family == "test_feature"
    assert plain.missing == (None,)


def test_the_decorator_says_more():
    told = describe(shouting_renamed)
    assert (told.names, told.units, told.family, told.missing) == (("loud",), ("posts",), "style", (0,))
    assert told.needs == ("posts", "accounts")  # a parameter with a default is a setting


def test_several_outputs_have_a_label_each():
    assert describe(both).labels == ("The first.", "The second.")
    assert describe(feature(outputs=["a", "b"])(lambda posts: posts)).names == ("a", "b")


def test_units_and_what_is_missing_can_be_told_of_each_output():
    told = feature(outputs=["a", "b"], unit={"a": "posts"}, missing={"b": 0}, relative=True)(lambda posts: posts)
    assert (describe(told).units, describe(told).missing, describe(told).relative) == (("posts", ""), (None, 0), True)
    with pytest.raises(SettingsError, match=r"there is no output 'early'\. Did you mean 'earliest'"):
        feature(outputs=["earliest"], unit={"early": "s"})(lambda posts: posts)


@pytest.mark.parametrize("function", [shouting_renamed, bare, both])
def test_the_decorator_returns_the_function_itself(function):
    assert pickle.loads(pickle.dumps(function)) is function
    assert function.__name__ in {"shouting_renamed", "bare", "both"}


def test_an_unknown_parameter_is_refused_with_the_near_name():
    with pytest.raises(SettingsError, match=r"'retweet' is no input\. Did you mean 'retweets'\?") as caught:
        describe(wrong_input)
    assert all(name in str(caught.value) for name in INPUTS)


def test_the_decorator_refuses_at_once():
    with pytest.raises(SettingsError, match="'retweet' is no input"):
        feature(unit="posts")(wrong_input)


@pytest.mark.parametrize("wrong", ["speed", 3, None])
def test_what_is_no_function_is_refused(wrong):
    with pytest.raises(SettingsError, match="a function with a name"):
        describe(wrong)


@pytest.mark.parametrize("name", ["account_id", "account_row", "two words", "a|b", ""])
def test_names_that_cannot_be_columns_are_refused(name):
    with pytest.raises(SettingsError, match="cannot be called"):
        feature(outputs=[name])(lambda posts: posts)


def test_a_function_without_inputs_is_refused():
    with pytest.raises(SettingsError, match="no parameter that is an input"):
        describe(nothing_asked)


def test_without_a_docstring_the_name_is_the_label():
    def quiet_hours(posts):
        return posts

    assert describe(quiet_hours).labels == ("quiet hours",)
