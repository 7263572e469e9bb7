"""Comments and submissions of Reddit."""

from __future__ import annotations

from tests.sources import samples
from tests.sources.samples import NOON, acts, read


def test_who_did_what_to_whom(write):
    assert acts(write("a.ndjson", samples.REDDIT)) == [
        ("ann", "t3_p1", "post", None, None),
        ("ben", "t3_p2", "retweet", "t3_p1", "ann"),
        ("ben", "t1_c1", "reply", "t3_p1", "ann"),
    ]


def test_the_parent_may_be_a_number_and_a_deleted_account_is_none(write):
    usual = {"author": "ann", "created_utc": NOON, "body": "yes", "subreddit": "s", "link_id": "t3_p1"}
    more = ({"id": "c1", "parent_id": 7}, {"id": "c2", "parent_id": None}, {"id": "c3", "author": "[deleted]"})
    path = write("a.ndjson", samples.lines(*(usual | each for each in more)))
    assert acts(path) == [("ann", "t1_c1", "reply", "t1_7", None), ("ann", "t1_c2", "reply", "t3_p1", None)]
    assert read(path).imported.dropped == {"no account": 1}
