"""Captures of Instagram and Threads."""

from __future__ import annotations

from tests.sources import samples
from tests.sources.samples import IDS, NOON, acts, read


def test_who_did_what_to_whom(write):
    assert acts(write("a.ndjson", samples.INSTAGRAM)) == [
        ("100", "C0", "post", None, None),
        ("101", "C1", "quote", "C0", "100"),
        ("102", "C2", "reply", None, "100"),
    ]


def test_a_repost_has_the_words_of_its_original_and_tags_come_from_words(write):
    original = {"code": "C0", "taken_at": NOON, "user": {"pk": 100, "username": "a"}, "caption": {"text": "#fluß, #b!"}}
    repost = {"code": "C1", "taken_at": NOON + 9.0, "user": {"pk": 101, "username": "b"}, "caption": None,
              "text_post_app_info": {"share_info": {"reposted_post": original}}}  # fmt: skip
    activity = read(write("a.ndjson", samples.lines(original, repost)))
    posts = activity.posts_table
    assert posts["text"].to_list() == ["#fluß, #b!"] * 2
    assert posts["hashtags"].to_list() == [["fluß", "b"]] * 2
    assert posts.select(IDS).row(1) == ("101", "C1", "retweet", "C0", "100")
    assert activity.accounts_table.select("account_id", "name").rows() == [("100", "a"), ("101", "b")]
