"""The whole sentence: names of the face, determinism, and what is written."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import networkx as nx
import numpy as np
import polars as pl
import pytest

import cib
from cib.errors import CibError, InputError, SettingsError
from tests.toys import activity as toy_activity

LAYER = "layer-co-action-post-600-s"


@pytest.fixture(scope="module")
def activity():
    return cib.simulate(scale=0.003, seed=5).activity


@pytest.fixture(scope="module")
def detection(activity):
    return cib.detect(activity, progress=False)


def test_accounts_have_the_columns_of_the_face(detection, activity):
    accounts = detection.accounts
    assert isinstance(accounts, pl.DataFrame)
    assert set(accounts["account_id"]) == set(activity.account_ids)
    assert {"coordination", "highly_engaged", "amplifier", "role", "network_id", "verdict"} <= set(accounts.columns)
    assert accounts["coordination"].is_between(0, 1).all()
    assert accounts["coordination"].is_sorted(descending=True)
    roles = {"highly_engaged", "amplifier", "both", "peripheral", "low_support"}
    assert set(accounts["role"]) <= roles
    outside = accounts.filter(pl.col("network_id").is_null())
    assert outside["verdict"].null_count() == outside.height


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


def test_row_order_changes_no_byte(activity, tmp_path):
    shuffled = cib.read(activity.posts_table.sample(fraction=1, shuffle=True, seed=1), progress=False)
    straight = cib.read(activity.posts_table, progress=False)
    folders = [cib.detect(a, progress=False).save(tmp_path / name) for a, name in ((straight, "a"), (shuffled, "b"))]
    names = sorted(path.name for path in folders[0].iterdir())
    assert names == sorted(path.name for path in folders[1].iterdir())
    assert [name for name in names if (folders[0] / name).read_bytes() != (folders[1] / name).read_bytes()] == []


def test_account_ids_do_not_matter(activity, detection):
    ids = activity.account_ids.cast(pl.String)
    back = dict(zip([f"{10**15 + n}" for n in (ids.hash(7).rank("ordinal"))], ids, strict=True))
    there = {old: new for new, old in back.items()}
    posts = activity.posts_table.with_columns(pl.col("account_id", "target_account_id").cast(pl.String).replace(there))
    posts = posts.with_columns(pl.col("mentions").list.eval(pl.element().cast(pl.String).replace(there)))
    accounts = activity.accounts_table.with_columns(pl.col("account_id").cast(pl.String).replace(there))
    renamed = cib.read(posts, accounts=accounts, format="canonical", progress=False)
    found = cib.detect(renamed, progress=False).table.with_columns(pl.col("account_id").replace(back))
    expected = detection.table.sort("account_id")
    found = found.sort("account_id")
    same = ["account_id", "coordination", "joined", "network_role", "verdict", "role"]
    assert found.select(same).equals(expected.select(same))
    scores = ["amplifier", "highly_engaged"]
    assert (found.select(scores) - expected.select(scores)).select(pl.all().abs().max()).row(0) < (1e-12, 1e-12)

    def networks(table):
        return set(table.group_by("network_id").agg("account_id")["account_id"].list.sort().list.join(" "))

    assert networks(found) == networks(expected)


@pytest.mark.parametrize("environment", [{"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2", "POLARS_MAX_THREADS": "1"}])
def test_hash_seed_and_threads_change_nothing(detection, environment):
    code = (
        "import cib, hashlib\n"
        "d = cib.detect(cib.simulate(scale=0.003, seed=5).activity, progress=False)\n"
        "print(hashlib.sha256(d.table.write_csv().encode()).hexdigest())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert run.stdout.strip() == hashlib.sha256(detection.table.write_csv().encode()).hexdigest()


def test_results_come_back_in_the_library_that_came_in(activity):
    frame = activity.posts_table.head(2_000).to_pandas()
    result = cib.detect(cib.read(frame, progress=False), progress=False)
    assert type(result.accounts).__module__.startswith("pandas")
    assert type(result.networks.frame).__module__.startswith("pandas")
    assert type(result.graphs["retweet"].edges).__module__.startswith("pandas")


def _nobody():
    frame = pl.DataFrame(
        {"account_id": ["a", "b"], "created_at": ["2020-06-12T00:00:00Z"] * 2, "action": ["post", "post"]}
    )
    return cib.detect(cib.read(frame, progress=False), progress=False)


def test_data_without_any_co_action_give_no_network():
    detection = _nobody()
    assert len(detection.networks) == 0
    assert detection.accounts["coordination"].to_list() == [0.0, 0.0]


def test_without_networks_files_have_their_columns_and_no_row(detection, tmp_path):
    folders = [found.save(tmp_path / name) for found, name in ((detection, "some"), (_nobody(), "none"))]
    for name in ("networks", "evidence", "objects"):
        some, none = (pl.read_parquet(folder / f"{name}.parquet") for folder in folders)
        assert (none.height, none.schema) == (0, some.schema)
        assert pl.read_csv(folders[1] / f"{name}.csv").columns == some.columns


def test_coarse_times_are_noted_in_the_result(activity):
    coarse = replace(activity, imported=replace(activity.imported, precision=60.0))
    detection = cib.detect(coarse, progress=False)
    assert any("below twice the precision" in note for note in detection.notes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alpha": 2}, "alpha"),
        ({"layers": ()}, "layer"),
        ({"layers": "co-text"}, "layers must be a list"),
        ({"layers": ["co-text"]}, r"layers\[0\] must be a cib\.Layer"),
        ({"rule": None}, r"rule must be a cib\.Rule"),
        ({"features": ["h_index"]}, r"features must be a cib\.FeatureSet"),
        ({"seed": -1}, "seed"),
    ],
)
def test_settings_that_make_no_sense_are_refused(options, message):
    with pytest.raises(SettingsError, match=message):
        cib.Settings(**options)


def test_what_is_no_activity_is_refused_with_the_way_to_one(activity):
    with pytest.raises(InputError, match=r"Got a str\. Read it first: cib\.detect\(cib\.read"):
        cib.detect("x.csv")
    with pytest.raises(SettingsError, match=r"settings must be a cib\.Settings\. Got a dict"):
        cib.detect(activity, {})


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


def test_values_show_themselves_in_notebooks(detection):
    for value in (
        detection,
        detection.networks,
        detection.networks[0],
        detection.graphs["retweet"],
        detection.activity,
        detection.imported,
        detection.settings,
        detection.settings.layers[0],
        detection.settings.rule,
        cib.Columns({"account_id": "<user>"}),
        cib.RoleScorer(),
        detection.features,
        detection.roles,
        detection.networks[0].evidence,
    ):
        assert value._repr_html_().startswith("<")


def test_other_layers_can_be_added_by_name():
    from cib.graphs.layers import LAYERS, MORE_LAYERS

    activity, _ = cib.simulate("tactics", scale=0.05, seed=1)
    settings = cib.Settings(layers=(*LAYERS, *MORE_LAYERS.values()))
    detection = cib.detect(activity, settings, progress=False)
    looked_at = {name.removeprefix("co-action ") for name in detection.graphs}
    made = {layer.name for layer in MORE_LAYERS.values()} - {"hashtag-sequence 600 s", "media 60 s"}
    # nobody uses five hashtags, or posts pictures
    assert made <= looked_at


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


def _ring(objects=92, **same):
    """Five accounts that do the same eight times within seconds, among others that do anything."""
    rng = np.random.default_rng(3)
    acts = [(f"ring{k}", 1_000 * n + k, n) for n in range(8) for k in range(5)]
    others = zip(rng.integers(0, 10_000, 4_800), rng.integers(8, objects, 4_800), strict=True)
    acts += [(f"other{k % 600}", int(at), which) for k, (at, which) in enumerate(others)]
    return [{"account_id": who, "at": at, **{name: make(n) for name, make in same.items()}} for who, at, n in acts]


@pytest.mark.parametrize(
    ("same", "action", "layer"),
    [
        ({"target_post_id": lambda n: f"t{n}"}, "reply", "replied 60 s"),
        ({"objects": 2_000, "media": lambda n: [f"m{n}"]}, "post", "media any time"),
    ],
)
def test_layers_are_those_that_the_data_have(same, action, layer):
    rows = [{**row, "action": action} for row in _ring(**same)]
    detection = cib.detect(toy_activity(rows), progress=False)
    used = detection.tested.filter(pl.col("not_used").is_null())["layer"].to_list()
    assert used == [layer]
    assert detection.tested["layer"].to_list() == [each.name for each in detection.settings.layers]
    edges = detection.graphs[f"co-action {layer}"].edge_table
    assert edges.height == 10
    assert edges["source"].str.starts_with("ring").all()


def test_further_layers_are_not_used_where_a_default_one_has_objects():
    rows = [{**row, "action": "reply", "text": f"{row['account_id']} {row['at']}"} for row in _ring(target_post_id=str)]
    assert cib.detect(toy_activity(rows), progress=False).settings == cib.Settings()
