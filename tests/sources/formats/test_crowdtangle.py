"""Tables of CrowdTangle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.sources import samples
from tests.sources.samples import NOON, acts, read


def test_who_did_what_to_whom(write):
    expected = [(f"10{k}", f"https://facebook.example/{k}", "post", None, None) for k in range(3)]
    assert acts(write("a.csv", samples.CROWDTANGLE)) == expected


def test_times_of_new_york_are_utc_in_winter_and_summer(write):
    noon = datetime.fromtimestamp(NOON, UTC)
    winter = read(write("a.csv", samples.CROWDTANGLE)).posts_table["created_at"].to_list()
    assert winter == [noon + timedelta(seconds=k) for k in range(3)]
    summer = samples.CROWDTANGLE.replace(b"2020-01-01 07", b"2020-07-01 08").replace(b"EST", b"EDT")
    assert read(write("b.csv", summer)).imported.first == noon.replace(month=7)


def test_the_link_is_the_final_one_unless_it_shows_the_post_itself(write):
    usual = {"Page~Name": "Page", "Post~Created": "2020-01-01 07:00:00 EST"}
    short, long, own = "https://bit.ly/x", "https://a.org/x", "https://www.facebook.com/page/posts/1"
    links = [(short, long, [long]), (long, "", [long]), (own, "", []), (short, own, [])]
    table = samples.table(
        "Page~Name URL Post~Created Link Final~Link",
        *(usual | {"URL": f"{k}", "Link": link, "Final~Link": final} for k, (link, final, _) in enumerate(links)),
    ).replace(b"~", b" ")
    posts = read(write("a.csv", table)).posts_table
    assert posts["urls"].to_list() == [urls for *_, urls in links]
    assert posts["account_id"].to_list() == ["Page"] * 4
