"""Tables of posts of X by whatever tool."""

from __future__ import annotations

from tests.sources import samples
from tests.sources.samples import FIRST, SECOND, THIRD, X, acts


def test_who_did_what_to_whom(write):
    assert acts(write("a.csv", samples.X_TABLE)) == X


def test_targets_may_be_a_link_and_a_list(write):
    """As twint writes them."""
    table = samples.table(
        "id user_id created_at tweet quote_url reply_to retweet_id user_rt_id",
        {"id": SECOND, "user_id": "102", "created_at": "2020-01-01 12:00:01",
         "quote_url": f"https://twitter.com/ann/status/{FIRST}", "reply_to": "[]"},
        {"id": THIRD, "user_id": "102", "created_at": "2020-01-01 12:00:02",
         "reply_to": "[{'screen_name': 'ann', 'id': '101'}]"},
    )  # fmt: skip
    assert acts(write("a.csv", table)) == [
        ("102", SECOND, "quote", FIRST, None),
        ("102", THIRD, "reply", None, "101"),
    ]
