"""What presets read of the posts, and which arguments they refuse."""

from __future__ import annotations

import pytest

from cib.errors import InputError, SettingsError
from cib.presets.inputs import check_choices, check_quantile, chosen, listed, tagged
from tests.toys import activity

ROWS = [
    {"account_id": "a", "action": "post", "at": 0, "hashtags": ["B", "", "a", "B"]},
    {"account_id": "b", "action": "retweet", "at": 1, "hashtags": ["c"]},
    {"account_id": "c", "action": "post", "at": 2, "hashtags": []},
    {"account_id": "d", "action": "reply", "at": 3, "hashtags": None},
]


@pytest.mark.parametrize(("retweets", "expected"), [(False, list("BaB")), (True, list("BaBc"))])
def test_items_of_lists_are_in_order_as_written_and_never_empty(retweets, expected):
    assert listed(activity(ROWS), "hashtags", retweets=retweets).collect()["object"].to_list() == expected


def test_posts_without_hashtags_are_posts():
    found = tagged(activity(ROWS), retweets=False).select("row", "tags").collect()
    assert found.rows() == [(0, ["B", "a", "B"]), (2, []), (3, None)]


def test_a_missing_column_is_named_with_the_way_to_map_it():
    with pytest.raises(InputError, match=r"needs the column 'urls'.*cib\.read"):
        listed(activity(ROWS), "urls", retweets=True)


@pytest.mark.parametrize("values", ["post", [], ()])
def test_no_names_and_one_text_are_no_list_of_names(values):
    with pytest.raises(SettingsError, match="layers must be a list of names"):
        check_choices("layers", values, ["post"])


def test_names_are_by_default_those_whose_column_the_posts_have():
    columns = {"url": "urls", "hashtag": "hashtags"}
    assert chosen("layers", None, activity(ROWS), columns) == ["hashtag"]
    assert chosen("layers", ["url"], activity(ROWS), columns) == ["url"]


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_quantile_lies_between_0_and_1(value):
    with pytest.raises(SettingsError, match="q is a quantile"):
        check_quantile("q", value)
