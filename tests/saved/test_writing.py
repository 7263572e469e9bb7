"""What is saved is of one detection, whatever ends the saving: the earlier result whole, or the later, or none."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import networkx as nx
import polars as pl
import pytest

import cib
from cib.errors import InputError, SettingsError
from tests.saved.conftest import ring

LAYER = "layer-co-action-post-600-s"


def held(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def pair():
    """Two detections, of which the later has a layer less."""
    return cib.detect(ring(1), progress=False), cib.detect(
        ring(2), cib.Settings(layers=[cib.Layer("post", "10min")]), progress=False
    )


@pytest.fixture
def folder(pair, tmp_path):
    return pair[0].save(tmp_path / "out", ("tables", "report", "graphs"))


def test_nothing_of_the_earlier_detection_is_left(pair, folder, tmp_path):
    pair[1].save(folder, overwrite=True)
    assert held(folder) == held(pair[1].save(tmp_path / "fresh"))


def test_a_used_folder_needs_overwrite(pair, folder):
    before = held(folder)
    with pytest.raises(InputError, match=r"in use already.*overwrite=True"):
        pair[1].save(folder)
    assert held(folder) == before


def test_each_file_is_listed_and_each_table_names_its_result(folder):
    told = json.loads((folder / "detection.json").read_text("utf-8"))
    assert told["files"] == {name: len(text) for name, text in held(folder).items() if name != "detection.json"}
    assert "do not pass it on" in told["audience"]
    for path in folder.glob("*.parquet"):
        assert json.loads(pl.read_parquet_metadata(path)["cib"])["result"] == told["result"]


def test_the_same_data_with_other_settings_are_another_result(pair, tmp_path):
    other = cib.detect(pair[0].activity, cib.Settings(alpha=0.02), progress=False)
    folders = pair[0].save(tmp_path / "a"), other.save(tmp_path / "b")
    first, second = (json.loads((folder / "detection.json").read_text("utf-8"))["result"] for folder in folders)
    assert first != second


@pytest.mark.parametrize(
    ("write", "absent"),
    [(("tables",), {"report.json"}), (("report",), {"accounts.parquet"}), (("tables", "graphs"), {"report.json"})],
)
def test_only_what_is_asked_for_is_written(pair, tmp_path, write, absent):
    names = set(held(pair[0].save(tmp_path / "out", write)))
    assert absent.isdisjoint(names)
    assert (f"{LAYER}.gexf" in names) == ("graphs" in write)


@pytest.mark.parametrize("write", [(), "tables", ["table"], [None], 3])
def test_what_cannot_be_written_is_refused(pair, tmp_path, write):
    with pytest.raises(SettingsError, match=r"write|nothing"):
        pair[0].save(tmp_path, write)
    assert held(tmp_path) == {}


def test_graphs_are_capped_and_written_unasked_only_if_they_are_small(pair, tmp_path, monkeypatch):
    monkeypatch.setattr("cib.saved.writing.MAX_DRAWN", 10)
    asked = pair[0].save(tmp_path / "asked", ("tables", "graphs"))
    assert nx.read_graphml(asked / f"{LAYER}.graphml").number_of_edges() == 10
    drawn = json.loads((asked / "detection.json").read_text("utf-8"))["drawn"]["co-action post 600 s"]
    assert drawn == {"edges": pair[0].graphs["co-action post 600 s"].n_edges, "drawn": 10}
    monkeypatch.setattr("cib.saved.writing.SMALL_GRAPH", 10)
    assert not (pair[0].save(tmp_path / "large") / f"{LAYER}.gexf").exists()


@pytest.mark.parametrize("most", [1, 300, 1_000_000])
def test_evidence_is_that_of_each_network_however_many_are_put_together(detection, tmp_path, monkeypatch, most):
    networks = detection.networks
    monkeypatch.setattr("cib.saved.writing.MAX_ROWS", most)
    folder = detection.save(tmp_path / "out", ("tables",))
    for name, part in (("evidence", "edges"), ("objects", "objects")):
        tables = [getattr(n.evidence, part).select(pl.lit(n.id).alias("network_id"), pl.all()) for n in networks]
        assert len(tables) > 1
        assert pl.read_parquet(folder / f"{name}.parquet").equals(pl.concat(tables))


def whole_or_none(folder, *wholes):
    found = held(folder)
    if "detection.json" in found:
        assert found in wholes
        return True
    with pytest.raises(InputError):
        cib.load(folder)
    return False


def failing_at(call):
    """`Path.replace`, which finds the disk full when it is called for the n-th time."""
    replace, calls = Path.replace, iter(range(1, 1_000))

    def failing(self, target):
        if next(calls) == call:
            raise OSError(28, "No space left on device", str(target))
        return replace(self, target)

    return failing


def test_a_failure_at_any_file_leaves_the_earlier_result_or_none(pair, folder, tmp_path, monkeypatch):
    before, after = held(folder), held(pair[1].save(tmp_path / "fresh", ("tables",)))
    shutil.copytree(folder, tmp_path / "kept")
    seen = []
    for call in range(1, 2 * len(after) + 1):
        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", failing_at(call))
            with pytest.raises(InputError, match="No space left"):
                pair[1].save(folder, ("tables",), overwrite=True)
        seen.append(whole_or_none(folder, before))
        if not seen[-1]:
            shutil.rmtree(folder)
            shutil.copytree(tmp_path / "kept", folder)
    assert seen == [True] * len(after) + [False] * len(after)


def run(code, *arguments):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)


_KILLED = """
import os, signal, sys
from pathlib import Path
from cib.folders import DETECTION, replace_result
replace, calls = Path.replace, 0
def killed(self, target):
    global calls
    calls += 1
    if calls == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(self, target)
Path.replace = killed
with replace_result(Path(sys.argv[1]), DETECTION, overwrite=True) as new:
    for name in ("accounts.csv", "edges-a.parquet", "detection.json"):
        (new / "x").write_text("new")
        (new / "x").replace(new / name)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="it has no kill -9")
@pytest.mark.parametrize("at", range(1, 8))
def test_a_process_that_is_killed_leaves_the_earlier_result_or_none(tmp_path, at):
    for name in ("accounts.csv", "edges-b.parquet", "detection.json"):
        (tmp_path / name).write_text("old")
    ended = run(_KILLED, tmp_path, at)
    assert ended.returncode == (-signal.SIGKILL if at < 7 else 0), ended.stderr
    found = {path.name: path.read_text() for path in tmp_path.iterdir() if path.is_file()}
    if at <= 3:
        assert found == dict.fromkeys(("accounts.csv", "edges-b.parquet", "detection.json"), "old")
    else:
        assert ("detection.json" in found) == (at == 7)
        assert set(found.values()) <= {"new"}
        assert not (tmp_path / "edges-b.parquet").exists()


_FULL = """
import resource, sys
import cib
from tests.saved.conftest import ring
detection = cib.detect(ring(2), progress=False)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    detection.save(sys.argv[1], overwrite=True)
except cib.CibError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="it has no limit of the size of files")
@pytest.mark.parametrize("most", [0, 1_500, 4_000])
def test_a_full_disk_leaves_the_earlier_result(folder, most):
    before = held(folder)
    ended = run(_FULL, folder, most)
    assert "the result cannot be written" in ended.stdout, ended.stderr
    assert held(folder) == before
