"""Events, records and views of the AT Protocol."""

from __future__ import annotations

import pytest

from tests.sources import samples
from tests.sources.samples import ANA, BOB, SKY, acts, read

TWO, THREE = f"at://{BOB}/app.bsky.feed.repost/3two", f"at://{BOB}/app.bsky.feed.post/3three"


@pytest.mark.parametrize("content", [samples.BLUESKY, samples.BLUESKY_V2, samples.BLUESKY_RECORDS])
def test_who_did_what_to_whom(write, content):
    assert acts(write("a.jsonl", content)) == [
        (ANA, SKY, "post", None, None),
        (BOB, TWO, "retweet", SKY, ANA),
        (BOB, THREE, "reply", SKY, ANA),
    ]


def test_a_deletion_on_bluesky_is_honoured(write):
    gone = samples.sky_event(ANA, 5, "post", "3one", operation="delete")
    like = samples.sky_event(ANA, 5, "like", "3x", {"subject": {"uri": SKY}})
    activity = read(write("b.jsonl", samples.BLUESKY + samples.lines(gone, like)))
    assert SKY not in activity.posts_table["post_id"]
    assert activity.imported.dropped == {
        "no post: app.bsky.feed.like event": 1,
        "taken back by its account": 1,
        "withdrawal of a post": 1,
    }


def test_an_answer_that_quotes_is_a_quote_and_links_are_no_posts(write):
    link = {"external": {"uri": "https://a.org/x"}}
    for embed in (
        {"record": {"uri": SKY, "cid": "c"}},
        {"record": {"record": {"uri": SKY, "cid": "c"}}, "media": link},
    ):
        reply = {"parent": {"uri": THREE}, "root": {"uri": THREE}}
        record = {**samples.SKY_REPLY, "reply": reply, "embed": embed}
        assert acts(write("a.jsonl", samples.lines(samples.sky_event(BOB, 3, "post", "3four", record)))) == [
            (BOB, THREE.replace("three", "four"), "quote", SKY, ANA)
        ]
    shown = samples.sky_event(BOB, 3, "post", "3five", {**samples.SKY_POST, "facets": [], "embed": link})
    posts = read(write("a.jsonl", samples.lines(shown))).posts_table
    assert posts.select("action", "urls").row(0) == ("post", ["https://a.org/x"])
