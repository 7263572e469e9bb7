"""Their names and ours."""

from __future__ import annotations

import pytest

from cib.errors import InputError, SettingsError
from cib.sources.columns import SYNONYMS, Columns, columns_of, match_columns


def match(names, given=None, table="posts"):
    return match_columns(names, given or {}, table=table, where="here")


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["account_id", "created_at"], {"account_id": "account_id", "created_at": "created_at"}),
        (["User ID", "Tweet-Time"], {"account_id": "User ID", "created_at": "Tweet-Time"}),
        (["id_user", "object_id"], {"account_id": "id_user", "target_post_id": "object_id"}),
        (["account_id", "user_id"], {"account_id": "account_id"}),
        (["author_id", "colour"], {"account_id": "author_id"}),
    ],
)
def test_names_are_recognised(names, found):
    assert match(names) == found


def test_accounts_have_names_of_their_own():
    found = match(["id", "screen_name", "friends_count", "statuses_count"], table="accounts")
    assert found == {
        "account_id": "id",
        "name": "screen_name",
        "following": "friends_count",
        "posts": "statuses_count",
    }


def test_what_is_given_is_not_guessed():
    names = ["account_id", "user_id", "message", "body"]
    assert match(names, {"account_id": "user_id", "text": None}) == {"account_id": "user_id"}
    assert match(names, {"text": "body", "lang": "message"})["text"] == "body"


def test_two_columns_that_could_be_meant_ask():
    with pytest.raises(InputError, match=r"here: 'user_id' and 'author_id' could all be 'account_id'\. Say which"):
        match(["user_id", "author_id"])


@pytest.mark.parametrize(
    ("names", "given", "message"),
    [
        (["acount_id"], {}, r"here: the column 'account_id' is missing\. Got columns acount_id\..*'acount_id'"),
        (["Unique UserID", "Post Content"], {}, "Did you mean 'Unique UserID'"),
        (["author_name", "author_did", "mentioned_user", "account_creation_date"], {}, "Did you mean 'author_did'"),
        (["retweeted user", "text"], {}, "'their name'}[.]$"),
        (["a"], {"account_id": "b"}, r"the column 'b', named for 'account_id', is missing"),
        (["account_id"], {"account_id": None}, r"the column 'account_id' is missing"),
    ],
)
def test_a_missing_column_is_named(names, given, message):
    with pytest.raises(InputError, match=message):
        match(names, given)


def test_a_missing_time_is_that_of_the_post():
    with pytest.raises(InputError, match="Did you mean 'tweet_date'"):
        match_columns(["user_id", "createdDate", "tweet_date"], {}, required=["created_at"], where="here")


def test_share_names_may_stand_for_ours():
    stated = Columns({"object_id": "a", "account_id": "b", "content_id": "c", "timestamp_share": "d"})
    assert stated.of("posts") == {"target_post_id": "a", "account_id": "b", "post_id": "c", "created_at": "d"}


def test_a_mapping_is_enough():
    assert columns_of({"text": "body"}) == Columns({"text": "body"})
    assert columns_of(None) == Columns()
    assert columns_of(Columns(actions={"star": None})).actions == {"star": None}


@pytest.mark.parametrize(
    ("posts", "actions", "message"),
    [
        ({"acount_id": "a"}, {}, "'acount_id' is no column of posts. Did you mean 'account_id'?"),
        ({"followers": "a"}, {}, r"It belongs to the accounts: Columns\(accounts="),
        ({}, {"star": "like"}, r"actions\['star'\]: 'like' is no action. Take one of post, retweet"),
    ],
)
def test_misspelt_columns_are_refused(posts, actions, message):
    with pytest.raises(SettingsError, match=message):
        Columns(posts, actions)


def test_every_synonym_means_an_action():
    assert set(SYNONYMS.values()) == {"post", "retweet", "quote", "reply", "mention"}
