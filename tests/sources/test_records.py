"""Records inside answers of APIs, databases and tools; and files that say how to go on."""

from __future__ import annotations

import json

import pytest

from cib.errors import InputError
from tests.sources import samples
from tests.sources.same_posts import POSTS, v1
from tests.sources.samples import NOON, lines, read, table


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda records: {"data": {"videos": records, "cursor": 1, "has_more": False}, "error": {"code": "ok"}},
        lambda records: {"items": records},
        lambda records: records,
    ],
)
def test_answers_hold_their_records_below_some_name(write, wrapped):
    records = [json.loads(line) for line in samples.TIKTOK.splitlines()]
    assert len(read(write("a.json", json.dumps(wrapped(records))))) == 3


def test_pages_of_comments_are_read_from_lines(write):
    pages = (
        {"kind": "youtube#commentThreadListResponse", "items": [json.loads(line)]}
        for line in samples.YOUTUBE.splitlines()
    )
    assert len(read(write("a.jsonl", lines(*pages)))) == 3


def test_posts_of_elasticsearch_are_read(write):
    assert len(read(write("a.jsonl", lines(*({"_index": "x", "_source": v1(post)} for post in POSTS))))) == len(POSTS)


def test_captures_of_an_unknown_platform_say_how_to_go_on(write):
    capture = {"nav_index": "1:1", "source_platform": "pinterest.com", "data": {"id": 1, "pinner": {"id": 2}}}
    with pytest.raises(InputError, match=r"captures of pinterest\.com.*4CAT.*CSV"):
        read(write("a.ndjson", lines(capture)))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", table("id username created_at followers_count", {"id": 1, "username": "a", "followers_count": 1})),
        ("a.csv", table("user_id screen_name created_at followers_count friends_count", {"user_id": 1})),
        ("a.jsonl", lines(samples.v1_user(1, "a"))),
        ("a.jsonl", lines(samples.v2_user(1, "a"))),
    ],
)
def test_tables_of_accounts_are_no_posts(write, name, content):
    with pytest.raises(InputError, match=r"table of accounts.*accounts="):
        read(write(name, content))


def test_names_that_stand_for_other_tables_say_how_to_go_on(write):
    for name, hint in (("a.xls", "as CSV"), ("a.car", "JSON lines"), ("a.rds", "Parquet"), ("a.txt", "Rename it")):
        with pytest.raises(InputError, match=hint):
            read(write(name, b"x"))


def test_the_separator_is_named(write):
    for mark, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        for text in (f"user_id{mark}created_at\n1{mark}{NOON}\n", f'"user_id"{mark}"created_at"\n"1"{mark}"{NOON}"\n'):
            with pytest.raises(InputError, match=word):
                read(write("a.csv", text))
