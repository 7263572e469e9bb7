"""Files of text and Parquet: exact where they are whole, a clear error where they are not."""

from __future__ import annotations

import csv
import gzip
import json
import re

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cib
from cib.errors import CibError, InputError

HEADER = "account_id,post_id,created_at,text\n"
LINES = [f'a{k},p{k},2020-01-01T12:00:{k:02}Z,"one, ""two"" or\nthree"\n' for k in range(20)]
CSV = (HEADER + "".join(LINES)).encode()
JSONL = "".join(
    json.dumps({"account_id": f"a{k}", "post_id": k, "created_at": 1_577_880_000 + k, "hashtags": ["x", f"é{k}"]})
    + "\n"
    for k in range(20)
).encode()


def zstd(content):
    return pa.compress(content, codec="zstd", asbytes=True)


def read(path, **options):
    return cib.read(path, progress=False, **options)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


IDS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1),
    st.integers(1, 2**64 - 1).map(str),
    st.sampled_from(
        ["NA", "null", "None", "nan", "123e45", "0012", "1e5", "TRUE", "Infinity", "+abc/=", "=1+1", '"', "0", "a b"]
    ),
).map(str.strip)
#: Blanks and signs around an id belong to who wrote the table.
IDS = IDS.filter(lambda name: not re.fullmatch(r"\[deleted\]|\[removed\]|unknown||'\w.*|=\".*\"|\d+\.0+|x\d{5,}", name))


@given(st.lists(IDS, min_size=1, unique=True))
def test_ids_come_through_every_kind_of_file(folder, ids):
    rows = [{"account_id": name, "post_id": str(k), "created_at": "2020-01-01T12:00:00Z"} for k, name in enumerate(ids)]
    with (folder / "ids.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (folder / "ids.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    pl.DataFrame(rows).write_parquet(folder / "ids.parquet")
    for kind in ("csv", "jsonl", "parquet"):
        posts = read(folder / f"ids.{kind}").posts_table
        assert dict(posts.select("post_id", "account_id").iter_rows()) == {str(k): name for k, name in enumerate(ids)}


@given(st.lists(st.integers(1, 2**64 - 1), min_size=1, unique=True))
def test_whole_numbers_in_json_are_exact(folder, ids):
    lines = [json.dumps({"account_id": name, "created_at": 1_577_880_000}) for name in ids]
    path = folder / "numbers.ndjson"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert set(read(path).posts_table["account_id"]) == {str(name) for name in ids}


def test_floats_in_json_are_no_ids(write):
    path = write("a.jsonl", '{"account_id": 1582218195625938947.0, "created_at": 1577880000}\n')
    with pytest.raises(InputError, match=r"column 'account_id', row 1: ids are floats"):
        read(path)


def test_text_in_csv_is_read_as_it_stands(write):
    posts = read(write("a.csv", CSV)).posts_table
    assert posts.height == 20
    assert posts["text"][0] == 'one, "two" or\nthree'


def test_lists_in_json_stay_lists(write):
    assert read(write("a.jsonl", JSONL)).posts_table["hashtags"][3].to_list() == ["x", "é3"]


@pytest.mark.parametrize(("name", "content"), [("a.csv", CSV), ("a.jsonl", JSONL)])
@pytest.mark.parametrize(
    "pack",
    [lambda b: b, lambda b: b"\xef\xbb\xbf" + b, lambda b: b.replace(b"}\n", b"}\r\n").replace(b'"\n', b'"\r\n')],
)
def test_packing_marks_and_line_ends_have_no_effect(write, name, content, pack):
    plain = read(write(name, content)).posts_table
    packed = pack(content)
    for path in (
        write(f"b{name}", packed),
        write(f"{name}.gz", gzip.compress(packed)),
        write(f"{name}.GZ", gzip.compress(packed[:50]) + gzip.compress(packed[50:])),
        write(f"{name}.zst", zstd(packed)),
    ):
        assert read(path).posts_table.equals(plain)


def test_tabs_separate_tsv(write):
    assert len(read(write("a.tsv", "user_id\tcreated_at\na,b\t2020-01-01T12:00:00Z\n"))) == 1


@pytest.mark.parametrize(("kind", "content"), [("csv", CSV), ("jsonl", JSONL)])
def test_a_name_with_pattern_signs_is_a_name(write, kind, content):
    write(f"a1.{kind}", content)
    path = write(f"a[1].{kind}", content.replace(b"a3", b"other"))
    assert "other" in read(path).posts_table["account_id"]


def test_empty_lines_are_counted(write):
    activity = read(write("a.csv", "account_id,created_at\n\na,1577880000\n\n,\n"))
    assert activity.imported.dropped == {"empty line": 3}


@pytest.mark.parametrize(
    ("name", "content", "left"),
    [
        ("a.csv", "account_id,created_at,text\na,1577880000,x\nb,15778", 1),
        ("a.jsonl", JSONL[:-20], 19),
    ],
)
def test_a_last_line_that_is_cut_off_is_dropped_and_counted(write, name, content, left):
    activity = read(write(name, content))
    assert len(activity) == left
    assert activity.imported.dropped == {"unreadable line": 1}


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.csv.gz", "a.jsonl.zst", "a.parquet"])
def test_a_file_cut_anywhere_gives_its_first_rows_or_an_error(write, folder, name):
    pl.read_csv(CSV).write_parquet(folder / "whole.parquet")
    content = {"csv": CSV, "jsonl": JSONL, "parquet": (folder / "whole.parquet").read_bytes()}[name.split(".")[1]]
    packed = gzip.compress(content) if name.endswith(".gz") else content
    packed = zstd(content) if name.endswith(".zst") else packed
    whole = set(read(write(name, packed)).posts_table["account_id"])
    for end in range(0, len(packed) - 1, 17):
        try:
            activity = read(write(name, packed[:end]))
        except CibError:
            continue
        assert set(activity.posts_table["account_id"]) <= whole
        assert activity.imported.rows_read <= 20


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x08\x06\xff\xfe,\x00" * 9


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "the file holds no whole row"),
        ("a.jsonl", b"{}\n", "the column 'account_id' is missing"),
        ("a.json", b"[]", "the file holds no whole row"),
        ("a.jsonl", b"", "the file holds no whole row"),
        ("a.jsonl", b'{"account_id"', "the file holds no whole row"),
        ("a.csv", HEADER, "there are no rows"),
        ("a.csv", PNG, "this is no table of text in UTF-8"),
        ("a.jsonl", PNG, "line 1: the line is no JSON object"),
        ("a.parquet", PNG, "this is not a whole, readable .parquet table"),
        ("a.csv.gz", PNG, "the file cannot be unpacked whole"),
        ("a.csv", CSV.decode().encode("utf-16-le"), "this is no table of text in UTF-8"),
        ("a.jsonl", JSONL.decode().encode("utf-16-le"), "line 1: the line is no JSON object"),
        ("a.csv", (HEADER + "é,1,2,3\n").encode("latin-1"), "this is not a whole, readable .csv table"),
        ("a.csv", HEADER + "a,1,1577880000\n" + LINES[0], "row 1: the row has 3 fields where the header has 4"),
        ("a.csv", HEADER + LINES[0] + "a,1,1577880000,x,y\n" + LINES[1], "row 2: the row has 5 fields"),
        ("a.csv", HEADER + LINES[0] + "a,1,1577880000,x,y", "row 2: the row has 5 fields"),
        ("a.csv", HEADER + 'a,1,1577880000,"open\n' + LINES[0], "this is not a whole, readable|the row has"),
        ("a.csv", "account_id,created_at,account_id\na,1577880000,b\n", "two columns are called 'account_id'"),
        ("a.csv", "account_id;created_at\na;1577880000\n", "the columns are not separated by commas"),
        ("a.csv", "account_id,created_at\ra,1577880000\r", "this is no table of text.*carriage return alone"),
        ("a.jsonl", JSONL[:200] + b"\n" + JSONL, "line [23]: 1 lines cannot be read as JSON objects"),
        ("a.jsonl", b'[{"account_id": "a"}]\n\n[]\n', "line 1: the line is no JSON object|no whole JSON"),
        ("a.txt", b"account_id\n", r"the name does not tell a kind of table\. Known are \.csv, \.tsv"),
    ],
)
def test_what_is_no_whole_table_is_an_error_that_names_the_file(write, name, content, message):
    path = write(name, content)
    with pytest.raises(InputError, match=message) as error:
        read(path)
    assert str(path) in str(error.value)


