"""Messages of Telegram."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from cib.errors import InputError
from tests.sources import samples
from tests.sources.samples import NOON, acts, read


def test_who_did_what_to_whom(write):
    assert acts(write("a.ndjson", samples.TELETHON)) == [
        ("user101", "channel77/2", "post", None, None),
        ("channel77", "channel77/3", "retweet", "channel88/9", "channel88"),
        ("user102", "channel77/4", "reply", "channel77/2", "user101"),
    ]


def test_the_export_of_a_whole_account_holds_its_chats_and_those_it_left(write):
    here, left = json.loads(samples.TELEGRAM), json.loads(samples.TELEGRAM.replace(b'"id": 77', b'"id": 78'))
    whole = {"about": "x", "chats": {"about": "x", "list": [here]}, "left_chats": {"list": [left]}}
    assert len(read(write("t.json", json.dumps(whole).encode()))) == 6


def test_what_is_marked_in_a_message_is_read(write):
    """Places count in units of UTF-16: the sign in front takes two."""
    entities = [{"_": "MessageEntityHashtag", "offset": 3, "length": 3},
                {"_type": "MessageEntityUrl", "offset": 7, "length": 5},
                {"_": "MessageEntityTextUrl", "offset": 13, "length": 3, "url": "https://b.org"},
                {"offset": 13, "length": 3, "user_id": 9}]  # fmt: skip
    message = {"_": "Message", "id": 2, "peer_id": {"channel_id": 77}, "date": NOON, "entities": entities,
               "message": "\U0001f600 #Hi a.org you"}  # fmt: skip
    posts = read(write("t.ndjson", samples.lines(message))).posts_table
    assert posts.select("hashtags", "urls", "mentions").row(0) == (["Hi"], ["a.org", "https://b.org"], ["user9"])


def test_a_forward_without_number_is_known_by_its_words(write):
    posts = read(write("t.json", samples.TELEGRAM)).posts_table
    other = read(write("u.json", samples.TELEGRAM.replace(b'"id": 77', b'"id": 78'))).posts_table
    assert posts["account_id"].to_list() == ["user101", "channel77", "user102"]
    assert posts["target_post_id"][1] == other["target_post_id"][1]
    assert posts["target_post_id"][1].startswith("forward/Elsewhere/")
    assert posts["urls"][0].to_list() == ["https://a.org/x,y"]


def test_escapes_of_telegram_desktop_are_read(write):
    broken = samples.TELEGRAM.replace(b'"text": "words"', rb'"text": "wo\x1Frds \\x41"')
    activity = read(write("t.json", broken))
    assert activity.posts_table["text"][1] == "wo\x1frds \\x41"
    assert activity.imported.repaired == {r"\xNN escapes read": 1}


def test_local_times_of_old_telegram_exports_need_a_zone(write):
    old = samples.TELEGRAM.replace(b'"date_unixtime"', b'"was"').replace(b'"user101"', b"101")
    with pytest.raises(InputError, match="state no zone"):
        read(write("t.json", old))
    posts = read(write("t.json", old), zone="Europe/Paris").posts_table
    assert posts["created_at"][0] == datetime.fromtimestamp(NOON, UTC)
    assert posts["account_id"][0] == "user101"
