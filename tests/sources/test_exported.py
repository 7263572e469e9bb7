"""Made-up records, run through the exporting tools' own converters (``exported/make.py``), read to what they were."""

from __future__ import annotations

from pathlib import Path

import pytest

import cib
from tests.sources.same_posts import FIRST, POSTS, from_mastodon

FOLDER = Path(__file__).parent / "exported"
COLUMNS = ("account_id", "action", "target_post_id", "target_account_id")


def read(name):
    activity = cib.read(FOLDER / name, progress=False)
    assert len(activity) == activity.imported.rows_read - activity.imported.dropped.get("service message", 0)
    return activity.posts_table


def acts(posts=POSTS):
    """What the posts do."""
    aims = [(post.target.id, post.target.account) if post.target else (None, None) for post in posts]
    return [(post.account, post.action, *aim) for post, aim in zip(posts, aims, strict=True)]


@pytest.mark.parametrize("name", ["twarc_csv.csv", "twscrape.jsonl"])
def test_posts_of_x_come_back_whole(name):
    posts = read(name)
    assert posts.select(COLUMNS).rows() == acts()
    assert posts["post_id"].to_list() == [post.id for post in POSTS]
    assert posts["hashtags"].to_list() == [post.tags for post in POSTS]
    assert posts["urls"].to_list() == [post.links for post in POSTS]
    assert posts["text"].to_list() == [post.text for post in POSTS]


@pytest.mark.parametrize(("name", "knows_quotes"), [("fourcat_x.csv", True), ("fourcat_x_v2.csv", False)])
def test_the_csv_of_4cat_keeps_what_it_states(name, knows_quotes):
    posts = read(name)
    stated = [
        (account, action, None if action == "reply" or (action == "quote" and not knows_quotes) else post, to)
        for account, action, post, to in acts()
    ]
    assert posts.select(COLUMNS).rows() == stated
    assert [sorted(tags or []) for tags in posts["hashtags"].to_list()] == [sorted(post.tags) for post in POSTS]
    assert [links or [] for links in posts["urls"].to_list()] == [post.links for post in POSTS]


def test_statuses_of_mastodon_come_back_whole():
    posts = read("mastodon_py.jsonl")
    assert [tuple(map(from_mastodon, row)) for row in posts.select(COLUMNS).rows()] == acts()
    assert posts["hashtags"].to_list() == [post.tags for post in POSTS]
    assert posts["urls"].to_list() == [post.links for post in POSTS]


@pytest.mark.parametrize("name", ["telethon.jsonl", "fourcat_telegram.ndjson"])
def test_messages_of_telegram_come_back_whole(name):
    posts = read(name)
    assert posts.select(COLUMNS).rows() == [
        ("channel1001", "post", None, None),
        ("channel1002", "retweet", "channel1001/1", "channel1001"),
        ("channel1001", "reply", "channel1001/1", "channel1001"),
    ]
    assert posts["hashtags"].to_list() == [["harbour"], ["harbour"], []]


def test_the_csv_of_4cat_of_telegram_keeps_what_it_states():
    posts = read("fourcat_telegram.csv")
    assert posts.select("account_id", "post_id", "action", "target_account_id").rows() == [
        ("1001", "redkite/1", "post", None),
        ("1002", "bluefox/2", "retweet", "1001"),
        ("1001", "redkite/3", "reply", "1001"),
    ]
    assert posts["target_post_id"][2] == "redkite/1"


def test_truths_have_their_tags_mentions_and_links():
    posts = read("fourcat_truth.csv")
    assert posts["account_id"].to_list() == ["fern", "moss"]
    assert posts["hashtags"].to_list() == [FIRST.tags] * 2
    assert posts["urls"].to_list() == [FIRST.links] * 2
    assert posts["mentions"].to_list() == [["moss"]] * 2
    assert posts["text"][0].startswith("see #harbour")
