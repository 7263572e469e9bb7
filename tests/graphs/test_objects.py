"""What each kind of object makes of a post."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cib
from cib.errors import InputError, SettingsError
from cib.graphs.incidence import Incidence
from cib.graphs.objects import OBJECTS, coded_events, object_events
from tests.toys import activity, retweets

POSTS = [
    {"account_id": "a", "at": 0, "action": "post", "text": "Vote NOW https://t.co/a"},
    {"account_id": "b", "at": 1, "action": "reply", "text": "@a vote  now", "target_post_id": "p0"},
    {"account_id": "c", "at": 2, "action": "retweet", "text": "Vote NOW https://t.co/a", "target_post_id": "p0"},
    {"account_id": "d", "at": 3, "action": "quote", "text": "https://t.co/b", "target_post_id": "p0"},
]


def objects_of(posts, kind):
    made = activity(posts)
    events = object_events(made, kind)
    accounts = made.posts_table["account_id"].gather(events["row"])
    return sorted(zip(accounts.to_list(), events["object"].to_list(), strict=True))


def tagged(*hashtags):
    names = (f"a{k}" for k in range(len(hashtags)))
    return [
        {"account_id": name, "at": k, "action": "post", "hashtags": tags}
        for k, (name, tags) in enumerate(zip(names, hashtags, strict=True))
    ]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("post", [("c", "p0")]),
        ("replied", [("b", "p0")]),
        ("quoted", [("d", "p0")]),
        ("text", [("a", "vote now"), ("b", "vote now")]),  # not the retweet, and not what is only a link
        ("near-text", [("a", "vote now"), ("b", "vote now")]),
    ],
)
def test_each_action_has_its_objects(kind, expected):
    assert objects_of(POSTS, kind) == expected


def test_near_texts_share_the_first_text_of_their_group():
    text = "everybody to the square on sunday, bring your friends and your flags"
    posts = [
        {"account_id": name, "at": k, "action": "post", "text": words}
        for k, (name, words) in enumerate([("b", f"{text}!!"), ("a", text), ("c", "who has seen my cat?")])
    ]
    assert objects_of(posts, "near-text") == [("a", text), ("b", text), ("c", "who has seen my cat?")]


def test_links_are_compared_in_canonical_form():
    urls = [["https://youtu.be/AbCdEfGhIjK", None], ["https://www.youtube.com/watch?v=AbCdEfGhIjK&utm_source=x"], []]
    posts = [{"account_id": "abc"[k], "at": k, "action": "post", "urls": listed} for k, listed in enumerate(urls)]
    assert objects_of(posts, "url") == [(a, "youtube.com/watch?v=AbCdEfGhIjK") for a in "ab"]
    assert objects_of(posts, "domain") == [("a", "youtu.be"), ("b", "youtube.com")]


def test_hashtags_are_compared_by_their_look():
    posts = tagged(["#Free\ufe0f"], ["\uff03free\u200b"], ["#"], [])
    assert objects_of(posts, "hashtag") == [("a0", "free"), ("a1", "free")]


def test_sequences_have_five_hashtags_in_their_order():
    posts = tagged(["A", "b", "c", "d", "e"], ["#a", "#b", "#c", "#d", "#e"], ["b", "a", "c", "d", "e"], list("abcd"))
    assert objects_of(posts, "hashtag-sequence") == [
        ("a0", "#a #b #c #d #e"),
        ("a1", "#a #b #c #d #e"),
        ("a2", "#b #a #c #d #e"),
    ]


@given(st.lists(st.lists(st.text("a #_", max_size=3), min_size=5, max_size=7), min_size=2, max_size=6))
def test_two_sequences_are_never_one_object(sequences):
    read = [tuple(" ".join(tag.replace("#", "").split()) for tag in tags) for tags in sequences]
    kept = [tuple(tag for tag in tags if tag) for tags in read]
    made = objects_of(tagged(*sequences), "hashtag-sequence")
    assert len({text for _, text in made}) == len({tags for tags in kept if len(tags) >= 5})


@pytest.mark.parametrize("kind", OBJECTS)
def test_row_order_changes_no_object(kind):
    more = tagged(list("abcde"), list("abcde"))
    rows = POSTS + [
        {**post, "urls": ["https://example.org/a"], "mentions": ["a"], "media": ["3_1"], "text": "t"} for post in more
    ]
    rows = [{**row, "post_id": f"p{k}", "target_account_id": "a"} for k, row in enumerate(rows)]
    assert objects_of(rows, kind) == objects_of(rows[::-1], kind)


@pytest.mark.parametrize(
    ("kind", "hint"), [("hashtags", "'hashtag'"), ("neartext", "'near-text'"), ("zzz", "Take one")]
)
def test_an_unknown_kind_is_refused_with_the_near_name(kind, hint):
    with pytest.raises(SettingsError, match=hint):
        object_events(retweets(("a", "x", 0)), kind)


@pytest.mark.parametrize(
    ("kind", "column"),
    [("domain", "urls"), ("hashtag-sequence", "hashtags"), ("near-text", "text"), ("mention", "mentions")],
)
def test_a_missing_column_is_named(kind, column):
    with pytest.raises(InputError, match=rf"needs the column '{column}'.*cib\.read"):
        object_events(retweets(("a", "x", 0)), kind)


def test_a_function_must_return_a_frame():
    with pytest.raises(InputError, match="must return a frame of 'post_id' and 'object'"):
        object_events(retweets(("a", "x", 0)), len)


@pytest.mark.parametrize("self_actions", [False, True])
@pytest.mark.parametrize("kind", ["text", "reworded", "author"])
def test_coded_events_are_the_events(kind, self_actions):
    posts = cib.simulate(scale=0.001, seed=3).activity
    row, code, objects = coded_events(posts, kind, self_actions=self_actions)
    coded = pl.DataFrame({"row": row, "object": objects.gather(code)})
    assert objects.equals(objects.unique().sort())
    assert coded.equals(object_events(posts, kind, self_actions=self_actions).drop_nulls().sort("row"))
    one, other = Incidence.from_codes(posts, row, code, objects), Incidence.from_events(posts, coded)
    assert one.object_ids.equals(other.object_ids)
    for name in ("account", "object", "time", "row"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
