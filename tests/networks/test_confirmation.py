"""What was found in one half of the acts is confirmed by the other, and chance is not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import cib
from cib.networks.confirmation import confirm
from tests.toys import retweets

SEARCH = {"resolution": 1.0, "set_resolution": 10.0, "min_size": 4}


def crowd(rng, planted):
    """300 accounts on 200 posts within an hour of each, and six that share 30 posts within seconds."""
    posts = rng.integers(200, size=4_000)
    seconds = 400 * posts + rng.integers(3_600, size=4_000)
    rows = [(f"u{rng.integers(300):03}", f"p{p:03}", int(t)) for p, t in zip(posts, seconds, strict=True)]
    for k in range(30 if planted else 0):
        start = int(rng.integers(86_000))
        rows += [(f"m{j}", f"q{k:02}", start + int(rng.integers(30))) for j in range(6)]
    return retweets(*rows)


def test_a_planted_group_is_confirmed():
    layer = cib.backbone(cib.coaction_graph(crowd(np.random.default_rng(0), planted=True), window="60s"))
    group = pl.DataFrame({"account_id": [f"m{j}" for j in range(6)], "network": [0] * 6})
    (p,) = confirm([layer], group, **SEARCH)["p_confirm"]
    assert p < 1e-9
    # further digits depend on the order of a sum, which depends on the threads
    assert p == pytest.approx(float(f"{p:.9g}"), rel=1e-14, abs=0)


def test_a_group_picked_at_random_is_not():
    layer = cib.backbone(cib.coaction_graph(crowd(np.random.default_rng(0), planted=True), window="60s"))
    group = pl.DataFrame({"account_id": [f"u{j:03}" for j in range(0, 300, 50)], "network": [0] * 6})
    assert confirm([layer], group, **SEARCH).height == 0


def test_without_a_group_hardly_anything_is_confirmed():
    confirmed = 0
    for seed in range(10):
        layer = cib.backbone(
            cib.coaction_graph(crowd(np.random.default_rng(seed), planted=False), window="10min"), alpha=0.9
        )
        everybody = pl.DataFrame({"account_id": layer.incidence.account_ids}).with_columns(
            network=pl.int_range(pl.len()) // 6
        )
        confirmed += (confirm([layer], everybody, **SEARCH)["p_confirm"] <= 1e-3).sum()
    assert confirmed == 0
