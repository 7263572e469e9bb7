"""What posts in a report say."""

from __future__ import annotations

import polars as pl

import cib
from cib.reports.post_texts import post_texts


def test_a_repost_says_what_its_original_says_and_each_text_stands_once():
    rows = [
        {"account_id": "a", "post_id": "1", "text": "read this", "urls": ["https://x.example/1"]},
        {"account_id": "b", "post_id": "2", "action": "retweet", "target_post_id": "1", "text": "RT @a: rea"},
        {"account_id": "c", "post_id": "3", "action": "retweet", "target_post_id": "9", "text": "RT @z: gone"},
        {"account_id": "c", "post_id": "4", "action": "reply", "target_post_id": "1", "text": "no"},
    ]
    table = pl.DataFrame([{"created_at": "2020-06-12T00:00:00Z", "action": "post", **row} for row in rows])
    made = post_texts(
        cib.read(table, progress=False), {"x": [{"post": "2"}, {"post": "3"}, {"kind": "post", "object": "1"}]}
    )
    assert [text["text"] for text in made["texts"]] == ["read this", "RT @z: gone"]
    assert made["of_post"] == {"1": 0, "2": 0, "3": 1}
    assert made["texts"][0]["urls"] == ["https://x.example/1"]


def test_posts_without_words_and_texts_that_look_like_ids_are_absent():
    rows = [{"account_id": "a", "post_id": "1"}, {"account_id": "b", "post_id": "2", "text": "two"}]
    table = pl.DataFrame([{"created_at": "2020-06-12T00:00:00Z", "text": None, **row} for row in rows])
    found = [{"post": "1"}, {"kind": "hashtag", "object": "2"}, {"account": "2"}]
    assert post_texts(cib.read(table, progress=False), found) == {"texts": [], "of_post": {}}
