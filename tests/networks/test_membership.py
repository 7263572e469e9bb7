"""Who acts first, against counting by hand."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.graphs.coaction import coaction_graph
from cib.networks.membership import leading
from tests.toys import retweets

ACTS = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("xyz"), st.integers(0, 9)), min_size=1, max_size=25)
NETWORK = {"a": 0, "b": 0, "c": 1, "d": 1}


@given(ACTS)
def test_a_leader_acts_strictly_before_all_members_on_what_it_shares(rows):
    membership = pl.DataFrame({"account_id": list(NETWORK), "network": list(NETWORK.values())})
    found = leading(coaction_graph(retweets(*rows), "post", None, 1), membership)
    expected = {}
    for account, network in NETWORK.items():
        led = []
        for name in {o for a, o, _ in rows if a == account}:
            theirs = [t for a, o, t in rows if o == name and NETWORK.get(a) == network and a != account]
            if theirs:
                led.append(min(t for a, o, t in rows if (a, o) == (account, name)) < min(theirs))
        if led:
            expected[account] = (len(led), pytest.approx(sum(led) / len(led)))
    assert {account: tuple(row) for account, *row in found.iter_rows()} == expected
