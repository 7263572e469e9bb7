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
