"""Records that refer to others."""

from __future__ import annotations

import json

import polars as pl

from cib.sources.joining import join_records
from tests.sources import samples
from tests.sources.same_posts import POSTS, status
from tests.sources.samples import FIRST, IDS, SECOND, lines, read


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


def test_a_name_of_two_accounts_names_none():
    table = pl.DataFrame({"target_account_id": [None, None, "9"], "account_local_id": ["@ann", "@ben", "@ben"]},
                         schema_overrides={"target_account_id": pl.String})  # fmt: skip
    table = table.with_columns(
        target_post_id=pl.lit(None, pl.String), named_ids=pl.Series([["@ann", "@ben", "@cat"], [], None])
    )
    names = [pl.DataFrame({"local_id": ["@ann", "@ben"], "account_id": ["1", "2"]})] * 2
    names.append(pl.DataFrame({"local_id": ["@ann"], "account_id": ["3"]}))
    joined, notes = join_records(table, [], names)
    assert joined["target_account_id"].to_list() == [None, "2", "9"]
    assert joined["mentions"].to_list() == [["2"], None, None]
    assert notes == ["2 mentions without the id of the account"]


def test_a_table_that_refers_to_nothing_is_left_alone():
    table = pl.DataFrame({"account_id": ["a"]})
    assert join_records(table, [], []) == (table, [])
