"""A library of known networks: saved whole, read back exactly, and nothing else is taken for one."""

from __future__ import annotations

import json
import math
import random
import shutil

import numpy as np
import polars as pl
import pytest

import cib
from cib.errors import CibError, InputError
from cib.linkage.known import KnownNetwork


@pytest.fixture(scope="module")
def known():
    activity, truth = cib.simulate(scale=0.002, seed=1)
    accounts = truth.drop_nulls("operation")["account_id"]
    return cib.KnownNetworks().add(accounts[::2], "harbour", activity).add(accounts[1::2], "mill", activity)


@pytest.fixture
def folder(known, tmp_path):
    return known.save(tmp_path / "known")


def test_a_library_comes_back(known, folder):
    again = cib.KnownNetworks.read(folder)
    for mine, theirs in zip(again, known, strict=True):
        assert mine.values.equals(theirs.values)
        assert (mine.name, mine.kept, mine.about) == (theirs.name, theirs.kept, theirs.about)


def test_files_of_two_libraries_do_not_go_together(known, folder, tmp_path):
    one = cib.KnownNetworks(known.networks[:1]).save(tmp_path / "one")
    shutil.copy(one / "known.json", folder)
    with pytest.raises(InputError, match="of another library"):
        cib.KnownNetworks.read(folder)


def test_a_library_of_version_0_1_is_read(known, folder):
    """It had no marks."""
    told = json.loads((folder / "known.json").read_text("utf-8"))
    del told["library"]
    (folder / "known.json").write_text(json.dumps(told | {"format": 1}), "utf-8")
    pl.read_parquet(folder / "signals.parquet").write_parquet(folder / "signals.parquet")
    assert cib.KnownNetworks.read(folder).names == known.names


def test_a_folder_of_something_else_is_not_written_over(known, tmp_path):
    (tmp_path / "detection.json").touch()
    with pytest.raises(InputError, match="holds a detection"):
        known.save(tmp_path)


WRONG = (
    *(("weight", value) for value in (math.nan, math.inf, 0.0, -1.0, 1e9, None)),
    *(("background", value) for value in (math.nan, math.inf, 0.0, -0.1, 1.1)),
    *(("name", value) for value in ("nobody", "", None)),
    *(("signal", value) for value in ("shoes", None)),
    ("value", None),
)


@pytest.mark.parametrize(("column", "value"), WRONG)
def test_a_value_that_no_library_holds_is_an_error(folder, column, value):
    path = folder / "signals.parquet"
    table, mark = pl.read_parquet(path), pl.read_parquet_metadata(path)["cib"]
    rng = np.random.default_rng(0)
    for row in rng.integers(0, table.height, 5).tolist():
        changed = table.with_row_index().with_columns(
            pl.when(pl.col("index") == row)
            .then(pl.lit(value, dtype=table.schema[column]))
            .otherwise(column)
            .alias(column)
        )
        changed.drop("index").write_parquet(path, metadata={"cib": mark})
        with pytest.raises(InputError, match="Make one with") as caught:
            cib.KnownNetworks.read(folder)
        assert f"row {row} " in str(caught.value) or "network or signal" in str(caught.value)


def test_a_row_twice_is_an_error(folder):
    path = folder / "signals.parquet"
    table, mark = pl.read_parquet(path), pl.read_parquet_metadata(path)["cib"]
    pl.concat([table, table.head(1)]).write_parquet(path, metadata={"cib": mark})
    with pytest.raises(InputError, match="is there twice"):
        cib.KnownNetworks.read(folder)


PIECES = (b"", b"-", b"0", b"null", b'"', b"[[[", b"NaN", b"{}", b"\xff")


def changed(text, draw):
    """A text with some bytes gone, doubled or another."""
    letters = bytearray(text)
    for _ in range(draw.randint(1, 4)):
        k = draw.randrange(len(letters))
        letters[k : k + draw.randint(0, 3)] = draw.choice(PIECES)
    return bytes(letters)


@pytest.mark.parametrize("name", ["known.json", "signals.parquet"])
def test_changed_bytes_give_a_library_or_an_error_with_a_remedy(folder, name):
    draw, path = random.Random(name), folder / name  # noqa: S311 - no secret is made
    before, errors = path.read_bytes(), []
    for _ in range(200):
        path.write_bytes(changed(before, draw))
        try:
            repr(cib.KnownNetworks.read(folder))
        except CibError as error:
            errors.append(error)
    assert len(errors) > 100
    assert all(error.remedy for error in errors)


def test_a_network_shows_itself(known):
    assert isinstance(known[known.names[0]], KnownNetwork)
    with pytest.raises(InputError, match="no known network"):
        known["nobody"]
