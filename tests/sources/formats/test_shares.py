"""Share tables: the form that users of CooRTweet hold."""

from __future__ import annotations

import polars as pl
import pytest

import cib
from cib.errors import InputError

ROWS = {
    "object_id": ["x", "y", "x", "x", "", "x"],
    "account_id": ["a", "a", "b", "b", "c", "b"],
    "content_id": ["1", "1", "2", "2", "3", "2"],
    "timestamp_share": [0, 0, 60, 60, 70, 61],
}


def read(table, **options):
    return cib.read(pl.DataFrame(table) if isinstance(table, dict) else table, progress=False, **options)


def test_a_share_is_a_retweet_of_its_object():
    activity = read(ROWS)
    posts = activity.posts_table.select("account_id", "post_id", "action", "target_post_id")
    assert posts.rows() == [
        ("a", "1", "retweet", "x"),
        ("a", "1", "retweet", "y"),
        ("b", "2", "retweet", "x"),
    ]
    assert activity.imported.format == "shares: it has the columns of a share table"
    assert activity.imported.dropped == {"conflicting duplicate": 1, "duplicate": 1, "no object": 1}
    assert activity.imported.notes == ("timestamp_share holds unix seconds",)


@pytest.mark.parametrize("name", ["id_account", "id_user"])
def test_older_names_are_known(name):
    renamed = {name if column == "account_id" else column: cells for column, cells in ROWS.items()}
    assert read(renamed).posts_table.equals(read(ROWS).posts_table)


def test_text_times_are_utc():
    times = ["1970-01-01 00:00:00"] * 2 + ["1970-01-01 00:01:00"] * 4
    posts = read(ROWS | {"timestamp_share": times}).posts_table
    assert posts["created_at"].equals(read(ROWS).posts_table["created_at"])


def test_any_table_can_be_read_as_shares():
    other = {
        "url": ROWS["object_id"],
        "who": ROWS["account_id"],
        "id": ROWS["content_id"],
        "when": ROWS["timestamp_share"],
    }
    mapping = {"object_id": "url", "account_id": "who", "content_id": "id", "timestamp_share": "when"}
    assert read(other, columns=mapping).posts_table.equals(read(ROWS).posts_table)
    with pytest.raises(InputError, match="the column 'target_post_id' is missing"):
        read({"account_id": ["a"], "created_at": [1], "post_id": ["1"]}, format="shares")


def test_coortweet_data_loses_its_one_repeated_row(shared):
    activity = read(str(shared / "coortweet_russian.parquet"))
    assert activity.imported.rows_read == 35_125
    assert activity.imported.dropped == {"duplicate": 1}
    assert activity.posts_table["account_id"].n_unique() == 9_509
    assert activity.posts_table["target_post_id"].n_unique() == 7_285
    assert activity.posts_table["post_id"].is_duplicated().any()


def test_qut_data_is_read_by_mapping(shared):
    mapping = {
        "object_id": "repost_id",
        "account_id": "user_id",
        "content_id": "message_id",
        "timestamp_share": "timestamp",
    }
    activity = read(str(shared / "qut_coretweet.csv"), columns=mapping)
    assert activity.imported.rows_kept == 15
    assert activity.posts_table["account_id"].n_unique() == 9
    assert activity.imported.last.timestamp() == 300
    with pytest.raises(InputError, match=r"time out of range 15.*a share table .* may have any"):
        read(str(shared / "qut_coretweet.csv"), format="canonical")
