"""Captures of X by Zeeschuimer and 4CAT."""

from __future__ import annotations

from tests.sources import samples
from tests.sources.samples import FIRST, IDS, SECOND, X, acts, read


def test_who_did_what_to_whom(write):
    assert acts(write("a.ndjson", samples.FOURCAT)) == X


def test_captures_of_x_are_read_whatever_their_year(write):
    old = {"type": "adaptive", "user": {"id_str": "101", "screen_name": "ann"},
           "legacy": {**samples.captured(FIRST, 0, "see", "101", "ann")["legacy"], "id_str": FIRST}}  # fmt: skip
    gone = samples.captured(SECOND, 1, "RT @ann: see", "102", "ben",
                            retweeted_status_result={"result": {"tombstone": {}}})  # fmt: skip
    activity = read(write("f.ndjson", samples.lines(old, gone)))
    assert activity.posts_table.select(IDS).rows() == [X[0], ("102", SECOND, "retweet", None, None)]
    assert activity.accounts_table["name"].to_list() == ["ann", "ben"]
