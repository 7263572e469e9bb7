"""Networks with hosts or texts of their own are in one pool; others are not."""

from __future__ import annotations

import numpy as np
import pytest

import cib
from cib.networks.acts import Acts
from cib.networks.pools import pools
from cib.networks.verdict import Rule
from tests.toys import activity

CELLS = ["abc", "def", "ghi"]


def pooled(links, asked=(True, True, True), **rule):
    """The pool of each of three cells of three accounts, from the accounts that link to each host."""
    told = [(each, host) for host, accounts in links.items() for each in accounts]
    idle = [(each, "other") for cell in CELLS for each in cell]
    rows = [
        {"account_id": each, "action": "post", "at": k, "text": f"{k}", "urls": [f"https://{host}.example/{k}"]}
        for k, (each, host) in enumerate(told + idle + [(f"reader{k}", "other") for k in range(20)])
    ]
    return of_cells(Acts(activity(rows)), asked, **rule)


def of_cells(acts, asked=(True, True, True), **rule):
    ids = acts.activity.account_ids.to_list()
    group = np.array([next((k for k, cell in enumerate(CELLS) if each in cell), -1) for each in ids])
    return pools(acts, group, np.array(asked), Rule(**rule)).tolist()


@pytest.mark.parametrize(
    ("links", "same"),
    [
        ({"own": "abde"}, [True, False]),
        ({"own": "abdex"}, [True, False]),  # one reader
        ({"own": "abdexyz"}, [False, False]),  # a site with readers
        ({"own": "abd"}, [True, False]),  # one member is enough
        ({"own": "abde", "another": "efgh"}, [True, True]),
        ({"own": "abc", "another": "def"}, [False, False]),
        ({}, [False, False]),
    ],
)
def test_cells_that_link_to_their_own_hosts_are_one_pool(links, same):
    found = pooled(links)
    assert [found[0] == found[1] >= 0, found[1] == found[2] >= 0] == same
    assert (found[0] >= 0) == same[0]


@pytest.mark.parametrize(("posters", "same"), [("abde", True), ("abdex", True), ("abdexyz", False), ("abd", True)])
def test_cells_that_post_their_own_texts_are_one_pool(posters, same):
    said = [(each, "the talking point of the day") for each in posters] + [(each, each) for each in "abcdefghi"]
    made = activity([{"account_id": each, "action": "post", "at": k, "text": t} for k, (each, t) in enumerate(said)])
    graph = cib.backbone(cib.coaction_graph(made, "text", None, 1), alpha=0.999)
    found = of_cells(Acts(made, [graph]))
    assert (found[0] == found[1] >= 0) == same
    assert found[2] == -1


def test_only_networks_asked_for_are_pooled():
    assert pooled({"own": "abde"}, asked=(True, False, True)) == [-1, -1, -1]
    assert pooled({"own": "abde"}, asked=(False, False, False)) == [-1, -1, -1]


def test_the_rule_says_what_is_own():
    assert pooled({"own": "abdexyz"}, min_own=0.5)[0] >= 0
    assert pooled({"own": "abd"}, min_sharing=2) == [-1, -1, -1]


def test_data_without_links_have_no_pools():
    acts = Acts(activity([{"account_id": each, "at": k, "text": each} for k, each in enumerate("abcdef")]))
    assert pools(acts, np.repeat([0, 1], 3), np.array([True, True]), Rule()).tolist() == [-1, -1]


def test_without_networks_there_are_no_pools():
    acts = Acts(activity([{"account_id": "a", "at": 1, "text": "one"}]))
    assert pools(acts, np.array([-1]), np.zeros(0, dtype=bool), Rule()).tolist() == []
