"""Lines of the map."""

from __future__ import annotations

import polars as pl

from cib.reports.drawn_edges import drawn_edges
from cib.reports.evidence_posts import acts_of
from cib.reports.selection import edges_among
from tests.reports.conftest import posts_of
from tests.toys import activity

NO_PAIRS = pl.DataFrame(schema=dict.fromkeys(("layer", "a", "b"), pl.String))


def test_every_line_of_the_map_leads_to_posts_of_its_two_accounts(detection, findings):
    authors = dict(detection.activity.posts_table.select("post_id", "account_id").iter_rows())
    accounts = [member["account"] for member in findings["members"]]
    kinds = set()
    pairs, retweets = posts_of(findings, "pair_acts"), posts_of(findings, "retweets")
    assert {*pairs} | {*retweets} == {*range(len(findings["edges"]))}
    for k, edge in enumerate(findings["edges"]):
        a, b = accounts[edge["place_a"]], accounts[edge["place_b"]]
        acts = (retweets if edge["layer"] == "retweet" else pairs)[k]
        assert 1 <= len(acts) <= edge["weight"]
        kinds.add(edge["layer"] == "retweet")
        for act in acts:
            if edge["layer"] == "retweet":
                assert authors[act["post"]] == a
                assert authors.get(act["target_post"], b) == b
            else:
                assert (authors[act["post_a"]], authors[act["post_b"]]) == (a, b)
    assert kinds == {True, False}


def test_a_line_of_retweets_counts_all_and_shows_the_earliest():
    rows = [
        {"account_id": "a", "target_account_id": "b", "target_post_id": f"b{at}", "at": at} for at in (9, 3, 7, 1, 5)
    ]
    toy = activity([*rows, {"account_id": "b", "target_account_id": "a", "target_post_id": "x", "at": 0}])
    members = pl.DataFrame({"account_id": ["b", "a"]}).with_row_index("place")
    (line,), acts = drawn_edges(toy, [(1, 0)], members, edges_among([], members), acts_of(NO_PAIRS, {}))
    assert (line["place_a"], line["place_b"], line["layer"], line["weight"]) == (1, 0, "retweet", 5)
    assert acts["retweets"]["line"] == [0, 0]
    assert acts["retweets"]["target_post"] == ["b1", "b3"]
