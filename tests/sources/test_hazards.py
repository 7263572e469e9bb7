"""What data does to those who read it: each known hazard has a test of its name, with a file made here."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from cib.errors import CibError, InputError
from tests.sources import samples
from tests.sources.samples import NOON, SAMPLES, read

HEADER = "account_id,post_id,created_at,text\n"
PACK = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda text: zstandard.ZstdCompressor().compress(text),
}


def rows(count, text="x"):
    return HEADER + "".join(f"a{k},{k},{NOON + k},{text}\n" for k in range(count))


# ---- ids


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20, unique=True))
def test_64_bit_ids_come_through_frames_of_every_library(ids):
    ids = [number for number in ids if number] or [1]
    frame = pl.DataFrame({"account_id": pl.Series(ids, dtype=pl.UInt64), "created_at": [NOON] * len(ids)})
    for source in (frame, frame.to_pandas(), frame.to_arrow()):
        assert set(read(source).posts_table["account_id"]) == set(map(str, ids))


def test_ids_that_were_floats_are_refused():
    frame = pd.DataFrame({"account_id": [1582218195625938947.0, None], "created_at": [NOON, NOON]})
    with pytest.raises(InputError, match=r"column 'account_id', row 1: ids are floats"):
        read(frame)


@pytest.mark.parametrize("shape", ["x-v2 flat.jsonl", "x-v1 a.jsonl", "telegram telethon.ndjson"])
def test_ids_that_are_fractions_in_records_are_refused(write, shape):
    bad = SAMPLES[shape].replace(b'"id": "101"', b'"id": 1.01e2').replace(b'"author_id": "101"', b'"author_id": 1.01e2')
    bad = bad.replace(b'"id_str": "101"', b'"id_str": 101.0').replace(b'"user_id": 101', b'"user_id": 1.01e2')
    with pytest.raises(InputError, match="ids are floats"):
        read(write(shape, bad))


@pytest.mark.parametrize("name", ["NA", "null", "None", "nan", "1e5", "123e45", "88e1", "0012", "TRUE", "Infinity"])
def test_id_text_is_not_taken_for_a_number(write, name):
    csv = write("a.csv", f"account_id,created_at\n{name},{NOON}\n")
    jsonl = write("a.jsonl", json.dumps({"account_id": name, "created_at": NOON}))
    assert [read(path).posts_table["account_id"][0] for path in (csv, jsonl)] == [name, name]


@pytest.mark.parametrize("ids", [["1.23E+18", "1.24E+18"], [f"158221819562593{k}000" for k in range(1, 7)]])
def test_ids_destroyed_before_arrival_are_refused(write, ids):
    text = "account_id,created_at\n" + "".join(f"{name},{NOON}\n" for name in ids)
    with pytest.raises(InputError, match=r"ids were rounded before cib saw them"):
        read(write("a.csv", text))


def test_pseudo_accounts_are_never_a_node(write):
    text = rows(3) + "".join(f"[deleted],d{k},{NOON},x\n,e{k},{NOON},x\nunknown,f{k},{NOON},x\n" for k in range(10_000))
    activity = read(write("a.csv", text))
    assert activity.account_ids.to_list() == ["a0", "a1", "a2"]
    assert activity.imported.dropped == {"no account": 30_000}


# ---- delivery


@pytest.mark.parametrize("name", SAMPLES)
def test_delivery_twice_changes_nothing(write, name):
    twice = [write(f"{k}{name}", SAMPLES[name]) for k in range(2)]
    once, both = read(twice[0]), read(twice)
    assert both.fingerprint == once.fingerprint
    assert both.imported.dropped["duplicate"] == 3


# ---- time


@pytest.mark.parametrize(
    ("stamp", "zone", "expected"),
    [
        ("2020-01-01T12:00:00Z", None, NOON),
        ("2020-01-01T12:00:00.000Z", None, NOON),
        ("2020-01-01T13:00:00+01:00", None, NOON),
        ("2020-01-01 13:00:00+0100", None, NOON),
        ("2020-01-01 13:00:00 +01:00", None, NOON),
        ("2020-01-01T12:00Z", None, NOON),
        ("Wed Jan 01 12:00:00 +0000 2020", None, NOON),
        (str(NOON), None, NOON),
        (f"{NOON}.5", None, NOON + 0.5),
        (f"{NOON}000", None, NOON),
        (f"{NOON}000000", None, NOON),
        (f"{NOON}000000000", None, NOON),
        ("2020-01-01 12:00:00", "UTC", NOON),
        ("2020-01-01T13:00:00.250000", "Europe/Paris", NOON + 0.25),
        ("2020-01-01 20:00", "Asia/Shanghai", NOON),
        ("2020-01-01 12:00:00", None, "state no zone"),
        ("2020-01-01", None, "state no zone"),
        ("01/02/2020 12:00", "UTC", "cannot be read"),
        ("13/02/2020", "UTC", "cannot be read"),
        ("2021-01-01 10:00:00 EST", "UTC", "cannot be read"),
        ("1999-01-01T00:00:00Z", None, "time out of range"),
        ("2199-01-01T00:00:00Z", None, "time out of range"),
        ("0000-00-00", "UTC", "cannot be read"),
    ],
)
def test_a_time_is_what_it_says_or_refused(write, stamp, zone, expected):
    path = write("a.csv", f"account_id,created_at\na,{stamp}\n")
    if isinstance(expected, str):
        with pytest.raises(InputError, match=expected):
            read(path, zone=zone)
    else:
        assert read(path, zone=zone).posts_table["created_at"][0].timestamp() == expected


def test_ambiguous_dates_are_refused_whatever_stands_beside_them(write):
    with pytest.raises(InputError, match=r"times cannot be read.*ISO 8601"):
        read(write("a.csv", "account_id,created_at\na,01/02/2020\nb,13/02/2020\n"), zone="UTC")


def test_the_precision_of_times_is_known(write):
    path = write("a.csv", HEADER + "".join(f"a{k},{k},{NOON + 60 * k},x\n" for k in range(9)))
    assert read(path).imported.precision == 60  # what coaction_graph holds against its window


# ---- encodings


@pytest.mark.parametrize("name", ["canonical a.csv", "canonical a.jsonl", "x-v2 flat.jsonl", "telegram result.json"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_tells_the_encoding(write, name, encoding):
    plain = read(write(name, SAMPLES[name])).posts_table
    assert read(write(f"b{name}", SAMPLES[name].decode().encode(encoding))).posts_table.equals(plain)


def test_utf_16_without_a_mark_is_no_table_of_garbage(write):
    with pytest.raises(InputError, match="no table of text in UTF-8"):
        read(write("a.csv", rows(5).encode("utf-16-le")))


@pytest.mark.parametrize(("name", "sound"), [("a.csv", rows(5)), ("a.jsonl", samples.CANONICAL_JSONL.decode())])
def test_mixed_encodings_are_an_error(write, name, sound):
    mixed = sound.replace("a1", "é").encode("latin-1", "xmlcharrefreplace") + sound.encode()
    with pytest.raises(InputError):
        read(write(name, mixed))


# ---- broken files


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_cut_anywhere_gives_its_first_rows_or_an_error(write, name):
    good = SAMPLES[name]
    whole = set(read(write(name, good)).posts_table.select("account_id", "action").iter_rows())
    for end in range(0, len(good) - 1, max(7, len(good) // 25)):
        try:
            activity = read(write(f"cut {name}", good[:end]))
        except CibError:
            continue
        assert set(activity.posts_table.select("account_id", "action").iter_rows()) <= whole
        assert sum(activity.imported.dropped.values()) <= 2


def test_a_large_file_cut_at_every_997th_byte(write):
    good = rows(2_000, text='"one, ""two"" or\nthree"').encode()
    for end in range(997, len(good), 997):
        try:
            activity = read(write("a.csv", good[:end]))
        except InputError:
            continue
        posts = activity.posts_table
        assert posts["account_id"].to_list() == [f"a{k}" for k in range(len(posts))]
        assert set(posts["text"].drop_nulls()[:-1]) == {'one, "two" or\nthree'}
        assert good[:end].endswith(b"\n") or "may be cut off" in activity.imported.notes[-1]


def enlarged(name, content, times):
    """The same rows again and again."""
    if name.endswith(".json"):
        whole = json.loads(content)
        inside = whole if isinstance(whole, list) else whole["messages"]
        inside *= times
        return json.dumps(whole, indent=1).encode()
    header, rest = content.split(b"\n", 1) if name.endswith(".csv") else (b"", content)
    return (header + b"\n") * bool(header) + rest * times


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_of_each_format_cut_at_every_997th_byte(write, name):
    good = enlarged(name, SAMPLES[name], 20)
    whole = read(write(name, good))
    rows = set(whole.posts_table.select("account_id", "post_id", "action").iter_rows())
    for end in range(997, len(good), 997):
        try:
            activity = read(write(f"cut {name}", good[:end]))
        except InputError:
            continue
        assert set(activity.posts_table.select("account_id", "post_id", "action").iter_rows()) <= rows
        assert activity.imported.rows_read <= whole.imported.rows_read
        assert activity.imported.dropped.get("unreadable line", 0) <= 1


def test_an_unterminated_quote_is_an_error(write):
    for text in (rows(3) + f'a,4,{NOON},"open\n' + rows(3)[len(HEADER) :], f'account_id,"created_at\na,{NOON}\n'):
        with pytest.raises(InputError):
            read(write("a.csv", text))


@pytest.mark.parametrize("row", [f"a,9,{NOON}\n", f"a,9,{NOON},x,y\n", "a\n"])
def test_a_ragged_row_is_an_error_that_names_it(write, row):
    with pytest.raises(InputError, match=r"row 4: the row has . field"):
        read(write("a.csv", rows(3) + row + rows(3)[len(HEADER) :]))


def test_duplicate_headers_are_an_error(write):
    with pytest.raises(InputError, match="two columns are called 'account_id'"):
        read(write("a.csv", f"account_id,created_at,account_id\na,{NOON},b\n"))


def test_strict_allows_no_loss(write):
    path = write("a.csv", rows(3) + f",9,{NOON},x\n")
    assert read(path).imported.dropped == {"no account": 1}
    with pytest.raises(InputError, match=r"strict=True allows none\. Got no account 1"):
        read(path, strict=True)


# ---- strange content


@pytest.mark.parametrize("size", [200_000, 3_000_000])
def test_a_huge_field_is_read_whole(write, size):
    for path in (
        write("a.csv", rows(1, text="y" * size)),
        write("a.jsonl", samples.lines({"account_id": "a", "created_at": NOON, "text": "y" * size})),
        write("b.jsonl", samples.X_V2_FLAT.replace(b"see #This https", b"y" * size)),
    ):
        assert max(read(path).posts_table["text"].str.len_bytes().drop_nulls()) >= size


def test_nul_is_removed_and_counted(write):
    for path in (
        write("a.csv", rows(1, text="x\0y")),
        write("a.jsonl", samples.lines({"account_id": "a", "created_at": NOON, "text": "x\0y"})),
        write("b.jsonl", samples.X_V2_FLAT.replace(b"@ann yes", rb"x\u0000y")),
    ):
        activity = read(path)
        assert "xy" in activity.posts_table["text"]
        assert activity.imported.repaired["NUL removed"] == 1


def test_nul_is_removed_from_an_id_among_numbers(write):
    activity = read(write("a.csv", HEADER + f"a,7,{NOON},x\nb,8\0,{NOON},x\n"))
    assert activity.posts_table["post_id"].to_list() == ["7", "8"]
    assert activity.imported.repaired["NUL removed"] == 1


@pytest.mark.parametrize("name", ["x-v2 flat.jsonl", "telegram telethon.ndjson", "mastodon a.json"])
def test_lone_surrogates_become_a_replacement_character(write, name):
    activity = read(write(name, SAMPLES[name].replace(b"yes", rb"\ud83dyes")))
    assert activity.posts_table["text"][2].endswith("\ufffdyes")
    assert activity.imported.repaired["lone surrogates replaced"] == 1


@given(text=st.text(st.characters(), max_size=30))
def test_any_text_in_json_is_read(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(samples.lines({"account_id": "a", "post_id": "1", "created_at": NOON, "text": f"_{text}"}))
    expected = f"_{text}".encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")
    assert read(path).posts_table["text"][0] == expected


@pytest.mark.parametrize(
    "line",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"account_id": ' + "9" * 5_000,
        '{"account_id": NaN, "created_at": 1}',
        '{"account_id": "a"} {"account_id": "b"}',
    ],
)
def test_deep_huge_or_impossible_json_is_a_bad_line(write, line):
    good = samples.X_V2_FLAT * 700
    report = read(write("a.jsonl", line.encode() + b"\n" + good)).imported
    assert report.dropped["unreadable line"] == 1


@pytest.mark.parametrize("more", [{}, {"conversation_id": "1", "author_id": "x", "id": "7"}])
def test_of_a_key_that_is_stated_twice_the_last_counts(write, more):
    """In a table as in a record of a platform."""
    line = json.dumps({"account_id": "a", "created_at": NOON, **more})
    for key in ("account_id", "author_id") if more else ("account_id",):
        line = line[:-1] + f', "{key}": "z"}}'
    assert read(write("a.jsonl", line.replace(str(NOON), f'"{NOON}"'))).posts_table["account_id"].to_list() == ["z"]


@pytest.mark.parametrize("depth", [10, 300, 1_000, 100_000])
@pytest.mark.parametrize("key", ["x", "record", "records", "chats", "quoted_status"])
def test_deep_values_break_nothing(write, depth, key):
    deep = f'{{"{key}":' * depth + "1" + "}" * depth
    line = f'{{"account_id": "b", "created_at": {NOON}, "{key}": {deep}}}\n'
    path = write("a.jsonl", samples.lines({"account_id": "a", "created_at": NOON}) + line.encode() + line[:9].encode())
    try:
        activity = read(path, max_bad=0.5, format="canonical")
    except InputError:
        return
    assert activity.imported.rows_read == 3
    assert "a" in activity.account_ids


def test_integers_beyond_64_bits_are_exact_or_refused(write):
    huge = 2**64 + 1
    flat = write("a.jsonl", f'{{"account_id": {huge}, "created_at": {NOON}}}\n')
    assert read(flat).posts_table["account_id"][0] == str(huge)
    with pytest.raises(InputError, match="ids are floats"):
        read(write("b.jsonl", samples.TELETHON.replace(b'"user_id": 101', f'"user_id": {huge}'.encode())))


@pytest.mark.parametrize(
    "name", ["'; DROP TABLE posts; --", 'a"b', "a\tb", "$(reboot)", "../../x", "=1+1", "{x}", "a.b"]
)
def test_a_hostile_column_name_is_a_name(write, name):
    frame = pl.DataFrame({name: ["a"], "created_at": [str(NOON)]})
    for path in (write("a.csv", frame.write_csv()), write("a.jsonl", frame.write_ndjson())):
        assert read(path, columns={"account_id": name}).posts_table["account_id"][0] == "a"


def test_hostile_text_takes_no_longer_than_its_length(write):
    """Patterns are linear: a megabyte of what makes others backtrack is read like any other text."""
    evil = ["a@" * 500_000, "<" * 1_000_000, "['" * 500_000, '\\"' * 500_000]
    status = json.loads(samples.MASTODON)[2]
    statuses = [{**status, "uri": f"https://x.example/{k}", "content": text} for k, text in enumerate(evil)]
    assert len(read(write("m.jsonl", samples.lines(*statuses)))) == 4
    table = pl.DataFrame({"account_id": ["a"] * 4, "created_at": [str(NOON)] * 4, "urls": evil, "text": evil})
    assert len(read(write("a.csv", table.write_csv()))) == 1 + 3


@pytest.mark.parametrize("name", ["posts.pkl", "posts.pickle", "model.joblib", "graph.graphml", "graph.gexf", "a.npy"])
def test_files_that_can_run_code_or_expand_are_not_opened(write, name):
    with pytest.raises(InputError, match="the name does not tell a kind of table"):
        read(write(name, b"cos\nsystem\n(S'true'\ntR."))


# ---- packed files


@pytest.mark.parametrize("packing", PACK)
def test_packed_files_read_like_plain_ones(write, packing):
    for name in ("canonical a.csv", "x-v2 page.jsonl", "telegram result.json"):
        plain = read(write(name, SAMPLES[name])).posts_table
        assert read(write(f"{name}.{packing}", PACK[packing](SAMPLES[name]))).posts_table.equals(plain)


@pytest.mark.parametrize("packing", PACK)
def test_a_packed_file_that_is_cut_off_is_an_error(write, packing):
    packed = PACK[packing](rows(1000).encode())
    with pytest.raises(InputError):
        read(write(f"a.csv.{packing}", packed[: len(packed) // 2]))


def test_members_of_an_archive_are_read_in_place(tmp_path):
    path = tmp_path / "posts.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/one.csv", rows(3))
        archive.writestr("two.jsonl.gz", gzip.compress(samples.CANONICAL_JSONL.replace(b'"a0', b'"b0')))
        archive.writestr("README.md", "nothing")
        archive.writestr("__MACOSX/a/._one.csv", "junk")
    activity = read(path)
    assert activity.imported.rows_read == 6
    assert activity.imported.notes[-1].endswith("1 files of other kinds were passed over")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("member", ["../../evil.csv", "/etc/evil.csv"])
def test_an_archive_cannot_write_anywhere(tmp_path, member):
    path = tmp_path / "in" / "posts.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, rows(2))
    assert len(read(path)) == 2
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["in", "posts.zip"]
    assert not Path("/etc/evil.csv").exists()


BOMB = """
import resource, sys
import cib
from cib.errors import InputError
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    cib.read(sys.argv[1], max_bytes=20_000_000, progress=False)
except InputError as error:
    print(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("packing", ["gz", "zip"])
def test_a_decompression_bomb_is_stopped_early(tmp_path, packing):
    text = rows(2).encode() + b"0" * 60_000_000
    path = tmp_path / f"bomb.csv.{packing}"
    if packing == "gz":
        path.write_bytes(gzip.compress(text, 1))
    else:
        path = tmp_path / "bomb.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv", text)
    done = subprocess.run([sys.executable, "-c", BOMB, str(path)], capture_output=True, text=True, check=True)
    message, kilobytes = done.stdout.strip().rsplit("\n", 1)
    assert "unpacks to more than 200 times its size" in message
    assert "max_bytes=" in message
    assert int(kilobytes) < 300_000


