"""Columns of large tables are in files, with equal values."""

from __future__ import annotations

import gc

import numpy as np
import polars as pl
import pytest

import cib
from cib import mapped as module
from cib.activity import POST_COLUMNS
from cib.mapped import mapped, mapped_array, mapped_columns, release_pages

pytest.importorskip("pyarrow")


@pytest.fixture
def posts():
    return cib.simulate(scale=0.001, seed=1).activity.posts_table


def test_mapped_columns_are_equal_in_values_type_and_order(posts):
    table = mapped_columns(posts, least=1)
    release_pages()
    assert table.equals(posts)
    assert table.schema == posts.schema == {name: POST_COLUMNS[name] for name in posts.columns}
    assert set(table.n_chunks("all")) == {1}
    assert mapped(posts["created_at"].set_sorted(), least=1).flags["SORTED_ASC"]


def test_a_column_is_mapped_once_and_its_file_is_gone_with_it(posts):
    gc.collect()
    before = len(module._MAPS)
    table = mapped_columns(posts, least=1)
    files = len(module._MAPS) - before
    assert files == len(posts.columns) - 1  # actions take a byte each
    again = mapped_columns(table.select(pl.all().shift(0).name.keep()), least=1)
    assert again.equals(posts)
    assert mapped(table["text"], least=1) is not mapped(posts["text"], least=1)
    del table, again
    gc.collect()
    assert len(module._MAPS) == before


@pytest.mark.parametrize(
    "column",
    [
        pl.Series("empty", [], dtype=pl.String),
        pl.Series("null", [None, None], dtype=pl.List(pl.String)),
        pl.Series("zero", [0]),
        pl.concat([pl.Series("parts", ["a"]), pl.Series("parts", ["b" * 50])], rechunk=False),
        pl.Series("cut", ["a" * 20, "b", "c" * 30]).slice(1),
    ],
    ids=lambda column: column.name,
)
def test_any_column_is_equal(column):
    assert mapped(column, least=0).equals(column, check_names=True, check_dtypes=True)


def test_columns_stay_in_memory_if_few_or_if_there_is_no_room(posts, monkeypatch, tmp_path):
    assert mapped(posts["text"]) is posts["text"] or len(posts) < module.LARGE
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    column = posts["text"]
    assert mapped(column, least=1) is column


def test_a_detection_on_mapped_columns_is_the_same(monkeypatch, tmp_path):
    posts = cib.simulate(scale=0.002, seed=1).activity.posts_table
    file = tmp_path / "posts.parquet"
    posts.sample(fraction=1, shuffle=True, seed=1).write_parquet(file)
    plain = cib.detect(cib.read(file, progress=False), progress=False)
    for name in ("cib.mapped.LARGE", "cib.sources.tables.LARGE", "cib.sources.assembly.LARGE"):
        monkeypatch.setattr(name, 1)
    monkeypatch.setattr(mapped, "__defaults__", (1,))
    monkeypatch.setattr(mapped_columns, "__defaults__", (1,))
    for name in ("content.text.FEWER", "features.table.FEWER", "graphs.graph.EDGES"):
        monkeypatch.setattr(f"cib.{name}", 1)
    activity = cib.read(file, progress=False)
    assert module._is_mapped(activity.posts_table["text"])
    assert activity.posts_table.equals(posts)
    found = cib.detect(activity, progress=False)
    assert found.table.equals(plain.table)
    assert found.networks.table.equals(plain.networks.table)
    assert found.findings == plain.findings


def test_arrays_in_files_are_equal_and_cannot_be_written_to():
    values, before = np.arange(1000, dtype=np.int32), len(module._MAPS)
    array = mapped_array(values, least=1)
    release_pages()
    assert len(module._MAPS) == before + 1
    assert array.dtype == values.dtype
    assert np.array_equal(array, values)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1  # would be lost as soon as the page is returned
    assert mapped_array(values) is values
    del array
    gc.collect()
    assert len(module._MAPS) == before
