"""Good files, broken at random: each reads to a table whose rows add up, or to an error that is ours.

`pytest -m fuzz` breaks a hundred thousand; the ordinary run two thousand, always the same.
"""

from __future__ import annotations

import random

import pytest

import cib
from cib.errors import CibError
from tests.sources.samples import SAMPLES

#: A header that is broken may leave targets unread, which is said.
pytestmark = pytest.mark.filterwarnings("ignore:.*no row has a target:cib.errors.CibWarning")

#: Bytes that mean something to one format or another.
TOKENS = (
    *(
        b"\x00",
        b"\xff",
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"\n",
        b"\r",
        b"\r\n",
        b",",
        b";",
        b"\t",
        b'"',
        b'""',
        b"'",
        b"\\",
    ),
    *(
        rb"\u0000",
        rb"\ud800",
        rb"\x1f",
        b"{",
        b"}",
        b"[",
        b"]",
        b"[[[[",
        b":",
        b"null",
        b"NaN",
        b"-1",
        b"1e400",
        b"0.5",
    ),
    *(
        b"9" * 25,
        b"true",
        b"{}",
        b"[]",
        b"at://",
        b"[deleted]",
        b"id",
        b"\xe2\x80\x8b",
        b"2020-01-01",
        b" " * 9,
        b"x" * 999,
    ),
)
ONE_LINE_ONE_ROW = ("x-v2 flat.jsonl", "x-v1 a.jsonl", "telegram telethon.ndjson", "4cat a.ndjson", "canonical a.jsonl")


def broken(content, chance):
    """The content after one to four accidents."""
    text = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at, to = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
        to = min(to, at + chance.choice((1, 3, 20, 400)))
        kind = chance.randrange(7)
        if kind == 0 and text:
            text[at % len(text)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del text[at:to]
        elif kind == 2:
            text[at:at] = text[at:to] * chance.choice((1, 2, 50))
        elif kind == 3:
            text[at:at] = chance.choice(TOKENS)
        elif kind == 4:
            text[at:to] = chance.choice(TOKENS)
        elif kind == 5:
            del text[at:]
        else:
            lines = bytes(text).splitlines(keepends=True)
            chance.shuffle(lines)
            text = bytearray(b"".join(lines))
    return bytes(text)


def check(folder, name, seed):
    content = broken(SAMPLES[name], random.Random(f"{name} {seed}"))  # noqa: S311 - accidents, not secrets
    path = folder / f"{seed % 10}_{name.replace(' ', '_')}"
    path.write_bytes(content)
    try:
        activity = cib.read(path, zone="UTC", max_bad=0.5, progress=False)
    except CibError:
        return 0
    report = activity.imported
    assert report.rows_read == report.rows_kept + sum(report.dropped.values())
    assert report.rows_kept == len(activity)
    assert activity.account_ids.is_in(["", "[deleted]", "unknown"]).sum() == 0
    if name in ONE_LINE_ONE_ROW and not content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        assert report.rows_read == sum(bool(line.strip()) for line in content.split(b"\n"))
    return 1


@pytest.mark.parametrize("name", SAMPLES)
def test_a_broken_file_is_a_table_or_an_error_of_ours(tmp_path, name):
    tables = sum(check(tmp_path, name, seed) for seed in range(120))
    assert 0 < tables < 120


@pytest.mark.fuzz
@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(6))
@pytest.mark.parametrize("name", SAMPLES)
def test_a_hundred_thousand_broken_files(tmp_path, name, chunk):
    tables = sum(check(tmp_path, name, seed) for seed in range(1_000 * (chunk + 1), 1_000 * (chunk + 2)))
    assert 0 < tables < 1_000
