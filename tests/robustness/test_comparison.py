"""Two results side by side: a choice that differs alone explains all that differs."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import polars as pl
import pytest

import cib
from cib.errors import SettingsError

NO_AUTHORS = tuple(layer for layer in cib.Settings().layers if layer.objects != "author")


@pytest.fixture(scope="module")
def detection():
    return cib.detect(cib.simulate(scale=0.002, seed=3).activity, progress=False)


def counts(comparison):
    return dict(comparison.account_table["change"].value_counts().iter_rows())


def test_a_result_is_like_itself(detection):
    same = detection.compare(detection, progress=False)
    assert counts(same) == {"kept": detection.networks.members.height}
    assert (same.agreement, same.choice_table.height) == (1, 0)
    assert same.network_table["network_id"].to_list() == same.network_table["other"].to_list()
    assert same.network_table["jaccard"].to_list() == [1.0] * len(detection.networks)
    assert "no choice differs" in repr(same)


@pytest.mark.parametrize(
    ("settings", "choice"),
    [
        (cib.Settings(rule=cib.Rule(min_size=12)), "rule.min_size"),
        (cib.Settings(layers=NO_AUTHORS), "layer Layer('author'"),
        (cib.Settings(alpha=1e-6), "alpha"),
    ],
)
def test_one_choice_explains_all(detection, settings, choice):
    found = detection.compare(settings, progress=False)
    (row,) = found.choice_table.rows(named=True)
    assert row["choice"].startswith(choice)
    assert row["agreement"] == 1
    told = counts(found)
    assert (row["new"], row["gone"]) == (told.get("new", 0), told.get("gone", 0))
    only_here, only_there = (found.network_table[name].null_count() for name in ("other", "network_id"))
    pairs = found.network_table.drop_nulls()
    assert pairs["network_id"].n_unique() + only_here == len(detection.networks)
    assert row["networks"] == pairs["other"].n_unique() + only_there - len(detection.networks)
    # what is compared is what a detection with these settings finds
    other = cib.detect(detection.activity, settings, progress=False)
    again = detection.compare(other, because=False, progress=False)
    assert again.account_table.equals(found.account_table)
    assert again.choice_table["agreement"].to_list() == [None]


def test_several_choices_are_told_apart(detection):
    settings = cib.Settings(rule=cib.Rule(min_size=12), seed=5, layers=(*NO_AUTHORS, cib.Layer("text", "10min")))
    found = detection.compare(settings, progress=False)
    told = dict(found.choice_table.select("choice", "gone").iter_rows())
    assert set(told) == {
        "layer Layer('author', window=None, null='chung-lu', min_weight=3, max_accounts=500)",
        "layer Layer('text', window='10min')",
        "rule.min_size",
        "seed",
    }
    alone = detection.compare(cib.Settings(rule=cib.Rule(min_size=12)), progress=False).choice_table
    effect = ["choice", "networks", "candidates", "new", "gone"]
    assert found.choice_table.filter(choice="rule.min_size").select(effect).equals(alone.select(effect))
    assert told["rule.min_size"] > 0


def test_one_window_written_in_two_ways_is_no_choice(detection):
    back = cib.Settings.from_dict(detection.settings.to_dict())
    assert detection.compare(back, progress=False).choice_table.is_empty()


def test_other_data_are_a_choice_too(detection):
    half = detection.activity.keep_posts(
        pl.Series(
            [True] * (len(detection.activity) // 2) + [False] * (len(detection.activity) - len(detection.activity) // 2)
        )
    )
    other = cib.detect(half, progress=False)
    found = detection.compare(other, progress=False)
    assert found.choice_table["choice"].to_list() == ["activity"]
    assert found.choice_table["agreement"].to_list() == [1]


def test_frames_are_in_the_library_that_came_in(detection):
    library = replace(detection, activity=replace(detection.activity, library="pandas"))
    found = library.compare(detection, progress=False)
    assert all(isinstance(frame, pd.DataFrame) for frame in (found.accounts, found.networks, found.choices))


def test_what_is_no_result_is_refused(detection):
    with pytest.raises(SettingsError, match=r"other must be a cib\.Detection"):
        detection.compare("result")
