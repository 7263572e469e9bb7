"""Tidy tables of academictwitteR."""

from __future__ import annotations

from tests.sources import samples
from tests.sources.samples import FIRST, SECOND, THIRD, X, acts, read


def test_who_did_what_to_whom(write):
    assert acts(write("a.csv", samples.ACADEMICTWITTER)) == X


def test_a_retweet_is_whole_and_an_answer_to_an_account_is_a_reply(write):
    source = "sourcetweet_type sourcetweet_id sourcetweet_author_id sourcetweet_text"
    nothing = dict.fromkeys((*source.split(), "in_reply_to_user_id"), "NA")
    usual = nothing | {"author_id": "102", "created_at": "2020-01-01T12:00:01.000Z"}
    original = dict(zip(source.split(), ("retweeted", FIRST, "101", "see it whole"), strict=True))
    table = samples.table(
        f"tweet_id author_id created_at text in_reply_to_user_id {source}",
        usual | original | {"tweet_id": SECOND, "text": "RT @ann: see..."},
        usual | {"tweet_id": THIRD, "text": "@ann yes", "in_reply_to_user_id": "101"},
    )
    path = write("a.csv", table)
    assert acts(path) == [X[1], ("102", THIRD, "reply", None, "101")]
    assert read(path).posts_table["text"].to_list() == ["see it whole", "@ann yes"]
