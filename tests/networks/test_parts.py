"""Parts of tables: the same rows as filters, concatenations and copies give."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from cib.networks.parts import Part, changed, concatenated, cut, part_of, sliced


@sliced("rows")
@dataclass(frozen=True)
class Holder:
    name: str
    rows: pl.DataFrame


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-9, 9)), max_size=30))
def test_the_parts_of_a_table_are_its_rows_by_value(rows):
    table = pl.DataFrame(rows, schema={"key": pl.Int64, "value": pl.Int64}, orient="row")
    parts, nothing = cut(table, "key")
    assert sorted(parts) == sorted(table["key"].unique())
    for key, part in parts.items():
        assert Holder("h", part).rows.equals(table.filter(key=key).drop("key"))
    assert Holder("h", nothing).rows.equals(table.clear().drop("key"))


@given(st.lists(st.lists(st.integers(-9, 9), max_size=3), max_size=6), st.data())
def test_concatenated_fields_are_those_of_each_holder(lists, data):
    whole = [[number, value] for number, values in enumerate(lists) for value in values]
    parts, nothing = cut(pl.DataFrame(whole, schema={"key": pl.Int64, "value": pl.Int64}, orient="row"), "key")
    holders = [Holder(str(k), parts.get(k, nothing)) for k in range(len(lists))]
    some = data.draw(st.lists(st.sampled_from(holders), max_size=8)) if holders else []
    mixed = [data.draw(st.sampled_from([one, replace(one, name="frame")])) for one in some]
    table, number = concatenated([part_of(one, "rows") for one in mixed])
    assert number.tolist() == [k for k, one in enumerate(some) for _ in range(one.rows.height)]
    if mixed:
        assert table.equals(pl.concat([one.rows for one in some]))


def test_a_changed_copy_keeps_its_part():
    parts, _ = cut(pl.DataFrame({"key": [1, 1, 2], "value": [5, 6, 7]}), "key")
    copy = changed(Holder("one", parts[1]), name="other")
    assert isinstance(vars(copy)["rows"], Part)
    assert (copy.name, copy.rows["value"].to_list()) == ("other", [5, 6])
