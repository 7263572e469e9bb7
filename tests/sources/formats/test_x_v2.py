"""Posts and pages of the X API v2."""

from __future__ import annotations

import pytest
from polars.testing import assert_frame_equal

from tests.sources import samples
from tests.sources.samples import FIRST, SECOND, X, acts, lines, read


@pytest.mark.parametrize("content", [samples.X_V2_PAGE, samples.X_V2_FLAT])
def test_who_did_what_to_whom(write, content):
    assert acts(write("a.jsonl", content)) == X


def test_pages_and_flattened_posts_are_the_same_table(write, shared):
    folder = shared / "format_samples" / "twarc2"
    for page, flat in (
        (write("p.jsonl", samples.X_V2_PAGE), write("f.jsonl", samples.X_V2_FLAT)),
        (folder / "page.jsonl", folder / "flat.jsonl"),
    ):
        one, other = read(page), read(flat)
        assert_frame_equal(one.posts_table, other.posts_table)
        assert_frame_equal(one.accounts_table, other.accounts_table)
        assert one.posts_table["mentions"].list.len().sum() > 0


def test_long_posts_of_the_api_v2_are_whole(write):
    note = {"text": "words " * 60 + "#That", "entities": {"hashtags": [{"tag": "That"}], "urls": [
        {"url": "t", "expanded_url": "https://x.com/u/status/7/photo/1"}]}}  # fmt: skip
    posts = read(write("a.jsonl", lines({**samples.V2_POST, "note_tweet": note}))).posts_table
    assert posts.select("text", "hashtags", "urls").row(0) == (note["text"], ["That"], ["https://x.com/u/status/7"])


def test_a_retweet_whose_original_is_gone_has_no_author(write):
    path = write("a.jsonl", lines(samples.V2_RETWEET))
    assert acts(path) == [("102", SECOND, "retweet", FIRST, None)]
    assert any(note.startswith("1 retweets hold a text that is cut off") for note in read(path).imported.notes)
