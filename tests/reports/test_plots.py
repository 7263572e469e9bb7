"""Pictures: each shows the numbers of the detection."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import polars as pl
import pytest

import cib
from cib.errors import InputError, SettingsError
from cib.reports.layout import positions
from cib.reports.selection import accounts_of, edges_among, lines
from tests.toys import activity

mpl.use("Agg")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_the_map_shows_every_member_and_boosted_account(detection):
    axes = cib.plots.network_map(detection)
    shown = detection.networks.members.height + detection.networks.boosted.height
    assert sum(len(dots.get_offsets()) for dots in axes.collections[1:]) == shown
    assert "N1" in {text.get_text() for text in axes.texts}


def test_a_name_on_the_map_stands_within_its_cluster(detection):
    axes = cib.plots.network_map(detection)
    for network in detection.networks[:5]:
        alone = cib.plots.network_map(detection, network.id)
        assert sum(len(dots.get_offsets()) for dots in alone.collections[1:]) == len(network)
        assert [text.get_text() for text in alone.texts] == [network.id]
        plt.close(alone.figure)
    members = accounts_of(detection.networks)
    places = positions(
        members["network_id"].to_list(), lines(detection.graphs, edges_among(detection.networks, members), members)
    )
    names = members["network_id"].to_numpy()
    for text in axes.texts:
        mine = places[names == text.get_text()]
        x, y = text.get_position()
        assert mine.min(axis=0)[0] < x < mine.max(axis=0)[0]
        assert mine.min(axis=0)[1] < y < mine.max(axis=0)[1]
    assert len(axes.texts) == min(len(detection.networks), 40)


def test_the_role_plane_shows_every_account(detection):
    axes = cib.plots.role_plane(detection)
    inside = sum(len(dots.get_offsets()) for dots in axes.collections)
    assert inside == detection.networks.members.height
    assert inside + len(axes.lines[0].get_xdata()) == detection.table.height


def test_the_timeline_adds_up_to_the_acts_of_members(detection):
    axes = cib.plots.timeline(detection)
    acts = detection.activity.posts_table.join(detection.networks.members, on="account_id").height
    assert sum(bar.get_height() for bar in axes.patches) == acts


def test_the_week_adds_up_to_the_acts_of_a_network(detection):
    counts = cib.plots.week(detection, "N2").images[0].get_array()
    acts = detection.activity.posts_table.join(detection.networks["N2"].members, on="account_id")
    assert counts.shape == (7, 24)
    assert counts.sum() == acts.height
    first = acts["created_at"][0]
    assert counts[first.weekday(), first.hour] > 0


def test_lags_are_those_of_the_edges_of_all_layers(detection):
    axes = cib.plots.lags(detection)
    edges = pl.concat(network.evidence.edges for network in detection.networks)
    pairs = {f"{layer} ({count:,} pairs)" for layer, count in edges["layer"].value_counts().iter_rows()}
    assert {text.get_text() for text in axes.get_legend().get_texts()} == pairs
    assert len(pairs) > 2
    top = axes.get_ylim()[1]
    for outline in axes.patches:  # each reaches a height that is seen
        assert outline.get_xy()[:, 1].max() > 0.05 * top


def test_sensitivity_puts_each_setting_in_its_place():
    table = pl.DataFrame({"window_s": [60, 30, 60], "alpha": [0.01, 0.05, 0.05], "accounts": [5, 6, 8]})
    grid = cib.plots.sensitivity(table).images[0].get_array()
    assert np.ma.filled(grid, np.nan).tolist()[1] == [6, 8]
    assert grid[0, 1] == 5
    assert cib.plots.sensitivity(table.to_pandas()).get_xlabel() == "window, seconds"
    with pytest.raises(InputError, match="no column 'networks'"):
        cib.plots.sensitivity(table, "networks")


def test_what_a_detection_says_of_other_settings_can_be_drawn(detection):
    table = detection.sensitivity(windows=("60s",), alphas=(0.01, 0.001), progress=False)
    assert cib.plots.sensitivity(table, "networks").images[0].get_array().tolist() == [
        [count] for count in reversed(table["networks"].to_list())
    ]


@pytest.mark.parametrize("name", cib.plots.__all__)
def test_what_else_a_picture_needs_is_one_sentence(name, detection):
    draw = getattr(cib.plots, name)
    with pytest.raises(InputError, match=r"^a picture is drawn of a detection\. Got a str\. Pass what cib\.detect or"):
        draw("result")
    with pytest.raises(SettingsError, match=r"^axes are matplotlib Axes\. Got 'N1'\."):
        draw(
            pl.DataFrame({"window_s": [1], "alpha": [1], "accounts": [1]}) if name == "sensitivity" else detection,
            axes="N1",
        )


@pytest.mark.parametrize("name", ["network_map", "week"])
def test_another_network_than_there_is(name, detection):
    with pytest.raises(InputError, match="there is no network 'N9999'"):
        getattr(cib.plots, name)(detection, "N9999")
    with pytest.raises(SettingsError, match=r"Write 'N1', say, or axes="):
        getattr(cib.plots, name)(detection, plt.subplots()[1])


def test_axes_can_be_given(detection):
    axes = plt.subplots()[1]
    assert cib.plots.week(detection, axes=axes) is axes


@pytest.mark.parametrize("name", ["network_map", "role_plane", "timeline", "lags", "week"])
def test_nothing_found_is_an_empty_picture(name):
    detection = cib.detect(activity([{"account_id": a, "action": "post", "at": 0} for a in "ab"]), progress=False)
    assert getattr(cib.plots, name)(detection).get_title()


@pytest.mark.slow
def test_sensitivity_of_a_detection_is_computed():
    detection = cib.detect(cib.simulate(scale=0.001, seed=3).activity, progress=False)
    grid = cib.plots.sensitivity(detection, "networks").images[0].get_array()
    assert grid.shape == (3, 4)
    assert grid.max() > 0
