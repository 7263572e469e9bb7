"""Addresses of posts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cib.reports.permalinks import permalink, permalinks
from tests.reports.conftest import unpacked


@pytest.mark.parametrize(
    ("format", "post", "address"),
    [
        ("x-v2: tweets", "1234567890123456789", "https://x.com/i/status/1234567890123456789"),
        ("twarc-csv", "12", "https://x.com/i/status/12"),
        ("x-v2", "evil\n12", None),
        ("bluesky", "at://did:plc:ab/app.bsky.feed.post/3k2", "https://bsky.app/profile/did:plc:ab/post/3k2"),
        ("bluesky", "12", None),
        ("reddit", "t3_abc", "https://www.reddit.com/comments/abc"),
        ("x-v2, bluesky", "x:12", "https://x.com/i/status/12"),
        ("mastodon", "https://evil.example/users/a/statuses/1", None),
        ("canonical", "12", None),
        ("x-v2", None, None),
    ],
)
def test_posts_have_addresses_where_the_platform_is_known(format, post, address):
    assert permalink(post, permalinks(format)) == address


def test_addresses_stand_only_in_the_page_with_ids(detection, findings, tmp_path):
    found = replace(detection, imported=replace(detection.imported, format="x-v2: tweets"))
    pages = [
        unpacked(found.report(tmp_path / f"{ids}.html", reveal_ids=ids).read_text("utf-8")) for ids in (True, False)
    ]
    first = findings["networks"][0]["pairs"][0]["acts"][0]["post_a"]
    assert f'<a href="https://x.com/i/status/{first}" target="_blank" rel="noopener noreferrer">' in pages[0]
    assert "https://x.com" not in pages[1]
