"""Tables of Hoaxy."""

from __future__ import annotations

from tests.sources import samples
from tests.sources.samples import FIRST, SECOND, THIRD, acts, read


def test_who_did_what_to_whom(write):
    assert acts(write("a.csv", samples.HOAXY)) == [
        ("101", FIRST, "post", None, None),
        ("102", SECOND, "retweet", None, "101"),
        ("102", THIRD, "quote", None, "101"),
    ]


def test_rows_of_one_post_are_one_post_with_its_mentions(write):
    usual = {"from_user_id": "102", "tweet_id": THIRD, "tweet_type": "reply"}
    usual |= {"tweet_created_at": "2020-01-01T12:00:02Z"}
    table = samples.table(
        "from_user_id to_user_id tweet_id tweet_created_at tweet_type is_mention",
        *(usual | {"to_user_id": f"{k}", "is_mention": int(k != 101)} for k in (103, 101, 104)),
    )
    activity = read(write("a.csv", table))
    posts = activity.posts_table.select("account_id", "action", "target_account_id", "mentions")
    assert posts.rows() == [("102", "reply", "101", ["103", "104"])]
    assert activity.imported.dropped == {"duplicate": 2}
