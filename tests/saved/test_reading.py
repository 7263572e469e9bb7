"""A saved detection comes back; files that do not belong together, or have another shape, do not."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import cib
from cib.errors import CibError, InputError
from cib.saved.reading import read_findings
from tests.saved.conftest import ring

FIRST = Path(__file__).parent / "version_0.1"


@pytest.fixture(scope="module")
def activity():
    return ring(1)


@pytest.fixture(scope="module")
def detection(activity):
    return cib.detect(activity, progress=False)


@pytest.fixture(scope="module")
def saved(detection, tmp_path_factory):
    return detection.save(tmp_path_factory.mktemp("saved") / "out", ("tables", "report", "graphs"))


@pytest.fixture
def folder(saved, tmp_path):
    return Path(shutil.copytree(saved, tmp_path / "copy"))


def test_a_loaded_detection_saves_the_same_bytes(saved, activity, tmp_path):
    again = cib.load(saved, activity).save(tmp_path / "again", ("tables", "report", "graphs"))
    names = sorted(path.name for path in saved.iterdir())
    assert names == sorted(path.name for path in again.iterdir())
    assert [name for name in names if (saved / name).read_bytes() != (again / name).read_bytes()] == []


def test_a_loaded_detection_gives_the_same_report(saved, activity, detection, tmp_path):
    loaded = cib.load(saved, activity).report(tmp_path / "loaded.html", reveal_ids=True)
    assert loaded.read_bytes() == detection.report(tmp_path / "first.html", reveal_ids=True).read_bytes()


def test_what_was_found_is_there_without_the_posts(saved, detection, tmp_path):
    loaded = cib.load(saved)
    assert loaded.table.equals(detection.table)
    assert repr(loaded) == repr(detection)
    assert loaded.settings.to_dict() == detection.settings.to_dict()
    assert loaded.imported == detection.imported
    assert loaded.fingerprint == detection.fingerprint
    for mine, theirs in zip(loaded.networks, detection.networks, strict=True):
        assert mine.reasons == theirs.reasons
        assert mine.members.equals(theirs.members)
        assert mine.evidence.edges.equals(theirs.evidence.edges)
    member = detection.networks[0].members["account_id"][0]
    assert loaded.roles.explain(member).equals(detection.roles.explain(member))
    assert member in loaded.report(tmp_path / "r.html", reveal_ids=True).read_text("utf-8")


@pytest.mark.parametrize(
    "ask",
    [
        lambda d: d.profile("N1"),
        lambda d: d.explanations("N1"),
        lambda d: d.sensitivity(progress=False),
        lambda d: d.stability(1, progress=False),
        lambda d: d.over_time(progress=False),
        lambda d: d.graphs["co-action post 600 s"].evidence("ring0", "ring1"),
        lambda d: cib.extract(d.activity),
        lambda d: cib.retweet_graph(d.activity),
        lambda d: cib.detect(d.activity),
        lambda d: d.activity.posts,
        lambda d: len(d.activity),
        lambda d: cib.find_networks(d.graphs["co-action post 600 s"]),
        lambda d: cib.KnownNetworks().add(d.networks[0], "harbour", d.activity),
        lambda d: cib.link(d, cib.KnownNetworks()),
    ],
)
def test_what_needs_the_posts_says_so(saved, ask):
    with pytest.raises(CibError):
        ask(cib.load(saved))


def test_with_the_posts_edges_lead_to_them(saved, activity, detection):
    loaded = cib.load(saved, activity)
    for name, graph in loaded.graphs.items():
        if not graph.directed:
            for a, b, weight in graph.edge_table.select("source", "target", "weight").head(5).iter_rows():
                assert graph.evidence(a, b).equals(detection.graphs[name].evidence(a, b))
                assert graph.evidence(a, b).height == weight
    assert loaded.stability(2, progress=False).equals(detection.stability(2, progress=False))


def test_other_posts_are_refused(saved):
    with pytest.raises(InputError, match="not the activity that the detection was made from"):
        cib.load(saved, ring(2))


def test_a_file_of_another_detection_is_refused(folder, activity, tmp_path):
    other = cib.detect(activity, cib.Settings(alpha=0.02), progress=False).save(tmp_path / "other")
    for name in ("accounts.parquet", "members.parquet", "edges-retweet.parquet", "report.json"):
        shutil.copy(folder / name, tmp_path / "kept")
        shutil.copy(other / name, folder)
        with pytest.raises(InputError, match="of another detection"):
            read_findings(folder) if name == "report.json" else cib.load(folder)
        shutil.copy(tmp_path / "kept", folder / name)


def test_an_own_object_and_feature_are_known_by_name_only(activity, tmp_path):
    def same_author(posts):
        return posts.select("post_id", object="target_account_id")

    def ones(posts):
        """One."""
        return dict.fromkeys(posts["account_id"], 1.0)

    settings = cib.Settings(layers=[cib.Layer("post", "10min"), cib.Layer(same_author)], features=cib.STANDARD + [ones])
    loaded = cib.load(cib.detect(activity, settings, progress=False).save(tmp_path / "x"), activity)
    assert loaded.settings.to_dict() == settings.to_dict()
    assert loaded.features.frame["ones"].max() == 1
    with pytest.raises(CibError, match="ones"):
        cib.extract(activity, loaded.settings.features)


def test_the_first_format_is_read(tmp_path):
    """Made by version 0.1 from `ring(1)`."""
    loaded = cib.load(FIRST)
    table = pl.read_parquet(FIRST / "accounts.parquet")
    assert loaded.table.equals(table)
    assert loaded.networks.table.select("network_id", "accounts", "verdict").equals(
        pl.read_parquet(FIRST / "networks.parquet").select("network_id", "accounts", "verdict")
    )
    assert loaded.networks[0].evidence.n_edges == pl.read_parquet(FIRST / "evidence.parquet").height
    assert loaded.networks[0].reasons
    assert "ring0" in loaded.report(tmp_path / "r.html", reveal_ids=True).read_text("utf-8")
    with pytest.raises(CibError, match="how its layers were made"):
        cib.load(FIRST, ring(1))


def test_posts_in_rows_are_read_as_tables(tmp_path):
    """They stood with their accounts and lines before."""
    folder = tmp_path / "old"
    shutil.copytree(FIRST, folder)
    told = json.loads((folder / "report.json").read_text("utf-8"))
    told["members"][1]["aimed_at"] = [{"account": "a", "post": post, "time": "2020-01-01 00:00:00"} for post in "pq"]
    line = {"place_a": 0, "place_b": 1, "layer": "retweet", "weight": 1, "expected": None, "q": None}
    told["edges"].append({**line, "acts": [{"post": "r", "target_post": "s", "time": "2020-01-02 00:00:00"}]})
    (folder / "report.json").write_text(json.dumps(told), "utf-8")
    findings = read_findings(folder)
    assert findings["posts"] == {
        "aimed_at": {"place": [1, 1], "account": ["a", "a"], "post": ["p", "q"], "time": ["2020-01-01 00:00:00"] * 2},
        "retweets": {
            "line": [len(told["edges"]) - 1],
            "post": ["r"],
            "target_post": ["s"],
            "time": ["2020-01-02 00:00:00"],
        },
    }
    assert findings["edges"][-1] == line
    assert "aimed_at" not in findings["members"][1]
    assert cib.load(folder).report(tmp_path / "page.html").exists()


def test_old_words_of_the_first_format_are_read(tmp_path):
    folder = tmp_path / "old"
    shutil.copytree(FIRST, folder)
    table = pl.read_parquet(folder / "accounts.parquet")
    words = ["alike", "followed", "co-action"]
    table = table.with_columns(joined=pl.Series([*words, *table["joined"][3:]]))
    table.write_parquet(folder / "accounts.parquet")
    assert cib.load(folder).table["joined"].head(3).to_list() == ["shared targets", "leader", "co-action"]


def mutated(value, draw):
    """The same with one value, somewhere in it, gone or another."""
    if isinstance(value, dict) and value and draw.random() < 0.9:
        name = draw.choice(sorted(value))
        rest = {key: each for key, each in value.items() if key != name}
        return rest if draw.random() < 0.2 else rest | {name: mutated(value[name], draw)}
    if isinstance(value, list) and value and draw.random() < 0.9:
        k = draw.randrange(len(value))
        return [*value[:k], mutated(value[k], draw), *value[k + 1 :]]
    others = (None, -1, 0, 10**30, -0.5, 1e308, "", "x", "../x", [], {}, [[]], {"a": None}, True, "\x00", "N1", [None])
    return draw.choice(others)


@pytest.mark.parametrize("name", ["detection.json", "report.json"])
@pytest.mark.parametrize("seed", range(15))
def test_a_changed_json_file_gives_a_result_or_an_error_with_a_remedy(folder, name, seed, tmp_path):
    import random

    draw, path = random.Random(f"{name} {seed}"), folder / name  # noqa: S311 - no secret is made
    value, remedies = json.loads(path.read_text("utf-8")), []
    for _ in range(15):
        path.write_text(json.dumps(mutated(value, draw)), "utf-8")
        try:
            loaded = cib.load(folder)
            loaded.report(tmp_path / "r.html", reveal_ids=True)
            repr((loaded, loaded.networks, loaded.settings, loaded.features))
        except CibError as error:
            remedies.append(error.remedy)
    assert all(remedies)


@pytest.mark.parametrize("name", ["accounts", "members", "evidence", "distributions", "edges-retweet", "role-scores"])
def test_a_changed_table_gives_an_error_with_a_remedy(folder, name):
    path = folder / f"{name}.parquet"
    table, mark = pl.read_parquet(path), pl.read_parquet_metadata(path)
    first = table.columns[0]
    for changed in (
        table.drop(first),
        table.rename({first: "x"}),
        table.with_columns(pl.lit(1).alias(first)),
        table.with_columns(pl.lit(None).alias(first)),
        table.with_columns(pl.lit(b"x").alias(table.columns[1])),
    ):
        changed.write_parquet(path, metadata={"cib": mark["cib"]})
        with pytest.raises(CibError) as caught:
            cib.load(folder)
        assert caught.value.remedy
    for text in (b"", b"PAR1", path.read_bytes()[:-20], b"x" * 1_000):
        path.write_bytes(text)
        with pytest.raises(CibError) as caught:
            cib.load(folder)
        assert caught.value.remedy


def test_what_is_no_activity_is_refused(saved):
    with pytest.raises(CibError, match="activity"):
        cib.load(saved, pl.DataFrame())


def test_a_detection_can_be_changed_and_saved_anew(detection, tmp_path):
    noted = replace(detection, notes=("seen by two people",)).save(tmp_path / "x")
    assert cib.load(noted).notes == ("seen by two people",)
