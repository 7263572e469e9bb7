"""Other explanations are measured on both sides."""

from __future__ import annotations

import polars as pl
import pytest


def test_other_explanations_are_measured_on_both_sides(takedown):
    detection, network = takedown
    found = detection.explanations(network.id)
    assert found["explanation"].n_unique() >= 6
    unknown = found.filter(pl.col("measure").str.contains("verified|follow each other"))
    assert unknown["members"].null_count() == unknown["others"].null_count() == 2
    posts = detection.activity.posts_table.with_columns(
        inside=pl.col("account_id").is_in(network.members["account_id"].implode())
    )
    web = posts.filter("inside")["client"].value_counts(sort=True)["count"][0] / posts["inside"].sum()
    assert found.filter(explanation="a tool in common")["members"][0] == pytest.approx(web)
    assert found.filter(measure="accounts with 5,000 followers or more")["members"][0] < 0.1
