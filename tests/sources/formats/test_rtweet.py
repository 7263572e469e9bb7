"""Tables of rtweet."""

from __future__ import annotations

from tests.sources import samples
from tests.sources.samples import X, acts, read


def test_who_did_what_to_whom(write):
    assert acts(write("a.csv", samples.RTWEET)) == X


def test_words_are_parted_at_blanks_and_a_retweet_is_whole(write):
    rows = samples.RTWEET.decode().splitlines()
    cells = ("retweet_text", "NA", "see it whole", "NA")
    table = "\n".join(f"{row},{cell}" for row, cell in zip(rows, cells, strict=True))
    posts = read(write("a.csv", table)).posts_table
    assert posts["hashtags"].to_list() == [["This", "That"], None, None]
    assert posts["text"].to_list() == ["see", "see it whole", "see"]
