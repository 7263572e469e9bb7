"""What accounts post, by hand."""

from __future__ import annotations

import pytest

from cib.features.extract import extract
from tests.toys import activity


def test_originality_and_posts():
    acts = ["post", "reply", "quote", "retweet"]
    rows = [{"account_id": "a", "action": act, "at": k} for k, act in enumerate(acts)]
    rows.append({"account_id": "b", "action": "retweet", "target_account_id": "c", "at": 9})
    table = extract(activity(rows), ["posts_made", "originality"])
    assert table.frame.rows() == [
        ("a", 3, pytest.approx((3 + 1) / (3 + 1 + 2))),
        ("b", 0, pytest.approx((0 + 1) / (0 + 1 + 2))),
        ("c", 0, None),  # never acted: no posts, and of its originality nothing is known
    ]
