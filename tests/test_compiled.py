"""Where machine code is kept, what is compiled, and grouping."""

from __future__ import annotations

import tempfile

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import cib
from cib import compiled
from cib.compiled import found, grouped, kept_in, numbered, taken
from cib.features import passes, ties
from cib.graphs.compiled import coaction, windows
from cib.networks import sharing


@given(arrays(np.int32, st.integers(0, 50), elements=st.integers(0, 6)))
def test_groups_are_a_stable_sort(codes):
    starts, positions = grouped(codes, 8)
    assert np.array_equal(positions, np.argsort(codes, kind="stable"))
    assert np.array_equal(starts, np.searchsorted(np.sort(codes), np.arange(9)))


@pytest.mark.parametrize("kind", [np.int32, np.float64, coaction.EDGE])
def test_what_is_taken_is_what_numpy_takes(kind, monkeypatch):
    monkeypatch.setattr(compiled, "_TAKEN", 7)
    rng = np.random.default_rng(0)
    column, order = rng.integers(0, 99, 50).astype(kind), rng.integers(0, 50, 40).astype(np.int32)
    assert np.array_equal(taken(column, order), column[order])


def test_each_kernel_of_a_detection_is_compiled_once():
    """Read-only arrays, as Polars hands them out, are no type of their own."""
    activity = cib.simulate(scale=0.002, seed=1).activity
    cib.detect(activity, progress=False)
    kernels = [
        (name, value)
        for module in (compiled, passes, ties, coaction, windows, sharing)
        for name, value in vars(module).items()
        if isinstance(value, numba.core.dispatcher.Dispatcher) and not value.targetoptions.get("inline")
    ]
    assert len(kernels) >= 12
    assert {name: len(kernel.signatures) for name, kernel in kernels} == {name: 1 for name, _ in kernels}


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A package whose folder cannot be written to, with no place for the user or for temporary files."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__pycache__").touch()
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" / "none"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    kept_in.cache_clear()
    compiled._say_once.cache_clear()
    yield tmp_path / "package"
    kept_in.cache_clear()


def test_code_is_kept_beside_the_package(nowhere, capsys):
    (nowhere / "__pycache__").unlink()
    assert kept_in(nowhere) == ""
    assert capsys.readouterr().err == ""


def test_code_is_kept_by_the_user_if_the_package_cannot_be_written_to(nowhere, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for said in (1, 0):  # only when the folder is new
        assert kept_in(nowhere) == str(tmp_path / "cache" / "cib")
        assert len(capsys.readouterr().err.splitlines()) == said
        kept_in.cache_clear()


def test_code_is_kept_in_a_temporary_folder_else(nowhere, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    place = kept_in(nowhere)
    assert place.startswith(str(tmp_path / "cib"))
    assert place in capsys.readouterr().err


def test_a_temporary_folder_that_others_can_write_to_is_not_trusted(nowhere, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    place = kept_in(nowhere)
    kept_in.cache_clear()
    (tmp_path / place).chmod(0o777)
    assert kept_in(nowhere) is None


def test_code_is_kept_nowhere_if_there_is_no_place_and_that_is_said_once(nowhere, capsys):
    (nowhere / "part").mkdir()
    (nowhere / "part" / "__pycache__").touch()
    assert kept_in(nowhere) is kept_in(nowhere / "part") is None
    [line] = capsys.readouterr().err.splitlines()
    assert "NUMBA_CACHE_DIR" in line


def test_the_choice_of_the_user_comes_first(nowhere, monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", "/chosen")
    assert kept_in(nowhere) == "/chosen"


def test_a_kernel_that_cannot_be_kept_works(nowhere):
    source = "def double(values, out):\n    for k in range(len(values)):\n        out[k] = 2 * values[k]\n"
    space = {}
    exec(compile(source, str(nowhere / "kernel.py"), "exec"), space)  # noqa: S102
    out = np.zeros(3, np.int64)
    compiled.compiled(compiled.INTS, compiled.WRITE_INTS)(space["double"])(np.arange(3), out)
    assert out.tolist() == [0, 2, 4]


@pytest.mark.parametrize("step", [1, 1 << 20, 1 << 40])
def test_hashes_are_numbered_in_order_of_occurrence_even_if_their_last_bits_are_equal(step):
    values = np.random.default_rng(step % 7).integers(0, 9_000, 20_000).astype(np.uint64) * np.uint64(step)
    values = values[: 20_000 if step == 1 else 3_000]
    codes, firsts, known, table = numbered(values)
    distinct = list(dict.fromkeys(values.tolist()))
    assert known.tolist() == distinct
    assert firsts.tolist() == [values.tolist().index(value) for value in distinct]
    assert (known[codes] == values).all()
    asked = np.append(values[::3], np.uint64(5))
    place = {value: number for number, value in enumerate(distinct)}
    assert found(asked, known, table).tolist() == [place.get(value, -1) for value in asked.tolist()]


def test_no_hashes_have_no_numbers():
    codes, firsts, known, table = numbered(np.empty(0, np.uint64))
    assert len(codes) == len(firsts) == len(known) == 0
    assert found(np.array([3], np.uint64), known, table).tolist() == [-1]