def test_what_was_hidden_by_spreadsheets_and_shells_stays_text(write):
    text = f"account_id,created_at,text\n=1+1,{NOON},@x\n+abc/=,{NOON},-1\n"
    assert read(write("a.csv", text)).posts_table["account_id"].to_list() == ["+abc/=", "=1+1"]


def test_the_report_adds_up_whatever_was_dropped(write):
    text = rows(2_000) + f",x,{NOON},x\nb,y,,x\nc,z,7,x\na1,1,{NOON + 1},x\n,,,\n"
    report = read(write("a.csv", text)).imported
    assert report.rows_read == report.rows_kept + sum(report.dropped.values()) == 2_005
    assert report.dropped == {"duplicate": 1, "empty line": 1, "no account": 1, "no time": 1, "time out of range": 1}
    assert report.to_dict()["time_source"] == {"stated": 2_000}
    assert datetime.fromisoformat(report.to_dict()["first"]) == datetime.fromtimestamp(NOON, UTC)
    assert "originals_absent" in report.to_dict()


def test_frames_of_all_libraries_are_one_table():
    frame = pl.read_csv(io.BytesIO(rows(50).encode()), infer_schema=False)
    fingerprints = {read(source).fingerprint for source in (frame, frame.to_pandas(), pa.table(frame.to_arrow()))}
    assert len(fingerprints) == 1
