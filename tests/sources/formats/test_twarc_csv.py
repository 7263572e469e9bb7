"""The CSV of twarc."""

from __future__ import annotations

import json

from tests.sources import samples
from tests.sources.samples import FIRST, IDS, SECOND, THIRD, X, acts, read


def test_who_did_what_to_whom(write):
    assert acts(write("a.csv", samples.TWARC_CSV)) == X


def test_a_quote_does_not_act_on_what_the_same_post_answers(write):
    both = samples.TWARC_CSV.replace(
        f"{THIRD},{FIRST},,,102,101".encode(), f"{THIRD},{FIRST},,{SECOND},102,101".encode()
    )
    assert both != samples.TWARC_CSV
    posts = read(write("t.csv", both)).posts_table
    assert posts.select(IDS).row(2) == ("102", THIRD, "quote", SECOND, "102")  # whose author is in the data


def test_older_files_state_targets_and_mentions_in_cells_of_json(write):
    table = samples.table(
        "id author_id created_at text author.id referenced_tweets entities.mentions",
        {"id": SECOND, "author_id": "102", "author.id": "102", "created_at": "2020-01-01T12:00:01.000Z",
         "text": r"one\ntwo", "referenced_tweets": json.dumps([{"type": "quoted", "id": FIRST}]),
         "entities.mentions": json.dumps([{"username": "ann", "id": "101"}])},
    )  # fmt: skip
    path = write("a.csv", table)
    assert acts(path) == [("102", SECOND, "quote", FIRST, None)]
    assert read(path).posts_table.select("text", "mentions").row(0) == ("one\ntwo", ["101"])
