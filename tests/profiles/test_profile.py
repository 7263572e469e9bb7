"""A profile says who, how far, what and when; its figures can be counted by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from polars.testing import assert_frame_equal

from cib.profiles.explanations import explanations, explanations_of
from cib.profiles.narratives import log_odds
from cib.profiles.profile import profile, profiles, working_zone


def test_the_planted_operation_is_described_as_it_was_planted(takedown):
    detection, network = takedown
    told = detection.profile(network.id)
    assert told.languages["value"][0] == "zh"
    assert told.clients["value"][0] == "web"
    assert told.zone in range(6, 11)  # office hours in Beijing, and a random sample of them
    assert told.office > 0.5
    assert told.batches["accounts"].sum() > len(network) / 2
    assert told.reach["without_followers"] > 0.5
    assert told.reach["inside"] > 0.2  # other networks of the operation act on its core as well
    assert told.leads["inside"].is_sorted(descending=True)


def test_reach_and_time_are_counts_of_posts(takedown):
    detection, network = takedown
    told = detection.profile(network.id)
    ids = network.members["account_id"].implode()
    posts = detection.activity.posts_table
    mine = posts.filter(pl.col("account_id").is_in(ids))
    received = posts.filter(pl.col("target_account_id").is_in(ids), pl.col("account_id") != pl.col("target_account_id"))
    assert told.reach["engagement"] == received.height
    assert told.reach["inside"] == pytest.approx(received["account_id"].is_in(ids).mean())
    assert told.reach["posts"] == (mine["action"] != "retweet").sum()
    assert told.hours["acts"].sum() == told.timeline["acts"].sum() == mine.height
    assert told.hours.height == 168
    assert sum(told.roles.values()) == len(network)


def test_several_networks_at_once_are_described_as_each_alone(takedown):
    detection, _ = takedown
    some = detection.networks[:6]
    together = zip(some, profiles(detection.activity, some), explanations_of(detection.activity, some), strict=True)
    for network, told, explained in together:
        alone = profile(detection.activity, network).to_dict()
        alone["narratives"] = [row for row in alone["narratives"] if row["kind"] != "text"]
        assert told.to_dict() == alone
        assert_frame_equal(explained, explanations(detection.activity, network))


def test_distinctive_words_are_those_of_the_members(takedown):
    detection, network = takedown
    told = detection.profile(network.id).narratives
    assert told.height > 0
    assert (told["z"] > 3).all()
    assert (told["inside"] >= 3).all()
    share = detection.activity.posts_table["account_id"].is_in(network.members["account_id"].implode()).mean()
    assert (told["inside"] / (told["inside"] + told["outside"]) > share).all()


def test_a_profile_shows_itself_and_becomes_plain_values(takedown):
    detection, network = takedown
    told = detection.profile(network.id)
    plain = json.loads(json.dumps(told.to_dict(), default=str))
    assert plain["network_id"] == network.id
    assert len(plain["hours"]) == 168
    assert "office hours" in repr(told)
    assert told._repr_html_().startswith("<")


def test_what_the_data_lack_is_missing_not_zero(takedown):
    detection, network = takedown
    bare = replace(
        detection.activity,
        posts_table=detection.activity.posts_table.select(
            pl.all().exclude("text", "lang", "client", "urls", "hashtags", "mentions")
        ),
        accounts_table=pl.DataFrame(schema={"account_id": pl.String}),
    )
    told = profile(bare, network)
    assert told.reach["followers"] is told.reach["impressions"] is told.reach["without_followers"] is None
    for table in (told.languages, told.clients, told.narratives, told.batches):
        assert table.is_empty()
    explained = explanations(bare, network)
    assert explained.filter(pl.col("measure").str.contains("followers|client|text"))["members"].null_count() == 4


def test_log_odds_by_hand():
    # prior: both sides together scaled to 11 of 40; equal shares give 0, and signs are opposite
    z = log_odds(np.array([5, 5]), np.array([5, 25]), 30)
    prior = np.array([10, 30]) * 11 / 40
    logit = [np.log((a + prior[0]) / (n + prior.sum() - a - prior[0])) for a, n in ((5, 10), (5, 30))]
    error = np.sqrt(1 / (5 + prior[0]) * 2)
    assert z[0] == pytest.approx((logit[0] - logit[1]) / error)
    assert z[0] > 0 > z[1]
    assert log_odds(np.array([3, 3]), np.array([30, 30]), 60).tolist() == [0, 0]


@given(arrays(np.int64, 168, elements=st.integers(0, 50)), st.integers(-11, 12))
def test_the_zone_moves_with_the_hours(acts, shift):
    zone, office = working_zone(np.roll(acts, -shift))
    _, here = working_zone(acts)
    assert (zone is None) == (acts.sum() == 0)
    assert 0 <= here <= 1
    assert office >= np.roll(np.roll(acts, -shift), shift)[_OFFICE].sum() / max(acts.sum(), 1) - 1e-12


_OFFICE = np.isin(np.arange(168) % 24, range(9, 18)) & (np.arange(168) < 120)
