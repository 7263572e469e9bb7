"""What the tests of reading share."""

from __future__ import annotations

import gzip

import pytest

from tests.sources.samples import ROWS


@pytest.fixture
def write(tmp_path):
    """Write text or bytes to a file of the test's folder."""

    def to_file(name, content):
        path = tmp_path / name.replace(" ", "_")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to_file


@pytest.fixture
def folder(tmp_path):
    """The rows in four files of four kinds, one of them below, beside a file of another kind."""
    (tmp_path / "more").mkdir()
    ROWS[:10].write_csv(tmp_path / "a.csv")
    ROWS[10:20].write_ndjson(tmp_path / "b.jsonl")
    (tmp_path / "c.tsv.gz").write_bytes(gzip.compress(ROWS[20:30].write_csv(separator="\t").encode()))
    ROWS[30:].select(reversed(ROWS.columns)).write_parquet(tmp_path / "more" / "d.parquet")
    (tmp_path / "README.txt").write_text("a,b\n1,2\n")
    return tmp_path
