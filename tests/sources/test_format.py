"""Formats as values."""

from __future__ import annotations

import polars as pl
import pytest

import cib
from cib.errors import InputError, SettingsError
from tests.sources.samples import NOON, lines, read


def test_a_format_may_be_given_as_a_value(write):
    def read_record(record, rows):
        rows.post(record["who"], record["n"], "post", record["when"])

    mine = cib.Format("mine", {"account_id": "who"}, fits=lambda record: "who" in record, read=read_record)
    path = write("a.jsonl", lines({"who": "a", "n": "1", "when": str(NOON)}))
    assert read(path, format=mine).posts_table["account_id"].to_list() == ["a"]
    with pytest.raises(SettingsError, match="format='mine' is not known"):
        read(path, format="mine")


def test_what_a_format_says_of_its_rows_is_kept():
    """Its first time, what repeats a row, and whether a row needs an object."""
    names = {"account_id": "who", "created_at": "when", "target_post_id": "what"}
    rows = {"who": ["a", "a", "b", "c"], "when": [7, 7, 8, 9], "what": ["x", "x", "y", None]}
    options = {"first": None, "key": ("account_id", "target_post_id"), "needs_object": True}
    activity = read(pl.DataFrame(rows), format=cib.Format("stars", names, **options))
    assert activity.imported.dropped == {"duplicate": 1, "no object": 1}
    assert activity.posts_table["target_post_id"].to_list() == ["x", "y"]
    posts = pl.DataFrame(rows).with_columns(n=pl.Series(["1", "2", "3", "3"]))
    usual = read(posts, format=cib.Format("stars", names | {"post_id": "n"}, first=None))
    assert usual.posts_table["post_id"].to_list() == ["1", "2", "3"]
    with pytest.raises(InputError, match="time out of range 4"):
        read(pl.DataFrame(rows), format=cib.Format("stars", names))
