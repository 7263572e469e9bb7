"""One action and one target out of several columns."""

from __future__ import annotations

from itertools import product

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cib.sources.deciding import as_name, decide, names_of, one_row_a_post


@pytest.mark.parametrize("stated", list(product((False, True), repeat=3)))
def test_of_several_targets_the_first_kind_counts(stated):
    order = ("retweet", "quote", "reply")
    posts, accounts = ({kind: f"{kind}_{what}" for kind in order} for what in ("post", "account"))
    cells = {f"{kind}_post": [f" {kind} " if told else ""] for kind, told in zip(order, stated, strict=True)}
    read = decide(pl.DataFrame({"who": ["a"], **cells}), {"account_id": "who", "text": "absent"}, posts, accounts)
    action = next((kind for kind, told in zip(order, stated, strict=True) if told), None)
    assert read.columns == ["account_id", "action", "target_post_id", "target_account_id"]
    assert read.row(0) == ("a", action or "post", action, None)


def test_an_account_alone_makes_an_action_and_no_other_target_is_lent_to_it():
    raw = pl.DataFrame({"quoted_user": ["7", None], "answered": ["1", "1"]})
    read = decide(raw, {}, {"reply": "answered"}, {"quote": "quoted_user"})
    assert read.rows() == [("quote", None, "7"), ("reply", "1", None)]


def test_rows_of_a_post_are_alike_in_whatever_order():
    columns = ("post_id", "account_id", "action", "target_account_id", "named")
    rows = [("1", "a", "reply", *ends) for ends in ((None, "d"), ("b", None), (None, "c"))]
    rows.append(("2", "a", "post", None, None))
    one, other = (
        one_row_a_post(pl.DataFrame(part, schema=columns, orient="row")).unique().sort("post_id")
        for part in (rows, rows[::-1])
    )
    assert_frame_equal(one, other)
    assert one.rows() == [("1", "a", "reply", "b", ["c", "d"]), ("2", "a", "post", None, [])]


def test_names_are_compared_in_lower_case():
    raw = pl.DataFrame({"name": ["Ann", "ann", None], "id": [1, 1, 2]})
    assert names_of(raw, "name", "id").rows() == [("@ann", "1")]
    assert names_of(raw, "absent", "id").is_empty()
    assert raw.select(as_name(pl.col("name"))).to_series().to_list() == ["@ann", "@ann", None]
