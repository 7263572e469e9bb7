"""Formats of users."""

from __future__ import annotations

import pytest

import cib
from cib.errors import SettingsError
from cib.sources.registry import known_formats, named_format
from tests.sources.samples import NOON, lines, read


def test_a_format_may_be_given_as_a_value(write):
    def read_record(record, rows):
        rows.post(record["who"], record["n"], "post", record["when"])

    mine = cib.Format("mine", {"account_id": "who"}, fits=lambda record: "who" in record, read=read_record)
    path = write("a.jsonl", lines({"who": "a", "n": "1", "when": str(NOON)}))
    assert read(path, format=mine).posts_table["account_id"].to_list() == ["a"]
    with pytest.raises(SettingsError, match="format='mine' is not known"):
        read(path, format="mine")


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
