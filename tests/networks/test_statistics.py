"""Statistics of groups, worked out by hand on a toy, and what they say about a task and a taste."""

from __future__ import annotations

import polars as pl
import pytest

import cib
from cib.networks.statistics import group_statistics, support
from tests.toys import retweets


def layer(rows, window="60s"):
    graph = cib.coaction_graph(retweets(*rows), "post", window, 1)
    return cib.backbone(graph, alpha=0.999)


def members(*accounts):
    return pl.DataFrame(
        {"account_id": accounts, "network": [0] * len(accounts)}, schema_overrides={"network": pl.Int64}
    )


def test_capture_exclusivity_and_dispersion_by_hand():
    # a, b and c retweet p, q and r within a minute of one another; d comes to p; c also retweets s, alone
    rows = [(who, post, k) for post in "pqr" for k, who in enumerate("abc")] + [
        ("d", "p", 9),
        ("c", "s", 0),
        ("e", "s", 500),
    ]
    statistics, _ = group_statistics([layer(rows)], members("a", "b", "c"))
    row = statistics.row(0, named=True)
    assert row["targets"] == 3
    assert row["capture"] == pytest.approx(9 / 10)  # nine of the ten acts on p, q and r
    assert row["exclusivity"] == pytest.approx(9 / 10)  # nine of the members' ten acts
    assert row["dispersion"] == 0  # three acts each
    assert row["top_share"] == pytest.approx(1 / 3)
    assert row["pairs"] == 3
    assert row["observed"] == 9


def test_pairs_of_a_large_group_are_more_than_32_bits_hold():
    rows = [(who, post, k) for post in "pqr" for k, who in enumerate("abc")]
    few, many = (
        group_statistics([layer(rows)], members("a", "b", "c", *(f"u{k}" for k in range(more))))[0]["decades"].item()
        for more in (0, 69_997)
    )
    assert many == pytest.approx(few * 3 / (70_000 * 69_999 / 2))


def test_a_task_weighs_more_than_a_taste():
    columns = {"network": [0, 1], "layer": ["post", "post"], "members": [30, 30], "targets": [6, 6]}
    task = {"capture": [0.95, 0.3], "exclusivity": [0.6, 0.8], "dispersion": [1.0, 8.0], "decades": [1.0, 0.0]}
    weighed = support(pl.DataFrame(columns | task), "post").sort("network")["support"]
    assert weighed[0] > 2
    assert weighed[1] < -2


@pytest.mark.parametrize(
    ("column", "worse"), [("capture", 0.5), ("exclusivity", 0.2), ("dispersion", 3.0), ("decades", 0.1)]
)
def test_each_statistic_weighs_in_its_direction(column, worse):
    best = {"capture": 0.9, "exclusivity": 0.6, "dispersion": 1.0, "decades": 1.0}
    rows = [best, best | {column: worse}]
    table = pl.DataFrame(rows).with_columns(
        network=pl.int_range(2), layer=pl.lit("post"), members=pl.lit(20), targets=pl.lit(5)
    )
    better, less = support(table, "post").sort("network")["support"]
    assert better > less


def test_two_targets_say_nothing():
    row = {"capture": 0.9, "exclusivity": 0.9, "dispersion": 1.0, "decades": 5.0, "members": 9, "targets": 2}
    table = pl.DataFrame([row | {"network": 0, "layer": "post"}])
    assert support(table, "post")["support"].to_list() == [None]
