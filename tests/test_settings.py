"""Settings survive a file, and a file that makes no sense is refused by name."""

from __future__ import annotations

import inspect
import json

import pytest

import cib
from cib.errors import CibError, InputError, SettingsError


@pytest.fixture
def importable(tmp_path, monkeypatch):
    (tmp_path / "own_choices.py").write_text(
        "import polars as pl\n"
        "def initials(posts):\n"
        "    return posts.to_polars().select('post_id', object=pl.col('account_id').str.tail(2))\n"
        "def rows(posts):\n"
        "    '''Number of posts.'''\n"
        "    return posts.to_polars().group_by('account_id').len()\n"
        "def ninth(graph):\n"
        "    import numpy as np\n"
        "    return np.ones(graph.n_edges), np.full(graph.n_edges, 1 / 9)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize(
    "settings",
    [
        cib.Settings(),
        cib.Settings(alpha=0.05, seed=3, max_pairs=10, rule=cib.Rule(min_size=3)),
        cib.Settings(layers=(cib.Layer("url", None, "chung-lu", max_accounts=9), cib.Layer("post", 90))),
    ],
)
def test_settings_come_back_from_toml_and_json(settings, tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text(settings.to_toml(), encoding="utf-8")
    for back in (cib.Settings.from_toml(file), cib.Settings.from_dict(json.loads(json.dumps(settings.to_dict())))):
        assert back.to_dict() == settings.to_dict()
    assert settings.to_toml().count("standard") == 1


@pytest.mark.usefixtures("importable")
def test_own_functions_are_named_by_module_and_found_again(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text(
        "features = ['h_index', 'own_choices:rows']\n[[layers]]\nobjects = 'own_choices:initials'\n"
        "null = 'own_choices:ninth'\nwindow = 'any time'\n"
    )
    settings = cib.Settings.from_toml(file)
    assert settings.features.names == ("h_index", "rows")
    assert settings.to_dict()["features"] == ["h_index", "own_choices:rows"]
    activity = cib.simulate(scale=0.002, seed=1).activity
    graph = cib.coaction_graph(activity, settings.layers[0].objects, None, 1)
    assert graph.construction.objects == "own_choices:initials"
    assert set(cib.backbone(graph, settings.layers[0].null, 0.5).table["p"]) <= {1 / 9}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alpha = 2", "alpha must be a number above 0 and below 1"),
        ("alfa = 0.1", "settings have no 'alfa'. Did you mean 'alpha'"),
        ("layers = 'post'", "layers must be a list"),
        ("layers = ['post']", r"layers\[0\] must be a table"),
        ("[[layers]]\nwindow = 60", r"layers\[0\] lack a value"),
        ("[[layers]]\nobjects = 'pots'", "Did you mean 'post'"),
        ("[[layers]]\nobjects = 'absent.module:name'", "cannot be imported"),
        ("[[layers]]\nobjects = 'post'\nnull = 'chunglu'", "Did you mean 'chung-lu'"),
        ("[[layers]]\nobjects = 'post'\nwindow = 'soon'", "'soon' is not a length"),
        ("rule = 3", "rule must be a table"),
        ("roles = ['newsroom']", "no installed package brings roles called 'newsroom'"),
        ("[[roles]]\nname = 'newsroom'\nlabel = 'Posts.'\nweights = [['h_index']]", "weights must be"),
        ("[[roles]]\nname = 'newsroom'", r"roles\[0\] lack a value"),
        ("features = ['h_indx']", "Did you mean 'h_index'"),
        ("features = ['absent_module:name']", "cannot be imported"),
        ("alpha = ", "not TOML"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_by_name(text, said, tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(CibError, match=said):
        cib.Settings.from_toml(file)


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(InputError, match="settings cannot be read"):
        cib.Settings.from_toml(tmp_path / "absent.toml")


@pytest.mark.usefixtures("importable")
def test_a_saved_detection_imports_nothing(monkeypatch):
    monkeypatch.setattr("cib.extensions.load_reference", None)
    layer = cib.Layer.from_saved({"objects": "own_choices:initials", "window": None, "null": "own_choices:ninth"})
    assert (layer.name, layer.min_weight) == ("own_choices:initials any time", 2)


STATED = (
    "roles = ['highly_engaged', 'amplifier', {name = 'newsroom', label = 'Posts at all hours.', bias = -3, "
    "weights = {hour_entropy = 1, followers = 0.5}}]"
)
NEWSROOM = cib.Role("newsroom", "Posts at all hours.", {"hour_entropy": 1, "followers": 0.5}, bias=-3)


@pytest.mark.parametrize(
    "text",
    [
        "roles = ['highly_engaged', 'amplifier', 'own_roles:NEWSROOM']",
        STATED,
    ],
)
def test_a_role_is_named_by_module_or_stated(text, tmp_path, monkeypatch):
    (tmp_path / "own_roles.py").write_text("from tests.test_settings import NEWSROOM\n")
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "settings.toml"
    file.write_text(text)
    settings = cib.Settings.from_toml(file)
    assert settings.roles == (*cib.Settings().roles, NEWSROOM)
    assert settings.to_dict()["roles"][:2] == ["highly_engaged", "amplifier"]
    file.write_text(settings.to_toml())
    assert cib.Settings.from_toml(file).roles == settings.roles
    assert list(cib.Settings.from_toml(file).roles[2].weights) == ["hour_entropy", "followers"]
    assert hash(cib.Settings.from_dict(json.loads(json.dumps(settings.to_dict()))).roles) == hash(settings.roles)


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ((NEWSROOM,), "the roles lack 'highly_engaged'"),
        ((*cib.Settings().roles, NEWSROOM, NEWSROOM), "two roles are called 'newsroom'"),
        ((*cib.Settings().roles, "newsroom"), r"roles\[2\]"),
        (
            (*cib.Settings().roles, cib.Role("verdict", "A name in use.", {"followers": 1})),
            "cannot be called 'verdict'",
        ),
    ],
)
def test_roles_that_make_no_sense_are_refused(roles, said):
    with pytest.raises(SettingsError, match=said):
        cib.Settings(roles=roles)


def test_the_signature_can_be_read():
    shown = str(inspect.signature(cib.Settings))
    assert len(shown) < 800
    assert "Layer('post', window='10min')" in shown
    layer = cib.Layer("author", None, "chung-lu", min_weight=3, max_accounts=500)
    assert eval(repr(layer), {"Layer": cib.Layer}) == layer  # noqa: S307 our own text
