"""Videos of TikTok."""

from __future__ import annotations

from tests.sources import samples
from tests.sources.samples import NOON, acts, read


def test_who_did_what_to_whom(write):
    assert acts(write("a.jsonl", samples.TIKTOK)) == [
        ("user0", "7000000000000000001", "post", None, None),
        ("user1", "7000000000000000002", "post", None, None),
        ("user9", "7000000000000000009", "quote", "7000000000000000001", "user0"),
    ]


def test_a_video_that_uses_no_other_is_a_post(write):
    usual = {"id": "7", "desc": "dance", "createTime": NOON, "author": "ann"}
    for original in ({"duetFromId": "0"}, {"duetInfo": {"duetFromId": "0"}}, {"duetInfo": None}):
        assert acts(write("a.jsonl", samples.lines(usual | original))) == [("ann", "7", "post", None, None)]


def test_tags_mentions_and_the_latest_profile_are_read(write):
    extra = [{"hashtagName": "one"}, {"hashtagName": "", "userUniqueId": "ben"}]
    author = {"uniqueId": "ann", "nickname": "Ann", "signature": "I dance"}
    videos = [{"id": f"{k}", "desc": "", "createTime": NOON + k, "author": author, "textExtra": extra,
               "authorStats": {"followerCount": k}} for k in (1, 2)]  # fmt: skip
    activity = read(write("a.jsonl", samples.lines(*reversed(videos))))
    assert activity.posts_table.select("hashtags", "mentions").rows() == [(["one"], ["ben"])] * 2
    assert activity.accounts_table.select("account_id", "name", "followers").rows() == [("ann", "Ann", 2)]
