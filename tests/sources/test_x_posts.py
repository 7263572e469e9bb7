"""Posts in the structure of the API v1.1."""

from __future__ import annotations

import pytest

from cib.sources.rows import Rows
from cib.sources.x_posts import put_post
from tests.sources.samples import IDS, v1_user

POST = {"id_str": "9", "created_at": "Wed Jan 01 12:00:00 +0000 2020", "text": "yes"}


def put(**more):
    rows = Rows()
    put_post({**POST, **more}, v1_user(102, "ben"), rows)
    return rows


@pytest.mark.parametrize(
    ("more", "acts"),
    [
        ({}, ("post", None, None)),
        ({"in_reply_to_status_id": 7}, ("reply", "7", None)),
        ({"in_reply_to_user_id_str": "101"}, ("reply", None, "101")),
        ({"quoted_status_id_str": "7", "in_reply_to_status_id_str": "6"}, ("quote", "7", None)),
        ({"quoted_status_id": 7, "quoted_status": {"user": {"id": 101}}}, ("quote", "7", "101")),
        ({"retweeted_status": {"id": 7, "user": {"id": 101}}, "quoted_status_id_str": "6"}, ("retweet", "7", "101")),
    ],
)
def test_a_retweet_counts_over_a_quote_and_a_quote_over_an_answer(more, acts):
    assert put(**more).take().select(IDS).row(0) == ("102", "9", *acts)


def test_a_retweet_has_the_words_of_its_original_and_both_have_profiles():
    links = [{"url": "https://t.co/x", "unwound": {"url": "https://a.org/x"}, "expanded_url": "https://bit.ly/x"}]
    whole = {"full_text": "see it whole", "entities": {"hashtags": [{"text": "This"}], "urls": links}}
    rows = put(retweeted_status={"id": 7, "text": "see it…", "extended_tweet": whole, "user": v1_user(101, "ann")})
    told = rows.take().select("text", "hashtags", "urls").row(0)
    assert told == ("see it whole", ["This"], ["https://a.org/x"])
    assert sorted(rows.profiles()["name"]) == ["ann", "ben"]
