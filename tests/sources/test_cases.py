"""Small files of kinds that people hold, beside the project: what each must give."""

from __future__ import annotations

import importlib.util
import warnings
from datetime import UTC, datetime

import polars as pl
import pytest

import cib
from cib.errors import CibError, InputError, MissingDependencyError

FIRST, SECOND = "1344801000000000001", "1344801000000000002"
IDS = ("account_id", "action", "target_post_id", "target_account_id")


@pytest.fixture
def case(shared):
    folder = shared / "cases"
    if not folder.is_dir():
        pytest.skip("the case files are not on this machine")

    def read(name, **options):
        return cib.read(folder / name, progress=False, **options)

    return read


def rows(activity, *columns):
    return activity.posts_table.select(columns or IDS).rows()


def test_words_for_missing_are_no_ids(case):
    activity = case("na_strings.csv")
    assert rows(activity) == [("701", "post", None, None), ("702", "retweet", FIRST, "701")]
    assert activity.posts_table["urls"].null_count() == activity.posts_table["hashtags"].null_count() == 2
    assert activity.imported.missing == {"hashtags": 2, "retweeted_id": 1, "retweeted_user_id": 1, "urls": 2}


def test_ids_that_were_small_floats_are_whole_again(case):
    activity = case("float_small_ids.csv")
    assert activity.account_ids.to_list() == ["701", "702", "703"]
    assert rows(activity)[1:] == [(name, "retweet", "1001", "701") for name in ("702", "703")]
    assert sum(activity.imported.repaired.values()) == 4


def test_tags_are_parted_whatever_parts_them(case):
    activity = case("lists_separators.csv")
    assert activity.posts_table["hashtags"].to_list() == [["harbour", "bridge"]] * 5
    assert any("commas and semicolons and bars" in note for note in activity.imported.notes)


def test_escapes_of_twarc_csv_are_read(case):
    posts = case("twarc_csv_escapes.csv").posts_table
    assert posts["hashtags"].to_list() == [["fluß", "река"]] * 2
    assert posts["text"].to_list() == ["first line\n\nsecond line"] * 2
    assert posts["urls"].to_list() == [["https://example.org/a"]] * 2


def test_posts_of_snscrape_are_read(case):
    activity = case("snscrape_twitter.jsonl")
    assert rows(activity) == [
        ("701", "post", None, None),
        ("702", "retweet", FIRST, "701"),
        ("703", "quote", FIRST, "701"),
        ("704", "reply", FIRST, "701"),
    ]
    assert activity.posts_table["text"].to_list() == ["hello", "hello", "look", "@fern_post well"]
    assert activity.posts_table["urls"][0].to_list() == ["https://example.org/a"]
    assert activity.posts_table["mentions"][0].to_list() == ["703"]


def test_messages_of_telegram_in_the_csv_of_4cat(case):
    posts = case("telegram_4cat.csv").posts_table
    forwards = posts.filter(action="retweet")
    assert (len(posts), len(forwards)) == (10, 5)
    assert forwards["target_account_id"].to_list() == ["9009"] * 5
    assert forwards["target_post_id"].n_unique() == 3  # two of them by two chats
    replies = posts.filter(action="reply")
    assert len(replies) == 2
    assert set(replies["target_post_id"]) <= set(posts["post_id"])
    unsigned = posts.filter(text="unsigned words")["account_id"][0]
    assert unsigned == posts.filter(pl.col("post_id") == "greyowl/6")["account_id"][0]


def test_messages_of_telegram_as_4cat_writes_them(case):
    activity = case("telegram_4cat_serialised.ndjson")
    assert activity.posts_table["account_id"].to_list() == ["channel1002", "channel9009"]
    assert activity.posts_table["target_account_id"][0] == "channel9009"


def test_forwards_of_old_telegram_are_known(case):
    activity = case("telegram_old_layer.jsonl")
    assert rows(activity, "target_post_id", "target_account_id")[:2] == [("channel9009/77", "channel9009")] * 2
    assert activity.posts_table["target_account_id"][2] == "user777"


def test_targets_in_the_csv_of_4cat_are_ids(case):
    posts = case("4cat_x_import.csv").posts_table
    assert posts["action"].to_list() == ["post", "reply", "quote", "retweet"]
    assert posts["target_account_id"].to_list() == [None, "701", "701", "701"]


def test_folders_of_academictwitter_are_joined(case):
    activity = case("academictwitter_folder")
    assert activity.imported.format.startswith("x-v2:")
    assert rows(activity) == [("702", "retweet", FIRST, "701")]
    said = activity.posts_table.select("hashtags", "urls", "mentions").row(0)
    assert said == (["harbour"], ["https://example.org/a"], ["701"])
    assert activity.posts_table["text"][0].endswith("before its hashtag #harbour https://t.co/a")
    assert activity.accounts_table["account_id"].to_list() == ["701", "702"]


