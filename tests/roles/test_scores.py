"""Reasons in words and in a picture."""

from __future__ import annotations

import builtins
from dataclasses import replace

import matplotlib as mpl
import matplotlib.pyplot as plt
import polars as pl
import pytest

import cib
from cib.activity import to_library
from cib.errors import MissingDependencyError
from cib.roles import AMPLIFIER, RoleScorer

mpl.use("agg")


@pytest.fixture(scope="module")
def scores():
    features = cib.extract(cib.simulate(scale=0.002, seed=2).activity)
    return RoleScorer().fit(features).score(features)


@pytest.fixture(scope="module")
def busiest(scores):
    return scores.table.sort("amplifier", "account_id")["account_id"][-1]


def test_reasons_are_sentences_that_compare(scores, busiest):
    why = scores.explain(busiest, "amplifier")
    asymmetry = why.filter(feature="asymmetry")["reason"].item()
    assert asymmetry.startswith("Whether the account retweets (towards 1) or is retweeted by others (towards -1): 0.")
    assert asymmetry.endswith("; 99 of 100 accounts have less.")


def test_the_top_reasons_are_the_first_of_all(scores, busiest):
    top, every = scores.explain(busiest, top=2), scores.explain(busiest)
    assert top["role"].to_list() == ["highly_engaged"] * 2 + ["amplifier"] * 2
    assert top.filter(role="amplifier").equals(every.filter(role="amplifier").head(2))


def test_the_waterfall_ends_at_the_score(scores, busiest):
    axes = scores.plot_explanation(busiest, "amplifier")
    bars = axes.patches
    assert len(bars) == len(AMPLIFIER.weights)
    contributions = scores.explain(busiest, "amplifier")["contribution"].to_list()
    assert [bar.get_width() for bar in bars] == pytest.approx(contributions)
    assert bars[0].get_x() == pytest.approx(AMPLIFIER.bias)
    assert busiest in axes.get_title()
    assert scores.plot_explanation(busiest, "highly_engaged", ax=axes) is axes
    plt.close(axes.figure)


def test_without_matplotlib_the_way_to_it_is_named(scores, busiest, monkeypatch):
    plain = builtins.__import__

    def without(name, *rest):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return plain(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingDependencyError, match=r"pip install 'cib-detect\[plots\]'"):
        scores.plot_explanation(busiest, "amplifier")


@pytest.mark.parametrize("library", ["polars", "pandas", "pyarrow"])
def test_tables_come_back_in_the_library_that_came_in(scores, busiest, library):
    mine = replace(scores, features=replace(scores.features, library=library))
    candidates = pl.DataFrame({"account_id": [busiest], "verdict": ["candidate"]})
    for table in (mine.frame, mine.explain(busiest), mine.in_network(to_library(candidates, library))):
        assert type(table).__module__.partition(".")[0] == library
    assert isinstance(mine.table, pl.DataFrame)


def test_a_role_in_a_network_takes_a_candidate(scores):
    account, fan, other = scores.table["account_id"][:3]
    inside = scores.in_network(pl.DataFrame({"account_id": [account, fan], "verdict": ["candidate", "coordinated"]}))
    assert inside["amplifier"][0] == scores.for_account(account)["amplifier"] > 0
    assert inside.filter(pl.col("account_id").is_in([fan, other]))["amplifier"].to_list() == [0, 0]
