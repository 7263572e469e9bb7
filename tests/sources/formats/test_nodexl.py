"""Edges of NodeXL."""

from __future__ import annotations

import pytest

from tests.sources import samples
from tests.sources.samples import FIRST, SECOND, THIRD, acts, read


def test_who_did_what_to_whom(write):
    assert acts(write("a.csv", samples.NODEXL)) == [
        ("ann", FIRST, "post", None, None),
        ("ben", SECOND, "retweet", FIRST, "ann"),
        ("ben", THIRD, "reply", FIRST, "ann"),
    ]


def test_rows_of_one_post_are_one_post_with_its_mentions(write):
    _, _, retweet, reply = samples.NODEXL.splitlines(keepends=True)
    mentions = [retweet.replace(b",ann,Retweet", b",%s,MentionsInRetweet" % name) for name in (b"dan", b"cat")]
    table = b"".join([samples.NODEXL, *mentions, reply.replace(b",ann,Replies to", b",eve,Mentions")])
    activity = read(write("a.csv", table))
    posts = activity.posts_table
    assert posts.select("account_id", "action", "target_account_id").rows()[1:] == [
        ("ben", "retweet", "ann"),
        ("ben", "reply", "ann"),
    ]
    assert posts["mentions"].to_list() == [[], ["cat", "dan"], ["eve"]]
    assert activity.imported.rows_kept == 3


@pytest.mark.parametrize(
    ("relation", "action"),
    [
        ("Mentions", "post"),
        ("MentionsInRetweet", "retweet"),
        ("MentionsInReplyTo", "reply"),
        ("MentionsInQuote", "quote"),
    ],
)
def test_a_mention_states_what_its_post_does(write, relation, action):
    posts = read(write("a.csv", samples.NODEXL.replace(b"Replies to", relation.encode()))).posts_table
    assert posts.select("action", "mentions").row(2) == (action, ["ann"])
