"""What a detection saves, and what it answers."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from datetime import timedelta

import networkx as nx
import polars as pl
import pytest

import cib
from cib.errors import CibError

LAYER = "layer-co-action-post-600-s"


def test_saved_folder_holds_everything_and_reads_back(detection, tmp_path):
    folder = detection.save(tmp_path / "out", ("tables", "report", "graphs"))
    assert pl.read_parquet(folder / "accounts.parquet").equals(detection.table)
    for name in ("networks", "evidence", "objects"):
        table = pl.read_parquet(folder / f"{name}.parquet")
        assert table.height == pl.read_csv(folder / f"{name}.csv", infer_schema=False).height
    edges = pl.read_parquet(folder / "edges-retweet.parquet")
    assert edges.equals(detection.graphs["retweet"].edge_table)
    members = set(detection.networks.members["account_id"])
    for graph in (nx.read_graphml(folder / f"{LAYER}.graphml"), nx.read_gexf(folder / f"{LAYER}.gexf")):
        assert graph.number_of_edges() > 0
        assert set(graph) <= members
        assert all("role" in data and "network_id" in data for _, data in graph.nodes(data=True))
    about = json.loads((folder / "detection.json").read_text(encoding="utf-8"))
    assert about["settings"]["alpha"] == 0.01
    assert about["imported"]["rows_kept"] == len(detection.activity)
    assert about["fingerprint"] == detection.activity.fingerprint


def _nobody():
    frame = pl.DataFrame(
        {"account_id": ["a", "b"], "created_at": ["2020-06-12T00:00:00Z"] * 2, "action": ["post", "post"]}
    )
    return cib.detect(cib.read(frame, progress=False), progress=False)


def test_without_networks_files_have_their_columns_and_no_row(detection, tmp_path):
    folders = [found.save(tmp_path / name) for found, name in ((detection, "some"), (_nobody(), "none"))]
    for name in ("networks", "evidence", "objects"):
        some, none = (pl.read_parquet(folder / f"{name}.parquet") for folder in folders)
        assert (none.height, none.schema) == (0, some.schema)
        assert pl.read_csv(folders[1] / f"{name}.csv").columns == some.columns


@pytest.mark.parametrize(
    ("ask", "options", "message"),
    [
        ("over_time", {"window": "7days"}, "window='7days' is not a length"),
        ("over_time", {"window": timedelta(days=7)}, "window=.* is not a length"),
        ("over_time", {"step": "0d"}, "step='0d' is not a length"),
        ("stability", {"runs": 0}, "runs must be a whole number, 1 or more"),
        ("stability", {"share": 2}, "share must be a number above 0 and at most 1"),
        ("sensitivity", {"windows": "60s"}, "windows must be a list"),
        ("sensitivity", {"windows": ["sixty"]}, "'sixty' is not a length"),
        ("sensitivity", {"alphas": 0.01}, "alphas must be a list"),
        ("sensitivity", {"alphas": [2]}, "alphas must be a list, each a number above 0 and below 1"),
        ("report", {"path": "."}, "this is a folder"),
    ],
)
def test_questions_that_make_no_sense_are_refused(detection, ask, options, message, capsys):
    with pytest.raises(CibError, match=message):
        getattr(detection, ask)(**options)
    assert capsys.readouterr().err == ""  # before any work


@pytest.mark.parametrize(
    ("ask", "options", "said"),
    [
        ("sensitivity", {"windows": ["60s"], "alphas": [0.01]}, "window 60s"),
        ("stability", {"runs": 1}, "sample 1 of 1"),
        ("over_time", {"window": "365d"}, "window 1 of 1"),
    ],
)
def test_long_questions_say_how_far_they_are(detection, ask, options, said, capsys):
    getattr(detection, ask)(**options, progress=False)
    assert capsys.readouterr().err == ""
    getattr(detection, ask)(**options)
    assert said in capsys.readouterr().err


def test_sensitivity_at_the_settings_of_the_detection_agrees_with_it(activity):
    settings = cib.Settings(layers=(cib.Layer("post", "10min"),))
    detection = cib.detect(activity, settings, progress=False)
    table = detection.sensitivity(windows=("60s", "10min"), alphas=(0.001, 0.01))
    assert table.select("window_s", "alpha").rows() == [(60, 0.001), (60, 0.01), (600, 0.001), (600, 0.01)]
    same = table.row(-1, named=True)
    assert (same["agreement"], same["kept"]) == (1, 1)
    assert same["networks"] == len(detection.networks)
    assert same["candidates"] == len(detection.networks.with_verdict("candidate"))


def test_stability_is_whole_without_change(detection):
    members = detection.networks.members
    whole = detection.stability(runs=1, share=1.0)
    assert whole["resampled"].to_list() == [1.0] * members.height
    less = detection.stability(runs=2, share=0.5)
    assert less["resampled"].is_between(0, 1).all()
    assert less["resampled"].mean() < 1
    assert less.equals(detection.stability(runs=2, share=0.5))


def test_what_weakens_every_run_is_said_once(activity):
    detection = cib.detect(activity, cib.Settings(max_pairs=1_000), progress=False)
    assert len(detection.notes) > 1
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        detection.stability(runs=3)
    (said,) = caught
    assert "were left out" in str(said.message)
    assert "more like it" in str(said.message)
    assert said.filename == __file__


def test_over_time_one_window_is_the_detection(detection):
    whole = detection.over_time("365d")
    assert whole.table["fate"].unique().to_list() == ["born"]
    assert whole.table["accounts"].sum() == detection.networks.members.height
    weeks = detection.over_time("14d", step="7d").table
    assert weeks["start"].n_unique() > 1
    assert weeks["jaccard"].is_between(0, 1).all()


_SAVE = """
import sys, cib
detection = cib.detect(cib.simulate(scale=0.001, seed=int(sys.argv[1])).activity, progress=False)
detection.save(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
detection.save(sys.argv[3], overwrite=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="it has no locks of folders")
def test_a_folder_that_two_processes_write_is_all_of_one(tmp_path):
    own, both = [tmp_path / "1", tmp_path / "2"], tmp_path / "both"
    slow, fast = (
        subprocess.Popen(
            [sys.executable, "-c", _SAVE, folder.name, str(folder), str(both)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for folder in own
    )
    for process in (slow, fast):
        assert process.stdout.readline().strip() == b"ready"
    slow.stdin.close()
    while not list(both.glob(".cib-unfinished-*/accounts.csv")):
        time.sleep(0.001)
    slow.send_signal(signal.SIGSTOP)  # in the middle of it
    fast.stdin.close()
    with suppress(subprocess.TimeoutExpired):
        fast.wait(timeout=5)
    slow.send_signal(signal.SIGCONT)
    assert slow.wait(timeout=60) == fast.wait(timeout=60) == 0
    first, second, found = ({file.name: file.read_bytes() for file in folder.iterdir()} for folder in (*own, both))
    assert first != second
    assert found == second  # which waited
    for process in (slow, fast):
        process.stdout.close()


def test_data_without_any_co_action_give_no_network():
    detection = _nobody()
    assert len(detection.networks) == 0
    assert detection.accounts["coordination"].to_list() == [0.0, 0.0]
