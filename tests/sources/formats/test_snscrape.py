"""Posts written by snscrape and twscrape."""

from __future__ import annotations

from tests.sources import samples
from tests.sources.samples import FIRST, THIRD, X, acts, read


def test_who_did_what_to_whom(write):
    assert acts(write("a.jsonl", samples.SNSCRAPE)) == X


def test_older_versions_have_other_names_and_an_answered_account_may_have_no_id(write):
    old = samples.scraped(FIRST, 0, "", 101, "ann", content="see", outlinks=["https://a.org/x,y"])
    answer = samples.scraped(THIRD, 2, "@ann yes", 102, "ben", inReplyToUser={"username": "ann"})
    path = write("a.jsonl", samples.lines({**old, "rawContent": None}, answer))
    assert acts(path) == [X[0], ("102", THIRD, "reply", None, "ann")]
    posts = read(path).posts_table
    assert posts.select("text", "urls").row(0) == ("see", ["https://a.org/x,y"])