# ---- lines above the header

TITLES = "Posts of two accounts,,\nsep=,\n\nCollected in January\n"
PLAIN = "user_id,created_at,text\na,1577880000,x\nb,1577880001,\n"


def test_lines_above_the_header_are_named_and_counted(write):
    report = read(write("a.csv", TITLES + PLAIN)).imported
    assert report.rows_read == 5
    assert report.dropped == {"line above the header": 3}
    assert report.notes[-1].endswith("above the header: 'Posts of two accounts', 'sep=', 'Collected in January'")
    assert read(write("a.csv", TITLES + PLAIN)).fingerprint == read(write("b.csv", PLAIN)).fingerprint


@pytest.mark.parametrize("above", ["Posts, of two accounts\n", "One, two, three\nfour\n", "made,on\n2020-01-01,noon\n"])
def test_a_header_that_could_be_elsewhere_is_asked_for(write, above):
    path = write("a.csv", above + PLAIN)
    with pytest.raises(InputError, match=r"columns=\{'account_id': "):
        read(path)
    activity = read(path, columns={"account_id": "user_id"})
    assert activity.fingerprint == read(write("b.csv", PLAIN)).fingerprint
    assert activity.imported.dropped == {"line above the header": above.count("\n")}


def test_a_header_with_a_name_too_few_is_not_taken_for_a_title(write):
    """As R writes row names: the columns would be shifted."""
    with pytest.raises(InputError, match="row 1: the row has 4 fields where the header has 3"):
        read(write("a.csv", "user_id,created_at,text\n1,a,1577880000,x\n2,b,1577880001,y\n"))