def test_long_posts_are_whole(case):
    posts = case("zeeschuimer_x_long.ndjson").posts_table
    said = posts.select("hashtags", "urls", "mentions").row(0)
    assert said == (["harbour"], ["https://example.org/a"], ["702"])
    assert "nowhere" in posts["text"][0]


def test_feeds_of_bluesky_are_read(case):
    activity = case("bsky_author_feed.json")
    assert activity.imported.format.startswith("bluesky:")
    ana, bob = (f"did:plc:{letter * 24}" for letter in "ab")
    repost = activity.posts_table.filter(action="retweet")
    assert repost.select(IDS).row(0) == (bob, "retweet", f"at://{ana}/app.bsky.feed.post/3ka", ana)
    assert repost["created_at"][0] == datetime(2024, 5, 2, 10, tzinfo=UTC)
    found = case("bsky_search.json")
    assert rows(found, "account_id", "action") == [(ana, "post"), (bob, "reply")]


def test_tags_and_mentions_of_truth_social(case):
    posts = case("truth_4cat.csv").posts_table
    assert posts.select("hashtags", "mentions").row(0) == (["harbour", "bridge"], ["moss", "reed"])


def test_account_zero_is_an_account(case):
    assert rows(case("qut_account_zero.csv")) == [
        ("0", "post", None, None),
        ("1", "retweet", "1", "0"),
        ("2", "retweet", "1", "0"),
    ]


def test_statuses_of_mastodon_py(case):
    posts = case("mastodon_py.jsonl").posts_table
    assert posts["urls"].to_list() == [["https://example.org/a"]] * 3
    assert posts["target_post_id"].to_list() == [None, posts["post_id"][0], posts["post_id"][0]]
    assert posts["target_account_id"].to_list() == [None, "fern@lake.example", "fern@lake.example"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("facepager.csv", "semicolons"),
        ("RC_2020-01.zst", r"max_bytes=\d+.*format='reddit'.*rename"),
        ("RC_2020-01.ndjson.zst", r"max_bytes=\d+"),
        ("io_users.csv", "a table of accounts.*accounts="),
    ],
)
def test_an_error_says_how_to_go_on(case, name, message):
    with pytest.raises(InputError, match=message) as error:
        case(name)
    assert "encoding" not in str(error.value)
    assert "cut off" not in str(error.value)


@pytest.mark.parametrize("name", ["RC_2020-01.zst", "RC_2020-01.ndjson.zst"])
def test_dumps_of_reddit_are_read_when_they_may_take_memory(case, name):
    activity = case(name, max_bytes=2**31)
    assert activity.imported.format.startswith("reddit:")
    assert rows(activity, "account_id", "post_id", "target_post_id") == [
        ("maple_door", "t1_fcx1", "t3_ei0"),
        ("oak_window", "t1_fcx3", "t1_fcx1"),
    ]
    assert activity.imported.dropped == {"no account": 1}


@pytest.mark.parametrize("name", ["v1_search.json", "v1_pretty_jq.json"])
def test_posts_of_the_api_v1_in_a_list_or_one_after_another(case, name):
    activity = case(name)
    assert activity.imported.format.startswith("x-v1:")
    assert rows(activity) == [("701", "post", None, None), ("702", "retweet", FIRST, "701")]


def test_the_tidy_table_of_academictwitter(case):
    assert rows(case("academictwitter_tidy.csv"))[1] == ("702", "retweet", FIRST, "701")


def test_workbooks_are_read_or_the_way_is_said(case):
    if importlib.util.find_spec("fastexcel") is None:
        with pytest.raises(MissingDependencyError, match=r"cib-detect\[xlsx\].*as text"):
            case("plain.xlsx")
    else:
        posts = case("plain.xlsx").posts_table
        assert posts.select("account_id", "post_id").rows() == [("701", FIRST), ("702", SECOND)]


def test_messages_of_telethon(case):
    activity = case("telethon_to_json.jsonl")
    assert (len(activity), activity.imported.dropped) == (3, {"service message": 1})


def test_nothing_that_is_read_is_wrong_without_a_word(shared):
    """Each file reads without a warning, or is refused with an error of ours."""
    for path in sorted((shared / "cases").iterdir()):
        if path.suffix == ".md":
            continue
        try:
            with warnings.catch_warnings(action="error"):
                activity = cib.read(path, progress=False)
        except CibError:
            continue
        acts = activity.posts_table.filter(pl.col("action") != "post")
        assert acts.filter(pl.all_horizontal(pl.col("target_post_id", "target_account_id").is_null())).is_empty(), path
