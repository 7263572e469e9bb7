"""Records, one by one."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.errors import InputError
from cib.sources.rows import MISSHAPEN, Rows, chosen, digest, identity


def test_what_has_another_shape_is_dropped_alone():
    rows = Rows()

    def put(record):
        rows.post(record["who"], record["id"], "post", None)
        rows.profile(record["who"], name=record["name"])

    good = {"who": "a", "id": "1", "name": "x"}
    rows.each([good, {"id": "2"}, None, {"who": "b", "id": "3"}, {**good, "id": 4}], put)
    assert rows.take().select("account_id", "post_id").rows() == [("a", "1"), ("b", "3")]
    assert rows.dropped == {MISSHAPEN: 3}
    assert rows.unknown == {"records could be read only in part": 1}
    assert rows.take().is_empty()


@pytest.mark.parametrize("order", list(permutations([("1", "x", 5), ("2", "y", None), (None, "z", 7)])))
def test_the_latest_profile_counts_in_whatever_order(order):
    rows = Rows()
    for seen_at, name, followers in order:
        rows.profile("a", name=name, followers=followers, seen_at=seen_at)
    assert rows.profiles().select("account_id", "name", "followers").rows() == [("a", "y", None)]


@given(st.integers() | st.text())
def test_ids_are_exact(value):
    assert identity(value) == str(value)


@pytest.mark.parametrize(("value", "error"), [(1.0, InputError), (True, TypeError), ([], TypeError)])
def test_what_cannot_be_an_id_is_refused(value, error):
    with pytest.raises(error):
        identity(value)


def test_digests_are_the_same_on_every_machine_and_nothing_is_chosen_over_what_is_said():
    assert digest("words") == "491de3aee158f600"
    assert chosen(None, "", [], {}, 0, "a") == 0
