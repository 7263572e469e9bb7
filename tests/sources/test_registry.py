"""Formats of users."""

from __future__ import annotations

import pytest

import cib
from cib.errors import SettingsError
from cib.sources.registry import known_formats, named_format


def test_every_file_of_the_folder_is_a_format():
    from pathlib import Path

    from cib.sources import formats

    files = {path.stem for path in Path(formats.__path__[0]).glob("*.py")} - {"__init__"}
    assert len(known_formats()) == len(files)
    assert all(format.name == name for name, format in known_formats().items())
    with pytest.raises(SettingsError, match="Did you mean 'x-v2'"):
        named_format("x-v3")


def test_installed_formats_come_first(monkeypatch):
    class Point:
        value = "mine:FORMAT"

    mine = cib.Format("qut", {"account_id": "user_id"}, why="mine")
    monkeypatch.setattr("cib.sources.registry.installed", lambda _: {"qut": Point()})
    monkeypatch.setattr("cib.sources.registry.load_extension", lambda *_: mine)
    known_formats.cache_clear()
    try:
        assert next(iter(known_formats())) == "qut"
        assert known_formats()["qut"] is mine
    finally:
        monkeypatch.undo()
        known_formats.cache_clear()
