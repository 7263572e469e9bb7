"""Posts of the X API v1.1."""

from __future__ import annotations

import json

import pytest

from cib.errors import CibWarning
from tests.sources import samples
from tests.sources.samples import FIRST, X, acts, read


def test_who_did_what_to_whom(write):
    assert acts(write("a.jsonl", samples.X_V1)) == X


def test_ids_that_are_numbers_only_are_exact(write):
    records = [json.loads(line) for line in samples.X_V1.splitlines()]
    for record in records:
        del record["id_str"], record["user"]["id_str"]
    records[2]["in_reply_to_status_id"] = int(records[2].pop("in_reply_to_status_id_str"))
    assert acts(write("a.jsonl", samples.lines(*records))) == X


def test_a_retweet_of_a_quote_is_a_retweet_of_it_and_a_gone_original_has_no_author(write):
    quote = {**samples.V1_POST, "quoted_status_id_str": "7", "is_quote_status": True}
    retweet = {**json.loads(samples.X_V1.splitlines()[1]), "retweeted_status": quote, "quoted_status_id_str": "7"}
    path = write("a.jsonl", samples.lines(quote, retweet))
    assert acts(path) == [("101", FIRST, "quote", "7", None), X[1]]
    assert read(path).imported.targets_unknown == 1


def test_reposts_of_weibo_keep_their_words(write):
    post = {"id": 5162345678901234, "mid": "5162345678901234", "created_at": "Fri May 01 20:00:00 +0800 2026"}
    weibo = post | {"text": "own words", "user": {"id": 1}, "retweeted_status": post | {"text": "the original"}}
    with pytest.warns(CibWarning, match=r"retweeted_status\.id"):
        activity = read(write("a.jsonl", samples.lines(weibo)))
    assert activity.posts_table["text"].to_list() == ["own words"]
