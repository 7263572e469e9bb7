"""Others who use the hashtags of a network are its company, unless the hashtags are its own."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import cib
from cib.networks.acts import Acts
from cib.networks.occasions import companies
from cib.networks.verdict import Rule
from tests.toys import activity

MEMBERS = "abcd"
OTHERS = [f"u{k}" for k in range(8)]


def company(tags, followers=100, asked=(True, True), min_company=8, **rule):
    """The company of MEMBERS, a network, from the accounts that use each hashtag; "xyz" is another network."""
    rows = [(each, tag) for tag, accounts in tags.items() for each in accounts]
    posts = [
        {"account_id": each, "action": "post", "at": k, "text": str(k), "hashtags": [tag]}
        for k, (each, tag) in enumerate(rows + [(each, "all alone") for each in "abcdxyz"])
    ]
    accounts = pl.DataFrame({"account_id": OTHERS, "followers": [followers] * len(OTHERS)})
    acts = Acts(cib.read(activity(posts).posts_table, accounts=accounts, progress=False))
    ids = acts.activity.account_ids
    group = np.where(ids.is_in(list(MEMBERS)).to_numpy(), 0, np.where(ids.is_in(list("xyz")).to_numpy(), 1, -1))
    found = companies(acts, group, np.array(asked), Rule(min_company=min_company, **rule))
    assert found.equals(found.sort("network", "account"))
    return ids.gather(found.filter(network=0)["account"]).to_list()


@pytest.mark.parametrize(
    ("tags", "others"),
    [
        ({"idol": [*MEMBERS, *OTHERS]}, OTHERS),
        ({"idol": [*"ab", *OTHERS]}, OTHERS),
        ({"idol": ["a", *OTHERS]}, []),  # one of four members
        ({"idol": [*MEMBERS, *OTHERS[:7]]}, []),  # too few for a rate
        ({"idol": [*MEMBERS, *OTHERS[:4]], "#Vote": [*MEMBERS, *OTHERS[4:]], "vote": "a"}, OTHERS),
        ({"ours": MEMBERS}, []),
        ({}, []),
    ],
)
def test_who_uses_a_hashtag_of_most_members_is_company(tags, others):
    assert company(tags) == others


def test_hashtags_of_networks_are_theirs():
    ours = {"idol": [*MEMBERS, "x", "y", "z", *OTHERS[:6]]}
    assert company(ours, min_company=1) == []
    assert company(ours, min_company=1, min_public=0.4) == OTHERS[:6]
    assert company(ours, min_company=1, asked=(True, False)) == [*OTHERS[:6], "x", "y", "z"]
    assert company({"idol": [*MEMBERS, *OTHERS[:4]]}, min_company=1, min_public=0.4) == OTHERS[:4]
    assert company({"idol": [*MEMBERS, *OTHERS[:3]]}, min_company=1, min_public=0.4) == []  # fewer than the members


def test_a_company_without_followers_is_none():
    tags = {"idol": [*MEMBERS, *OTHERS]}
    assert company(tags, followers=2) == []
    assert company(tags, followers=2, max_few=1.0) == OTHERS
    assert company(tags, followers=None) == OTHERS  # nothing is known of them


def test_without_hashtags_there_is_no_company():
    acts = Acts(activity([{"account_id": "a", "action": "post", "at": 0, "text": "said"}]))
    assert companies(acts, np.zeros(1, dtype=np.int64), np.array([True]), Rule()).is_empty()
