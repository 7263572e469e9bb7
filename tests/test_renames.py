"""Renamed modules are where the list of renames says."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path

import pytest

RENAMES = tomllib.loads((Path(__file__).parent / "renames.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("new", sorted(RENAMES["modules"].values()))
def test_a_renamed_module_is_there(new):
    assert importlib.util.find_spec(new) is not None
