"""A file is replaced whole, or stays."""

from __future__ import annotations

import pytest

from cib.atomic import atomically


def held(folder):
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


def test_a_file_is_replaced_whole_or_stays(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old", "utf-8")

    def fail(temporary):
        temporary.write_text("half", "utf-8")
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        atomically(path, fail)
    assert held(tmp_path) == {"a.txt": "old"}
    atomically(path, lambda temporary: temporary.write_text("new", "utf-8"))
    assert held(tmp_path) == {"a.txt": "new"}
