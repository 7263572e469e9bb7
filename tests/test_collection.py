"""A collection is what all its rows are when they are read together."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cib
from cib.errors import InputError, SettingsError
from cib.folders import alone_in

WHOLE = cib.simulate(scale=0.0005, seed=2).activity
HALVES = [WHOLE.between("2020-01-01", "2020-04-02"), WHOLE.between("2020-04-02", "2021-01-01")]


def shuffled(rows, seed):
    return rows.sample(fraction=1, shuffle=True, seed=seed)


def collected(folder, parts):
    collection = cib.Collection(folder)
    for part in parts:
        collection.append(part)
    return collection


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 5), st.integers(0, 2**20), st.integers(0, 30))
def test_any_split_in_any_order_is_the_whole(n_parts, seed, repeated):
    rng = np.random.default_rng(seed)
    part_of = rng.integers(0, n_parts, len(WHOLE))
    parts = [WHOLE.keep_posts(pl.Series(part_of == k)) for k in range(n_parts)]
    parts.append(WHOLE.keep_posts(pl.Series(np.arange(len(WHOLE)) < repeated)))
    with tempfile.TemporaryDirectory() as folder:
        collection = cib.Collection(folder)
        kept = [collection.append(parts[k]).rows_kept for k in rng.permutation(len(parts)).tolist()]
        found = collection.activity
    assert sum(kept) == len(WHOLE)
    assert found.imported.dropped.get("duplicate", 0) == repeated
    assert found.posts_table.equals(WHOLE.posts_table)
    assert found.accounts_table.equals(WHOLE.accounts_table)
    assert found.account_codes.equals(WHOLE.account_codes)
    assert found.fingerprint == WHOLE.fingerprint


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 4), st.integers(0, 2**20), st.booleans())
def test_files_in_any_order_are_one_file(n_files, seed, named):
    """With originals after what acts on them, rows that repeat or contradict others, and rows without an id."""
    rng = np.random.default_rng(seed)
    rows = pl.DataFrame(
        {
            "account_id": rng.choice(list("abcde"), 60),
            "post_id": [f"p{k}" if named or k % 2 else None for k in rng.integers(0, 40, 60)],
            "action": rng.choice(["post", "retweet"], 60),
            "created_at": 1_591_920_000 + rng.integers(0, 5, 60),
            "target_post_id": [f"p{k}" for k in rng.integers(0, 40, 60)],
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        part_of = rng.integers(0, n_files, len(rows))
        for k in range(n_files):
            rows.filter(pl.Series(part_of == k)).write_parquet(home / f"{k}.parquet")
        files = [home / f"{k}.parquet" for k in range(n_files) if (part_of == k).any()]
        together = cib.read(files, progress=False)
        found = collected(home / "all", [files[k] for k in rng.permutation(len(files))]).activity
    assert found.posts_table.equals(together.posts_table)
    assert found.imported.rows_read == len(rows)
    assert found.imported.dropped == together.imported.dropped


def test_what_is_detected_is_what_is_detected_in_one_file(tmp_path):
    activity = cib.simulate(scale=0.002, seed=1).activity
    halves = [activity.between("2020-01-01", "2020-04-05"), activity.between("2020-04-05", "2021-01-01")]
    collection = cib.Collection(tmp_path / "all")
    for half in reversed(halves):
        collection.append(half)
        detection = collection.detect(progress=False)
    whole = cib.detect(activity, progress=False)
    assert whole.outcome == "found"
    assert detection.fingerprint == whole.fingerprint
    saved = [one.save(tmp_path / name, ["tables"]) for one, name in ((detection, "one"), (whole, "other"))]
    names = sorted(path.name for path in saved[0].glob("*.csv"))
    assert len(names) >= 4
    assert [name for name in names if (saved[0] / name).read_bytes() != (saved[1] / name).read_bytes()] == []
    for path in saved[0].glob("*.parquet"):
        assert pl.read_parquet(path).equals(pl.read_parquet(saved[1] / path.name)), path.name


def test_networks_keep_their_names_over_days(tmp_path):
    activity = cib.simulate(scale=0.002, seed=1).activity
    collection = cib.Collection(tmp_path)
    for start, end in (("2020-01-01", "2020-04-07"), ("2020-04-07", "2020-04-10"), ("2020-04-10", "2021-01-01")):
        collection.append(activity.between(start, end))
        detection = collection.detect(progress=False)
    detection = collection.detect(progress=False)  # once more, which is no further day
    history = collection.network_history().table
    assert history["start"].n_unique() == 3
    last = history.filter(pl.col("start") == pl.col("start").max())
    assert dict(last.select("network_id", "verdict").iter_rows()) == dict(
        detection.networks.table.select("network_id", "verdict").iter_rows()
    )
    assert history.group_by("start").agg(pl.col("lasting_id").is_duplicated().any())["lasting_id"].sum() == 0
    assert (history.group_by("lasting_id").len()["len"] == 3).any()
    other = collection.detect(cib.Settings(alpha=0.001), progress=False)
    assert collection.network_history().table.height == len(other.networks)


def test_a_repeated_day_is_counted_and_changes_nothing(tmp_path):
    collection = collected(tmp_path, HALVES)
    report = collection.append(HALVES[0])
    assert report.rows_kept == 0
    assert report.dropped["duplicate"] == len(HALVES[0])
    assert collection.activity.posts_table.equals(WHOLE.posts_table)
    with pytest.raises(InputError, match="strict=True allows none"):
        collection.append(HALVES[0], strict=True)


def test_what_an_ended_process_left_is_not_there(tmp_path):
    collection = collected(tmp_path, HALVES[:1])
    for left in ("000002", ".cib-unfinished-new"):
        (tmp_path / "parts" / left).mkdir()
        (tmp_path / "parts" / left / "posts.parquet").write_bytes(b"half")
    assert collection.activity.posts_table.equals(HALVES[0].posts_table)
    collection.append(HALVES[1])
    assert collection.activity.posts_table.equals(WHOLE.posts_table)
    assert sorted(path.name for path in (tmp_path / "parts").iterdir()) == ["000001", "000002"]


APPENDING = "import sys, cib; c = cib.Collection(sys.argv[1]); [c.append(f) for f in sys.argv[2:]]"


@pytest.fixture
def files(tmp_path):
    paths = []
    for k, half in enumerate(HALVES):
        paths.append(tmp_path / f"{k}.parquet")
        half.posts_table.write_parquet(paths[-1])
    return [str(path) for path in paths]


def test_two_processes_append_one_after_the_other(tmp_path, files):
    command = [sys.executable, "-c", APPENDING, str(tmp_path / "all")]
    both = [subprocess.Popen([*command, file]) for file in files]
    assert [one.wait(120) for one in both] == [0, 0]
    assert cib.Collection(tmp_path / "all").activity.posts_table.equals(WHOLE.posts_table)


@pytest.mark.skipif(sys.platform == "win32", reason="has no locks of folders, and no such signal")
def test_a_process_that_waits_and_is_killed_leaves_the_collection_as_it_was(tmp_path, files):
    collection = collected(tmp_path / "all", files[:1])
    with alone_in(tmp_path / "all"):
        waiting = subprocess.Popen([sys.executable, "-c", APPENDING, str(tmp_path / "all"), files[1]])
        time.sleep(3)
        assert waiting.poll() is None
        waiting.send_signal(signal.SIGKILL)
        waiting.wait()
    assert collection.activity.posts_table.equals(HALVES[0].posts_table)


def test_a_folder_of_files_is_no_collection_and_a_collection_no_folder_of_files(tmp_path, files):
    with pytest.raises(InputError, match=r"this is no collection\. Name the folder of a collection"):
        cib.Collection(tmp_path)
    with pytest.raises(InputError, match=r"nothing was appended yet.*append\(file\) makes one"):
        cib.Collection(tmp_path / "all").activity  # noqa: B018
    collection = collected(tmp_path / "all", files)
    with pytest.raises(InputError, match=r"this is a collection\. Take its activity"):
        cib.read(tmp_path / "all", progress=False)
    with pytest.raises(InputError, match="holds a collection"):
        collection.detect(progress=False).save(tmp_path / "all")
    with pytest.raises(InputError, match=r"nothing was detected.*Detect first"):
        collected(tmp_path / "other", files).network_history()


def test_a_collection_of_a_newer_version_is_left_alone(tmp_path):
    collected(tmp_path, HALVES[:1])
    marker = tmp_path / "collection.json"
    marker.write_text(json.dumps(json.loads(marker.read_text()) | {"format": 2, "more": []}))
    with pytest.raises(InputError, match=r"newer version of cib.*pip install -U cib-detect"):
        cib.Collection(tmp_path)
    marker.write_text("{}")
    with pytest.raises(InputError, match="'format' is not what is written there"):
        cib.Collection(tmp_path)


def test_a_part_is_in_the_folder(tmp_path):
    collected(tmp_path / "own", HALVES[:1])
    (tmp_path / "other").mkdir()
    marker = tmp_path / "own" / "collection.json"
    marker.write_text(marker.read_text().replace('"000001"', '"../../other"'))
    with pytest.raises(InputError, match=r"'parts\[0\].name' is not what is written there. Got '../../other'"):
        cib.Collection(tmp_path / "own")


def test_a_part_that_was_changed_is_refused(tmp_path):
    collection = collected(tmp_path, HALVES)
    (tmp_path / "parts" / "000002" / "posts.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="this is not the file that was appended"):
        collection.activity  # noqa: B018


def rows(ids, **more):
    return pl.DataFrame({"account_id": ids, "created_at": [1_591_920_000] * len(ids), "action": "post"} | more)


def test_pseudonyms_under_another_key_are_refused(tmp_path):
    digests = [f"{k:064x}" for k in range(10)]
    collection = collected(tmp_path / "plain", [rows(["1", "2"], post_id=["1", "2"])])
    with pytest.raises(InputError, match=r"pseudonyms under another key.*a collection of its own"):
        collection.append(rows(digests))
    assert len(collection) == 2
    hidden = collected(tmp_path / "hidden", [rows(digests[:5])])
    with pytest.raises(InputError, match="pseudonyms under another key"):
        hidden.append(rows(digests[5:]))
    hidden.append(rows(digests[4:]))
    assert len(hidden) == 10


def test_another_format_is_refused(tmp_path):
    shares = pl.DataFrame({"object_id": ["o"], "account_id": ["1"], "content_id": ["c"], "timestamp_share": [1]})
    collection = collected(tmp_path, [rows(["1", "2"], post_id=["1", "2"])])
    with pytest.raises(InputError, match=r"of another format.*a collection of its own"):
        collection.append(shares)


def test_how_an_activity_is_read_is_not_said_again(tmp_path):
    with pytest.raises(SettingsError, match=r"read already\. Got zone"):
        cib.Collection(tmp_path).append(WHOLE, zone="UTC")
