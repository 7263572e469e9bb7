"""The information-operations release of X, in a file made here in its shape."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime

import pandas as pd
import pytest
from polars.testing import assert_frame_equal

from cib.errors import InputError, SettingsError
from tests.sources.samples import read

COLUMNS = re.findall(
    r"\w+",
    "tweetid userid user_display_name user_screen_name user_reported_location user_profile_description "
    "user_profile_url follower_count following_count account_creation_date account_language tweet_language "
    "tweet_text tweet_time tweet_client_name in_reply_to_userid in_reply_to_tweetid quoted_tweet_tweetid "
    "is_retweet retweet_userid retweet_tweetid latitude longitude quote_count reply_count like_count "
    "retweet_count hashtags urls user_mentions poll_choices",
)
HASH = "+abc/DEF0123456789abcdefghijklmnopqrstuvwxyz="


def snowflake(time, number=1):
    """The id of a tweet made at that time."""
    return str(((round(time.timestamp() * 1000) - 1_288_834_974_657) << 22) + number)


def at(second, minute=13):
    return datetime(2017, 8, 19, 15, minute, tzinfo=UTC).replace(
        second=int(second), microsecond=round(second % 1 * 1e6)
    )


POST, RETWEET, REPLY, QUOTE = (snowflake(at(second)) for second in (1.25, 30.5, 40.0, 59.999))
ELSEWHERE = snowflake(datetime(2016, 1, 1, tzinfo=UTC))


def tweet(tweetid, **cells):
    usual = {
        "userid": HASH,
        "user_display_name": HASH,
        "user_screen_name": HASH,
        "user_reported_location": "here, there",
        "follower_count": "17.0",
        "following_count": "23",
        "account_creation_date": "2016-12-04",
        "tweet_language": "en",
        "tweet_text": 'a "text",\nof two lines',
        "tweet_time": "2017-08-19 15:13",
        "tweet_client_name": "web",
        "is_retweet": "False",
        "latitude": "absent",
        "longitude": "absent",
        "like_count": "0.0",
        "hashtags": "[]",
        "urls": "['http://a.org/x,y', 'http://b.org']",
        "user_mentions": "[]",
    }
    return dict.fromkeys(COLUMNS, "") | usual | {"tweetid": tweetid} | cells


TWEETS = [
    tweet(POST, hashtags="[one, two]"),
    tweet(RETWEET, userid="4711", is_retweet="True", retweet_userid=HASH, retweet_tweetid=POST, follower_count="9"),
    tweet(
        REPLY, userid="4711", in_reply_to_userid="99", in_reply_to_tweetid=ELSEWHERE, user_mentions=f"['{HASH}', '99']"
    ),
    tweet(QUOTE, userid="4711", quoted_tweet_tweetid=POST, follower_count="11", tweet_time="2017-08-19 15:13"),
    tweet("20", tweet_time="2017-08-19 15:14", hashtags=""),
]


@pytest.fixture
def path(tmp_path):
    return write(tmp_path / "x_tweets_csv_hashed.csv", COLUMNS)


def write(path, columns, rows=TWEETS):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_what_a_tweet_is_decides_what_it_acts_on(path):
    posts = read(path).posts_table
    assert posts.select("account_id", "post_id", "action", "target_post_id", "target_account_id").rows() == [
        (HASH, POST, "post", None, None),
        ("4711", RETWEET, "retweet", POST, HASH),
        ("4711", REPLY, "reply", ELSEWHERE, "99"),
        ("4711", QUOTE, "quote", POST, HASH),
        (HASH, "20", "post", None, None),
    ]


def test_times_are_recovered_from_ids_to_the_millisecond(path):
    activity = read(path)
    times = activity.posts_table["created_at"].to_list()
    assert times == [at(1.25), at(30.5), at(40.0), at(59.999), at(0, minute=14)]
    assert activity.posts_table["target_created_at"][2] == datetime(2016, 1, 1, tzinfo=UTC)
    assert activity.imported.repaired == {"time recovered from id": 4}
    assert activity.imported.precision == 0.001


def test_an_id_that_disagrees_with_the_time_is_not_believed(tmp_path):
    rows = [tweet(POST, tweet_time="2017-08-19 15:16"), tweet(RETWEET, retweet_tweetid=snowflake(at(0, minute=50)))]
    activity = read(write(tmp_path / "a.csv", COLUMNS, rows))
    assert activity.posts_table["created_at"].to_list() == [at(30.5), at(0, minute=16)]
    assert activity.posts_table["target_created_at"].to_list() == [None, None]
    assert activity.imported.repaired == {"time recovered from id": 1}


def test_lists_and_texts_are_read(path):
    posts = read(path).posts_table
    assert posts["hashtags"].to_list() == [["one", "two"], [], [], [], None]
    assert posts["urls"][0].to_list() == ["http://a.org/x,y", "http://b.org"]
    assert posts["mentions"][2].to_list() == [HASH, "99"]
    assert posts["text"][0] == 'a "text",\nof two lines'


def test_the_latest_profile_makes_the_accounts(path):
    accounts = read(path).accounts_table
    assert accounts.select("account_id", "name", "followers", "following").rows() == [
        (HASH, HASH, 17, 23),
        ("4711", HASH, 11, 23),
    ]
    assert accounts["created_at"][0] == datetime(2016, 12, 4, tzinfo=UTC)


def test_a_users_file_makes_the_accounts_where_given(path, tmp_path):
    users = write(tmp_path / "x_users_csv_hashed.csv", COLUMNS[1:11], [TWEETS[1] | {"follower_count": "5"}])
    assert read(path, accounts=users).accounts_table.select("account_id", "followers").rows() == [("4711", 5)]


def test_the_order_of_columns_has_no_effect_and_some_may_lack(path, tmp_path):
    swapped = write(tmp_path / "a.csv", sorted(COLUMNS))
    assert_frame_equal(read(swapped).posts_table, read(path).posts_table)
    few = write(tmp_path / "b.csv", ["tweetid", "userid", "tweet_time", "retweet_tweetid"])
    activity = read(few)
    assert activity.posts_table["action"].to_list() == ["post", "retweet", "post", "post", "post"]
    assert activity.accounts_table.columns == ["account_id"]


def test_the_report_says_what_was_read_from_where(path):
    report = read(path).imported
    assert report.format == "x-release: it has the columns tweetid, userid and tweet_time"
    assert report.columns["target_account_id"] == "retweet_userid or in_reply_to_userid"
    assert "tweet_time states no zone and was read in UTC" in report.notes


def test_ids_that_pandas_made_floats_are_refused(path):
    with pytest.raises(InputError, match=r"pandas frame, column 'in_reply_to_tweetid', row 3: ids are floats"):
        read(pd.read_csv(path))
    assert_frame_equal(read(pd.read_csv(path, dtype="string")).posts_table, read(path).posts_table)


def test_a_mapping_makes_it_another_table(path):
    with pytest.raises(SettingsError, match="read by its own column names"):
        read(path, format="x-release", columns={"text": "tweet_text"})
    activity = read(path, columns={"text": "tweet_text"}, zone="UTC")
    assert activity.imported.format == "canonical: its columns are mapped"
