"""Columns that speak of targets or text and stay unread."""

from __future__ import annotations

import warnings

import pytest

from cib.errors import CibWarning, InputError
from tests.sources.samples import NOON, read


def test_targets_that_stay_unread_are_a_warning_that_writes_the_mapping(write):
    path = write("a.csv", f"user_id,tweet_id,created_at,rawContent,parent_post_id,retweet_count\n1,2,{NOON},x,7,0\n")
    mapping = r"columns=\{'target_post_id': 'parent_post_id', 'text': 'rawContent'\}"
    with pytest.warns(CibWarning, match=mapping):
        read(path)
    with pytest.raises(InputError, match=mapping):
        read(path, strict=True)
    posts = read(path, columns={"target_post_id": "parent_post_id", "text": "rawContent"}).posts_table
    assert posts.select("target_post_id", "text").row(0) == ("7", "x")


@pytest.mark.parametrize("header", ["retweet_count", "reply_settings", "source", "retweeted_id,replied_to"])
def test_other_columns_are_none(write, header):
    row = f"1,2,{NOON}," + ",".join("7" for _ in header.split(","))
    with warnings.catch_warnings(action="error"):
        read(write("a.csv", f"user_id,tweet_id,created_at,{header}\n{row}\n"))


def test_empty_columns_are_none(write):
    with warnings.catch_warnings(action="error"):
        read(write("a.csv", f"user_id,tweet_id,created_at,parent_post_id\n1,2,{NOON},\n"))
