"""Links of posts, in JSON and in HTML."""

from __future__ import annotations

import pytest

from cib.sources.links import html_links, plain_text, post_link, post_links


@pytest.mark.parametrize(
    ("link", "read"),
    [
        ("https://x.com/ann/status/7/photo/1", "https://x.com/ann/status/7"),
        ("https://twitter.com/ann/statuses/7/video/2/", "https://twitter.com/ann/statuses/7"),
        ("https://x.com/ann/status/7", "https://x.com/ann/status/7"),
        ("https://example.org/photo/1", "https://example.org/photo/1"),
        ("pic.twitter.com/AbC", None),
        ("https://pic.x.com/AbC", None),
        (None, None),
    ],
)
def test_what_shows_the_post_itself_is_the_post_or_nothing(link, read):
    assert post_link(link) == read


def test_links_are_kept_once_in_their_order():
    assert post_links(["b", "a", None, "b"]) == ["b", "a"]


def test_links_of_html_are_those_of_no_tag_or_mention():
    text = (
        '<p><a href="https://a.org/?x=1&amp;y=2" rel="nofollow">a</a> <a href=\'https://b.org\'>b</a>'
        '<a href="https://lake.example/tags/x" class="mention hashtag" rel="tag">#x</a>'
        '<a href="https://lake.example/@moss" class="u-url mention">@moss</a><a name="c">c</a></p>'
    )
    assert html_links(text) == ["https://a.org/?x=1&y=2", "https://b.org"]
    assert plain_text("<p>one<br>two</p><p>three &amp; four</p>") == "one\ntwo\n\nthree & four"


def test_broken_html_ends_soon():
    assert html_links('<a href="' * 50_000) == []
