"""What users and installed packages bring, as far as the report."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import narwhals as nw
import numpy as np
import polars as pl
import pytest

import cib
from cib.cli import main
from cib.errors import SettingsError
from cib.extensions import load_extension
from cib.features.standard import FeatureSet


@pytest.fixture
def installed(tmp_path, monkeypatch):
    (tmp_path / "newsroom_features.py").write_text(
        'def rows(posts):\n    """Things it did."""\n    return posts.to_polars().group_by("account_id").len()\n'
        "import cib\nBUSY = cib.Role('busy', 'Posts a lot.', {'rows': 1})\nSLOW = cib.Layer('post', '1h')\n"
    )
    info = tmp_path / "newsrooms-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: newsrooms\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[cib.features]\nnewsrooms = newsroom_features:rows\nbroken = newsroom_features:lines\n"
        "[cib.roles]\nbusy = newsroom_features:BUSY\n[cib.layers]\nslow = newsroom_features:SLOW\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("installed")
def test_a_package_brings_a_set():
    features = FeatureSet(load_extension("cib.features", "newsrooms"))
    assert (features.names, features.features[0].family) == (("rows",), "newsroom_features")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "message"),
    [("newsroom", "Did you mean 'newsrooms'"), ("other", "found: broken, newsrooms"), ("broken", "cannot be imported")],
)
def test_what_is_not_there_is_named(name, message):
    with pytest.raises(SettingsError, match=message):
        load_extension("cib.features", name)


@pytest.mark.usefixtures("installed")
def test_settings_name_what_a_package_brings():
    names = {
        "features": ["standard", "newsrooms"],
        "roles": ["highly_engaged", "amplifier", "busy"],
        "layers": ["slow"],
    }
    settings = cib.Settings.from_dict(names)
    assert settings.features.names[-1] == "rows"
    assert settings.roles[-1] == cib.Role("busy", "Posts a lot.", {"rows": 1})
    assert settings.layers == (cib.Layer("post", "1h"),)
    assert cib.Settings.from_dict(settings.to_dict()).to_dict() == settings.to_dict()


def test_the_shell_refuses_before_it_reads(capsys):
    assert main(["detect", "absent.parquet", "--out", "out", "--features", "newsrooms"]) == 2
    assert "no installed package brings features called 'newsrooms'" in capsys.readouterr().err


def night_share(posts):
    """Share of an account's posts between 00:00 and 06:00 UTC."""
    return posts.group_by("account_id").agg((nw.col("created_at").dt.hour() < 6).mean())


def first_words(posts):
    words = pl.col("text").str.split(" ").list.head(3).list.join(" ")
    return posts.to_polars().select("post_id", object=words).drop_nulls()


def always(graph):
    """Any edge is as unlikely as any other."""
    return np.full(graph.n_edges, 0.5), np.full(graph.n_edges, 1e-6)


NIGHT = cib.Role("night_worker", "Posts at night.", {"night_share": 1.0, "hour_entropy": -0.2})

#: Rows of a platform that nobody knows, with its own names.
NOTES = cib.Format(
    "notes",
    {"account_id": "who", "created_at": "when", "post_id": "note", "text": "words", "action": "did"},
    "its column 'note'",
    tells=lambda names: "note" in names,
)

OWN = cib.Settings(
    layers=(cib.Layer("post", "60s"), cib.Layer(first_words, "10min", always)),
    features=cib.STANDARD + [night_share],
    roles=(*cib.Settings().roles, NIGHT),
)


@pytest.fixture(scope="module")
def own():
    """Twelve accounts that post three beginnings each within a minute, each its own end, among others."""
    noon, night = datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 3, tzinfo=UTC)
    ring = [
        (f"r{k:02}", f"harbour opens {word} {k}", night.timestamp() + 3600 * n + k)
        for n, word in enumerate(("today", "soon", "again"))
        for k in range(12)
    ]
    others = [
        (f"o{k:02}", f"nothing {k} {n} to see", noon.timestamp() + 977 * k + 60 * n)
        for k in range(40)
        for n in range(3)
    ]
    rows = [(who, words, when, f"n{k}", "post") for k, (who, words, when) in enumerate(ring + others)]
    frame = pl.DataFrame(rows, schema=["who", "words", "when", "note", "did"], orient="row")
    activity = cib.read(frame, format=NOTES, progress=False)
    return cib.detect(activity, OWN, progress=False)


def test_a_reader_of_ones_own_reaches_the_report(own, tmp_path):
    assert own.imported.format == "notes: as asked"
    assert "as notes" in own.report(tmp_path / "report.html").read_text("utf-8")


def test_a_layer_object_and_null_of_ones_own_reach_the_networks_and_the_report(own, tmp_path):
    layer = "co-action first_words 600 s"
    assert own.graphs[layer].n_edges == 12 * 11 // 2
    assert own.tested.filter(layer="first_words 600 s")["significant"].to_list() == [66]
    network = own.networks[0]
    assert set(network.members["account_id"]) == {f"r{k:02}" for k in range(12)}
    assert network.evidence.edges["layer"].unique().to_list() == [layer]
    page = own.report(tmp_path / "report.html", reveal_ids=True).read_text("utf-8")
    assert "two accounts acted on the same first_words within 10 minutes" in page
    assert 'first_words <bdi class="id">harbour opens today</bdi>' in page
    assert '"null": "tests.test_extensions:always"' in json.dumps(own.settings.to_dict())


def test_a_feature_and_a_role_of_ones_own_reach_the_accounts_and_the_report(own, tmp_path):
    ring = pl.col("account_id").str.starts_with("r")
    assert own.features.table.filter(ring)["night_share"].to_list() == [1.0] * 12
    scores = own.table.group_by(ring=ring).agg(pl.col("night_worker").mean()).sort("ring")["night_worker"]
    assert scores[1] > scores[0]
    named = own.networks[0].roles
    assert {role: own.networks.table[0][role].item() for role in named} == named
    page = own.report(tmp_path / "report.html").read_text("utf-8")
    assert "<button>night worker</button>" in page
    assert "Posts at night. A score compares" in page
    assert "Share of an account's posts between" in page.replace("&#39;", "'").replace("\\u0027", "'")


def test_what_one_owns_comes_back_from_a_folder(own, tmp_path):
    folder = own.save(tmp_path / "out")
    back = cib.load(folder)
    assert back.settings.roles == OWN.roles
    assert back.table.equals(own.table)
    assert back.networks.table.equals(own.networks.table)
    assert back.roles.contributions("night_worker").table.equals(own.roles.contributions("night_worker").table)
    assert main(["report", str(folder), "--quiet"]) == 0
    page = (folder / "report.html").read_text("utf-8")
    assert "<button>night worker</button>" in page
    assert "two accounts acted on the same first_words within 10 minutes" in page


def test_the_choices_are_named_where_two_detections_differ(own):
    choices = own.compare(cib.Settings(), because=False, progress=False).choice_table
    rows = {row["choice"]: (row["here"], row["there"]) for row in choices.iter_rows(named=True)}
    assert rows["role 'night_worker'"] == ("night_share 1, hour_entropy -0.2", "no")
    assert "roles" not in rows


def test_a_role_that_names_an_absent_feature_is_refused():
    role = cib.Role("night_worker", "Posts at night.", {"night_share": 1, "hour_entropy": 1})
    activity = cib.simulate(scale=0.001, seed=3).activity
    with pytest.raises(cib.CibError, match="names a feature 'night_share' that there is not"):
        cib.detect(activity, cib.Settings(roles=(*cib.Settings().roles, role)), progress=False)
