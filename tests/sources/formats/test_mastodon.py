"""Statuses of Mastodon."""

from __future__ import annotations

import json

import pytest

from tests.sources import samples
from tests.sources.samples import IDS, acts, read

ONE, TWO = "ana@one.example", "bob@two.example"


def test_who_did_what_to_whom(write):
    assert acts(write("a.json", samples.MASTODON)) == [
        (ONE, "https://one.example/1", "post", None, None),
        (TWO, "https://two.example/2", "retweet", "https://one.example/1", ONE),
        (TWO, "https://two.example/3", "reply", "https://one.example/1", ONE),
    ]


def test_html_of_mastodon_becomes_text(write):
    posts = read(write("m.json", samples.MASTODON)).posts_table
    assert posts["text"][:2].to_list() == ["see\nthis & that"] * 2
    assert posts["mentions"][2].to_list() == [ONE]


@pytest.mark.parametrize("quote", [{"state": "deleted", "quoted_status": None}, {"quoted_status_id": "9"}])
def test_a_quote_of_a_status_that_is_not_shown_is_a_quote(write, quote):
    status = {**json.loads(samples.MASTODON)[0], "quote": quote}
    posts = read(write("m.jsonl", samples.lines(status))).posts_table
    assert posts.select(IDS).rows() == [(ONE, "https://one.example/1", "quote", None, None)]


def test_what_mastodon_py_writes_is_read_as_the_answers_of_the_server(write):
    statuses = json.loads(samples.MASTODON)
    head = {"_mastopy_version": "2.0.1", "_mastopy_type": "Status"}
    each = samples.lines(*({**head, "_mastopy_data": status} for status in statuses))
    page = json.dumps({**head, "_mastopy_type": "PaginatableList[Status]", "_mastopy_data": statuses})
    assert acts(write("each.jsonl", each)) == acts(write("page.json", page)) == acts(write("a.json", samples.MASTODON))
