"""Parts of a source, one after the other."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import cib
from cib.errors import InputError
from tests.sources import samples
from tests.sources.samples import ANA, BOB, FIRST, NOON, ROWS, SKY, TIMES, read


def test_ids_carry_their_platform_where_there_are_several(write):
    x, sky = write("x.jsonl", samples.X_V2_PAGE), write("b.jsonl", samples.BLUESKY)
    both = read([x, sky])
    assert both.imported.format.startswith("x-v2 + bluesky:")
    assert set(both.account_ids) == {"x:101", "x:102", f"bluesky:{ANA}", f"bluesky:{BOB}"}
    assert set(both.posts_table["target_post_id"].drop_nulls()) == {f"x:{FIRST}", f"bluesky:{SKY}"}
    assert both.accounts_table["account_id"].to_list() == ["x:101", "x:102"]
    assert both.posts_table["hashtags"].drop_nulls().explode().unique().to_list() == ["This"]
    assert_frame_equal(read([sky, x]).posts_table, both.posts_table)


def test_formats_of_one_platform_share_their_ids(write):
    both = read([write("x.jsonl", samples.X_V2_PAGE), write("y.jsonl", samples.X_V1)])
    assert both.imported.dropped == {"conflicting duplicate": 2, "duplicate": 1}
    assert set(both.account_ids) == {"101", "102"}


def test_one_file_may_hold_several_formats(write):
    mixed = read(write("m.jsonl", samples.BLUESKY + samples.X_V2_FLAT + samples.TELETHON))
    assert len(mixed) == 9
    assert set(mixed.account_ids) >= {"x:101", f"bluesky:{ANA}", "telegram:user101"}
    x = mixed.posts_table.filter(pl.col("account_id").str.starts_with("x:"))
    assert x["created_at"].to_list() == TIMES


def test_files_may_lack_what_is_not_needed(tmp_path):
    ROWS[:20].write_parquet(tmp_path / "a.parquet")
    ROWS[20:].drop("target_post_id").write_parquet(tmp_path / "b.parquet")
    assert len(read(tmp_path)) == 35
    ROWS[20:].drop("created_at").write_parquet(tmp_path / "b.parquet")
    with pytest.raises(InputError, match=r"b\.parquet: the column 'created_at' is missing\. .*All files"):
        read(tmp_path)


@pytest.mark.parametrize("last", ["1582218195625938947.0", "1.5e18"])
def test_a_float_among_ids_of_text_is_refused(tmp_path, last):
    path = tmp_path / "a.jsonl"
    row = '{{"account_id": {}, "text": {}, "created_at": 1577880000}}\n'.format
    path.write_text(row('"a"', '"x"') + row('"b"', last), encoding="utf-8")
    assert len(cib.read(path, progress=False)) == 2
    path.write_text(row('"a"', '"x"') + row(last, '"x"'), encoding="utf-8")
    with pytest.raises(InputError, match="column 'account_id': some ids are floats"):
        cib.read(path, progress=False)


def test_bad_lines_are_bounded(write):
    good = samples.lines(*({"account_id": f"a{k}", "post_id": f"{k}", "created_at": NOON + k} for k in range(2_000)))
    few = read(write("a.jsonl", good + b'{"account_id"\n[1]\n' + good[:60]))
    assert few.imported.dropped == {"duplicate": 1, "unreadable line": 2} or len(few) == 2_000
    assert "unreadable lines were left out (lines 2001, 2002)" in few.imported.notes
    with pytest.raises(InputError, match=r"line 2,001: 3 lines cannot be read.*max_bad"):
        read(write("b.jsonl", good + b"[1]\n" * 3 + good[:60]))
    assert len(read(write("b.jsonl", good + b"[1]\n" * 3 + good[:60]), max_bad=0.01)) == 2_000


def test_of_many_small_files_that_are_cleaned_together_the_bad_one_is_named(write):
    for k in range(5):
        folder = write(f"f/{k}.csv", f"account_id,created_at\na,{NOON if k != 3 else 'noon'}\n").parent
    with pytest.raises(InputError, match=r"3\.csv, column 'created_at', row 1: 1 of 1 times"):
        read(folder)


def test_a_note_on_many_files_is_one_note(write):
    for k in range(3):
        folder = write(f"f/{k}.csv", f"account_id,created_at,colour\na,{NOON + k},red\n").parent
    notes = [note for note in read(folder).imported.notes if "colour" in note]
    assert [note.partition("0.csv")[2] for note in notes] == [" and 2 more files: columns not read: colour"]
