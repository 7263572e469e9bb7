"""The border type: what it refuses, and what it answers."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cib.activity
from cib.activity import Activity, accounts_in, are_among, coded, distinct, encode
from cib.errors import InputError, SettingsError
from cib.import_report import ImportReport
from tests.toys import activity, retweets


@pytest.mark.parametrize(
    ("rows", "said"),
    [([("a", "x", 0.0)], "1 row: 1 retweet; 1 account)"), ([("a", "x", 0.0), ("b", "x", 1.0)], "2 rows: ")],
)
def test_one_is_one_and_two_are_several(rows, said):
    assert said in repr(retweets(*rows))


def test_accounts_are_those_that_acted_were_acted_on_or_mentioned():
    posts = activity(
        [
            {"account_id": "b", "target_account_id": "a", "at": 0},
            {"account_id": "c", "action": "post", "mentions": ["d", "a"], "at": 1},
        ]
    )
    assert posts.account_ids.to_list() == ["a", "b", "c", "d"]


@given(st.lists(st.text(max_size=3), min_size=1), st.lists(st.text(max_size=3) | st.none()))
def test_codes_are_positions_and_strangers_are_null(ids, column):
    known = sorted(set(ids), key=str.encode)
    codes = encode(pl.Series(column, dtype=pl.String), pl.Series(known, dtype=pl.String))
    assert codes.to_list() == [known.index(value) if value in known else None for value in column]


@given(st.lists(st.text("ab", max_size=2), min_size=1), st.lists(st.text("abc", max_size=2) | st.none()))
def test_codes_are_exact_where_hashes_are_not(ids, column):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pl.Expr, "hash", lambda text: text.str.len_bytes())
        test_codes_are_positions_and_strangers_are_null.hypothesis.inner_test(ids, column)


def test_fingerprint_tells_content_apart_and_nothing_else():
    one = retweets(("a", "x", 0.0), ("b", "x", 1.0))
    assert one.fingerprint == retweets(("a", "x", 0.0), ("b", "x", 1.0)).fingerprint
    assert one.fingerprint != retweets(("a", "x", 0.0), ("b", "y", 1.0)).fingerprint
    assert one.fingerprint != retweets(("a", "x", 0.0), ("b", "x", 2.0)).fingerprint


def test_fingerprint_is_the_digest_of_the_texts_of_each_column():
    one = cib.simulate(scale=0.001, seed=1).activity
    lists = pl.Series("urls", [None, [], ["a", None, "é"], ["", ""], [None]], dtype=pl.List(pl.String))
    posts = one.posts_table.with_columns(urls=lists.gather(np.arange(len(one)) % len(lists)))
    one, digest = replace(one, posts_table=posts), hashlib.blake2b(digest_size=16)

    def text(value):
        if isinstance(value, list):
            return "\x1d".join(each for each in value if each is not None)
        return "\x00" if value is None else str(value)

    for table in (one.posts_table, one.accounts_table):
        for name in sorted(table.columns):
            digest.update(f"\x1e{name}\x1e{table.height}".encode())
            column = table[name].cast(pl.Int64) if table[name].dtype.is_temporal() else table[name]
            digest.update("\x1f".join(map(text, column.to_list())).encode())
    assert one.fingerprint == digest.hexdigest()


def test_a_raw_frame_is_refused_with_the_way_to_read_it():
    raw = pl.DataFrame({"account_id": ["a"]})
    with pytest.raises(InputError, match=r"posts lack the column 'post_id'.*cib\.read\(frame\)"):
        Activity(raw, raw, ImportReport("x", "y", 1, 1))


def test_a_column_of_the_wrong_type_is_refused():
    good = retweets(("a", "x", 0.0))
    with pytest.raises(InputError, match="'account_id' of type Int64"):
        replace(good, posts_table=good.posts_table.with_columns(account_id=pl.lit(1, dtype=pl.Int64)))


ROWS = [("a", "x", 0.0), ("b", "x", 86_400.0), ("a", "y", 172_800.0)]


def test_rows_and_report_add_up_after_a_filter():
    made = retweets(*ROWS)
    less = made.filter(pl.col("account_id") == "a")
    assert less.posts_table["account_id"].to_list() == ["a", "a"]
    assert (less.imported.rows_read, less.imported.rows_kept) == (3, 2)
    assert less.imported.dropped["filtered by the user"] == 1
    assert less.filter([True, False]).imported.dropped["filtered by the user"] == 2
    assert "b" not in less.account_ids


@pytest.mark.parametrize("library", ["polars", "pandas", "pyarrow"])
def test_a_filter_takes_expressions_functions_and_truth_values(library):
    made = replace(retweets(*ROWS), library=library)
    wanted = [True, False, True]
    as_function = {
        "polars": lambda posts: posts["account_id"] == "a",
        "pandas": lambda posts: posts["account_id"] == "a",
        "pyarrow": lambda posts: [value == "a" for value in posts["account_id"].to_pylist()],
    }
    for predicate in (
        pl.col("account_id") == "a",
        nw.col("account_id") == "a",
        as_function[library],
        wanted,
        np.array(wanted),
    ):
        assert made.filter(predicate).posts_table.equals(made.posts_table.filter(pl.Series(wanted)))


@pytest.mark.parametrize("predicate", [None, "a", 3, [True], pl.col("nothing") == 1, pl.col("account_id"), object()])
def test_a_predicate_that_says_nothing_of_each_row_is_refused(predicate):
    with pytest.raises(InputError):
        retweets(*ROWS).filter(predicate)


def test_between_holds_its_start_and_not_its_end():
    made = retweets(*ROWS)
    first, second, third = made.posts_table["created_at"]
    assert len(made.between(first, third)) == 2
    assert made.between(second.isoformat(), "2100-01-01").imported.first == second
    with pytest.raises(SettingsError, match="before"):
        made.between(third, first)
    with pytest.raises(SettingsError, match="start='soon' is not a moment"):
        made.between("soon", third)


@pytest.mark.parametrize(
    ("library", "shown"), [("polars", pl.DataFrame), ("pandas", pd.DataFrame), ("pyarrow", pa.Table)]
)
def test_tables_are_of_the_users_library_and_show_their_rows(library, shown):
    made = replace(retweets(*ROWS), library=library)
    assert isinstance(made.posts, shown)
    assert isinstance(made.accounts, shown)


def test_another_table_of_posts_has_other_accounts():
    made = retweets(*ROWS)
    assert made.account_codes.len() == 3
    fewer = replace(made, posts_table=made.posts_table.head(1))
    assert (len(fewer.account_codes), "b" in fewer.account_ids) == (1, False)


_IDS = st.lists(st.none() | st.sampled_from([f"{k}" for k in range(9)]), max_size=30)


@pytest.mark.parametrize("collide", [False, True])
@given(ids=_IDS, others=_IDS)
def test_ids_are_coded_by_hash_as_by_dictionary(collide, ids, others):
    column, more = (pl.Series(values, dtype=pl.String) for values in (ids, others))
    sorted_ids, known = sorted(set(ids) - {None}), sorted(set(others) - {None})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cib.activity, "_MANY", 0)
        patch.setattr(cib.activity, "_MOST", 0)
        if collide:
            patch.setattr(pl.Series, "hash", lambda column: pl.Series([7] * len(column), dtype=pl.UInt64))
        assert sorted(distinct(column)) == sorted_ids
        assert [part.to_list() for part in coded(column.drop_nulls())] == [
            sorted_ids,
            [sorted_ids.index(value) for value in ids if value is not None],
        ]
        codes = encode(column, pl.Series(known, dtype=pl.String))
        among = are_among(column.drop_nulls(), more).to_list()
        table = pl.DataFrame({"account_id": column, "target_account_id": column.reverse()})
        assert accounts_in(table).to_list() == sorted_ids
    assert codes.dtype == pl.UInt32
    assert codes.to_list() == [known.index(value) if value in known else None for value in ids]
    expected = [value in known for value in ids if value is not None]
    assert all(among) if collide and others else among == expected
