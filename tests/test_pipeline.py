"""The whole sentence: names of the face, determinism, and what is written."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import cib
from cib.errors import InputError, SettingsError
from tests.toys import activity as toy_activity


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
