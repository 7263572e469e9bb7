"""Networks of one run are found again in another, whatever they are called there."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.robustness.matching import agreement, lasting_ids, staying, timeline

DAYS = [datetime(2020, 6, k) for k in range(1, 5)]  # noqa: DTZ001


def members(**networks):
    rows = [(account, network) for network, accounts in networks.items() for account in accounts]
    return pl.DataFrame(rows, schema={"account_id": pl.String, "network_id": pl.String}, orient="row")


@pytest.mark.parametrize(
    ("before", "after", "fates"),
    [
        (members(N1="abcd"), members(N7="abcd"), {"N7": "kept"}),
        (members(N1="abcd"), members(N1="abcdef"), {"N1": "grown"}),
        (members(N1="abcdef"), members(N1="abcd"), {"N1": "shrunk"}),
        (members(N1="abc", N2="def"), members(N1="abcdef"), {"N1": "merged"}),
        (members(N1="abcdef"), members(N1="abc", N2="def"), {"N1": "split", "N2": "split"}),
        (members(N1="abc"), members(N1="xyz"), {"N1": "born"}),
    ],
)
def test_fates(before, after, fates):
    found = timeline({DAYS[0]: before, DAYS[1]: after}).table
    assert dict(found.filter(pl.col("start").dt.day() == 2).select("network_id", "fate").rows()) == fates


def test_what_has_no_successor_is_gone_but_in_the_last_window_nobody_knows():
    found = timeline({DAYS[0]: members(N1="abc", N2="xyz"), DAYS[1]: members(N1="abc"), DAYS[2]: members()})
    assert found.table.select("network_id", "gone").rows() == [("N1", False), ("N2", True), ("N1", True)]
    assert not timeline({DAYS[0]: members(N1="abc")}).table["gone"].any()


def test_stability_is_likeness_to_the_window_before_by_accounts():
    # abc comes back whole (1), defgh as three of five (0.6); weighted 3 and 3
    found = timeline({DAYS[0]: members(N1="abc", N2="defgh"), DAYS[1]: members(N1="abc", N2="def")})
    assert found.stability == pytest.approx(0.8)
    assert timeline({DAYS[0]: members(N1="abc")}).stability is None
    assert "stability 0.80" in repr(found)


@pytest.mark.parametrize(
    ("windows", "names"),
    [
        ([members(N1="abc", N2="xyz"), members(N1="xyz", N2="abc")], [("N1", "L2"), ("N2", "L1")]),
        ([members(N1="abcd", N2="xyz"), members(N1="abcdxyz")], [("N1", "L1")]),
        ([members(N1="abcdxyz"), members(N1="xyz", N2="abcd")], [("N1", "L2"), ("N2", "L1")]),
        ([members(N1="abc"), members(N1="xyz"), members(N1="abc")], [("N1", "L3")]),
        ([members(N1="abc"), members(), members(N1="abc")], [("N1", "L2")]),
        ([members(N1="abc", N2="uvwxyz")], [("N1", "L2"), ("N2", "L1")]),
    ],
    ids=["kept", "merged", "split", "others", "came back", "by size"],
)
def test_a_network_that_goes_on_keeps_its_name(windows, names):
    named = lasting_ids(dict(zip(DAYS, windows, strict=False)))
    last = named.filter(pl.col("start").dt.day() == len(windows))
    assert last.select("network_id", "lasting_id").rows() == names


memberships = st.dictionaries(st.sampled_from("abcdefghij"), st.sampled_from(["N1", "N2", "N3"]), min_size=1).map(
    lambda placed: pl.DataFrame({"account_id": list(placed), "network_id": list(placed.values())})
)


@given(memberships)
def test_everybody_stays_in_the_same_run(placed):
    assert staying(placed, placed).all()
    assert agreement(placed, placed) == 1


@given(memberships, memberships)
def test_staying_does_not_depend_on_names(placed, others):
    renamed = others.with_columns("x" + pl.col("network_id"))
    assert staying(placed, others).to_list() == staying(placed, renamed).to_list()
    assert agreement(placed, others) == agreement(others, placed)


@given(st.lists(memberships, min_size=1, max_size=4))
def test_a_lasting_name_is_of_one_network_a_day(windows):
    table = timeline(dict(zip(DAYS, windows, strict=False))).table
    assert table["lasting_id"].null_count() == 0
    assert not table.select("start", "lasting_id").is_duplicated().any()
    born = table.filter(pl.col("fate") == "born")
    assert born["lasting_id"].is_unique().all()
