"""Kinds of files that people hold, beyond the samples: each reads to what it says, or says how to go on."""

from __future__ import annotations

import json
import warnings

import polars as pl
import pytest

import cib
from cib.errors import CibWarning, InputError, SettingsError
from tests.sources import samples
from tests.sources.same_posts import POSTS, status, v1
from tests.sources.samples import FIRST, NOON, SECOND, lines, table

IDS = ("account_id", "post_id", "action", "target_post_id", "target_account_id")


@pytest.fixture
def write(tmp_path):
    def to_file(name, content):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to_file


def read(source, **options):
    return cib.read(source, progress=False, **options)


# ---- words for missing, ids with signs around them

HEADER = "user_id,tweet_id,created_at,retweeted_id,retweeted_user_id,text,hashtags\n"


@pytest.mark.parametrize("word", ["NA", "nan", "NaN", "None", "NULL", "null", r"\N", "-", "N/A", "<NA>"])
def test_a_word_for_missing_is_no_target_whatever_it_is(write, word):
    rows = "".join(f"{k},{k},{NOON + k},{word},{word},words,{word}\n" for k in range(1, 4))
    activity = read(write("a.csv", HEADER + rows))
    posts = activity.posts_table
    assert posts["action"].to_list() == ["post"] * 3
    assert posts["target_post_id"].null_count() == posts["target_account_id"].null_count() == 3
    assert posts["hashtags"].null_count() == 3
    assert activity.imported.missing == dict.fromkeys(("hashtags", "retweeted_id", "retweeted_user_id"), 3)


def test_words_are_kept_where_the_user_says_so_and_where_null_exists(write):
    text = HEADER + f"1,1,{NOON},NA,NA,NA,NA\n2,2,{NOON},NA,NA,x,x\n"
    kept = read(write("a.csv", text), missing=()).posts_table
    assert kept["target_post_id"].to_list() == ["NA", "NA"]
    record = {"user_id": "NA", "tweet_id": "1", "created_at": NOON, "retweeted_id": "NA", "text": "NA"}
    for posts in (read(write("a.jsonl", lines(record))).posts_table, read(pl.DataFrame([record])).posts_table):
        assert posts.select("account_id", "target_post_id", "text").row(0) == ("NA", "NA", "NA")
    named = pl.DataFrame([record | {"user_id": "b"}])
    assert read(named, missing=["NA"]).posts_table["target_post_id"].to_list() == [None]


def test_an_account_may_be_called_like_a_word_for_missing(write):
    activity = read(write("a.csv", f"user_id,created_at,text\nNone,{NOON},None\nb,{NOON},NA\n"))
    assert activity.account_ids.to_list() == ["None", "b"]
    assert any("an account is called 'None'" in note for note in activity.imported.notes)
    assert activity.posts_table["text"].to_list() == ["None", "NA"]  # only R writes NA into prose, and everywhere
    gone = read(write("b.csv", HEADER + f"NA,1,{NOON},NA,NA,NA,NA\n2,2,{NOON},NA,NA,x,x\n"))
    assert gone.imported.dropped == {"no account": 1}


def test_ids_are_freed_of_what_was_put_around_them(write):
    rows = [("'701", "'1001"), (" 702 ", " 1002 "), ('"=""703"""', '"=""1003"""'), ("704.0", "1004.0")]
    text = "user_id,tweet_id,created_at\n" + "".join(f"{user},{post},{NOON}\n" for user, post in rows)
    activity = read(write("a.csv", text))
    assert activity.posts_table["account_id"].to_list() == ["701", "702", "703", "704"]
    assert activity.posts_table["post_id"].to_list() == ["1001", "1002", "1003", "1004"]
    assert list(activity.imported.repaired.values()) == [4, 4]


def test_ids_that_were_large_floats_are_refused(write):
    for text in ("1344801000000000001.0", "9007199254740993.0"):
        with pytest.raises(InputError, match="column 'tweet_id': ids are floats"):
            read(write("a.csv", f"user_id,tweet_id,created_at\n1,{text},{NOON}\n"))


def test_decimals_and_small_floats_are_exact():
    frame = pl.DataFrame({"user_id": [701.0, None], "tweet_id": [2**62, 2], "created_at": [NOON] * 2})
    posts = read(frame.with_columns(pl.col("tweet_id").cast(pl.Decimal(20, 0)))[:1]).posts_table
    assert posts.select("account_id", "post_id").row(0) == ("701", str(2**62))
    assert frame["user_id"].dtype == pl.Float64  # what the user gave stays as it was


# ---- unread signals


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


# ---- answers of APIs, databases, tools


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


# ---- formats of users


def test_a_format_may_be_given_as_a_value(write):
    def read_record(record, rows):
        rows.post(record["who"], record["n"], "post", record["when"])

    mine = cib.Format("mine", {"account_id": "who"}, fits=lambda record: "who" in record, read=read_record)
    path = write("a.jsonl", lines({"who": "a", "n": "1", "when": str(NOON)}))
    assert read(path, format=mine).posts_table["account_id"].to_list() == ["a"]
    with pytest.raises(SettingsError, match="format='mine' is not known"):
        read(path, format="mine")
