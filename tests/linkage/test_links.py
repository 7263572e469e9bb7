"""Links to known networks: two generations are told from strangers, and no signal is no evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cib
from benchmarks.linkage import made
from cib.errors import CibError, InputError, SettingsError
from cib.linkage.links import cllr, link_members, tippett
from cib.linkage.signals import HABITS, TRACES


@pytest.fixture(scope="module")
def generations():
    """Three operations, the activity two weeks later, and who is in what then."""
    return made(seed=5, operations=3, unrelated=25, reuse=0.5, scale=0.002)


@pytest.fixture(scope="module")
def known(generations):
    library = cib.KnownNetworks()
    for name, (activity, accounts) in generations.known.items():
        library = library.add(accounts, name, activity)
    return library


@pytest.fixture(scope="module")
def links(generations, known):
    _, later, members = generations
    return link_members(later, members, known, controls=300)


def same(links):
    return links.table["network_id"] == links.table["known"] + "-again"


def test_second_generations_stand_above_all_strangers(links):
    mine, others = links.table.filter(same(links))["score"], links.table.filter(~same(links))["score"]
    assert len(mine) == 3
    assert mine.min() > 3
    assert (others < mine.min()).mean() > 0.95
    assert (others >= 3).mean() <= 0.02
    # 28 operations among 1,000 accounts are a hard place to find strangers in; benchmarks/linkage.py has more
    assert cllr(mine.to_numpy(), others.to_numpy()) < 0.75


def test_contributions_add_up_and_one_can_be_left_out(links):
    total = links.signals.group_by("network_id", "known").agg(pl.col("contribution").sum(), pl.len())
    joined = links.table.join(total, on=["network_id", "known"])
    assert joined["len"].unique().to_list() == [len(TRACES + HABITS)]
    assert np.allclose(joined["score"], joined["contribution"])
    assert np.allclose(joined["odds"], 1e-3 * 10 ** joined["score"])
    parts = links.signals.join(links.table, on=["network_id", "known"])
    assert np.allclose(parts["without"], parts["score"] - parts["contribution"])


def test_what_all_known_networks_have_is_of_their_topic(known):
    weighed = cib.KnownNetworks(tuple(known.weighed()))
    before, after = (pl.concat([one.values for one in library]) for library in (known, weighed))
    counts = before.group_by("signal", "value").len("networks")
    joined = before.join(after, on=["signal", "value", "weight"], nulls_equal=True, suffix="_after").unique()
    traces = joined.join(counts, on=["signal", "value"]).filter(pl.col("signal").is_in(TRACES))
    everywhere = traces.filter(networks=len(known))
    assert everywhere.height
    assert (everywhere["background_after"] >= 2 / 3).all()
    assert after.filter(pl.col("signal").is_in(HABITS))["background"].is_null().all()


def test_habits_alone_never_link(links):
    habits = links.signals.filter(pl.col("signal").is_in(HABITS)).group_by("network_id", "known")
    assert habits.agg(pl.col("contribution").sum())["contribution"].max() < 1.5
    traces = links.signals.filter(pl.col("signal").is_in(TRACES))
    assert traces["contribution"].max() < 2


def test_reasons_are_sentences_about_signals(links):
    best = links.table.row(0, named=True)
    reasons = links.reasons(best["network_id"], best["known"])
    assert len(reasons) == len(TRACES + HABITS)
    assert "in common" in reasons[0]
    assert "decades" in reasons[0]
    assert "groups of other accounts" in reasons[0]
    with pytest.raises(InputError, match=r"'N0' and 'nobody' were not compared"):
        links.reasons("N0", "nobody")


def test_a_long_comparison_says_how_much_is_not_shown(links):
    more = len(links) - 10
    assert repr(links).splitlines()[-1] == f"  ... and {more} more"


def test_a_folder_is_no_library(generations):
    members = pl.DataFrame({"account_id": ["a", "b"], "network_id": "N1"})
    with pytest.raises(InputError, match=r"Got str. Read a folder with cib\.KnownNetworks\.read"):
        link_members(generations.known["known-0"][0], members, "known")


@pytest.mark.parametrize("most", [1_000, 5])
def test_an_archive_of_the_network_alone_will_do(generations, most):
    first, later, members = generations
    activity, accounts = first["known-0"]
    archive = activity.keep_posts(activity.posts_table["account_id"].is_in(accounts))
    known = cib.KnownNetworks().add(accounts[:most], "archive", archive)
    table = link_members(later, members, known, controls=300).table
    assert table["network_id"][0] == "known-0-again"
    assert table["score"][0] > 1


def test_a_network_is_most_like_itself(generations, known):
    activity, accounts = generations.known["known-0"]
    members = pl.DataFrame({"account_id": accounts, "network_id": "again"})
    links = link_members(activity, members, known, controls=300)
    assert links.table["known"][0] == "known-0"
    assert links.table["score"][0] > 5
    assert links.table["p"][0] == pytest.approx(1 / 301)


def test_shuffled_membership_says_nothing(generations, known):
    _, later, members = generations
    others = later.posts_table["account_id"].unique().sort()
    others = others.filter(~others.is_in(members["account_id"].implode())).sample(400, seed=1)
    shuffled = pl.DataFrame({"account_id": others, "network_id": [f"group-{k % 20}" for k in range(400)]})
    score = link_members(later, shuffled, known, controls=300).table["score"]
    assert score.max() < 3
    assert -2.5 < score.mean() < 0.5


def test_without_any_signal_the_score_is_exactly_nothing(generations, known):
    _, later, members = generations
    bare = later.posts_table.select(pl.all().exclude("text", "lang", "client", "urls", "hashtags", "mentions"))
    bare = bare.with_columns(
        target_account_id=pl.lit(None, dtype=pl.String), target_post_id=pl.lit(None, dtype=pl.String)
    )
    nobody = replace(later, posts_table=bare, accounts_table=later.accounts_table.select("account_id").clear())
    without_hours = cib.KnownNetworks(
        tuple(replace(one, values=one.values.filter(pl.col("signal") != "hours")) for one in known)
    )
    links = link_members(nobody, members, without_hours, controls=300)
    assert links.table["score"].unique().to_list() == [0.0]
    assert links.signals["reason"].str.ends_with("not on both sides").all()


def test_library_reads_back_equal_and_holds_no_text_name_or_member(known, generations, tmp_path):
    folder = known.save(tmp_path / "known")
    again = cib.KnownNetworks.read(folder)
    assert again.names == known.names
    for one, other in zip(known, again, strict=True):
        assert one.values.equals(other.values)
        assert (one.kept, one.about) == (other.kept, other.about)
    stored = (folder / "known.json").read_text(encoding="utf-8") + known["known-0"].values.write_csv()
    activity, accounts = generations.known["known-0"]
    mine = activity.posts_table.filter(pl.col("account_id").is_in(accounts))
    names = activity.accounts_table.filter(pl.col("account_id").is_in(accounts))["name"].to_list()
    for word in [*accounts, *names, *mine["text"].drop_nulls().head(50)]:
        assert word not in stored


def test_row_order_and_runs_change_nothing(generations, known, links):
    _, later, members = generations
    again = link_members(later, members.sample(fraction=1, shuffle=True, seed=2), known, controls=300)
    assert again.table.equals(links.table)
    assert again.signals.equals(links.signals)


def test_detection_is_linked_to_what_it_found_before():
    activity, _ = cib.simulate(scale=0.003, seed=5)
    detection = cib.detect(activity, progress=False)
    network = detection.networks[0]
    known = cib.KnownNetworks().add(network, "harbour", activity)
    links = cib.link(detection, known, controls=100)
    assert links.table.row(0, named=True)["network_id"] == network.id
    assert len(links) == len(detection.networks)
    assert type(links.frame) is pl.DataFrame
    for value in (links, known, known["harbour"]):
        assert value._repr_html_().startswith("<")


def test_what_cannot_be_linked_is_said(known, generations, tmp_path):
    activity, accounts = generations.known["known-0"]
    with pytest.raises(InputError, match="already"):
        known.add(accounts, "known-0", activity)
    with pytest.raises(InputError, match="fewer than two"):
        known.add(["nobody"], "new", activity)
    with pytest.raises(InputError, match="no known network 'known-9'"):
        known["known-9"]
    with pytest.raises(InputError, match="no library"):
        cib.KnownNetworks.read(tmp_path)
    with pytest.raises(CibError, match="network must be"):
        known.add("N1", "harbour", activity)
    with pytest.raises(SettingsError, match="prior"):
        link_members(activity, pl.DataFrame(), known, prior=0)
    with pytest.raises(SettingsError, match="control groups"):
        link_members(activity, pl.DataFrame(), known, controls=1)


def test_cllr_of_scores_worked_out_by_hand():
    # log2(1 + 1/10) = 0.1375 for a pair at odds of ten either way
    assert cllr(np.array([1.0]), np.array([-1.0])) == pytest.approx(0.13750352, abs=1e-7)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=20), st.lists(st.floats(-5, 5), min_size=1, max_size=20))
def test_cllr_is_worse_for_scores_that_are_turned_round(same, different):
    same, different = np.sort(same) + 10, np.sort(different) - 10
    assert cllr(same, different) < 1 < cllr(different, same)


def test_tippett_plot_draws_both_curves(links):
    axes = links.tippett()
    assert [line.get_label() for line in axes.get_lines()][:2] == ["known to belong together", "unrelated"]
    assert tippett(np.ones(2), np.zeros(3), axes) is axes
