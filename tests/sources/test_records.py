"""Records inside answers of APIs, databases and tools; and files that say how to go on."""

from __future__ import annotations

import json

import pytest

from cib.errors import InputError
from tests.sources import samples
from tests.sources.same_posts import POSTS, status, v1
from tests.sources.samples import FIRST, NOON, SECOND, lines, read, table

IDS = ("account_id", "post_id", "action", "target_post_id", "target_account_id")


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


def test_long_posts_of_the_api_v2_are_whole(write):
    note = {"text": "words " * 60 + "#That", "entities": {"hashtags": [{"tag": "That"}], "urls": [
        {"url": "t", "expanded_url": "https://x.com/u/status/7/photo/1"}]}}  # fmt: skip
    posts = read(write("a.jsonl", lines({**samples.V2_POST, "note_tweet": note}))).posts_table
    assert posts.select("text", "hashtags", "urls").row(0) == (note["text"], ["That"], ["https://x.com/u/status/7"])


def test_a_retweet_is_completed_from_any_file_of_the_folder(write):
    original = {**samples.V2_POST, "text": "see #This and more"}
    write("f/data_1.json", json.dumps([samples.V2_RETWEET]))
    write("f/data_2.json", json.dumps([]))
    write("f/users_1.json", json.dumps({"users": [samples.ANN, samples.BEN], "tweets": [original]}))
    folder = write("f/users_2.json", json.dumps({"users": [samples.ANN]})).parent
    activity = read(folder)
    posts = activity.posts_table
    assert posts.select(IDS).rows() == [("102", SECOND, "retweet", FIRST, "101")]
    assert (posts["text"][0], posts["hashtags"][0].to_list()) == ("see #This and more", ["This"])
    assert any("data_2.json: empty, 0 rows" in note for note in activity.imported.notes)
    alone = read(write("g/data_1.json", json.dumps([samples.V2_RETWEET])))
    assert any(note.startswith("1 retweets hold a text that is cut off") for note in alone.imported.notes)


def test_replies_of_mastodon_are_joined_over_files(write):
    write("m/1.jsonl", lines(status(POSTS[3])))
    folder = write("m/2.jsonl", lines(status(POSTS[0]))).parent
    reply = read(folder).posts_table.filter(action="reply")
    assert reply["target_post_id"][0] == status(POSTS[0])["uri"]
    assert reply["target_account_id"][0] == "fern@lake.example"


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
