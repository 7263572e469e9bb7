"""Comments of YouTube."""

from __future__ import annotations

from tests.sources import samples
from tests.sources.samples import acts, comment, read


def test_who_did_what_to_whom(write):
    assert acts(write("a.jsonl", samples.YOUTUBE)) == [
        ("UC0", "U0", "reply", "v1", "UC9"),
        ("UC1", "U1", "reply", "v1", "UC9"),
        ("UC0", "U1.1", "reply", "U1", "UC1"),
    ]


def test_links_that_youtube_adds_are_none_and_replies_of_a_thread_are_read(write):
    own = ("https://www.youtube.com/results?search_query=%23x", "https://www.youtube.com/watch?v=v1&amp;t=61")
    shown = "".join(f'<a href="{link}">a</a>' for link in (*own, "https://a.org/x,y"))
    answer = comment("U0.1", 1, "UC1", parentId="U0", videoId="v1", textDisplay=shown)
    thread = {"id": "U0", "snippet": {"videoId": "v1", "channelId": "UC9", "topLevelComment": comment("U0", 0, "UC0")},
              "replies": {"comments": [answer]}}  # fmt: skip
    path = write("a.jsonl", samples.lines(thread))
    assert acts(path) == [("UC0", "U0", "reply", "v1", "UC9"), ("UC1", "U0.1", "reply", "U0", "UC0")]
    assert read(path).posts_table["urls"].to_list() == [[], ["https://a.org/x,y"]]
