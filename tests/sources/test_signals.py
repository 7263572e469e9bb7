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


@pytest.mark.parametrize(
    ("whose", "ours"), [("did:plc:b", "account"), ("@b", "account"), ("2", "account"), ("at://b", "post")]
)
def test_a_column_of_accounts_is_mapped_as_their_account(write, whose, ours):
    rows = f"1,5,{NOON},{whose}\n2,6,{NOON},\n"
    with pytest.warns(CibWarning, match=rf"columns=\{{'target_{ours}_id': 'replied_to_id'\}}"):
        read(write("a.csv", f"user_id,tweet_id,created_at,replied_to_id\n{rows}"))


def test_numbers_of_replies_are_no_signal(write):
    with warnings.catch_warnings(action="error"):
        read(write("a.csv", f"user_id,tweet_id,created_at,replies,reposts\n1,2,{NOON},7,0\n2,3,{NOON},,1\n"))
    with pytest.warns(CibWarning, match="'target_post_id': 'replies'"):
        read(write("b.csv", f"user_id,tweet_id,created_at,replies\n1,2,{NOON},t3_x\n"))


def test_unread_words_for_actions_are_a_warning_that_writes_the_mapping(write):
    path = write("a.csv", f"user_id,tweet_id,created_at,post_type\n1,2,{NOON},original\n2,3,{NOON},repost\n")
    with pytest.warns(CibWarning, match=r"columns=\{'action': 'post_type'\}"):
        read(path)
    with pytest.raises(InputError, match="post_type"):
        read(path, strict=True)
    with warnings.catch_warnings(action="error"):
        assert set(read(path, columns={"action": "post_type"}).posts_table["action"]) == {"post", "retweet"}
        read(path, columns={"action": None})


@pytest.mark.parametrize("words", ["original,advert", "original,post", ","])
def test_other_words_are_no_actions(write, words):
    one, two = words.split(",")
    with warnings.catch_warnings(action="error"):
        read(write("a.csv", f"user_id,tweet_id,created_at,post_type\n1,2,{NOON},{one}\n2,3,{NOON},{two}\n"))


def test_lists_are_neither_actions_nor_accounts(write):
    path = write("a.jsonl", f'{{"user_id": "1", "created_at": "{NOON}", "type": ["post", "reply"], "parent": ["x"]}}\n')
    with pytest.warns(CibWarning, match="parent") as warned:
        read(path)
    assert len(warned) == 1
