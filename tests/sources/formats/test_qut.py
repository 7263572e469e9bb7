"""Tables of the coordination-network-toolkit."""

from __future__ import annotations

import pytest

from cib.errors import InputError
from tests.sources import samples
from tests.sources.samples import IDS, acts, read

ACTS = [
    ("101", "1", "post", None, None),
    ("102", "2", "retweet", "1", "101"),
    ("102", "3", "reply", "1", "101"),
]


def test_who_did_what_to_whom(write):
    assert acts(write("a.csv", samples.QUT)) == ACTS


def test_the_qut_table_is_known_by_order(write):
    renamed = samples.QUT.replace(b"message_id,user_id,username", b"a,b,c", 1)
    posts = read(write("q.csv", renamed), format="qut").posts_table
    assert posts.select(IDS).rows() == ACTS
    assert posts["urls"].to_list() == [["https://a.org/x,y", "http://b.org"], ["https://a.org/x,y"], None]
    with pytest.raises(InputError, match="has 8 columns"):
        read(write("r.csv", b"a,b\n1,2\n"), format="qut")
