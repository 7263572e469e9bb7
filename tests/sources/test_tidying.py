"""Words for a missing value, and ids with signs around them."""

from __future__ import annotations

import polars as pl
import pytest

from cib.errors import InputError
from tests.sources.samples import NOON, lines, read

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
