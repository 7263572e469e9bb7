"""Activists, pods and automatic accounts."""

from __future__ import annotations

import numpy as np
import polars as pl

from cib.simulation import Simulation
from tests.simulation.conftest import acts, lags, pooled


def test_activists_copy_texts_and_pods_return_favours(tactics: Simulation) -> None:
    everything = acts(tactics)
    texts = (
        everything.filter(community="activist", action="post").group_by("text").agg(n=pl.col("account_id").n_unique())
    )
    assert texts.filter(pl.col("n") >= 3).height > 10
    favours = everything.filter(community="retweet-pod", target_community="retweet-pod", action="retweet")
    pairs = set(favours.select("account_id", "target_account_id").iter_rows())
    assert sum((b, a) in pairs for a, b in pairs) > 0.3 * len(pairs)


def test_automatic_accounts_say_so_and_new_ones_are_new(tactics: Simulation) -> None:
    profiles = pooled([tactics])
    assert profiles.filter(community="scheduled")["description"].str.contains("Automatic").all()
    relays = acts(tactics).filter(community="scheduled", action="retweet")
    assert np.median(lags(relays)) < 15
    days = profiles.filter(community="new-wave")["created_at"].dt.date()
    assert days.n_unique() <= 4
    assert (days <= profiles["created_at"].max().date()).all()
