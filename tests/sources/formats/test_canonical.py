"""Tables whose columns are known by name."""

from __future__ import annotations

import pytest

from cib.errors import InputError
from tests.sources import samples
from tests.sources.samples import acts

ACTS = [
    ("101", "1", "post", None, None),
    ("102", "2", "retweet", "1", "101"),
    ("102", "3", "reply", "1", "101"),
]


def test_who_did_what_to_whom(write):
    assert acts(write("a.csv", samples.CANONICAL)) == ACTS


def test_columns_may_have_other_known_names(write):
    names = {b"account_id,post_id": b"User ID,tweet-id", b"created_at": b"timestamp", b"target_post_id": b"object_id"}
    table = samples.CANONICAL
    for ours, theirs in names.items():
        table = table.replace(ours, theirs, 1)
    assert acts(write("a.csv", table), format="canonical") == ACTS


@pytest.mark.parametrize("name", ["account_id", "created_at"])
def test_without_account_or_time_it_is_no_table_of_posts(write, name):
    with pytest.raises(InputError, match=f"the column '{name}' is missing"):
        acts(write("a.csv", samples.CANONICAL.replace(name.encode(), b"x", 1)))
