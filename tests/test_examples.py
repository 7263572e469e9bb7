"""Every example runs as a user would run it."""

from __future__ import annotations

import runpy
from pathlib import Path

import polars as pl
import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs(path, capsys):
    with pl.Config():  # how an example prints is not how the next test does
        runpy.run_path(str(path), run_name="__main__")
    assert capsys.readouterr().out, "an example shows something"
