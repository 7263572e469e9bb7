"""Lines of the map."""

from __future__ import annotations


def test_every_line_of_the_map_leads_to_posts_of_its_two_accounts(detection, findings):
    authors = dict(detection.activity.posts_table.select("post_id", "account_id").iter_rows())
    accounts = [member["account"] for member in findings["members"]]
    kinds = set()
    for edge in findings["edges"]:
        a, b = accounts[edge["place_a"]], accounts[edge["place_b"]]
        assert 1 <= len(edge["acts"]) <= edge["weight"]
        kinds.add(edge["layer"] == "retweet")
        for act in edge["acts"]:
            if edge["layer"] == "retweet":
                assert authors[act["post"]] == a
                assert authors.get(act["target_post"], b) == b
            else:
                assert (authors[act["post_a"]], authors[act["post_b"]]) == (a, b)
    assert kinds == {True, False}
