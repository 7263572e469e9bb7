"""Statistics of groups, worked out by hand on a toy."""

from __future__ import annotations

import polars as pl
import pytest

import cib
from cib.networks.statistics import group_statistics
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
