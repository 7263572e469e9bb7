"""Files block by block."""

from __future__ import annotations

import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cib.errors import InputError
from cib.progress import Watch
from cib.sources.streams import File, blocks, members, unpacked


def test_the_kind_of_a_file_is_told_by_its_name():
    assert File(Path("a.b/Posts.2020.JSONL.gz")).suffix == ".jsonl"


def test_a_long_reading_says_how_far_it_is(write, capsys):
    path = write("a.csv", b"x" * 3_000_000)
    assert len(list(blocks(File(path, watch=Watch(True, every=0)), size=1_000_000))) == 1
    assert capsys.readouterr().err.splitlines() == [f"  reading {path}: {done} of 3 MB" for done in (1, 2)]
    packed = path.with_suffix(".zip")
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(path, "a.csv")
    assert len(list(blocks(*members(packed, watch=Watch(True, every=0)), size=1_000_000))) == 1
    assert f"  reading {packed}/a.csv: 1 of 3 MB" in capsys.readouterr().err.splitlines()


def blocks_of(text, size, *, quoted):
    """Blocks that end where a row does, as late as what was read by then allows."""
    inside, ends = False, [0]
    for end, sign in enumerate(text, 1):
        inside ^= quoted and sign == ord('"')
        if sign == ord("\n") and not inside:
            ends.append(end)
    last = [max(end for end in ends if end <= seen) for seen in range(0, len(text) + size, size)]
    return [text[low:high] for low, high in pairwise([*last, len(text)]) if low < high]


@given(st.text(st.sampled_from('a,"\n\r'), max_size=30).map(str.encode), st.integers(1, 9), st.booleans())
@example(b'"a\n', 1, True)
def test_blocks_are_whole_rows_and_together_the_file(tmp_path_factory, text, size, quoted):
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    path.write_bytes(text)
    assert list(blocks(File(path), quoted=quoted, size=size)) == blocks_of(text, size, quoted=quoted)
    assert unpacked(File(path)) == text


def test_an_encoding_that_is_not_kept_is_an_error(write):
    path = write("a.csv", "a,b\n".encode("utf-16") + b"\x00")
    with pytest.raises(InputError, match="not in the encoding that its first bytes promise"):
        unpacked(File(path))
