"""What the tests of reading share."""

from __future__ import annotations

import pytest


@pytest.fixture
def write(tmp_path):
    """Write text or bytes to a file of the test's folder."""

    def to_file(name, content):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to_file
